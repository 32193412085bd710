"""Job titles in one form beside the title as written, and the seniority that their words say.

In: "Sr. Software Engr. II (Contract)". Out: "Software Engineer", SENIOR.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

_LONGEST = 200
_MOST_WORDS = 15
_SHORT_WORD = 3
_MOST_REMEMBERED = 10_000


class Seniority(StrEnum):
    """How far up a title stands; of a title with several such words the highest counts."""

    INTERN = "INTERN"
    JUNIOR = "JUNIOR"
    PROFESSIONAL = "PROFESSIONAL"
    SENIOR = "SENIOR"
    LEAD = "LEAD"
    MANAGER = "MANAGER"
    DIRECTOR = "DIRECTOR"
    EXECUTIVE = "EXECUTIVE"


_FULL = {
    "sr": "senior", "snr": "senior", "jr": "junior", "jnr": "junior", "mgr": "manager", "mngr": "manager",
    "engr": "engineer", "engg": "engineer", "eng": "engineer", "dev": "developer", "admin": "administrator",
    "asst": "assistant", "assoc": "associate", "exec": "executive", "dir": "director", "coord": "coordinator",
    "co-ordinator": "coordinator", "rep": "representative", "reps": "representative",
    "supv": "supervisor", "spec": "specialist", "prog": "programmer", "acct": "accountant", "svp": "senior vice president",
    "evp": "executive vice president", "avp": "assistant vice president", "vp": "vice president",
    "ceo": "chief executive officer", "cto": "chief technology officer", "cfo": "chief financial officer",
    "coo": "chief operating officer", "cio": "chief information officer", "cmo": "chief marketing officer",
    "qa": "quality assurance", "hr": "human resources", "it": "IT", "sre": "site reliability engineer",
    "sde": "software engineer", "swe": "software engineer", "ba": "business analyst", "rn": "registered nurse",
    "counsellor": "counselor", "adviser": "advisor", "programme": "program",
}  # fmt: skip
_ABBREVIATED = frozenset(
    {"IT", "UI", "UX", "BI", "SAP", "SQL", "PHP", "AWS", "ERP", "CRM", "QC", "R&D", ".NET"}
)
_MINOR = frozenset({"of", "and", "for", "the", "in", "to", "&", "at"})
_LEVEL = frozenset(
    {"i", "ii", "iii", "iv", "v", "1", "2", "3", "4", "5", "l1", "l2", "l3", "senior", "junior", "entry", "level", "mid",
     "mid-level", "entry-level", "principal", "staff", "graduate", "trainee", "intern", "internship", "apprentice", "lead"}
)  # fmt: skip
_LEVEL_IS_ROLE = frozenset(
    {"intern", "trainee", "apprentice", "internship", "graduate", "lead", "staff", "principal"}
)
_ASIDE = re.compile(r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]")
_MANNER = re.compile(
    r"\b(?:full[ -]?time|part[ -]?time|contract(?:ual)?|temporary|temp|freelance|remote|permanent|interim|acting)\b",
    re.IGNORECASE,
)
_CUT = re.compile(r"\s+[-–—|@]\s+.*|\s*[,;|/]\s*.*|\s+(?:at|with)\s+[A-Z].*", re.DOTALL)
_WORD = re.compile(r"[.\w&+#'’-]+")
_RANKS: tuple[tuple[Seniority, re.Pattern[str]], ...] = (
    (Seniority.EXECUTIVE, re.compile(r"chief|vice president|^president|(?<!vice )president|founder|owner|partner(?! manager)")),
    (Seniority.DIRECTOR, re.compile(r"director|head(?= of)|^head |dean|general manager|country manager")),
    (Seniority.MANAGER, re.compile(r"manager|supervisor|superintendent|foreman|controller")),
    (Seniority.LEAD, re.compile(r"(?:team |tech(?:nical|nician)? )?(?:lead|leader)|principal|staff (?:software |data |site )?(?:engineer|scientist|developer)|architect")),
    (Seniority.SENIOR, re.compile(r"senior|expert")),
    (Seniority.INTERN, re.compile(r"intern(?:ship)?|trainee|apprentice|working student|werkstudent|praktikant(?:in)?|stagiaire")),
    (Seniority.JUNIOR, re.compile(r"junior|graduate|entry[ -]level|assistant")),
)  # fmt: skip
_WHOLE = {rank: re.compile(rf"(?<![\w-])(?:{rule.pattern})(?![\w-])") for rank, rule in _RANKS}
_BELOW_MANAGER = re.compile(
    r"^(?:assistant|deputy|associate|executive assistant|assistant to)\b|\b(?:assistant|associate|intern|trainee)$"
)
_ORDER = list(Seniority)


def normalised_title(title: str | None) -> str | None:
    """Return the title without level, manner of employment and employer, its abbreviations written out; None without words."""
    words = _words(title)
    kept = [word for word in words if word.lower() not in _LEVEL]
    if words and words[-1].lower() in _LEVEL_IS_ROLE:
        kept.append(words[-1])
    return " ".join(_cased(word, first=index == 0) for index, word in enumerate(kept)) or None


@lru_cache(_MOST_REMEMBERED)
def seniority_of(title: str | None) -> Seniority | None:
    """Return how senior the title's words are; PROFESSIONAL where none says more, None without words."""
    words = " ".join(_words(title)).lower()
    if not words:
        return None
    found = [rank for rank, _ in _RANKS if _WHOLE[rank].search(words)]
    if Seniority.INTERN in found:
        return Seniority.INTERN
    if not found:
        return Seniority.PROFESSIONAL
    top = max(found, key=_ORDER.index)
    if _BELOW_MANAGER.search(words) and top is not Seniority.EXECUTIVE:
        return Seniority.SENIOR if Seniority.SENIOR in found else min(found, key=_ORDER.index)
    return top


def seniority_of_titles(titles: Iterable[str | None]) -> Seniority | None:
    """Return the seniority of the first title that says one."""
    return next((found for title in titles if (found := seniority_of(title))), None)


def _words(title: str | None) -> list[str]:
    text = _MANNER.sub(" ", _ASIDE.sub(" ", (title or "")[:_LONGEST])).strip(" -–—|,;/")
    text = _CUT.sub("", text) or text
    found: list[str] = []
    for word in _WORD.findall(text)[:_MOST_WORDS]:
        plain = word.strip("'’-") if word.startswith(".") else word.strip(".'’-")
        full = _FULL.get(plain.lower().replace(".", ""))
        if full and not (len(plain) <= _SHORT_WORD and plain in {"it", "ba"}):
            found += full.split()
        elif plain:
            found.append(plain)
    return found


def _cased(word: str, *, first: bool) -> str:
    if word.upper() in _ABBREVIATED:
        return word.upper()
    if word.lower() in _MINOR and not first:
        return word.lower()
    return word.capitalize() if word.isupper() or word.islower() else word
