"""Résumés as DOCX with the education in a table."""

from datetime import datetime, time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document

from api.demo.resume_lines import (
    contact_lines,
    degree_line,
    education_period,
    employer_line,
    employment_period,
)
from api.demo.rows import EducationRow, PersonRow
from api.demo.seeds import TODAY

_MIDNIGHT = datetime.combine(TODAY, time())
_ZIP_TIME = (TODAY.year, TODAY.month, TODAY.day, 0, 0, 0)


def docx(person: PersonRow) -> bytes:
    """Render a résumé as an Office Open XML document."""
    document = Document()
    properties = document.core_properties
    properties.author = properties.last_modified_by = properties.title = person["name"]
    properties.created = properties.modified = _MIDNIGHT
    document.add_heading(person["name"], level=0)
    document.add_paragraph(person["headline"])
    document.add_paragraph("\n".join(contact_lines(person)))
    document.add_heading("Summary", level=1)
    document.add_paragraph(person["summary"])
    document.add_heading("Work experience", level=1)
    for employment in person["employments"]:
        document.add_heading(f"{employment['title']}, {employment_period(employment)}", level=2)
        document.add_paragraph(employer_line(employment))
        if employment["summary"]:
            document.add_paragraph(employment["summary"])
    document.add_heading("Education", level=1)
    table = document.add_table(rows=0, cols=3)
    for education in person["educations"]:
        for cell, text in zip(table.add_row().cells, _education_cells(education), strict=True):
            cell.text = text
    for name, entries in (("Skills", person["skills"]), ("Certificates", person["certificates"])):
        if entries:
            document.add_heading(name, level=1)
        for entry in entries:
            document.add_paragraph(entry, style="List Bullet")
    document.add_heading("Languages", level=1)
    document.add_paragraph(", ".join(person["languages"]))
    packed = BytesIO()
    document.save(packed)
    return _with_fixed_times(packed)


def _education_cells(education: EducationRow) -> tuple[str, str, str]:
    return education_period(education), degree_line(education), education["school"]


def _with_fixed_times(packed: BytesIO) -> bytes:
    """Pack the members of a zip file again without the time of day."""
    repacked = BytesIO()
    with ZipFile(packed) as source, ZipFile(repacked, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            member = ZipInfo(name, _ZIP_TIME)
            member.compress_type = ZIP_DEFLATED
            target.writestr(member, source.read(name))
    return repacked.getvalue()
