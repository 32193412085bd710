"""Searches matched in reverse: which of many searches find which of a few candidates, in few requests.

A request holds some dozens of searches, each a clause with its id as name, over the ids of the candidates alone; each
hit says by which names it was found. No percolator is needed, and texts are analysed as the index analyses them.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from elasticsearch import AsyncElasticsearch

from search.errors import SearchOutOfTime, SearchRejected, search_errors
from search.talent.body import TIMEOUT_SECONDS, build_talent_query
from search.talent.conditions import Clause
from search.talent.request import TalentRequest

MOST_AT_ONCE: Final = 64
MOST_BYTES: Final = 64 * 1024
"""Of the searches of one request."""
MOST_LISTED: Final = 10_000
"""Most hits that Elasticsearch lists in one answer."""

# Elasticsearch ends a search by itself; this covers one that does not answer at all.
_PATIENCE_SECONDS: Final = TIMEOUT_SECONDS + 1


@dataclass(frozen=True, slots=True)
class Found:
    """Of some searches, by their ids: whom each found; and which nobody could run, alone as well."""

    matches: Mapping[str, frozenset[str]]
    broken: frozenset[str]


def filter_of(request: TalentRequest) -> Clause:
    """Return the clause of all whom a search finds, whatever their order.

    Raises InvalidQuery where the input is out of bounds, and QuerySyntaxError for a text that is no query.
    """
    query = build_talent_query(replace(request, should=(), order=None, size=1, after=None))
    found = query.body["query"]["bool"]
    return {"bool": {"filter": [*found["must"], *found["filter"]]}}


async def found_among(
    client: AsyncElasticsearch, index: str, searches: Mapping[str, Sequence[Clause]], ids: Sequence[str]
) -> AsyncIterator[Found]:
    """Yield whom each of the searches finds among the ids; some searches at a time, each of them once.

    All clauses of a search must hold. Raises the errors of `search.errors` where Elasticsearch does not answer.
    """
    pending = [dict(part) for part in _parts(searches)]
    while pending:
        part = pending.pop()
        try:
            matches = await _matches(client, index, part, ids)
        except (SearchRejected, SearchOutOfTime):
            if len(part) == 1:
                yield Found({}, frozenset(part))
            else:
                names = list(part)
                half = len(names) // 2
                pending += [{name: part[name] for name in each} for each in (names[half:], names[:half])]
        else:
            yield Found(matches, frozenset())


async def all_found(client: AsyncElasticsearch, index: str, clauses: Sequence[Clause]) -> list[str] | None:
    """Return the ids of all whom a search finds; None where there are more than 10,000.

    Raises the errors of `search.errors`.
    """
    body = {
        "query": {"bool": {"filter": list(clauses)}},
        "size": MOST_LISTED,
        "track_total_hits": MOST_LISTED + 1,
    }
    answer = await _answer(client, index, body)
    if answer["hits"]["total"]["value"] > MOST_LISTED:
        return None
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def _parts(searches: Mapping[str, Sequence[Clause]]) -> Iterator[list[tuple[str, Sequence[Clause]]]]:
    part: list[tuple[str, Sequence[Clause]]] = []
    size = 0
    for id_, clauses in searches.items():
        length = len(orjson.dumps(clauses))
        if part and (len(part) == MOST_AT_ONCE or size + length > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append((id_, clauses))
        size += length
    if part:
        yield part


async def _matches(
    client: AsyncElasticsearch, index: str, searches: Mapping[str, Sequence[Clause]], ids: Sequence[str]
) -> dict[str, frozenset[str]]:
    named = [{"bool": {"filter": list(clauses), "_name": id_}} for id_, clauses in searches.items()]
    body = {
        "query": {
            "bool": {
                "filter": [
                    {"terms": {"id": list(ids)}},
                    {"bool": {"should": named, "minimum_should_match": 1}},
                ]
            }
        },
        "size": len(ids),
        "track_total_hits": False,
    }
    answer = await _answer(client, index, body)
    found: dict[str, set[str]] = {id_: set() for id_ in searches}
    for hit in answer["hits"]["hits"]:
        for name in hit["matched_queries"]:
            found[name].add(hit["_id"])
    return {id_: frozenset(matching) for id_, matching in found.items()}


async def _answer(client: AsyncElasticsearch, index: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    patient = client.options(request_timeout=_PATIENCE_SECONDS, retry_on_timeout=False)
    asked = {**body, "_source": False, "sort": ["_doc"], "timeout": f"{TIMEOUT_SECONDS}s"}
    with search_errors("match candidates"):
        answer = await patient.search(index=index, body=asked, allow_partial_search_results=False)
    if answer["timed_out"]:
        raise SearchOutOfTime("the searches took too long")
    found: Mapping[str, Any] = answer.body
    return found
