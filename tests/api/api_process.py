"""API processes of the tests' own, as the command line starts them."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from tests.api.conftest import KITH
from tests.waiting import eventually

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class ApiProcess:
    """A running `kith run-api`."""

    process: asyncio.subprocess.Process
    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    async def status_of(self, path: str) -> int:
        """Return the status of an answer, 0 where there is none."""
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(f"{self.url}{path}")).status_code
        except httpx.HTTPError:
            return 0

    async def names_failing(self, *engines: str) -> None:
        """Wait until `/readyz` names just these engines, with the status that goes with it."""

        async def does() -> bool:
            async with httpx.AsyncClient(trust_env=False) as client:
                answer = await client.get(f"{self.url}/readyz")
            ready = "neo4j" not in engines
            told = (answer.status_code, answer.json())
            return told == (200 if ready else 503, {"ready": ready, "failing": list(engines)})

        await eventually(does, within=60.0)

    async def answers(self, path: str, status: int = httpx.codes.OK) -> None:
        """Wait for an answer with this status."""

        async def does() -> bool:
            return await self.status_of(path) == status

        await eventually(does, within=60.0)


@asynccontextmanager
async def api_process(**environment: str) -> AsyncIterator[ApiProcess]:
    """Run an API process on the tests' engines, with settings of its own; it is killed in the end if it still runs."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    own = {"KITH_API_PORT": str(port), "KITH_API_HOST": LOOPBACK, **environment}
    process = await asyncio.create_subprocess_exec(KITH, "run-api", env=os.environ | own)
    one = ApiProcess(process, port)
    try:
        await one.answers("/livez")
        yield one
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
