"""What `where` and `should` can say: a small frozen tree, and its clauses. Conditions exclude or prefer, never score.

Names match whatever their case and accents. In: `Check("skills", "eq", "python")`. Out: a `term` clause.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from search.errors import InvalidQuery
from search.text import normalised

Clause: TypeAlias = Mapping[str, Any]

MOST_CONDITIONS: Final = 30
MOST_VALUES: Final = 100
LONGEST_VALUE: Final = 256
FARTHEST_KILOMETRES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Check:
    """One field, one operator, one value (of `in` and `all` several)."""

    field: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Every:
    """All of the parts hold; of none it is true."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One of the parts holds; of none it is false."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Unless:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Entry:
    """One employment, education or application (`field`) holds all the parts at once."""

    field: str
    parts: tuple["Condition", ...]


Condition: TypeAlias = Check | Every | Some | Unless | Entry

_Maker: TypeAlias = Callable[[str, str, Any], Clause]


def condition_clause(condition: Condition) -> Clause:
    """Return the clause of a condition.

    Raises InvalidQuery for more than 30 conditions, 100 values of one, values that are empty or too long, and numbers
    out of their range.
    """
    if _count(condition) > MOST_CONDITIONS:
        raise too_many_conditions()
    return _clause(condition)


def too_many_conditions() -> InvalidQuery:
    """Return what a condition with too many parts is refused with."""
    return InvalidQuery("TOO_MANY_CONDITIONS", "where", f"`where` has at most {MOST_CONDITIONS} conditions.")


def described(condition: Condition) -> str:
    """Return a condition in words, for the reasons of a hit."""
    match condition:
        case Check(field=name, operator=operator, value=value):
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            return f"{name} {operator} {shown}"
        case Every(parts=parts):
            return " and ".join(map(described, parts))
        case Some(parts=parts):
            return "(" + " or ".join(map(described, parts)) + ")"
        case Unless(part=part):
            return f"not ({described(part)})"
        case Entry(field=name, parts=parts):
            return f"{name}: {' and '.join(map(described, parts))}"


def as_json(condition: Condition) -> list[Any]:
    """Return a condition as lists that JSON can hold; `from_json` reads them."""
    match condition:
        case Check(field=name, operator=operator, value=value):
            return ["check", name, operator, value]
        case Every(parts=parts):
            return ["every", *map(as_json, parts)]
        case Some(parts=parts):
            return ["some", *map(as_json, parts)]
        case Unless(part=part):
            return ["unless", as_json(part)]
        case Entry(field=name, parts=parts):
            return ["entry", name, *map(as_json, parts)]


def from_json(content: Any) -> Condition:
    """Read what `as_json` made; ValueError for anything else."""
    match content:
        case ["check", str(name), str(operator), value]:
            return Check(name, operator, value)
        case ["every", *parts]:
            return Every(tuple(map(from_json, parts)))
        case ["some", *parts]:
            return Some(tuple(map(from_json, parts)))
        case ["unless", part]:
            return Unless(from_json(part))
        case ["entry", str(name), *parts]:
            return Entry(name, tuple(map(from_json, parts)))
    raise ValueError(content)


def _count(condition: Condition) -> int:
    match condition:
        case Check():
            return 1
        case Unless(part=part):
            return 1 + _count(part)
        case Every(parts=parts) | Some(parts=parts) | Entry(parts=parts):
            return 1 + sum(map(_count, parts))


def _clause(condition: Condition) -> Clause:
    match condition:
        case Check(field=name, operator=operator, value=value):
            return _CHECKS[name](name, operator, value)
        case Every(parts=parts):
            return {"bool": {"filter": [_clause(part) for part in parts]}}
        case Some(parts=parts):
            if not parts:
                return {"match_none": {}}
            return {"bool": {"should": [_clause(part) for part in parts], "minimum_should_match": 1}}
        case Unless(part=part):
            return {"bool": {"must_not": [_clause(part)]}}
        case Entry(field=name, parts=parts):
            entry = {"bool": {"filter": [_clause(part) for part in parts]}}
            return {"nested": {"path": name, "query": entry, "ignore_unmapped": True}}


def _name(field: str, operator: str, value: Any) -> Clause:
    match operator:
        case "eq":
            return {"term": {field: _text(value, field)}}
        case "in":
            return {"terms": {field: _texts(value, field)}}
        case "all":
            return {"bool": {"filter": [{"term": {field: each}} for each in _texts(value, field)]}}
        case "starts_with":
            return {"prefix": {field: {"value": _text(value, field), "case_insensitive": True}}}
        case "contains":
            return {"match_phrase": {f"{field}.literal": _text(value, field)}}
        case _:
            return _unknown(field, value)


def _words(field: str, operator: str, value: Any) -> Clause:
    if operator != "contains":
        return _unknown(field, value)
    return {"match": {f"{field}.literal": {"query": _text(value, field), "operator": "and"}}}


def _code(field: str, operator: str, value: Any) -> Clause:
    if operator == "in":
        return {"terms": {field: _bounded(value, field)}}
    return {"term": {field: value}}


def _flag(field: str, operator: str, value: Any) -> Clause:
    return {"term": {field: bool(value)}}


def _number(field: str, operator: str, value: Any) -> Clause:
    if not math.isfinite(value):
        raise InvalidQuery("BAD_RANGE", field, f"{field} takes numbers.")
    return {"range": {field: {"gte": value, "lte": value} if operator == "eq" else {operator: value}}}


def _moment(field: str, operator: str, value: Any) -> Clause:
    return _unknown(field, value) if operator == "is_null" else {"range": {field: {operator: value}}}


def _month(field: str, operator: str, value: Any) -> Clause:
    """Compare a month; an employment without an end goes on, one without a start began whenever."""
    within = {"range": {field: {operator: value}}}
    unknown = {"bool": {"must_not": [{"exists": {"field": field}}]}}
    return {"bool": {"should": [within, unknown], "minimum_should_match": 1}}


def _near(field: str, operator: str, value: Any) -> Clause:
    latitude, longitude, kilometres = value
    if not 0 < kilometres <= FARTHEST_KILOMETRES:
        raise InvalidQuery(
            "BAD_RANGE", "near", f"`near` reaches more than 0 and at most {FARTHEST_KILOMETRES:,} kilometres."
        )
    centre = {"lat": latitude, "lon": longitude}
    return {"geo_distance": {"distance": f"{kilometres}km", "coordinates": centre, "ignore_unmapped": True}}


def _unknown(field: str, value: Any) -> Clause:
    there = {"exists": {"field": field}}
    return {"bool": {"must_not": [there]}} if value else {"bool": {"filter": [there]}}


_NAMES = (
    "skills",
    "titles",
    "companies",
    "schools",
    "languages",
    "certificates",
    "tags",
    "city",
    "region",
    "country",
    "employments.company",
    "employments.title",
    "skill_uses.skill",
    "educations.school",
    "educations.degree",
    "educations.field",
)
_CHECKS: Final[dict[str, _Maker]] = {
    **dict.fromkeys(_NAMES, _name),
    **dict.fromkeys(("name", "headline", "place"), _words),
    **dict.fromkeys(
        (
            "id",
            "seniority",
            "shortlisted_jobs",
            "applications.job_id",
            "applications.stage",
            "applications.status",
        ),
        _code,
    ),
    **dict.fromkeys(("consent", "has_email", "has_phone", "employments.current"), _flag),
    **dict.fromkeys(("updated_at", "last_contact"), _moment),
    **dict.fromkeys(("employments.start_month", "employments.end_month", "skill_uses.last_month"), _month),
    **dict.fromkeys(("years_experience", "skill_uses.months"), _number),
    "near": _near,
}


def _bounded(values: Sequence[Any], field: str) -> list[Any]:
    if len(values) > MOST_VALUES:
        raise InvalidQuery("TOO_MANY_VALUES", field, f"{field} takes at most {MOST_VALUES} values.")
    return list(values)


def _texts(values: Sequence[str], field: str) -> list[str]:
    return list(dict.fromkeys(_text(value, field) for value in _bounded(values, field)))


def _text(value: str, field: str) -> str:
    if len(value) > LONGEST_VALUE:
        raise InvalidQuery(
            "VALUE_TOO_LONG", field, f"A value of {field} has at most {LONGEST_VALUE} characters."
        )
    clean = normalised(value).strip()
    if not clean:
        raise InvalidQuery("EMPTY_VALUE", field, f"A value of {field} is empty.")
    return clean
