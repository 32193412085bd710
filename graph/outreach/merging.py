"""Message texts with logic-less merge fields, such as `{{candidate.first_name}}`. Pure functions."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from graph.errors import Code, InvalidInput, KithError

LONGEST_NAME = 100
LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000
LONGEST_VALUE = 200
LONGEST_HEADER = 400
"""Longest subject after merging; the rest is cut."""

_FIELD = re.compile(r"\{\{ *([a-z_]+\.[a-z_]+) *\}\}")
_HONORIFICS = frozenset({"dr", "mag", "miss", "mr", "mrs", "ms", "mx", "prof", "sir"})
_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp"})


class MergeField(StrEnum):
    """What a template may ask for."""

    CANDIDATE_FIRST_NAME = "candidate.first_name"
    CANDIDATE_NAME = "candidate.name"
    JOB_TITLE = "job.title"
    SENDER_NAME = "sender.name"
    COMPANY_NAME = "company.name"


class MissingValue(KithError):
    """A template asks for a field that has no value here: nothing is written rather than “Hi ,”."""

    def __init__(self, field: MergeField) -> None:
        super().__init__("MISSING_VALUE", f"there is no {field} to put into the template", field=field)


def check_template(*, name: str, subject: str, body: str) -> None:
    """Refuse texts that could not be sent.

    Raises:
        InvalidInput: a text is empty, too long or has an unknown field or a stray brace, or name or subject has
            more than one line.
    """
    for field, text, longest in (
        ("name", name, LONGEST_NAME),
        ("subject", subject, LONGEST_SUBJECT),
        ("body", body, LONGEST_BODY),
    ):
        if not text.strip():
            raise InvalidInput(Code.REQUIRED, f"the {field} is empty; write one", field=field)
        if len(text) > longest:
            raise InvalidInput(
                Code.TOO_LONG, f"the {field} is longer than {longest:,} characters; shorten it", field=field
            )
        _refuse_breaks(field, text)
        _refuse_unknown_fields(field, text)


def fields_of(*texts: str) -> frozenset[MergeField]:
    """Return the fields that checked texts ask for."""
    return frozenset(MergeField(match[1]) for text in texts for match in _FIELD.finditer(text))


def render_line(text: str, values: Mapping[MergeField, str | None]) -> str:
    """Put values into a text of one line; whatever they hold, the result is one line of at most 400 characters.

    Raises:
        MissingValue: a field has no value.
    """
    return one_line(_merged(text, values))[:LONGEST_HEADER].strip()


def render_text(text: str, values: Mapping[MergeField, str | None]) -> str:
    """Put values into a text; each value stays on one line, and fields inside a value are not merged again.

    Raises:
        MissingValue: a field has no value.
    """
    return _merged(text.replace("\r\n", "\n").replace("\r", "\n"), values)


def first_name(name: str | None) -> str | None:
    """Return what to call someone: the first given name, or the whole name where it starts with an initial.

    `Lee, Ann` and `Dr. Ann Lee` give `Ann`, `J. Lee` gives `J. Lee`.
    """
    line = one_line(name or "")
    if "," in line:
        last, _, rest = line.partition(",")
        line = f"{rest.strip()} {last.strip()}".strip()
    words = line.split()
    while len(words) > 1 and words[0].rstrip(".").casefold() in _HONORIFICS:
        words.pop(0)
    if not words:
        return None
    return words[0] if len(words[0].rstrip(".")) > 1 else " ".join(words)


def one_line(text: str) -> str:
    """Return the text without line breaks, control characters or superfluous space."""
    return " ".join("".join(" " if unicodedata.category(c) in _BREAKS else c for c in text).split())


def _merged(text: str, values: Mapping[MergeField, str | None]) -> str:
    def value(match: re.Match[str]) -> str:
        field = MergeField(match[1])
        found = one_line(values.get(field) or "")[:LONGEST_VALUE].strip()
        if not found:
            raise MissingValue(field)
        return found

    return _FIELD.sub(value, text)


def _refuse_breaks(field: str, text: str) -> None:
    allowed = "\n\r\t" if field == "body" else ""
    for mark in text:
        if unicodedata.category(mark) in _BREAKS and mark not in allowed:
            raise InvalidInput(
                Code.MALFORMED, f"the {field} has a line break or control character; remove it", field=field
            )


def _refuse_unknown_fields(field: str, text: str) -> None:
    allowed = ", ".join(f"{{{{{known}}}}}" for known in MergeField)
    for match in _FIELD.finditer(text):
        if match[1] not in set(MergeField):
            message = f"the {field} has an unknown merge field {{{{{match[1]}}}}}; use {allowed}"
            raise InvalidInput(Code.UNKNOWN_MERGE_FIELD, message, field=field)
    if set(_FIELD.sub("", text)) & {"{", "}"}:
        raise InvalidInput(
            Code.UNKNOWN_MERGE_FIELD,
            f"the {field} has braces that are no merge field; use {allowed}",
            field=field,
        )
