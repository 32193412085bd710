"""Spans of OpenTelemetry where tracing is on; nothing at all where it is off.

Spans hold names of statements, tasks and operations, numbers and codes, and never what anyone wrote. It is the entry
points that switch tracing on.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    Link,
    Span,
    SpanKind,
    StatusCode,
    Tracer,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

Attributes = Mapping[str, str | int | bool]

MOST_LINKS = 32
"""Spans that one span refers to at most."""

_OFF: AbstractContextManager[Span] = nullcontext(INVALID_SPAN)
_PROPAGATOR = TraceContextTextMapPropagator()


@dataclass(slots=True)
class _Process:
    """What this process traces with; None while tracing is off."""

    tracer: Tracer | None = None


_PROCESS = _Process()


def trace_with(tracer: Tracer | None) -> None:
    """Switch tracing on for the whole process, or off."""
    _PROCESS.tracer = tracer


def span(
    name: str,
    attributes: Attributes | None = None,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: str | None = None,
    linked: Iterable[str | None] = (),
) -> AbstractContextManager[Span]:
    """Return a block that is one span; a failure inside marks it with the error's code or type, not its text.

    `parent` and those `linked` are `traceparent` values of other spans, of this process or another.
    """
    tracer = _PROCESS.tracer
    if tracer is None:
        return _OFF
    return _recorded(tracer, name, attributes, kind, parent, linked)


def traceparent() -> str | None:
    """Return the current span as the W3C writes it, for another process to go on from; None without one."""
    if _PROCESS.tracer is None or not get_current_span().get_span_context().is_valid:
        return None
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def _recorded(
    tracer: Tracer,
    name: str,
    attributes: Attributes | None,
    kind: SpanKind,
    parent: str | None,
    linked: Iterable[str | None],
) -> Iterator[Span]:
    with tracer.start_as_current_span(
        name,
        context=_context(parent) if parent else None,
        kind=kind,
        attributes=attributes,
        links=_links(linked),
        record_exception=False,
        set_status_on_exception=False,
    ) as recorded:
        try:
            yield recorded
        except Exception as error:
            recorded.set_status(StatusCode.ERROR)
            recorded.set_attribute("error.type", str(getattr(error, "code", type(error).__qualname__)))
            raise


def _context(parent: str) -> Context:
    return _PROPAGATOR.extract({"traceparent": parent})


def _links(linked: Iterable[str | None]) -> list[Link]:
    distinct = list(dict.fromkeys(each for each in linked if each))[:MOST_LINKS]
    contexts = [get_current_span(_context(each)).get_span_context() for each in distinct]
    return [Link(context) for context in contexts if context.is_valid]
