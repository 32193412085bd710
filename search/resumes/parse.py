"""From a résumé's text to a profile, by general rules over headings, dates and word lists."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from search.resumes.contacts import Found, find_emails, find_links, find_phones
from search.resumes.credentials import find_certificates, find_languages
from search.resumes.educations import find_educations
from search.resumes.employments import find_employments
from search.resumes.likelihood import Likelihood, likelihood_of
from search.resumes.person import find_person
from search.resumes.places import gazetteer
from search.resumes.profile import Profile, Span
from search.resumes.sections import sections_of
from search.resumes.skills import all_skills
from search.resumes.spans import Finder, Part, spans_of

_SPACES = str.maketrans({"\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u200b": None, "\ufeff": None, "\u2060": None,
                         "\r": "\n", "\f": "\n", "\v": "\n", "\u2028": "\n", "\u2029": "\n", "\x00": None})  # fmt: skip
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
_TRAILING = re.compile(r"[ \t]+(?=\n|$)")
_ICONS = re.compile("[\ue000-\uf8ff]")
_MARKS = re.compile("[\uf06c\uf06e\uf071\uf076\uf097\uf098\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc] ?")
"""Bullets as symbol fonts have them."""
_MONTH_OR_YEAR = r"(?:\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?|\b(?:19|20)\d\d)"
_LOST_BREAKS = re.compile(
    rf"(?P<dates>{_MONTH_OR_YEAR} {{2,3}}(?={_MONTH_OR_YEAR}\b|present\b|current|now\b|till\b|to\b))|(?<![•●▪❖➢✓■])(?:(?P<gap> {{4,}})| {{2,}})| (?=[•●▪❖➢✓■]\s)",
    re.IGNORECASE,
)
_LONG_LINE = 400
_CONTACT_CHARACTERS = 100_000


def preload() -> None:
    """Load every list now, so that processes forked later share it."""
    gazetteer()
    parse_text("Jane Example\nAnalyst\njane@example.org\n+1 202 555 0143\nSkills\nSQL, Excel\n")


def tidied(text: str) -> str:
    """Return the text in composed Unicode, with plain spaces, without icons and long gaps.

    Bullets of symbol fonts become plain ones. A text whose line breaks were lost is cut again at bullets and where two or more
    spaces stand, except between two dates.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(_SPACES)
    text = _ICONS.sub(
        " ", _MARKS.sub("• ", text).replace("\ufb01", "fi").replace("\ufb02", "fl").replace("\ufb00", "ff")
    )
    lines = text.strip().split("\n")
    if (
        text
        and max(map(len, lines)) > _LONG_LINE
        and any(len(line) > _LONG_LINE and "  " in line for line in lines)
    ):
        text = "\n".join(_rebroken(line) if len(line) > _LONG_LINE else line for line in lines)
    return _BLANK_LINES.sub("\n\n", _TRAILING.sub("", text)).strip("\n")


def _rebroken(line: str) -> str:
    """Cut a line whose breaks were lost at its wide spaces, but for those between two dates, and before bullets."""

    def cut(found: re.Match[str]) -> str:
        return found["dates"] or ("\n\n" if found["gap"] else "\n")

    return _LOST_BREAKS.sub(cut, line)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says about its person, where the values stand in it, and how likely it is a résumé."""

    profile: Profile
    spans: tuple[Span, ...]
    likelihood: Likelihood


def parse_text(text: str, links: Sequence[str] = ()) -> Parsed:
    """Read a tidied text; `links` are the addresses behind its hyperlinks."""
    sections = sections_of(text)
    head = text[:_CONTACT_CHARACTERS]
    emails = find_emails(head, links)
    addresses = find_links(head, links)
    person = find_person(sections, [found.value for found in emails], [found.value for found in addresses])
    employments = find_employments(sections)
    educations = find_educations(sections)
    phones = find_phones(head, person.location.country if person.location else None, links)
    finder = Finder(text)
    skills = all_skills(text, sections, finder)
    languages = find_languages(sections)
    profile = Profile(
        name=person.name,
        headline=person.headline,
        summary=person.summary,
        emails=tuple(found.value for found in emails),
        phones=tuple(found.value for found in phones),
        links=tuple(found.value for found in addresses),
        location=person.location,
        employments=tuple(found.value for found in employments),
        educations=tuple(found.value for found in educations),
        skills=tuple(found.value for found in skills),
        languages=tuple(found.value for found in languages),
        certificates=tuple(find_certificates(sections)),
    )
    name = finder.find(person.name, *person.name_span) if person.name and person.name_span else None
    spans = [Span(Part.NAME, 0, *name)] if name else []
    for part, values in (
        (Part.EMAIL, emails),
        (Part.PHONE, phones),
        (Part.LINK, addresses),
        (Part.SKILL, skills),
        (Part.LANGUAGE, languages),
    ):
        spans += _spans(part, values)
    spans += spans_of(finder, profile, employments, educations)
    return Parsed(profile, tuple(spans), likelihood_of(text, sections, profile))


def _spans(part: Part, values: Sequence[Found]) -> list[Span]:
    return [
        Span(part, index, found.start, found.end) for index, found in enumerate(values) if found.start >= 0
    ]
