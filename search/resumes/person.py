"""Who the résumé is about: name, headline, summary, place."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from search.resumes.aims import aim_of
from search.resumes.contacts import without_contacts, words_of_emails, words_of_slugs
from search.resumes.dates import find_ranges
from search.resumes.places import find_location, is_place
from search.resumes.profile import Location
from search.resumes.sections import Line, Section, SectionKind, heading_of
from search.resumes.vocabulary import EMPLOYER_WORD, SCHOOL_WORD, TITLE_WORD, find_degree, is_title
from search.skills.matcher import canonical_skill

_TOP_LINES = 15
_MAX_HEADLINE = 140
_MAX_SUMMARY = 3_000
_SUMMARY_WORDS = 15
_MAX_NAME_WORDS = 5
_MIN_NAME_WORDS = 2
_MAX_NAME = 50
_NAME_LINES = 5
_HEADLINE_LINES = 8
_MAX_HEADLINE_WORDS = 12
_FEW_WORDS = 3
_NAME_WORD = r"(?:[^\W\d_]+(?:['’.\-][^\W\d_]+)*\.?)"
_NAME = re.compile(rf"{_NAME_WORD}(?:\s+{_NAME_WORD}){{1,4}}")
_NAME_LABEL = re.compile(
    r"^(?:(?:full |candidate |first )?name|curriculum vitae(?: of)?|resum[eé](?: of)?|cv(?: of)?|mr|mrs|ms|miss|dr|prof)\b[.:\s\-–]*",
    re.IGNORECASE,
)
_NAME_LABELLED = re.compile(r"(?:full |candidate )?name\s*[:\-]", re.IGNORECASE)
_SUFFIX = re.compile(
    r"[,\s]+(?:ph\.?d|mba|md|m\.d|cpa|rn|bsn|pmp|esq|jr|sr|ii|iii|pe|cfa|phr|sphr|msc|bsc|shrm-cp|m\.?s|b\.?s)\.?(?=[,\s]|$)",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(
    r"\b(?:resume|résumé|curriculum|vitae|cv|page|updated|address|phone|mobile|email|e-mail|contact|street|road|avenue|drive|lane|"
    r"sample|template|free|company|city|state|gender|male|female|nationality|date|birth|the|and|of|with|for|in|to|willing|relocate|"
    r"seeking|skills?|experience|professional|indeed|linkedin|github|present|java|python|sql|software|technology|data|"
    r"objective|profile|summary|available|confidential|personal|references?|objectives?|cover letter|nagar|block|floor|house|flat|sector|"
    r"apartment|apt|suite|box|your|name|here|business|marketing|sales|project|design|finance|human|resources|customer|service|services|health|care|public|relations|education|banking|information|digital)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"\.$|\b(?:with|seeking|having|years?|am|is|was|experienced)\b", re.IGNORECASE)
_AIM = re.compile(r"^(?:seeking|looking|desir\w+|targeting|to )\b|\bposition (?:of|as)\b", re.IGNORECASE)
_TEMPLATE = re.compile(r"\b(?:resume|résumé|curriculum vitae|cv|template|sample)\b", re.IGNORECASE)
_CUT = re.compile(r"\t|\s[|•·–—-]\s|\s{2,}|[|•·(]|,(?=\s)")


@dataclass(frozen=True, slots=True)
class Person:
    """What the head of a résumé says; `name_span` is where the name stands."""

    name: str | None
    name_span: tuple[int, int] | None
    headline: str | None
    summary: str | None
    location: Location | None


def find_person(sections: list[Section], emails: Iterable[str], links: Iterable[str]) -> Person:
    """Return name, headline, summary and place from the first lines and the summary section."""
    top = [line for section in sections[:2] for line in section.lines][:_TOP_LINES]
    first = list(sections[0].lines)
    known = {*words_of_emails(emails), *words_of_slugs(links)}
    found = _name(top, sections, known)
    name, line = (found.name, found.line) if found else (None, None)
    span = (line.start, line.end) if line else None
    return Person(
        name,
        span,
        _headline(first, name, line) or _aim(sections),
        _summary(sections),
        _location(top, sections, name),
    )


class _Candidate(NamedTuple):
    """A possible name, ordered by how sure it is: labelled, like an address of the person, early in the text."""

    labelled: bool
    alike: bool
    earliness: int
    name: str
    line: Line


def _name(top: list[Line], sections: list[Section], known: set[str]) -> _Candidate | None:
    """Return the surest name of the head or of the personal details."""
    head = len(sections[0].lines)
    candidates = [
        candidate
        for index, line in enumerate(top)
        if index == 0 or heading_of(line) is None
        for candidate in _names_of(line, index, known)
        if candidate.alike or candidate.labelled or index < min(head, _NAME_LINES)
    ]
    personal = [line for part in sections if part.kind is SectionKind.PERSONAL for line in part.lines]
    for line in personal:
        if _NAME_LABELLED.match(line.text):
            candidates.extend(_names_of(line, _TOP_LINES, known))
    return max(candidates, key=lambda candidate: candidate[:3], default=None)


def _names_of(line: Line, index: int, known: set[str]) -> Iterator[_Candidate]:
    labelled = _NAME_LABELLED.match(line.text) is not None
    for text in _pieces(line.text):
        name = _as_name(text)
        if name is None and index == 0 and _alike(text, known):
            name = _as_name(text.title())
        if name is not None:
            yield _Candidate(labelled, _alike(name, known), -index, name, line)


def _alike(text: str, known: set[str]) -> bool:
    """Say whether a word of the text is in the words of the person's addresses."""
    words = {word.lower() for word in re.findall(r"[^\W\d_]{3,}", text)}
    return any(word in other or other in word for word in words for other in known)


def _pieces(text: str) -> list[str]:
    pieces = [piece for piece in _CUT.split(_SUFFIX.sub("", without_contacts(text))) if piece.strip()]
    return pieces[:2]


def _as_name(text: str) -> str | None:
    text = _SUFFIX.sub("", _NAME_LABEL.sub("", text.strip())).strip(" ,.:;-–|*\"'“”")
    text = re.sub(r"\s+", " ", text)
    if not _NAME.fullmatch(text) or not _MIN_NAME_WORDS <= len(text.split()) <= _MAX_NAME_WORDS:
        return None
    words = text.split()
    if not all(word[:1].isupper() or word.lower() in _PARTICLES for word in words) or len(text) > _MAX_NAME:
        return None
    refused = (_NOT_NAMES, TITLE_WORD, EMPLOYER_WORD, SCHOOL_WORD)
    if (
        any(rule.search(text) for rule in refused)
        or find_degree(text)
        or is_place(text)
        or canonical_skill(text)
    ):
        return None
    return " ".join(_cased(word) for word in words)


_PARTICLES = frozenset(
    re.split(r"\s+", """de da di do dos del della van von der den la le bin al el y e ter ten zu""")
)


def _cased(word: str) -> str:
    return word.title() if word.isupper() and len(word.strip(".")) > 2 else word  # noqa: PLR2004


def _headline(first: list[Line], name: str | None, at: Line | None) -> str | None:
    """Return the title-like line of the head, or what follows the name on its line."""
    for line in first[:_HEADLINE_LINES]:
        if len(line.text) > _MAX_HEADLINE or find_ranges(line.text):
            continue
        text = without_contacts(line.text)
        if name and line is at:
            text = re.sub(re.escape(name), "", text, flags=re.IGNORECASE)
        pieces = [piece.strip(" ,|-–•·\t") for piece in re.split(r"\t|\s{2,}", text)]
        for piece in pieces:
            if piece and piece != name and _is_headline(piece):
                return re.sub(r"\s+", " ", _without_employer(piece))
    return None


def _aim(sections: list[Section]) -> str | None:
    """Return the role that the summary, or else the head, says the person has or looks for."""
    for kind in (SectionKind.SUMMARY, SectionKind.TOP):
        for section in sections:
            if section.kind is kind and (role := aim_of(section.lines)):
                return role
    return None


def _without_employer(piece: str) -> str:
    """Return the title before the dash of "Site Manager - Hoch Bau"; another title or a list of skills behind it stays."""
    title, _, rest = piece.partition(" - ")
    named = rest and "," not in rest and not is_title(rest) and canonical_skill(rest) is None
    return title if named and is_title(title) else piece


def _is_headline(piece: str) -> bool:
    return (
        is_title(piece)
        and not _TEMPLATE.search(piece)
        and not _AIM.search(piece)
        and not _SENTENCE.search(piece)
        and len(piece.split()) <= _MAX_HEADLINE_WORDS
    )


def _summary(sections: list[Section]) -> str | None:
    for section in sections:
        if section.kind is SectionKind.SUMMARY and section.lines:
            return "\n".join(line.text for line in section.lines)[:_MAX_SUMMARY]
    words = [line.text for line in sections[0].lines if len(line.text.split()) >= _SUMMARY_WORDS]
    return "\n".join(words)[:_MAX_SUMMARY] or None


def _location(top: list[Line], sections: list[Section], name: str | None) -> Location | None:
    for line in top:
        text = without_contacts(line.text)
        if len(text) > _MAX_HEADLINE or (EMPLOYER_WORD.search(text) and find_ranges(text)):
            continue
        if name:
            text = text.replace(name, "\t")
        labelled = re.search(
            r"\b(?:location|address|residence|city|based in|lives? in)\b\s*:?\s*(.+)", text, re.IGNORECASE
        )
        found = find_location(
            labelled[1] if labelled else text, lone_city=bool(labelled) or len(text.split()) <= _FEW_WORDS
        )
        if found is not None:
            return found
    for section in sections:
        if section.kind is SectionKind.PERSONAL:
            for line in section.lines:
                if re.match(r"(?:address|location|city|residence|country)\b", line.text, re.IGNORECASE):
                    return find_location(line.text.partition(":")[2], lone_city=True)
    return None
