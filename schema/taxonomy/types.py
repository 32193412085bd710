from typing import ClassVar

import strawberry

from graph.profiles import skill_key
from graph.reading import ID, Anchor, node
from graph.taxonomy import terms
from graph.taxonomy.terms import TermKind, TermOrder, TermSource
from schema.enums import described
from schema.filters import (
    EnumFilter,
    IdFilter,
    SortDirection,
    TextFilter,
    TextsFilter,
    filtered,
    ids_of,
    joined,
)
from schema.node import Kind, Node
from schema.origins import Read
from schema.pagination import Connection
from schema.reads import identity, paged, related, stored
from schema.scalars import DateTime

described(
    TermKind,
    name="TermKind",
    description="What a term is a word for.",
    values={TermKind.SKILL: "Something that somebody can do.", TermKind.TITLE: "What somebody works as."},
)
described(
    TermSource,
    name="TermSource",
    description="Where a term first came from; others may have added spellings.",
    values={
        TermSource.SHIPPED: "The compact set that comes with Kith.",
        TermSource.ESCO: "ESCO, the European classification (CC BY 4.0).",
        TermSource.ONET: "O*NET, the database of occupations of the U.S. Department of Labor (CC BY 4.0).",
        TermSource.OWN: "Somebody here.",
    },
)

described(
    TermOrder,
    name="TermSortField",
    description="What terms are sorted by.",
    values={
        TermOrder.NAME: "What we prefer to call it.",
        TermOrder.UPDATED_AT: "When its spellings or links last changed.",
    },
)


@strawberry.type(description="A skill or a title, with everything that it is called.")
class Term(Read, Node):
    anchor: ClassVar[Anchor] = terms.TERM
    id: strawberry.ID = identity(Kind.TERM)
    kind: TermKind = stored("What it is a word for.", node("kind"), make=TermKind)
    name: str = stored("What we prefer to call it.", node("name"))
    synonyms: list[str] = stored("What else it is called.", terms.SYNONYMS)
    source: TermSource = stored("Where it first came from.", node("source"), make=TermSource)
    version: int = stored("Grows with each change; see `expectedVersion`.", node("version"))
    created_at: DateTime = stored("When it came.", node("created_at"))
    updated_at: DateTime = stored("When its spellings or links last changed.", node("updated_at"))
    broader: list["Term"] = related(
        "What it is a part or a kind of; who searches for that finds this too, lower.", terms.BROADER
    )
    narrower: Connection["Term"] = paged("What is a part or a kind of it, by name.", terms.NARROWER)
    related: list["Term"] = related("What often comes with it; searches don't follow this.", terms.RELATED)


@strawberry.input(description="Which terms; all that is given must hold.")
class TermFilter:
    all: list["TermFilter"] | None = joined("AND", "All of these hold.")
    any: list["TermFilter"] | None = joined("OR", "One of these holds.")
    none: "TermFilter | None" = joined("NOT", "This does not hold.")
    id: IdFilter | None = filtered("By id.", ID, ids_of(Kind.TERM))
    kind: EnumFilter[TermKind] | None = filtered("By what it is a word for.", node("kind"))
    name: TextFilter | None = filtered("By name.", node("name"))
    spelling: TextsFilter | None = filtered(
        "By name or synonym as a whole, whatever its case and accents.", terms.KEYS, skill_key
    )
    source: EnumFilter[TermSource] | None = filtered("By where it came from.", node("source"))


@strawberry.input(description="How terms are sorted.")
class TermSort:
    field: TermOrder = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.ASC, description="Which way round.")
