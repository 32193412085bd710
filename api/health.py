import asyncio
from collections.abc import Awaitable

from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from graph.client import Graph
from graph.errors import KithError
from graph.outbox import last_sequence
from schema.context import Services

PATIENCE_SECONDS = 3.0
INDISPENSABLE = "neo4j"
"""Without the others writes and most reads go on."""


async def livez(request: Request) -> Response:
    """Say that the process answers."""
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """Name the engines that do not answer; 503 where nothing can be answered without them."""
    services: Services = request.app.state.services
    checks = {
        INDISPENSABLE: _graph(services.graph),
        "elasticsearch": services.elasticsearch.options(
            request_timeout=PATIENCE_SECONDS, max_retries=0
        ).ping(),
        "redis": request.app.state.redis.ping(),
    }
    answers = await asyncio.gather(*(_answers(check) for check in checks.values()))
    found = dict(zip(checks, answers, strict=True))
    failing = [name for name, answer in found.items() if not answer]
    ready = INDISPENSABLE not in failing
    return JSONResponse({"ready": ready, "failing": failing}, status_code=200 if ready else 503)


async def _graph(graph: Graph) -> bool:
    return await graph.read(last_sequence) >= 0


async def _answers(check: Awaitable[object]) -> bool:
    try:
        return bool(await asyncio.wait_for(check, PATIENCE_SECONDS))
    except (KithError, RedisError, OSError, TimeoutError):
        return False
