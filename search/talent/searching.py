"""Talent search: run a request and read the answer."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import orjson
from elasticsearch import AsyncElasticsearch, BadRequestError, NotFoundError

from search.client import bounded
from search.embedding import embedder
from search.errors import InvalidQuery, SearchOutOfTime, search_errors
from search.indices import CandidateIndex
from search.talent.body import TIMEOUT_SECONDS, TalentQuery, build_talent_query
from search.talent.clauses import Clause
from search.talent.cursors import Place, bad_cursor, encode_cursor
from search.talent.facets import facet_counts
from search.talent.fit import EvidenceOf, Fit, Snippet, evidence_searches, fit_of, snippets_of
from search.talent.points import KEEP_ALIVE, PointsInTime
from search.talent.request import Order, SortBy, TalentRequest
from search.talent.weights import plain_name

# Elasticsearch ends a search by itself; this covers one that does not answer at all.
_PATIENCE_SECONDS: Final = TIMEOUT_SECONDS + 1
_OPTIONS: Final[dict[str, Any]] = {"allow_partial_search_results": False, "include_named_queries_score": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class TalentHit:
    """A candidate who matches.

    `score` is None where nothing ranks. `highlights` holds fragments by field: escaped HTML with `<em>` around the
    matches. `fit` is there where reasons were asked for. `kilometres` is there when hits are sorted by distance.
    """

    id: str
    score: float | None
    order: Order
    place: Place
    highlights: Mapping[str, Sequence[str]]
    fit: Fit | None
    kilometres: float | None

    @property
    def cursor(self) -> str:
        """The place after which the next page begins, where this hit is the last of one."""
        return encode_cursor(self.order, self.place)


@dataclass(frozen=True, slots=True)
class TalentResult:
    """One page: the total where it was asked for, whether more follows, and per facet its values with the number of candidates.

    The most frequent values come first, bands in their order. Values are in the index's form: lower case and
    without accents.
    """

    hits: Sequence[TalentHit]
    total: int
    has_next: bool
    facets: Mapping[str, Sequence[tuple[str, int]]]


_LONG_TEXT: Final = 300
"""Longer texts become queries beside the event loop."""
MANY_REASONS: Final = 1_000
"""More reasons, of all hits together, are made beside it."""
T = TypeVar("T")


class _PointIsOver(Exception):
    """Elasticsearch no longer knows a point in time."""


async def search_talent(
    client: AsyncElasticsearch,
    index: CandidateIndex,
    points: PointsInTime,
    request: TalentRequest,
    rights: Sequence[Clause] = (),
) -> TalentResult:
    """Find candidates, the best first; those who come alike in the order of their ids.

    The first page shows the index as it is; the pages after it one point in time, whatever changes meanwhile.
    `rights` are filter clauses that every candidate must pass. Raises InvalidQuery for input out of bounds or a cursor
    whose point in time is over, and the other errors of `search.errors` where Elasticsearch fails or needs more than
    five seconds.
    """
    building = partial(build_talent_query, request, rights, embedder())
    query = await beside(building, when=len(request.text) > _LONG_TEXT)
    if query.after is None:
        point = None
        answer = await _first_page(client, index, query)
    else:
        point, answer = await _later_page(client, points, query, query.after)
    hits = answer["hits"]["hits"]
    fits: dict[str, Fit] = {}
    if request.reasons:
        fits = await beside(
            partial(_fits, query, hits[: request.size]), when=len(query.parts) * len(hits) > MANY_REASONS
        )
    if request.evidence and fits:
        fits = await _with_evidence(client, index, query, fits)
    return TalentResult(
        hits=[_hit(hit, query, point, fits.get(hit["_id"])) for hit in hits[: request.size]],
        total=answer["hits"]["total"]["value"],
        has_next=len(hits) > request.size,
        facets={name: facet_counts(facet) for name, facet in answer.get("aggregations", {}).items()},
    )


async def _first_page(
    client: AsyncElasticsearch, index: CandidateIndex, query: TalentQuery
) -> Mapping[str, Any]:
    with search_errors("search candidates"):
        answer = await bounded(client, _PATIENCE_SECONDS).search(
            index=index.alias, body=query.body, preference=_preference(query.body), **_OPTIONS
        )
    return _in_time(answer.body)


async def _later_page(
    client: AsyncElasticsearch, points: PointsInTime, query: TalentQuery, after: Place
) -> tuple[str, Mapping[str, Any]]:
    point = after.point or await points.current()
    try:
        return point, await _page_of(client, query, after, point)
    except _PointIsOver:
        points.forget(point)
    if after.point is not None:
        raise InvalidQuery(
            "CURSOR_EXPIRED",
            "after",
            "This cursor's list is no longer kept: the next page is asked for within two minutes, the last within a "
            "quarter of an hour. Start again without `after`.",
        )
    point = await points.current()
    return point, await _page_of(client, query, after, point)


async def _page_of(
    client: AsyncElasticsearch, query: TalentQuery, after: Place, point: str
) -> Mapping[str, Any]:
    body = {**query.body, "search_after": list(after.values), "pit": {"id": point, "keep_alive": KEEP_ALIVE}}
    with search_errors("search candidates"):
        try:
            answer = await bounded(client, _PATIENCE_SECONDS).search(body=body, **_OPTIONS)
        except NotFoundError as error:
            raise _PointIsOver from error
        except BadRequestError as error:
            raise bad_cursor() from error
    return _in_time(answer.body)


async def _with_evidence(
    client: AsyncElasticsearch, index: CandidateIndex, query: TalentQuery, fits: Mapping[str, Fit]
) -> dict[str, Fit]:
    searches = evidence_searches(query.parts, list(fits), query.fragments_of)
    if not searches:
        return dict(fits)
    header = {"index": index.alias, "preference": _preference(query.body)}
    lines = [line for body in searches.values() for line in (header, body)]
    with search_errors("find evidence"):
        answer = await bounded(client, _PATIENCE_SECONDS).msearch(searches=lines)
    found: dict[str, dict[EvidenceOf, tuple[Snippet, ...]]] = {id_: {} for id_ in fits}
    for subject, part in zip(searches, answer["responses"], strict=True):
        for hit in _in_time(part)["hits"]["hits"]:
            found[hit["_id"]][subject] = snippets_of(hit)

    def proven() -> dict[str, Fit]:
        return {id_: fit.with_evidence(found[id_]) for id_, fit in fits.items()}

    return await beside(proven, when=len(query.parts) * len(fits) > MANY_REASONS)


async def beside(work: Callable[[], T], *, when: bool) -> T:
    """Do work that computes for long beside the event loop, `when` there is so much of it that others would wait."""
    return await asyncio.to_thread(work) if when else work()


def _fits(query: TalentQuery, hits: Sequence[Mapping[str, Any]]) -> dict[str, Fit]:
    return {hit["_id"]: fit_of(query.parts, hit) for hit in hits}


def _in_time(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    if "error" in answer or answer["timed_out"]:
        raise SearchOutOfTime("the search took too long; look for less at once")
    return answer


def _preference(body: Mapping[str, Any]) -> str:
    """Send a search to the same copy of the index each time: statistics differ a little between copies."""
    return hashlib.sha256(orjson.dumps(body["query"])).hexdigest()[:16]


def _hit(hit: Mapping[str, Any], query: TalentQuery, point: str | None, fit: Fit | None) -> TalentHit:
    by_distance = query.order.by is SortBy.DISTANCE
    return TalentHit(
        id=hit["_id"],
        score=hit["_score"] if query.scored else None,
        order=query.order,
        place=Place(tuple(hit["sort"][:2]), point),
        highlights={plain_name(name): found for name, found in hit.get("highlight", {}).items()},
        fit=fit,
        kilometres=hit["sort"][0] if by_distance and isinstance(hit["sort"][0], float) else None,
    )
