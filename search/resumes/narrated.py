"""Positions told in sentences, such as "Worked as a Site Manager at Hoch Bau GmbH from 2012 to 2015".

A story is a verb of working, then in any order a role behind "as", an employer behind "at", "with", "for" or "in", and dates.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.resumes.dates import DateRange, find_ranges
from search.resumes.places import is_place
from search.resumes.sections import Line, paragraphs_of
from search.resumes.vocabulary import is_title
from search.skills.matcher import canonical_skill

_MAX_STORY = 220
_MAX_STORIES = 40
_MAX_ROLE_WORDS = 7
_MAX_EMPLOYER_WORDS = 8
_MAX_PHRASE = 90
_PARTS = ("role", "employer", "dates")
_VERB = re.compile(
    r"\b(?:work(?:ed|ing)?|employed|serv(?:ed|ing)|associated|join(?:ed|ing)|appointed|promoted|engaged|hired)\b",
    re.IGNORECASE,
)
_FOR_A_TIME = re.compile(
    r"\s+(?:for\s+)?(?:about |almost |over |more than |nearly |the last |the past )?\d+(?:\.\d+)?\+?\s*(?:years?|yrs?|months?)\b",
    re.IGNORECASE,
)
_AS = re.compile(r"(?:,?\s+[A-Z][\w.]*){0,3},?\s+(?:as|to)\s+(?:an?\s+|the\s+)?(?:position of\s+)?")
_AT = re.compile(r",?\s+(?:at|with|for|in|by)\s+(?:the\s+|M/s\.?\s+)?", re.IGNORECASE)
_ENDS = re.compile(
    r"\s*[,;:()|•\t]|\.(?=\s|$)|\s[-–—]\s|\s+(?:at|with|for|in|by|as|from|since|where|which|who|during|until|till|on|to|under|having|"
    r"wherein|between|i|responsible|reporting|handling|working)\b|\s+and\s+(?-i:[a-z])",
    re.IGNORECASE,
)
_SENTENCE_ENDS = re.compile(r"[a-z\d)]{2}\.\s+(?=[A-Z])|;")


@dataclass(frozen=True, slots=True)
class Story:
    """What a sentence tells of a position, and the half-open offsets of the lines in which it stands."""

    title: str | None
    company: str | None
    dates: DateRange | None
    start: int
    end: int


def stories_in(lines: Iterable[Line]) -> Iterator[Story]:
    """Yield the positions told in running text, at most forty of a section."""
    count = 0
    for paragraph in paragraphs_of(lines):
        text = " ".join(line.text for line in paragraph)
        start, end = paragraph[0].start, paragraph[-1].end
        for verb in _VERB.finditer(text):
            story = _story(text[verb.end() : verb.end() + _MAX_STORY], start, end)
            if story is not None:
                yield story
                count += 1
            if count == _MAX_STORIES:
                return


def _story(text: str, start: int, end: int) -> Story | None:
    ends = _SENTENCE_ENDS.search(text)
    text = _FOR_A_TIME.sub("", text[: ends.end()] if ends else text)
    title = company = None
    at = 0
    for _ in _PARTS:
        if title is None and (role := _AS.match(text, at)):
            phrase, after = _phrase(text, role.end())
            if not _is_role(phrase):
                break
            title, at = phrase, after
        elif company is None and (employer := _AT.match(text, at)):
            phrase, after = _phrase(text, employer.end())
            if not _is_employer(phrase):
                break
            company, at = phrase, after
        else:
            break
    if title is None and company is None:
        return None
    dates = next((found for found in find_ranges(text[at:]) if not found.single), None)
    return Story(title, company, dates, start, end)


def _phrase(text: str, at: int) -> tuple[str, int]:
    """Return the words up to the next preposition, mark or relative clause, and where they end."""
    ends = _ENDS.search(text, at, at + _MAX_PHRASE)
    last = ends.start() if ends else min(len(text), at + _MAX_PHRASE)
    return text[at:last].strip(" .\"'“”"), last


def _is_role(phrase: str) -> bool:
    return len(phrase.split()) <= _MAX_ROLE_WORDS and is_title(phrase)


def _is_employer(phrase: str) -> bool:
    """Say whether the words are a name, and neither a place, a skill, a title nor a time."""
    words = phrase.split()
    capitals = sum(word[:1].isupper() for word in words)
    return (
        bool(words)
        and len(words) <= _MAX_EMPLOYER_WORDS
        and phrase[:1].isupper()
        and capitals * 2 >= len(words)
        and not is_place(phrase)
        and not is_title(phrase)
        and canonical_skill(phrase) is None
        and not find_ranges(phrase)
    )
