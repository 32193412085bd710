"""Stands between the API and Elasticsearch and notes what the one asks the other for.

Run as `python -m bench.search.recorder PORT FILE`; each search becomes one line of JSON in the file.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engines import ports
from search.settings import ElasticsearchSettings

_METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD"]
_PASSED_ON = ("accept", "content-type")


async def _forward(request: Request) -> Response:
    body = await request.body()
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    headers = {name: value for name in _PASSED_ON if (value := request.headers.get(name))}
    if request.url.path.endswith("/_search"):
        line = orjson.dumps({"path": path, "headers": headers, "body": body.decode()})
        with request.app.state.file.open("ab") as file:
            file.write(line + b"\n")
    client: httpx.AsyncClient = request.app.state.client
    answer = await client.request(request.method, path, content=body, headers=headers)
    kept = {
        name: value
        for name in ("content-type", "x-elastic-product")
        if (value := answer.headers.get(name)) is not None
    }
    return Response(answer.content, answer.status_code, kept)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.file = Path(sys.argv[2])
    async with httpx.AsyncClient(base_url=ElasticsearchSettings().url, trust_env=False, timeout=30) as client:
        app.state.client = client
        yield


APP = Starlette(routes=[Route("/{path:path}", _forward, methods=_METHODS)], lifespan=_lifespan)

if __name__ == "__main__":
    uvicorn.run(APP, host=ports.LOOPBACK, port=int(sys.argv[1]), access_log=False, log_level="warning")
