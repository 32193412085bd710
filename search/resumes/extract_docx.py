"""Text of a DOCX: body, tables, text boxes, headers and footers, and the targets of its hyperlinks."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from lxml import etree

from search.resumes.dates import find_ranges
from search.resumes.extract import ExtractedText, Limits
from search.resumes.failures import FailureCode, UnreadableResume
from search.resumes.sections import kind_of_heading

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT, _TAB, _BREAK, _RETURN, _DASH = f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"
_PARAGRAPH, _TABLE, _ROW, _CELL, _TEXT_BOX = f"{_W}p", f"{_W}tbl", f"{_W}tr", f"{_W}tc", f"{_W}txbxContent"
_SKIPPED = frozenset({_FALLBACK, f"{_W}pPr", f"{_W}rPr", f"{_W}instrText", f"{_W}delText"})
_CHUNK = 64 * 1024
_ENCRYPTED_FLAG = 0x1
_DTD_MARKS = tuple(
    mark.encode(code) for mark in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be")
)


def extract_docx(data: bytes, limits: Limits) -> ExtractedText:
    """Return the text of a Word document.

    Raises UnreadableResume: TOO_LARGE (expanded size, entries), ENCRYPTED or BROKEN.
    """
    _check_archive(data, limits)
    try:
        document = docx.Document(io.BytesIO(data))
        parts: list[etree._Element] = [document.element.body]
        links = []
        related = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
        for relation in document.part.rels.values():
            if relation.is_external and relation.reltype == RELATIONSHIP_TYPE.HYPERLINK:
                links.append(relation.target_ref)
            elif not relation.is_external and relation.reltype in related:
                root = etree.fromstring(relation.target_part.blob, _parser())
                index = 0 if relation.reltype == RELATIONSHIP_TYPE.HEADER else len(parts)
                parts.insert(index, root)
    except (
        KeyError,
        ValueError,
        AttributeError,
        TypeError,
        OpcError,
        etree.XMLSyntaxError,
        zipfile.BadZipFile,
    ):
        raise UnreadableResume(FailureCode.BROKEN, _DAMAGED) from None
    texts = dict.fromkeys("\n".join(_lines_of(part)) for part in parts)
    return ExtractedText("\n".join(texts), links=tuple(links))


_DAMAGED = "The Word document is damaged. Open it in a word processor, save it again and resend it."


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _check_archive(data: bytes, limits: Limits) -> None:
    """Expand every member in small pieces and count, so that declared sizes need not be believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > limits.zip_entries:
                reason = f"The Word document has {len(members)} parts; at most {limits.zip_entries} are read."
                raise UnreadableResume(FailureCode.TOO_LARGE, reason)
            left = limits.expanded_bytes
            for member in members:
                left = _check_member(archive, member, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        raise UnreadableResume(FailureCode.BROKEN, _DAMAGED) from None


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    if member.flag_bits & _ENCRYPTED_FLAG:
        reason = "The Word document is encrypted. Remove the password and send it again."
        raise UnreadableResume(FailureCode.ENCRYPTED, reason)
    is_xml = member.filename.endswith((".xml", ".rels"))
    tail = b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                reason = "The Word document expands to far more than its size: it won't be opened."
                raise UnreadableResume(FailureCode.TOO_LARGE, reason)
            if is_xml and any(mark in tail + chunk for mark in _DTD_MARKS):
                reason = "The Word document declares its own XML entities, which no word processor does."
                raise UnreadableResume(FailureCode.BROKEN, reason)
            tail = chunk[-32:]
    return left


def _lines_of(parent: etree._Element) -> Iterator[str]:
    for child in parent:
        if child.tag == _PARAGRAPH:
            yield from _paragraph(child)
        elif child.tag == _TABLE:
            yield from _table(child)
        elif child.tag not in _SKIPPED:
            yield from _lines_of(child)


def _paragraph(paragraph: etree._Element) -> Iterator[str]:
    pieces: list[str] = []
    boxes: list[etree._Element] = []
    _collect(paragraph, pieces, boxes)
    text = "".join(pieces)
    if paragraph.find(f"{_W}pPr/{_W}numPr") is not None and text.strip():
        text = f"• {text}"
    yield from text.split("\n")
    for box in boxes:
        yield from _lines_of(box)


def _collect(node: etree._Element, pieces: list[str], boxes: list[etree._Element]) -> None:
    for child in node:
        if child.tag == _TEXT:
            pieces.append(child.text or "")
        elif child.tag == _TAB:
            pieces.append("\t")
        elif child.tag in (_BREAK, _RETURN):
            pieces.append("\n")
        elif child.tag == _DASH:
            pieces.append("-")
        elif child.tag == _TEXT_BOX:
            boxes.append(child)
        elif child.tag not in _SKIPPED:
            _collect(child, pieces, boxes)


def _table(table: etree._Element) -> Iterator[str]:
    """Yield the lines of a table.

    A row of short cells is one line. A row with a long cell is layout and is read cell by cell, or, where headings say that
    the columns of the table are columns of the page, column by column.
    """
    rows = []
    for row in table.iter(_ROW):
        if next(row.iterancestors(_TABLE)) is table:
            own = [cell for cell in row.iter(_CELL) if next(cell.iterancestors(_ROW)) is row]
            rows.append([[line for line in _lines_of(cell) if line.strip()] for cell in own])
    if _has_columns(rows):
        for column in zip(*rows, strict=True):
            for lines in column:
                yield from lines
                yield ""
        return
    for cells in rows:
        yield from _row(cells)


def _has_columns(rows: list[list[list[str]]]) -> bool:
    """Say whether the rows of a table only continue its columns, several of which have headings."""
    if len({len(cells) for cells in rows}) != 1 or all(map(_is_short, rows)):
        return False
    return sum(any(map(kind_of_heading, chain(*column))) for column in zip(*rows, strict=True)) > 1


def _is_short(cells: list[list[str]]) -> bool:
    return all(len(lines) <= 1 for lines in cells)


def _row(cells: list[list[str]]) -> Iterator[str]:
    """Yield the lines of a row; a date in a cell of its own stays on the first line of its entry."""
    long = [lines for lines in cells if len(lines) > 1]
    if not long:
        yield "\t".join(lines[0] for lines in cells if lines)
    elif len(long) == 1 and any(len(lines) == 1 and find_ranges(lines[0]) for lines in cells):
        yield "\t".join(lines[0] for lines in cells if lines)
        yield from long[0][1:]
        yield ""
    else:
        for lines in cells:
            yield from lines
            yield ""
