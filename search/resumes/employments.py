"""Positions held: entries of the experience sections, found by their dates."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from search.resumes.dates import DateRange, find_ranges
from search.resumes.places import is_place
from search.resumes.profile import Employment
from search.resumes.sections import Line, Section, SectionKind
from search.resumes.vocabulary import EMPLOYER_WORD, LEGAL_FORM, TITLE_WORD, is_title

_MAX_EMPLOYMENTS = 60
_MAX_SUMMARY = 4_000
_MAX_HEADER = 130
_MAX_HEADER_LINES = 3
_MAX_NAME_WORDS = 12
_MAX_EMPLOYER_WORDS = 8
_SHORT_LINE = 80
_TITLE_AND_EMPLOYER = 2
_MAX_NAME = 200
_PLACEHOLDERS = re.compile(
    r"\bcompany name\b|\bcity\s*,\s*state\b|\bcity\s*,|\bjob title\b|\byour (?:name|title)\b", re.IGNORECASE
)
_STRONG = re.compile(
    r"\t+|\s+[|•·►▪–—]\s*|\s*[|•·►▪–—]\s+|\s+-+\s*|\s*-+\s+|\s{2,}|;\s*|\s+@\s+|\s/\s(?=[A-Z])"
)
_COMMA = re.compile(r",\s+")
_AT = re.compile(r"\s+(?:at|@|with|chez|bei|as(?:\s+an?)?)\s+(?=[A-Z])")
_ROUND = re.compile(r"\(([^()]*)\)")
_LABEL = re.compile(
    r"^(?:client|company|company name|employer|organi[sz]ation|project(?: name)?|role|designation|position|title|job title|duration|period|location|"
    r"dates?(?: employed)?|from|at|as|for|in|and|worked (?:as|at|for|with|in)|working (?:as|at|for|with|in)|currently|presently|employed (?:as|at|by)|"
    r"experience|previous|tenure|worked|working|since|name of (?:the )?(?:company|employer|organi[sz]ation)(?:\s*\d{1,2}(?=\s*:))?)\b\s*[:\-–]*\s*(?:as (?:an? )?|with |at |in )?",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"^(?P<label>client|company(?: name)?|employer|organi[sz]ation|role|designation|position|title|job title|location)(?:\s*\d{1,2})?\s*[:\-–]\s*(?P<value>.+)$",
    re.IGNORECASE,
)
_LABEL_KINDS = {
    "role": "title",
    "designation": "title",
    "position": "title",
    "title": "title",
    "job title": "title",
    "location": "location",
}
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_EMPTY = re.compile(
    r"^[\W_]*$|^(?:duration|period|from|to|present|since|months?|years?|responsibilit(?:y|ies)|salary|description|job (?:profile|description)|team size.*|environment|projects?|duties|industry|hours.*|full[- ]?time|part[- ]?time|contract|remote|permanent|\d+ (?:months?|years?).*)$",
    re.IGNORECASE,
)
_LENGTH_OF_TIME = re.compile(
    r"\(?\b\d+(?:\.\d+)?\+?\s*(?:years?|yrs?|months?|mos?)\b(?:\s*(?:and|,)?\s*\d+\s*(?:months?|mos?))?\)?\.?",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[a-z)]\.$")
_TRIM = " \t,;:|–—-•·.(*_/"


@dataclass(frozen=True, slots=True)
class FoundEmployment:
    """A position and the half-open offsets of its entry in the text."""

    value: Employment
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A line that dates an entry, or the title of an entry without dates."""

    index: int
    dates: DateRange | None


def find_employments(sections: Iterable[Section]) -> list[FoundEmployment]:
    """Return the positions of the experience sections, or of all others where there is no such section."""
    parts = list(sections)
    chosen = [part for part in parts if part.kind is SectionKind.EXPERIENCE]
    found = [entry for part in chosen for entry in _entries(part)]
    if not found:
        other = (
            SectionKind.TOP,
            SectionKind.OTHER,
            SectionKind.SUMMARY,
            SectionKind.PROJECTS,
            SectionKind.SKILLS,
        )
        found = [entry for part in parts if part.kind in other for entry in _entries(part, need_title=True)]
    return _distinct(found)[:_MAX_EMPLOYMENTS]


def _distinct(found: list[FoundEmployment]) -> list[FoundEmployment]:
    seen = set()
    kept = []
    for entry in found:
        value = entry.value
        key = (value.company.lower(), (value.title or "").lower(), value.start, value.end)
        if key not in seen:
            seen.add(key)
            kept.append(entry)
    return kept


def _entries(section: Section, *, need_title: bool = False) -> list[FoundEmployment]:
    lines = section.lines
    dated = _anchors(lines)
    anchors = (
        dated if need_title else sorted([*dated, *_undated(lines, dated)], key=lambda anchor: anchor.index)
    )
    if not anchors:
        return []
    above = _lines_above(lines, dated[0].index) if dated else 0
    entries = []
    heads = [_head(lines, anchor, anchors, number, above) for number, anchor in enumerate(anchors)]
    for number, (anchor, head) in enumerate(zip(anchors, heads, strict=True)):
        first, last = head
        body_end = heads[number + 1][0] if number + 1 < len(heads) else len(lines)
        header = [lines[index] for index in range(first, last + 1)]
        value = _employment(header, lines[anchor.index], anchor.dates, lines[last + 1 : body_end])
        if value is not None and not (need_title and value.title is None):
            entries.append(FoundEmployment(value, header[0].start, lines[max(body_end - 1, last)].end))
    return entries


def _anchors(lines: tuple[Line, ...]) -> list[_Anchor]:
    anchors = []
    for index, line in enumerate(lines):
        if not _may_be_header(line):
            continue
        ranges = find_ranges(line.text)
        spans = [found for found in ranges if not found.single]
        if spans:
            anchors.append(_Anchor(index, spans[0]))
        elif len(ranges) == 1 and _single_date_counts(line, ranges[0]):
            anchors.append(_Anchor(index, ranges[0]))
    return anchors


def _undated(lines: tuple[Line, ...], dated: list[_Anchor]) -> list[_Anchor]:
    """Find titles that stand by themselves above an employer's line, with no dates near."""
    near = {
        anchor.index + offset for anchor in dated for offset in range(-_MAX_HEADER_LINES, _MAX_HEADER_LINES)
    }
    found = []
    for index, line in enumerate(lines):
        below = lines[index + 1] if index + 1 < len(lines) else None
        if index not in near and _names_both(line):
            found.append(_Anchor(index, None))
            continue
        if below is None:
            continue
        if index not in near and index + 1 not in near and _labels_both(line, below):
            found.append(_Anchor(index, None))
            continue
        stands_alone = line.after_gap and index not in near and index + 1 not in near and is_title(line.text)
        employer = _is_header_like(below) and not is_title(below.text) and not find_ranges(below.text)
        if (
            stands_alone
            and employer
            and _is_header_like(line)
            and len(below.text.split()) <= _MAX_EMPLOYER_WORDS
        ):
            found.append(_Anchor(index, None))
    return found


def _names_both(line: Line) -> bool:
    """Say whether an undated line names a title and then an employer, such as "Tutor, Northwind School, Leeds"."""
    if not _is_header_like(line) or find_ranges(line.text):
        return False
    atoms = _atoms(line.text)
    if len(atoms) < _TITLE_AND_EMPLOYER or not is_title(atoms[0]):
        return False
    return (
        EMPLOYER_WORD.search(atoms[1]) is not None
        or is_place(atoms[-1])
        or LEGAL_FORM.search(atoms[1]) is not None
    )


def _labels_both(line: Line, below: Line) -> bool:
    """Say whether one of two lines is labelled as a title and the other as an employer."""
    labels = [
        _LABELLED.match(text.strip(_TRIM)) for text in (line.text[:_MAX_HEADER], below.text[:_MAX_HEADER])
    ]
    kinds = {_LABEL_KINDS.get(found["label"].lower(), "company") for found in labels if found}
    return kinds == {"title", "company"}


def _single_date_counts(line: Line, found: DateRange) -> bool:
    """A lone date anchors an entry only where it ends or fills a short line that names a role or employer."""
    rest = _without(line.text, found).strip(_TRIM)
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


def _lines_above(lines: tuple[Line, ...], first: int) -> int:
    """Return how many header lines the first entry has above its dates: the document's own habit."""
    count = 0
    while count < min(first, _MAX_HEADER_LINES) and _is_header_like(lines[first - count - 1]):
        count += 1
    return count


def _head(
    lines: tuple[Line, ...], anchor: _Anchor, anchors: list[_Anchor], number: int, above: int
) -> tuple[int, int]:
    """Return the first and last line of an entry's header."""
    floor = anchors[number - 1].index + 1 if number else 0
    first = anchor.index
    if anchor.dates is None:
        return first, first if _names_both(lines[first]) else first + 1
    while first > floor and anchor.index - first < above and _is_header_like(lines[first - 1]):
        first -= 1
    ceiling = anchors[number + 1].index - above if number + 1 < len(anchors) else len(lines)
    last = anchor.index
    rest = _without(lines[anchor.index].text, anchor.dates)
    known = [*(line.text for line in lines[first : anchor.index]), rest]
    wanted = _MAX_HEADER_LINES - 1 if not above else 1
    while last + 1 < ceiling and last - anchor.index < wanted and _adds(lines[last + 1], known):
        last += 1
        known.append(lines[last].text)
    return first, last


def _adds(line: Line, known: list[str]) -> bool:
    """Say whether the line below the dates gives the title or the employer that is still missing."""
    if not _is_header_like(line) or find_ranges(line.text):
        return bool(_LABELLED.match(line.text))
    parts = _Parts.of(known)
    if parts.title is None:
        return is_title(line.text) or not parts.company
    return not parts.company


@dataclass(slots=True)
class _Parts:
    """What the words of a header are."""

    title: str | None = None
    company: str | None = None
    location: str | None = None
    team: str | None = None

    @classmethod
    def of(cls, texts: Iterable[str]) -> "_Parts":
        parts = cls()
        unknown: list[str] = []
        places: list[str] = []
        for text in texts:
            if labelled := _LABELLED.match(text.strip(_TRIM)):
                name = _LABEL_KINDS.get(labelled["label"].lower(), "company")
                if getattr(parts, name) is None:
                    setattr(parts, name, _clean(labelled["value"]))
                    continue
            for atom in _atoms(text):
                parts._take(atom, unknown, places)
        parts._settle(unknown, places)
        return parts

    def _take(self, atom: str, unknown: list[str], places: list[str]) -> None:
        if is_place(atom):
            places.append(atom)
        elif LEGAL_FORM.search(atom) and self.company is None and not is_title(atom):
            self.company = atom
        elif is_title(atom) and self.title is None:
            self.title = atom
        else:
            unknown.append(atom)

    def _settle(self, unknown: list[str], places: list[str]) -> None:
        names = [atom for atom in unknown if atom[:1].isupper() or atom[:1].isdigit()]
        if self.company is None and names:
            self.company = next((atom for atom in names if EMPLOYER_WORD.search(atom)), names[0])
            names.remove(self.company)
        if self.company is None and len(places) > 1:
            self.company = places.pop(0)
        if self.location is None and places:
            self.location = places[-1]
        if self.title is None and names and len(names[0].split()) <= _MAX_NAME_WORDS:
            candidate = next((atom for atom in names if TITLE_WORD.search(atom)), None)
            if candidate is not None:
                self.title = candidate
                names.remove(candidate)
        self.team = next(
            (
                atom
                for atom in names
                if re.search(r"\b(?:team|department|dept|division|unit)\b", atom, re.IGNORECASE)
            ),
            None,
        )


def _atoms(text: str) -> list[str]:
    """Cut a header line into its names; places and legal forms stay with what they belong to."""
    for dates in reversed(find_ranges(text)):
        text = f"{text[: dates.begin]}\t{text[dates.finish :]}"
    text = _LENGTH_OF_TIME.sub(" ", _PLACEHOLDERS.sub("\t", text))
    inner = [content for content in _ROUND.findall(text) if is_place(content)]
    for content in inner:
        text = text.replace(f"({content})", "\t")
    atoms: list[str] = []
    for piece in _STRONG.split(text):
        if is_place(piece):
            atoms.append(_clean(piece))
            continue
        for half in _AT.split(piece):
            atoms.extend(_comma_atoms(half))
    return [atom for atom in (*atoms, *inner) if atom and not _EMPTY.match(atom)]


def _comma_atoms(text: str) -> list[str]:
    pieces = [_clean(piece) for piece in _COMMA.split(text)]
    atoms: list[str] = []
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        rest = ", ".join(pieces[index:])
        if index and is_place(rest):
            atoms.append(rest)
            break
        if atoms and LEGAL_FORM.fullmatch(piece):
            atoms[-1] = f"{atoms[-1]}, {piece}"
        elif piece:
            atoms.append(piece)
        index += 1
    return atoms


def _clean(text: str) -> str:
    text = text.strip(_TRIM + ")") if text.count("(") != text.count(")") else text.strip(_TRIM)
    previous = None
    while previous != text:
        previous = text
        text = _ARTICLE.sub("", _LABEL.sub("", text)) if _LABEL.match(text) else text
        text = text.strip(_TRIM)
    return text


def _without(text: str, found: DateRange | None) -> str:
    if found is None:
        return text
    return f"{text[: found.begin]}\t{text[found.finish :]}"


def _employment(
    header: list[Line], dated: Line, dates: DateRange | None, body: Iterable[Line]
) -> Employment | None:
    texts = [_without(line.text, dates) if line is dated else line.text for line in header]
    parts = _Parts.of(
        [
            *(text for text, line in zip(texts, header, strict=True) if line is dated),
            *(text for text, line in zip(texts, header, strict=True) if line is not dated),
        ]
    )
    if parts.title is None and parts.company is None:
        return None
    summary = "\n".join(line.text for line in body)[:_MAX_SUMMARY].strip()
    return Employment(
        company=(parts.company or "")[:_MAX_NAME],
        title=parts.title[:_MAX_NAME] if parts.title else None,
        start=dates.start if dates else None,
        end=dates.end if dates else None,
        current=dates.current if dates else False,
        location=parts.location[:_MAX_NAME] if parts.location else None,
        team=parts.team[:_MAX_NAME] if parts.team else None,
        summary=summary or None,
    )
