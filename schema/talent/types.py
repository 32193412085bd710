import strawberry

from schema.candidates.types import Candidate
from schema.enums import described
from schema.jobs.types import Job
from schema.paging import PageInfo
from schema.reads import referenced
from schema.scalars import Sequence
from search.talent.clauses import Demand
from search.talent.explaining import MatchChange
from search.talent.fit import Verdict
from search.talent.request import Facet

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
        Facet.SCHOOLS: "The schools they went to.",
        Facet.LANGUAGES: "The languages they speak, as written.",
        Facet.TAGS: "Our own labels.",
        Facet.STAGES: "What the stages of their active applications mean.",
        Facet.YEARS: "Their years of experience.",
        Facet.LAST_CONTACT: "Days since we last wrote to them.",
    },
)
described(
    Demand,
    name="MatchDemand",
    description="How a part of a search is meant.",
    values={
        Demand.REQUIRED: "It must be there, or be one of the alternatives that are.",
        Demand.PREFERRED: "It ranks those higher who have it.",
        Demand.EXCLUDED: "It must not be there.",
    },
)
described(
    Verdict,
    name="MatchVerdict",
    description="Whether a candidate fulfils a part of a search.",
    values={
        Verdict.MATCHED: "Fulfilled: of what is excluded, that it is not there.",
        Verdict.MISSING: "Not fulfilled.",
        Verdict.WEIGHED: "No demand: it only ranks.",
    },
)
described(
    MatchChange,
    name="MatchChange",
    description="What is no longer as it was when a receipt was made.",
    values={
        MatchChange.CANDIDATE: "The candidate's own document, or they match no more.",
        MatchChange.WEIGHTS: "The weights of the ranking.",
        MatchChange.TAXONOMY: "The skills and titles that searches know.",
        MatchChange.INDEX: "The index was built anew.",
        MatchChange.STATISTICS: "Only the statistics that all candidates together make.",
    },
)


@strawberry.type(description="Where in a candidate's texts the search text was found.")
class Highlight:
    field: str = strawberry.field(description="Which text: headline, titles, skills, summary, resume_text …")
    fragments: list[str] = strawberry.field(
        description="Pieces of it as escaped HTML, matches between `<em>` and `</em>`."
    )


@strawberry.type(description="A piece of a candidate's texts that shows a match.")
class Evidence:
    field: str = strawberry.field(description="Which text: headline, titles, skills, summary, resume_text …")
    fragment: str = strawberry.field(description="Escaped HTML, matches between `<em>` and `</em>`.")


@strawberry.type(description="One part of a search, and what it means for a candidate.")
class MatchReason:
    clause: str = strawberry.field(description="The part, as the search says it.")
    field: str | None = strawberry.field(description="The one field that it is about; none for all texts.")
    demand: Demand | None = strawberry.field(description="How it is meant; none for what only ranks.")
    verdict: Verdict = strawberry.field(description="Whether the candidate fulfils it.")
    contribution: float = strawberry.field(
        description="What it adds to the score; conditions of `where` add 0."
    )
    evidence: list[Evidence] = strawberry.field(
        description="Up to 3 pieces of the candidate's texts, for the first 12 parts of a search."
    )


@strawberry.type(description="Why a candidate is a hit, in numbers that add up.")
class Fit:
    score: float = strawberry.field(description="The sum of all contributions.")
    reasons: list[MatchReason] = strawberry.field(description="In the order of the search.")
    weights_version: str = strawberry.field(description="Names the weights of the ranking.")
    index_version: str = strawberry.field(description="Names the index.")
    taxonomy_version: str = strawberry.field(
        description="Names the content of the taxonomy: equal terms, equal version."
    )
    receipt_id: strawberry.ID | None = strawberry.field(
        description="What `explainMatch` takes, for as long as you keep it; none where the search is too long for one."
    )


@strawberry.type(description="A candidate who matches.")
class TalentEdge:
    cursor: str = strawberry.field(description="This hit's place in the list.")
    node: Candidate = referenced("The candidate, read from the graph.")
    score: float | None = strawberry.field(description="How well the search fits; none where nothing ranks.")
    kilometres: float | None = strawberry.field(description="How far away; only when sorted by distance.")
    highlights: list[Highlight] = strawberry.field(description="Where the text was found.")
    fit: Fit | None = strawberry.field(description="Why this is a hit; always there where it is asked for.")


@strawberry.type(description="A value of a facet.")
class FacetBucket:
    value: str = strawberry.field(
        description="The value in the index's form: lower case, without accents. Years and days since the last contact "
        "come in bands: `2-5` is at least 2 and less than 5."
    )
    count: int = strawberry.field(description="How many of all hits have it.")


@strawberry.type(description="All hits counted by one thing.")
class FacetCount:
    facet: Facet = strawberry.field(description="By what.")
    buckets: list[FacetBucket] = strawberry.field(description="The 20 most frequent values, or all bands.")


@strawberry.type(description="A page of hits, the best first.")
class TalentConnection:
    edges: list[TalentEdge] = strawberry.field(description="The hits.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    total_count: int = strawberry.field(description="How many candidates match.")
    facets: list[FacetCount] = strawberry.field(description="The facets that were asked for.")
    indexed_through: Sequence = strawberry.field(
        description="The index holds every change up to this event; compare with an event's `sequence` to see lag."
    )
    gone: int = strawberry.field(
        description="Hits left out because the candidate is no longer there for you: the index lags behind."
    )

    nodes: list[Candidate] = referenced("The candidates without their cursors.")


@strawberry.type(description="A job that fits a candidate.")
class JobMatchEdge:
    cursor: str = strawberry.field(description="This job's place in the list.")
    node: Job = referenced("The job.")
    score: float = strawberry.field(
        description="`fit.score` for each word that the job asks for, so that no job comes first for asking for more."
    )
    fit: Fit = strawberry.field(
        description="Why it fits: what `matchCandidates` says of this candidate. Evidence is shown by `explainMatch`."
    )


@strawberry.type(description="A page of jobs that fit a candidate, the best first.")
class JobMatchConnection:
    edges: list[JobMatchEdge] = strawberry.field(description="The jobs.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    total_count: int = strawberry.field(description="How many jobs fit, of the 200 newest that are open.")

    nodes: list[Job] = referenced("The jobs without their cursors.")


@strawberry.type(description="A receipt, held against today.")
class MatchExplanation:
    candidate: Candidate = referenced("The candidate.")
    text: str = strawberry.field(description="What was looked for.")
    where: list[str] = strawberry.field(description="The conditions, in words.")
    should: list[str] = strawberry.field(description="The conditions that ranked, in words.")
    recorded: Fit = strawberry.field(
        description="The numbers of then, as the receipt holds them; with evidence as long as the candidate's document "
        "is the same."
    )
    today: Fit | None = strawberry.field(
        description="The same search now; none where the candidate matches no more."
    )
    changes: list[MatchChange] = strawberry.field(
        description="Why the two differ; empty where they are the same to the last digit."
    )
