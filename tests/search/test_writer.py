import asyncio
import random
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search import writer
from search.documents import CandidateDocument
from search.errors import SearchIndexMissing
from search.indices import CandidateIndex, candidate_index
from search.writer import write

UPDATED = "2026-11-23T06:01:34.123456Z"


def source(candidate_id: str, headline: str = "Cook") -> dict[str, Any]:
    return CandidateDocument(id=candidate_id, updated_at=UPDATED, headline=headline).to_source()


async def held(
    client: AsyncElasticsearch, index: CandidateIndex, ids: set[str]
) -> dict[str, tuple[int, str]]:
    """Version and headline by id of those the index holds; reads by id see writes at once."""
    answer = await client.mget(index=index.name, ids=sorted(ids))
    return {
        doc["_id"]: (doc["_version"], doc["_source"]["headline"]) for doc in answer["docs"] if doc["found"]
    }


async def test_newer_replaces_older_and_never_the_other_way(
    elasticsearch: AsyncElasticsearch, index: CandidateIndex
) -> None:
    assert (await write(elasticsearch, index, [("v", 5, source("v", "five"))])).written == 1
    older = await write(elasticsearch, index, [("v", 4, source("v", "four"))])
    same = await write(elasticsearch, index, [("v", 5, source("v", "other five"))])
    assert (older.written, older.superseded, older.failures) == (0, 1, ())
    assert (same.written, same.superseded, same.failures) == (0, 1, ())
    assert await held(elasticsearch, index, {"v"}) == {"v": (5, "five")}
    await write(elasticsearch, index, [("v", 6, source("v", "six"))])
    assert await held(elasticsearch, index, {"v"}) == {"v": (6, "six")}


async def test_a_late_write_does_not_bring_back_a_deleted_candidate(
    elasticsearch: AsyncElasticsearch, index: CandidateIndex
) -> None:
    await write(elasticsearch, index, [("gone", 1, source("gone"))])
    assert (await write(elasticsearch, index, [("gone", 3, None)])).written == 1
    assert (await write(elasticsearch, index, [("gone", 2, source("gone"))])).superseded == 1
    assert (await write(elasticsearch, index, [("gone", 2, None)])).superseded == 1
    assert await held(elasticsearch, index, {"gone"}) == {}


async def test_deleting_a_candidate_before_its_first_write_holds(
    elasticsearch: AsyncElasticsearch, index: CandidateIndex
) -> None:
    assert (await write(elasticsearch, index, [("never", 9, None)])).written == 1
    assert (await write(elasticsearch, index, [("never", 8, source("never"))])).superseded == 1
    assert await held(elasticsearch, index, {"never"}) == {}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=25),
    st.randoms(use_true_random=False),
)
async def test_any_order_and_repetition_ends_alike(
    elasticsearch: AsyncElasticsearch,
    index: CandidateIndex,
    events: list[tuple[int, bool]],
    shuffler: random.Random,
) -> None:
    run = secrets.token_hex(4)
    writes: list[tuple[str, int, dict[str, Any] | None]] = []
    expected: dict[str, tuple[int, str]] = {}
    for version, (person, deletes) in enumerate(events, start=1):
        candidate_id = f"{run}-{person}"
        writes.append((candidate_id, version, None if deletes else source(candidate_id, str(version))))
        expected[candidate_id] = (version, "" if deletes else str(version))
    deliveries = writes * 2
    shuffler.shuffle(deliveries)
    cut = len(deliveries) // 2
    outcomes = await asyncio.gather(
        write(elasticsearch, index, deliveries[:cut]), write(elasticsearch, index, deliveries[cut:])
    )
    assert not any(outcome.failures for outcome in outcomes)
    alive = {candidate_id: state for candidate_id, state in expected.items() if state[1]}
    assert await held(elasticsearch, index, set(expected)) == alive


async def test_chunks_are_cut_by_count(
    elasticsearch: AsyncElasticsearch, index: CandidateIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_CHUNK_WRITES", 10)
    ids = {f"count-{number}" for number in range(95)}
    outcome = await write(elasticsearch, index, [(each, 1, source(each)) for each in ids])
    assert outcome.written == len(ids)
    assert set(await held(elasticsearch, index, ids)) == ids
    assert [len(chunk.ids) for chunk in writer._chunks((each, 1, None) for each in ids)] == [10] * 9 + [5]


def test_chunks_are_cut_by_size_and_one_larger_document_goes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_CHUNK_BYTES", 10_000)
    sizes = [100, 100, 20_000, 100, 6_000, 6_000]
    chunks = list(writer._chunks((str(number), 1, {"t": "x" * size}) for number, size in enumerate(sizes)))
    assert [chunk.ids for chunk in chunks] == [("0", "1"), ("2",), ("3", "4"), ("5",)]
    assert all(chunk.body.count(b"\n") == 2 * len(chunk.ids) for chunk in chunks)


async def test_nothing_to_write_sends_nothing(
    elasticsearch: AsyncElasticsearch, index: CandidateIndex
) -> None:
    outcome = await write(elasticsearch, index, [])
    assert (outcome.written, outcome.superseded, outcome.failures) == (0, 0, ())


async def test_a_bad_document_fails_alone(elasticsearch: AsyncElasticsearch, index: CandidateIndex) -> None:
    bad = source("bad") | {"updated_at": "yesterday"}
    outcome = await write(
        elasticsearch, index, [("good-1", 1, source("g")), ("bad", 1, bad), ("good-2", 1, source("g"))]
    )
    assert outcome.written == 2
    ((failure),) = outcome.failures
    assert (failure.id, failure.reason, failure.retryable) == ("bad", "document_parsing_exception", False)


async def test_writing_never_creates_an_index(elasticsearch: AsyncElasticsearch, index_prefix: str) -> None:
    missing = candidate_index(f"{index_prefix}-missing")
    with pytest.raises(SearchIndexMissing):
        await write(elasticsearch, missing, [("1", 1, source("1"))])
    assert not await elasticsearch.indices.exists(index=f"{missing.alias}*", allow_no_indices=False)


async def test_an_error_in_the_documents_reaches_the_caller(
    elasticsearch: AsyncElasticsearch, index: CandidateIndex
) -> None:
    def broken() -> Iterator[tuple[str, int, None]]:
        yield ("error-1", 1, None)
        message = "the graph went away"
        raise LookupError(message)

    with pytest.raises(LookupError, match="went away"):
        await write(elasticsearch, index, broken())


async def test_refresh_makes_writes_searchable_at_once(
    elasticsearch: AsyncElasticsearch, index: CandidateIndex
) -> None:
    await write(elasticsearch, index, [("fresh", 1, source("fresh"))], refresh=True)
    answer = await elasticsearch.count(index=index.alias, query={"term": {"id": "fresh"}})
    assert answer["count"] == 1
