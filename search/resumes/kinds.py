"""What kind of file some bytes are, judged by the bytes themselves."""

import io
import re
import zipfile
from enum import StrEnum

import orjson

from search.resumes.failures import FailureCode, UnreadableResume

_HEAD = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_JSON_RESUME_KEYS = frozenset({"basics", "work", "education", "skills"})
_HTML = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_HTML_TAG = re.compile(rb"<(?:p|div|h[1-6]|br|table|ul|span|section|article)\b[^>]*>", re.IGNORECASE)
_UNREADABLE_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"BM", "a bitmap image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"RIFF", "a media file"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "a database"),
)
_TEXT_SIGNATURES = frozenset({b"BM", b"MZ", b"RIFF", b"GIF8", b"Rar!"})
_SEND_INSTEAD = "Send it as PDF, DOCX, HTML, plain text or JSON Resume."


class ResumeKind(StrEnum):
    """The kinds of files that are read."""

    PDF = "PDF"
    DOCX = "DOCX"
    HTML = "HTML"
    TXT = "TXT"
    JSON_RESUME = "JSON_RESUME"


def kind_of(data: bytes, file_name: str) -> ResumeKind:
    """Return the kind of the bytes; the name only decides between HTML fragments and plain text.

    Raises UnreadableResume: EMPTY, UNSUPPORTED_TYPE, ENCRYPTED (an encrypted Office file) or BROKEN.
    """
    if not data.strip(b"\x00\t\n\r \xef\xbb\xbf"):
        raise UnreadableResume(FailureCode.EMPTY, "The file is empty. Send the file again.")
    head = data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return ResumeKind.PDF
    if data.startswith(b"PK"):
        return _kind_of_zip(data)
    if data.startswith(_OLE):
        return _refuse_ole(data)
    _refuse_signatures(data, head)
    stripped = head.lstrip(b"\xef\xbb\xbf\t\n\r ")
    if stripped.startswith((b"{", b"[")):
        return _kind_of_json(data)
    fragment = file_name.lower().endswith((".html", ".htm", ".xhtml")) and _HTML_TAG.search(head)
    if _HTML.match(stripped) or fragment:
        return ResumeKind.HTML
    return ResumeKind.TXT


def _refuse_signatures(data: bytes, head: bytes) -> None:
    binary = b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
    for signature, name in _UNREADABLE_KINDS:
        if data.startswith(signature) and (binary or signature not in _TEXT_SIGNATURES):
            raise UnreadableResume(FailureCode.UNSUPPORTED_TYPE, f"This is {name}. {_SEND_INSTEAD}")


def _kind_of_zip(data: bytes) -> ResumeKind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        reason = (
            "The file starts like a Word document but is damaged or cut off. Save it again and resend it."
        )
        raise UnreadableResume(FailureCode.BROKEN, reason) from None
    if "word/document.xml" in names and "[Content_Types].xml" in names:
        return ResumeKind.DOCX
    raise UnreadableResume(
        FailureCode.UNSUPPORTED_TYPE, f"This is a zip archive, not a Word document. {_SEND_INSTEAD}"
    )


def _refuse_ole(data: bytes) -> ResumeKind:
    if "EncryptedPackage".encode("utf-16-le") in data:
        reason = "The document is protected by a password. Remove the password and send it again."
        raise UnreadableResume(FailureCode.ENCRYPTED, reason)
    raise UnreadableResume(
        FailureCode.UNSUPPORTED_TYPE, f"This is an old Office file (.doc). {_SEND_INSTEAD}"
    )


def _kind_of_json(data: bytes) -> ResumeKind:
    try:
        value = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        if data.lstrip(b"\xef\xbb\xbf\t\n\r ").startswith(b'{"') or data.lstrip().startswith(b"{\n"):
            reason = "The file starts like JSON but isn't valid JSON. Export it again."
            raise UnreadableResume(FailureCode.BROKEN, reason) from None
        return ResumeKind.TXT
    if isinstance(value, dict) and _JSON_RESUME_KEYS & value.keys():
        return ResumeKind.JSON_RESUME
    raise UnreadableResume(
        FailureCode.UNSUPPORTED_TYPE,
        "This is JSON but not JSON Resume: it has none of basics, work, education, skills.",
    )
