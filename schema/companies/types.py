from typing import ClassVar

import strawberry

from graph.companies import COMPANY, KNOWN_EMPLOYMENTS, CompanyOrder
from graph.reading import ID, Anchor, node
from graph.references import EXTERNAL_IDS
from graph.rights import Permission
from schema.enums import described
from schema.external_ids import ExternalId
from schema.filters import IdFilter, SortDirection, TextFilter, filtered, ids_of, joined
from schema.node import Kind, Node
from schema.origins import Read
from schema.reads import identity, related, stored

described(
    CompanyOrder,
    name="CompanySortField",
    description="What companies are sorted by.",
    values={
        CompanyOrder.NAME: "The name as first met.",
    },
)


@strawberry.type(description="An employer that somebody in the graph worked for.")
class Company(Read, Node):
    anchor: ClassVar[Anchor] = COMPANY
    id: strawberry.ID = identity(Kind.COMPANY)
    name: str = stored("The name as first met.", node("name"))
    external_ids: list[ExternalId] = related("What other systems call it.", EXTERNAL_IDS)
    known_employments: int | None = stored(
        "How many employments at this company are known.",
        KNOWN_EMPLOYMENTS,
        requires=Permission.CANDIDATES_READ,
    )


@strawberry.input(description="Which companies; all that is given must hold.")
class CompanyFilter:
    all: list["CompanyFilter"] | None = joined("AND", "All of these hold.")
    any: list["CompanyFilter"] | None = joined("OR", "One of these holds.")
    none: "CompanyFilter | None" = joined("NOT", "This does not hold.")
    id: IdFilter | None = filtered("By id.", ID, ids_of(Kind.COMPANY))
    name: TextFilter | None = filtered("By name.", node("name"))


@strawberry.input(description="How companies are sorted.")
class CompanySort:
    field: CompanyOrder = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.ASC, description="Which way round.")
