"""The index is made anew, compared with the graph and mended; each kind of drift is planted once."""

import asyncio
import random
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio

from graph import outbox, rebuilds
from graph.client import Statement
from graph.ids import new_id, now
from search.indices import CandidateIndex, ensure_indices, family, main_index
from search.settling import leftovers
from tests.waiting import eventually
from tests.workers.conftest import System, WorkerProcess, records, running
from tests.workers.test_indexing import about
from workers import caretaker as caretaking
from workers import rebuilding
from workers.caretaker import Caretaker
from workers.settings import WorkerSettings
from workers.verifying import Kind, Verifier

LONG_IDLE = Statement("tests.long_idle", "MATCH (i:IdleIndex) SET i.since = '2020-01-01T00:00:00.000000Z'")
CHECK_DUE = Statement(
    "tests.check_due", "MERGE (c:IndexCheck {name: 'candidates'}) SET c.at = '2020-01-01T00:00:00.000000Z'"
)

READ_FROM = Statement(
    "tests.read_from",
    "MATCH (r:Record)-[:ABOUT]->(:Person {id: $person}) SET r.text_document = $text RETURN r.id AS id",
)


@pytest_asyncio.fixture(autouse=True)
async def first_index_again(system: System) -> AsyncIterator[None]:
    """Leave no index of a rebuild behind."""
    yield
    for member in await family(system.elasticsearch, system.index):
        await system.elasticsearch.indices.delete(index=member.name)
    await ensure_indices(system.elasticsearch, system.index)


def verifier(system: System) -> Verifier:
    return Verifier(system.graph, system.elasticsearch, system.index, system.store)


def caretaker(system: System) -> Caretaker:
    return Caretaker(system.graph, system.elasticsearch, system.index, system.store, WorkerSettings())


async def indexed(system: System, number: int) -> list[str]:
    people = await system.add(records(number))
    await system.number_events()
    await system.indexer().drain()
    return people


async def plant(system: System, people: list[str]) -> dict[Kind, list[str]]:
    """Plant one drift of each kind behind Kith's back."""
    client, index = system.elasticsearch, system.index.alias
    await client.delete(index=index, id=people[3])
    await client.update(index=index, id=people[5], doc={"headline": "Somebody Else's"})
    stranger = new_id()
    await client.index(index=index, id=stranger, document={"id": stranger, "name": "Nobody"})
    nameless = "without-the-field"
    await client.index(index=index, id=nameless, document={"name": "Nobody"})
    await client.indices.refresh(index=index)
    return {
        Kind.MISSING: [people[3]],
        Kind.STALE: [people[5]],
        Kind.EXTRA: sorted([stranger, nameless]),
    }


async def scores(system: System, index: CandidateIndex) -> list[tuple[str, float]]:
    """Return what a search of all says, by which scores hang on the statistics of the whole index."""
    query = {
        "multi_match": {
            "query": "welder works school skill",
            "fields": ["headline", "companies.text", "schools.text", "skills.text"],
        }
    }
    answer = await system.elasticsearch.search(
        index=index.name, query=query, size=100, sort=["_score", "id"], track_scores=True
    )
    return [(hit["_id"], hit["_score"]) for hit in answer["hits"]["hits"]]


async def test_once_it_is_quiet_scores_hang_on_the_candidates_alone(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await indexed(system, 30)
    index = await main_index(system.elasticsearch, system.index)
    await system.add(
        [about(person, headline=f"Welder of ships {number}") for number, person in enumerate(people[:9])]
    )
    await system.number_events()
    await system.indexer().drain()
    assert (await leftovers(system.elasticsearch, index)).documents > 0
    care = caretaker(system)
    await care.settle()
    await care.settle()
    assert (await leftovers(system.elasticsearch, index)).documents > 0
    monkeypatch.setattr(caretaking, "QUIET_SECONDS", 0.0)

    async def merged() -> bool:
        await caretaker(system).settle()
        return (await leftovers(system.elasticsearch, index)).documents == 0

    # Elasticsearch lets go of what was written up to half a minute later.
    await eventually(merged, within=90.0)
    await system.elasticsearch.indices.refresh(index=index.name)
    rebuild = await system.graph.write(rebuilds.ask_for_rebuild, id=new_id(), at=now())
    await caretaker(system).turn()
    fresh = rebuilding.rebuilt_index(system.index, rebuild)
    assert await scores(system, fresh) == await scores(system, index) != []
    mark = (await leftovers(system.elasticsearch, fresh)).mark
    await caretaker(system).settle()
    assert (await leftovers(system.elasticsearch, fresh)).mark == mark


async def test_a_text_that_this_machine_lacks_is_no_drift_and_hides_none(system: System) -> None:
    (person,) = await system.add(records(1))
    text = system.store.put(b"Ships and bridges in heavy plate, overhead and under water.")
    assert await system.graph.execute(READ_FROM, person=person, text=text)
    await system.number_events()
    await system.indexer().drain()
    document = (await system.elasticsearch.get(index=system.index.alias, id=person))["_source"]
    assert {"resume_text", "meaning"} <= document.keys()
    system.store.delete(text)
    assert (await verifier(system).verify()).drift == 0
    await system.elasticsearch.update(
        index=system.index.alias, id=person, doc={"headline": "Somebody Else's"}, refresh=True
    )
    assert (await verifier(system).verify()).ids[Kind.STALE] == [person]


async def keep_indexing(system: System) -> None:
    while True:
        await system.number_events()
        await system.indexer().drain()
        await asyncio.sleep(0.05)


async def test_what_agrees_is_not_reported(system: System) -> None:
    await indexed(system, 250)
    findings = await verifier(system).verify()
    assert (findings.compared, findings.drift, findings.changing) == (250, 0, 0)


async def test_every_kind_of_drift_is_found_and_mended(system: System) -> None:
    people = await indexed(system, 40)
    planted = await plant(system, people)
    findings = await verifier(system).verify()
    assert {kind: sorted(ids) for kind, ids in findings.ids.items()} == planted
    async with running(keep_indexing(system)):
        assert await verifier(system).repair(findings, actor="test")
    assert (await verifier(system).verify()).drift == 0
    assert await system.differences() == []


async def test_a_change_on_its_way_is_no_drift(system: System) -> None:
    people = await indexed(system, 5)
    await system.add([about(people[0], headline="Changed")])
    await system.number_events()
    checking = asyncio.create_task(verifier(system).verify())
    await asyncio.sleep(0)
    await system.indexer().drain()
    findings = await checking
    assert (findings.drift, findings.changing) == (0, 0)


async def test_much_drift_asks_for_a_rebuild(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    people = await indexed(system, 20)
    await plant(system, people)
    monkeypatch.setattr("workers.verifying.MOST_MENDED", 2)
    assert not await verifier(system).repair(await verifier(system).verify(), actor="test")
    await caretaker(system).turn()
    assert (await verifier(system).verify()).drift == 0


async def test_a_rebuild_among_writes_loses_nothing(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "PAGE", 20)
    people = await indexed(system, 200)
    before = await main_index(system.elasticsearch, system.index)
    chance = random.Random(1)
    failed = []

    async def write() -> None:
        for i in range(40):
            await system.add([about(chance.choice(people), headline=f"Change {i}")])
            await system.add(records(1, seed=1_000 + i))

    async def look() -> None:
        while True:
            answer = await system.elasticsearch.count(index=system.index.alias)
            if answer["count"] < 200:
                failed.append(answer["count"])

    await system.graph.write(rebuilds.ask_for_rebuild, id=new_id(), at=now())
    async with running(keep_indexing(system)), running(look()):
        writing = asyncio.create_task(write())
        await caretaker(system).turn()
        await writing
        await system.wait_until_indexed()
        await system.indexer().drain()
    after = await main_index(system.elasticsearch, system.index)
    assert after != before
    assert failed == []
    findings = await verifier(system).verify()
    assert (findings.compared, findings.drift) == (240, 0)


async def test_an_idle_index_is_written_to_until_it_is_deleted(system: System) -> None:
    people = await indexed(system, 10)
    await system.graph.write(rebuilds.ask_for_rebuild, id=new_id(), at=now())
    care = caretaker(system)
    await care.turn()
    assert len(await family(system.elasticsearch, system.index)) == 2
    await system.add([about(people[0], headline="In both")])
    await system.number_events()
    await system.indexer().drain()
    for member in await family(system.elasticsearch, system.index):
        found = await system.elasticsearch.get(index=member.name, id=people[0])
        assert found["_source"]["headline"] == "In both"
    await care.tidy()
    assert len(await family(system.elasticsearch, system.index)) == 2
    await system.graph.execute(LONG_IDLE)
    await care.tidy()
    (left,) = await family(system.elasticsearch, system.index)
    assert left == await main_index(system.elasticsearch, system.index)
    await system.add([about(people[1], headline="In the one left")])
    await system.number_events()
    await system.indexer().drain()
    assert (await verifier(system).verify()).drift == 0


async def test_asking_twice_makes_one_rebuild(system: System) -> None:
    asked = await asyncio.gather(
        *(system.graph.write(rebuilds.ask_for_rebuild, id=new_id(), at=now()) for _ in range(5))
    )
    assert len({each.id for each in asked}) == 1


@pytest.mark.fault
async def test_a_worker_killed_in_the_middle_of_a_rebuild(system: System) -> None:
    await indexed(system, 3_000)
    before = await main_index(system.elasticsearch, system.index)
    await system.graph.write(rebuilds.ask_for_rebuild, id=new_id(), at=now())
    with system.worker() as first:
        await eventually(lambda: _half_way(system), within=60)
        first.kill()
    assert await main_index(system.elasticsearch, system.index) == before
    await system.add(records(20, seed=7))
    with system.worker():
        await eventually(lambda: _finished(system), within=60)
        await system.wait_until_indexed()
    assert await main_index(system.elasticsearch, system.index) != before
    findings = await verifier(system).verify()
    assert (findings.compared, findings.drift) == (3_020, 0)


@pytest.mark.fault
async def test_a_worker_finds_and_mends_drift_by_itself(system: System) -> None:
    people = await indexed(system, 30)
    planted = await plant(system, people)
    await system.graph.execute(CHECK_DUE)
    with system.worker(KITH_WORKER_VERIFY_SECONDS="2") as worker:
        await eventually(partial(_reported, worker), within=60)
        await eventually(lambda: _agrees(system), within=60)
        told = worker.log.read_text()
    assert all(kind in told for kind in planted)
    assert "Somebody Else" not in told


async def _half_way(system: System) -> bool:
    rebuild = await system.graph.read(rebuilds.newest_rebuild)
    assert rebuild is not None
    assert rebuild.finished_at is None
    return 0 < rebuild.written < 3_000


async def _finished(system: System) -> bool:
    rebuild = await system.graph.read(rebuilds.newest_rebuild)
    return rebuild is not None and rebuild.finished_at is not None


async def _reported(worker: WorkerProcess) -> bool:
    return worker.said("the index differs from the graph")


async def _agrees(system: System) -> bool:
    behind = await system.graph.read(outbox.backlog)
    return behind.pending == behind.unindexed == 0 and await system.differences() == []
