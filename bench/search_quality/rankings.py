"""The orders that are compared: Kith's, with and without vectors, and what it has to be better than.

Each is a function from a query's text to scores by résumé; who is not found has none. All run on one Elasticsearch.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

import numpy as np
from elasticsearch import AsyncElasticsearch

from bench.search_quality.corpus import Resume
from bench.search_quality.terms import shipped_vocabulary
from search.embedding import Embedder, Vector
from search.indices import candidate_index, ensure_indices
from search.talent.body import build_talent_query
from search.talent.expansion import AS_WRITTEN, Expansion
from search.talent.request import MOST_RESULTS, TalentRequest
from search.writer import write

Scores: TypeAlias = Mapping[str, float]
Ranking: TypeAlias = Callable[[str], Awaitable[Scores]]

BM25: Final = "BM25, standard analyzer"
BM25_ENGLISH: Final = "BM25, English analyzer"
VECTORS: Final = "vectors alone"
FUSION: Final = "half BM25 standard, half vectors"
FUSION_ENGLISH: Final = "half BM25 English, half vectors"
WORDS: Final = "Kith without vectors"
AS_TYPED: Final = "Kith without other spellings"
KITH: Final = "Kith"

_PREFIX: Final = "kith-quality"
_RAW: Final = f"{_PREFIX}-raw"


@asynccontextmanager
async def rankings(
    client: AsyncElasticsearch, resumes: Sequence[Resume], model: Embedder
) -> AsyncIterator[dict[str, Ranking]]:
    """Index the résumés, as raw text and as Kith does, and yield the orders by name; the indices go in the end."""
    index = candidate_index(_PREFIX)
    ours = [index.name, _RAW]
    await client.indices.delete(index=ours, ignore_unavailable=True)
    try:
        await ensure_indices(client, index)
        await write(client, index, [(each.id, 1, each.source) for each in resumes], refresh=True)
        english = {"english": {"type": "text", "analyzer": "english"}}
        await client.indices.create(
            index=_RAW,
            settings={"number_of_shards": 1, "number_of_replicas": 0},
            mappings={"properties": {"text": {"type": "text", "fields": english}}},
        )
        lines = [line for each in resumes for line in ({"index": {"_id": each.id}}, {"text": each.text})]
        await client.bulk(index=_RAW, operations=lines, refresh=True)
        await client.indices.forcemerge(index=ours, max_num_segments=1)
        yield _named(client, index.alias, resumes, model)
    finally:
        await client.indices.delete(index=ours, ignore_unavailable=True)


def _named(
    client: AsyncElasticsearch, alias: str, resumes: Sequence[Resume], model: Embedder
) -> dict[str, Ranking]:
    size, terms = len(resumes), shipped_vocabulary()
    vectors = {each.id: vector for each in resumes if (vector := model.embed(each.text)) is not None}

    async def found(index: str, query: Mapping[str, Any]) -> Scores:
        answer = await client.search(index=index, query=query, size=size, source=False)
        return {hit["_id"]: hit["_score"] for hit in answer["hits"]["hits"]}

    def raw(field: str) -> Ranking:
        async def rank(text: str) -> Scores:
            return await found(_RAW, {"match": {field: text}})

        return rank

    async def near(text: str) -> Scores:
        wanted = model.embed(text)
        return {} if wanted is None else {id_: _cosine(wanted, vector) for id_, vector in vectors.items()}

    def fusion(field: str) -> Ranking:
        async def rank(text: str) -> Scores:
            halves = [_scaled(each) for each in (await raw(field)(text), await near(text))]
            return {id_: sum(half.get(id_, 0.0) for half in halves) / 2 for id_ in vectors}

        return rank

    def kith(given: Embedder | None, expansion: Expansion) -> Ranking:
        async def rank(text: str) -> Scores:
            request = TalentRequest(text=text, size=MOST_RESULTS, expansion=expansion)
            query = build_talent_query(request, (), given)
            return await found(alias, query.body["query"])

        return rank

    return {
        BM25: raw("text"),
        BM25_ENGLISH: raw("text.english"),
        VECTORS: near,
        FUSION: fusion("text"),
        FUSION_ENGLISH: fusion("text.english"),
        WORDS: kith(None, terms),
        AS_TYPED: kith(model, AS_WRITTEN),
        KITH: kith(model, terms),
    }


def order(scores: Scores) -> list[str]:
    """Return ids, the best first, ties by id."""
    return sorted(scores, key=lambda id_: (-scores[id_], id_))


def _cosine(one: Vector, other: Vector) -> float:
    left, right = (np.frombuffer(each, np.int8).astype(np.float64) for each in (one, other))
    return float(left @ right / (np.linalg.norm(left) * np.linalg.norm(right)))


def _scaled(scores: Scores) -> Scores:
    """Return scores from 0 for the least to 1 for the greatest."""
    if not scores:
        return scores
    least, greatest = min(scores.values()), max(scores.values())
    return {id_: (score - least) / ((greatest - least) or 1.0) for id_, score in scores.items()}
