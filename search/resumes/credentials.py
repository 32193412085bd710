"""Skills, spoken languages and certificates."""

import re
from collections.abc import Iterable

from search.resumes.contacts import Found
from search.resumes.dates import find_ranges
from search.resumes.places import is_place
from search.resumes.sections import Line, Section, SectionKind
from search.resumes.spans import Finder
from search.resumes.vocabulary import find_degree, spoken_languages_in
from search.skills.matcher import canonical_skill, find_skills

_MAX_SKILLS = 150
_MAX_CERTIFICATES = 30
_MAX_ITEM = 40
_MAX_ITEM_WORDS = 4
_MAX_CERTIFICATE = 150
_SHORT_LINE = 120
_ITEMS = re.compile(r"\t|\s{2,}|[,;|•·●▪]|\s[/–—-]\s|\.\s|\s+and\s+|:\s")
_LENGTH = re.compile(r"\(?(?:less than )?\d+\+?\s*(?:years?|yrs?|months?)\)?", re.IGNORECASE)
_LEVEL = re.compile(
    r"\((?:[^()]*)\)|\b(?:basic|advanced|intermediate|expert|proficient|fluent|beginner|native)\b.*",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"\b(?:i|my|is|are|was|were|have|has|had|to|with|the|that|which|using|able|ability|including|etc|years?|from|by|for|in|on|at|as|a|an|such|well|strong|good|excellent|"
    r"knowledge|experience|familiar|proficient|skilled|understanding)\b",
    re.IGNORECASE,
)
_EDGES = re.compile(
    r"^(?:(?:and|or|of|both|other|various|etc)\s+)+|(?:\s+(?:and|or|of|etc|using|with|in))+$", re.IGNORECASE
)
_NO_SKILL = re.compile(
    r"(?:than|less than|years?|months?|etc|links?|others?|responsibilities|activities|project (?:details|description)|module \d+|page \d+(?: of \d+)?|"
    r"resume|references?|details|description|duration|role|team size|environment|and|or|of|skills?|technical|knowledge)",
    re.IGNORECASE,
)
_PROSE_WORDS = 12
_ADDRESS = re.compile(r"www\.|https?:|\.com\b|@", re.IGNORECASE)
_LANGUAGE_LABEL = re.compile(
    r"^(?:languages?(?: known| spoken| skills?)?|sprachen|langues|idiomas|linguistic skills?)\s*[:\-–]?\s*(.*)$",
    re.IGNORECASE,
)
_FLUENCY = re.compile(
    r"\b(?:fluent|native|bilingual|mother tongue|conversational|proficiency|muttersprache)\b", re.IGNORECASE
)


def skills_in(*texts: str | None) -> list[str]:
    """Return the known skills that texts name, in order."""
    return list(dict.fromkeys(match.name for text in texts if text for match in find_skills(text)))[
        :_MAX_SKILLS
    ]


def listed_skills(sections: Iterable[Section]) -> dict[str, tuple[str, str]]:
    """Return the short items of the skills sections' lists by their key: canonical name, and the item as written."""
    found: dict[str, tuple[str, str]] = {}
    for section in sections:
        if section.kind is SectionKind.SKILLS:
            for line in section.lines:
                for item in _items(line):
                    name = canonical_skill(item) or item
                    found.setdefault(name.lower(), (name, item))
    return found


def _items(line: Line) -> Iterable[str]:
    text = _LENGTH.sub("", line.text)
    label, colon, rest = text.partition(":")
    if colon and len(label.split()) <= 5 and rest.strip():  # noqa: PLR2004
        text = rest
    pieces = _ITEMS.split(text)
    if len(pieces) == 1 and not line.bullet and len(text.split()) > _MAX_ITEM_WORDS:
        return
    if len(text.split()) >= _PROSE_WORDS and len(text.split()) > _MAX_ITEM_WORDS * len(pieces):
        return
    for piece in pieces:
        item = re.sub(r"\s+", " ", _LEVEL.sub("", piece)).strip(" .:-–—*()[]/&\"'")
        item = _EDGES.sub("", item)
        words = item.split()
        if (
            not item
            or _NO_SKILL.fullmatch(item)
            or len(item) > _MAX_ITEM
            or len(words) > _MAX_ITEM_WORDS
            or not any(map(str.isalpha, item))
        ):
            continue
        if (len(words) > 1 and _SENTENCE.search(item)) or find_ranges(item) or is_place(item):
            continue
        if _ADDRESS.search(item) or (len(item) == 1 and canonical_skill(item) is None):
            continue
        yield item


def all_skills(text: str, sections: list[Section], finder: Finder) -> list[Found]:
    """Return known skills found anywhere, then the items of the skills sections, with where each first stands."""
    skills: dict[str, Found] = {}
    for match in find_skills(text):
        skills.setdefault(match.name.lower(), Found(*match))
    for key, (name, item) in listed_skills(sections).items():
        if key not in skills:
            skills[key] = Found(name, *(finder.find(item) or (-1, -1)))
    return list(skills.values())[:_MAX_SKILLS]


def find_languages(sections: Iterable[Section]) -> list[Found]:
    """Return spoken languages, in English, from language sections and labelled lines."""
    found: dict[str, Found] = {}
    for section in sections:
        for line in section.lines:
            label = _LANGUAGE_LABEL.match(line.text)
            if (
                section.kind is SectionKind.LANGUAGES
                or label
                or (_FLUENCY.search(line.text) and len(line.text) <= _SHORT_LINE)
            ):
                for name, start, end in spoken_languages_in(line.text):
                    found.setdefault(name, Found(name, line.start + start, line.start + end))
    return list(found.values())


def find_certificates(sections: Iterable[Section]) -> list[str]:
    """Return the lines of the certificate sections without their dates."""
    found: dict[str, str] = {}
    for section in sections:
        if section.kind is not SectionKind.CERTIFICATES:
            continue
        for line in section.lines:
            text = line.text
            for dates in reversed(find_ranges(text)):
                text = text[: dates.begin] + " " + text[dates.finish :]
            name = re.sub(r"\s+", " ", re.sub(r"\(\s*\)", "", text)).strip(" ,;:|–—-•·.")
            if 3 <= len(name) <= _MAX_CERTIFICATE and not (find_degree(name) and len(name.split()) <= 2):  # noqa: PLR2004
                found.setdefault(name.lower(), name)
    return list(found.values())[:_MAX_CERTIFICATES]
