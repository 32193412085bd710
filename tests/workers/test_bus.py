import asyncio
from collections import deque

from graph import outbox
from graph.events import EventType, NewEvent, Subject
from graph.ids import new_id, now
from tests.waiting import eventually
from tests.workers.conftest import System, running
from workers.bus import STREAM, EventBus


async def append(system: System, number: int, kind: EventType = EventType.JOB_CREATED) -> None:
    subject = Subject(job_id=new_id())
    await system.graph.write(
        outbox.append,
        events=[
            NewEvent(id=new_id(), type=kind, at=now(), actor="test", subject=subject) for _ in range(number)
        ],
    )


async def hand_on(system: System) -> None:
    relay = system.relay(lease_seconds=60)
    while await system.graph.read(outbox.waiting):
        await relay.turn()
    await system.graph.write(outbox.give_up_lease, name="relay", holder=relay._lease.holder)


async def read(
    bus: EventBus, number: int, *, after: int = 0, types: set[EventType] | None = None
) -> list[int]:
    seen: list[int] = []
    async with asyncio.timeout(60):
        async for event in bus.events(after=after, types=types):
            seen.append(event.sequence)
            if len(seen) == number:
                break
    return seen


async def test_readers_get_old_and_live_events_in_order_each_from_their_own_place(system: System) -> None:
    await append(system, 700)
    await hand_on(system)
    async with EventBus.open(system.redis_url, system.graph) as bus:
        readers = asyncio.gather(read(bus, 900), read(bus, 250, after=650), read(bus, 100, after=800))
        await append(system, 200)
        await hand_on(system)
        everything, some, late = await readers
    assert everything == list(range(1, 901))
    assert some == list(range(651, 901))
    assert late == list(range(801, 901))


async def test_a_slow_reader_misses_nothing_that_the_ring_has_forgotten(system: System) -> None:
    async with EventBus.open(system.redis_url, system.graph) as bus:
        bus._ring = deque(maxlen=10)
        await append(system, 45)
        await hand_on(system)
        seen: list[int] = []
        async for event in bus.events(after=0, types=None):
            seen.append(event.sequence)
            if event.sequence in {1, 40, 80}:
                await append(system, 45)
                await hand_on(system)
            if event.sequence == 180:
                break
    assert seen == list(range(1, 181))


async def _true(value: bool) -> bool:
    return value


async def test_only_the_types_asked_for_come(system: System) -> None:
    async with EventBus.open(system.redis_url, system.graph) as bus:
        for kind in (EventType.JOB_CREATED, EventType.TEMPLATE_CREATED, EventType.JOB_CREATED):
            await append(system, 5, kind)
            await hand_on(system)
        assert await read(bus, 5, types={EventType.TEMPLATE_CREATED}) == [6, 7, 8, 9, 10]
        page = await bus.page(after=10, types={EventType.TEMPLATE_CREATED})
        assert (page.events, page.through) == ((), 15)


async def test_a_lost_stream_makes_no_gap(system: System) -> None:
    async with EventBus.open(system.redis_url, system.graph) as bus:
        await append(system, 5)
        await hand_on(system)
        assert await read(bus, 5) == [1, 2, 3, 4, 5]
        await append(system, 5)
        await system.number_events()
        await system.graph.write(
            outbox.mark_delivered, ids=[e.id for e in await system.graph.read(outbox.undelivered, limit=5)]
        )
        await system.redis.delete(STREAM)
        await append(system, 5)
        await hand_on(system)
        assert await read(bus, 10, after=5) == list(range(6, 16))
        assert await read(bus, 15) == list(range(1, 16))


async def test_a_waiting_reader_can_be_cancelled(system: System) -> None:
    before = asyncio.all_tasks()
    async with EventBus.open(system.redis_url, system.graph) as bus:
        async with running(read(bus, 1, after=10)):
            await append(system, 3)
            await hand_on(system)
            await eventually(lambda: _true(bus.last == 3))
        assert await read(bus, 3) == [1, 2, 3]
    assert asyncio.all_tasks() == before
