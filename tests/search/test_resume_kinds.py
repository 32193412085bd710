"""What some bytes are."""

import io
import zipfile

import pytest

from search.resumes.failures import FailureCode, UnreadableResume
from search.resumes.kinds import ResumeKind, kind_of


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7\n", "cv.txt", ResumeKind.PDF),
        (zipped(**{"[Content_Types].xml": b"", "word/document.xml": b""}), "cv.pdf", ResumeKind.DOCX),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>Jo", "cv", ResumeKind.HTML),
        (b"<p>Jo</p>", "cv.html", ResumeKind.HTML),
        (b"<p>Jo</p>", "cv.txt", ResumeKind.TXT),
        (b'{"basics": {}}', "cv.json", ResumeKind.JSON_RESUME),
        (b"[Jo Example]\nanalyst", "cv.txt", ResumeKind.TXT),
        ("Jo Exämple".encode("utf-16"), "cv.txt", ResumeKind.TXT),
        (b"BMW mechanic", "cv.txt", ResumeKind.TXT),
    ],
)
def test_kinds(data: bytes, name: str, kind: ResumeKind) -> None:
    assert kind_of(data, name) is kind


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", FailureCode.EMPTY),
        (b" \n\x00", FailureCode.EMPTY),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, FailureCode.UNSUPPORTED_TYPE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), FailureCode.ENCRYPTED),
        (b"{\\rtf1 hello}", FailureCode.UNSUPPORTED_TYPE),
        (b"\x89PNG\r\n\x1a\n", FailureCode.UNSUPPORTED_TYPE),
        (b"MZ\x90\x00\x03\x00", FailureCode.UNSUPPORTED_TYPE),
        (zipped(**{"a.txt": b"x"}), FailureCode.UNSUPPORTED_TYPE),
        (b"PK\x03\x04 cut off", FailureCode.BROKEN),
        (b'{"name": "Jo"}', FailureCode.UNSUPPORTED_TYPE),
        (b'{"basics": ', FailureCode.BROKEN),
    ],
)
def test_refusals(data: bytes, code: FailureCode) -> None:
    with pytest.raises(UnreadableResume) as refusal:
        kind_of(data, "cv.pdf")
    assert refusal.value.code is code
    assert refusal.value.reason.endswith((".", "skills."))
