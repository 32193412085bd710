"""The one GraphQL endpoint: GraphQL over HTTP, server-sent events and WebSocket. Tokens first."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from http import HTTPStatus

import orjson
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from api.auth.attempts import address_of
from api.auth.authenticator import Authenticator
from api.auth.watch import Close
from api.disconnects import ClientGone, while_connected
from api.event_stream import EventStream
from api.graphiql import PAGE
from api.http_requests import graphql_request
from api.media_types import EVENT_STREAM, GRAPHQL, HTML, JSON, preferences
from api.registered import NOT_FOUND, RegisteredDocuments
from api.rejections import Rejected, bad_request, unavailable
from api.transport import Transport
from graph.errors import GraphUnavailable, InvalidInput, KithError
from schema.answers import was_executed
from schema.budgets import Throttled
from schema.context import Context, Services
from schema.events.subscriptions import sequence_of
from schema.loaders import Loaders
from schema.operations import Operations
from schema.operations import Request as GraphQLRequest
from schema.permissions import Principal
from schema.watching import noted

_CLIENT_CLOSED_REQUEST = 499
MOST_BOOKMARKS = 5
BOOKMARK_HEADER = "Kith-Bookmark"
"""In the answer to a mutation; sent with a later request, it makes sure that what was written is seen by any process."""
LAST_EVENT_HEADER = "Last-Event-ID"
COMMON_HEADERS = {"Cache-Control": "no-store", "Vary": "Accept"}
_BOOKMARK = re.compile(r"FB:[A-Za-z0-9+/=]{8,300}")


class GraphQLEndpoint:
    """Answers whatever comes to `/graphql`; a browser that asks for a page gets GraphiQL."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await Transport(WebSocket(scope, receive, send)).serve()
            return
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
            await response(scope, receive, send)
        finally:
            await request.close()

    async def _respond(self, request: Request) -> ASGIApp:
        media_type = JSON
        try:
            accepted = accepted_types(request)
            media_type = next((each for each in accepted if each in {JSON, GRAPHQL}), JSON)
            if accepted[0] == HTML:
                return HTMLResponse(PAGE)
            caller = await principal_of(request)
            given, principal = await admitted(request, caller)
            noted().principal = principal.id
            return await self._answer(request, given, caller, principal, accepted)
        except Rejected as rejected:
            return rejected.response(media_type)
        except Throttled as throttled:
            noted().fail(throttled.code)
            return _throttled(throttled, media_type)
        except ClientGone:
            noted().fail("CLIENT_GONE")
            return Response(status_code=_CLIENT_CLOSED_REQUEST)
        except GraphUnavailable as away:
            noted().fail(away.code)
            return unavailable().response(media_type)

    async def _answer(
        self,
        request: Request,
        given: GraphQLRequest,
        caller: Principal | None,
        principal: Principal,
        accepted: list[str],
    ) -> ASGIApp:
        services: Services = request.app.state.services
        operations: Operations = request.app.state.operations
        bookmarks = bookmarks_of(request.headers.get(BOOKMARK_HEADER))
        prepared = await operations.prepare(given.query, principal)
        kind = operations.kind(prepared, given.operation_name)
        if kind is OperationType.MUTATION and request.method == "GET":
            raise _not_allowed("mutations go by POST", "POST")
        graph = services.graph.after(bookmarks)
        context = Context(
            principal=principal,
            services=replace(services, graph=graph),
            loaders=Loaders(graph, principal.viewer),
        )
        if EVENT_STREAM in accepted and (kind is OperationType.SUBSCRIPTION or accepted[0] == EVENT_STREAM):
            return self._stream(request, given, caller, context)
        if kind is OperationType.SUBSCRIPTION:
            raise Rejected(
                HTTPStatus.NOT_ACCEPTABLE,
                "NOT_ACCEPTABLE",
                f"a subscription is a stream: accept `{EVENT_STREAM}`, or open a WebSocket",
            )
        body = await while_connected(request.receive, operations.answer(given, context, prepared))
        media_type = next(each for each in accepted if each in {JSON, GRAPHQL})
        refused = media_type == GRAPHQL and not was_executed(body)
        headers = COMMON_HEADERS | {"Content-Type": f"{media_type}; charset=utf-8"}
        if kind is OperationType.MUTATION and graph.bookmarks:
            headers[BOOKMARK_HEADER] = ",".join(graph.bookmarks)
        return Response(body, HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK, headers)

    def _stream(
        self, request: Request, given: GraphQLRequest, caller: Principal | None, context: Context
    ) -> EventStream:
        """Stream to a caller, with whose token it ends; what anybody may run is over once it is answered."""
        state = request.app.state
        authorization = request.headers.get("authorization")
        return EventStream(
            given,
            context,
            operations=state.operations,
            feeds=state.feeds,
            after=_last_event(request.headers.get(LAST_EVENT_HEADER)),
            closing=state.closing,
            watch=partial(state.watch.enter, authorization, caller) if caller else _unwatched,
        )


def _unwatched(_close: Close, /) -> Callable[[], None]:
    return lambda: None


def accepted_types(request: Request) -> list[str]:
    """Return the media types that the answer may have, the most wanted first.

    Raises:
        Rejected: there is none, or the method is none that GraphQL knows.
    """
    if request.method not in {"GET", "POST"}:
        raise _not_allowed("GraphQL requests go by GET or POST", "GET, POST")
    offered = (JSON, GRAPHQL, EVENT_STREAM)
    accepted = preferences(request.headers.get("accept"), (*offered, HTML))
    if request.method == "POST" or accepted[:1] != [HTML]:
        accepted = [each for each in accepted if each != HTML]
    if not accepted:
        raise Rejected(HTTPStatus.NOT_ACCEPTABLE, "NOT_ACCEPTABLE", f"accept one of {', '.join(offered)}")
    return accepted


async def principal_of(request: Request) -> Principal | None:
    """Return whose request it is; None where it does not say.

    Raises:
        Rejected: the token is none that is valid.
    """
    authenticator: Authenticator = request.app.state.authenticator
    authorization = request.headers.get("authorization")
    principal = await authenticator.principal(authorization)
    if principal is None and authorization is not None:
        raise _unauthenticated()
    return principal


async def admitted(request: Request, caller: Principal | None) -> tuple[GraphQLRequest, Principal]:
    """Return what is to be run, and with whose rights: registered documents decide where they are asked for.

    Raises:
        Rejected: there is no GraphQL request, or the caller may not run it.
        GraphUnavailable: Neo4j did not answer in time.
    """
    registered: RegisteredDocuments = request.app.state.registered
    try:
        given = await graphql_request(request, uploads=caller is not None)
        if caller is None:
            found = await registered.admit_anybody(
                named=given.named, text=given.query, network=address_of(request)
            )
        else:
            found = await registered.admit(caller, named=given.named, text=given.query)
    except GraphUnavailable:
        raise
    except (Rejected, KithError) as error:
        if caller is None:
            raise _unauthenticated() from None
        if isinstance(error, Rejected):
            raise
        status = HTTPStatus.BAD_REQUEST if error.code == NOT_FOUND else HTTPStatus.FORBIDDEN
        raise Rejected(status, error.code, error.message) from None
    if found.text is not given.query:
        given = replace(given, query=found.text)
    return given, found.principal


def _unauthenticated() -> Rejected:
    return Rejected(
        HTTPStatus.UNAUTHORIZED,
        "UNAUTHENTICATED",
        "send a valid token: `Authorization: Bearer …`; `kith token create` makes one",
        {"WWW-Authenticate": "Bearer"},
    )


def bookmarks_of(header: str | None) -> tuple[str, ...]:
    """Read the bookmarks of earlier answers: what they wrote will be seen.

    Raises:
        Rejected: they are none.
    """
    if not header:
        return ()
    bookmarks = tuple(header.split(","))
    if len(bookmarks) > MOST_BOOKMARKS or not all(_BOOKMARK.fullmatch(each) for each in bookmarks):
        raise bad_request(f"{BOOKMARK_HEADER} is what an earlier answer gave")
    return bookmarks


def _last_event(header: str | None) -> int | None:
    try:
        return sequence_of(header) if header else None
    except InvalidInput:
        raise bad_request(f"{LAST_EVENT_HEADER} is the `id` of an earlier event") from None


def _not_allowed(message: str, allowed: str) -> Rejected:
    return Rejected(HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message, {"Allow": allowed})


def _throttled(throttled: Throttled, media_type: str) -> Response:
    """Refuse with 429, whatever media type is accepted.

    The specification leaves open how a server answers what it does not begin; 429 with `Retry-After` is what proxies, HTTP clients
    and their retries understand, and it cannot be taken for an answer whose data are null. (Shopify answers 200, GitHub 403 or 429.)
    """
    content = {"errors": [throttled.formatted], "extensions": {"cost": throttled.cost}}
    headers = {"Content-Type": f"{media_type}; charset=utf-8", "Retry-After": str(throttled.retry_after)}
    return Response(orjson.dumps(content), HTTPStatus.TOO_MANY_REQUESTS, headers)
