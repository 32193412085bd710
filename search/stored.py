"""The documents that the candidate index holds, to compare them with what they should be."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from elasticsearch import AsyncElasticsearch

from search.errors import search_errors
from search.indices import CandidateIndex

_PAGE: Final = 200
_TIMEOUT_SECONDS: Final = 60

Stored = dict[str, Any]


async def stored_between(
    client: AsyncElasticsearch, index: CandidateIndex, *, after: str, through: str | None
) -> AsyncIterator[tuple[str, Stored]]:
    """Yield id and source of the searchable documents with an id above `after`, up to `through` or to the end.

    At most 200 are held at once. With the last stretch come those without the field `id`, 200 of them at most.

    Raises the errors of `search.errors`.
    """
    bounds = {"gt": after} if through is None else {"gt": after, "lte": through}
    async for each in _scan(client, index, {"range": {"id": bounds}}):
        yield each
    if through is None:
        for hit in await _page(client, index, {"bool": {"must_not": [{"exists": {"field": "id"}}]}}, None):
            yield hit["_id"], hit["_source"]


async def stored(client: AsyncElasticsearch, index: CandidateIndex, ids: Sequence[str]) -> dict[str, Stored]:
    """Return the sources that the index holds of these ids now, searchable or not yet.

    Raises the errors of `search.errors`.
    """
    found: dict[str, Stored] = {}
    for start in range(0, len(ids), _PAGE):
        with search_errors("read documents"):
            answer = await _patient(client).mget(index=index.alias, ids=list(ids[start : start + _PAGE]))
        found |= {doc["_id"]: doc["_source"] for doc in answer["docs"] if doc.get("found")}
    return found


async def unchanged(
    client: AsyncElasticsearch, index: CandidateIndex, sources: Mapping[str, Mapping[str, Any]]
) -> set[str]:
    """Return those of the ids of which this index holds just the given source, searchable or not yet.

    Raises the errors of `search.errors`.
    """
    ids = list(sources)
    same: set[str] = set()
    for start in range(0, len(ids), _PAGE):
        with search_errors("read documents"):
            answer = await _patient(client).mget(index=index.writes, ids=ids[start : start + _PAGE])
        same |= {
            doc["_id"] for doc in answer["docs"] if doc.get("found") and doc["_source"] == sources[doc["_id"]]
        }
    return same


async def _scan(
    client: AsyncElasticsearch, index: CandidateIndex, query: dict[str, Any]
) -> AsyncIterator[tuple[str, Stored]]:
    position: list[Any] | None = None
    while True:
        hits = await _page(client, index, query, position)
        for hit in hits:
            yield hit["_id"], hit["_source"]
        if len(hits) < _PAGE:
            return
        position = hits[-1]["sort"]


async def _page(
    client: AsyncElasticsearch, index: CandidateIndex, query: dict[str, Any], position: list[Any] | None
) -> list[dict[str, Any]]:
    with search_errors("read documents"):
        answer = await _patient(client).search(
            index=index.alias,
            query=query,
            sort=[{"id": "asc"}],
            size=_PAGE,
            search_after=position,
            track_total_hits=False,
        )
    found: list[dict[str, Any]] = answer["hits"]["hits"]
    return found


def _patient(client: AsyncElasticsearch) -> AsyncElasticsearch:
    return client.options(request_timeout=_TIMEOUT_SECONDS)
