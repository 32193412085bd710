"""`graphql-transport-ws`: Strawberry's protocol, this project's operations and feeds."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLError, GraphQLSchema, OperationType
from starlette.websockets import WebSocket
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

from api.live import LiveFeeds
from api.subscribing import Refused, live_operation
from api.wire import Subscriber, Wire
from schema.budgets import Throttled
from schema.errors import published
from schema.operations import Operations, Request
from workers.cancelling import end

LONGEST_OPERATION_ID = 200
FAREWELL_SECONDS = 10
"""How long a reader that is too slow has for reading that it is; then the socket is dropped."""


class KithTransport(BaseGraphQLTransportWSHandler[Any, None]):
    """One socket.

    A message of another shape closes it with 4400 instead of breaking it, and a reader that does not keep up closes
    it with 4413.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        websocket: WebSocket = given["websocket"].ws
        self._feeds: LiveFeeds = websocket.app.state.feeds
        self._operations: Operations = websocket.app.state.operations
        self._executable: GraphQLSchema = given["schema"]._schema  # noqa: SLF001 - Strawberry has no other way to it
        self._patience = asyncio.timeout(None)
        self._wire = Wire(websocket, self._lose_patience)

    async def handle(self) -> None:
        """Serve the socket to its end; nothing of it is left afterwards."""
        sending = asyncio.create_task(self._wire.run())
        try:
            with contextlib.suppress(TimeoutError):
                async with self._patience:
                    await super().handle()
        finally:
            await end(sending)

    def _lose_patience(self) -> None:
        self._patience.reschedule(asyncio.get_running_loop().time() + FAREWELL_SECONDS)

    async def handle_message(self, message: Message) -> None:
        """Handle a message if it has the protocol's shape."""
        if _is_well_formed(message):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("the message has not the shape of graphql-transport-ws")

    async def send_message(self, message: Message) -> None:
        """Queue a message behind what is queued already."""
        await self._wire.say(orjson.dumps(message).decode())

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        """Answer an operation: a subscription from its feed, anything else once."""
        try:
            await self._run(operation)
        except Refused as refused:
            await self._refuse(operation, refused.errors)
        except Throttled as throttled:
            await self._refuse(operation, [throttled.formatted])
        except Exception as error:  # noqa: BLE001 - it is logged and answered
            await self._refuse(operation, published([GraphQLError(str(error), original_error=error)]))

    @staticmethod
    async def _refuse(operation: Operation[Any, None], errors: Sequence[Mapping[str, Any]]) -> None:
        message: Any = {"id": operation.id, "type": "error", "payload": errors}
        await operation.send_operation_message(message)

    async def _run(self, operation: Operation[Any, None]) -> None:
        request = Request(
            query=operation.query,
            variables=operation.variables,
            operation_name=operation.operation_name or None,
        )
        context = self.context.renewed()
        kind = await self._operations.kind(request, context.principal)
        subscriber = Subscriber(self._wire, operation.id)
        if kind is OperationType.SUBSCRIPTION:
            try:
                live = await live_operation(self._executable, self._operations, request, context)
                await self._feeds.follow(live, subscriber)
            finally:
                subscriber.leave()
            return
        answer = await self._operations.answer(request, context)
        if kind is None:
            await self._refuse(operation, orjson.loads(answer)["errors"])
            return
        await self._wire.say(f"{subscriber.head}{answer.decode()}}}")
        await operation.send_operation_message({"id": operation.id, "type": "complete"})


def _is_well_formed(message: Mapping[str, Any]) -> bool:
    kind, id_, payload = message.get("type"), message.get("id", ""), message.get("payload")
    if not isinstance(kind, str) or not isinstance(id_, str) or len(id_) > LONGEST_OPERATION_ID:
        return False
    if kind != "subscribe":
        return payload is None or isinstance(payload, dict)
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )
