"""Reading people: candidates, colleagues, and what their profiles consist of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph.client import Statement, Transaction
from graph.profiles import Role
from graph.reading import Anchor, Pattern, Shown, Sort, Source, node
from graph.records import ROLE_LABELS

BY_IDS = Statement(
    "people.by_ids",
    "UNWIND $ids AS id MATCH (p:Person {id: id}) RETURN p{.*, labels: labels(p)} AS person",
)

COUNT_CANDIDATES = Statement("people.count_candidates", "MATCH (p:Candidate) RETURN count(p) AS total")
COUNT_COLLEAGUES = Statement("people.count_colleagues", "MATCH (p:Colleague) RETURN count(p) AS total")

PERSON = Anchor("people.person", "(@node:Person {id: @id})", Shown.PERSON)
CANDIDATE = Anchor("people.candidate", "(@node:Person:Candidate {id: @id})", Shown.CANDIDATE)
COLLEAGUE = Anchor("people.colleague", "(@node:Person {id: @id})", Shown.COLLEAGUE)

SKILL = Anchor("people.skill", "(@node:Skill {id: @id})", Shown.OPEN)
RECORD = Anchor("people.record", "(@node:Record {id: @id})", Shown.RECORD)

IS_CANDIDATE = Source("@node:Candidate AND @seen(candidate, @node)")
"""Whether someone shows as a candidate: they are one, and not hidden as one."""
LABELS = Source("labels(@node)")
LOCATED = Source("(@node.city IS NOT NULL OR @node.region IS NOT NULL OR @node.country IS NOT NULL)")
CONSENTED = Source("@node.consent_at IS NOT NULL")
AT_A_NAMED_COMPANY = Source("@node:Company")
ACTIVE_STAGES = Source("[(@node)<-[:BY]-(:Application {status: 'ACTIVE'})-[:IN_STAGE]->(s) | s.category]")

YEARS_OF_EXPERIENCE = Source("round(@node.experience_months / 12.0, 1, 'HALF_EVEN')")
DATED_TITLES = Source(
    "[(@node)-[w:WORKED_AT]->() WHERE w.title IS NOT NULL |"
    " [coalesce(w.last_month, -1), coalesce(w.first_month, -1), -coalesce(w.position, 0), w.title]]"
)
"""Job titles, each behind what sorts the latest last."""
CONSENT_BASIS = Source("coalesce(@node.consent_basis, '')")


class PersonOrder(StrEnum):
    """What people can be sorted by."""

    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    NAME = "NAME"
    EXPERIENCE = "EXPERIENCE"


_SORTS: dict[str, Sort] = {
    PersonOrder.CREATED_AT: Sort(node("created_at"), descending=True, seek="@node.created_at IS NOT NULL"),
    PersonOrder.UPDATED_AT: Sort(node("updated_at"), descending=True, seek="@node.updated_at IS NOT NULL"),
    PersonOrder.NAME: Sort(Source("coalesce(@node.name, '')")),
    PersonOrder.EXPERIENCE: Sort(Source("coalesce(@node.experience_months, 0)"), descending=True),
}

CANDIDATES = Pattern(name="people.candidates", match="(@node:Candidate)", shows=Shown.CANDIDATE, sorts=_SORTS)
COLLEAGUES = Pattern(name="people.colleagues", match="(@node:Colleague)", shows=Shown.COLLEAGUE, sorts=_SORTS)
EMPLOYMENTS = Pattern(
    name="people.employments",
    match="(@parent)-[@edge:WORKED_AT]->(@node)",
    shows=Shown.OPEN,
    order="coalesce(@edge.last_month, -1) DESC, coalesce(@edge.first_month, -1) DESC, @edge.position",
)
EDUCATIONS = Pattern(
    name="people.educations",
    match="(@parent)-[@edge:STUDIED_AT]->(@node:School)",
    shows=Shown.OPEN,
    order="coalesce(@edge.last_month, -1) DESC, @edge.position",
)
SKILLS = Pattern(
    name="people.skills",
    match="(@parent)-[@edge:HAS_SKILL]->(@node:Skill)",
    shows=Shown.OPEN,
    order="@edge.position, @node.id",
)
SKILL_USES = Pattern(
    name="people.skill_uses",
    match="(@parent)-[@edge:HAS_SKILL]->(@node:Skill)",
    shows=Shown.OPEN,
    order="coalesce(@edge.months, 0) DESC, @edge.position, @node.id",
)
RECORDS = Pattern(
    name="people.records",
    match="(@parent)<-[:ABOUT]-(@node:Record)",
    shows=Shown.OPEN,
    order="@node.received_at DESC, @node.id",
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


async def people_by_ids(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, Person]:
    """Return those of the people that exist."""
    return {row["person"]["id"]: person_of(row["person"]) for row in await BY_IDS.rows(tx, ids=list(ids))}


async def count_candidates(tx: Transaction, /) -> int:
    """Count the candidates."""
    row = await COUNT_CANDIDATES.row(tx)
    return row["total"] if row else 0


async def count_colleagues(tx: Transaction, /) -> int:
    """Count the colleagues."""
    row = await COUNT_COLLEAGUES.row(tx)
    return row["total"] if row else 0


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
        roles=roles_of(stored["labels"]),
    )


def roles_of(labels: Sequence[str]) -> tuple[Role, ...]:
    """Return what a person with these labels does here as a colleague."""
    return tuple(role for role, label in ROLE_LABELS.items() if label in labels)
