"""Reading companies."""

from graph.reading import Anchor, Pattern, Sort, Source, node

COMPANY = Anchor("companies.company", "(@node:Company {id: @id})")
KNOWN_EMPLOYMENTS = Source("COUNT { (@node)<-[:WORKED_AT]-() }")
COMPANIES = Pattern(
    name="companies.companies",
    match="(@node:Company)",
    sorts={"NAME": Sort(node("name"), seek="@node.name IS NOT NULL")},
)
