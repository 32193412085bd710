"""What goes out on one line, a WebSocket or an event stream: one queue for all its operations, and one task that sends.

Nobody who has something to say waits for the network, except those who can: replays and answers.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from api.live import Batch

MOST_EVENTS = 4_000
"""Events that may wait for one subscriber: a second at the highest rate of a feed. They are held once for all who wait
for the same."""
MOST_BYTES = 16 * 1024 * 1024
"""Bytes that may wait for one line: 40 s of a line of 3 Mbit/s, and the most that a hundred stalled readers, all of
different subscriptions, may cost is 1.6 GB."""
ROOM_BYTES = 1024 * 1024
"""Replays and answers wait until less than this is waiting, so that live events always find room beside them."""
IN_ONE_GO = 64
"""Messages sent before others have their turn; the network takes them without waiting until its buffers are full."""

ACCESS_ENDED = 4403
"""The token is none that is valid, or not any more."""
TOO_SLOW = 4413
TOO_SLOW_REASON = (
    "too slow: read faster, and subscribe again with `after`, the cursor of the last event you got"
)


class Gone(Exception):
    """Nobody is there any more to read."""


class Line(Protocol):
    """Where messages leave the process."""

    async def send(self, message: str) -> None:
        """Send a message as soon as the network takes it.

        Raises:
            Gone: the line is closed.
        """

    async def close(self, code: int, reason: str) -> None:
        """Say why nothing more comes, and end the line."""


class Wire:
    """The sending half of a line; `on_giving_up` is called once when the reader is too slow."""

    def __init__(self, line: Line, on_giving_up: Callable[[], None]) -> None:
        self._line = line
        self._on_giving_up = on_giving_up
        self._queue: deque[tuple[Subscriber, Batch] | str] = deque()
        self._bytes = 0
        self._sent = 0
        self._farewell: tuple[int, str] | None = None
        self._ended = False
        self._unsent = 0
        """Messages and batches that are queued or on their way."""
        self._idle: asyncio.Future[None] | None = None
        self._waiting: list[asyncio.Future[None]] = []

    async def run(self) -> None:
        """Send what is queued until the line ends or the task is cancelled."""
        try:
            while self._farewell is None:
                while self._queue:
                    await self._send_first()
                    self._unsent = len(self._queue)
                    self._wake_waiting()
                if self._farewell is None:
                    self._idle = asyncio.get_running_loop().create_future()
                    await self._idle
            await self._line.close(*self._farewell)
        except Gone:
            pass
        finally:
            self._ended = True
            self._queue.clear()
            self._wake_waiting()

    async def say(self, message: str) -> None:
        """Queue a message as soon as there is room; what nobody can receive any more is dropped."""
        while self._bytes > ROOM_BYTES and not self.is_over:
            await self._change()
        if not self.is_over:
            self._bytes += len(message)
            self._queue.append(message)
            self._unsent += 1
            self._wake()

    def close_soon(self, code: int, reason: str) -> None:
        """Forget what is queued, and close the line as soon as the network takes it."""
        if not self.is_over:
            self._farewell = (code, reason)
            self._queue.clear()
            self._wake()
            self._wake_waiting()

    def take(self, subscriber: "Subscriber", batch: Batch) -> None:
        """Queue a subscriber's payloads, or give the reader up where too much waits already."""
        if self.is_over:
            return
        waiting = subscriber.waiting
        if waiting and (waiting + len(batch.payloads) > MOST_EVENTS or self._bytes + batch.size > MOST_BYTES):
            self.close_soon(TOO_SLOW, TOO_SLOW_REASON)
            self._on_giving_up()
            return
        subscriber.waiting = waiting + len(batch.payloads)
        self._bytes += batch.size
        self._queue.append((subscriber, batch))
        self._unsent += 1
        self._wake()

    async def room(self, subscriber: "Subscriber") -> None:
        """Wait until the subscriber's last batch is out and there is room on the line; for ever once it has ended."""
        while subscriber.waiting or self._bytes > ROOM_BYTES or self.is_over:
            await self._change()

    async def drained(self) -> None:
        """Wait until all that is queued is out, or nobody reads it any more."""
        while self._unsent and not self._ended:
            await self._change()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be sent."""
        return not self._unsent

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be sent than the farewell."""
        return self._ended or self._farewell is not None

    async def _send_first(self) -> None:
        first = self._queue.popleft()
        if isinstance(first, str):
            self._bytes -= len(first)
            await self._send(first)
            return
        subscriber, batch = first
        for sequence, payload in zip(batch.sequences, batch.payloads, strict=True):
            if subscriber.left or self._farewell is not None:
                break
            await self._send(subscriber.frame(sequence, payload))
        subscriber.waiting -= len(batch.payloads)
        self._bytes -= batch.size

    async def _send(self, message: str) -> None:
        await self._line.send(message)
        self._sent += 1
        if self._sent % IN_ONE_GO == 0:
            await asyncio.sleep(0)

    async def _change(self) -> None:
        change = asyncio.get_running_loop().create_future()
        self._waiting.append(change)
        await change

    def _wake(self) -> None:
        idle, self._idle = self._idle, None
        if idle is not None and not idle.done():
            idle.set_result(None)

    def _wake_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for change in waiting:
            if not change.done():
                change.set_result(None)


class Subscriber:
    """An operation's place on the wire: what a live feed reads to.

    `frame` makes a message of an event's number and its payload.
    """

    __slots__ = ("_wire", "frame", "left", "waiting")

    def __init__(self, wire: Wire, frame: Callable[[int, str], str]) -> None:
        self._wire = wire
        self.frame = frame
        self.waiting = 0
        """Payloads that are not sent yet."""
        self.left = False

    def offer(self, batch: Batch) -> None:
        self._wire.take(self, batch)

    async def put(self, batch: Batch) -> None:
        await self._wire.room(self)
        self._wire.take(self, batch)

    def leave(self) -> None:
        """Drop what is not sent yet: another operation may take the id over."""
        self.left = True
