"""The queue of one line, with a network that takes messages only when it is told to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api import wire
from api.live import Batch
from api.wire import TOO_SLOW, TOO_SLOW_REASON, Gone, Subscriber, Wire
from tests.workers.conftest import running


class Network:
    """A line that takes a message for each turn it is given; keeps what it took."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self._turns = asyncio.Semaphore(0)
        self.broken = False

    def give(self, turns: int) -> None:
        for _ in range(turns):
            self._turns.release()

    async def send(self, message: str) -> None:
        await self._turn()
        self.taken.append(json.loads(message))

    async def close(self, code: int, reason: str) -> None:
        await self._turn()
        self.taken.append((code, reason))

    async def _turn(self) -> None:
        await self._turns.acquire()
        if self.broken:
            raise Gone


class Line:
    """A wire on such a network."""

    def __init__(self) -> None:
        self.network = Network()
        self.given_up = 0
        self.wire = Wire(self.network, self._give_up)

    def subscriber(self, name: str) -> Subscriber:
        """Return a subscriber whose messages bear its name and the number of the event."""
        return Subscriber(self.wire, lambda sequence, payload: f'["{name}", {sequence}, {payload}]')

    def _give_up(self) -> None:
        self.given_up += 1

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Line"]:
        async with running(self.wire.run()):
            yield self

    @property
    def closed(self) -> bool:
        return self.network.taken[-1:] == [(TOO_SLOW, TOO_SLOW_REASON)]


def batch(*payloads: int | str) -> Batch:
    """Return a batch in which each number is the payload of the event with ten times that number."""
    texts = tuple(map(json.dumps, payloads))
    numbers = tuple(10 * payload if isinstance(payload, int) else 0 for payload in payloads)
    return Batch(numbers, texts, sum(map(len, texts)), len(texts))


def frames(name: str, *payloads: int) -> list[Any]:
    return [[name, 10 * payload, payload] for payload in payloads]


async def settle() -> None:
    """Let everything run that can run without the network."""
    for _ in range(500):
        await asyncio.sleep(0)


async def test_a_frame_is_made_of_the_events_number_and_its_payload() -> None:
    async with Line().open() as line:
        line.network.give(2)
        line.subscriber("1").offer(batch(7, 8))
        await settle()
        assert line.network.taken == [["1", 70, 7], ["1", 80, 8]]


async def test_what_waits_goes_out_in_order_whoever_said_it() -> None:
    async with Line().open() as line:
        one, other = line.subscriber("1"), line.subscriber("2")
        one.offer(batch(1, 2))
        other.offer(batch(3))
        await line.wire.say('"said"')
        one.offer(batch(4))
        line.network.give(5)
        await settle()
        assert line.network.taken == [*frames("1", 1, 2), *frames("2", 3), "said", *frames("1", 4)]


async def test_a_replay_waits_until_its_last_batch_is_out() -> None:
    async with Line().open() as line:
        one = line.subscriber("1")
        await one.put(batch(1, 2))
        second = asyncio.create_task(one.put(batch(3)))
        line.network.give(1)
        await settle()
        assert not second.done()
        line.network.give(2)
        await settle()
        assert second.done()
        assert line.network.taken == frames("1", 1, 2, 3)


async def test_replays_and_answers_wait_for_room_and_live_events_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "ROOM_BYTES", 3)
    async with Line().open() as line:
        line.subscriber("1").offer(batch("long"))
        waiting = [
            asyncio.create_task(line.subscriber("2").put(batch(1))),
            asyncio.create_task(line.wire.say('"said"')),
        ]
        await settle()
        assert not any(task.done() for task in waiting)
        line.subscriber("3").offer(batch(2))
        line.network.give(4)
        await settle()
        assert all(task.done() for task in waiting)
        assert [message for message in line.network.taken if message != "said"] == [
            ["1", 0, "long"],
            *frames("3", 2),
            *frames("2", 1),
        ]


async def test_a_subscriber_with_too_many_events_waiting_closes_the_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "MOST_EVENTS", 4)
    async with Line().open() as line:
        slow, other = line.subscriber("1"), line.subscriber("2")
        slow.offer(batch(1, 2))
        slow.offer(batch(3, 4))
        other.offer(batch(5, 6, 7))
        await line.wire.say('"said"')
        await settle()
        assert line.given_up == 0
        slow.offer(batch(8))
        other.offer(batch(9))
        assert line.given_up == 1
        line.network.give(9)
        await settle()
        assert line.network.taken[:-1] == frames("1", 1)
        assert line.closed


async def test_too_many_bytes_waiting_close_the_socket_but_one_batch_is_never_too_big(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "MOST_BYTES", 10)
    async with Line().open() as line:
        slow = line.subscriber("1")
        slow.offer(batch("more than ten bytes"))
        await settle()
        assert line.given_up == 0
        slow.offer(batch(1))
        assert line.given_up == 1
        line.network.give(2)
        await settle()
        assert line.closed


async def test_who_has_left_gets_nothing_more() -> None:
    async with Line().open() as line:
        one, other = line.subscriber("1"), line.subscriber("2")
        one.offer(batch(1, 2, 3))
        one.offer(batch(4))
        other.offer(batch(5))
        line.network.give(1)
        await settle()
        one.leave()
        line.network.give(9)
        await settle()
        assert line.network.taken == [*frames("1", 1, 2), *frames("2", 5)]


async def test_a_broken_line_ends_quietly_and_takes_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "ROOM_BYTES", 1)
    line = Line()
    line.network.broken = True
    async with line.open():
        one = line.subscriber("1")
        one.offer(batch(1, 2))
        line.network.give(1)
        await settle()
        one.offer(batch(3))
        await asyncio.wait_for(line.wire.say('"said"'), 20)
        assert (line.network.taken, line.given_up) == ([], 0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(line.subscriber("2").put(batch(4)), 0.01)


async def test_a_fast_network_does_not_keep_the_loop_to_itself() -> None:
    async with Line().open() as line:
        line.network.give(10 * wire.IN_ONE_GO)
        line.subscriber("1").offer(batch(*range(10 * wire.IN_ONE_GO)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert 0 < len(line.network.taken) <= 2 * wire.IN_ONE_GO


async def test_drained_means_that_the_last_message_is_out_too() -> None:
    async with Line().open() as line:
        await line.wire.say('"said"')
        await line.wire.say('"again"')
        waiting = asyncio.create_task(line.wire.drained())
        line.network.give(1)
        await settle()
        assert (waiting.done(), line.wire.is_idle) == (False, False)
        line.network.give(1)
        await asyncio.wait_for(waiting, 20)
        assert line.wire.is_idle
        assert line.network.taken == ["said", "again"]


async def test_nobody_waits_for_a_broken_line_to_drain() -> None:
    line = Line()
    line.network.broken = True
    async with line.open():
        await line.wire.say('"said"')
        line.network.give(1)
        await asyncio.wait_for(line.wire.drained(), 20)
