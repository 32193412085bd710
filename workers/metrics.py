"""What a worker process counts, and the port on which it tells."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    start_http_server,
)
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

REGISTRY = CollectorRegistry()

TASKS = Counter(
    "kith_tasks",
    "Tasks by outcome (done, waits: the graph is away, failed, cut_off: the process ends)",
    ["task", "outcome"],
    registry=REGISTRY,
)
TASK_SECONDS = Histogram(
    "kith_task_seconds",
    "Time that tasks take, in seconds",
    ["task"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300),
    registry=REGISTRY,
)
GIVEN_UP = Counter(
    "kith_tasks_given_up", "Messages that became dead letters, by queue", ["queue"], registry=REGISTRY
)
RELAY_LEADS = Gauge("kith_relay_leads", "1 where this process is the relay", registry=REGISTRY)
RELAYED = Counter(
    "kith_relayed_events", "Events by what the relay did (numbered, handed_on)", ["step"], registry=REGISTRY
)
MAILS = Counter(
    "kith_mails",
    "Outreach messages by outcome (sent, failed, uncertain, queued: not taken yet)",
    ["outcome"],
    registry=REGISTRY,
)
INDEXED = Counter(
    "kith_indexed_documents",
    "Search documents by outcome (written, unchanged, refused, held_up)",
    ["outcome"],
    registry=REGISTRY,
)
INDEX_DRIFT = Counter(
    "kith_index_drift",
    "Search documents that were not what the graph says (missing, stale, extra)",
    ["kind"],
    registry=REGISTRY,
)
MATCHES = Counter(
    "kith_standing_matches",
    "Candidates told of as new matches of standing searches",
    registry=REGISTRY,
)
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)


class WorkerMetricsSettings(BaseSettings):
    """Where a worker tells its metrics, from `KITH_WORKER_METRICS_*`; nowhere without a port."""

    model_config = SettingsConfigDict(env_prefix="KITH_WORKER_METRICS_")

    host: str = Field(
        default="127.0.0.1", description="address to listen on; whoever reaches it may read the metrics"
    )
    port: int | None = Field(default=None, ge=1, le=65_535, description="port to listen on")


@contextmanager
def telling(settings: WorkerMetricsSettings) -> Iterator[None]:
    """Answer `GET /metrics` for as long as the block lasts."""
    if settings.port is None:
        yield
        return
    server, thread = start_http_server(settings.port, settings.host, REGISTRY)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
