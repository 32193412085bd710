"""Live subscriptions: what is asked alike is executed and encoded once per event, however many listen.

    reader ─┐
    reader ─┼─ group: one document, variables and rights ── one task that follows the log
    reader ─┘

A reader first replays on its own, at its own pace, from its cursor up to where its group is; from then on the group hands
it every event. Readers that replay the same stretch at the same time share that too. The group never waits for a reader.
"""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn, Protocol, TypeVar

from graph.errors import GraphUnavailable
from graph.events import Event, EventType
from graph.outbox import LogPage
from workers.cancelling import end

T = TypeVar("T")

Encode = Callable[[Sequence[Event]], Awaitable[Sequence[bytes]]]
"""Answers a subscription for each of the events: the JSON of a `next` message's `payload`."""

BATCH = 100
"""Most events read and encoded together: enough to share round trips, few enough to leave the loop soon."""
PAUSE_SECONDS = 0.025
"""Pause after a full batch. So a group hands on at most 4,000 events a second: more than are ever written, and not so
many that a backlog read at once overruns readers who would have kept up."""
RETRY_SECONDS = 1.0
"""Pause before what could not be read from the graph is read again."""


class Log(Protocol):
    """Where the events come from: the part of the event bus that is used here."""

    @property
    def last(self) -> int: ...

    async def page(self, *, after: int, types: frozenset[EventType], limit: int) -> LogPage: ...


class Batch(NamedTuple):
    """The payloads of the events in a stretch of the log, which ends with number `through`."""

    sequences: tuple[int, ...]
    payloads: tuple[str, ...]
    size: int
    """Bytes of all payloads."""
    through: int

    def above(self, position: int) -> "Batch":
        """Return what comes after this number."""
        first = bisect_right(self.sequences, position)
        payloads = self.payloads[first:]
        return Batch(
            self.sequences[first:], payloads, sum(len(each.encode()) for each in payloads), self.through
        )


class Reader(Protocol):
    """Where a subscriber's payloads go."""

    def offer(self, batch: Batch) -> None:
        """Take the payloads at once, or give the reader up: it does not keep up."""

    async def put(self, batch: Batch) -> None:
        """Take the payloads as soon as there is room for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOperation:
    """A subscription that is valid and allowed; events above the number `after` are to be sent."""

    key: Hashable
    """Operations of equal keys get the same payload for every event: same document, variables and rights."""
    after: int
    types: frozenset[EventType]
    encode: Encode


@dataclass(slots=True, eq=False)
class _Seat:
    """A reader in its group; `failed` ends its waiting with the error of the group."""

    reader: Reader
    position: int
    """The reader has everything up to this number; once it is live and beyond it, the group's place counts."""
    failed: asyncio.Future[Exception]


class LiveFeeds:
    """The groups of one process; a group ends with its last reader."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._groups: dict[Hashable, _Group] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    @staticmethod
    @asynccontextmanager
    async def open(log: Log) -> "AsyncIterator[LiveFeeds]":
        """Serve readers for as long as the context lasts."""
        feeds = LiveFeeds(log)
        try:
            yield feeds
        finally:
            for task in tuple(feeds._tasks):
                await end(task)

    @property
    def readers(self) -> int:
        """How many subscriptions are followed."""
        return sum(group.readers for group in self._groups.values())

    async def follow(self, operation: LiveOperation, reader: Reader) -> NoReturn:
        """Give the reader every event of the operation once and in order, until cancelled.

        Raises:
            Exception: what encoding an event raised, other than that the graph is away, which is waited for.
        """
        group = self._groups.get(operation.key)
        if group is None:
            group = self._groups[operation.key] = _Group(self._log, operation, self._tasks)
        seat = _Seat(reader, operation.after, asyncio.get_running_loop().create_future())
        group.enter(seat)
        try:
            await group.catch_up(seat)
            raise await seat.failed
        finally:
            if group.leave(seat) and self._groups.get(operation.key) is group:
                del self._groups[operation.key]


class _Group:
    """The readers of one operation, and the one task that reads and encodes for those who are live."""

    def __init__(self, log: Log, operation: LiveOperation, tasks: set[asyncio.Task[Any]]) -> None:
        self._log = log
        self._types = operation.types
        self._encode = operation.encode
        self._tasks = tasks
        self._seats: set[_Seat] = set()
        self._live: set[_Seat] = set()
        self._following: asyncio.Task[None] | None = None
        self._through = 0
        """Up to which number the live readers have everything."""
        self._replays: dict[int, asyncio.Task[Batch]] = {}
        """The stretches that are being read for readers who are not live yet, by the number they begin after."""

    @property
    def readers(self) -> int:
        return len(self._seats)

    def enter(self, seat: _Seat) -> None:
        self._seats.add(seat)

    def leave(self, seat: _Seat) -> bool:
        """Let a reader go; return whether it was the last."""
        self._seats.discard(seat)
        self._live.discard(seat)
        if not self._live and self._following:
            self._following.cancel()
            self._following = None
        if not self._seats:
            for replay in self._replays.values():
                replay.cancel()
        return not self._seats

    async def catch_up(self, seat: _Seat) -> None:
        """Replay until the reader is where the group is, and make it live in the same breath."""
        while not self._join(seat):
            batch = await asyncio.shield(self._replay(seat.position))
            if batch.payloads:
                await seat.reader.put(batch)
            seat.position = batch.through

    def _join(self, seat: _Seat) -> bool:
        if self._following is None:
            if seat.position < self._log.last:
                return False
            self._through = seat.position
            self._following = self._start(self._follow())
        elif seat.position < self._through:
            return False
        self._live.add(seat)
        return True

    def _replay(self, after: int) -> "asyncio.Task[Batch]":
        if after not in self._replays:
            self._replays[after] = replay = self._start(self._next(after))
            replay.add_done_callback(lambda _: self._replays.pop(after))
        return self._replays[after]

    async def _follow(self) -> None:
        me = asyncio.current_task()
        try:
            while True:
                batch = await self._next(self._through)
                if self._following is not me:
                    return
                stretch = batch.through - self._through
                self._hand_on(batch)
                if stretch >= BATCH:
                    await asyncio.sleep(PAUSE_SECONDS)
        except Exception as error:  # noqa: BLE001 - it goes to everyone for whom this task works
            if self._following is me:
                self._fail(error)

    def _hand_on(self, batch: Batch) -> None:
        """Offer the batch to all live readers; in one step, so that none can join in between."""
        for seat in self._live:
            fresh = batch if seat.position <= self._through else batch.above(seat.position)
            if fresh.payloads:
                seat.reader.offer(fresh)
        self._through = batch.through

    def _fail(self, error: Exception) -> None:
        self._following = None
        live, self._live = self._live, set()
        for seat in live:
            if not seat.failed.done():
                seat.failed.set_result(error)

    async def _next(self, after: int) -> Batch:
        """Wait for events above the number, and encode them."""
        page = await self._log.page(after=after, types=self._types, limit=BATCH)
        payloads = await self._encoded(page.events) if page.events else ()
        return Batch(
            sequences=tuple(event.sequence for event in page.events),
            payloads=tuple(payload.decode() for payload in payloads),
            size=sum(map(len, payloads)),
            through=page.through,
        )

    async def _encoded(self, events: Sequence[Event]) -> Sequence[bytes]:
        while True:
            try:
                payloads = await self._encode(events)
            except GraphUnavailable:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if len(payloads) != len(events):
                raise RuntimeError(f"{len(events)} events were encoded as {len(payloads)}")
            return payloads

    def _start(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
