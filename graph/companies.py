"""Reading companies."""

from enum import StrEnum

from graph.reading import Anchor, Pattern, Shown, Sort, Source, node

COMPANY = Anchor("companies.company", "(@node:Company {id: @id})", Shown.OPEN)
KNOWN_EMPLOYMENTS = Source("COUNT { (@node)<-[:WORKED_AT]-(p) WHERE @seen(person, p) }")


class CompanyOrder(StrEnum):
    """What companies can be sorted by."""

    NAME = "NAME"


COMPANIES = Pattern(
    name="companies.companies",
    match="(@node:Company)",
    shows=Shown.OPEN,
    sorts={
        CompanyOrder.NAME: Sort(node("name"), seek="@node.name IS NOT NULL"),
    },
)
