"""Who the résumé is about: name, headline, summary, place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

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
_NAME_WORD = r"(?:[^\W\d_]+(?:['’.\-][^\W\d_]+)*\.?)"
_NAME = re.compile(rf"{_NAME_WORD}(?:\s+{_NAME_WORD}){{1,4}}")
_NAME_LABEL = re.compile(
    r"^(?:(?:full |candidate |first )?name|curriculum vitae(?: of)?|resum[eé](?: of)?|cv(?: of)?|mr|mrs|ms|miss|dr|prof)\b[.:\s\-–]*",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"[,\s]+(?:ph\.?d|mba|md|m\.d|cpa|rn|bsn|pmp|esq|jr|sr|ii|iii|pe|cfa|phr|sphr|msc|bsc|shrm-cp|m\.?s|b\.?s)\.?(?=[,\s]|$)",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(
    r"\b(?:resume|résumé|curriculum|vitae|cv|page|updated|address|phone|mobile|email|e-mail|contact|street|road|avenue|drive|lane|"
    r"sample|template|example|free|company|city|state|gender|male|female|nationality|date|birth|the|and|of|with|for|in|to|willing|relocate|"
    r"seeking|skills?|experience|professional|indeed|linkedin|github|present|java|python|sql|software|technology|data|"
    r"objective|profile|summary|available|confidential|personal|references?|objectives?|cover letter|nagar|block|floor|house|flat|sector|"
    r"apartment|apt|suite|box|your|name|here|business|marketing|sales|project|design|finance|human|resources|customer|service|services|health|care|public|relations|education|banking|information|digital)\b",
    re.IGNORECASE,
)
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
    name, line = found or (None, None)
    span = (line.start, line.end) if line else None
    return Person(
        name, span, _headline(first, name, line), _summary(sections), _location(top, sections, name)
    )


def _name(top: list[Line], sections: list[Section], known: set[str]) -> tuple[str, Line] | None:
    """Return the best line of the head: labelled, then alike an e-mail address, then the first that fits."""
    candidates = []
    for index, line in enumerate(top):
        in_top = index < len(sections[0].lines)
        for text in _pieces(line.text):
            name = _as_name(text) or (_as_name(text.title()) if index == 0 and _alike(text, known) else None)
            if name is None or (heading_of(line) is not None and index > 0):
                continue
            alike = _alike(name, known)
            if not in_top and not alike:
                continue
            labelled = bool(re.match(r"(?:full |candidate )?name\b", line.text, re.IGNORECASE))
            candidates.append(((labelled, alike, -index), name, line))
    for section in sections:
        if section.kind is SectionKind.PERSONAL:
            for line in section.lines:
                if re.match(r"(?:full |candidate )?name\s*[:\-]", line.text, re.IGNORECASE) and (
                    name := _as_name(line.text)
                ):
                    candidates.append(((True, False, -_TOP_LINES), name, line))
    if not sections[0].lines:
        candidates = [candidate for candidate in candidates if candidate[0][:2] != (False, False)]
    best = max(candidates, key=lambda candidate: candidate[0], default=None)
    if best is None or (best[0][:2] == (False, False) and best[0][2] < -4):  # noqa: PLR2004
        return None
    return best[1], best[2]


def _alike(text: str, known: set[str]) -> bool:
    """Say whether a word of the text is in the words of the person's addresses."""
    words = {word.lower() for word in re.findall(r"[^\W\d_]{3,}", text)}
    return any(word in other or other in word for word in words for other in known)


def _pieces(text: str) -> list[str]:
    pieces = [piece for piece in _CUT.split(_SUFFIX.sub("", without_contacts(text))) if piece.strip()]
    return pieces[:2]


def _as_name(text: str) -> str | None:
    text = _SUFFIX.sub("", _NAME_LABEL.sub("", text.strip())).strip(" ,.:;-–|*\"'“”")
    if re.fullmatch(r"(?:[^\W\d_] ){3,}[^\W\d_]|(?:(?:[^\W\d_] ){2,}[^\W\d_]\s{2,}?)+.*", text):
        text = " ".join(part.replace(" ", "") for part in re.split(r"\s{2,}", text))
    text = re.sub(r"\s+", " ", text)
    if not _NAME.fullmatch(text) or not _MIN_NAME_WORDS <= len(text.split()) <= _MAX_NAME_WORDS:
        return None
    words = text.split()
    if not all(word[:1].isupper() or word.lower() in _PARTICLES for word in words) or len(text) > 50:  # noqa: PLR2004
        return None
    refused = (_NOT_NAMES, TITLE_WORD, EMPLOYER_WORD, SCHOOL_WORD)
    if any(rule.search(text) for rule in refused) or find_degree(text) or is_place(text) or canonical_skill(text):
        return None
    return " ".join(_cased(word) for word in words)


_PARTICLES = frozenset(
    {
        "de",
        "da",
        "di",
        "do",
        "dos",
        "del",
        "della",
        "van",
        "von",
        "der",
        "den",
        "la",
        "le",
        "bin",
        "al",
        "el",
        "y",
        "e",
        "ter",
        "ten",
        "zu",
    }
)


def _cased(word: str) -> str:
    return word.title() if word.isupper() and len(word.strip(".")) > 2 else word  # noqa: PLR2004


def _headline(first: list[Line], name: str | None, at: Line | None) -> str | None:
    """Return the title-like line of the head, or what follows the name on its line."""
    for line in first[:8]:
        if len(line.text) > _MAX_HEADLINE or find_ranges(line.text):
            continue
        text = without_contacts(line.text)
        if name and line is at:
            text = re.sub(re.escape(name), "", text, flags=re.IGNORECASE)
        pieces = [piece.strip(" ,|-–•·\t") for piece in re.split(r"\t|\s{2,}", text)]
        for piece in pieces:
            if piece and piece != name and is_title(piece) and not piece.endswith("."):
                return re.sub(r"\s+", " ", piece)
    return None


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
            labelled[1] if labelled else text, lone_city=bool(labelled) or len(text.split()) <= 3
        )
        if found is not None:
            return found
    for section in sections:
        if section.kind is SectionKind.PERSONAL:
            for line in section.lines:
                if re.match(r"(?:address|location|city|residence|country)\b", line.text, re.IGNORECASE):
                    return find_location(line.text.partition(":")[2], lone_city=True)
    return None
