"""What the tasks of one worker process work with: opened and closed on the event loop that uses it."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dramatiq
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import CurrentMessage, Middleware, MiddlewareError
from opentelemetry.trace import SpanKind
from redis.asyncio import Redis

from graph.client import Graph
from graph.errors import GraphUnavailable
from graph.settings import GraphSettings
from graph.taxonomy.loading import TermsOfGraph
from graph.tracing import span
from search.client import open_client
from search.indices import candidate_index
from search.resumes.sandbox import Sandbox, SandboxSettings
from search.resumes.store import ResumeStore, StoreSettings
from search.settings import ElasticsearchSettings
from search.taxonomy.live import LiveTaxonomy
from workers.access_mail import SEND_LINK, LinkSender
from workers.broker import ANSWER_SECONDS, CONNECT_SECONDS, TRACE, Task, TaskFailed
from workers.cancelling import end
from workers.caretaker import Caretaker
from workers.digests import SEND_DIGEST, DigestSender
from workers.indexing import DRAIN_INDEX, Indexer
from workers.intake import PARSE_INTAKE, IntakeReader
from workers.logs import fields
from workers.mail import Mailer
from workers.metrics import TASK_SECONDS, TASKS
from workers.outreach import SEND_TOUCH, TouchSender
from workers.relay import Relay
from workers.settings import RedisSettings, WorkerSettings
from workers.settings_mail import LinkSettings, MailSettings
from workers.standing import Lookout

LOG = logging.getLogger(__name__)

OPEN_SECONDS = 90.0
CLOSE_SECONDS = 3.0

Run = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of all layers that a worker process uses."""

    graph: GraphSettings
    elasticsearch: ElasticsearchSettings
    redis: RedisSettings
    store: StoreSettings
    sandbox: SandboxSettings
    mail: MailSettings
    links: LinkSettings
    worker: WorkerSettings


@dataclass(frozen=True, slots=True)
class Resources:
    """What does each task, the relay, who takes care of the index, and who looks out for standing searches."""

    work: Mapping[Task, Run]
    relay: Relay
    caretaker: Caretaker
    lookout: Lookout


@contextlib.asynccontextmanager
async def open_resources(settings: Settings, queues: RedisBroker) -> AsyncIterator[Resources]:
    """Open all clients for as long as the context lasts; the engines may be absent and come back meanwhile."""
    async with contextlib.AsyncExitStack() as stack:
        graph = await stack.enter_async_context(Graph.open(settings.graph))
        elasticsearch = await stack.enter_async_context(open_client(settings.elasticsearch))
        redis = await stack.enter_async_context(
            Redis.from_url(
                settings.redis.url,
                socket_connect_timeout=CONNECT_SECONDS,
                socket_timeout=ANSWER_SECONDS,
                health_check_interval=30,
            )
        )
        sandbox = await stack.enter_async_context(Sandbox(settings.sandbox))
        store = ResumeStore(settings.store)
        index = candidate_index(settings.elasticsearch.index_prefix)
        indexer = Indexer(graph, elasticsearch, index, redis, store)
        reader = IntakeReader(graph, store, sandbox, parallel=settings.sandbox.concurrency * 2)
        mailer = Mailer(settings.mail)
        taxonomy = await stack.enter_async_context(LiveTaxonomy.open(TermsOfGraph(graph)))
        yield Resources(
            work={
                DRAIN_INDEX: indexer.drain,
                PARSE_INTAKE: reader.parse,
                SEND_TOUCH: TouchSender(graph, mailer, settings.mail).send,
                SEND_LINK: LinkSender(graph, mailer, settings.mail, settings.links).send,
                SEND_DIGEST: DigestSender(graph, mailer, settings.mail, settings.links).send,
            },
            relay=Relay(graph, redis, queues, settings.worker),
            caretaker=Caretaker(graph, elasticsearch, index, store, settings.worker),
            lookout=Lookout(graph, elasticsearch, index, taxonomy, settings.worker),
        )


@contextlib.contextmanager
def _watched(task: Task, ids: Sequence[str], message: str | None) -> Iterator[None]:
    """Log and count how a task ended; what it raised goes on under its type's name alone."""
    begin, outcome, code = time.perf_counter(), "done", None
    try:
        yield
    except GraphUnavailable:
        outcome = "waits"
        LOG.warning("%s%r waits for the graph: the relay will call for it again", task.name, tuple(ids))
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may quote people's data
        outcome, code = "failed", str(getattr(error, "code", type(error).__qualname__))
        raise TaskFailed(code).with_traceback(error.__traceback__) from None
    except BaseException:
        outcome = "cut_off"
        raise
    finally:
        seconds = time.perf_counter() - begin
        TASKS.labels(task.name, outcome).inc()
        TASK_SECONDS.labels(task.name).observe(seconds)
        LOG.info(
            "task",
            extra=fields(
                task=task.name,
                ids=",".join(ids) or None,
                message_id=message,
                outcome=outcome,
                code=code,
                milliseconds=round(seconds * 1000, 1),
            ),
        )


class Residence(Middleware):
    """Opens the resources on the worker's event loop, runs the relay, the caretaker and the lookout there, and closes all with the worker."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._resources: Resources | None = None
        self._open = threading.Event()
        self._standing: tuple[asyncio.Task[None], ...] = ()
        self._over: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = threading.Event()

    def declare(self, queues: RedisBroker, task: Task) -> None:
        """Make the broker's actor for a task."""

        async def run(*ids: str) -> None:
            assert self._resources is not None
            message = CurrentMessage.get_current_message()
            parent = message.options.get(TRACE) if message else None
            with (
                _watched(task, ids, message.message_id if message else None),
                span(f"task {task.name}", {"kith.task": task.name}, kind=SpanKind.CONSUMER, parent=parent),
            ):
                await self._resources.work[task](*ids)

        dramatiq.actor(
            broker=queues,
            actor_name=task.name,
            queue_name=task.queue,
            notify_shutdown=task.interruptible,
        )(run)

    def before_worker_boot(self, broker: Any, worker: dramatiq.Worker) -> None:
        thread = get_event_loop_thread()
        assert thread is not None
        self._loop = thread.loop
        living = asyncio.run_coroutine_threadsafe(self._live(broker), thread.loop)
        opened = self._open.wait(OPEN_SECONDS)
        if self._resources is None:
            cause = living.exception(CLOSE_SECONDS) if opened else None
            thread.stop()  # type: ignore[no-untyped-call]
            raise MiddlewareError("the worker's resources could not be opened") from cause

    def before_worker_shutdown(self, broker: Any, worker: dramatiq.Worker) -> None:
        if self._loop:
            for task in self._standing:
                asyncio.run_coroutine_threadsafe(end(task), self._loop)

    def after_worker_shutdown(self, broker: Any, worker: dramatiq.Worker) -> None:
        if self._loop and self._over:
            self._loop.call_soon_threadsafe(self._over.set)
            self._closed.wait(CLOSE_SECONDS)

    async def _live(self, queues: RedisBroker) -> None:
        self._over = asyncio.Event()
        try:
            async with open_resources(self._settings, queues) as resources:
                self._resources = resources
                self._standing = (
                    asyncio.create_task(resources.relay.run()),
                    asyncio.create_task(resources.caretaker.run()),
                    asyncio.create_task(resources.lookout.run()),
                )
                self._open.set()
                await self._over.wait()
                for task in self._standing:
                    await end(task)
        finally:
            self._open.set()
            self._closed.set()
