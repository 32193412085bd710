"""Processes and engines are killed at the worst moments; afterwards nothing may be missing and nothing doubled."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
from rich.console import Console

from engines import stack
from graph import intakes, outbox
from graph.client import Statement, Transaction
from graph.events import EventType, NewEvent, Subject
from graph.ids import new_id, now
from graph.intakes import IntakeStatus, NewIntake
from tests import conftest
from tests.waiting import eventually
from tests.workers.conftest import System, WorkerProcess, records
from workers.bus import EventBus
from workers.indexing import DRAIN_KEY

pytestmark = pytest.mark.fault

LAPSE = Statement("tests.lapse_all", "MATCH (i:Intake) WHERE i.status = 'PARSING' SET i.claimed_until = 0")
SEQUENCES = Statement(
    "tests.all_sequences", "MATCH (e:Event) RETURN e.sequence AS sequence ORDER BY e.sequence"
)
PEOPLE_OF_RECORDS = Statement(
    "tests.people_of_records",
    "MATCH (r:Record)-[:ABOUT]->(p:Candidate) RETURN count(DISTINCT r) AS records, count(DISTINCT p) AS people",
)


async def sequences(tx: Transaction, /) -> list[int]:
    return [row["sequence"] for row in await SEQUENCES.rows(tx)]


async def people_of_records(tx: Transaction, /) -> tuple[int, int]:
    row = await PEOPLE_OF_RECORDS.row(tx)
    assert row is not None
    return row["records"], row["people"]


@asynccontextmanager
async def stopped(name: str) -> AsyncIterator[None]:
    """Have one engine stopped for as long as the block lasts."""
    await asyncio.to_thread(stack.stop, conftest.tests_home(), [name])
    try:
        yield
    finally:
        await asyncio.to_thread(stack.start, conftest.tests_home(), [name], Console(stderr=True))


async def relays(worker: WorkerProcess) -> bool:
    return worker.said("is the relay now")


async def receive_resumes(system: System, number: int, *, mark: str) -> list[str]:
    new = []
    for i in range(number):
        data = (
            f"Robin Name{mark}{i}\nrobin.{mark}{i}@example.org\n\nExperience\nWelder, Yard Ltd, 2015 - 2019\n"
        )
        new.append(
            NewIntake(
                sha256=system.store.put(data.encode()),
                file_name=f"{i}.txt",
                size=len(data),
                source="test",
                event_id=new_id(),
            )
        )
    received = await system.graph.write(intakes.receive, intakes=new, actor="test", at=now())
    return [each.intake_id for each in received]


async def all_completed(system: System, ids: list[str]) -> bool:
    done = await system.graph.read(intakes.settled, ids=ids)
    return len(done) == len(ids) and {each.status for each in done.values()} == {IntakeStatus.COMPLETED}


async def assert_log_is_whole(system: System) -> None:
    numbers = await system.graph.read(sequences)
    assert numbers == list(range(1, len(numbers) + 1))


async def test_killed_between_commit_and_relay(system: System) -> None:
    with system.worker() as first:
        await eventually(lambda: relays(first), within=60)
        first.process.send_signal(signal.SIGSTOP)
        await system.add(records(50))
        first.kill()
    assert (await system.graph.read(outbox.backlog)).pending == 50
    with system.worker() as second:
        await system.wait_until_indexed()
        assert second.said("is the relay now")
    assert await system.differences() == []
    await assert_log_is_whole(system)


async def test_killed_in_the_middle_of_indexing_and_parsing(system: System) -> None:
    ids: list[str] = []
    for i in range(2):
        with system.worker() as worker:
            await eventually(partial(relays, worker), within=60)
            await system.add(records(150, seed=i))
            ids += await receive_resumes(system, 25, mark=f"{i}x")
            await eventually(lambda: system.redis.exists(DRAIN_KEY))
            await eventually(lambda: _some_are_done(system))
            worker.kill()
    await system.graph.execute(LAPSE)
    with system.worker() as last:
        await eventually(lambda: all_completed(system, ids), within=90)
        await system.wait_until_indexed()
        assert await system.differences() == []
        assert await system.graph.read(people_of_records) == (350, 350)
        await assert_log_is_whole(system)
        await receive_resumes(system, 25, mark="end")
        assert last.stop() == 0
    counts = await system.intakes()
    assert not {IntakeStatus.PARSING, IntakeStatus.FAILED} & set(counts)


async def _some_are_done(system: System) -> bool:
    counts = await system.intakes()
    return {IntakeStatus.COMPLETED, IntakeStatus.RECEIVED} <= set(counts)


async def test_what_was_handed_to_a_redis_that_lost_it_is_done_all_the_same(system: System) -> None:
    await system.add(records(20))
    ids = await receive_resumes(system, 5, mark="lost")
    relay = system.relay()
    await relay.turn()
    await system.graph.write(outbox.give_up_lease, name="relay", holder=relay._lease.holder)
    assert not await system.graph.read(outbox.waiting)
    await system.redis.flushall()
    with system.worker():
        await eventually(lambda: all_completed(system, ids), within=60)
        await system.wait_until_indexed()
        async with stopped("redis"):
            await system.add(records(20, seed=1))
            ids += await receive_resumes(system, 5, mark="away")
        await eventually(lambda: all_completed(system, ids), within=60)
        await system.wait_until_indexed()
    assert await system.differences() == []
    await assert_log_is_whole(system)


async def test_candidates_added_while_elasticsearch_is_away_become_searchable(system: System) -> None:
    with system.worker() as worker:
        await system.add(records(20))
        await system.wait_until_indexed()
        async with stopped("elasticsearch"):
            await system.add(records(20, seed=1))
            await eventually(lambda: _paused(worker), within=60)
            assert (await system.graph.read(outbox.backlog)).unindexed == 20
        await system.wait_until_indexed()
    assert await system.found_by_name("Kim Name1x7") == 1
    assert await system.differences() == []


async def _paused(worker: WorkerProcess) -> bool:
    return worker.said("indexing pauses")


async def test_a_subscriber_sees_each_event_once_in_order_whatever_dies(system: System) -> None:
    total = 600
    seen: list[int] = []

    async def subscribe(bus: EventBus) -> None:
        async for event in bus.events(after=0, types=None):
            seen.append(event.sequence)
            if event.sequence == total:
                return

    async def seen_at_least(number: int) -> bool:
        return len(seen) >= number

    async with EventBus.open(system.redis_url, system.graph) as bus:
        subscriber = asyncio.create_task(subscribe(bus))
        with system.worker() as first:
            await eventually(lambda: relays(first), within=60)
            with system.worker() as second:
                await append(system, 200)
                await eventually(lambda: seen_at_least(100))
                await append(system, 100)
                first.kill()
                async with stopped("redis"):
                    await append(system, 100)
                    await eventually(lambda: seen_at_least(400), within=60)
                await append(system, 200)
                await asyncio.wait_for(subscriber, 60)
                assert second.said("is the relay now")
    assert seen == list(range(1, total + 1))
    await assert_log_is_whole(system)


async def append(system: System, number: int) -> None:
    for _ in range(number // 10):
        events = [
            NewEvent(id=new_id(), type=EventType.JOB_CREATED, at=now(), actor="test", subject=Subject())
            for _ in range(10)
        ]
        await system.graph.write(outbox.append, events=events)
