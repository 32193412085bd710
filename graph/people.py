"""Reading people: candidates, colleagues, and what their profiles consist of."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from graph.client import Row, Statement, Transaction
from graph.paging import Key, Page, page_of, page_parameters
from graph.profiles import RecordKind, Role
from graph.records import ROLE_LABELS

T = TypeVar("T")

BY_IDS = Statement(
    "people.by_ids",
    "UNWIND $ids AS id MATCH (p:Person {id: id}) RETURN p{.*, labels: labels(p)} AS person",
)

CANDIDATES = Statement(
    "people.candidates",
    """
    MATCH (p:Candidate)
    WHERE p.created_at IS NOT NULL
      AND ($after IS NULL OR p.created_at < $after OR (p.created_at = $after AND p.id < $after_id))
    RETURN p{.*, labels: labels(p)} AS person ORDER BY p.created_at DESC, p.id DESC LIMIT $limit
    """,
)
COLLEAGUES = Statement(
    "people.colleagues",
    """
    MATCH (p:Colleague)
    WHERE p.created_at IS NOT NULL
      AND ($after IS NULL OR p.created_at < $after OR (p.created_at = $after AND p.id < $after_id))
    RETURN p{.*, labels: labels(p)} AS person ORDER BY p.created_at DESC, p.id DESC LIMIT $limit
    """,
)
COUNT_CANDIDATES = Statement("people.count_candidates", "MATCH (p:Candidate) RETURN count(p) AS total")
COUNT_COLLEAGUES = Statement("people.count_colleagues", "MATCH (p:Colleague) RETURN count(p) AS total")

EMPLOYMENTS = Statement(
    "people.employments",
    """
    UNWIND $ids AS id
    MATCH (:Person {id: id})-[w:WORKED_AT]->(c)
    RETURN id AS person, w{.*, company_id: c.id} AS item
    ORDER BY coalesce(w.last_month, -1) DESC, coalesce(w.first_month, -1) DESC, w.position
    """,
)
EDUCATIONS = Statement(
    "people.educations",
    """
    UNWIND $ids AS id
    MATCH (:Person {id: id})-[w:STUDIED_AT]->(s:School)
    RETURN id AS person, w{.*, school_id: s.id, school_name: s.name} AS item
    ORDER BY coalesce(w.last_month, -1) DESC, w.position
    """,
)
SKILLS = Statement(
    "people.skills",
    """
    UNWIND $ids AS id
    MATCH (:Person {id: id})-[w:HAS_SKILL]->(s:Skill)
    RETURN id AS person, {id: s.id, name: s.name} AS item ORDER BY w.position, s.id
    """,
)
RECORDS = Statement(
    "people.records",
    """
    UNWIND $ids AS id
    MATCH (:Person {id: id})<-[:ABOUT]-(r:Record)
    RETURN id AS person, r{.id, .kind, .origin, .received_at, .document} AS item ORDER BY r.received_at DESC, r.id
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A human being as the projection of their records shows them."""

    id: str
    name: str | None
    headline: str | None
    summary: str | None
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    links: tuple[str, ...]
    languages: tuple[str, ...]
    certificates: tuple[str, ...]
    tags: tuple[str, ...]
    city: str | None
    region: str | None
    country: str | None
    experience_months: int
    consent_granted: bool | None
    consent_at: str | None
    consent_basis: str | None
    opted_out_at: str | None
    created_at: str
    updated_at: str
    version: int
    is_candidate: bool
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEmployment:
    """A time at a company as it stands in the profile."""

    id: str
    company_id: str | None
    title: str | None
    team: str | None
    location: str | None
    summary: str | None
    start: str | None
    end: str | None
    current: bool
    record_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEducation:
    """A time at a school as it stands in the profile."""

    id: str
    school_id: str
    school_name: str
    degree: str | None
    field: str | None
    start: str | None
    end: str | None
    record_id: str


@dataclass(frozen=True, slots=True)
class Skill:
    """Something that people can do."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecord:
    """What came in about a person, from where and when."""

    id: str
    kind: RecordKind
    origin: str
    received_at: str
    document: str | None


async def people_by_ids(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, Person]:
    """Return those of the people that exist."""
    return {row["person"]["id"]: person_of(row["person"]) for row in await BY_IDS.rows(tx, ids=list(ids))}


async def candidates_page(tx: Transaction, /, *, first: int, after: Key | None) -> Page[Person]:
    """Return candidates, the newest first."""
    return await _page(tx, CANDIDATES, first=first, after=after)


async def colleagues_page(tx: Transaction, /, *, first: int, after: Key | None) -> Page[Person]:
    """Return colleagues, the newest first."""
    return await _page(tx, COLLEAGUES, first=first, after=after)


async def count_candidates(tx: Transaction, /) -> int:
    """Count the candidates."""
    row = await COUNT_CANDIDATES.row(tx)
    return row["total"] if row else 0


async def count_colleagues(tx: Transaction, /) -> int:
    """Count the colleagues."""
    row = await COUNT_COLLEAGUES.row(tx)
    return row["total"] if row else 0


async def employments_of(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, tuple[HeldEmployment, ...]]:
    """Return each person's employments, the latest first."""
    return await _grouped(tx, EMPLOYMENTS, ids, _employment)


async def educations_of(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, tuple[HeldEducation, ...]]:
    """Return each person's educations, the latest first."""
    return await _grouped(tx, EDUCATIONS, ids, _education)


async def skills_of(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, tuple[Skill, ...]]:
    """Return each person's skills in the order of their records."""
    return await _grouped(tx, SKILLS, ids, lambda item: Skill(item["id"], item["name"]))


async def records_of(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, tuple[KeptRecord, ...]]:
    """Return each person's records, the newest first."""
    return await _grouped(tx, RECORDS, ids, _record)


async def _page(tx: Transaction, statement: Statement, *, first: int, after: Key | None) -> Page[Person]:
    rows = await statement.rows(
        tx,
        **page_parameters(first, after),
    )
    people = [person_of(row["person"]) for row in rows]
    return page_of(people, first=first, key=lambda p: Key(p.created_at, p.id), item=lambda p: p)


async def _grouped(
    tx: Transaction, statement: Statement, ids: Sequence[str], make: Callable[[Row], T]
) -> dict[str, tuple[T, ...]]:
    found: dict[str, list[T]] = defaultdict(list)
    for row in await statement.rows(tx, ids=list(ids)):
        found[row["person"]].append(make(row["item"]))
    return {id_: tuple(found.get(id_, ())) for id_ in ids}


def person_of(stored: Mapping[str, Any]) -> Person:
    """Read a person from `p{.*, labels: labels(p)}`."""
    labels = set(stored["labels"])
    return Person(
        id=stored["id"],
        name=stored.get("name"),
        headline=stored.get("headline"),
        summary=stored.get("summary"),
        emails=tuple(stored["emails"]),
        phones=tuple(stored["phones"]),
        links=tuple(stored["links"]),
        languages=tuple(stored["languages"]),
        certificates=tuple(stored["certificates"]),
        tags=tuple(stored["tags"]),
        city=stored.get("city"),
        region=stored.get("region"),
        country=stored.get("country"),
        experience_months=stored["experience_months"],
        consent_granted=stored.get("consent_granted"),
        consent_at=stored.get("consent_at"),
        consent_basis=stored.get("consent_basis"),
        opted_out_at=stored.get("opted_out_at"),
        created_at=stored["created_at"],
        updated_at=stored["updated_at"],
        version=stored["version"],
        is_candidate="Candidate" in labels,
        roles=tuple(role for role, label in ROLE_LABELS.items() if label in labels),
    )


def _employment(item: Row) -> HeldEmployment:
    return HeldEmployment(
        id=item["id"],
        company_id=item.get("company_id"),
        title=item.get("title"),
        team=item.get("team"),
        location=item.get("location"),
        summary=item.get("summary"),
        start=item.get("from"),
        end=item.get("to"),
        current=item["current"],
        record_id=item["record"],
    )


def _education(item: Row) -> HeldEducation:
    return HeldEducation(
        id=item["id"],
        school_id=item["school_id"],
        school_name=item["school_name"],
        degree=item.get("degree"),
        field=item.get("field"),
        start=item.get("from"),
        end=item.get("to"),
        record_id=item["record"],
    )


def _record(item: Row) -> KeptRecord:
    return KeptRecord(
        id=item["id"],
        kind=RecordKind(item["kind"]),
        origin=item["origin"],
        received_at=item["received_at"],
        document=item.get("document"),
    )
