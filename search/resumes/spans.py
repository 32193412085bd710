"""Where in the text the values of a profile stand.

A value is looked for as a run of its own words, whatever case, signs and space stand between them, within the bounds of its
entry. In: "Contoso, Inc" within "Contoso  Inc. | Austin". Out: the offsets of "Contoso  Inc". What is not found so has no span.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import StrEnum

from search.resumes.dates import find_ranges
from search.resumes.educations import FoundEducation
from search.resumes.employments import FoundEmployment
from search.resumes.profile import Profile, Span

_WORD = re.compile(r"[^\W_]+")
_MOST_TRIES = 200
_MOST_DATED = 4_000
_SIGNS = "+#"


class Part(StrEnum):
    """What a span's value is of the profile."""

    NAME = "NAME"
    HEADLINE = "HEADLINE"
    SUMMARY = "SUMMARY"
    LOCATION = "LOCATION"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    LINK = "LINK"
    EMPLOYMENT = "EMPLOYMENT"
    EMPLOYMENT_TITLE = "EMPLOYMENT_TITLE"
    EMPLOYMENT_COMPANY = "EMPLOYMENT_COMPANY"
    EMPLOYMENT_LOCATION = "EMPLOYMENT_LOCATION"
    EMPLOYMENT_TEAM = "EMPLOYMENT_TEAM"
    EMPLOYMENT_DATES = "EMPLOYMENT_DATES"
    EMPLOYMENT_SUMMARY = "EMPLOYMENT_SUMMARY"
    EDUCATION = "EDUCATION"
    EDUCATION_SCHOOL = "EDUCATION_SCHOOL"
    EDUCATION_DEGREE = "EDUCATION_DEGREE"
    EDUCATION_FIELD = "EDUCATION_FIELD"
    EDUCATION_DATES = "EDUCATION_DATES"
    SKILL = "SKILL"
    LANGUAGE = "LANGUAGE"
    CERTIFICATE = "CERTIFICATE"


CONTACTS = frozenset({Part.EMAIL, Part.PHONE, Part.LINK})
"""What only those may see who may see contact data."""


class Finder:
    """The words of a text with their places; finds runs of words in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._words: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._places: dict[str, list[int]] = defaultdict(list)
        for match in _WORD.finditer(text):
            word = match[0].casefold()
            self._places[word].append(len(self._words))
            self._words.append(word)
            self._starts.append(match.start())
            self._ends.append(match.end())

    def find(self, value: str, start: int = 0, end: int | None = None) -> tuple[int, int] | None:
        """Return where the words of a value first stand as a run between two offsets; at most 200 places are tried."""
        words = [match[0].casefold() for match in _WORD.finditer(value)]
        if not words:
            return None
        places = self._places.get(words[0], [])
        first = bisect_left(places, bisect_left(self._starts, start))
        limit = len(self.text) if end is None else end
        for place in places[first : first + _MOST_TRIES]:
            last = place + len(words) - 1
            if last >= len(self._words) or self._ends[last] > limit:
                return None
            if self._words[place : last + 1] == words:
                return self._starts[place], self._with_signs(self._ends[last], value, limit)
        return None

    def _with_signs(self, end: int, value: str, limit: int) -> int:
        """Take the signs of "C++" along where the value ends with them."""
        while end < limit and self.text[end] in _SIGNS and value.endswith(self.text[end]):
            end += 1
        return end


def spans_of(
    finder: Finder,
    profile: Profile,
    employments: Sequence[FoundEmployment],
    educations: Sequence[FoundEducation],
) -> Iterator[Span]:
    """Yield the spans of single values, entries and their parts, languages and certificates."""
    for part, value in ((Part.HEADLINE, profile.headline), (Part.SUMMARY, profile.summary)):
        yield from _one(finder, part, 0, value)
    if profile.location:
        place = profile.location
        yield from _one(finder, Part.LOCATION, 0, place.city or place.region)
    for index, job in enumerate(employments):
        bounds = (job.start, job.end)
        yield Span(Part.EMPLOYMENT, index, *bounds)
        for part, value in (
            (Part.EMPLOYMENT_TITLE, job.value.title),
            (Part.EMPLOYMENT_COMPANY, job.value.company),
            (Part.EMPLOYMENT_LOCATION, job.value.location),
            (Part.EMPLOYMENT_TEAM, job.value.team),
            (Part.EMPLOYMENT_SUMMARY, job.value.summary),
        ):
            yield from _one(finder, part, index, value, *bounds)
        yield from _dates(finder, Part.EMPLOYMENT_DATES, index, bounds, (job.value.start, job.value.end))
    for index, study in enumerate(educations):
        bounds = (study.start, study.end)
        yield Span(Part.EDUCATION, index, *bounds)
        for part, value in (
            (Part.EDUCATION_SCHOOL, study.value.school),
            (Part.EDUCATION_DEGREE, study.value.degree),
            (Part.EDUCATION_FIELD, study.value.field),
        ):
            yield from _one(finder, part, index, value, *bounds)
        yield from _dates(finder, Part.EDUCATION_DATES, index, bounds, (study.value.start, study.value.end))
    for index, certificate in enumerate(profile.certificates):
        yield from _one(finder, Part.CERTIFICATE, index, certificate)


def _one(
    finder: Finder, part: Part, index: int, value: str | None, start: int = 0, end: int | None = None
) -> Iterator[Span]:
    found = finder.find(value, start, end) if value else None
    if found is not None:
        yield Span(part, index, *found)


def _dates(
    finder: Finder, part: Part, index: int, bounds: tuple[int, int], wanted: tuple[str | None, str | None]
) -> Iterator[Span]:
    """Yield where the entry's dates stand; a lone date may be meant as start or as end."""
    if wanted == (None, None):
        return
    offset = bounds[0]
    for line in finder.text[offset : min(bounds[1], offset + _MOST_DATED)].split("\n"):
        for found in find_ranges(line):
            if wanted in ((found.start, found.end), (None, found.start)):
                yield Span(part, index, offset + found.begin, offset + found.finish)
                return
        offset += len(line) + 1


def value_of(profile: Profile, span: Span) -> str | None:
    """Return the value that a span shows; None where that is a whole entry, or a text of many lines."""
    part, index = Part(span.field), span.index
    lists = {
        Part.EMAIL: profile.emails,
        Part.PHONE: profile.phones,
        Part.LINK: profile.links,
        Part.SKILL: profile.skills,
        Part.LANGUAGE: profile.languages,
        Part.CERTIFICATE: profile.certificates,
    }
    if part in lists:
        return lists[part][index]
    if part in (Part.NAME, Part.HEADLINE):
        return profile.name if part is Part.NAME else profile.headline
    if part is Part.LOCATION and profile.location:
        return profile.location.city or profile.location.region
    return _value_of_entry(profile, part, index)


def _value_of_entry(profile: Profile, part: Part, index: int) -> str | None:
    kind, _, name = part.partition("_")
    if not name or part is Part.EMPLOYMENT_SUMMARY:
        return None
    entry = (profile.employments if kind == Part.EMPLOYMENT else profile.educations)[index]
    if name == "DATES":
        last = "" if getattr(entry, "current", False) else entry.end
        return f"{entry.start}/{last}" if entry.start and last is not None else entry.start or entry.end
    value: str | None = getattr(entry, name.lower())
    return value
