"""`graphql-transport-ws`: one WebSocket from its handshake to its end.

A handler of our own: Strawberry's sends closes past the queue, answers some misshapen messages with a crash and has no codes for its
errors; what was left of it here was less than what is needed without it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from graphql import GraphQLError, OperationType
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.http.websocket_origin import is_same_origin

from api.auth.authenticator import Authenticator
from api.auth.watch import Watch
from api.live import LiveFeeds
from api.metrics import ApiMetrics
from api.registered import RegisteredDocuments, document_named
from api.subscribing import Refused, live_operation
from api.watching import Telemetry
from api.wire import ACCESS_ENDED, Gone, Subscriber, Wire
from graph.errors import GraphUnavailable, InvalidInput, KithError
from schema.answers import was_executed
from schema.budgets import Throttled
from schema.context import Context, Services
from schema.errors import published
from schema.loaders import Loaders
from schema.operations import Operations, Request
from schema.permissions import Principal
from schema.watching import noted
from workers.cancelling import end

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 5
MOST_SUBSCRIPTIONS = 200
"""Operations that may run on one socket at once."""
LONGEST_OPERATION_ID = 200
FAREWELL_SECONDS = 10
"""How long the other side has for reading why it is closed; then the socket is dropped."""


@dataclass(frozen=True, slots=True)
class Close:
    """Why the server ends a socket."""

    code: int
    reason: str


MISSHAPEN = Close(4400, "the message has not the shape of graphql-transport-ws")
UNAUTHORIZED = Close(4401, "Unauthorized")
FORBIDDEN = Close(ACCESS_ENDED, "Forbidden")
NO_SUCH_PROTOCOL = Close(4406, "Subprotocol not acceptable")
INIT_TIMEOUT = Close(4408, "Connection initialisation timeout")
TOO_MANY_INITS = Close(4429, "Too many initialisation requests")
TRY_AGAIN = Close(1013, "the graph does not answer; try again in a few seconds")


class SocketLine:
    """The line of a WebSocket."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def send(self, message: str) -> None:
        if self._websocket.application_state is not WebSocketState.CONNECTED:
            raise Gone
        try:
            await self._websocket.send({"type": "websocket.send", "text": message})
        except WebSocketDisconnect:
            raise Gone from None

    async def close(self, code: int, reason: str) -> None:
        if self._websocket.application_state is WebSocketState.CONNECTED:
            with contextlib.suppress(WebSocketDisconnect):
                await self._websocket.close(code, reason)


class Transport:
    """One socket. Whatever comes, it is answered or the socket is closed with a code; at its end nothing of it is left."""

    def __init__(self, websocket: WebSocket) -> None:
        state = websocket.app.state
        self._websocket = websocket
        self._services: Services = state.services
        self._authenticator: Authenticator = state.authenticator
        self._operations: Operations = state.operations
        self._feeds: LiveFeeds = state.feeds
        self._registered: RegisteredDocuments = state.registered
        self._telemetry: Telemetry = state.telemetry
        self._metrics: ApiMetrics = state.metrics
        self._request_id: str | None = websocket.scope.get("state", {}).get("request_id")
        self._wire = Wire(SocketLine(websocket), self._lose_patience)
        self._patience = asyncio.timeout(None)
        self._is_initialised = False
        self._principal: Principal | None = None
        self._watch: Watch = state.watch
        self._unwatch: Callable[[], None] | None = None
        self._running: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Serve the socket to its end."""
        if not self._is_of_our_origin():
            await self._websocket.close()
            return
        if PROTOCOL not in self._websocket.scope["subprotocols"]:
            await self._websocket.accept()
            await self._websocket.close(NO_SUCH_PROTOCOL.code, NO_SUCH_PROTOCOL.reason)
            return
        await self._websocket.accept(subprotocol=PROTOCOL)
        sending = asyncio.create_task(self._wire.run())
        initialising = asyncio.get_running_loop().call_later(INIT_SECONDS, self._time_out)
        try:
            with self._metrics.sockets.track_inprogress(), contextlib.suppress(TimeoutError):
                async with self._patience:
                    await self._listen()
        finally:
            initialising.cancel()
            if self._unwatch is not None:
                self._unwatch()
            running = tuple(self._running.values())
            for task in running:
                task.cancel()
            for task in (*running, sending):
                await end(task)

    def _is_of_our_origin(self) -> bool:
        """Whether the socket was opened by a page of ours, or by no page at all."""
        headers = self._websocket.headers
        origin = headers.get("origin")
        return origin is None or is_same_origin(origin, headers.get("host"))

    async def _listen(self) -> None:
        while True:
            frame = await self._websocket.receive()
            if frame["type"] == "websocket.disconnect":
                return
            message = _message(frame.get("text"))
            if message is None:
                self._close(MISSHAPEN)
            elif not self._wire.is_over:
                await self._handle(message)

    async def _handle(self, message: Mapping[str, Any]) -> None:
        match message["type"]:
            case "connection_init":
                await self._initialise(message.get("payload") or {})
            case "ping":
                await self._say({key: message[key] for key in message if key == "payload"} | {"type": "pong"})
            case "subscribe":
                await self._subscribe(message["id"], message["payload"])
            case "complete":
                task = self._running.pop(message["id"], None)
                if task:
                    task.cancel()

    async def _initialise(self, payload: Mapping[str, Any]) -> None:
        if self._is_initialised:
            self._close(TOO_MANY_INITS)
            return
        self._is_initialised = True
        given = {key.lower(): value for key, value in payload.items()}.get("authorization")
        authorization = given if isinstance(given, str) else None
        try:
            self._principal = await self._authenticator.principal(authorization)
        except GraphUnavailable:
            self._close(TRY_AGAIN)
            return
        if self._principal is None:
            self._close(FORBIDDEN)
        else:
            self._unwatch = self._watch.enter(authorization, self._principal, self._end_access)
            await self._say({"type": "connection_ack"})

    def _end_access(self, reason: str) -> None:
        self._close(Close(FORBIDDEN.code, reason))

    async def _subscribe(self, id: str, payload: Mapping[str, Any]) -> None:
        if self._principal is None:
            self._close(UNAUTHORIZED)
        elif id in self._running:
            self._close(Close(4409, "Subscriber for this id already exists"))
        elif len(self._running) >= MOST_SUBSCRIPTIONS:
            limit = KithError(
                "TOO_MANY_OPERATIONS", f"at most {MOST_SUBSCRIPTIONS} operations run on one socket; end one"
            )
            refusal = published([GraphQLError(limit.message, original_error=limit)])
            await self._say({"id": id, "type": "error", "payload": refusal})
        else:
            request = Request(
                query=payload.get("query") or "",
                named=_named(payload),
                variables=payload.get("variables"),
                operation_name=payload.get("operationName") or None,
            )
            context = Context(
                principal=self._principal,
                services=self._services,
                loaders=Loaders(self._services.graph, self._principal.viewer),
            )
            self._running[id] = asyncio.create_task(self._run_watched(id, request, context))

    async def _run_watched(self, id: str, request: Request, context: Context) -> None:
        with self._telemetry.operation(request_id=self._request_id) as note:
            note.principal = context.principal.id
            try:
                found = await self._registered.admit(
                    context.principal, named=request.named, text=request.query
                )
            except KithError as error:
                refusal = published([GraphQLError(error.message, original_error=error)])
                note.end(refusal)
                del self._running[id]
                await self._say({"id": id, "type": "error", "payload": refusal})
                return
            await self._run(
                id, replace(request, query=found.text), replace(context, principal=found.principal)
            )

    async def _run(self, id: str, request: Request, context: Context) -> None:
        head = f'{{"id":{orjson.dumps(id).decode()},"type":"next","payload":'
        subscriber = Subscriber(self._wire, lambda _, payload: f"{head}{payload}}}")
        try:
            prepared = await self._operations.prepare(request.query, context.principal)
            if self._operations.kind(prepared, request.operation_name) is OperationType.SUBSCRIPTION:
                live = await live_operation(self._operations, request, context)
                await self._feeds.follow(live, subscriber)
            answer = await self._operations.answer(request, context, prepared)
            if was_executed(answer):
                await self._wire.say(f"{head}{answer.decode()}}}")
                last: dict[str, Any] = {"id": id, "type": "complete"}
            else:
                last = {"id": id, "type": "error", "payload": orjson.loads(answer)["errors"]}
        except Refused as refused:
            noted().end(refused.errors)
            last = {"id": id, "type": "error", "payload": refused.errors}
        except Throttled as throttled:
            noted().end([throttled.formatted])
            last = {"id": id, "type": "error", "payload": [throttled.formatted]}
        except Exception as error:  # noqa: BLE001 - it is logged and answered
            failure = published([GraphQLError(str(error), original_error=error)])
            noted().end(failure)
            last = {"id": id, "type": "error", "payload": failure}
        finally:
            subscriber.leave()
            if self._running.get(id) is asyncio.current_task():
                del self._running[id]
        await self._say(last)

    async def _say(self, message: Mapping[str, Any]) -> None:
        await self._wire.say(orjson.dumps(message).decode())

    def _time_out(self) -> None:
        if not self._is_initialised:
            self._close(INIT_TIMEOUT)

    def _close(self, why: Close) -> None:
        self._wire.close_soon(why.code, why.reason)
        self._lose_patience()

    def _lose_patience(self) -> None:
        if self._patience.when() is None:
            self._patience.reschedule(asyncio.get_running_loop().time() + FAREWELL_SECONDS)


def _message(text: str | None) -> Mapping[str, Any] | None:
    """Return the message that a frame holds, or None where it is not one that a client may send."""
    try:
        message = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(message, dict):
        return None
    payload = message.get("payload")
    match message.get("type"):
        case "connection_init" | "ping" | "pong":
            well_formed = isinstance(payload, dict | None)
        case "complete":
            well_formed = _is_id(message.get("id"))
        case "subscribe":
            well_formed = _is_id(message.get("id")) and _is_request(payload)
        case _:
            well_formed = False
    return message if well_formed else None


def _is_id(id: object) -> bool:
    return isinstance(id, str) and 0 < len(id) <= LONGEST_OPERATION_ID


def _named(payload: Mapping[str, Any]) -> str | None:
    """Return the hash by which an operation names its document, None where it brings a text, or no hash."""
    try:
        return None if payload.get("query") is not None else document_named(payload)
    except InvalidInput:
        return None


def _is_request(payload: object) -> bool:
    return (
        isinstance(payload, dict)
        and (isinstance(payload.get("query"), str) or _named(payload) is not None)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
        and isinstance(payload.get("extensions"), dict | None)
    )
