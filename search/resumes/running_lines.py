"""Headers and footers: lines that stand at the same height at the edge of page after page."""

import re
from collections.abc import Sequence
from itertools import takewhile

from search.resumes.reading_order import ReadLine

_AT_AN_EDGE = 3
_APART = 16.0
_SAME_HEIGHT = 2.0
_PAGES_BACK = 2
"""Left and right pages may have headers of their own."""
_PAGE_NUMBER = re.compile(
    r"(?:\b(?:page|pg|p|seite|página|pagina|pág)\b\.?\s*)?\b\d{1,3}(?:\s*(?:/|of|von|de|di|sur)\s*\d{1,3})?$",
    re.IGNORECASE,
)


def without_running_lines(pages: Sequence[Sequence[ReadLine]]) -> list[list[ReadLine]]:
    """Return the pages without the headers and footers that a page before them shows too, page numbers aside."""
    edges = [(_edge(page, top=True), _edge(page, top=False)) for page in pages]
    kept = []
    for number, page in enumerate(pages):
        before = edges[max(0, number - _PAGES_BACK) : number]
        running: set[int] = set()
        for place, edge in enumerate(edges[number]):
            known = [line for each in before for line in each[place]]
            repeated = list(takewhile(lambda line: any(_repeats(line, other) for other in known), edge))  # noqa: B023
            if repeated and len(repeated) < len(edge) and _apart(repeated[-1], edge[len(repeated)]):
                running |= {id(line) for line in repeated}
        kept.append([line for line in page if id(line) not in running])
    return kept


def _edge(page: Sequence[ReadLine], *, top: bool) -> list[ReadLine]:
    """Return the lines nearest to the upper or lower edge, the outermost first."""
    lines = sorted((line for line in page if line.text), key=lambda line: line.y, reverse=not top)
    return lines[: _AT_AN_EDGE + 1]


def _apart(line: ReadLine, other: ReadLine) -> bool:
    """Say whether there is more than a line's height between a header and what follows."""
    return abs(line.y - other.y) > _APART


def _repeats(line: ReadLine, other: ReadLine) -> bool:
    return abs(line.y - other.y) <= _SAME_HEIGHT and _unnumbered(line.text) == _unnumbered(other.text)


def _unnumbered(text: str) -> str:
    return _PAGE_NUMBER.sub("#", text.strip())
