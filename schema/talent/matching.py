import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated

import strawberry

from graph.errors import NotFound
from graph.ids import now
from graph.matching import AskedOfJob, asked_of_jobs, open_jobs
from graph.reading import Shown
from graph.rights import Permission
from graph.visibility import seen
from schema.context import Context, Info
from schema.paging import After, First, PageInfo, page_size
from schema.permissions import Requires
from schema.reads import by_id
from schema.references import CandidateRef, JobRef, local_id_of, local_ids_of
from schema.talent.answers import answer, fit_of, receipt_key, selected_names
from schema.talent.inputs import TalentFilter, condition_of
from schema.talent.rights import search_rights
from schema.talent.types import JobMatchConnection, JobMatchEdge, TalentConnection
from search.embedding import embedder
from search.errors import InvalidQuery
from search.talent.cursors import Place, decode_cursor, encode_cursor
from search.talent.expansion import Expansion
from search.talent.job_matching import JobFit, fitting_jobs
from search.talent.matching import (
    MOST_PROFILES,
    ProfileDocument,
    Wanted,
    job_request,
    profile_documents,
    similar_request,
)
from search.talent.receipts import receipt_of, sealed
from search.talent.request import Order, SortBy, TalentRequest
from search.talent.weights import weights_version

MOST_JOBS = 200
"""Most open jobs that a candidate is matched with, the newest."""
BEST_FIRST = Order(SortBy.RELEVANCE, descending=True)
Where = Annotated[
    TalentFilter | None, strawberry.argument(description="What candidates must fulfil besides.")
]


@strawberry.type
class MatchingQueries:
    @strawberry.field(
        description="Ranks candidates for a job by its title, skills, place and description. One of its skills or a word of "
        "its title must be there; the more of them, the higher. `fit` says which requirements each one has and lacks; "
        "`explainMatch` takes its receipts. Conditions of `where` exclude, all else only ranks.",
        extensions=[Requires(Permission.TALENT_SEARCH), Requires(Permission.CANDIDATES_READ)],
    )
    async def match_candidates(
        self,
        info: Info,
        job: Annotated[JobRef, strawberry.argument(description="The job.")],
        first: First,
        where: Where = None,
        after: After = None,
    ) -> TalentConnection:
        context = info.context
        id_ = await local_id_of(context.loaders, job, field="job")
        found = await context.graph.read(asked_of_jobs, viewer=context.principal.viewer, ids=[id_])
        if id_ not in found:
            raise NotFound("job", field="job")
        return await answer(
            info, _page(await asyncio.to_thread(_search_for, found[id_]), first, after, where)
        )

    @strawberry.field(
        description="Ranks the open jobs that you see for a candidate, of the 200 newest. A job fits where one of its skills or a word "
        "of its title is there; `fit` is the one that `matchCandidates` gives for the two.",
        extensions=[
            Requires(Permission.TALENT_SEARCH),
            Requires(Permission.CANDIDATES_READ),
            Requires(Permission.JOBS_READ),
        ],
    )
    async def match_jobs(
        self,
        info: Info,
        candidate: Annotated[CandidateRef, strawberry.argument(description="The candidate.")],
        first: First,
        after: After = None,
    ) -> JobMatchConnection:
        context = info.context
        services = context.services
        size, place = page_size(first), None if after is None else decode_cursor(after, BEST_FIRST)
        id_ = await local_id_of(context.loaders, candidate, field="candidate")
        viewer = context.principal.viewer
        if not await context.graph.read(seen, viewer=viewer, shown=Shown.CANDIDATE, ids=[id_]):
            raise NotFound("candidate", field="candidate")
        ids = await context.graph.read(open_jobs, viewer=viewer, limit=MOST_JOBS)
        asked = await context.graph.read(asked_of_jobs, viewer=viewer, ids=ids)
        terms = await services.taxonomy.current()
        searches = await asyncio.to_thread(_searches_for, asked, terms)
        found = await fitting_jobs(
            services.elasticsearch, services.index, id_, searches, await search_rights(context)
        )
        begin = 0 if place is None else sum(_key(each) <= _place(place) for each in found)
        return _job_page(id_, found, begin, size, await receipt_key(info, selected_names(info)))

    @strawberry.field(
        description="Ranks candidates by how much they resemble some ideal ones: the skills and titles that these have, the "
        "most common first, and what their résumés are about as a whole. Those who are named are not among the hits.",
        extensions=[Requires(Permission.TALENT_SEARCH), Requires(Permission.CANDIDATES_READ)],
    )
    async def similar_candidates(
        self,
        info: Info,
        candidates: Annotated[
            list[CandidateRef], strawberry.argument(description="The ideal ones, 1 to 20.")
        ],
        first: First,
        not_: Annotated[
            list[CandidateRef] | None,
            strawberry.argument(
                name="not",
                description="Whom they are not to resemble, at most 20: candidates more like these come later.",
            ),
        ] = None,
        where: Where = None,
        after: After = None,
    ) -> TalentConnection:
        context = info.context
        unwanted = not_ or []
        if not 1 <= len(candidates) <= MOST_PROFILES or len(unwanted) > MOST_PROFILES:
            raise InvalidQuery("TOO_MANY_VALUES", "candidates", f"Name 1 to {MOST_PROFILES} candidates.")
        ideal_ids = await _visible(context, candidates, field="candidates")
        unwanted_ids = await _visible(context, unwanted, field="not")
        profiles = await _profiles(context, [*ideal_ids, *unwanted_ids])
        request = await asyncio.to_thread(
            similar_request,
            [profiles[id_] for id_ in ideal_ids if id_ in profiles],
            [profiles[id_] for id_ in unwanted_ids if id_ in profiles],
            [*ideal_ids, *unwanted_ids],
        )
        return await answer(info, _page(request, first, after, where))


def _search_for(job: AskedOfJob) -> TalentRequest:
    wanted = Wanted(titles=(job.title,), skills=job.skills, place=job.city)
    return job_request(wanted, job.description, embedder())


def _searches_for(asked: Mapping[str, AskedOfJob], terms: Expansion) -> dict[str, TalentRequest]:
    return {job: replace(_search_for(each), expansion=terms) for job, each in asked.items()}


def _job_page(
    candidate_id: str, found: Sequence[JobFit], begin: int, size: int, key: str | None
) -> JobMatchConnection:
    page = found[begin : begin + size]
    cursors = [encode_cursor(BEST_FIRST, Place((each.score, each.job_id), None)) for each in page]
    edges = []
    for each, cursor in zip(page, cursors, strict=True):
        receipt = None if key is None else sealed(receipt_of(each.request, candidate_id, each.fit), key)
        fit = fit_of(each.fit, receipt, weights=weights_version(), taxonomy=each.request.expansion.version)
        edges.append(JobMatchEdge(cursor=cursor, node=by_id(each.job_id), score=each.score, fit=fit))
    return JobMatchConnection(
        edges=edges,
        nodes=by_id([each.job_id for each in page]),
        page_info=PageInfo(
            has_next_page=len(found) > begin + size,
            has_previous_page=begin > 0,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total_count=len(found),
    )


def _key(each: JobFit) -> tuple[float, str]:
    return -each.score, each.job_id


def _place(place: Place) -> tuple[float, str]:
    score, id_ = place.values
    return -score, id_


def _page(request: TalentRequest, first: int, after: str | None, where: TalentFilter | None) -> TalentRequest:
    conditions = () if where is None else (condition_of(where),)
    return replace(request, where=(*request.where, *conditions), size=page_size(first), after=after, at=now())


async def _visible(context: Context, refs: Sequence[CandidateRef], *, field: str) -> list[str]:
    """Return the ids of the candidates.

    Raises:
        NotFound: one of them is not there for the principal.
    """
    ids = await local_ids_of(context.loaders, refs, field=field)
    there = await context.graph.read(
        seen, viewer=context.principal.viewer, shown=Shown.CANDIDATE, ids=list(dict.fromkeys(ids))
    )
    for i, id_ in enumerate(ids):
        if id_ not in there:
            raise NotFound("candidate", field=f"{field}.{i}")
    return ids


async def _profiles(context: Context, ids: Sequence[str]) -> dict[str, ProfileDocument]:
    services = context.services
    rights = await search_rights(context)
    return await profile_documents(services.elasticsearch, services.index, list(dict.fromkeys(ids)), rights)
