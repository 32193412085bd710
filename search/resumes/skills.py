"""Skills: names of the list wherever they stand, items of skills sections, and what people say they know.

In: "Skills: SQL, MS Office (Word, Excel)" and "Sound knowledge of glaze chemistry and kiln firing". Out: SQL, Microsoft Office, Word,
Excel, glaze chemistry, kiln firing.
"""

import re
from collections.abc import Iterable, Iterator

from search.resumes.contacts import Found
from search.resumes.dates import find_ranges
from search.resumes.places import is_place
from search.resumes.sections import Line, Section, SectionKind, paragraphs_of
from search.resumes.spans import Finder
from search.resumes.vocabulary import LEGAL_FORM, SPOKEN_LANGUAGES
from search.skills.matcher import canonical_skill, find_skills

_MAX_SKILLS = 150
_MAX_ITEM = 40
_MAX_ITEM_WORDS = 4
_MAX_LABEL_WORDS = 5
_MAX_TEXT = 2_000
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
    r"resume|references?|details|description|duration|role|team size|environment|and|or|of|skills?|technical|knowledge|client|project|domain|name)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"www\.|https?:|\.com\b|@", re.IGNORECASE)
_SENTENCE_ENDS = re.compile(r"\.\s+(?=[A-Z])|;")
_ROUND = re.compile(r"\(([^()]{2,80})\)")
_KNOWING = re.compile(
    r"\b(?:knowledge|experience|experienced|expertise|expert|proficien(?:t|cy)|familiar(?:ity)?|skilled|skills|understanding|command|"
    r"competen(?:t|ce|cy)|exposure|(?:well[- ])?versed|trained|speciali[sz](?:ed|ing|ation)|hands[- ]on|certified|conversant|adept)\s+"
    r"(?:in|of|with|on|using|at)\s+(?:the\s+|all\s+|various\s+|different\s+|both\s+|areas? of\s+)*",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    r"\b(?:including|such as|like|as well as|along with|e\.g\.?|viz\.?)\s*:?", re.IGNORECASE
)
_CLAUSE = re.compile(
    r"\s+(?:while|which|that|where|who|in|so|using|through|by|for|to|with|across|within|on|at|from|as|is|are|when|if|during|based|per|under|into)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_UNENDED = re.compile(r"(?:[,;:&/(-]|\b(?:and|or|of|in|with|the|for|to))$")
_MOST_BEFORE = 60
_MOST_BEFORE_LIST = 25
_TRAITS = re.compile(r"\b(?:personal|inter-?personal|soft|transferable|behaviou?ral|people)\b", re.IGNORECASE)
"""Headings of lists of what somebody is like."""
_TOLD = frozenset({SectionKind.SKILLS, SectionKind.SUMMARY})
_MOST_REFUSED = 0.3


def skills_in(*texts: str | None) -> list[str]:
    """Return the known skills that texts name, in order."""
    return list(dict.fromkeys(match.name for text in texts if text for match in find_skills(text)))[
        :_MAX_SKILLS
    ]


def all_skills(text: str, sections: list[Section], finder: Finder) -> list[Found]:
    """Return known skills found anywhere, then what skills sections list and what people say they know, with where each first stands."""
    skills: dict[str, Found] = {}
    for match in find_skills(text):
        skills.setdefault(match.name.lower(), Found(*match))
    for item in _written(sections):
        name = canonical_skill(item) or item
        if name.lower() not in skills:
            skills[name.lower()] = Found(name, *(finder.find(item) or (-1, -1)))
    return list(skills.values())[:_MAX_SKILLS]


def _written(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        if section.kind not in _TOLD:
            continue
        for paragraph in paragraphs_of(section.lines):
            text = _as_one(paragraph)[:_MAX_TEXT]
            if section.kind is SectionKind.SKILLS and not _TRAITS.search(section.heading):
                yield from _listed(text)
            yield from _known(text)


def _as_one(paragraph: Iterable[Line]) -> str:
    """Return the lines as one text; a line that does not go on with the words of the one before begins a new item."""
    text = ""
    for line in paragraph:
        goes_on = _UNENDED.search(text) or line.text[:1].islower() or text.count("(") > text.count(")")
        text += (" " if goes_on else "\t") + line.text if text else line.text
        if len(text) > _MAX_TEXT:
            break
    return text


def _listed(text: str) -> Iterator[str]:
    """Yield the items of a list, behind a label or in parentheses; of a sentence none but its label."""
    text = _LENGTH.sub("", text).rstrip()
    if text.endswith(":"):
        return
    label, colon, rest = text.partition(":")
    labelled = (
        bool(colon)
        and not rest.startswith("//")
        and len(label.split()) <= _MAX_LABEL_WORDS
        and bool(rest.strip())
    )
    listed = _without_lead(rest if labelled else text)
    pieces = [*_ITEMS.split(_ROUND.sub(" ", listed)), *_inside(text)]
    items = [list(_tidied(piece)) for piece in pieces if not _is_filler(piece.strip())]
    if sum(not item for item in items) > _MOST_REFUSED * len(items):
        items = [list(_tidied(label))] if labelled else []
    for item in items:
        yield from item


def _is_filler(piece: str) -> bool:
    """Say whether a piece of a list is nothing, a word such as "etc", or a spoken language, which are told apart."""
    return not piece or _NO_SKILL.fullmatch(piece) is not None or piece.lower() in SPOKEN_LANGUAGES


def _without_lead(text: str) -> str:
    """Return what stands behind "Good knowledge of" and the like at the text's beginning."""
    lead = _KNOWING.search(text)
    return text[lead.end() :] if lead and lead.start() <= _MOST_BEFORE_LIST else text


def _inside(text: str) -> Iterator[str]:
    for inner in _ROUND.findall(text):
        yield from _ITEMS.split(inner)


def _known(text: str) -> Iterator[str]:
    """Yield what stands behind words such as "knowledge of", up to the next clause."""
    lead = _KNOWING.search(text)
    if lead is None or lead.start() > _MOST_BEFORE:
        return
    end = _SENTENCE_ENDS.search(text, lead.end())
    for piece in _ITEMS.split(_FURTHER.sub(",", text[lead.end() : end.start() if end else len(text)])):
        yield from _tidied(_CLAUSE.sub("", piece))


def _tidied(piece: str) -> Iterator[str]:
    """Yield the piece without levels and rests of sentences, where it can name a skill."""
    item = re.sub(r"\s+", " ", _LEVEL.sub("", piece)).strip(" .:-–—*()[]/&\"'")
    item = _EDGES.sub("", item)
    words = item.split()
    if not item or len(item) > _MAX_ITEM or len(words) > _MAX_ITEM_WORDS or not any(map(str.isalpha, item)):
        return
    if _ADDRESS.search(item) or (len(words) > 1 and _SENTENCE.search(item)):
        return
    if find_ranges(item) or is_place(item) or _is_filler(item):
        return
    if len(words) > 1 and LEGAL_FORM.fullmatch(words[-1]):
        return
    if len(item) == 1 and canonical_skill(item) is None:
        return
    yield item
