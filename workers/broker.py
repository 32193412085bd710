"""Dramatiq on Redis: the kinds of work there are, the broker, and the messages that failed for good.

A message is only a wake-up call that carries ids. What there is to do stands in the graph, and the relay sends the
call again while its effect is missing there; so losing every message costs seconds and nothing else.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.message import Message
from dramatiq.middleware import CurrentMessage, Middleware, Retries, ShutdownNotifications
from dramatiq.middleware.asyncio import AsyncIO

from workers.metrics import GIVEN_UP
from workers.settings import RedisSettings, WorkerSettings

LOG = logging.getLogger(__name__)

NAMESPACE = "kith:queue"
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 10.0
MAINTENANCE_CHANCE = 200_000
"""Commands out of a million that look for dead processes' messages."""
DEAD_LETTER_DAYS = 90
MAX_RETRIES = 5
TRACE = "trace"
"""The option of a message that holds the `traceparent` of what caused it."""
MIN_BACKOFF_MILLISECONDS = 1_000
MAX_BACKOFF_MILLISECONDS = 60_000


class Queue(StrEnum):
    """The queues; each has its own share of a process, so that none starves another."""

    INDEXING = "indexing"
    INTAKE = "intake"
    OUTREACH = "outreach"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of work. One that is `interruptible` is cancelled when its process ends, and taken up by another."""

    name: str
    queue: Queue
    interruptible: bool

    def message(self, *ids: str, trace: str | None = None) -> Message[Any]:
        """Make the message that asks for this work on `ids`; `trace` is the span that caused it."""
        options = {} if trace is None else {TRACE: trace}
        return Message(queue_name=self.queue, actor_name=self.name, args=ids, kwargs={}, options=options)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message whose work failed again and again; `reason` names the error's type."""

    id: str
    queue: Queue
    task: str
    ids: tuple[str, ...]
    failed_at: str
    reason: str


class TaskFailed(Exception):
    """An unexpected failure under its type's name: messages of errors may quote people's data."""


class DeadLetterLog(Middleware):
    """Tells of every message that is given up."""

    def after_nack(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:
        GIVEN_UP.labels(message.queue_name.removesuffix(".DQ")).inc()
        LOG.error(
            "%s%r failed for good: `kith dead-letters list` shows why; mend the cause, then replay it",
            message.actor_name,
            tuple(message.args),
        )


def connect(settings: RedisSettings) -> "redis.Redis":
    """Return a client for use by threads; it connects when it is used."""
    return redis.Redis.from_url(
        settings.url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        health_check_interval=30,
    )


def open_broker(
    redis_settings: RedisSettings, settings: WorkerSettings, *, middleware: Iterable[Middleware] = ()
) -> RedisBroker:
    """Return the broker; Redis may be absent and come back meanwhile."""
    broker = RedisBroker(  # type: ignore[no-untyped-call]
        client=connect(redis_settings),
        namespace=NAMESPACE,
        middleware=[
            ShutdownNotifications(),
            Retries(
                max_retries=MAX_RETRIES,
                min_backoff=MIN_BACKOFF_MILLISECONDS,
                max_backoff=MAX_BACKOFF_MILLISECONDS,
            ),
            CurrentMessage(),
            AsyncIO(),
            DeadLetterLog(),
            *middleware,
        ],
        heartbeat_timeout=int(settings.heartbeat_seconds * 1000),
        maintenance_chance=MAINTENANCE_CHANCE,
        dead_message_ttl=DEAD_LETTER_DAYS * 24 * 3600 * 1000,
    )
    for queue in Queue:
        broker.declare_queue(queue)
    return broker


def enqueue(broker: RedisBroker, messages: Iterable[Message[Any]]) -> None:
    """Send messages, in order. Blocks: not for an event loop.

    Raises:
        redis.RedisError: Redis does not answer; some may have been sent.
    """
    for message in messages:
        broker.enqueue(message)


def waiting(broker: RedisBroker, queue: Queue) -> int:
    """Count the messages that no process has taken yet. Blocks."""
    return cast("int", broker.client.llen(f"{NAMESPACE}:{queue}"))


def dead_letters(broker: RedisBroker, *, limit: int = 1_000) -> list[DeadLetter]:
    """Return the messages given up, the newest of each queue first. Blocks."""
    found = []
    for queue in Queue:
        newest = cast(
            "list[tuple[bytes, float]]",
            broker.client.zrevrange(_dead(queue), 0, limit - 1, withscores=True),
        )
        for id_, failed_at in newest:
            if (data := _letter(broker, queue, id_.decode())) is not None:
                found.append(_dead_letter(queue, id_.decode(), failed_at, Message.decode(data)))
    return found


def count_dead_letters(broker: RedisBroker) -> dict[Queue, int]:
    """Count the messages given up. Blocks."""
    return {queue: cast("int", broker.client.zcard(_dead(queue))) for queue in Queue}


def replay_dead_letters(broker: RedisBroker, ids: Sequence[str]) -> int:
    """Send these messages again as if they were new; return how many there were. Blocks.

    One is taken off the dead letters only when it has been sent: where Redis goes away meanwhile, it may be sent twice.
    """
    sent = 0
    for id_ in dict.fromkeys(ids):
        for queue in Queue:
            if (data := _letter(broker, queue, id_)) is None:
                continue
            dead = Message.decode(data)
            options = {TRACE: dead.options[TRACE]} if TRACE in dead.options else {}
            broker.enqueue(Message(queue, dead.actor_name, dead.args, {}, options))
            broker.client.zrem(_dead(queue), id_)
            broker.client.hdel(f"{_dead(queue)}.msgs", id_)
            sent += 1
    return sent


def _dead(queue: Queue) -> str:
    return f"{NAMESPACE}:{queue}.XQ"


def _letter(broker: RedisBroker, queue: Queue, id_: str) -> bytes | None:
    return cast("bytes | None", broker.client.hget(f"{_dead(queue)}.msgs", id_))


def _dead_letter(queue: Queue, id_: str, failed_at: float, message: Message[Any]) -> DeadLetter:
    lines = str(message.options.get("traceback", "")).strip().splitlines()
    return DeadLetter(
        id=id_,
        queue=queue,
        task=message.actor_name,
        ids=tuple(message.args),
        failed_at=datetime.fromtimestamp(failed_at / 1000, UTC).isoformat(),
        reason=lines[-1] if lines else "unknown",
    )
