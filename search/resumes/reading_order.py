"""From texts placed on a page to lines in the order in which people read them.

A page's content stream is nearly always written block by block in reading order, so that order is kept. Three
things are mended by geometry: pieces on one baseline are one line; a short block that is drawn after a
long one but stands to the right of its first line (a place, a date) is read right after that line; and two
columns of sentences that are drawn row by row are read one after the other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from playa.content import TextObject
from playa.page import TEXT_OPERATORS, Page

_SPACE = 0.09
_CELL_GAP = 1.2
_SAME_BASELINE = 0.45
_OVERLAP = 0.6
_ASIDE_LINES = 4
_ASIDE_CHARACTERS = 60
_BREAK = 1.9
_COLUMN_ROWS = 5
_COLUMN_WORDS = 4
_SAME_EDGE = 0.3


@dataclass(frozen=True, slots=True)
class PlacedText:
    """Text with its horizontal extent, baseline and font size in points; y grows downwards."""

    text: str
    x0: float
    x1: float
    y: float
    size: float


def placed_texts(page: Page) -> Iterator[PlacedText]:
    """Yield the text of a page in stream order, split where a gap is wider than a word space."""
    for item in page.flatten(filter_class=TextObject, restrict_ops=TEXT_OPERATORS):
        if item.gstate.font is not None:
            yield from _split_object(item)


def _split_object(item: TextObject) -> Iterator[PlacedText]:
    chars: list[str] = []
    start = end = y = 0.0
    size = 0.0
    for glyph in item:
        x, glyph_y = glyph.origin
        dx, _ = glyph.displacement
        size = size or max(abs(glyph.size), 1.0)
        if chars and (abs(glyph_y - y) > _SAME_BASELINE * size or not -size <= x - end <= _CELL_GAP * size):
            yield PlacedText("".join(chars), start, end, y, size)
            chars = []
        if not chars:
            start, y = x, glyph_y
        elif x - end > _SPACE * size and not chars[-1].endswith(" "):
            chars.append(" ")
        if glyph.text is not None:
            chars.append(glyph.text)
        end = x + dx
    if chars:
        yield PlacedText("".join(chars), start, end, y, size)


@dataclass(slots=True)
class _Line:
    """A growing line: cells side by side, and lines of a short block that belong behind it."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    cells: list[tuple[float, str]] = field(default_factory=list)
    aside: "list[_Line]" = field(default_factory=list)

    def same_baseline(self, piece: PlacedText) -> bool:
        return abs(self.y - piece.y) <= _SAME_BASELINE * max(self.size, piece.size)

    def append(self, piece: PlacedText) -> None:
        gap = piece.x0 - self.x1
        size = max(self.size, piece.size)
        if gap > _CELL_GAP * size:
            self.text = f"{self.text.rstrip()}\t"
            self.cells.append((piece.x0, self.text))
        elif gap > _SPACE * size and not self.text.endswith((" ", "\t")) and not piece.text.startswith(" "):
            self.text += " "
        self.text += piece.text
        self.x1 = max(self.x1, piece.x1)
        self.size = max(self.size, piece.size)


def lines_in_reading_order(pieces: Iterable[PlacedText]) -> list[str]:
    """Return lines of text; tabs part cells of one line, an empty line stands for a wide vertical gap."""
    texts: list[str] = []
    previous: _Line | None = None
    for line in _flat(_parted_columns(_moved_asides(_lines(pieces)))):
        text = line.text.replace("\xad", "-").strip()
        if not text:
            continue
        if previous is not None and not 0 <= line.y - previous.y <= _BREAK * max(line.size, previous.size):
            texts.append("")
        texts.append(text)
        previous = line
    return texts


def _flat(lines: list[_Line]) -> Iterator[_Line]:
    for line in lines:
        yield line
        yield from _flat(line.aside)


def _lines(pieces: Iterable[PlacedText]) -> list[_Line]:
    lines: list[_Line] = []
    for piece in pieces:
        last = lines[-1] if lines else None
        if not piece.text.strip() and (last is None or not last.same_baseline(piece)):
            continue
        if last is not None and last.same_baseline(piece) and piece.x0 >= last.x1 - _OVERLAP * last.size:
            last.append(piece)
        else:
            lines.append(_Line(piece.text, piece.x0, piece.x1, piece.y, piece.size))
    return lines


def _parted_columns(lines: list[_Line]) -> list[_Line]:
    """Read a run of rows that hold a sentence of each of two columns as the left column, then the right one."""
    kept: list[_Line] = []
    index = 0
    while index < len(lines):
        run = _run_of_rows(lines, index)
        if len(run) < _COLUMN_ROWS or not (_flows(run, left=True) and _flows(run, left=False)):
            kept.append(lines[index])
            index += 1
            continue
        for side in (True, False):
            for row in run:
                x0, _ = row.cells[0]
                kept.append(_Line(_cell(row, left=side), row.x0 if side else x0, row.x1, row.y, row.size))
        index += len(run)
    return kept


def _run_of_rows(lines: list[_Line], index: int) -> list[_Line]:
    """Return the rows from here on that have two cells, the second ones with one left edge."""
    run: list[_Line] = []
    for line in lines[index:]:
        if len(line.cells) != 1 or line.aside:
            break
        if run and abs(line.cells[0][0] - run[0].cells[0][0]) > _SAME_EDGE * line.size:
            break
        run.append(line)
    return run


def _cell(row: _Line, *, left: bool) -> str:
    _, text = row.cells[0]
    return text.rstrip() if left else row.text[len(text) :]


def _flows(run: list[_Line], *, left: bool) -> bool:
    words = sum(len(_cell(row, left=left).split()) for row in run)
    return words >= _COLUMN_WORDS * len(run)


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
        anchor.append(PlacedText(first.text, first.x0, first.x1, anchor.y, first.size))
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
