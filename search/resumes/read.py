"""From bytes to a parsed résumé, in this process. Untrusted files go through `sandbox` instead."""

from search.resumes.extract import ExtractedText, Limits
from search.resumes.extract_docx import extract_docx
from search.resumes.extract_html import extract_html
from search.resumes.extract_pdf import extract_pdf
from search.resumes.extract_text import extract_text
from search.resumes.failures import FailureCode, UnreadableResume
from search.resumes.jsonresume import profile_of_json_resume, text_of_profile
from search.resumes.kinds import ResumeKind, kind_of
from search.resumes.parse import parse_text, tidied
from search.resumes.profile import ParsedResume
from search.resumes.store import MAX_BYTES


def read_resume(data: bytes, file_name: str, limits: Limits | None = None) -> ParsedResume:
    """Find the kind, extract the text and parse it. Raises UnreadableResume with any code but CRASHED."""
    bounds = limits or Limits()
    if len(data) > MAX_BYTES:
        reason = f"The file has {len(data)} bytes; at most {MAX_BYTES} are read."
        raise UnreadableResume(FailureCode.TOO_LARGE, reason)
    kind = kind_of(data, file_name)
    try:
        if kind is ResumeKind.JSON_RESUME:
            profile = profile_of_json_resume(data)
            text = text_of_profile(profile)
            return ParsedResume(profile, _checked(text)[: bounds.characters], kind, 1)
        extracted = _extracted(data, kind, bounds)
        text = _checked(tidied(extracted.text), scanned=extracted.pictures)
        shown = text[: bounds.characters]
        parsed = parse_text(shown, extracted.links)
    except MemoryError:
        reason = "Reading the file takes too much memory. Print it to a plain PDF and send that."
        raise UnreadableResume(FailureCode.MEMORY_LIMIT, reason) from None
    except RecursionError:
        raise UnreadableResume(FailureCode.BROKEN, "The file is nested too deeply to be read.") from None
    return ParsedResume(
        parsed.profile,
        shown,
        kind,
        extracted.pages,
        len(text) > len(shown) or not extracted.complete,
        parsed.spans,
        parsed.likelihood.probability,
        parsed.likelihood.signs,
    )


def _extracted(data: bytes, kind: ResumeKind, limits: Limits) -> ExtractedText:
    if kind is ResumeKind.PDF:
        return extract_pdf(data, limits)
    if kind is ResumeKind.DOCX:
        return extract_docx(data, limits)
    if kind is ResumeKind.HTML:
        return extract_html(data)
    return extract_text(data)


def _checked(text: str, *, scanned: bool = False) -> str:
    if any(character.isalnum() for character in text):
        return text
    if scanned:
        reason = "The pages are pictures without text: a scan. Send a version with text."
        raise UnreadableResume(FailureCode.SCANNED, reason)
    raise UnreadableResume(FailureCode.NO_TEXT, "There is no text in the file.")
