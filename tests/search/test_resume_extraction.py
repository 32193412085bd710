"""Text and failures of generated PDF, DOCX, HTML, TXT and JSON Resume files."""

import contextlib
import io
import json
import zipfile
import zlib

import docx
import pytest
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from search.resumes.extract import Limits
from search.resumes.failures import FailureCode, UnreadableResume
from search.resumes.read import read_resume


def pdf_of(*pages: list[tuple[float, float, str]], encrypted: bool = False) -> bytes:
    document = FPDF(unit="pt", format="A4")
    document.set_auto_page_break(auto=False)
    if encrypted:
        document.set_encryption(owner_password="owner", user_password="user")
    for page in pages:
        document.add_page()
        document.set_font("Helvetica", size=11)
        for x, y, text in page:
            document.text(x, y, text)
    return bytes(document.output())


def docx_of(document: Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def failure(data: bytes, name: str = "cv.pdf", limits: Limits | None = None) -> FailureCode:
    with pytest.raises(UnreadableResume) as raised:
        read_resume(data, name, limits)
    assert raised.value.reason
    return raised.value.code


def test_pdf_columns_drawn_one_after_the_other_are_not_mixed() -> None:
    left = [(40.0, 100.0 + 14 * row, f"left {row}") for row in range(12)]
    right = [(320.0, 100.0 + 14 * row, f"right {row}") for row in range(12)]
    lines = read_resume(pdf_of(left + right), "cv.pdf").text.splitlines()
    assert [line for line in lines if line] == [text for _, _, text in left + right]


def test_pdf_columns_drawn_row_by_row_are_read_column_by_column() -> None:
    rows = [
        (x, 100.0 + 14 * row, f"{side} sentence number {row} goes on")
        for row in range(12)
        for x, side in ((40.0, "left"), (320.0, "right"))
    ]
    lines = [line for line in read_resume(pdf_of(rows), "cv.pdf").text.splitlines() if line]
    assert lines == [text for _, _, text in sorted(rows)]


def test_pdf_dates_at_the_margin_stay_on_their_line() -> None:
    page = [
        (40.0, 100.0, "Analyst, Example Ltd"),
        (450.0, 100.0, "2015 - 2018"),
        (40.0, 114.0, "Wrote reports."),
    ]
    assert read_resume(pdf_of(page), "cv.pdf").text == "Analyst, Example Ltd\t2015 - 2018\nWrote reports."


def test_pdf_aside_drawn_later_is_read_beside_its_line() -> None:
    page = [
        (40.0, 100.0, "Example Ltd, Analyst"),
        (40.0, 114.0, "Wrote many reports."),
        (40.0, 128.0, "Read many more."),
        (450.0, 100.0, "Leeds, UK"),
        (450.0, 114.0, "2015 - 2018"),
    ]
    lines = [line for line in read_resume(pdf_of(page), "cv.pdf").text.splitlines() if line]
    assert lines == [
        "Example Ltd, Analyst\tLeeds, UK",
        "2015 - 2018",
        "Wrote many reports.",
        "Read many more.",
    ]


def test_pdf_hyperlinks_give_addresses() -> None:
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=12)
    document.cell(text="Jo Example", link="mailto:jo@example.com")
    parsed = read_resume(bytes(document.output()), "cv.pdf")
    assert parsed.profile.emails == ("jo@example.com",)


def test_pdf_failures() -> None:
    good = pdf_of([(40, 100, "Jo Example")])
    assert failure(pdf_of([])) is FailureCode.NO_TEXT
    assert failure(pdf_of([(40, 100, "secret")], encrypted=True)) is FailureCode.ENCRYPTED
    assert (
        failure(pdf_of(*[[(40.0, 100.0, "page")]] * 4), limits=Limits(pages=3)) is FailureCode.TOO_MANY_PAGES
    )
    assert failure(b"%PDF-1.7\nnothing here") in {FailureCode.BROKEN, FailureCode.NO_TEXT}
    assert failure(good[: len(good) // 3]) in {FailureCode.BROKEN, FailureCode.NO_TEXT}


def test_a_pdf_of_pictures_is_a_scan_and_one_with_text_beside_them_is_read() -> None:
    document = FPDF(unit="pt", format="A4")
    document.add_page()
    document.image(Image.new("RGB", (60, 80), "white"), x=0, y=0, w=500)
    assert failure(bytes(document.output())) is FailureCode.SCANNED
    document = FPDF(unit="pt", format="A4")
    document.add_page()
    document.image(Image.new("RGB", (60, 80), "white"), x=0, y=0, w=50)
    document.set_font("Helvetica", size=11)
    document.text(40, 300, "Jo Example")
    assert "Jo Example" in read_resume(bytes(document.output()), "cv.pdf").text


def test_pdf_text_is_bounded() -> None:
    parsed = read_resume(
        pdf_of([(40, 100 + row, "word " * 30) for row in range(100)]), "a", Limits(characters=1000)
    )
    assert len(parsed.text) == 1000
    assert parsed.truncated


def test_docx_body_tables_headers_boxes_and_links() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Jo Example"
    document.add_paragraph("Experience")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "2015 - 2018", "Analyst, Example Ltd"
    layout = document.add_table(rows=1, cols=2)
    layout.cell(0, 0).text, layout.cell(0, 1).text = "Skills\nSQL\nExcel", "Education\nLeeds College"
    document.add_paragraph("Reports", style="List Bullet")
    box = f"<w:r {nsdecls('w')}><w:pict><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    document.add_paragraph("Beside")._p.append(parse_xml(box))
    document.part.relate_to("https://example.com/jo", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    parsed = read_resume(docx_of(document), "cv.docx")
    lines = [line for line in parsed.text.splitlines() if line]
    assert lines == [
        *("Jo Example", "Experience", "2015 - 2018\tAnalyst, Example Ltd"),
        *("Skills", "SQL", "Excel", "Education", "Leeds College", "Reports", "Beside", "In a box"),
    ]
    assert "https://example.com/jo" in parsed.profile.links


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member.filename, old.read(member))
        new.writestr(name, content)
    return buffer.getvalue()


def test_docx_failures() -> None:
    good = docx_of(docx.Document())
    assert failure(good) is FailureCode.NO_TEXT
    assert failure(good[:-200]) is FailureCode.BROKEN
    assert failure(with_member(good, "word/media/bomb.bin", bytes(60_000_000))) is FailureCode.TOO_LARGE
    assert failure(with_member(good, "word/document.xml", b"<broken")) is FailureCode.BROKEN
    entities = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa">]><d>&a;</d>'
    assert failure(with_member(good, "word/document.xml", entities)) is FailureCode.BROKEN
    assert failure(good, limits=Limits(zip_entries=3)) is FailureCode.TOO_LARGE


def test_html_shows_what_a_reader_sees() -> None:
    page = """<html><head><title>t</title><script>alert("no")</script><style>p {}</style></head><body>
    <h1>Jo Example</h1><script>more("no")</script>behind<p>Analyst</p>
    <a href="https://example.com/jo">site</a><a href="mailto:jo@example.com">mail</a></body></html>"""
    parsed = read_resume(page.encode(), "cv.html")
    assert "no" not in parsed.text.split()
    assert [line.strip() for line in parsed.text.splitlines() if line][:2] == ["Jo Example", "behind"]
    assert parsed.profile.emails == ("jo@example.com",)
    assert "https://example.com/jo" in parsed.profile.links


def test_html_too_deep_is_no_crash() -> None:
    deep = b"<html>" + b"<div>" * 50_000 + b"Jo Example" + b"</div>" * 50_000
    with contextlib.suppress(UnreadableResume):
        assert "Jo Example" in read_resume(deep, "cv.html").text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_text_encodings(encoding: str) -> None:
    text = "José Exámple\nDirección: Málaga, España. Señor ingeniero con años de experiencia en producción."
    assert "José Exámple" in read_resume(text.encode(encoding), "cv.txt").text


def test_binary_without_a_signature_is_refused() -> None:
    assert failure(bytes(range(256)) * 20, "cv.txt") is FailureCode.UNSUPPORTED_TYPE


def test_json_resume_with_wrong_types_is_read_as_far_as_it_goes() -> None:
    resume = {
        "basics": {
            "name": "Jo Example",
            "email": 7,
            "location": [],
            "profiles": "x",
            "phone": None,
            "summary": {},
        },
        "work": [{"name": "Example Ltd", "startDate": "2019-13-44", "highlights": [1, "Wrote"]}, 5, None],
        "skills": [{"name": "SQL", "keywords": [1, "Excel"]}],
        "education": {"institution": "x"},
    }
    profile = read_resume(json.dumps(resume).encode(), "cv.json").profile
    assert (profile.name, profile.emails, profile.location) == ("Jo Example", (), None)
    assert [(job.company, job.start, job.summary) for job in profile.employments] == [
        ("Example Ltd", "2019", "Wrote")
    ]
    assert profile.skills == ("SQL", "Excel")
    assert profile.educations == ()


def test_json_resume_without_values_has_no_text() -> None:
    assert failure(b'{"basics": {"name": 5}}', "cv.json") is FailureCode.NO_TEXT


HEADS = [b"", b"%PDF-1.4\n", b"PK\x03\x04", b"<html>", b'{"basics":', b"\xff\xfe", b"\xd0\xcf\x11\xe0"]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(HEADS), st.binary(max_size=2000))
def test_any_bytes_give_a_resume_or_a_typed_failure(head: bytes, body: bytes) -> None:
    with contextlib.suppress(UnreadableResume):
        assert read_resume(head + body, "cv.pdf").text


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_pdf_gives_a_resume_or_a_typed_failure(data: st.DataObject) -> None:
    good = bytearray(pdf_of([(40, 100, "Jo Example"), (40, 120, "Analyst")]))
    for _ in range(data.draw(st.integers(1, 20))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnreadableResume):
        assert read_resume(bytes(good), "cv.pdf").text


def flate_bomb(expanded: int) -> bytes:
    stream = zlib.compress(b" " * expanded, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(stream) + stream + b"\nendstream",
    ]
    body = b"%PDF-1.4\n"
    for number, content in enumerate(objects, 1):
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    return body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def test_a_page_without_a_size_is_a_typed_failure() -> None:
    good = pdf_of([(40, 100, "Jo Example"), (40, 120, "Analyst")])
    size = good.index(b"/MediaBox [0")
    damaged = good[: size + 11] + b"/" + good[size + 12 :]
    with pytest.raises(UnreadableResume) as refused:
        read_resume(damaged, "cv.pdf")
    assert refused.value.code is FailureCode.BROKEN
