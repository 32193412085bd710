"""What the words of a position's heading are: title, employer, place and team.

In: "Site Manager, Hoch Bau GmbH (Berlin, Germany)". Out: that title, that employer, that place.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from search.resumes.dates import find_ranges
from search.resumes.places import is_place
from search.resumes.vocabulary import EMPLOYER_WORD, LEGAL_FORM, TITLE_WORD, find_degree, is_title

_MAX_NAME_WORDS = 12
_MAX_EMPLOYER_WORDS = 8
_TITLE_WORDS = 2
_MAX_UNKNOWN_TITLE_WORDS = 5
_DASHES = ("-", "–", "—")
_TEAM = re.compile(r"\b(?:team|department|dept|division|unit)\b", re.IGNORECASE)
_PLACEHOLDERS = re.compile(
    r"\bcompany name\b|\bcity\s*,\s*state\b|\bcity\s*,|\bjob title\b|\byour (?:name|title)\b", re.IGNORECASE
)
_STRONG = re.compile(
    r"\t+|\s+[|•·►▪–—]\s*|\s*[|•·►▪–—]\s+|\s+-+\s*|\s*-+\s+|\s{2,}|;\s*|\s+@\s+|\s/\s(?=[A-Z])"
)
_COMMA = re.compile(r",\s+")
_FIRM = re.compile(r"(?:^|(?<=\t))(?:[A-Z][\w'’.-]+, ){1,4}[A-Z][\w'’.-]+ & [A-Z][\w'’.-]+(?=\s*(?:,|$))")
_JOINT = "\x1f"
_AT = re.compile(r"\s+(?:at|@|with|chez|bei|as(?:\s+an?)?)\s+(?=[A-Z])")
_ROUND = re.compile(r"\(([^()]*)\)")
_LABEL = re.compile(
    r"^(?:client|company|company name|employer|organi[sz]ation|project(?: name)?|role|designation|position|title|job title|duration|period|location|"
    r"dates?(?: employed)?|from|at|as|for|in|and|worked (?:as|at|for|with|in)|working (?:as|at|for|with|in)|currently|presently|employed (?:as|at|by)|"
    r"experience|previous|tenure|worked|working|since|name of (?:the )?(?:company|employer|organi[sz]ation)(?:\s*\d{1,2}(?=\s*:))?)\b\s*[:\-–]*\s*(?:as (?:an? )?|with |at |in )?",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"^(?:name of (?:the )?|current |present |previous |last )?(?:(?P<company>client|company|employer|organi[sz]ation)(?: name)?|"
    r"(?P<title>(?:job )?(?:role|designation|position|title)(?: held)?)|(?P<location>location))(?:\s*\d{1,2})?\s*[:\-–]\s*(?P<value>.+)$",
    re.IGNORECASE,
)
_LABELS_AHEAD = re.compile(
    r"[\s(,|]+(?=(?:client|company|employer|organi[sz]ation|designation|role|position|duration|period|location|team size)(?: name)?\s*\d?\s*:\s)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_TRAILING = re.compile(r"\s+(?:from|since|during|between|until|till|at|as|with)$", re.IGNORECASE)
_EMPTY = re.compile(
    r"^[\W_]*$|^(?:duration|period|from|to|present|since|months?|years?|responsibilit(?:y|ies)|salary|description|job (?:profile|description)|team size.*|environment|projects?|duties|industry|hours.*|full[- ]?time|part[- ]?time|contract|remote|permanent|\d+ (?:months?|years?).*)$",
    re.IGNORECASE,
)
_FUNCTION = re.compile(
    r"(?:(?:and|&|global|corporate|digital|business|product|technical|customer)\s+)*(?:sales|marketing|operations?|finance|engineering|human resources|hr|it|"
    r"legal|accounting|procurement|purchasing|logistics|production|support|service|development|administration|research|quality|security|training|"
    r"communications|media relations|public relations|strategy)(?:\s+(?:and|&)\s+\w+)?",
    re.IGNORECASE,
)
_NO_EMPLOYER = re.compile(
    r"^(?:january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|fall|autumn|winter|"
    r"r[eé]sum[eé]|curriculum vitae|references?|voluntary|self[- ]employed|remote|team size.*|page \d+.*)$",
    re.IGNORECASE,
)
_LENGTH_OF_TIME = re.compile(
    r"\(?\b\d+(?:\.\d+)?\+?\s*(?:years?|yrs?|months?|mos?)\b(?:\s*(?:and|,)?\s*\d+\s*(?:months?|mos?))?\)?\.?",
    re.IGNORECASE,
)
TRIM = " \t,;:|–—-•·.(*_/"
"""What stands around a name without belonging to it."""


@dataclass(slots=True)
class HeaderParts:
    """What the words of a header are."""

    title: str | None = None
    company: str | None = None
    location: str | None = None
    team: str | None = None

    @classmethod
    def of(cls, texts: Iterable[str]) -> "HeaderParts":
        """Read the lines of a header, that with the dates first."""
        parts = cls()
        unknown: list[_Name] = []
        places: list[str] = []
        for number, text in enumerate(texts):
            before, known = len(unknown), len(places)
            for piece in _LABELS_AHEAD.split(text):
                for atom in parts._label(piece) or atoms_of(piece):
                    parts._take(atom, number, unknown, places)
            if len(unknown) == before + 1 and (len(places) > known or text.rstrip().endswith(_DASHES)):
                unknown[-1].placed = True
        parts._settle(unknown, places)
        return parts

    def _label(self, text: str) -> list[str]:
        """Take what a label says the first name behind it is, and return the names that follow that one."""
        labelled = label_of(text)
        if labelled is None:
            return []
        name, value = labelled
        first, *others = atoms_of(value) or [""]
        if not first or getattr(self, name) is not None:
            return []
        setattr(self, name, first)
        return others or [""]

    def _take(self, atom: str, line: int, unknown: list["_Name"], places: list[str]) -> None:
        if not atom:
            return
        if both := _title_and_employer(atom):
            for half in both:
                self._take(half, line, unknown, places)
        elif is_place(atom):
            places.append(atom)
        elif LEGAL_FORM.search(atom) and self.company is None and not is_title(atom):
            self.company = atom
        elif is_title(atom) and self.title is None:
            self.title = atom
        else:
            unknown.append(_Name(atom, line))

    def _settle(self, unknown: list["_Name"], places: list[str]) -> None:
        names = [name for name in unknown if name.text[:1].isupper() or name.text[:1].isdigit()]
        employers = [name for name in names if _may_be_employer(name.text)]
        employer = max(employers, key=_looks_like_employer) if employers and self.company is None else None
        if employer is not None:
            self.company = employer.text
            names.remove(employer)
        if self.company is None and len(places) > 1:
            self.company = next((place for place in places if "," not in place), places[0])
            places.remove(self.company)
        if self.location is None and places:
            self.location = places[-1]
        if self.title is None:
            title = next((name for name in names if _may_be_title(name, employer)), None)
            if title is not None:
                self.title = title.text
                names.remove(title)
        self.team = next((name.text for name in names if _TEAM.search(name.text)), None)


@dataclass(slots=True)
class _Name:
    """A name of which nothing says what it is, its line's number, and whether a place stands beside it."""

    text: str
    line: int
    placed: bool = False


def _looks_like_employer(name: _Name) -> tuple[bool, bool]:
    return name.placed, EMPLOYER_WORD.search(name.text) is not None


def _may_be_title(name: _Name, employer: _Name | None) -> bool:
    """Say whether a name holds a role, or stands on a line of its own while the employer has a place beside it."""
    if TITLE_WORD.search(name.text):
        return len(name.text.split()) <= _MAX_NAME_WORDS
    beside = employer is not None and employer.placed and employer.line != name.line
    return beside and len(name.text.split()) <= _MAX_UNKNOWN_TITLE_WORDS


def _may_be_employer(atom: str) -> bool:
    if len(atom.split()) > _MAX_EMPLOYER_WORDS:
        return False
    role = is_title(atom) and not _names_many(atom)
    return not (role or _FUNCTION.fullmatch(atom) or _NO_EMPLOYER.search(atom) or find_degree(atom))


def _names_many(atom: str) -> bool:
    """Say whether the role is in the plural, as firms have it in their names: "Northwind Builders"."""
    return atom.lower().endswith("s") and TITLE_WORD.search(atom.rsplit(maxsplit=1)[-1]) is not None


def label_of(text: str) -> tuple[str, str] | None:
    """Return which part of a header a line's label names ("company", "title" or "location") and what stands behind it."""
    labelled = _LABELLED.match(text.strip(TRIM))
    if labelled is None:
        return None
    name = next(name for name in ("company", "title", "location") if labelled[name])
    return name, labelled["value"]


def _title_and_employer(atom: str) -> tuple[str, str] | None:
    """Cut "Maths Teacher Northwind School", a title of several words with an employer's name behind it."""
    employer = EMPLOYER_WORD.search(atom) or LEGAL_FORM.search(atom)
    if employer is None:
        return None
    titles = list(TITLE_WORD.finditer(atom, 0, employer.start()))
    if not titles or titles[-1][0].endswith("s"):
        return None
    title, name = atom[: titles[-1].end()], atom[titles[-1].end() :].strip(TRIM)
    apart = atom[titles[-1].end()].isspace() and name[:1].isupper() and not is_title(name)
    named = apart and LEGAL_FORM.fullmatch(name) is None
    return (title, name) if named and len(title.split()) >= _TITLE_WORDS and is_title(title) else None


def atoms_of(text: str) -> list[str]:
    """Cut a header line into its names; places and legal forms stay with what they belong to."""
    for dates in reversed(find_ranges(text)):
        text = f"{text[: dates.begin]}\t{text[dates.finish :]}"
    text = _LENGTH_OF_TIME.sub(" ", _PLACEHOLDERS.sub("\t", text))
    inner = [content for content in _ROUND.findall(text) if is_place(content)]
    for content in inner:
        text = text.replace(f"({content})", "\t")
    atoms: list[str] = []
    for piece in _STRONG.split(text):
        if is_place(piece):
            atoms.append(_clean(piece))
            continue
        for half in _AT.split(piece):
            atoms.extend(_comma_atoms(half))
    return [atom for atom in (*atoms, *inner) if atom and not _EMPTY.match(atom)]


def _joined(firm: re.Match[str]) -> str:
    return firm[0] if TITLE_WORD.search(firm[0]) else firm[0].replace(", ", _JOINT)


def _comma_atoms(text: str) -> list[str]:
    pieces = [_clean(piece).replace(_JOINT, ", ") for piece in _COMMA.split(_FIRM.sub(_joined, text))]
    atoms: list[str] = []
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        rest = ", ".join(pieces[index:])
        if index and is_place(rest):
            atoms.append(rest)
            break
        if atoms and LEGAL_FORM.fullmatch(piece):
            atoms[-1] = f"{atoms[-1]}, {piece}"
        elif piece:
            atoms.append(piece)
        index += 1
    return atoms


def _clean(text: str) -> str:
    text = text.strip(TRIM + ")") if text.count("(") != text.count(")") else text.strip(TRIM)
    previous = None
    while previous != text:
        previous = text
        text = _ARTICLE.sub("", _LABEL.sub("", text)) if _LABEL.match(text) else text
        text = _TRAILING.sub("", text.strip(TRIM))
    return text
