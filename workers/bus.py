"""The event log for live readers: one Redis stream read once per process, the graph for all that it does not hold."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Collection
from dataclasses import asdict
from itertools import islice
from typing import cast

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from graph import outbox
from graph.client import Graph
from graph.errors import GraphUnavailable
from graph.events import Event, EventType, Subject
from graph.outbox import LogPage
from workers.broker import ANSWER_SECONDS, CONNECT_SECONDS
from workers.cancelling import end

LOG = logging.getLogger(__name__)

STREAM = "kith:events"
STREAM_LENGTH = 100_000
"""Most entries that the stream keeps, roughly; older events come from the graph."""
FIELD = b"event"
PAGE = 500
BLOCK_MILLISECONDS = 2_000
POLL_SECONDS = 1.0
"""Pause between two looks into the graph while Redis is away."""
RING = 10_000
"""Events that a process holds in memory."""


def encode(event: Event) -> bytes:
    """Return an event as it stands in the stream."""
    subject = {name: value for name, value in asdict(event.subject).items() if value is not None}
    return orjson.dumps(
        {
            "id": event.id,
            "sequence": event.sequence,
            "type": str(event.type),
            "at": event.at,
            "actor": event.actor,
            "subject": subject,
            "detail": dict(event.detail),
        }
    )


def decode(data: bytes) -> Event:
    """Return the event of a stream entry."""
    stored = orjson.loads(data)
    return Event(
        id=stored["id"],
        sequence=stored["sequence"],
        type=EventType(stored["type"]),
        at=stored["at"],
        actor=stored["actor"],
        subject=Subject(**stored["subject"]),
        detail=stored["detail"],
    )


def sequence_of(entry_id: bytes) -> int:
    """Return the number of the event with this id in the stream."""
    return int(entry_id.partition(b"-")[0])


async def newest_entry(redis: Redis) -> bytes:
    """Return the id of the stream's last entry, `0-0` where it has none."""
    newest = cast("list[tuple[bytes, dict[bytes, bytes]]]", await redis.xrevrange(STREAM, count=1))
    return newest[0][0] if newest else b"0-0"


class EventBus:
    """Hands every reader each event of the log once, in order, however slow the reader is.

    A reader is nothing but a number: the last one it has seen.
    """

    def __init__(self, redis: Redis, graph: Graph) -> None:
        self._redis = redis
        self._graph = graph
        self._ring: deque[Event] = deque(maxlen=RING)
        self._last = 0
        """The highest number that readers can expect to find, in the ring or in the graph."""
        self._grown = asyncio.Event()
        self._streaming = True

    @staticmethod
    @contextlib.asynccontextmanager
    async def open(redis_url: str, graph: Graph) -> AsyncIterator["EventBus"]:
        """Follow the log for as long as the context lasts; Redis and Neo4j may come and go meanwhile."""
        redis = Redis.from_url(
            redis_url,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            health_check_interval=30,
        )
        bus = EventBus(redis, graph)
        following = asyncio.create_task(bus.follow())
        try:
            yield bus
        finally:
            await end(following)
            await redis.aclose()

    @property
    def last(self) -> int:
        """The highest number heard of: what a reader who wants only new events starts after."""
        return self._last

    async def events(self, *, after: int, types: Collection[EventType] | None) -> AsyncIterator[Event]:
        """Yield the events with a number above `after`, of these types or of all, for ever.

        Waits while Neo4j is away.
        """
        while True:
            page = await self.page(after=after, types=types)
            for event in page.events:
                yield event
            after = page.through

    async def page(self, *, after: int, types: Collection[EventType] | None, limit: int = PAGE) -> LogPage:
        """Return the next events above `after`, waiting until the log has grown; `through` is where to go on.

        The page can be empty where no event is of these types.
        """
        while True:
            while self._last <= after:
                await self._grown.wait()
            if self._ring and self._ring[0].sequence <= after + 1 <= self._ring[-1].sequence:
                return self._from_ring(after, types, limit)
            try:
                page = await self._graph.read(
                    outbox.events_after,
                    after=after,
                    types=None if types is None else tuple(types),
                    limit=limit,
                )
            except GraphUnavailable:
                await asyncio.sleep(POLL_SECONDS)
                continue
            if page.through > after:
                return page
            await asyncio.sleep(POLL_SECONDS)

    async def follow(self) -> None:
        """Read the stream, or look into the graph while Redis is away; runs until it is cancelled."""
        while True:
            try:
                await self._follow_stream()
            except (RedisError, OSError) as error:
                if self._streaming:
                    LOG.warning("live events come from the graph, Redis is away: %s", type(error).__name__)
                self._streaming = False
                with contextlib.suppress(GraphUnavailable):
                    self._grow(await self._graph.read(outbox.last_sequence))
                await asyncio.sleep(POLL_SECONDS)

    async def _follow_stream(self) -> None:
        position = await newest_entry(self._redis)
        self._streaming = True
        self._grow(sequence_of(position))
        with contextlib.suppress(GraphUnavailable):
            self._grow(await self._graph.read(outbox.last_sequence))
        while True:
            answer = cast(
                "list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]",
                await self._redis.xread({STREAM: position}, count=PAGE, block=BLOCK_MILLISECONDS),
            )
            for _, entries in answer:
                for _, fields in entries:
                    self._take(decode(fields[FIELD]))
                position = entries[-1][0]

    def _take(self, event: Event) -> None:
        if self._ring and event.sequence != self._ring[-1].sequence + 1:
            self._ring.clear()
        self._ring.append(event)
        self._grow(event.sequence)

    def _grow(self, last: int) -> None:
        if last > self._last:
            self._last = last
            self._grown.set()
            self._grown = asyncio.Event()

    def _from_ring(self, after: int, types: Collection[EventType] | None, limit: int) -> LogPage:
        start = after + 1 - self._ring[0].sequence
        events = tuple(islice(self._ring, start, start + limit))
        wanted = events if types is None else tuple(event for event in events if event.type in types)
        through = events[-1].sequence
        return LogPage(wanted, through, has_next=through < self._last)
