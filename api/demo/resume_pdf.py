"""Résumés as PDF in two layouts, with core fonts: every text has to be in Latin-1."""

from collections.abc import Iterable
from datetime import UTC, datetime, time

from fpdf import FPDF

from api.demo.resume_lines import (
    contact_lines,
    degree_line,
    education_period,
    employer_line,
    employment_period,
)
from api.demo.rows import PersonRow
from api.demo.seeds import TODAY

_MARGIN = 18.0
_SIDEBAR_WIDTH = 70.0
_SIDEBAR_MARGIN = 7.0
_PAGE_WIDTH, _PAGE_HEIGHT = 210.0, 297.0
_LINE = 5.0
"""Millimetres, as all measures here."""
_CONTACT_POINTS, _TEXT_POINTS, _HEADING_POINTS, _NAME_POINTS = 8, 10, 12, 20
_SIDEBAR_TINT = (226, 232, 240)


def one_column_pdf(person: PersonRow) -> bytes:
    """Render a résumé whose text runs from top to bottom."""
    pdf = _document("Helvetica", _MARGIN)
    _title(pdf, person)
    _text(pdf, " | ".join(contact_lines(person)))
    _heading(pdf, "Profile")
    _text(pdf, person["summary"])
    _history(pdf, person)
    for name, entries in _lists(person):
        _heading(pdf, name)
        _text(pdf, ", ".join(entries))
    return bytes(pdf.output())


def sidebar_pdf(person: PersonRow) -> bytes:
    """Render a résumé with contact data and skills in a narrow column on the left of the first page."""
    pdf = _document("Times", _SIDEBAR_MARGIN)
    pdf.set_fill_color(*_SIDEBAR_TINT)
    pdf.rect(0, 0, _SIDEBAR_WIDTH, _PAGE_HEIGHT, style="F")
    pdf.set_right_margin(_PAGE_WIDTH - _SIDEBAR_WIDTH + _SIDEBAR_MARGIN / 2)
    _heading(pdf, "Contact")
    for line in contact_lines(person):
        _styled(pdf, line.removeprefix("https://"), "", _CONTACT_POINTS)
    for name, entries in _lists(person):
        _heading(pdf, name)
        for entry in entries:
            _text(pdf, entry)
    pdf.set_right_margin(_MARGIN)
    pdf.set_left_margin(_SIDEBAR_WIDTH + _SIDEBAR_MARGIN)
    pdf.set_y(_MARGIN)
    _title(pdf, person)
    _heading(pdf, "About me")
    _text(pdf, person["summary"])
    _history(pdf, person)
    return bytes(pdf.output())


def _document(font: str, left: float) -> FPDF:
    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.combine(TODAY, time(), UTC))
    pdf.set_producer("Kith demo")
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    pdf.set_margins(left, _MARGIN, _MARGIN)
    pdf.set_font(font, size=_TEXT_POINTS)
    pdf.add_page()
    return pdf


def _title(pdf: FPDF, person: PersonRow) -> None:
    pdf.set_title(person["name"])
    _styled(pdf, person["name"], "B", _NAME_POINTS)
    _styled(pdf, person["headline"], "I", _HEADING_POINTS)


def _history(pdf: FPDF, person: PersonRow) -> None:
    _heading(pdf, "Experience")
    for employment in person["employments"]:
        _styled(pdf, employment["title"] or "", "B", _TEXT_POINTS)
        _text(pdf, employer_line(employment))
        _text(pdf, employment_period(employment))
        _text(pdf, employment["summary"] or "")
        pdf.ln(_LINE / 2)
    _heading(pdf, "Education")
    for education in person["educations"]:
        _styled(pdf, degree_line(education), "B", _TEXT_POINTS)
        _text(pdf, f"{education['school']}, {education_period(education)}")


def _lists(person: PersonRow) -> Iterable[tuple[str, list[str]]]:
    named = (
        ("Skills", person["skills"]),
        ("Languages", person["languages"]),
        ("Certificates", person["certificates"]),
    )
    return ((name, entries) for name, entries in named if entries)


def _heading(pdf: FPDF, text: str) -> None:
    pdf.ln(_LINE / 2)
    _styled(pdf, text.upper(), "B", _HEADING_POINTS)


def _styled(pdf: FPDF, text: str, style: str, points: int) -> None:
    pdf.set_font(style=style, size=points)
    pdf.multi_cell(0, points / 2, text, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(style="", size=_TEXT_POINTS)


def _text(pdf: FPDF, text: str) -> None:
    if text:
        pdf.multi_cell(0, _LINE, text, align="L", new_x="LMARGIN", new_y="NEXT")
