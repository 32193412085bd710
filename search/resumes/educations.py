"""Courses of study: entries of the education sections, found by degrees and schools."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from search.resumes.dates import DateRange, find_ranges
from search.resumes.places import is_place
from search.resumes.profile import Education
from search.resumes.sections import Line, Section, SectionKind
from search.resumes.vocabulary import SCHOOL_WORD, find_degree

_MAX_EDUCATIONS = 20
_MAX_LINE = 250
_MAX_SCHOOL = 200
_MIN_SCHOOL_WORDS, _MAX_SCHOOL_WORDS = 2, 14
_ATOMS = re.compile(
    r"\t+|\s+[|•·–—]\s*|\s*[|•·–—]\s+|\s+-+\s+|\s{2,}|;\s*|,\s+|\s:\s|\s+(?:from|at)\s+(?=[A-Z])"
)
_FIELD = re.compile(
    r"""^\s*(?:degree\b)?\s*[,:(\-–]?\s*(?:
        \(?hon(?:our)?s?\.?\)?\s+(?=[A-Z])|(?:\(?hon(?:our)?s?\.?\)?\s*)?
        (?:\bin\b|\bof\b|:|,|\(|-|–|with\s(?:a\s)?major\sin|major(?:ing)?\sin)\s*["“]?)
    (?P<field>[A-Za-z][^,;|\t()\d:]{2,70})""",
    re.IGNORECASE | re.VERBOSE,
)
_FIELD_ENDS = re.compile(
    r"\s+(?:from|at|with|gpa|cgpa|grade|minor|degree)\b.*|\s+[-–—]\s.*|\s{2,}.*|\.\s.*", re.IGNORECASE
)
_FIELD_OF_CERTIFICATE = re.compile(r"^\s+(?P<field>[A-Za-z][^,;|\t()\d:]{2,70})")
_BARE_FIELD = re.compile(
    r"""^\s+(?P<field>[A-Z][A-Za-z]+(?:\s(?:(?:and|of|in|&)\s)?[A-Z][A-Za-z]+){0,4})
    (?=\s*(?:[,;|\t(]|$)|\s[-–—]\s|\sfrom\s)""",
    re.VERBOSE,
)
_DEGREE_OF_FIELD = re.compile(r"\b(?:of|in)\s+(?!science|arts\b)(?P<field>[A-Z][\w &]+)$", re.IGNORECASE)
_NOISE = re.compile(
    r"\b(?:city\s*,\s*state|city\s*,|gpa|cgpa|grade|percentage|aggregate|state(?!\s+[a-z]))\b.*",
    re.IGNORECASE,
)
_NO_FIELD = re.compile(
    r"hon(?:ou)?rs?\.?|hons|global|cum laude|magna cum laude|expected|pass|first class", re.IGNORECASE
)
_BEFORE_PLACE = re.compile(r"^(?P<name>[^\t|]{2,80}?)\s+[-–—]\s+(?P<place>[^\t|]{3,60})$")
_TRIM = " \t,;:|–—-•·.()*_/"


@dataclass(frozen=True, slots=True)
class FoundEducation:
    """A course of study and the half-open offsets of its entry in the text."""

    value: Education
    start: int
    end: int


@dataclass(slots=True)
class _Draft:
    start: int
    end: int
    degree: str | None = None
    subject: str | None = None
    school: str | None = None
    dates: list[DateRange] = field(default_factory=list)

    def holds(self, other: "_Draft") -> bool:
        """Say whether the other draft repeats a part that this one already has."""
        return bool(
            (self.degree and other.degree) or (self.school and other.school) or (self.dates and other.dates)
        )

    def join(self, other: "_Draft") -> None:
        self.degree = self.degree or other.degree
        self.subject = self.subject or other.subject
        self.school = self.school or other.school
        self.dates = self.dates or other.dates
        self.end = other.end

    @property
    def worthwhile(self) -> bool:
        return self.degree is not None or self.school is not None


def find_educations(sections: Iterable[Section]) -> list[FoundEducation]:
    """Return the courses of study of the education sections, or entries with degree and school elsewhere."""
    parts = list(sections)
    found: list[FoundEducation] = []
    for part in parts:
        if part.kind is SectionKind.EDUCATION:
            found.extend(_entries(part.lines))
    if not found:
        for part in parts:
            found.extend(entry for entry in _entries(part.lines) if entry.value.degree and entry.value.school)
    return found[:_MAX_EDUCATIONS]


def _entries(lines: Iterable[Line]) -> list[FoundEducation]:
    drafts: list[_Draft] = []
    for line in lines:
        draft = _draft(line)
        if draft is None:
            name = None if line.bullet or not drafts or drafts[-1].school else _school_by_place(line.text)
            if name is not None:
                drafts[-1].school, drafts[-1].end = name[:_MAX_SCHOOL], line.end
            continue
        if not drafts or drafts[-1].holds(draft):
            drafts.append(draft)
        else:
            drafts[-1].join(draft)
    return [FoundEducation(_education(draft), draft.start, draft.end) for draft in drafts if draft.worthwhile]


def _draft(line: Line) -> _Draft | None:
    text = line.text
    if len(text) > _MAX_LINE and not find_degree(text[:_MAX_LINE]):
        return None
    text = text[:_MAX_LINE]
    dates = find_ranges(text)
    bare = _blanked(text, dates)
    degree = find_degree(bare)
    school = _school(bare)
    if school is None and SCHOOL_WORD.search(bare):
        school = _school_by_place(bare)
    if line.bullet and degree is None and school is None:
        return None
    if degree is None and school is None and not (dates and len(_tidy(bare)) <= 40):  # noqa: PLR2004
        return None
    name = _tidy(degree[0]) if degree else None
    return _Draft(line.start, line.end, name, _field(bare, degree), school, dates)


def _blanked(text: str, dates: list[DateRange]) -> str:
    for found in dates:
        gap = "\t" * (found.finish - found.begin)
        text = f"{text[: found.begin]}{gap}{text[found.finish :]}"
    return text


def _school(text: str) -> str | None:
    """Return the name that holds a school word; a college and its university side by side are one name."""
    names: list[str] = []
    for atom in _ATOMS.split(text):
        name = _tidy(_NOISE.sub("", atom))
        degree = find_degree(name)
        if degree and SCHOOL_WORD.search(name[degree.end() :]):
            name = _tidy(re.sub(r"^.*?\b(?:from|at|of|in)\s+(?=[A-Z])", "", name[degree.end() :]))
            degree = find_degree(name)
        if degree is None and _is_school(name):
            names.append(name)
        elif names:
            break
    return ", ".join(names[:2])[:_MAX_SCHOOL] or None


def _is_school(name: str) -> bool:
    words = name.split()
    capitals = sum(word[:1].isupper() or not word[:1].isalpha() for word in words)
    named = _MIN_SCHOOL_WORDS <= len(words) <= _MAX_SCHOOL_WORDS and capitals * 2 >= len(words)
    return named and SCHOOL_WORD.search(name) is not None and not is_place(name)


def _school_by_place(text: str) -> str | None:
    """Return what stands before a place at the end of a line, such as "Northwind - Leeds, UK"."""
    match = _BEFORE_PLACE.match(text)
    name = _tidy(match["name"]) if match else ""
    named = match is not None and is_place(match["place"].strip(_TRIM)) and not is_place(name)
    return name if named and len(name.split()) <= _MAX_SCHOOL_WORDS and find_degree(name) is None else None


def _field(text: str, degree: re.Match[str] | None) -> str | None:
    if degree is None:
        return None
    rest = text[degree.end() :]
    match = _FIELD.match(rest) or _BARE_FIELD.match(rest)
    if match is None and degree[0].endswith((" in", " of")):
        match = _FIELD_OF_CERTIFICATE.match(rest)
    if match:
        name = _tidy(_FIELD_ENDS.sub("", match["field"]))
        if (
            name
            and not _NO_FIELD.fullmatch(name)
            and not SCHOOL_WORD.search(name)
            and not is_place(name)
            and not find_degree(name)
        ):
            return name[:150]
    match = _DEGREE_OF_FIELD.search(degree[0])
    return _tidy(match["field"]) if match else None


def _education(draft: _Draft) -> Education:
    start = end = None
    if draft.dates:
        first = draft.dates[0]
        start, end = (None, first.start) if first.single else (first.start, first.end)
    return Education(draft.school or "", draft.degree, draft.subject, start, end)


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(_TRIM)
