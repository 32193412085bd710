"""What an API process counts, and `/metrics`, which tells it to Prometheus."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.live import LiveFeeds
from graph import indexing, outbox
from graph.client import Transaction
from graph.errors import KithError
from graph.outbox import Backlog
from schema.context import Services
from schema.operations import Operations
from workers.broker import NAMESPACE, Queue

T = TypeVar("T")

PATIENCE_SECONDS = 2.0
FRESH_SECONDS = 1.0
"""For so long what the engines said is told again: reading metrics often asks them no more often."""
MOST_CODES = 64
"""Different codes of answers that are counted apart."""
OTHER = "other"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip")


class MetricsSettings(BaseSettings):
    """Who may read `/metrics`, from `KITH_METRICS_*`."""

    model_config = SettingsConfigDict(env_prefix="KITH_METRICS_", env_ignore_empty=True)

    token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="the bearer token of those who may read; without one, only this machine may, and not through a proxy",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the engines said; what depends on one that is away is None."""

    up: Mapping[str, bool] = field(default_factory=dict)
    backlog: Backlog | None = None
    last: int | None = None
    indexed: int | None = None
    dead: Mapping[str, int] | None = None
    waiting: Mapping[str, int] | None = None


class ApiMetrics:
    """The metrics of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._codes: set[str] = set()
        self._ended: dict[tuple[str, str, str], tuple[Counter, Histogram | None]] = {}
        """What counts operations of a name, kind and code: looking it up by its labels takes longer than counting."""
        self._answered: dict[tuple[str, int], Counter] = {}
        self._operations = Counter(
            "kith_operations",
            "GraphQL operations by name (`other` unless it is one of docs/operations), kind and the first error's code",
            ["operation", "kind", "code"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "kith_operation_seconds",
            "Time that queries and mutations take, in seconds",
            ["operation", "kind"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._responses = Counter(
            "kith_http_responses",
            "HTTP responses by the pattern of their route, and status",
            ["route", "status"],
            registry=self.registry,
        )
        self.sockets = Gauge("kith_sockets", "WebSockets that are open", registry=self.registry)
        self.figures = Figures()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)

    def count_operation(self, *, operation: str, kind: str, code: str, seconds: float) -> None:
        """Count an operation that has ended; subscriptions last as long as they are wanted, so theirs is no latency."""
        if code not in self._codes:
            if len(self._codes) >= MOST_CODES:
                code = OTHER
            self._codes.add(code)
        counters = self._ended.get((operation, kind, code))
        if counters is None:
            times = None if kind == "subscription" else self._seconds.labels(operation, kind)
            counters = self._ended[operation, kind, code] = (
                self._operations.labels(operation, kind, code),
                times,
            )
        counters[0].inc()
        if counters[1] is not None:
            counters[1].observe(seconds)

    def count_response(self, *, route: str, status: int) -> None:
        """Count an HTTP response."""
        counter = self._answered.get((route, status))
        if counter is None:
            counter = self._answered[route, status] = self._responses.labels(route, str(status))
        counter.inc()

    def collect_from(self, operations: Operations, feeds: LiveFeeds) -> None:
        """Tell from now on also what these count themselves, and the figures of the engines."""
        self.registry.register(_Read(lambda: _counted(operations, feeds)))
        self.registry.register(_Read(lambda: told(self.figures)))


class _Read(Collector):
    """Reads what is to be told only when it is asked for."""

    def __init__(self, read: Callable[[], Iterable[Metric]]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        return self._read()


class Engines:
    """Asks the engines for figures: each at most once in a while, and none for long."""

    def __init__(self, services: Services, redis: Redis) -> None:
        self._services = services
        self._redis = redis
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._figures = Figures()

    async def figures(self) -> Figures:
        """Return what the engines say, or said just before."""
        async with self._asking:
            if time.monotonic() - self._asked_at > FRESH_SECONDS:
                self._figures = await self._ask()
                self._asked_at = time.monotonic()
            return self._figures

    async def _ask(self) -> Figures:
        patient = self._services.elasticsearch.options(request_timeout=PATIENCE_SECONDS, max_retries=0)
        graph, queues, search = await asyncio.gather(
            _answer(self._services.graph.read(_of_graph)), _answer(self._queues()), _answer(patient.ping())
        )
        backlog, last, indexed = graph or (None, None, None)
        dead, waiting = queues or (None, None)
        return Figures(
            up={"neo4j": graph is not None, "redis": queues is not None, "elasticsearch": bool(search)},
            backlog=backlog,
            last=last,
            indexed=indexed,
            dead=dead,
            waiting=waiting,
        )

    async def _queues(self) -> tuple[dict[str, int], dict[str, int]]:
        names = [str(queue) for queue in Queue]
        async with self._redis.pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.zcard(f"{NAMESPACE}:{name}.XQ")
                pipeline.llen(f"{NAMESPACE}:{name}")
            counts = await pipeline.execute()
        return dict(zip(names, counts[::2], strict=True)), dict(zip(names, counts[1::2], strict=True))


async def metrics(request: Request) -> Response:
    """Tell the metrics to those who may read them; to others there is nothing here."""
    settings: MetricsSettings = request.app.state.metrics_settings
    if not may_read(request, settings):
        return PlainTextResponse("Not Found", status_code=404)
    told_by: ApiMetrics = request.app.state.metrics
    engines: Engines = request.app.state.engines
    told_by.figures = await engines.figures()
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(told_by.registry), headers={"Content-Type": content_type})


def may_read(request: Request, settings: MetricsSettings) -> bool:
    """Say whether this request carries the token, or comes from this machine where there is no token."""
    if settings.token is not None:
        given = request.headers.get("authorization", "").encode()
        return secrets.compare_digest(given, b"Bearer " + settings.token.get_secret_value().encode())
    if request.client is None or any(name in request.headers for name in _PROXY_HEADERS):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def told(figures: Figures) -> Iterator[Metric]:
    """Yield the metrics of the engines; of one that is away only that it is."""
    up = GaugeMetricFamily("kith_engine_up", "1 where the engine answers this process", labels=["engine"])
    for engine, answers in figures.up.items():
        up.add_metric([engine], float(answers))
    yield up
    if (backlog := figures.backlog) is not None:
        yield GaugeMetricFamily("kith_events_pending", "Events without a number yet", backlog.pending)
        yield GaugeMetricFamily(
            "kith_oldest_pending_event_seconds",
            "Age of the oldest event without a number, in seconds; 0 without any",
            backlog.oldest_pending_seconds,
        )
        yield GaugeMetricFamily("kith_events_undelivered", "Events not handed on yet", backlog.undelivered)
        yield GaugeMetricFamily(
            "kith_events_unindexed", "Events that the search index does not show yet", backlog.unindexed
        )
        yield GaugeMetricFamily(
            "kith_events_refused", "Events whose search document was refused", backlog.refused
        )
    if figures.last is not None and figures.indexed is not None:
        yield GaugeMetricFamily("kith_event_sequence_last", "Number of the newest event", figures.last)
        yield GaugeMetricFamily(
            "kith_event_sequence_indexed", "Number up to which the search shows all", figures.indexed
        )
    for name, text, counts in (
        ("kith_dead_letters", "Messages given up, by queue", figures.dead),
        ("kith_messages_waiting", "Messages that no worker has taken yet, by queue", figures.waiting),
    ):
        if counts is not None:
            family = GaugeMetricFamily(name, text, labels=["queue"])
            for queue, number in counts.items():
                family.add_metric([queue], number)
            yield family


def _counted(operations: Operations, feeds: LiveFeeds) -> Iterator[Metric]:
    yield GaugeMetricFamily("kith_subscriptions", "Subscriptions that are followed", feeds.readers)
    documents, plans = operations.kept()
    yield GaugeMetricFamily("kith_documents_kept", "Documents kept parsed and validated", documents)
    yield GaugeMetricFamily("kith_plans_kept", "Plans kept compiled", plans)
    lookups = CounterMetricFamily(
        "kith_plan_lookups", "Plans looked up, by whether they were there (hit, miss)", labels=["found"]
    )
    lookups.add_metric(["hit"], operations.plans.hits)
    lookups.add_metric(["miss"], operations.plans.misses)
    yield lookups
    fallbacks = CounterMetricFamily(
        "kith_plan_fallbacks", "Operations that graphql-core answered, by reason", labels=["reason"]
    )
    for reason, number in operations.plans.fallbacks.items():
        fallbacks.add_metric([reason], number)
    yield fallbacks


async def _of_graph(tx: Transaction, /) -> tuple[Backlog, int, int]:
    return await outbox.backlog(tx), await outbox.last_sequence(tx), await indexing.indexed_through(tx)


async def _answer(question: Awaitable[T]) -> T | None:
    try:
        return await asyncio.wait_for(question, PATIENCE_SECONDS)
    except (KithError, RedisError, OSError, TimeoutError):
        return None
