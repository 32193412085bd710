"""The columns of a page: what stands left and right of a strip without text is read one after the other.

The strips are found as a recursive XY-cut finds them (Nagy and Seth, "Hierarchical representation of optically scanned
documents", 1984): by projecting text upon an axis and cutting where nothing is. Two things are other here. A strip need
not run through the whole page: a line across it ends it. And a strip alone makes no columns: dates at the margin and
rows of a table have strips too, and are read row by row.

A producer that draws one column after the other is believed, and its order is kept.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from search.resumes.dates import find_ranges
from search.resumes.sections import SectionKind, kind_of_heading

_FEWEST_LINES = 4
_DEEPEST = 4
_MOST_CELLS = 4_000
"""On one page; with more it is left as it was drawn."""
_MOST_EDGES = 12
_EDGE = 3.0
_GUTTER = 0.7
_TOUCH = 0.2
_SAME_BASELINE = 0.3
_CHANGES = 3
_STRETCH = 5
_BREAK = 1.9
_FLOWING_LINES = 5
_FLOWING_WORDS = 4
_NAME = 1.4
_MOST_HEADING = 40
_HEADING_LINES = 3
_MOSTLY = 0.6
_DATED = 0.5
_ALIGNED = 0.7


@dataclass(frozen=True, slots=True)
class Cell:
    """Text on one baseline without a wide gap: its horizontal extent, baseline and font size in points; y grows downwards."""

    text: str
    x0: float
    x1: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class _Gutter:
    """A strip from one height to another that no text crosses; `x` is its right edge."""

    x: float
    top: float
    bottom: float


def blocks_of(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Cut the cells of a page, given as drawn, into the blocks that are read one after the other.

    Where there are no columns, it is one block. Within a block the cells are in the order in which they were drawn, but
    that dates drawn apart from their entries stand behind them.
    """
    return [list(cells)] if len(cells) > _MOST_CELLS else _cut(list(cells), 0)


def _cut(cells: list[Cell], depth: int) -> list[list[Cell]]:
    found = _best(cells) if depth < _DEEPEST else None
    if found is None:
        return [cells]
    gutter, as_columns = found
    labels = [_place(cell, gutter) for cell in cells]
    if not as_columns:
        return [_with_margin(cells, labels)]
    named = _named_side(cells, labels)
    if named is None and _are_drawn_apart(labels):
        pairs = groupby(zip(labels, cells, strict=True), lambda pair: pair[0])
        parts = [[cell for _, cell in run] for _, run in pairs]
    else:
        sides = (_RIGHT, _LEFT) if named == _RIGHT else (_LEFT, _RIGHT)
        order = [_ABOVE, *sides, _BELOW]
        parts = [[cell for cell, label in zip(cells, labels, strict=True) if label == each] for each in order]
    return [block for part in parts if part for block in _cut(part, depth + 1)]


_ABOVE, _LEFT, _RIGHT, _BELOW = range(4)
_SIDES = (_LEFT, _RIGHT)


def _place(cell: Cell, gutter: _Gutter) -> int:
    if cell.y < gutter.top:
        return _ABOVE
    if cell.y > gutter.bottom:
        return _BELOW
    return _LEFT if _is_left(cell, gutter.x) else _RIGHT


def _is_left(cell: Cell, x: float) -> bool:
    return cell.x0 < x - _TOUCH * cell.size


def _are_drawn_apart(labels: Iterable[int]) -> bool:
    """Say whether the sides are drawn in long stretches, not line by line in turns."""
    sides = [label for label in labels if label in _SIDES]
    changes = sum(one != other for one, other in pairwise(sides))
    return changes <= max(_CHANGES, len(sides) // _STRETCH)


def _named_side(cells: Sequence[Cell], labels: Sequence[int]) -> int | None:
    """Return the side that has by far the largest writing, as names have."""
    left, right = (
        max(cell.size for cell, label in zip(cells, labels, strict=True) if label == side) for side in _SIDES
    )
    if max(left, right) < _NAME * min(left, right):
        return None
    return _LEFT if left > right else _RIGHT


def _with_margin(cells: Sequence[Cell], labels: Sequence[int]) -> list[Cell]:
    """Put each cell of the right side behind the last one of the left side that stands on its baseline."""
    left = [number for number, label in enumerate(labels) if label == _LEFT]
    left.sort(key=lambda number: cells[number].y)
    baselines = [cells[number].y for number in left]
    anchors: list[tuple[int, int]] = []
    for number, cell in enumerate(cells):
        near = _nearest(cell, baselines) if labels[number] == _RIGHT else None
        anchors.append((number if near is None else left[near], number))
    return [cells[number] for _, number in sorted(anchors)]


def _best(cells: Sequence[Cell]) -> tuple[_Gutter, bool] | None:
    """Return the strip with the most lines on its lesser side, and whether its sides are columns.

    If not, they are entries with their dates at the margin, drawn apart. Other strips count for nothing.
    """
    ordered = sorted(cells, key=lambda cell: cell.y)
    found: list[tuple[bool, int, float, _Gutter]] = []
    for x in _edges(cells):
        for stretch in _uncrossed(ordered, x):
            run = _without_next_section(stretch, x)
            left = [cell for cell in run if _is_left(cell, x)]
            right = [cell for cell in run if not _is_left(cell, x)]
            lines = min(_count_lines(left), _count_lines(right))
            if lines < _FEWEST_LINES:
                continue
            width = min(cell.x0 for cell in right) - max(cell.x1 for cell in left)
            if width < _GUTTER * median(cell.size for cell in run):
                continue
            gutter = _Gutter(x, run[0].y, run[-1].y)
            as_columns = _are_columns(left, right)
            if as_columns or _is_margin(left, right):
                found.append((as_columns, lines, width, gutter))
    if not found:
        return None
    as_columns, _, _, gutter = max(found, key=lambda each: each[:3])
    if not as_columns and not _are_drawn_apart(_place(cell, gutter) for cell in cells):
        return None
    return gutter, as_columns


def _edges(cells: Iterable[Cell]) -> Iterator[float]:
    """Yield the left edges that most cells have in common, as far left as the leftmost of these cells."""
    edges: dict[int, float] = {}
    counts: Counter[int] = Counter()
    for cell in cells:
        key = round(cell.x0 / _EDGE)
        counts[key] += 1
        edges[key] = min(edges.get(key, cell.x0), cell.x0)
    for key, _ in counts.most_common(_MOST_EDGES):
        yield edges[key]


def _uncrossed(ordered: Sequence[Cell], x: float) -> Iterator[list[Cell]]:
    """Yield the longest stretches of cells, from top to bottom, of which none crosses the vertical line."""
    start = 0
    for crosses, group in groupby(
        ordered, lambda cell: _is_left(cell, x) and cell.x1 > x + _TOUCH * cell.size
    ):
        run = list(group)
        start += len(run)
        if not crosses:
            yield run if start == len(ordered) else _without_heading(run, ordered[start], x)


def _without_heading(run: list[Cell], below: Cell, x: float) -> list[Cell]:
    """Leave out the last lines on one side that stand close above the line that ends a stretch: they belong to it."""
    side = _is_left(run[-1], x)
    last = below
    for number in range(len(run) - 1, max(-1, len(run) - 1 - _HEADING_LINES), -1):
        cell = run[number]
        if last.y - cell.y > _BREAK * max(cell.size, last.size):
            return run[: number + 1]
        if _is_left(cell, x) is not side:
            break
        last = cell
    return run


def _without_next_section(run: list[Cell], x: float) -> list[Cell]:
    """Leave out what stands below the end of one side from the first heading on: the columns have ended there."""
    ends = {_is_left(cell, x): cell.y + cell.size for cell in run}
    bottom = min(ends.values())
    for number, cell in enumerate(run):
        if cell.y > bottom and len(cell.text) <= _MOST_HEADING and kind_of_heading(cell.text):
            return run[:number]
    return run


def _count_lines(cells: Sequence[Cell]) -> int:
    """Count the baselines of cells that are sorted by them."""
    return sum(
        number == 0 or cell.y - cells[number - 1].y > _SAME_BASELINE * cell.size
        for number, cell in enumerate(cells)
    )


def _are_columns(left: Sequence[Cell], right: Sequence[Cell]) -> bool:
    """Say whether two sides, each sorted by baselines, are read one after the other, and not row by row."""
    top, bottom = max(left[0].y, right[0].y), min(left[-1].y, right[-1].y)
    shared = [
        [cell for cell in side if top - cell.size <= cell.y <= bottom + cell.size] for side in (left, right)
    ]
    if min(map(_count_lines, shared)) < _FEWEST_LINES:
        return False
    headings = [_headings(side) for side in shared]
    if any(len(found) > _MOSTLY * len(side) for found, side in zip(headings, shared, strict=True)):
        return False
    if all(headings):
        return _head_columns(*headings)
    lesser, other = sorted(shared, key=_count_lines)
    if _dated_share(lesser) >= _DATED:
        return False
    return all(_flows(side) for side in shared) or _aligned_share(lesser, other) < _ALIGNED


def _is_margin(left: Sequence[Cell], right: Sequence[Cell]) -> bool:
    """Say whether the right side holds the dates of entries on the left."""
    return _dated_share(right) >= _DATED and _aligned_share(right, left) >= _ALIGNED


def _headings(cells: Iterable[Cell]) -> list[tuple[Cell, SectionKind]]:
    found = ((cell, kind_of_heading(cell.text)) for cell in cells if len(cell.text) <= _MOST_HEADING)
    return [(cell, kind) for cell, kind in found if kind is not None]


def _head_columns(left: list[tuple[Cell, SectionKind]], right: list[tuple[Cell, SectionKind]]) -> bool:
    """Say whether headings on both sides are those of columns, and not the head of a table such as "Skill, Experience"."""
    (one, kind), (other, other_kind) = left[0], right[0]
    apart = _nearest(one, [other.y]) is None
    return len(left) + len(right) > len(_SIDES) or apart or SectionKind.EXPERIENCE not in {kind, other_kind}


def _aligned_share(cells: Sequence[Cell], others: Sequence[Cell]) -> float:
    """Return the share of cells that stand on a baseline of the others."""
    baselines = [cell.y for cell in others]
    return sum(_nearest(cell, baselines) is not None for cell in cells) / len(cells)


def _nearest(cell: Cell, baselines: Sequence[float]) -> int | None:
    """Return which of the baselines, which are sorted, a cell stands on: the last one, where there are several."""
    number = bisect_right(baselines, cell.y + _SAME_BASELINE * cell.size) - 1
    stands = number >= 0 and baselines[number] >= cell.y - _SAME_BASELINE * cell.size
    return number if stands else None


def _flows(cells: Sequence[Cell]) -> bool:
    """Say whether a side is running text."""
    words = sum(len(cell.text.split()) for cell in cells)
    return len(cells) >= _FLOWING_LINES and words >= _FLOWING_WORDS * len(cells)


def _dated_share(cells: Sequence[Cell]) -> float:
    """Return the share of a side's paragraphs that hold a date."""
    paragraphs: list[list[str]] = []
    last: Cell | None = None
    for cell in cells:
        if last is None or cell.y - last.y > _BREAK * max(cell.size, last.size):
            paragraphs.append([])
        paragraphs[-1].append(cell.text)
        last = cell
    return sum(bool(find_ranges(" ".join(texts))) for texts in paragraphs) / max(1, len(paragraphs))
