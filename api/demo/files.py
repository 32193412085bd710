"""Résumé files of the demo's people in every format that intake reads."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from uuid import UUID

from api.demo.people import ascii_name
from api.demo.resume_docx import docx
from api.demo.resume_pdf import one_column_pdf, sidebar_pdf
from api.demo.resume_text import html, json_resume, txt
from api.demo.rows import PersonRow


class ResumeKind(StrEnum):
    """A file format, and for PDF also a layout."""

    ONE_COLUMN_PDF = "one-column.pdf"
    SIDEBAR_PDF = "sidebar.pdf"
    DOCX = "docx"
    HTML = "html"
    TXT = "txt"
    JSON = "json"


_RENDERERS: dict[ResumeKind, Callable[[PersonRow], bytes]] = {
    ResumeKind.ONE_COLUMN_PDF: one_column_pdf,
    ResumeKind.SIDEBAR_PDF: sidebar_pdf,
    ResumeKind.DOCX: docx,
    ResumeKind.HTML: html,
    ResumeKind.TXT: txt,
    ResumeKind.JSON: json_resume,
}
_SHARES: tuple[tuple[int, ResumeKind], ...] = (
    (30, ResumeKind.ONE_COLUMN_PDF),
    (50, ResumeKind.SIDEBAR_PDF),
    (70, ResumeKind.DOCX),
    (82, ResumeKind.HTML),
    (92, ResumeKind.TXT),
    (100, ResumeKind.JSON),
)
"""Percentages of the people, added up, with the kind of their file."""


def resume_files(people: Iterable[PersonRow]) -> Iterator[tuple[str, bytes]]:
    """Yield file name and bytes of one résumé for each person, always the same for the same person."""
    for person in people:
        kind = kind_of(person)
        yield file_name(person, kind), render(person, kind)


def kind_of(person: PersonRow) -> ResumeKind:
    """Return the kind of file in which a person sends their résumé."""
    percent = UUID(person["id"]).int % 100
    return next(kind for limit, kind in _SHARES if percent < limit)


def file_name(person: PersonRow, kind: ResumeKind) -> str:
    """Return a file name in ASCII that no other person of the demo has."""
    name = "-".join(ascii_name(part) for part in person["name"].split())
    return f"{name}-{person['external_ids'][0]['value']}.{kind.value.rpartition('.')[2]}"


def render(person: PersonRow, kind: ResumeKind) -> bytes:
    """Return a résumé as bytes that depend on nothing but the person and the kind."""
    return _RENDERERS[kind](person)
