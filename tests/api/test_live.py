"""Shared subscriptions without a socket: a log in memory, and readers who come and go at any moment."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api import live
from api.live import BATCH, Batch, LiveFeeds, LiveOperation
from graph.errors import GraphUnavailable
from graph.events import Event, EventType, Subject
from graph.outbox import LogPage
from tests.waiting import eventually
from tests.workers.conftest import running

ALL = frozenset(EventType)


class MemoryLog:
    """A log that grows at once, and is read after a random number of turns of the loop."""

    def __init__(self, chance: random.Random, events: int = 0) -> None:
        self._chance = chance
        self._events: list[Event] = []
        self._grown = asyncio.Event()
        self.append(events)

    @property
    def last(self) -> int:
        return len(self._events)

    def append(self, number: int) -> None:
        for _ in range(number):
            sequence = len(self._events) + 1
            kind = EventType.JOB_CREATED if sequence % 3 else EventType.TOUCH_SENT
            self._events.append(
                Event(
                    id=f"e{sequence}",
                    sequence=sequence,
                    type=kind,
                    at="",
                    actor="test",
                    subject=Subject(),
                    detail={},
                )
            )
        self._grown.set()
        self._grown = asyncio.Event()

    def numbers(self, types: frozenset[EventType], *, above: int = 0) -> list[int]:
        return [event.sequence for event in self._events[above:] if event.type in types]

    async def page(self, *, after: int, types: frozenset[EventType], limit: int) -> LogPage:
        while self.last <= after:
            await self._grown.wait()
        await turns(self._chance)
        events = self._events[after : after + self._chance.randint(1, limit)]
        through = events[-1].sequence
        return LogPage(tuple(e for e in events if e.type in types), through, has_next=through < self.last)


class Listener:
    """A reader that keeps everything; `put` takes a random number of turns."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.seen: list[int] = []

    def offer(self, batch: Batch) -> None:
        assert batch.size == sum(map(len, batch.payloads))
        self.seen.extend(map(int, batch.payloads))

    async def put(self, batch: Batch) -> None:
        await turns(self._chance)
        self.offer(batch)


class Encoder:
    """Encodes an event as its number, and counts how often."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.count: Counter[int] = Counter()
        self.away = 0

    async def __call__(self, events: Sequence[Event]) -> list[bytes]:
        await turns(self._chance)
        if self.away:
            self.away -= 1
            raise GraphUnavailable
        self.count.update(event.sequence for event in events)
        return [str(event.sequence).encode() for event in events]


async def turns(chance: random.Random) -> None:
    for _ in range(chance.randrange(4)):
        await asyncio.sleep(0)


def operation(
    encode: Any, *, key: str = "k", after: int = 0, types: frozenset[EventType] = ALL
) -> LiveOperation:
    return LiveOperation(key=key, after=after, types=types, encode=encode)


@asynccontextmanager
async def listening(feeds: LiveFeeds, asked: LiveOperation, reader: Listener) -> Any:
    async with running(feeds.follow(asked, reader)):
        yield reader


async def until(reader: Listener, numbers: list[int]) -> None:
    async def complete() -> bool:
        return len(reader.seen) >= len(numbers)

    await eventually(complete)
    assert reader.seen == numbers


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(live, "RETRY_SECONDS", 0)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), rights=st.integers(1, 3))
def test_whoever_joins_whenever_gets_each_event_once_in_order(seed: int, rights: int) -> None:
    """Readers join and leave at random moments, from random places, while the log grows."""
    chance = random.Random(seed)
    kinds = [ALL, frozenset({EventType.JOB_CREATED}), frozenset({EventType.TOUCH_SENT})][:rights]

    async def scenario() -> None:
        log = MemoryLog(chance, events=chance.randrange(300))
        encoders = [Encoder(chance) for _ in kinds]
        async with asyncio.timeout(30), LiveFeeds.open(log) as feeds:
            readers, tasks = [], []
            for _ in range(chance.randrange(5, 40)):
                match chance.randrange(4):
                    case 0 | 1:
                        which = chance.randrange(len(kinds))
                        # a little beyond the end: the graph may know more of the log than the bus
                        after = chance.randint(0, log.last + 3)
                        reader = Listener(chance)
                        asked = operation(encoders[which], key=str(which), after=after, types=kinds[which])
                        task = asyncio.create_task(feeds.follow(asked, reader))
                        tasks.append(task)
                        readers.append((reader, which, after, task))
                    case 2:
                        log.append(chance.choice([1, 2, 5, 150]))
                    case 3 if readers:
                        reader, which, after, task = readers.pop(chance.randrange(len(readers)))
                        task.cancel()
                        numbers = log.numbers(kinds[which], above=after)
                        assert reader.seen == numbers[: len(reader.seen)]
                await turns(chance)
            log.append(10)
            for reader, which, after, _ in readers:
                numbers = log.numbers(kinds[which], above=after)
                await until(reader, numbers)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert feeds._groups == {}
        assert asyncio.all_tasks() == {asyncio.current_task()}

    pause, live.PAUSE_SECONDS = live.PAUSE_SECONDS, 0
    try:
        asyncio.run(scenario())
    finally:
        live.PAUSE_SECONDS = pause


async def test_who_is_live_shares_each_event(no_pauses: None) -> None:
    chance = random.Random(1)
    log, encode = MemoryLog(chance), Encoder(chance)
    async with LiveFeeds.open(log) as feeds:
        readers = [Listener(chance) for _ in range(50)]
        tasks = [asyncio.create_task(feeds.follow(operation(encode), reader)) for reader in readers]
        await asyncio.sleep(0)
        for _ in range(20):
            log.append(chance.randrange(1, 30))
            await turns(chance)
        for reader in readers:
            await until(reader, log.numbers(ALL))
        assert set(encode.count.values()) == {1}
        for task in tasks:
            task.cancel()


async def test_those_who_replay_the_same_share_it_too(no_pauses: None) -> None:
    chance = random.Random(2)
    log, encode = MemoryLog(chance, events=3 * BATCH), Encoder(chance)
    async with LiveFeeds.open(log) as feeds:
        readers = [Listener(random.Random(0)) for _ in range(50)]
        tasks = [asyncio.create_task(feeds.follow(operation(encode), reader)) for reader in readers]
        for reader in readers:
            await until(reader, log.numbers(ALL))
        assert max(encode.count.values()) < 10
        for task in tasks:
            task.cancel()


async def test_other_keys_share_nothing(no_pauses: None) -> None:
    chance = random.Random(3)
    log = MemoryLog(chance)
    encoders = [Encoder(chance), Encoder(chance)]
    readers = [Listener(chance), Listener(chance)]
    async with (
        LiveFeeds.open(log) as feeds,
        listening(feeds, operation(encoders[0], key="a"), readers[0]),
        listening(feeds, operation(encoders[1], key="b"), readers[1]),
    ):
        log.append(5)
        for reader in readers:
            await until(reader, log.numbers(ALL))
        assert [sum(encode.count.values()) for encode in encoders] == [5, 5]
        assert len(feeds._groups) == 2


async def test_an_absent_graph_is_waited_for(no_pauses: None) -> None:
    chance = random.Random(4)
    log, encode, reader = MemoryLog(chance, events=5), Encoder(chance), Listener(chance)
    encode.away = 3
    async with LiveFeeds.open(log) as feeds, listening(feeds, operation(encode), reader):
        await until(reader, [1, 2, 3, 4, 5])
        encode.away = 3
        log.append(5)
        await until(reader, log.numbers(ALL))


@pytest.mark.parametrize("there_already", [0, 5], ids=["live", "replayed"])
async def test_an_error_reaches_all_who_wait_and_the_next_begins_anew(there_already: int) -> None:
    chance = random.Random(5)
    log = MemoryLog(chance, events=there_already)

    async def broken(events: Sequence[Event]) -> list[bytes]:
        raise ValueError("broken")

    async with LiveFeeds.open(log) as feeds:
        tasks = [asyncio.create_task(feeds.follow(operation(broken), Listener(chance))) for _ in range(3)]
        await asyncio.sleep(0)
        log.append(1)
        for task in tasks:
            with pytest.raises(ValueError, match="broken"):
                await asyncio.wait_for(task, 20)
        assert feeds._groups == {}
        encode, reader = Encoder(chance), Listener(chance)
        async with listening(feeds, operation(encode), reader):
            await until(reader, log.numbers(ALL))


async def test_what_is_hidden_is_passed_over_in_replay_and_live() -> None:
    chance = random.Random(5)
    log = MemoryLog(chance, events=30)

    async def encode(events: Sequence[Event]) -> list[bytes | None]:
        return [None if event.sequence % 4 == 0 else str(event.sequence).encode() for event in events]

    async with LiveFeeds.open(log) as feeds:
        listener = Listener(chance)
        async with running(feeds.follow(operation(encode), listener)):
            log.append(30)
            expected = [number for number in range(1, 61) if number % 4]

            async def heard() -> bool:
                return len(listener.seen) >= len(expected)

            await eventually(heard)
    assert listener.seen == expected
