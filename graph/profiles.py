"""What a record says about a person, and how a person's profile is projected from the records. Pure functions."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, TypeAdapter
from pydantic.dataclasses import dataclass

from graph.ids import timestamp

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
_ABBREVIATION_DOT = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""The categories Cc and Cs but for line breaks and tabs."""
_ACCENTS = re.compile("[\u0300-\u036f]")
"""The block Combining Diacritical Marks: the marks of other scripts, such as those of kana, tell words apart."""


def _printable(value: str) -> str:
    return _UNPRINTABLE.sub("", value)


def _line(value: str) -> str:
    return " ".join(_printable(value).split())


def _name(value: object) -> object:
    return _line(value) if isinstance(value, str) else value


def _text(value: str) -> str:
    return _printable(value).strip()


def _moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("a moment is ISO 8601 with its zone, such as 2026-11-23T06:01:34Z")
    return timestamp(moment)


Line = Annotated[str, StringConstraints(max_length=400), AfterValidator(_line)]
Name = Annotated[str, BeforeValidator(_name), StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=20_000, strip_whitespace=True), AfterValidator(_text)]
Moment = Annotated[str, StringConstraints(max_length=40), AfterValidator(_moment)]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=254,
        pattern=r"^[^@\s<>,;\p{C}]+@[^@\s<>,;\p{C}]+\.[^@\s<>,;\p{C}]+$",
    ),
]
PartialDate = Annotated[
    str, StringConstraints(pattern=r"^(19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")
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
    """A time at a company; dates are partial (`2019`, `2019-03`), no end and `current` means: still there.

    Résumés do not always name the company.
    """

    company: Name | None = None
    title: Line | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None
    current: bool = False
    location: Line | None = None
    team: Line | None = None
    summary: Text | None = None
    skills: Annotated[tuple[Name, ...], Field(max_length=150)] = ()
    """Skills that its own text names."""

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
    at: Moment
    basis: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What one record says of a person, as far as the projection needs it."""

    record_id: str
    kind: RecordKind
    received_at: str
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillUse:
    """In how many calendar months a skill was used, and the last of them as YYYY-MM; 0 and None where no employment says."""

    months: int
    last_used: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A profile together with the record that each part of it came from."""

    profile: Profile
    sources: dict[str, str] = field(default_factory=dict)
    employment_sources: tuple[str, ...] = ()
    education_sources: tuple[str, ...] = ()
    skill_sources: tuple[str, ...] = ()
    skill_uses: tuple[SkillUse, ...] = ()


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
            if value and value != Location():
                single[name], sources[name] = value, account.record_id
                break
    employments = _unite_by_record(ranked, lambda p: p.employments, _employment_key)[:100]
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
        skill_uses=_skill_uses(
            [skill for skill, _ in skills], employments, {a.record_id: a.received_at for a in ranked}
        ),
    )


def _skill_uses(
    skills: Sequence[str], employments: Sequence[tuple[Employment, str]], received: Mapping[str, str]
) -> tuple[SkillUse, ...]:
    """Return the use of each skill by the employments in whose text it stands; open ends last until their record came."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for employment, source in employments:
        span = employment.months()
        if span is not None:
            until = min(span[1], first_month(received[source][:7]))
            for key in {skill_key(skill) for skill in employment.skills}:
                spans.setdefault(key, []).append((span[0], until))
    uses = []
    for skill in skills:
        held = [span for span in spans.get(skill_key(skill), ()) if span[0] <= span[1]]
        last = max((end for _, end in held), default=None)
        used = f"{last // 12:04}-{last % 12 + 1:02}" if last is not None else None
        uses.append(SkillUse(months=_months_within(held), last_used=used))
    return tuple(uses)


def _employment_key(employment: Employment) -> str:
    if employment.company is not None:
        return company_key(employment.company)
    return f"?{skill_key(employment.title or '')}?{employment.start}"


def experience_months(employments: Iterable[Employment], *, this_month: int) -> int:
    """Count the calendar months in which at least one employment was held, up to and including `this_month`."""
    spans = [span for employment in employments if (span := employment.months())]
    return _months_within((start, min(end, this_month)) for start, end in spans)


def _months_within(spans: Iterable[tuple[int, int]]) -> int:
    """Count the months that at least one span of months holds."""
    total, reached = 0, -1
    for start, last in sorted(spans):
        first = max(start, reached + 1)
        if last >= first:
            total += last - first + 1
            reached = last
    return total


def company_key(name: str) -> str:
    """Return what two spellings of one company or school have in common: no case, signs, accents or legal form."""
    text = _ABBREVIATION_DOT.sub("", _folded(name)).replace("&", " and ")
    words = "".join(mark if mark.isalnum() or _is_mark(mark) else " " for mark in text).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
        if len(words) > 1 and words[-1] == "and":
            words.pop()
    return " ".join(words) or unicodedata.normalize("NFC", name).casefold().strip()


def skill_key(name: str) -> str:
    """Return a skill's name without case and superfluous space; signs stay (`C`, `C++` and `C#` differ)."""
    return " ".join(_folded(name).split()) or unicodedata.normalize("NFC", name).casefold().strip()


def first_month(date: str) -> int:
    """Return the first month that a partial date can mean, as year × 12 + month - 1."""
    return int(date[:4]) * 12 + (int(date[5:7]) - 1 if len(date) > 4 else 0)  # noqa: PLR2004 - YYYY


def last_month(date: str) -> int:
    """Return the last month that a partial date can mean, as year × 12 + month - 1."""
    return int(date[:4]) * 12 + (int(date[5:7]) - 1 if len(date) > 4 else 11)  # noqa: PLR2004 - YYYY


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def _is_mark(mark: str) -> bool:
    return unicodedata.category(mark).startswith("M")


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
            if value:
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
