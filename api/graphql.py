"""GraphQL over HTTP and WebSocket: tokens first, then Strawberry."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from graphql import OperationType
from starlette.exceptions import HTTPException as FormError
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from api.auth import Authenticator
from api.disconnects import ClientGone, while_connected
from api.graphiql import PAGE
from api.transport import KithTransport
from schema.budgets import Throttled
from schema.context import Connection, Context, Services
from schema.loaders import Loaders
from schema.operations import Operations
from schema.operations import Request as GraphQLRequest
from schema.permissions import Principal

_CLIENT_CLOSED_REQUEST = 499
INIT_SECONDS = 5
MOST_SUBSCRIPTIONS = 200
MOST_BOOKMARKS = 5
BOOKMARK_HEADER = "Kith-Bookmark"
"""In the answer to a mutation; sent with a later request, it makes sure that what was written is seen by any process."""
_BOOKMARK = re.compile(r"FB:[A-Za-z0-9+/=]{8,300}")


class KithGraphQL(GraphQL[Any, None]):
    """The one GraphQL endpoint; a browser that asks for a page gets GraphiQL."""

    graphql_transport_ws_handler_class = KithTransport

    def __init__(self, schema: Schema) -> None:
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
        operations: Operations = request.app.state.operations
        try:
            given = await self._request(request)
            bookmarks = bookmarks_of(request.headers.get(BOOKMARK_HEADER))
            kind = await operations.kind(given, principal)
            if kind is OperationType.SUBSCRIPTION:
                raise HTTPException(400, "subscriptions go over a WebSocket with graphql-transport-ws")
            if kind is OperationType.MUTATION and request.method == "GET":
                raise HTTPException(405, "mutations go by POST")
        except Throttled as throttled:
            return _throttled(throttled)
        except HTTPException as error:
            return _refusal(error.status_code, "BAD_REQUEST", error.reason)
        graph = services.graph.after(bookmarks)
        context = Context(
            principal=principal, services=replace(services, graph=graph), loaders=Loaders(graph)
        )
        try:
            body = await while_connected(request.receive, operations.answer(given, context))
        except ClientGone:
            return Response(status_code=_CLIENT_CLOSED_REQUEST)
        except Throttled as throttled:
            return _throttled(throttled)
        response = Response(body, media_type="application/json")
        if kind is OperationType.MUTATION and graph.bookmarks:
            response.headers[BOOKMARK_HEADER] = ",".join(graph.bookmarks)
        return response

    async def _request(self, request: Request) -> GraphQLRequest:
        """Read the GraphQL request of an HTTP request.

        Raises:
            HTTPException: there is none.
        """
        data = await self.parse_http_body(self.request_adapter_class(request))
        if isinstance(data, list) or not data.query:
            raise HTTPException(400, "the body is no GraphQL request: a JSON object with `query`")
        name = data.operation_name
        if not isinstance(name, str | None):
            raise HTTPException(400, "`operationName` is a string")
        return GraphQLRequest(query=data.query, variables=data.variables, operation_name=name or None)

    async def parse_http_body(
        self, request: AsyncHTTPRequestAdapter
    ) -> GraphQLRequestData | list[GraphQLRequestData]:
        """Read the request, whatever came.

        Raises:
            HTTPException: it is no GraphQL request.
        """
        try:
            return await super().parse_http_body(request)
        except FormError as error:
            raise HTTPException(400, f"the form cannot be read: {error.detail}") from None
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


def bookmarks_of(header: str | None) -> tuple[str, ...]:
    """Read the bookmarks of earlier answers: what they wrote will be seen.

    Raises:
        HTTPException: they are none.
    """
    if not header:
        return ()
    bookmarks = tuple(header.split(","))
    if len(bookmarks) > MOST_BOOKMARKS or not all(_BOOKMARK.fullmatch(each) for each in bookmarks):
        raise HTTPException(400, f"{BOOKMARK_HEADER} is what an earlier answer gave")
    return bookmarks


def authenticator(request: Request | WebSocket) -> Authenticator:
    """Return the application's authenticator."""
    found: Authenticator = request.app.state.authenticator
    return found


def _refusal(status: int, code: str, message: str) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None  # noqa: PLR2004 - the HTTP status
    error = {"message": message, "extensions": {"code": code}}
    return JSONResponse({"errors": [error]}, status_code=status, headers=headers)


def _throttled(throttled: Throttled) -> Response:
    """Refuse with 429, whatever media type is accepted.

    The specification leaves open how a server answers what it does not begin; 429 with `Retry-After` is what proxies, HTTP clients
    and their retries understand, and it cannot be taken for an answer whose data are null. (Shopify answers 200, GitHub 403 or 429.)
    """
    content = {"errors": [throttled.formatted], "extensions": {"cost": throttled.cost}}
    return JSONResponse(content, status_code=429, headers={"Retry-After": str(throttled.retry_after)})
