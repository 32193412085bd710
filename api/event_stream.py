"""Server-sent events: an operation's results as a stream of events, one HTTP request for each operation.

This is the "distinct connections mode" of the GraphQL over Server-Sent Events protocol: events `next` and `complete`. An event of the
log carries its cursor as `id`, so that what reconnects with `Last-Event-ID`, as browsers do, goes on where it was.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import orjson
from graphql import GraphQLError, OperationType
from starlette.types import Receive, Scope, Send

from api.auth.watch import Close
from api.live import LiveFeeds
from api.media_types import EVENT_STREAM
from api.subscribing import Refused, live_operation
from api.wire import ACCESS_ENDED, TOO_SLOW, Gone, Subscriber, Wire
from schema.budgets import Throttled
from schema.context import Context
from schema.errors import published
from schema.operations import Operations, Request
from schema.watching import noted
from workers.cancelling import end

KEEP_ALIVE_SECONDS = 15.0
"""Pause between two comments on an idle stream: proxies take connections on which nothing happens for dead."""
FAREWELL_SECONDS = 10.0
"""How long a reader that is too slow has for reading that it is; then the stream is dropped."""
LAST_WORD_SECONDS = 3.0
"""How long the network has for taking the end of a stream when the server ends."""
HEADERS = {
    "Content-Type": f"{EVENT_STREAM}; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}
COMPLETE = "event: complete\ndata:\n\n"
COMMENT = ":\n\n"


class StreamLine:
    """The line of an event stream."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def send(self, message: str) -> None:
        try:
            await self._send({"type": "http.response.body", "body": message.encode(), "more_body": True})
        except OSError:
            raise Gone from None

    async def close(self, code: int, reason: str) -> None:
        """Say why in an event with an error; there is no `complete`, since more would have come."""
        error = {
            "message": reason,
            "extensions": {"code": "TOO_SLOW" if code == TOO_SLOW else "UNAUTHENTICATED"},
        }
        await self.send(next_event(orjson.dumps({"errors": [error]}).decode()))


class EventStream:
    """The answer to one request: a subscription until the client leaves or `closing` is set, anything else once."""

    def __init__(
        self,
        request: Request,
        context: Context,
        *,
        operations: Operations,
        feeds: LiveFeeds,
        after: int | None,
        closing: asyncio.Event,
        watch: Callable[[Close], Callable[[], None]],
    ) -> None:
        """`watch` has the stream ended with the token that opened it; what it returns ends the watching."""
        self._request = request
        self._context = context
        self._operations = operations
        self._feeds = feeds
        self._after = after
        self._closing = closing
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the operation, the client or the server ends."""
        headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        gave_up = asyncio.Event()
        wire = Wire(StreamLine(send), gave_up.set)

        def end_access(reason: str) -> None:
            wire.close_soon(ACCESS_ENDED, reason)
            gave_up.set()

        unwatch = self._watch(end_access)
        sending = asyncio.create_task(wire.run())
        answering = asyncio.create_task(self._answer(wire))
        over = [sending, *map(asyncio.create_task, (_left(receive), self._closing.wait()))]
        tasks = [answering, *over, *map(asyncio.create_task, (gave_up.wait(), _keep_alive(wire)))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if gave_up.is_set():
                await end(answering)
                await asyncio.wait(over, timeout=FAREWELL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            unwatch()
            for task in tasks:
                task.cancel()
            for task in tasks:
                await end(task)
        patience = LAST_WORD_SECONDS if self._closing.is_set() else FAREWELL_SECONDS
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _answer(self, wire: Wire) -> None:
        try:
            request, operations = self._request, self._operations
            prepared = await operations.prepare(request.query, self._context.principal)
            if operations.kind(prepared, request.operation_name) is OperationType.SUBSCRIPTION:
                await self._follow(wire)
            answer = (await operations.answer(request, self._context, prepared)).decode()
        except Refused as refused:
            answer = _errors(refused.errors)
        except Throttled as throttled:
            answer = _errors([throttled.formatted])
        except Exception as error:  # noqa: BLE001 - it is logged and answered
            answer = _errors(published([GraphQLError(str(error), original_error=error)]))
        await wire.say(next_event(answer))
        await wire.say(COMPLETE)
        await wire.drained()

    async def _follow(self, wire: Wire) -> NoReturn:
        live = await live_operation(self._operations, self._request, self._context)
        if self._after is not None:
            live = replace(live, after=self._after)
        await wire.say(f"id: {live.after}\n\n")
        subscriber = Subscriber(wire, lambda sequence, payload: next_event(payload, sequence))
        try:
            await self._feeds.follow(live, subscriber)
        finally:
            subscriber.leave()


def next_event(payload: str, sequence: int | None = None) -> str:
    """Return a result as an event; JSON has no line breaks of its own."""
    place = "" if sequence is None else f"id: {sequence}\n"
    return f"event: next\n{place}data: {payload}\n\n"


def _errors(errors: Sequence[Mapping[str, Any]]) -> str:
    noted().end(errors)
    return orjson.dumps({"errors": errors}).decode()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _keep_alive(wire: Wire) -> NoReturn:
    while True:
        await asyncio.sleep(KEEP_ALIVE_SECONDS)
        if wire.is_idle:
            await wire.say(COMMENT)
