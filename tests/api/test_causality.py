"""What one API process wrote is seen by another, where the client says by its bookmark that it has to be."""

from collections.abc import AsyncIterator

import pytest

from tests.api.api_process import api_process
from tests.api.conftest import System

CREATE = (
    'mutation { createJob(input: {title: "Keeper", description: "Bees"}) { job { id stages { name } } } }'
)
READ = "query($id: ID!) { job(by: { id: $id }) { title } }"
HEADER = "Kith-Bookmark"


@pytest.fixture
async def another(system: System) -> AsyncIterator[System]:
    """A second API process on the same engines."""
    async with api_process() as process:
        await process.answers("/readyz")
        yield System(url=process.url, tokens=system.tokens, graph=system.graph)


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
