"""What a record says about a person, and how a person's profile is projected from the records. Pure functions."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, TypeAdapter
from pydantic.dataclasses import dataclass

T = TypeVar("T")

_LEGAL_FORMS = frozenset(
    {
        "ab",
        "ag",
        "as",
        "asa",
        "bv",
        "co",
        "corp",
        "corporation",
        "company",
        "gmbh",
        "inc",
        "incorporated",
        "kg",
    }
    | {
        "kgaa",
        "limited",
        "llc",
        "llp",
        "ltd",
        "nv",
        "oy",
        "oyj",
        "plc",
        "pty",
        "sa",
        "sarl",
        "sas",
        "se",
        "spa",
        "srl",
    }
)
_OPEN_END = 120_000
"""Month number of an employment without an end: later than any month."""


def _printable(value: str) -> str:
    return "".join(mark for mark in value if mark in "\n\t" or unicodedata.category(mark) not in {"Cc", "Cs"})


def _line(value: str) -> str:
    return " ".join(_printable(value).split())


Line = Annotated[str, StringConstraints(max_length=400), AfterValidator(_line)]
Name = Annotated[str, BeforeValidator(_line), StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=20_000, strip_whitespace=True), AfterValidator(_printable)]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=254,
        pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$",
    ),
]
PartialDate = Annotated[
    str, StringConstraints(pattern=r"^(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class RecordKind(StrEnum):
    """How something about a person reached us."""

    FORM = "FORM"
    RESUME = "RESUME"
    IMPORT = "IMPORT"
    REFERRAL = "REFERRAL"


PRECEDENCE = (RecordKind.FORM, RecordKind.RESUME, RecordKind.IMPORT, RecordKind.REFERRAL)
"""Whose word counts first where records disagree; among equals the newest."""


class Role(StrEnum):
    """What a colleague does in hiring; also the label on the person's node."""

    EMPLOYEE = "EMPLOYEE"
    RECRUITER = "RECRUITER"
    HIRING_MANAGER = "HIRING_MANAGER"
    INTERVIEWER = "INTERVIEWER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place as written; the country as ISO 3166 alpha-2."""

    city: Line | None = None
    region: Line | None = None
    country: Country | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Employment:
    """A time at a company; dates are partial (`2019`, `2019-03`), no end and `current` means: still there."""

    company: Name
    title: Line | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None
    current: bool = False
    location: Line | None = None
    team: Line | None = None
    summary: Text | None = None

    def months(self) -> tuple[int, int] | None:
        """Return first and last month as numbers since year 0, or None where no date is known."""
        if self.start is None and self.end is None and not self.current:
            return None
        end = _OPEN_END if self.current or self.end is None else last_month(self.end)
        start = first_month(self.start) if self.start else (end if end != _OPEN_END else None)
        return None if start is None or start > end else (start, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Education:
    """A time at a school."""

    school: Name
    degree: Line | None = None
    field: Line | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one record says about a person, or what all of them together say."""

    name: Name | None = None
    headline: Line | None = None
    summary: Text | None = None
    emails: Annotated[tuple[Email, ...], Field(max_length=20)] = ()
    phones: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    links: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    location: Location | None = None
    employments: Annotated[tuple[Employment, ...], Field(max_length=100)] = ()
    educations: Annotated[tuple[Education, ...], Field(max_length=50)] = ()
    skills: Annotated[tuple[Name, ...], Field(max_length=300)] = ()
    languages: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    certificates: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    tags: Annotated[tuple[Name, ...], Field(max_length=50)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a person said about being contacted, when, and where that is written."""

    granted: bool
    at: str
    basis: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What one record says of a person, as far as the projection needs it."""

    record_id: str
    kind: RecordKind
    received_at: str
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A profile together with the record that each part of it came from."""

    profile: Profile
    sources: dict[str, str] = field(default_factory=dict)
    employment_sources: tuple[str, ...] = ()
    education_sources: tuple[str, ...] = ()
    skill_sources: tuple[str, ...] = ()


PROFILE = TypeAdapter(Profile)


def project(accounts: Iterable[Account]) -> Projection:
    """Project a profile from records: single values from the best record that has one, lists united.

    Best means first in `PRECEDENCE`, then newest, then lowest id, so the order of arrival does not matter.
    Employments and educations of a lesser record are added where a better one does not name that company or school.
    """
    ranked = sorted(accounts, key=lambda s: s.record_id)
    ranked.sort(key=lambda s: s.received_at, reverse=True)
    ranked.sort(key=lambda s: PRECEDENCE.index(s.kind))
    sources: dict[str, str] = {}
    single: dict[str, Any] = {}
    for name in ("name", "headline", "summary", "location"):
        for account in ranked:
            value = getattr(account.profile, name)
            if value:
                single[name], sources[name] = value, account.record_id
                break
    employments = _unite_by_record(ranked, lambda p: p.employments, lambda e: company_key(e.company))[:100]
    educations = _unite_by_record(ranked, lambda p: p.educations, lambda e: company_key(e.school))[:50]
    skills = _unite(ranked, lambda p: p.skills, skill_key, 300)
    profile = Profile(
        **single,
        emails=_values(_unite(ranked, lambda p: p.emails, str.casefold, 20)),
        phones=_values(_unite(ranked, lambda p: p.phones, str.casefold, 20)),
        links=_values(_unite(ranked, lambda p: p.links, str.casefold, 50)),
        languages=_values(_unite(ranked, lambda p: p.languages, str.casefold, 50)),
        certificates=_values(_unite(ranked, lambda p: p.certificates, str.casefold, 100)),
        tags=_values(_unite(ranked, lambda p: p.tags, str.casefold, 50)),
        employments=_values(employments),
        educations=_values(educations),
        skills=_values(skills),
    )
    return Projection(
        profile=profile,
        sources=sources,
        employment_sources=tuple(source for _, source in employments),
        education_sources=tuple(source for _, source in educations),
        skill_sources=tuple(source for _, source in skills),
    )


def experience_months(employments: Iterable[Employment], *, this_month: int) -> int:
    """Count the calendar months in which at least one employment was held, up to and including `this_month`."""
    spans = sorted(span for employment in employments if (span := employment.months()))
    total, reached = 0, -1
    for start, end in spans:
        first, last = max(start, reached + 1), min(end, this_month)
        if last >= first:
            total += last - first + 1
            reached = last
    return total


def company_key(name: str) -> str:
    """Return what two spellings of one company or school have in common: no case, marks, accents or legal form."""
    words = re.sub(r"[^\w]+", " ", _folded(name).replace("&", " and ")).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words) or name.casefold().strip()


def skill_key(name: str) -> str:
    """Return a skill's name without case and superfluous space; signs stay (`C`, `C++` and `C#` differ)."""
    return " ".join(_folded(name).split())


def first_month(date: str) -> int:
    """Return the first month that a partial date can mean, as year × 12 + month - 1."""
    return int(date[:4]) * 12 + (int(date[5:7]) - 1 if len(date) > 4 else 0)  # noqa: PLR2004 - YYYY


def last_month(date: str) -> int:
    """Return the last month that a partial date can mean, as year × 12 + month - 1."""
    return int(date[:4]) * 12 + (int(date[5:7]) - 1 if len(date) > 4 else 11)  # noqa: PLR2004 - YYYY


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def _values(found: Sequence[tuple[T, str]]) -> tuple[T, ...]:
    return tuple(value for value, _ in found)


def _unite(
    ranked: Sequence[Account],
    values: Callable[[Profile], tuple[str, ...]],
    key: Callable[[str], str],
    limit: int,
) -> list[tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for account in ranked:
        for value in values(account.profile):
            found.setdefault(key(value), (value, account.record_id))
    return list(found.values())[:limit]


def _unite_by_record(
    ranked: Sequence[Account], values: Callable[[Profile], tuple[T, ...]], key: Callable[[T], str]
) -> list[tuple[T, str]]:
    found: list[tuple[T, str]] = []
    seen: set[str] = set()
    for account in ranked:
        new = [value for value in values(account.profile) if key(value) not in seen]
        found.extend((value, account.record_id) for value in new)
        seen.update(key(value) for value in new)
    return found
