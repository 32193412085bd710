"""The three Python subjects: `python -m bench.completion.app (compiled|strawberry|ready) PORT`."""

import sys
from collections.abc import Awaitable, Callable
from typing import Any, cast

import orjson
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from api.app import settle_memory
from bench.completion.data import READY
from bench.completion.objects import Query
from graph.tokens import AccessRole
from schema.context import Context
from schema.operations import Operations
from schema.operations import Request as Operation
from schema.permissions import Principal

_PARSED, _VALID = ParserCache(), ValidationCache()
CACHES = (lambda: _PARSED, lambda: _VALID)
"""One cache for all operations: given as classes they would be made anew for each."""


def compiled() -> ASGIApp:
    """Return this project's way: plans over what resolvers hold in memory."""
    operations = Operations(strawberry.Schema(Query))
    settle_memory()
    principal = Principal(id="bench", role=AccessRole.ADMIN, label="bench", expires_at=None)
    # Nothing is read from anywhere, so there are no services.
    nothing = cast("Any", None)
    context = Context(principal=principal, services=nothing, loaders=nothing)
    return _served(lambda query: operations.answer(Operation(query=query), context))


def ready() -> ASGIApp:
    """Return what only encodes the finished answer: nobody can be faster."""
    answers = {document: {"data": answer} for document, answer in READY.items()}

    async def answer(query: str) -> bytes:
        return orjson.dumps(answers[query])

    return _served(answer)


def _served(answer: Callable[[str], Awaitable[bytes]]) -> ASGIApp:
    async def respond(request: Request) -> Response:
        query = orjson.loads(await request.body())["query"]
        return Response(await answer(query), media_type="application/json")

    return Starlette(routes=[Route("/graphql", respond, methods=["POST"])])


class Strawberry(GraphQL[Any, Any]):
    """Strawberry as it comes, with its caches and orjson."""

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def main() -> None:
    """Serve one subject."""
    subject, port = sys.argv[1:]
    apps: dict[str, Callable[[], ASGIApp]] = {
        "compiled": compiled,
        "ready": ready,
        "strawberry": lambda: Strawberry(strawberry.Schema(Query, extensions=CACHES)),
    }
    uvicorn.run(
        apps[subject](),
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        access_log=False,
        server_header=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
