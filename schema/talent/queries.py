from collections.abc import Sequence as Several
from typing import Annotated

import strawberry
from strawberry.types.nodes import SelectedField, Selection

from graph.indexing import indexed_through
from graph.jobs import StageCategory
from graph.people import candidates_there
from schema.context import Info
from schema.node import Kind, local_id
from schema.paging import After, First, PageInfo, page_size
from schema.permissions import Permission, Requires
from schema.reads import by_id
from schema.scalars import Sequence
from schema.talent.types import (
    FacetBucket,
    FacetCount,
    Highlight,
    MatchedClause,
    TalentConnection,
    TalentEdge,
)
from search.talent import TalentHit, TalentResult, search_talent
from search.talent_query import Facet, Place, TalentRequest


@strawberry.input(description="A place; all that is given must fit.")
class PlaceFilter:
    city: str | None = strawberry.field(default=None, description="The city.")
    region: str | None = strawberry.field(default=None, description="The state, county or province.")
    country: str | None = strawberry.field(default=None, description="ISO 3166-1 alpha-2, such as `DE`.")
    text: str | None = strawberry.field(default=None, description="Any part of the place.")


@strawberry.input(description="Bounds, both included.")
class YearsFilter:
    min: float | None = strawberry.field(default=None, description="At least so many years.")
    max: float | None = strawberry.field(default=None, description="At most so many years.")


@strawberry.input(description="What candidates must fulfil; all that is given must hold.")
class TalentFilter:
    skills_all: list[str] = strawberry.field(default_factory=list, description="All of these skills.")
    skills_any: list[str] = strawberry.field(
        default_factory=list, description="At least one of these skills."
    )
    skills_none: list[str] = strawberry.field(default_factory=list, description="None of these skills.")
    places: list[PlaceFilter] = strawberry.field(
        default_factory=list, description="Lives in one of these places."
    )
    companies: list[str] = strawberry.field(
        default_factory=list, description="Worked for one of these companies."
    )
    current_company_only: bool = strawberry.field(
        default=False, description="`companies` means where the candidate works now."
    )
    titles: list[str] = strawberry.field(default_factory=list, description="Held one of these titles.")
    years_of_experience: YearsFilter | None = strawberry.field(
        default=None, description="Years of experience."
    )
    stages: list[StageCategory] = strawberry.field(
        default_factory=list, description="Has an active application in one of these stages."
    )
    job_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Applied for one of these jobs."
    )
    tags: list[str] = strawberry.field(default_factory=list, description="Has one of these tags.")
    consent: bool | None = strawberry.field(default=None, description="Whether contact is allowed.")
    exclude: list[strawberry.ID] = strawberry.field(default_factory=list, description="Not these candidates.")


@strawberry.type
class TalentQueries:
    @strawberry.field(
        description="Finds candidates by their profiles and résumés, the best first; ties by id, so that the order "
        'is always the same. Words are all looked for, `"…"` is a phrase, `-` excludes.',
        extensions=[Requires(Permission.TALENT_SEARCH), Requires(Permission.CANDIDATES_READ)],
    )
    async def talent_search(
        self,
        info: Info,
        first: First,
        text: Annotated[str, strawberry.argument(description="What to look for; empty finds all.")] = "",
        filter: Annotated[
            TalentFilter | None, strawberry.argument(description="What candidates must fulfil.")
        ] = None,
        facets: Annotated[
            list[Facet] | None, strawberry.argument(description="What to count the hits by.")
        ] = None,
        after: After = None,
    ) -> TalentConnection:
        wanted = facets or []
        request = _request(
            filter or TalentFilter(),
            text=text,
            first=page_size(first),
            after=after,
            facets=wanted,
            highlight=_asks_for(info.selected_fields, "highlights"),
        )
        context = info.context
        through = 0
        if _asks_for(info.selected_fields, "indexedThrough"):
            through = await context.graph.read(indexed_through)
        result = await search_talent(context.services.elasticsearch, context.services.index, request)
        return await _connection(info, result, first=first, after=after, facets=wanted, through=through)


def _request(
    given: TalentFilter,
    *,
    text: str,
    first: int,
    after: str | None,
    facets: list[Facet],
    highlight: bool,
) -> TalentRequest:
    years = given.years_of_experience
    return TalentRequest(
        text=text,
        skills_all=given.skills_all,
        skills_any=given.skills_any,
        skills_none=given.skills_none,
        places=[Place(p.city, p.region, p.country, p.text) for p in given.places],
        companies=given.companies,
        current_companies_only=given.current_company_only,
        titles=given.titles,
        years_min=years.min if years else None,
        years_max=years.max if years else None,
        stages=[str(stage) for stage in given.stages],
        job_ids=[local_id(Kind.JOB, id_, field="filter.jobIds") for id_ in given.job_ids],
        tags=given.tags,
        consent=given.consent,
        exclude_ids=[local_id(Kind.PERSON, id_, field="filter.exclude") for id_ in given.exclude],
        size=first,
        after=after,
        facets=facets,
        highlight=highlight,
    )


def _asks_for(selections: Several[Selection], name: str) -> bool:
    return any(
        (isinstance(selection, SelectedField) and selection.name == name)
        or _asks_for(selection.selections, name)
        for selection in selections
    )


async def _connection(
    info: Info,
    result: TalentResult,
    *,
    first: int,
    after: str | None,
    facets: list[Facet],
    through: int,
) -> TalentConnection:
    known = await info.context.graph.read(candidates_there, ids=[hit.id for hit in result.hits])
    there = [hit for hit in result.hits if hit.id in known]
    cursors = [hit.cursor for hit in result.hits]
    return TalentConnection(
        edges=[_edge(hit) for hit in there],
        nodes=by_id([hit.id for hit in there]),
        page_info=PageInfo(
            has_next_page=len(cursors) == first,
            has_previous_page=after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total_count=result.total,
        facets=[
            FacetCount(facet=facet, buckets=[FacetBucket(value=v, count=n) for v, n in result.facets[facet]])
            for facet in facets
        ],
        indexed_through=Sequence(through),
        gone=len(result.hits) - len(there),
    )


def _edge(hit: TalentHit) -> TalentEdge:
    return TalentEdge(
        cursor=hit.cursor,
        node=by_id(hit.id),
        score=hit.score,
        highlights=[Highlight(field=name, fragments=list(found)) for name, found in hit.highlights.items()],
        matched=[MatchedClause(clause=name, score=score) for name, score in hit.matched.items()],
    )
