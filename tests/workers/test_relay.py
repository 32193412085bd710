import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import idempotency, outbox
from graph.client import Statement, Transaction
from graph.errors import Conflict
from graph.events import Event, EventType, NewEvent, Subject
from graph.ids import from_now, new_id, now
from tests.waiting import eventually
from tests.workers.conftest import System, records, running
from workers import broker
from workers.broker import Queue, count_dead_letters, dead_letters, replay_dead_letters
from workers.bus import FIELD, STREAM, decode, encode
from workers.indexing import DRAIN_INDEX
from workers.intake import PARSE_INTAKE
from workers.relay import messages_for

SEQUENCES = Statement(
    "tests.sequences", "MATCH (e:Event) RETURN e.sequence AS sequence ORDER BY e.sequence, e.id"
)
FOUND = Statement(
    "tests.found",
    "MATCH (e:Event) WHERE e.sequence > $after AND e.sequence <= $told RETURN count(e) AS total",
)
KEYS = Statement("tests.keys", "MATCH (k:IdempotencyKey) RETURN count(k) AS keys")
END_LEASE = Statement("tests.end_lease", "MATCH (l:Lease {name: 'relay'}) SET l.until = 0")


async def sequences(tx: Transaction, /) -> list[int | None]:
    return [row["sequence"] for row in await SEQUENCES.rows(tx)]


async def told_and_found(tx: Transaction, /, *, after: int) -> tuple[int, int]:
    told = await outbox.last_sequence(tx)
    row = await FOUND.row(tx, after=after, told=told)
    assert row is not None
    return told, after + row["total"]


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


async def test_numbering_at_once_by_many_gives_each_event_one_number_without_gaps(system: System) -> None:
    total = 3_000

    async def number() -> None:
        while await system.graph.write(outbox.number_pending, name="relay", holder="test", limit=40):
            pass

    await system.graph.write(outbox.take_lease, name="relay", holder="test", milliseconds=60_000)
    for _ in range(total // 1_000):
        await system.graph.write(outbox.append, events=events(1_000))
    await asyncio.gather(number(), number(), number(), number())
    assert await system.graph.read(sequences) == list(range(1, total + 1))
    assert await system.graph.write(outbox.number_pending, name="relay", holder="rival", limit=40) == 0


async def test_the_log_is_complete_up_to_the_number_that_readers_are_told(system: System) -> None:
    total = 12_000

    async def number() -> None:
        while await system.graph.write(outbox.number_pending, name="relay", holder="test", limit=500):
            await system.graph.write(outbox.publish)

    async def watch() -> list[tuple[int, int]]:
        seen = [(0, 0)]
        while seen[-1][0] < total:
            seen.append(await system.graph.read(told_and_found, after=seen[-1][0]))
        return [(told, found) for told, found in seen if told != found]

    for _ in range(total // 1_000):
        await system.graph.write(outbox.append, events=events(1_000))
    await system.graph.write(outbox.take_lease, name="relay", holder="test", milliseconds=60_000)
    *incomplete, _ = await asyncio.gather(watch(), watch(), watch(), watch(), number())
    assert incomplete == [[], [], [], []]


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


async def test_a_relay_forgets_old_idempotency_keys(system: System) -> None:
    async def work(_: Transaction) -> dict[str, str]:
        return {}

    for key, age in (("old", timedelta(hours=49)), ("new", timedelta(hours=47))):
        kept = idempotency.key_of("test", key, "input")
        await system.graph.write(idempotency.once, key=kept, work=work, at=from_now(-age))
    async with running(system.relay().run()):

        async def forgotten() -> bool:
            (row,) = await system.graph.execute(KEYS)
            return bool(row["keys"] == 1)

        await eventually(forgotten)
    with pytest.raises(Conflict):
        await system.graph.write(
            idempotency.once, key=idempotency.key_of("test", "new", "other input"), work=work, at=now()
        )


def test_each_kind_of_work_is_called_for_with_the_id_that_it_takes() -> None:
    subject = Subject(candidate_id="c", intake_id="i", link_id="l", touch_id="t")
    calls = {
        kind: [
            (message.actor_name, *message.args)
            for message in messages_for(
                [Event(id="e", sequence=1, type=kind, at=now(), actor="test", subject=subject, detail={})]
            )
        ]
        for kind in EventType
    }
    assert {kind: called for kind, called in calls.items() if called} == {
        EventType.INTAKE_RECEIVED: [("parse_intake", "i")],
        EventType.INTAKE_RETRIED: [("parse_intake", "i")],
        EventType.TOUCH_QUEUED: [("send_touch", "t")],
        EventType.USER_INVITED: [("send_link", "l")],
        EventType.SIGN_IN_LINK_REQUESTED: [("send_link", "l")],
    }


async def test_dead_letters_are_listed_counted_and_requeued(system: System) -> None:
    broker.enqueue(system.queues, [PARSE_INTAKE.message("one")])
    consumer = system.queues.consume(Queue.INTAKE)
    message = next(consumer)
    assert message is not None
    consumer.nack(message)
    (letter,) = dead_letters(system.queues)
    assert (letter.task, letter.ids, letter.queue) == ("parse_intake", ("one",), Queue.INTAKE)
    assert count_dead_letters(system.queues)[Queue.INTAKE] == 1
    assert replay_dead_letters(system.queues, ["another"]) == 0
    assert replay_dead_letters(system.queues, [letter.id]) == 1
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
