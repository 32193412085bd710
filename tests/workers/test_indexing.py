import asyncio
import random
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch

from graph import drift, indexing, outbox
from graph.client import Statement
from graph.ids import new_id, now
from graph.indexing import Batch
from graph.jobs import NewJob, create_job
from graph.profiles import Profile, RecordKind
from graph.records import NewRecord
from search import writer
from search.errors import SearchIndexMissing
from search.indices import CandidateIndex
from search.writer import make_searchable
from tests.waiting import eventually
from tests.workers.conftest import System, records, running
from workers import indexing as drains
from workers import showing
from workers.indexing import DRAIN_KEY
from workers.showing import Showing, Written

SPOIL = Statement("tests.spoil", "MATCH (p:Person {id: $id}) SET p.updated_at = $at")
LEAVE = Statement("tests.leave", "MATCH (p:Person {id: $id}) REMOVE p:Candidate")
AGAIN = Statement(
    "tests.again", "UNWIND $sequences AS sequence MATCH (e:Event {sequence: sequence}) SET e:Unindexed"
)
HEADLINE = Statement(
    "tests.headline",
    "MATCH (p:Person {id: $id}) WITH p, p.headline AS before SET p.headline = $headline RETURN before",
)
FORGET = Statement("tests.forget", "MATCH (i:SearchIndex) DELETE i")


def about(person: str, **profile: object) -> NewRecord:
    return NewRecord(
        id=new_id(),
        kind=RecordKind.FORM,
        origin="test",
        received_at=now(),
        profile=Profile(**profile),  # type: ignore[arg-type]
        person_id=new_id(),
        event_id=new_id(),
        about=person,
    )


async def written(system: System) -> int:
    """Count how often a document was written into the index."""
    stats = await system.elasticsearch.indices.stats(index=system.index.name, metric="indexing")
    return int(stats["_all"]["primaries"]["indexing"]["index_total"])


async def test_the_index_shows_what_the_graph_says(system: System) -> None:
    people = await system.add(records(60))
    await system.number_events()
    assert await system.graph.read(indexing.indexed_through) == 0
    await system.indexer().drain()
    assert await system.graph.read(indexing.indexed_through) == 60
    assert await system.differences() == []
    await system.add([about(people[0], name="Somebody Else")])
    assert await system.graph.read(indexing.indexed_through) == 60
    last = await system.number_events()
    assert (last, await system.graph.read(indexing.indexed_through)) == (61, 60)
    await system.indexer().drain()
    assert await system.differences() == []
    assert await system.found_by_name("Somebody Else") == 1


async def test_every_document_has_its_meaning(system: System) -> None:
    await system.add(records(3))
    await system.number_events()
    await system.indexer().drain()
    with_meaning = {"exists": {"field": "meaning"}}
    answer = await system.elasticsearch.count(index=system.index.alias, query=with_meaning)
    assert answer["count"] == 3


async def test_events_again_and_in_any_order_end_alike(system: System) -> None:
    chance = random.Random(3)
    people: list[str] = []
    for i in range(4):
        people += await system.add(records(25, seed=i))
        await system.add([about(chance.choice(people), headline=f"Change {i}.{k}") for k in range(10)])
        await system.number_events()
        async with running(system.indexer().drain()):
            await system.indexer().drain()
    last = await system.number_events()
    numbers = list(range(1, last + 1)) * 2
    chance.shuffle(numbers)
    for i in range(0, len(numbers), 60):
        await system.graph.execute(AGAIN, sequences=numbers[i : i + 60])
        await asyncio.gather(system.indexer().drain(), system.indexer().drain())
    assert await system.graph.read(indexing.indexed_through) == last
    assert await system.differences() == []


async def test_what_has_not_changed_is_not_written(system: System) -> None:
    people = await system.add(records(20))
    await system.number_events()
    await system.indexer().drain()
    before = await written(system)
    await system.graph.execute(AGAIN, sequences=list(range(1, 21)))
    await system.indexer().drain()
    await system.graph.write(drift.call_for, ids=people, call_id=new_id(), actor="test", at=now())
    last = await system.number_events()
    await system.indexer().drain()
    assert await system.graph.read(indexing.indexed_through) == last == 40
    assert await written(system) == before
    await system.add([about(people[0], headline="Changed")])
    await system.number_events()
    await system.indexer().drain()
    assert await written(system) == before + 1
    assert await system.differences() == []


async def test_who_finds_a_document_unchanged_is_not_written_over_by_whoever_was_late(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    (person,) = await system.add(records(1))
    await system.number_events()
    await system.indexer().drain()
    (there,) = await system.graph.execute(HEADLINE, id=person, headline="For a moment")
    await system.graph.write(drift.call_for, ids=[person], call_id=new_id(), actor="test", at=now())
    await system.number_events()
    late, go_on = asyncio.Event(), asyncio.Event()
    write = writer.write

    async def slowly(*given: Any, **named: Any) -> Any:
        if not late.is_set():
            late.set()
            await go_on.wait()
        return await write(*given, **named)

    monkeypatch.setattr(drains, "write", slowly)
    async with running(system.indexer().drain()) as draining:
        await late.wait()
        await system.graph.execute(HEADLINE, id=person, headline=there["before"])
        await system.graph.write(drift.call_for, ids=[person], call_id=new_id(), actor="test", at=now())
        last = await system.number_events()
        await system.indexer().drain()
        assert await system.graph.read(indexing.indexed_through) == last
        assert await system.differences() == []
        go_on.set()
        await draining
    assert await system.graph.read(indexing.indexed_through) == last
    assert await system.differences() == []


async def test_a_person_who_is_no_candidate_any_more_leaves_the_index(system: System) -> None:
    people = await system.add(records(3))
    await system.number_events()
    await system.indexer().drain()
    await system.add([about(people[0], headline="gone")])
    await system.graph.execute(LEAVE, id=people[0])
    await system.number_events()
    await system.indexer().drain()
    assert await system.differences() == []
    assert await system.elasticsearch.exists(index=system.index.name, id=people[1])
    assert not await system.elasticsearch.exists(index=system.index.name, id=people[0])


async def test_a_refused_document_holds_up_no_other(system: System) -> None:
    people = await system.add(records(5))
    await system.graph.execute(SPOIL, id=people[2], at="no time")
    last = await system.number_events()
    await system.indexer().drain()
    assert await system.graph.read(indexing.indexed_through) == last
    assert await system.graph.read(indexing.count_refused) == 1
    assert await system.differences() == [people[2]]
    await system.add([about(people[2], headline="Mended")])
    await system.number_events()
    await system.indexer().drain()
    assert await system.graph.read(indexing.count_refused) == 0
    assert await system.differences() == []


async def test_a_lost_index_is_made_anew_and_filled(system: System) -> None:
    people = await system.add(records(30))
    await system.add([about(people[4], headline="Twice")])
    await system.number_events()
    indexer = system.indexer()
    await indexer.drain()
    await system.elasticsearch.indices.delete(index=system.index.name)
    await system.add([about(people[5], headline="Afterwards")])
    last = await system.number_events()

    async def whole() -> bool:
        await indexer.drain()
        return await system.graph.read(indexing.indexed_through) == last

    await eventually(whole)
    assert await system.differences() == []


async def test_an_index_that_the_graph_does_not_know_is_filled(system: System) -> None:
    await system.add(records(10))
    await system.number_events()
    await system.indexer().drain()
    await system.elasticsearch.delete_by_query(index=system.index.name, query={"match_all": {}}, refresh=True)
    await system.graph.execute(FORGET)
    await system.elasticsearch.indices.delete(index=system.index.name)
    await system.indexer().drain()
    assert await system.differences() == []


async def test_a_drain_is_announced_while_it_runs_and_not_after(system: System) -> None:
    await system.add(records(40))
    await system.number_events()
    async with running(system.indexer().drain()):
        await eventually(lambda: system.redis.exists(DRAIN_KEY))
        await eventually(lambda: _indexed(system))
        await eventually(lambda: _gone(system))


async def _indexed(system: System) -> bool:
    return await system.graph.read(indexing.indexed_through) == 40


async def _gone(system: System) -> bool:
    return not await system.redis.exists(DRAIN_KEY)


async def test_what_does_not_change_documents_needs_no_indexing(system: System) -> None:
    job = NewJob(id=new_id(), event_id=new_id(), title="Welder", description="Welds.")
    await system.graph.write(create_job, job=job, actor="test", at=now())
    last = await system.number_events()
    assert await system.graph.read(indexing.indexed_through) == last == 1
    assert (await system.graph.read(outbox.backlog)).unindexed == 0


async def test_many_batches_are_shown_by_one_refresh(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drains, "BATCH", 7)
    monkeypatch.setattr(showing, "SHOWN_SECONDS", 3_600)
    await system.add(records(60))
    last = await system.number_events()
    refreshed: list[CandidateIndex] = []

    async def noted(client: AsyncElasticsearch, index: CandidateIndex) -> None:
        refreshed.append(index)
        await make_searchable(client, index)

    monkeypatch.setattr(showing, "make_searchable", noted)
    await system.indexer().drain()
    assert refreshed == [system.index]
    assert await system.graph.read(indexing.indexed_through) == last
    assert await system.differences() == []


async def test_what_was_written_first_does_not_wait_for_the_rest(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drains, "BATCH", 1)
    monkeypatch.setattr(showing, "SHOWN_SECONDS", 0)
    await system.add(records(60))
    last = await system.number_events()
    seen: set[int] = set()
    async with running(system.indexer().drain()):

        async def all_shown() -> bool:
            through = await system.graph.read(indexing.indexed_through)
            seen.add(through)
            found = await system.elasticsearch.count(index=system.index.alias, ignore_unavailable=True)
            assert found["count"] >= through
            return through == last

        await eventually(all_shown)
    assert seen - {0, last}
    assert await system.differences() == []


async def _two_batches_of_one_candidate(system: System) -> tuple[str, Batch, Batch]:
    (person,) = await system.add(records(1))
    await system.add([about(person, headline="Later")])
    await system.number_events()
    first = await system.graph.read(indexing.take, after=0, limit=1)
    assert first is not None
    second = await system.graph.read(indexing.take, after=first.through, limit=1)
    assert second is not None
    return person, first, second


@pytest.mark.parametrize(("refused", "left"), [((True, False), 0), ((False, True), 1)])
async def test_the_last_batch_says_whether_a_candidate_is_refused(
    system: System, refused: tuple[bool, bool], left: int
) -> None:
    person, first, second = await _two_batches_of_one_candidate(system)
    shown = Showing(system.graph, system.elasticsearch, system.index)
    for batch, is_refused in reversed([*zip((first, second), refused, strict=True)]):
        ids, reasons = ([], {person: "too_odd"}) if is_refused else ([person], {})
        shown.add(Written(batch, [system.index], ids, reasons))
    await shown.show()
    assert await system.graph.read(indexing.count_refused) == left
    assert not await system.graph.read(indexing.waiting)


async def test_an_index_that_is_given_up_meanwhile_is_not_missed(system: System) -> None:
    person, first, second = await _two_batches_of_one_candidate(system)
    gone = system.index.rebuilt("gone")
    shown = Showing(system.graph, system.elasticsearch, system.index)
    shown.add(Written(first, [gone, system.index], [person], {}))
    await shown.show()
    assert await system.graph.read(indexing.indexed_through) == 1
    shown.add(Written(second, [gone], [person], {}))
    with pytest.raises(SearchIndexMissing):
        await shown.show()
    assert await system.graph.read(indexing.indexed_through) == 1, "nobody knows whether it is shown"


async def test_an_old_event_brings_back_nobody_who_left_the_index(system: System) -> None:
    """Elasticsearch forgets what it deleted after `gc_deletes`; what comes later must not rely on the version of then."""
    people = await system.add(records(2))
    last = await system.number_events()
    await system.indexer().drain()
    await system.elasticsearch.indices.put_settings(
        index=system.index.name, settings={"index.gc_deletes": "0ms"}
    )
    await system.add([about(people[0], headline="gone")])
    await system.graph.execute(LEAVE, id=people[0])
    await system.number_events()
    await system.indexer().drain()
    assert not await system.elasticsearch.exists(index=system.index.name, id=people[0])
    await system.elasticsearch.indices.refresh(index=system.index.name)
    await system.graph.execute(AGAIN, sequences=list(range(1, last + 1)))
    await system.indexer().drain()
    assert not await system.elasticsearch.exists(index=system.index.name, id=people[0])
    assert await system.elasticsearch.exists(index=system.index.name, id=people[1])
    assert await system.differences() == []
