"""Plain text out of bytes of any encoding."""

import codecs
import re

from charset_normalizer import from_bytes

from search.resumes.extract import ExtractedText
from search.resumes.failures import FailureCode, UnreadableResume

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd]")
_MAX_CONTROL_SHARE = 0.02
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def extract_text(data: bytes) -> ExtractedText:
    """Return the text of a plain text file. Raises UnreadableResume: UNSUPPORTED_TYPE where it is no text."""
    text = decoded(data)
    if len(_CONTROL.findall(text)) > _MAX_CONTROL_SHARE * len(text):
        raise _not_text()
    return ExtractedText(_CONTROL.sub(" ", text))


def decoded(data: bytes) -> str:
    """Decode by byte order mark, then as UTF-8, then by the likeliest encoding.

    Raises UnreadableResume: UNSUPPORTED_TYPE where no encoding fits.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(data).best()
    if best is None:
        raise _not_text()
    return str(best)


def _not_text() -> UnreadableResume:
    reason = "This is neither a document of a known kind nor plain text. Send it as PDF, DOCX or plain text."
    return UnreadableResume(FailureCode.UNSUPPORTED_TYPE, reason)
