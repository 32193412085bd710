"""Which lines of a section head a position: those with its dates, or with a title and an employer."""

import re
from dataclasses import dataclass

from search.resumes.dates import DateRange, find_ranges
from search.resumes.header_parts import TRIM, HeaderParts, atoms_of, label_of
from search.resumes.places import is_place
from search.resumes.sections import Line
from search.resumes.vocabulary import EMPLOYER_WORD, LEGAL_FORM, TITLE_WORD, is_title

_MAX_HEADER = 130
_MAX_HEADER_LINES = 3
_MAX_NAME_WORDS = 12
_MAX_EMPLOYER_WORDS = 8
_MAX_LONE_TITLE_WORDS = 6
_SHORT_LINE = 80
_TITLE_AND_EMPLOYER = 2
_ENDS_AS_TITLE = re.compile(
    rf"{TITLE_WORD.pattern}(?:$|\s+(?:[IV]+$|of\b|for\b|in\b|to\b|[-–&/]|and\b|\()|,)", re.IGNORECASE
)
_SENTENCE = re.compile(r"[a-z)]\.$")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A line that dates an entry, or the title of an entry without dates, whose header has so many lines."""

    index: int
    dates: DateRange | None
    height: int = 1


def anchors_of(lines: tuple[Line, ...]) -> list[Anchor]:
    """Return the lines with a range of dates, or with one date that says when a position was."""
    anchors = []
    for index, line in enumerate(lines):
        if not _may_be_header(line):
            continue
        ranges = find_ranges(line.text)
        spans = [found for found in ranges if not found.single]
        if spans:
            anchors.append(Anchor(index, spans[0]))
        elif len(ranges) == 1 and _single_date_counts(line, ranges[0]):
            anchors.append(Anchor(index, ranges[0]))
    return anchors


def undated_anchors_of(lines: tuple[Line, ...], dated: list[Anchor], above: int) -> list[Anchor]:
    """Return the lines outside the dated heads that name a title and an employer, alone or with the next line, or a title and nothing else."""
    heads = [head_of(lines, anchor, dated, number, above) for number, anchor in enumerate(dated)]
    near = {index for first, last in heads for index in range(first, last + 1)}
    found = []
    for index, line in enumerate(lines):
        if index in near:
            continue
        below = lines[index + 1] if index + 1 < len(lines) and index + 1 not in near else None
        if _names_both(line):
            found.append(Anchor(index, None))
        elif below is not None and (_labels_both(line, below) or _title_above_employer(line, below)):
            found.append(Anchor(index, None, height=2))
        elif index + 1 not in near and _is_title_alone(line):
            found.append(Anchor(index, None))
    return found


def _title_above_employer(line: Line, below: Line) -> bool:
    return (
        line.after_gap
        and is_title(line.text)
        and _is_header_like(line)
        and _is_header_like(below)
        and not is_title(below.text)
        and not find_ranges(below.text)
        and len(below.text.split()) <= _MAX_EMPLOYER_WORDS
    )


def _is_title_alone(line: Line) -> bool:
    """Say whether a line is a title and nothing else, each of its longer words with a capital."""
    words = line.text.split()
    return (
        len(words) <= _MAX_LONE_TITLE_WORDS
        and _is_header_like(line)
        and all(word[:1].isupper() or len(word) <= len("and") for word in words)
        and is_title(line.text)
        and line.text.lower() != "sales"
        and _ENDS_AS_TITLE.search(line.text) is not None
    )


def _names_both(line: Line) -> bool:
    """Say whether an undated line names a title and then an employer, such as "Tutor, Northwind School, Leeds"."""
    if not _is_header_like(line) or find_ranges(line.text):
        return False
    atoms = atoms_of(line.text)
    if len(atoms) < _TITLE_AND_EMPLOYER or not is_title(atoms[0]):
        return False
    return (
        EMPLOYER_WORD.search(atoms[1]) is not None
        or is_place(atoms[-1])
        or LEGAL_FORM.search(atoms[1]) is not None
    )


def _labels_both(line: Line, below: Line) -> bool:
    """Say whether one of two lines is labelled as a title and the other as an employer."""
    labels = [label_of(text) for text in (line.text[:_MAX_HEADER], below.text[:_MAX_HEADER])]
    kinds = {found[0] for found in labels if found}
    return kinds == {"title", "company"}


def _single_date_counts(line: Line, found: DateRange) -> bool:
    """A lone date anchors an entry only where it ends or fills a short line that names a role or employer."""
    rest = without_dates(line.text, found).strip(TRIM)
    short = len(line.text) <= _SHORT_LINE and not line.bullet
    return short and found.finish >= len(line.text.rstrip(" .)")) and (is_title(rest) or not rest)


def _may_be_header(line: Line) -> bool:
    text = line.text
    if line.bullet:
        return len(text) <= _MAX_HEADER and not _SENTENCE.search(text)
    return len(text) <= _MAX_HEADER or _long_header(text)


def _long_header(text: str) -> bool:
    """A long line is a header where its dates stand at its very start or end."""
    ranges = [found for found in find_ranges(text) if not found.single]
    return (
        bool(ranges)
        and len(text) <= 2 * _MAX_HEADER
        and (ranges[0].begin < len("1. ") or ranges[-1].finish > len(text) - len(".) "))
    )


def _is_header_like(line: Line) -> bool:
    text = line.text
    if (
        line.bullet
        or len(text) > _MAX_HEADER
        or (_SENTENCE.search(text) and not LEGAL_FORM.search(text[-6:]))
    ):
        return False
    words = text.split()
    capitals = sum(1 for word in words if word[:1].isupper() or not word[:1].isalpha())
    return text[:1].isupper() and (len(words) <= _MAX_NAME_WORDS and capitals * 2 >= len(words))


def lines_above(lines: tuple[Line, ...], first: int) -> int:
    """Return how many header lines the first entry has above its dates: the document's own habit."""
    count = 0
    while count < min(first, _MAX_HEADER_LINES) and _is_header_like(lines[first - count - 1]):
        count += 1
    return count


def head_of(
    lines: tuple[Line, ...], anchor: Anchor, anchors: list[Anchor], number: int, above: int
) -> tuple[int, int]:
    """Return the first and last line of an entry's header."""
    floor = anchors[number - 1].index + 1 if number else 0
    first = anchor.index
    if anchor.dates is None:
        return first, first + anchor.height - 1
    while first > floor and anchor.index - first < above and _is_header_like(lines[first - 1]):
        first -= 1
    ceiling = anchors[number + 1].index - above if number + 1 < len(anchors) else len(lines)
    last = anchor.index
    rest = without_dates(lines[anchor.index].text, anchor.dates)
    known = [*(line.text for line in lines[first : anchor.index]), rest]
    wanted = _MAX_HEADER_LINES - 1 if not above else 1
    while last + 1 < ceiling and last - anchor.index < wanted and _adds(lines[last + 1], known):
        last += 1
        known.append(lines[last].text)
    return first, last


def _adds(line: Line, known: list[str]) -> bool:
    """Say whether the line below the dates gives the title or the employer that is still missing."""
    if not _is_header_like(line) or find_ranges(line.text):
        return label_of(line.text) is not None
    parts = HeaderParts.of(known)
    if parts.title is None:
        return is_title(line.text) or not parts.company
    return not parts.company


def without_dates(text: str, found: DateRange | None) -> str:
    """Return the text with a tab in place of the dates."""
    if found is None:
        return text
    return f"{text[: found.begin]}\t{text[found.finish :]}"
