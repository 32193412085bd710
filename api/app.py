"""The application: the only wiring for HTTP and WebSocket."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from strawberry import Schema

from api.admission import Admission, AdmissionSettings
from api.auth.attempts import Attempts
from api.auth.authenticator import Authenticator
from api.auth.door import Door
from api.auth.endpoints import ROUTES as AUTH_ROUTES
from api.auth.heeding import heeding
from api.auth.passwords import Passwords
from api.auth.settings import AuthSettings, OidcSettings
from api.auth.sso import ROUTES as SSO_ROUTES
from api.auth.sso import single_sign_on
from api.auth.use import UseLog
from api.auth.watch import Watch
from api.body_limit import BodyLimit
from api.graphiql import graphiql_file, graphiql_operations
from api.graphql import GraphQLEndpoint
from api.health import livez, readyz
from api.live import LiveFeeds
from api.metrics import ApiMetrics, Engines, MetricsSettings, metrics
from api.operations import operation_names
from api.registered import RegisteredDocuments
from api.rejections import unavailable
from api.services import open_services
from api.settings import ApiSettings
from api.unsubscribe import unsubscribe
from api.watching import Telemetry, Watching
from graph.errors import GraphUnavailable
from graph.rights import OUTSIDERS
from schema.context import Services
from schema.operations import Operations
from schema.root import build_schema
from workers.settings import RedisSettings
from workers.tracing import TracingSettings, tracing

GC_THRESHOLDS = (50_000, 20, 50)
"""Allocations before the youngest are looked through; an answer of 50 KB makes some thousands that end by themselves."""

REDIS_CONNECTIONS = 32
REDIS_SECONDS = 2.0
"""Longest wait for a connection, and for an answer; then it counts as away."""


def create_app() -> Starlette:
    """Build the application with settings from the environment."""
    settings = ApiSettings()
    schema = build_schema()
    endpoint = GraphQLEndpoint()
    counted = ApiMetrics()
    telemetry = Telemetry(counted, operation_names())
    app = Starlette(
        routes=[
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            Route("/graphiql/operations", graphiql_operations),
            Route("/graphiql/{name}", graphiql_file),
            Route("/unsubscribe/{key}", unsubscribe, methods=["GET", "POST"]),
            *AUTH_ROUTES,
            *SSO_ROUTES,
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
        ],
        middleware=[
            Middleware(Watching, telemetry=telemetry),
            Middleware(Admission, settings=AdmissionSettings()),
            Middleware(BodyLimit, json_bytes=settings.json_bytes, upload_bytes=settings.upload_bytes),
        ],
        exception_handlers={GraphUnavailable: _unavailable},
        lifespan=_lifespan(settings, schema),
    )
    app.state.metrics, app.state.metrics_settings = counted, MetricsSettings()
    app.state.telemetry = telemetry
    return app


def _lifespan(
    settings: ApiSettings, schema: Schema
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.closing = asyncio.Event()
            services, bus = await stack.enter_async_context(open_services())
            app.state.redis = _redis(RedisSettings())
            stack.push_async_callback(app.state.redis.aclose)
            app.state.door = await stack.enter_async_context(_open_door(settings, services, app.state.redis))
            app.state.authenticator = app.state.door.authenticator
            app.state.sso = single_sign_on(
                OidcSettings(), public_url=settings.public_url, redis=app.state.redis, door=app.state.door
            )
            app.state.watch = await stack.enter_async_context(
                Watch.open(app.state.authenticator, interval_seconds=settings.token_cache_seconds)
            )
            await stack.enter_async_context(
                heeding(app.state.authenticator, app.state.watch, bus, services.graph)
            )
            app.state.services = services
            app.state.feeds = await stack.enter_async_context(LiveFeeds.open(bus))
            app.state.operations = Operations(
                schema,
                budgets=settings.budgets,
                closed_to=OUTSIDERS if settings.production else (),
                seconds=settings.request_seconds,
            )
            stack.callback(app.state.operations.close)
            app.state.registered = RegisteredDocuments(
                services.graph, app.state.operations, remember_seconds=settings.token_cache_seconds
            )
            app.state.engines = Engines(services, app.state.redis)
            app.state.metrics.collect_from(app.state.operations, app.state.feeds)
            stack.enter_context(tracing(TracingSettings(), service="api"))
            settle_memory()
            yield

    return lifespan


def _redis(settings: RedisSettings) -> Redis:
    """Return a client that lets requests wait for a connection rather than open ever more."""
    return Redis.from_pool(
        BlockingConnectionPool.from_url(
            settings.url,
            max_connections=REDIS_CONNECTIONS,
            timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            socket_timeout=REDIS_SECONDS,
        )
    )


@asynccontextmanager
async def _open_door(settings: ApiSettings, services: Services, redis: Redis) -> AsyncIterator[Door]:
    auth = AuthSettings()
    passwords = Passwords()
    try:
        async with UseLog.open(services.graph) as use:
            yield Door(
                graph=services.graph,
                authenticator=Authenticator(
                    services.graph,
                    remember_seconds=settings.token_cache_seconds,
                    idle=auth.idle,
                    use=use,
                ),
                passwords=passwords,
                attempts=Attempts(redis, window_seconds=auth.window_minutes * 60),
                settings=auth,
            )
    finally:
        passwords.close()


def settle_memory() -> None:
    """Spare what lives for ever the garbage collector, and have it look less often: it halves the slowest answers."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


async def _unavailable(request: Request, error: Exception) -> Response:
    return unavailable().response()
