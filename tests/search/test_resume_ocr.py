"""Scans: read where the extra `ocr` is installed and on, told apart from empty files where it is not."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from engines.places import CHECKOUT
from search.resumes import ocr
from search.resumes.extract import Limits
from search.resumes.failures import FailureCode, UnreadableResume
from search.resumes.read import read_resume
from search.resumes.sandbox import Sandbox, SandboxSettings
from tests.search.test_resume_sandbox import names_read_by_an_ordinary_user

PAGE = [
    *("Jo Example", "jo.example@example.org", "", "Experience"),
    *("Senior Data Engineer, Northwind Ltd", "Mar 2019 - Present", "Ran the ingestion of forty teams.", ""),
    *("Data Analyst, Contoso GmbH", "Jan 2015 - Feb 2019", "", "Skills", "Python, Docker, SQL"),
]
READS = pytest.mark.skipif(not ocr.is_installed(), reason="the extra `ocr` is not installed")


def picture_of(lines: list[str]) -> Image.Image:
    """Draw lines of text as a scanner shows them: grey, and not quite straight."""
    page = Image.new("L", (1240, 1754), 250)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=32)
    for number, line in enumerate(lines):
        draw.text((120, 120 + 60 * number), line, fill=40, font=font)
    return page.rotate(0.3, fillcolor=250)


def scan_of(*pages: list[str]) -> bytes:
    document = FPDF(unit="pt", format="A4")
    for lines in pages:
        document.add_page()
        picture = BytesIO()
        picture_of(lines).save(picture, "JPEG", quality=70)
        document.image(picture, x=0, y=0, w=595)
    return bytes(document.output())


def code_of(data: bytes, limits: Limits) -> FailureCode:
    with pytest.raises(UnreadableResume) as raised:
        read_resume(data, "scan.pdf", limits)
    return raised.value.code


@READS
async def test_a_scan_is_read_in_the_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_of(PAGE))
    async with Sandbox(SandboxSettings(seconds=60, concurrency=1)) as sandbox:
        parsed = await sandbox.read(path, "scan.pdf")
    profile = parsed.profile
    assert profile.name == "Jo Example"
    assert profile.emails == ("jo.example@example.org",)
    assert [(job.company, job.start, job.end) for job in profile.employments] == [
        ("Northwind Ltd", "2019-03", None),
        ("Contoso GmbH", "2015-01", "2019-02"),
    ]
    assert profile.employments[0].title == "Senior Data Engineer"
    assert {"Python", "Docker", "SQL"} <= set(profile.skills)
    assert {span.field for span in parsed.spans} >= {"NAME", "EMAIL", "EMPLOYMENT_TITLE"}
    assert not parsed.truncated


@READS
def test_a_scan_is_read_where_no_thread_may_begin(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_of(PAGE))
    assert names_read_by_an_ordinary_user(path) == ["Jo Example"]


@READS
def test_of_a_long_scan_as_many_pages_are_read_as_may_be() -> None:
    data = scan_of(PAGE, [*PAGE, "Second page"], [*PAGE, "Third page"])
    parsed = read_resume(data, "scan.pdf", Limits(ocr_pages=2, ocr_seconds=600))
    assert "Second page" in parsed.text
    assert "Third page" not in parsed.text
    assert parsed.truncated
    hasty = read_resume(data, "scan.pdf", Limits(ocr_seconds=0.001))
    assert "Second page" not in hasty.text
    assert hasty.truncated


@READS
def test_pictures_without_writing_stay_a_scan() -> None:
    assert code_of(scan_of([]), Limits()) is FailureCode.SCANNED


def test_with_ocr_turned_off_a_scan_stays_one() -> None:
    assert code_of(scan_of(PAGE), Limits(ocr_pages=0)) is FailureCode.SCANNED


WITHOUT = """
import sys
sys.modules["rapidocr"] = None
from search.resumes.failures import UnreadableResume
from search.resumes.read import read_resume
try:
    read_resume(sys.stdin.buffer.read(), "scan.pdf")
except UnreadableResume as failure:
    print(failure.code)
"""


def test_without_the_extra_a_scan_stays_one() -> None:
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        input=scan_of(PAGE),
        capture_output=True,
        check=True,
        cwd=CHECKOUT,
        timeout=120,
    )
    assert told.stdout.decode().strip() == FailureCode.SCANNED
