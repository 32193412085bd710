"""Positions held: entries of the experience sections, and where there are none, what sentences tell."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from search.resumes.dates import DateRange
from search.resumes.header_parts import HeaderParts
from search.resumes.headers import anchors_of, head_of, lines_above, undated_anchors_of, without_dates
from search.resumes.narrated import Story, stories_in
from search.resumes.profile import Employment
from search.resumes.sections import Line, Section, SectionKind

_MAX_EMPLOYMENTS = 60
_MAX_STORIES = 200
_MAX_SUMMARY = 4_000
_MAX_NAME = 200
_TELLING = frozenset(
    {
        SectionKind.TOP,
        SectionKind.SUMMARY,
        SectionKind.EXPERIENCE,
        SectionKind.OTHER,
        SectionKind.PROJECTS,
        SectionKind.PERSONAL,
    }
)


@dataclass(frozen=True, slots=True)
class FoundEmployment:
    """A position and the half-open offsets of its entry in the text."""

    value: Employment
    start: int
    end: int


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
    told = (story for part in parts if part.kind in _TELLING for story in stories_in(part.lines))
    listed = _distinct(found)[:_MAX_EMPLOYMENTS]
    return _distinct(_with_stories(listed, list(islice(told, _MAX_STORIES))))[:_MAX_EMPLOYMENTS]


def _with_stories(found: list[FoundEmployment], told: list[Story]) -> list[FoundEmployment]:
    """Give positions the titles that their text tells; where none is listed, those that are told count."""
    if not found:
        return [_of_story(story) for story in told if story.title and story.company]
    entries = list(found)
    for story in told:
        inside = next(
            (at for at, entry in enumerate(entries) if entry.start <= story.start < entry.end), None
        )
        if inside is not None and story.title and entries[inside].value.title is None:
            entries[inside] = replace(
                entries[inside], value=replace(entries[inside].value, title=story.title)
            )
    return entries


def _of_story(story: Story) -> FoundEmployment:
    dates = story.dates
    value = Employment(
        company=(story.company or "")[:_MAX_NAME],
        title=story.title,
        start=dates.start if dates else None,
        end=dates.end if dates else None,
        current=dates.current if dates else False,
    )
    return FoundEmployment(value, story.start, story.end)


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
    dated = anchors_of(lines)
    above = lines_above(lines, dated[0].index) if dated else 0
    undated = [] if need_title else undated_anchors_of(lines, dated, above)
    anchors = sorted([*dated, *undated], key=lambda anchor: anchor.index)
    entries = []
    heads = [head_of(lines, anchor, anchors, number, above) for number, anchor in enumerate(anchors)]
    for number, (anchor, head) in enumerate(zip(anchors, heads, strict=True)):
        first, last = head
        body_end = heads[number + 1][0] if number + 1 < len(heads) else len(lines)
        header = [lines[index] for index in range(first, last + 1)]
        value = _employment(header, lines[anchor.index], anchor.dates, lines[last + 1 : body_end])
        if value is not None and not (need_title and value.title is None):
            entries.append(FoundEmployment(value, header[0].start, lines[max(body_end - 1, last)].end))
    return entries


def _employment(
    header: list[Line], dated: Line, dates: DateRange | None, body: Iterable[Line]
) -> Employment | None:
    texts = [without_dates(line.text, dates) if line is dated else line.text for line in header]
    parts = HeaderParts.of(
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
