import asyncio
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import outbox
from graph.client import Statement, Transaction
from graph.events import Event, EventType, NewEvent, Subject
from graph.ids import new_id, now
from graph.outbox import LogPage
from tests.workers.conftest import System, eventually, records, running
from workers import broker
from workers.broker import Queue, count_dead_letters, dead_letters, requeue_dead_letters
from workers.bus import FIELD, STREAM, decode, encode
from workers.indexing import DRAIN_INDEX
from workers.intake import PARSE_INTAKE

SEQUENCES = Statement(
    "tests.sequences", "MATCH (e:Event) RETURN e.sequence AS sequence ORDER BY e.sequence, e.id"
)
END_LEASE = Statement("tests.end_lease", "MATCH (l:Lease {name: 'relay'}) SET l.until = 0")


async def sequences(tx: Transaction, /) -> list[int | None]:
    return [row["sequence"] for row in await SEQUENCES.rows(tx)]


def events(number: int, kind: EventType = EventType.JOB_CREATED) -> list[NewEvent]:
    subject = Subject(job_id=new_id(), intake_id=new_id(), candidate_id=new_id())
    return [NewEvent(id=new_id(), type=kind, at=now(), actor="test", subject=subject) for _ in range(number)]


async def stream_of(system: System) -> list[int]:
    entries: Any = await system.redis.xrange(STREAM)
    return [decode(fields[FIELD]).sequence for _, fields in entries]


async def test_rival_relays_give_each_event_one_number_without_gaps(system: System) -> None:
    chance = random.Random(7)
    total = 1_500

    async def write() -> None:
        for _ in range(total // 50 // 3):
            await system.graph.write(outbox.append, events=events(50))

    async def usurp() -> None:
        while True:
            await system.graph.execute(END_LEASE)
            await asyncio.sleep(chance.random() / 10)

    async with (
        running(system.relay().run()),
        running(system.relay().run()),
        running(system.relay().run()),
        running(usurp()),
    ):
        await asyncio.gather(write(), write(), write())

        async def delivered() -> bool:
            behind = await system.graph.read(outbox.backlog)
            return behind.pending == behind.undelivered == 0

        await eventually(delivered)
    assert await system.graph.read(sequences) == list(range(1, total + 1))
    assert await stream_of(system) == list(range(1, total + 1))


async def test_a_reader_of_the_log_skips_nothing_while_it_is_numbered(system: System) -> None:
    total = 6_000

    async def write() -> None:
        for _ in range(total // 500):
            await system.graph.write(outbox.append, events=events(500))

    async def read() -> list[int]:
        seen: list[int] = []
        after = 0
        while after < total:
            page: LogPage = await system.graph.read(outbox.events_after, after=after, types=None, limit=1_000)
            seen.extend(event.sequence for event in page.events)
            after = page.through
        return seen

    async with running(system.relay().run()):
        seen, others, _ = await asyncio.gather(read(), read(), write())
    assert seen == others == list(range(1, total + 1))


async def test_handing_on_twice_changes_nothing_in_the_stream(system: System) -> None:
    await system.graph.write(outbox.append, events=events(30))
    relay = system.relay()
    await relay.turn()
    await system.graph.execute(Statement("tests.again", "MATCH (e:Event) SET e:Undelivered"))
    await relay.turn()
    assert await stream_of(system) == list(range(1, 31))
    assert not await system.graph.read(outbox.waiting)


async def test_a_stream_of_another_graph_is_begun_anew(system: System) -> None:
    await system.redis.xadd(STREAM, {FIELD: b"{}"}, id="900-0")
    await system.graph.write(outbox.append, events=events(3))
    await system.relay().turn()
    assert await stream_of(system) == [1, 2, 3]


async def test_a_relay_that_ends_is_followed_at_once(system: System) -> None:
    first = system.relay(lease_seconds=60)
    second = system.relay(lease_seconds=60)
    async with running(first.run()):
        await system.graph.write(outbox.append, events=events(1))
        await eventually(lambda: stream_of(system))
        await system.graph.write(outbox.append, events=events(1))
        await second.turn()
    await eventually(second.turn)
    await system.graph.write(outbox.append, events=events(1))
    await second.turn()
    assert await stream_of(system) == [1, 2, 3]


async def test_an_intake_is_called_for_by_its_id_and_indexing_once_for_many(system: System) -> None:
    (received,) = events(1, EventType.INTAKE_RECEIVED)
    await system.graph.write(outbox.append, events=[received])
    await system.add(records(20))
    relay = system.relay()
    await relay.turn()
    await system.add(records(1, seed=1))
    await relay.turn()
    assert broker.waiting(system.queues, DRAIN_INDEX.queue) == 1
    assert broker.waiting(system.queues, PARSE_INTAKE.queue) == 1
    consumer = system.queues.consume(Queue.INTAKE)
    message = next(consumer)
    assert message is not None
    assert (message.actor_name, list(message.args)) == ("parse_intake", [received.subject.intake_id])


async def test_dead_letters_are_listed_counted_and_requeued(system: System) -> None:
    broker.enqueue(system.queues, [PARSE_INTAKE.message("one")])
    consumer = system.queues.consume(Queue.INTAKE)
    message = next(consumer)
    assert message is not None
    consumer.nack(message)
    (letter,) = dead_letters(system.queues)
    assert (letter.task, letter.ids, letter.queue) == ("parse_intake", ("one",), Queue.INTAKE)
    assert count_dead_letters(system.queues)[Queue.INTAKE] == 1
    assert requeue_dead_letters(system.queues, ["another"]) == 0
    assert requeue_dead_letters(system.queues, [letter.id]) == 1
    assert dead_letters(system.queues) == []
    assert broker.waiting(system.queues, Queue.INTAKE) == 1


@given(
    st.builds(
        Event,
        id=st.uuids().map(str),
        sequence=st.integers(1, 2**53),
        type=st.sampled_from(EventType),
        at=st.just("2026-01-01T00:00:00.000000Z"),
        actor=st.text(max_size=20),
        subject=st.builds(Subject, candidate_id=st.none() | st.uuids().map(str), job_id=st.none()),
        detail=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    )
)
def test_an_event_comes_out_of_the_stream_as_it_went_in(event: Event) -> None:
    assert decode(encode(event)) == event


@pytest.mark.parametrize("lease_seconds", [1.0])
async def test_a_silent_relay_is_replaced(system: System, lease_seconds: float) -> None:
    await system.relay(lease_seconds=lease_seconds).turn()
    successor = system.relay(lease_seconds=lease_seconds)
    await system.graph.write(outbox.append, events=events(2))
    async with running(successor.run()):
        await eventually(lambda: stream_of(system), within=10)
    assert await stream_of(system) == [1, 2]
