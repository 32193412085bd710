"""What one API process wrote is seen by another, where the client says by its bookmark that it has to be."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api.conftest import KITH, System
from tests.waiting import eventually

CREATE = (
    'mutation { createJob(input: {title: "Keeper", description: "Bees"}) { job { id stages { name } } } }'
)
READ = "query($id: ID!) { job(id: $id) { title } }"
HEADER = "Kith-Bookmark"


@pytest.fixture
async def another(system: System) -> AsyncIterator[System]:
    """A second API process on the same engines."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = await asyncio.create_subprocess_exec(
        KITH, "run-api", env=os.environ | {"KITH_API_PORT": str(port)}
    )

    async def ready() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(f"{url}/readyz")).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    try:
        await eventually(ready, within=60.0)
        yield System(url=url, tokens=system.tokens, graph=system.graph)
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), timeout=30)


async def test_a_bookmark_carries_a_write_to_another_process(system: System, another: System) -> None:
    for one, other in ((system, another), (another, system)) * 5:
        written = await one.raw(json={"query": CREATE})
        job = written.json()["data"]["createJob"]["job"]
        assert len(job["stages"]) == 6  # the mutation read back what it wrote
        bookmark = written.headers[HEADER]
        read = await other.raw(
            json={"query": READ, "variables": {"id": job["id"]}}, headers={HEADER: bookmark}
        )
        assert read.json()["data"] == {"job": {"title": "Keeper"}}
        assert HEADER not in read.headers


@pytest.mark.parametrize(
    ("bookmark", "status", "code"),
    [
        ("x", 400, "BAD_REQUEST"),
        ("FB:" + "A" * 400, 400, "BAD_REQUEST"),
        (",".join(["FB:AAAAAAAA"] * 6), 400, "BAD_REQUEST"),
        ("FB:AAAAAAAA", 200, "INVALID_BOOKMARK"),
    ],
)
async def test_what_is_no_bookmark_is_refused(system: System, bookmark: str, status: int, code: str) -> None:
    query = "{ jobs(first: 1) { totalCount } }"
    answer = await system.raw(json={"query": query}, headers={HEADER: bookmark})
    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == code
