"""Numbers the events of the log and hands them on: to the Redis stream for live readers, to tasks by event type.

Any number of processes may run it; the one that holds the lease works, the others stand by. Everything is handed on at
least once, and what it caused can be seen in the graph: so work that got lost on the way is found and called for again.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dramatiq.brokers.redis import RedisBroker
from dramatiq.message import Message
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from graph import idempotency, indexing, intakes, outbox
from graph.client import Graph
from graph.errors import GraphUnavailable
from graph.events import CHANGES_DOCUMENT, Event, EventType
from graph.ids import timestamp
from workers import broker
from workers.access_mail import SEND_LINK, waiting_links
from workers.broker import Task
from workers.bus import FIELD, STREAM, STREAM_LENGTH, encode, newest_entry, sequence_of
from workers.digests import SEND_DIGEST, waiting_digests
from workers.indexing import CALL_MILLISECONDS, DRAIN_INDEX, DRAIN_KEY
from workers.intake import PARSE_INTAKE
from workers.leases import Lease
from workers.metrics import RELAY_LEADS, RELAYED
from workers.outreach import SEND_TOUCH, waiting_touches
from workers.settings import WorkerSettings

LOG = logging.getLogger(__name__)

LEASE = "relay"
BATCH = 1_000
IDLE_SECONDS = 0.2
BUSY_SECONDS = 0.05
STANDBY_SECONDS = 1.0
MOST_BACKOFF_SECONDS = 5.0
LOST_AFTER_SECONDS = 10.0
"""Age from which work whose effect is missing counts as lost, if no message waits for its turn."""
RESEND_BATCH = 200
KEYS_KEPT = timedelta(hours=48)
FORGET_BATCH = 1_000

TASKS: Mapping[EventType, Sequence[tuple[Task, str]]] = {
    EventType.INTAKE_RECEIVED: ((PARSE_INTAKE, "intake_id"),),
    EventType.INTAKE_RETRIED: ((PARSE_INTAKE, "intake_id"),),
    EventType.TOUCH_QUEUED: ((SEND_TOUCH, "touch_id"),),
    EventType.USER_INVITED: ((SEND_LINK, "link_id"),),
    EventType.SIGN_IN_LINK_REQUESTED: ((SEND_LINK, "link_id"),),
}
"""What each type of event calls for, and which id of its subject the task takes. Indexing is called for apart, once for many."""


class Relay:
    """One standing candidate for the relay's lease."""

    def __init__(self, graph: Graph, redis: Redis, queues: RedisBroker, settings: WorkerSettings) -> None:
        self._graph = graph
        self._redis = redis
        self._queues = queues
        self._lease = Lease(graph, LEASE, seconds=settings.lease_seconds)
        self._heal_seconds = settings.heal_seconds
        self._holds = False
        self._renew_at = 0.0
        self._heal_at = 0.0
        self._stream_checked = False

    async def run(self) -> None:
        """Relay whenever the lease is ours, until cancelled; absent engines are waited for."""
        backoff = BUSY_SECONDS
        try:
            while True:
                try:
                    pause = await self.turn()
                    backoff = BUSY_SECONDS
                except (GraphUnavailable, RedisError, OSError) as error:
                    if backoff == BUSY_SECONDS:
                        LOG.warning("the relay waits for an engine: %s", type(error).__name__)
                    backoff = pause = min(backoff * 2, MOST_BACKOFF_SECONDS)
                await asyncio.sleep(pause)
        finally:
            RELAY_LEADS.set(0)
            await self._lease.give_up()

    async def turn(self) -> float:
        """Do what there is to do at most once; return the pause to make, in seconds.

        Numbering comes first: it needs no Redis, and those who read the graph need not wait for Redis.
        """
        if not await self._lead():
            return STANDBY_SECONDS
        numbered, handed_on = 0, 0
        if await self._graph.read(outbox.waiting):
            numbered = await self._graph.write(
                outbox.number_pending, name=LEASE, holder=self._lease.holder, limit=BATCH
            )
            if numbered:
                RELAYED.labels("numbered").inc(numbered)
                await self._graph.write(outbox.publish)
            handed_on = await self._hand_on(await self._graph.read(outbox.undelivered, limit=BATCH))
        if time.monotonic() >= self._heal_at:
            await self._heal()
            self._heal_at = time.monotonic() + self._heal_seconds
        if numbered == handed_on == 0:
            return IDLE_SECONDS
        return 0.0 if BATCH in (numbered, handed_on) else BUSY_SECONDS

    async def _lead(self) -> bool:
        """Take or renew the lease; say whether it is ours."""
        if self._holds and time.monotonic() < self._renew_at:
            return True
        begin = time.monotonic()
        held = await self._lease.take()
        if held and not self._holds:
            LOG.info("this process is the relay now")
            await self._graph.write(outbox.publish)
            self._stream_checked = False
        self._holds = held
        RELAY_LEADS.set(held)
        self._renew_at = begin + self._lease.seconds / 3
        return held

    async def _check_stream(self) -> None:
        """Drop a stream that is ahead of the log: it tells of a graph that is no more."""
        if self._stream_checked:
            return
        last = await self._graph.read(outbox.last_sequence)
        if sequence_of(await newest_entry(self._redis)) > last:
            LOG.warning("the stream of events belongs to another graph and is begun anew")
            await self._redis.delete(STREAM)
        self._stream_checked = True

    async def _hand_on(self, events: Sequence[Event]) -> int:
        """Hand numbered events on and note that; return how many."""
        if not events:
            return 0
        await self._check_stream()
        async with self._redis.pipeline(transaction=False) as pipeline:
            for event in events:
                pipeline.xadd(
                    STREAM,
                    {FIELD: encode(event)},
                    id=f"{event.sequence}-0",
                    maxlen=STREAM_LENGTH,
                    approximate=True,
                )
            for answer in await pipeline.execute(raise_on_error=False):
                if isinstance(answer, Exception) and not _is_there_already(answer):
                    raise answer
        await self._send(messages_for(events))
        if any(event.type in CHANGES_DOCUMENT for event in events):
            await self._call_for_indexing()
        await self._graph.write(outbox.mark_delivered, ids=[event.id for event in events])
        RELAYED.labels("handed_on").inc(len(events))
        return len(events)

    async def _call_for_indexing(self) -> None:
        called = await self._redis.set(DRAIN_KEY, b"1", nx=True, px=CALL_MILLISECONDS)
        if called and await self._is_idle(DRAIN_INDEX):
            await self._send([DRAIN_INDEX.message()])

    async def _heal(self) -> None:
        """Call again for work whose effect is missing in the graph though no message waits for it; forget old keys."""
        before = timestamp(datetime.now(UTC) - KEYS_KEPT)
        await self._graph.write(idempotency.forget, before=before, limit=FORGET_BATCH)
        if await self._graph.read(indexing.waiting):
            await self._call_for_indexing()
        if await self._is_idle(PARSE_INTAKE):
            before = timestamp(datetime.now(UTC) - timedelta(seconds=LOST_AFTER_SECONDS))
            lost = await self._graph.read(intakes.unsettled, before=before, limit=RESEND_BATCH)
            await self._send([PARSE_INTAKE.message(id_) for id_ in lost])
        if await self._is_idle(SEND_TOUCH):
            touches = await waiting_touches(self._graph, limit=RESEND_BATCH)
            await self._send([SEND_TOUCH.message(id_) for id_ in touches])
        if await self._is_idle(SEND_LINK):
            links = await waiting_links(self._graph, limit=RESEND_BATCH)
            await self._send([SEND_LINK.message(id_) for id_ in links])
        if await self._is_idle(SEND_DIGEST):
            digests = await waiting_digests(self._graph, limit=RESEND_BATCH)
            await self._send([SEND_DIGEST.message(id_) for id_ in digests])

    async def _is_idle(self, task: Task) -> bool:
        return await asyncio.to_thread(broker.waiting, self._queues, task.queue) == 0

    async def _send(self, messages: Sequence[Message[Any]]) -> None:
        if messages:
            await asyncio.to_thread(broker.enqueue, self._queues, messages)


def messages_for(events: Iterable[Event]) -> list[Message[Any]]:
    """Return the messages that events call for, in order."""
    return [
        task.message(getattr(event.subject, subject), trace=event.trace)
        for event in events
        for task, subject in TASKS.get(event.type, ())
    ]


def _is_there_already(answer: Exception) -> bool:
    return isinstance(answer, ResponseError) and "equal or smaller" in str(answer)
