import strawberry

from schema.candidates.types import Candidate
from schema.enums import described
from schema.paging import PageInfo
from schema.reads import referenced
from schema.scalars import Sequence
from search.talent_query import Facet

described(
    Facet,
    name="TalentFacet",
    description="What matching candidates can be counted by.",
    values={
        Facet.SKILLS: "What they can do.",
        Facet.CITIES: "The cities they live in.",
        Facet.COUNTRIES: "The countries they live in.",
        Facet.COMPANIES: "The companies they worked for.",
        Facet.TITLES: "The job titles they held.",
        Facet.STAGES: "What the stages of their active applications mean.",
        Facet.YEARS: "Their years of experience.",
    },
)


@strawberry.type(description="Where in a candidate's texts the search text was found.")
class Highlight:
    field: str = strawberry.field(description="Which text: headline, titles, skills, summary, resume_text …")
    fragments: list[str] = strawberry.field(
        description="Pieces of it as escaped HTML, matches between `<em>` and `</em>`."
    )


@strawberry.type(description="A part of the query that a hit fulfils.")
class MatchedClause:
    clause: str = strawberry.field(description="Which part: `words`, a field's name, `skill:…`, `company:…`.")
    score: float = strawberry.field(description="What it adds to the score; 0 for filters.")


@strawberry.type(description="A candidate who matches.")
class TalentEdge:
    cursor: str = strawberry.field(description="This hit's place in the list.")
    node: Candidate = referenced("The candidate, read from the graph.")
    score: float | None = strawberry.field(description="How well the text matches; none without a text.")
    highlights: list[Highlight] = strawberry.field(description="Where the text was found.")
    matched: list[MatchedClause] = strawberry.field(description="Why this is a hit.")


@strawberry.type(description="A value of a facet.")
class FacetBucket:
    value: str = strawberry.field(description="The value in the index's form: lower case, without accents.")
    count: int = strawberry.field(description="How many of all hits have it.")


@strawberry.type(description="All hits counted by one thing.")
class FacetCount:
    facet: Facet = strawberry.field(description="By what.")
    buckets: list[FacetBucket] = strawberry.field(description="The most frequent values.")


@strawberry.type(description="A page of hits, the best first.")
class TalentConnection:
    edges: list[TalentEdge] = strawberry.field(description="The hits.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    total_count: int = strawberry.field(description="How many candidates match.")
    facets: list[FacetCount] = strawberry.field(description="The facets that were asked for.")
    indexed_through: Sequence = strawberry.field(
        description="The index holds every change up to this event; compare with an event's `sequence` to see lag."
    )
    gone: int = strawberry.field(description="Hits left out because the candidate is no longer in the graph.")

    nodes: list[Candidate] = referenced("The candidates without their cursors.")
