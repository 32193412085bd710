"""Reading companies."""

from graph.reading import Anchor, Pattern, Shown, Sort, Source, node

COMPANY = Anchor("companies.company", "(@node:Company {id: @id})", Shown.OPEN)
KNOWN_EMPLOYMENTS = Source("COUNT { (@node)<-[:WORKED_AT]-(p) WHERE @seen(person, p) }")
COMPANIES = Pattern(
    name="companies.companies",
    match="(@node:Company)",
    shows=Shown.OPEN,
    sorts={"NAME": Sort(node("name"), seek="@node.name IS NOT NULL")},
)
