"""From texts placed on a page to lines in the order in which people read them.

A page's content stream is nearly always written block by block in reading order, so that order is kept. Three
things are mended by geometry: columns are read one after the other (`columns`); pieces on one baseline are one line; and
a short block that is drawn after a long one but stands to the right of its first line (a place, a date) is read right
after that line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from playa.content import TextObject
from playa.page import TEXT_OPERATORS, Page

from search.resumes.columns import Cell, blocks_of

_SPACE = 0.09
_CELL_GAP = 1.2
_FILLING = 3
_SAME_BASELINE = 0.45
_OVERLAP = 0.6
_ASIDE_LINES = 4
_ASIDE_CHARACTERS = 60
_BREAK = 1.9


def placed_texts(page: Page) -> Iterator[Cell]:
    """Yield the text of a page in stream order, split where a gap is wider than a word space."""
    for item in page.flatten(filter_class=TextObject, restrict_ops=TEXT_OPERATORS):
        if item.gstate.font is not None:
            yield from _split_object(item)


def _split_object(item: TextObject) -> Iterator[Cell]:
    """Yield the texts of one object, cut where it jumps and where blanks fill a wide gap."""
    chars: list[str] = []
    start = end = filled_from = y = size = 0.0
    blanks = 0
    for glyph in item:
        x, glyph_y = glyph.origin
        dx, _ = glyph.displacement
        size = size or max(abs(glyph.size), 1.0)
        blank = glyph.text is not None and glyph.text.isspace()
        filled = blanks >= _FILLING and not blank and x - filled_from > _CELL_GAP * size
        jumps = abs(glyph_y - y) > _SAME_BASELINE * size or not -size <= x - end <= _CELL_GAP * size
        if chars and (filled or jumps):
            yield Cell("".join(chars), start, filled_from if filled else end, y, size)
            chars = []
        if not chars:
            start, y = x, glyph_y
        elif x - end > _SPACE * size and not chars[-1].endswith(" "):
            chars.append(" ")
        if glyph.text is not None:
            chars.append(glyph.text)
        end = x + dx
        blanks = blanks + 1 if blank else 0
        filled_from = filled_from if blank else end
    if chars:
        yield Cell("".join(chars), start, end, y, size)


@dataclass(slots=True)
class _Line:
    """A growing line: cells side by side, and lines of a short block that belong behind it."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    aside: "list[_Line]" = field(default_factory=list)

    def append(self, cell: Cell) -> None:
        self.text = f"{self.text.rstrip()}\t{cell.text}"
        self.x1 = max(self.x1, cell.x1)
        self.size = max(self.size, cell.size)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of a page, empty for a wide vertical gap, and its baseline in points from the top."""

    text: str
    y: float


def lines_in_reading_order(pieces: Iterable[Cell]) -> list[ReadLine]:
    """Return lines of text; tabs part cells of one line."""
    read: list[ReadLine] = []
    previous: _Line | None = None
    for block in blocks_of(_cells(pieces)):
        for line in _flat(_moved_asides(_lines(block))):
            text = line.text.replace("\xad", "-").strip()
            if not text:
                continue
            if previous is not None and not 0 <= line.y - previous.y <= _BREAK * max(
                line.size, previous.size
            ):
                read.append(ReadLine("", line.y))
            read.append(ReadLine(text, line.y))
            previous = line
    return read


def _flat(lines: list[_Line]) -> Iterator[_Line]:
    for line in lines:
        yield line
        yield from _flat(line.aside)


def _cells(pieces: Iterable[Cell]) -> list[Cell]:
    """Join the pieces on one baseline that have no wide gap between them."""
    cells: list[Cell] = []
    for piece in pieces:
        last = cells[-1] if cells else None
        blank = not piece.text.strip()
        reach = piece.x1 if blank else piece.x0
        if (
            last is not None
            and _follows(piece, last)
            and reach - last.x1 <= _CELL_GAP * max(last.size, piece.size)
        ):
            cells[-1] = _joined(last, piece)
        elif not blank:
            cells.append(piece)
    return cells


def _joined(cell: Cell, piece: Cell) -> Cell:
    size = max(cell.size, piece.size)
    apart = (
        piece.x0 - cell.x1 > _SPACE * size
        and not cell.text.endswith((" ", "\t"))
        and not piece.text.startswith(" ")
    )
    text = f"{cell.text}{' ' if apart else ''}{piece.text}"
    return Cell(text, cell.x0, max(cell.x1, piece.x1), cell.y, size)


def _follows(piece: Cell, last: "Cell | _Line") -> bool:
    """Say whether a piece stands on the last one's baseline and to the right of it."""
    same = abs(last.y - piece.y) <= _SAME_BASELINE * max(last.size, piece.size)
    return same and piece.x0 >= last.x1 - _OVERLAP * last.size


def _lines(cells: Iterable[Cell]) -> list[_Line]:
    lines: list[_Line] = []
    for cell in cells:
        if lines and _follows(cell, lines[-1]):
            lines[-1].append(cell)
        else:
            lines.append(_Line(cell.text, cell.x0, cell.x1, cell.y, cell.size))
    return lines


def _moved_asides(lines: list[_Line]) -> list[_Line]:
    """Put each short block that stands to the right of an earlier line behind that line."""
    kept: list[_Line] = []
    index = 0
    while index < len(lines):
        block = _short_block(lines, index)
        anchor = _anchor(kept, block[0]) if block else None
        if anchor is None:
            kept.append(lines[index])
            index += 1
            continue
        first, *rest = block
        anchor.append(Cell(first.text, first.x0, first.x1, anchor.y, first.size))
        anchor.aside.extend(rest)
        index += len(block)
    return kept


def _short_block(lines: list[_Line], index: int) -> list[_Line]:
    """Return the block that starts here by a jump upwards, if it is short enough to be an aside."""
    first = lines[index]
    if index == 0 or lines[index - 1].y < first.y - first.size:
        return []
    block = [first]
    for line in lines[index + 1 : index + 1 + _ASIDE_LINES]:
        below = 0 < line.y - block[-1].y <= _BREAK * max(line.size, block[-1].size)
        if not below or line.x1 < first.x0 or line.x0 < first.x0 - 4 * first.size:
            break
        block.append(line)
    short = len(block) <= _ASIDE_LINES and all(len(line.text) <= _ASIDE_CHARACTERS for line in block)
    return block if short else []


def _anchor(kept: list[_Line], first: _Line) -> _Line | None:
    """Return the latest line with the baseline of the aside that ends to the left of it."""
    for line in reversed(kept[-60:]):
        if abs(line.y - first.y) <= _SAME_BASELINE * max(line.size, first.size):
            return line if line.x1 <= first.x0 + _OVERLAP * first.size else None
    return None
