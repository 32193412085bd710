"""The whole system, started as a newcomer starts it, with a demo of 200 people."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from api.cli import services, surroundings
from engines import ports
from graph import outbox
from graph.client import Graph, Row, Statement
from graph.events import EventType, NewEvent, Subject
from graph.ids import new_id, now
from graph.settings import GraphSettings
from tests.api.collector import Collector, collecting
from tests.api.serving import Served, serving
from tests.conftest import tests_home
from tests.waiting import eventually
from tests.workers.conftest import EMPTY

PEOPLE = 200
UNTHROTTLED = {"KITH_API_COST_CAPACITY": "1000000000", "KITH_API_COST_RESTORE_RATE": "1000000000"}
"""Tests ask faster than people do; those of the budgets serve the API with budgets of their own."""
KITH = Path(sys.executable).with_name("kith")
FINGERPRINT = Statement(
    "tests.fingerprint",
    """
    MATCH (n) WHERE NOT n:Lease AND NOT n:Sequence AND NOT n:Token
    RETURN count(n) AS nodes, COUNT { ()-[]->() } AS edges,
           COUNT { (:Event) } AS events, COUNT { (:Touch) } AS touches
    """,
)
ROLES = ("admin", "recruiter", "sourcer", "hiring_manager", "interviewer", "employee", "partner")


@dataclass(frozen=True, slots=True)
class System:
    """A running Kith as its clients see it, and a look into its graph."""

    url: str
    tokens: dict[str, str]
    graph: Graph

    async def post(
        self, document: str, variables: dict[str, Any] | None = None, *, role: str = "admin"
    ) -> Any:
        """Send an operation; return the whole answer."""
        response = await self.raw(json={"query": document, "variables": variables or {}}, role=role)
        return response.json()

    async def data(
        self, document: str, variables: dict[str, Any] | None = None, *, role: str = "admin"
    ) -> Any:
        """Send an operation that must succeed; return its data."""
        answer = await self.post(document, variables, role=role)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def raw(self, *, role: str | None = "admin", **request: Any) -> httpx.Response:
        """Send any request body; `role` None sends no token."""
        headers = dict(request.pop("headers", {}))
        if role is not None:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            return await client.post(f"{self.url}/graphql", headers=headers, **request)

    async def fingerprint(self) -> Row:
        """Return what changes when anything is written, once the workers have nothing left to write."""
        await self.settled()
        (row,) = await self.graph.execute(FINGERPRINT)
        return row

    async def append(self, number: int, kind: EventType = EventType.JOB_CREATED) -> int:
        """Write events about a job that everybody sees; return the last one's number once it is published."""
        before = await self.graph.read(outbox.last_sequence)
        (job,) = await self.graph.execute(PUBLIC_JOB)
        about = Subject(job_id=job["id"])
        events = [
            NewEvent(id=new_id(), type=kind, at=now(), actor="test", subject=about) for _ in range(number)
        ]
        await self.graph.write(outbox.append, events=events)

        async def published() -> int:
            last = await self.graph.read(outbox.last_sequence)
            return last if last >= before + number else 0

        return await eventually(published)

    async def settled(self) -> None:
        """Wait until the workers have done all there is to do."""

        async def idle() -> bool:
            (row,) = await self.graph.execute(UNDONE)
            return bool(row["undone"] == 0)

        await eventually(idle, within=60.0)


PUBLIC_JOB = Statement(
    "tests.public_job",
    """
    MATCH (j:Job {status: 'OPEN'}) WHERE NOT coalesce(j.confidential, false)
    RETURN j.id AS id ORDER BY j.created_at, j.id LIMIT 1
    """,
)
UNDONE = Statement(
    "tests.undone",
    """
    RETURN COUNT { (e:Event) WHERE e:Pending OR e:Undelivered OR e:Unindexed }
         + COUNT { (i:Intake) WHERE i.status IN ['RECEIVED', 'PARSING'] }
         + COUNT { (t:Touch) WHERE t.status IN ['QUEUED', 'SENDING'] }
         + COUNT {
             MATCH (c:StandingSearches), (s:Sequence {name: 'events'})
             WHERE c.through < s.published AND EXISTS { (:SavedSearch {standing: true}) }
           } AS undone
    """,
)


def kith(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of the command line to its end."""
    return subprocess.run(
        [str(KITH), *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    """Where the system's traces go."""
    with collecting() as found:
        yield found


@pytest.fixture(scope="package")
def watched(collector: Collector) -> dict[str, str]:
    """Settings with which the system tells all that it can about itself."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {
        "KITH_LOG_LEVEL": "DEBUG",
        "KITH_TRACING_ENDPOINT": collector.url,
        "KITH_WORKER_METRICS_PORT": str(port),
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "KITH_NEO4J_QUERY_SECONDS": "120",
    }


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def started(engines: dict[str, str], watched: dict[str, str]) -> AsyncIterator[None]:
    """Kith with an empty graph, index and queue, then filled and started by `kith up`."""
    await _empty(engines)
    for listener, preferred in ((surroundings.API, 9000), (surroundings.MAIL, 12025)):
        ports.reserve(tests_home(), listener, preferred)
    up = kith("up", "--people", str(PEOPLE), **UNTHROTTLED, **watched)
    assert up.returncode == 0, up.stdout + up.stderr
    yield
    services.stop(surroundings.enter())
    await _empty(engines)


async def _empty(engines: dict[str, str]) -> None:
    async with Graph.open(GraphSettings()) as graph:
        await graph.execute(EMPTY)
    async with Redis.from_url(engines["redis"]) as client:
        await client.flushall()
    shutil.rmtree(tests_home() / "mail", ignore_errors=True)
    async with httpx.AsyncClient(trust_env=False, base_url=engines["elasticsearch"]) as client:
        for name in (await client.get("/kith-candidates-*")).json():
            (await client.delete(f"/{name}")).raise_for_status()


@pytest.fixture(scope="package")
def tokens(started: None) -> dict[str, str]:
    made = {}
    for role in ROLES:
        answer = kith("token", "create", "--role", role)
        assert answer.returncode == 0, answer.stderr
        made[role] = answer.stdout.strip()
    return made


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def system(tokens: dict[str, str]) -> AsyncIterator[System]:
    status = json.loads(kith("status", "--json").stdout)
    async with Graph.open(GraphSettings()) as graph:
        yield System(status["graphql_url"].removesuffix("/graphql"), tokens, graph)


@pytest_asyncio.fixture(loop_scope="session")
async def served(system: System) -> AsyncIterator[Served]:
    """The application inside of the test's process, over the same engines."""
    await system.settled()
    async with serving() as running:
        yield running
