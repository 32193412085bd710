"""Talent search: run a request and read the answer."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from elasticsearch import AsyncElasticsearch

from search.errors import SearchOutOfTime, search_errors
from search.indices import CandidateIndex
from search.talent_cursor import encode_cursor
from search.talent_query import TIMEOUT_SECONDS, Clause, TalentRequest, build_talent_query

# Elasticsearch ends a search by itself; this covers one that does not answer at all.
_PATIENCE_SECONDS: Final = TIMEOUT_SECONDS + 1


@dataclass(frozen=True, slots=True)
class TalentHit:
    """A candidate who matches.

    `score` is None where nothing was asked for in words. `highlights` holds fragments by field: escaped HTML
    with `<em>` around the matches. `matched` holds the parts of the query that matched (`words`, `phrases`, a
    field's name, `skill:…`, `company:…`, `title:…`) with what each adds to the score.
    """

    id: str
    score: float | None
    highlights: Mapping[str, Sequence[str]]
    matched: Mapping[str, float]
    cursor: str


@dataclass(frozen=True, slots=True)
class TalentResult:
    """One page: the exact total, and per facet its values with the number of candidates.

    The most frequent values come first, years in their order. Values are in the index's form: lower case and
    without accents.
    """

    hits: Sequence[TalentHit]
    total: int
    facets: Mapping[str, Sequence[tuple[str, int]]]
    took_ms: int


async def search_talent(
    client: AsyncElasticsearch, index: CandidateIndex, request: TalentRequest, rights: Sequence[Clause] = ()
) -> TalentResult:
    """Find candidates, the best first; those who score alike come in the order of their ids.

    `rights` are filter clauses that every candidate must pass. Raises InvalidQuery for input out of bounds, and
    the other errors of `search.errors` where Elasticsearch fails or needs more than five seconds.
    """
    query = build_talent_query(request, rights)
    with search_errors("search candidates"):
        answer = await client.options(request_timeout=_PATIENCE_SECONDS, retry_on_timeout=False).search(
            index=index.alias,
            body=query.body,
            allow_partial_search_results=False,
            include_named_queries_score=True,
            preference=_preference(query.body),
        )
    if answer["timed_out"]:
        raise SearchOutOfTime("the search took too long; look for less at once")
    return TalentResult(
        hits=[_hit(hit, by_score=query.by_score) for hit in answer["hits"]["hits"]],
        total=answer["hits"]["total"]["value"],
        facets={name: _counts(facet) for name, facet in answer.body.get("aggregations", {}).items()},
        took_ms=answer["took"],
    )


def _preference(body: Mapping[str, Any]) -> str:
    """Send the pages of one search to the same copy of the index: scores differ a little between copies."""
    return hashlib.sha256(orjson.dumps(body["query"])).hexdigest()[:16]


def _hit(hit: Mapping[str, Any], *, by_score: bool) -> TalentHit:
    return TalentHit(
        id=hit["_id"],
        score=hit["_score"],
        highlights={field.removesuffix(".text"): found for field, found in hit.get("highlight", {}).items()},
        matched=hit.get("matched_queries", {}),
        cursor=encode_cursor(hit["sort"], by_score=by_score),
    )


def _counts(facet: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(bucket["key"], bucket["doc_count"]) for bucket in facet["buckets"] if bucket["doc_count"]]
