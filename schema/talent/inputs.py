"""What a talent search can ask of candidates besides words, and how that becomes conditions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import strawberry

from graph.applications import ApplicationStatus
from graph.errors import Code, InvalidInput
from graph.jobs import StageCategory
from schema.enums import described
from schema.filters import DateTimeFilter, EnumFilter, IdFilter, NumberFilter, SortDirection, ids_of
from schema.node import Kind
from schema.scalars import CountryCode, PartialDate
from search.errors import InvalidQuery
from search.resumes.places import coordinates_of
from search.resumes.titles import Seniority
from search.talent.conditions import (
    MOST_CONDITIONS,
    Check,
    Condition,
    Entry,
    Every,
    Some,
    Unless,
    too_many_conditions,
)
from search.talent.request import Order, SortBy

MONTHS_IN_YEAR = 12
FARTHEST_LATITUDE = 90
FARTHEST_LONGITUDE = 180
MOST_PREFERENCES = 30

described(
    SortBy,
    name="TalentSortField",
    description="What hits are sorted by.",
    values={
        SortBy.RELEVANCE: "How well the search fits; needs a text or `should`.",
        SortBy.UPDATED_AT: "When the profile last changed.",
        SortBy.EXPERIENCE: "Years of experience.",
        SortBy.NAME: "The full name, without case and accents.",
        SortBy.DISTANCE: "How far away from the first `near`.",
    },
)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return str(value.value) if isinstance(value, Enum) else value


@strawberry.input(
    description="Conditions on names; all that is given must hold. Case and accents don't matter. Where a candidate has "
    "several, each condition may be met by another of them."
)
class NameFilter:
    eq: str | None = strawberry.field(default=None, description="Is this.")
    in_: list[str] | None = strawberry.field(default=None, name="in", description="Is one of these.")
    all: list[str] | None = strawberry.field(default=None, description="All of these are there.")
    starts_with: str | None = strawberry.field(default=None, description="Begins so.")
    contains: str | None = strawberry.field(
        default=None, description="Has these words, whole and next to each other."
    )
    is_null: bool | None = strawberry.field(default=None, description="None is known.")


@strawberry.input(description="Conditions on the words of a text.")
class WordsFilter:
    contains: str | None = strawberry.field(
        default=None, description="Has all of these words, whole, in any order."
    )
    is_null: bool | None = strawberry.field(default=None, description="Is not known.")


@strawberry.input(
    description="A circle: around a city, or around `latitude` and `longitude`. Who lives in no known city is outside."
)
class Near:
    city: str | None = strawberry.field(
        default=None, description="A city of at least 15,000 inhabitants; of several the biggest."
    )
    region: str | None = strawberry.field(default=None, description="The city's state, in the United States.")
    country: CountryCode | None = strawberry.field(default=None, description="The city's country.")
    latitude: float | None = strawberry.field(default=None, description="Degrees, north positive.")
    longitude: float | None = strawberry.field(default=None, description="Degrees, east positive.")
    kilometres: float = strawberry.field(description="The radius, up to 20,000.")


def _tested(description: str, name: str, stored: Callable[[Any], Any] | None = None) -> Any:
    """Declare a condition on a field of the index; `stored` turns a value given into one that the index holds."""
    return strawberry.field(
        default=None, description=description, metadata={"tested": (name, stored or _plain)}
    )


def _entry(description: str, name: str) -> Any:
    """Declare conditions that one employment, education or application must fulfil together."""
    return strawberry.field(default=None, description=description, metadata={"entry": name})


def _joined(name: str, description: str) -> Any:
    return strawberry.field(default=None, name=name, description=description, metadata={"joined": name})


@strawberry.input(
    description="One employment; all that is given must hold of the same one. Unknown ends count as going on."
)
class WorkedAt:
    company: NameFilter | None = _tested("The company.", "employments.company")
    title: NameFilter | None = _tested("The job title.", "employments.title")
    start: PartialDate | None = strawberry.field(
        default=None,
        name="from",
        description="Worked there then or later.",
        metadata={"month": ("employments.end_month", "gte", 0)},
    )
    end: PartialDate | None = strawberry.field(
        default=None,
        name="to",
        description="Worked there then or before.",
        metadata={"month": ("employments.start_month", "lte", MONTHS_IN_YEAR - 1)},
    )
    current: bool | None = _tested("Whether the candidate still works there.", "employments.current")


@strawberry.input(description="One education; all that is given must hold of the same one.")
class StudiedAt:
    school: NameFilter | None = _tested("The school.", "educations.school")
    degree: NameFilter | None = _tested("The degree as written.", "educations.degree")
    field: NameFilter | None = _tested("The field of study as written.", "educations.field")


@strawberry.input(description="One skill's use at work; all that is given must hold of the same skill.")
class SkillUsed:
    skill: NameFilter | None = _tested("The skill.", "skill_uses.skill")
    months: NumberFilter | None = _tested(
        "In how many months, by the employments whose text names it.", "skill_uses.months"
    )
    last_used: PartialDate | None = strawberry.field(
        default=None,
        description="Used then or later.",
        metadata={"month": ("skill_uses.last_month", "gte", 0)},
    )


@strawberry.input(description="One application; all that is given must hold of the same one.")
class AppliedTo:
    job: IdFilter | None = _tested("The job.", "applications.job_id", ids_of(Kind.JOB))
    stage: EnumFilter[StageCategory] | None = _tested("The category of its stage.", "applications.stage")
    status: EnumFilter[ApplicationStatus] | None = _tested("How it stands.", "applications.status")


@strawberry.input(
    description="Which candidates; all that is given must hold. Conditions exclude and never rank; at most 30."
)
class TalentFilter:
    all: list["TalentFilter"] | None = _joined("AND", "All of these hold.")
    any: list["TalentFilter"] | None = _joined("OR", "One of these holds.")
    none: "TalentFilter | None" = _joined("NOT", "This does not hold.")
    id: IdFilter | None = _tested("By id.", "id", ids_of(Kind.PERSON))
    name: WordsFilter | None = _tested("By name.", "name")
    headline: WordsFilter | None = _tested("By headline.", "headline")
    location: WordsFilter | None = _tested("By city, region and country in one text.", "place")
    city: NameFilter | None = _tested("By the city.", "city")
    region: NameFilter | None = _tested("By the state, county or province.", "region")
    country: NameFilter | None = _tested("By the country's code.", "country")
    near: Near | None = strawberry.field(default=None, description="By distance.")
    skills: NameFilter | None = _tested("By skills.", "skills")
    titles: NameFilter | None = _tested("By job titles, ever held.", "titles")
    companies: NameFilter | None = _tested("By companies, ever worked at.", "companies")
    schools: NameFilter | None = _tested("By schools.", "schools")
    languages: NameFilter | None = _tested("By languages as written.", "languages")
    certificates: NameFilter | None = _tested("By certificates as written.", "certificates")
    tags: NameFilter | None = _tested("By our own labels.", "tags")
    worked_at: WorkedAt | None = _entry("By one employment.", "employments")
    skill_used: SkillUsed | None = _entry("By how long and how lately a skill was used.", "skill_uses")
    seniority: EnumFilter[Seniority] | None = _tested("By how senior the latest job title is.", "seniority")
    studied_at: StudiedAt | None = _entry("By one education.", "educations")
    application: AppliedTo | None = _entry("By one application.", "applications")
    shortlisted_for: IdFilter | None = _tested(
        "By the jobs on whose shortlist they are.", "shortlisted_jobs", ids_of(Kind.JOB)
    )
    years_of_experience: NumberFilter | None = _tested("By years of experience.", "years_experience")
    updated_at: DateTimeFilter | None = _tested("By when the profile last changed.", "updated_at")
    last_contact: DateTimeFilter | None = _tested(
        "By when we last wrote to them; `isNull`: never.", "last_contact"
    )
    consent: bool | None = _tested("Whether contact is allowed now.", "consent")
    has_email: bool | None = _tested("Whether an e-mail address is known.", "has_email")
    has_phone: bool | None = _tested("Whether a phone number is known.", "has_phone")


@strawberry.input(
    description="How hits are sorted; who comes alike is sorted by id, who lacks the value comes last."
)
class TalentSort:
    field: SortBy = strawberry.field(
        description="By what. RELEVANCE needs a text or `should`, DISTANCE needs `near`."
    )
    direction: SortDirection | None = strawberry.field(
        default=None,
        description="Which way round; without it the best, latest, most experienced, nearest or first name first.",
    )


_ASCENDING = frozenset({SortBy.NAME, SortBy.DISTANCE})


def order_of(sort: TalentSort | None) -> Order | None:
    """Return the order that a `sortBy` asks for."""
    if sort is None:
        return None
    if sort.direction is None:
        return Order(sort.field, descending=sort.field not in _ASCENDING)
    return Order(sort.field, descending=sort.direction is SortDirection.DESC)


def direction_of(order: Order) -> SortDirection:
    """Return which way round an order goes."""
    return SortDirection.DESC if order.descending else SortDirection.ASC


def condition_of(where: Any) -> Condition:
    """Return an input as a condition; all that it says holds.

    Raises:
        NotFound: an id is none of its kind.
        InvalidInput: `near` says no place.
        InvalidQuery: `near` names a city that is not known, or there are more filters within than conditions may be.
    """
    return _condition(where, _Filters())


@dataclass(slots=True)
class _Filters:
    """Counts the filters of a condition, so that no more are read than may be there."""

    number: int = 0

    def one_more(self) -> None:
        self.number += 1
        if self.number > MOST_CONDITIONS:
            raise too_many_conditions()


def _condition(where: Any, filters: _Filters) -> Condition:
    filters.one_more()
    parts: list[Condition] = []
    for declared in type(where).__strawberry_definition__.fields:
        given = getattr(where, declared.python_name)
        if given is not None:
            parts += _conditions(declared.metadata, given, filters)
    return Every(tuple(parts))


def preferences_of(should: Sequence[TalentFilter]) -> tuple[Condition, ...]:
    """Return preferences as conditions, without those that say nothing.

    Raises:
        InvalidQuery: there are more than 30; and as `condition_of`.
    """
    if len(should) > MOST_PREFERENCES:
        raise InvalidQuery(
            "TOO_MANY_CONDITIONS", "should", f"`should` has at most {MOST_PREFERENCES} preferences."
        )
    conditions = (condition_of(part) for part in should)
    return tuple(each for each in conditions if not (isinstance(each, Every) and not each.parts))


def _conditions(metadata: Any, given: Any, filters: _Filters) -> list[Condition]:  # noqa: PLR0911 - a case for each kind
    match metadata:
        case {"joined": "AND"}:
            return [_condition(part, filters) for part in given]
        case {"joined": "OR"}:
            return [Some(tuple(_condition(part, filters) for part in given))]
        case {"joined": "NOT"}:
            return [Unless(_condition(given, filters))]
        case {"entry": str(name)}:
            inner = _condition(given, filters)
            return [Entry(name, inner.parts if isinstance(inner, Every) else (inner,))]
        case {"month": (str(name), str(operator), int(month_of_year))}:
            return [Check(name, operator, _month(given, month_of_year))]
        case {"tested": (str(name), stored)} if isinstance(given, bool):
            return [Check(name, "eq", stored(given))]
        case {"tested": (str(name), stored)}:
            return _tests(name, given, stored)
        case _:
            return [Check("near", "within", _circle(given))]


def _tests(name: str, given: Any, stored: Callable[[Any], Any]) -> list[Condition]:
    tests: list[Condition] = []
    for operator in type(given).__strawberry_definition__.fields:
        value = getattr(given, operator.python_name)
        if value is not None:
            plain = _plain if operator.python_name == "is_null" else stored
            tests.append(Check(name, operator.python_name.rstrip("_"), plain(value)))
    return tests


def _circle(near: Near) -> tuple[float, float, float]:
    if near.latitude is not None and near.longitude is not None and near.city is None:
        if abs(near.latitude) > FARTHEST_LATITUDE or abs(near.longitude) > FARTHEST_LONGITUDE:
            raise InvalidInput(
                Code.OUT_OF_RANGE, "latitude is -90 to 90, longitude -180 to 180", field="near"
            )
        return near.latitude, near.longitude, near.kilometres
    if near.city is None or near.latitude is not None or near.longitude is not None:
        raise InvalidInput(Code.REQUIRED, "`near` takes a city, or latitude and longitude", field="near")
    found = coordinates_of(near.city, near.region, near.country)
    if found is None:
        raise InvalidQuery(
            "UNKNOWN_PLACE",
            "near",
            "This city is not known; check the country, or give latitude and longitude.",
        )
    return *found, near.kilometres


def _month(date: str, month_of_bare_year: int) -> int:
    """Return the month, counted from year 0, of a partial date."""
    year, _, rest = date.partition("-")
    month = int(rest[:2]) - 1 if rest else month_of_bare_year
    return int(year) * MONTHS_IN_YEAR + month
