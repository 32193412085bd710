"""This project's API without its plans: graphql-core with loaders. Run as `python -m bench.reads.fallback PORT`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from api import app as api
from schema.operations import Operations
from schema.root import build_schema


def create_app() -> Starlette:
    """Return the API as it is, but for the plans."""
    app = api.create_app()
    opened = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(app):
            operations = Operations(build_schema(), planned=False)
            app.state.operations = operations
            yield
            operations.close()

    app.router.lifespan_context = lifespan
    return app


if __name__ == "__main__":
    uvicorn.run(
        create_app(),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        server_header=False,
        log_level="warning",
    )
