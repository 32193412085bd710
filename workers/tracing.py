"""Switches tracing on: OpenTelemetry's own sender, and what may be sent."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import Status
from opentelemetry.util.types import AttributeValue
from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph.tracing import trace_with

LOG = logging.getLogger(__name__)

PATH = "/v1/traces"
FAREWELL_MILLISECONDS = 2_000
ATTRIBUTES = frozenset(
    {
        "db.operation.name",
        "db.system.name",
        "error.type",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "kith.code",
        "kith.document",
        "kith.events",
        "kith.task",
        "kith.way",
        "graphql.operation.name",
        "graphql.operation.type",
    }
)
"""All that spans may say: names out of our own code, numbers, codes and hashes."""


class TracingSettings(BaseSettings):
    """Where traces go, from `KITH_TRACING_*`; nowhere without an endpoint."""

    model_config = SettingsConfigDict(
        env_prefix="KITH_TRACING_", env_ignore_empty=True, populate_by_name=True
    )

    endpoint: str | None = Field(
        default=None,
        validation_alias=AliasChoices("KITH_TRACING_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        description="the OpenTelemetry collector's address for OTLP over HTTP, without `/v1/traces`",
    )
    ratio: float = Field(default=1.0, ge=0, le=1, description="the part of all traces that is sent")


class Discreet(SpanExporter):
    """Sends spans without events, texts of errors and attributes that are not on the list: libraries make spans, too."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_discreet(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


@contextmanager
def tracing(settings: TracingSettings, *, service: str) -> Iterator[None]:
    """Trace this process, as part `service` of Kith, for as long as the block lasts; nothing where it is off."""
    if settings.endpoint is None:
        yield
        return
    exporter = OTLPSpanExporter(endpoint=settings.endpoint.rstrip("/") + PATH)
    provider = TracerProvider(
        sampler=TraceIdRatioBased(settings.ratio),
        resource=Resource({"service.namespace": "kith", "service.name": f"kith-{service}"}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(Discreet(exporter)))
    trace.set_tracer_provider(provider)
    trace_with(provider.get_tracer("kith"))
    try:
        yield
    finally:
        trace_with(None)
        provider.force_flush(FAREWELL_MILLISECONDS)
        provider.shutdown()


def _discreet(span: ReadableSpan) -> ReadableSpan:
    attributes: Mapping[str, AttributeValue] = span.attributes or {}
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: value for name, value in attributes.items() if name in ATTRIBUTES},
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
