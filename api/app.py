"""The application: the only wiring for HTTP and WebSocket."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from api.auth import Authenticator
from api.body_limit import BodyLimit
from api.graphiql import graphiql_file
from api.graphql import KithGraphQL
from api.health import livez, readyz
from api.settings import ApiSettings
from api.unsubscribe import unsubscribe
from graph.client import Graph
from graph.errors import GraphUnavailable
from graph.settings import GraphSettings
from schema.context import Services
from schema.root import build_schema
from search.client import open_client
from search.indices import candidate_index
from search.resumes.store import ResumeStore, StoreSettings
from search.settings import ElasticsearchSettings
from workers.bus import EventBus
from workers.settings import RedisSettings


def create_app() -> Starlette:
    """Build the application with settings from the environment."""
    settings = ApiSettings()
    endpoint = KithGraphQL(build_schema())
    return Starlette(
        routes=[
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            Route("/graphiql/{name}", graphiql_file),
            Route("/unsubscribe/{key}", unsubscribe, methods=["GET", "POST"]),
            Route("/livez", livez),
            Route("/readyz", readyz),
        ],
        middleware=[
            Middleware(BodyLimit, json_bytes=settings.json_bytes, upload_bytes=settings.upload_bytes)
        ],
        exception_handlers={GraphUnavailable: _unavailable},
        lifespan=_lifespan(settings),
    )


def _lifespan(settings: ApiSettings) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            elasticsearch = ElasticsearchSettings()
            redis = RedisSettings()
            graph = await stack.enter_async_context(Graph.open(GraphSettings()))
            app.state.redis = Redis.from_url(redis.url)
            stack.push_async_callback(app.state.redis.aclose)
            app.state.authenticator = Authenticator(graph, remember_seconds=settings.token_cache_seconds)
            app.state.services = Services(
                graph=graph,
                elasticsearch=await stack.enter_async_context(open_client(elasticsearch)),
                index=candidate_index(elasticsearch.index_prefix),
                store=ResumeStore(StoreSettings()),
                feed=await stack.enter_async_context(EventBus.open(redis.url, graph)),
                organization=settings.organization,
            )
            yield

    return lifespan


async def _unavailable(request: Request, error: Exception) -> Response:
    content = {"message": "the graph does not answer", "extensions": {"code": "UNAVAILABLE"}}
    return JSONResponse({"errors": [content]}, status_code=503, headers={"Retry-After": "5"})
