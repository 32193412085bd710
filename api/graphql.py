"""GraphQL over HTTP and WebSocket: tokens first, then Strawberry."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

from api.auth import Authenticator
from api.graphiql import PAGE
from schema.context import Connection, Context, Services
from schema.loaders import Loaders
from schema.permissions import Principal
from schema.root import KithSchema

INIT_SECONDS = 5
MOST_SUBSCRIPTIONS = 200
LONGEST_OPERATION_ID = 200


class KithTransport(BaseGraphQLTransportWSHandler[Any, None]):
    """`graphql-transport-ws`; a message of another shape closes the socket with 4400 instead of breaking it."""

    async def handle_message(self, message: Message) -> None:
        """Handle a message if it has the protocol's shape."""
        if _is_well_formed(message):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("the message has not the shape of graphql-transport-ws")


class KithGraphQL(GraphQL[Any, None]):
    """The one GraphQL endpoint; a browser that asks for a page gets GraphiQL."""

    graphql_transport_ws_handler_class = KithTransport

    def __init__(self, schema: KithSchema) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            multipart_uploads_enabled=True,
            max_subscriptions_per_connection=MOST_SUBSCRIPTIONS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            response: Response = HTMLResponse(PAGE)
        else:
            principal = await authenticator(request).principal(request.headers.get("authorization"))
            if principal is None:
                response = _refusal(
                    401,
                    "UNAUTHENTICATED",
                    "send a valid token: `Authorization: Bearer …`; `kith token create` makes one",
                )
            else:
                response = await self._answer(request, principal)
        await response(scope, receive, send)

    async def _answer(self, request: Request, principal: Principal) -> Response:
        services: Services = request.app.state.services
        context = Context(principal=principal, services=services, loaders=Loaders(services.graph))
        try:
            return await self.run(request, context=context)
        except HTTPException as error:
            return _refusal(error.status_code, "BAD_REQUEST", error.reason)

    async def parse_http_body(
        self, request: AsyncHTTPRequestAdapter
    ) -> GraphQLRequestData | list[GraphQLRequestData]:
        """Read the request, whatever came.

        Raises:
            HTTPException: it is no GraphQL request.
        """
        try:
            return await super().parse_http_body(request)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
            raise HTTPException(400, "the body is no GraphQL request: a JSON object with `query`") from None

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON.

        Raises:
            JSONDecodeError: it is none, or no object.
        """
        try:
            content = orjson.loads(data)
        except orjson.JSONDecodeError:
            content = None
        if not isinstance(content, dict):
            raise json.JSONDecodeError("not a JSON object", "", 0)
        return content

    def encode_json(self, data: object) -> str:
        """Write JSON; as text, since WebSocket frames of bytes are no `graphql-transport-ws`."""
        return orjson.dumps(data).decode()

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        """Return the connection of a WebSocket; HTTP requests bring their context."""
        return Connection(services=request.app.state.services, authenticate=authenticator(request).principal)

    async def on_ws_connect(self, context: Any) -> dict[str, object] | None:
        """Accept a connection whose `connection_init` carries a valid token.

        Raises:
            ConnectionRejectionError: it carries none.
        """
        params = {key.lower(): value for key, value in (context.connection_params or {}).items()}
        given = params.get("authorization")
        context.principal = await context.authenticate(given if isinstance(given, str) else None)
        if context.principal is None:
            raise ConnectionRejectionError
        return {}


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


def authenticator(request: Request | WebSocket) -> Authenticator:
    """Return the application's authenticator."""
    found: Authenticator = request.app.state.authenticator
    return found


def _refusal(status: int, code: str, message: str) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None  # noqa: PLR2004 - the HTTP status
    error = {"message": message, "extensions": {"code": code}}
    return JSONResponse({"errors": [error]}, status_code=status, headers=headers)
