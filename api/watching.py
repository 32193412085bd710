"""Watches every request: an id, one line in the log, its numbers in the metrics, a span where tracing is on.

Words of clients go nowhere: operations are called by their names only where the names are known, routes by their
patterns, principals by their ids.
"""

import logging
import random
import re
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from graphql import OperationType
from opentelemetry.trace import Span, SpanKind, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.tracing import span
from schema.watching import OK, Noted, noting
from workers.logs import fields

LOG = logging.getLogger(__name__)

REQUEST_ID = b"x-request-id"
"""Taken over from the request where it is one, and in every answer."""
TRACEPARENT = b"traceparent"
OTHER = "other"
_SANE_ID = re.compile(rb"[0-9a-fA-F-]{16,64}")
_TRACEPARENT = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
QUICK_SECONDS = 0.1
"""Queries that end well within this are logged with DEBUG only: the metrics count them, and a line costs as much as all else here."""
_QUIET = {"/livez", "/readyz", "/metrics"}
_GRAPHQL = "/graphql"
_SERVER_ERROR = 500


class Numbers(Protocol):
    """Where requests are counted."""

    def count_operation(self, *, operation: str, kind: str, code: str, seconds: float) -> None: ...

    def count_response(self, *, route: str, status: int) -> None: ...


class Telemetry:
    """What is known of an application's operations; one for each process."""

    def __init__(self, numbers: Numbers, known: Collection[str]) -> None:
        self._numbers = numbers
        self._known = frozenset(known)

    @contextmanager
    def operation(self, *, request_id: str | None = None) -> Iterator[Noted]:
        """Watch an operation that comes over a socket."""
        note, begin = Noted(), time.perf_counter()
        with noting(note), span("graphql", kind=SpanKind.SERVER) as recorded:
            try:
                yield note
            finally:
                self.ended(
                    note, time.perf_counter() - begin, recorded, request_id=request_id, over="websocket"
                )

    def ended(
        self, note: Noted, seconds: float, recorded: Span, *, request_id: str | None, over: str
    ) -> None:
        """Log and count an operation, and say in its span what it was."""
        name = self.name_of(note)
        kind = note.kind or "none"
        self._numbers.count_operation(operation=name, kind=kind, code=note.code, seconds=seconds)
        is_ordinary = kind == OperationType.QUERY.value and note.code == OK and seconds < QUICK_SECONDS
        level = logging.DEBUG if is_ordinary else logging.INFO
        if LOG.isEnabledFor(level):
            LOG.log(
                level,
                "operation",
                extra=fields(
                    request_id=request_id,
                    over=over,
                    operation=name,
                    kind=kind,
                    document=(note.document or "")[:16] or None,
                    way=note.way,
                    principal=note.principal,
                    code=note.code,
                    milliseconds=round(seconds * 1000, 1),
                ),
            )
        if recorded.is_recording():
            recorded.update_name(f"{kind} {name}")
            recorded.set_attribute("graphql.operation.name", name)
            recorded.set_attribute("graphql.operation.type", kind)
            recorded.set_attribute("kith.document", note.document or "")
            recorded.set_attribute("kith.way", note.way or "")
            recorded.set_attribute("kith.code", note.code)
            if note.code != OK:
                recorded.set_status(StatusCode.ERROR)

    def name_of(self, note: Noted) -> str:
        """Return the operation's name if it is a known one."""
        return note.operation if note.operation in self._known else OTHER

    def responded(
        self, note: Noted, seconds: float, recorded: Span, *, request_id: str, route: str, status: int
    ) -> None:
        """Count and log a response, and say in its span what it was."""
        self._numbers.count_response(route=route, status=status)
        if route == _GRAPHQL and note.document is not None:
            self.ended(note, seconds, recorded, request_id=request_id, over="http")
            return
        LOG.log(
            logging.DEBUG if route in _QUIET and status < _SERVER_ERROR else logging.INFO,
            "request",
            extra=fields(
                request_id=request_id,
                route=route,
                status=status,
                principal=note.principal,
                milliseconds=round(seconds * 1000, 1),
            ),
        )
        if recorded.is_recording():
            recorded.update_name(f"http {route}")
            recorded.set_attribute("http.route", route)
            recorded.set_attribute("http.response.status_code", status)


class Watching:
    """The outermost middleware: watches HTTP requests, and gives sockets an id."""

    def __init__(self, app: ASGIApp, *, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        given = {name: value for name, value in scope["headers"] if name in {REQUEST_ID, TRACEPARENT}}
        request_id = _request_id(given.get(REQUEST_ID))
        scope.setdefault("state", {})["request_id"] = request_id
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, request_id)
        else:
            await self._request(scope, receive, send, request_id, _parent(given.get(TRACEPARENT)))

    async def _request(
        self, scope: Scope, receive: Receive, send: Send, request_id: str, parent: str | None
    ) -> None:
        status = _SERVER_ERROR

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (REQUEST_ID, request_id.encode())]
            await send(message)

        note, begin = Noted(), time.perf_counter()
        with noting(note), span("http", kind=SpanKind.SERVER, parent=parent) as recorded:
            try:
                await self._app(scope, receive, noted)
            finally:
                self._telemetry.responded(
                    note,
                    time.perf_counter() - begin,
                    recorded,
                    request_id=request_id,
                    route=_route(scope),
                    status=status,
                )

    async def _socket(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        code: int | None = None

        async def heard() -> Message:
            nonlocal code
            message = await receive()
            if message["type"] == "websocket.disconnect":
                code = code or message.get("code")
            return message

        async def noted(message: Message) -> None:
            nonlocal code
            if message["type"] == "websocket.close":
                code = message.get("code", 1000)
            await send(message)

        begin = time.perf_counter()
        try:
            await self._app(scope, heard, noted)
        finally:
            LOG.info(
                "socket",
                extra=fields(
                    request_id=request_id,
                    closed=code,
                    milliseconds=round((time.perf_counter() - begin) * 1000, 1),
                ),
            )


def _request_id(given: bytes | None) -> str:
    """Take hexadecimal digits and hyphens: every usual kind of id, and nobody's name. One of ours is no secret, so quick chance will do."""
    if given and _SANE_ID.fullmatch(given):
        return given.decode()
    return f"{random.getrandbits(128):032x}"


def _parent(given: bytes | None) -> str | None:
    return given.decode() if given and _TRACEPARENT.fullmatch(given) else None


def _route(scope: Scope) -> str:
    """Return the pattern of the route that answered, or would have: paths may hold secrets."""
    endpoint: Any = scope.get("endpoint")
    for route in scope["app"].routes:
        if route.path == scope["path"] if endpoint is None else route.endpoint is endpoint:
            return str(route.path)
    return OTHER
