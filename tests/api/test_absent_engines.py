"""An engine is stopped or frozen; what can go on goes on, what cannot says so in time, and all recovers by itself."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import psutil
import pytest
from redis.asyncio import Redis
from rich.console import Console
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from engines import processes, stack
from tests import conftest
from tests.api.api_process import LOOPBACK, ApiProcess, api_process
from tests.api.conftest import System
from tests.api.serving import PROTOCOL, Client, client
from tests.waiting import eventually
from workers.bus import newest_entry, sequence_of
from workers.settings import RedisSettings

pytestmark = pytest.mark.fault

PROMISED_SECONDS = 5.0
SEARCH_SECONDS = 8.0
"""A search may take five seconds, so it takes longer to see that none comes."""
JOBS = "{ jobs(first: 1) { totalCount } }"
CREATE = 'mutation { createJob(input: { title: "Alone", description: "d" }) { job { id title } } }'
SEARCH = '{ talentSearch(first: 1, text: "welder") { totalCount } }'
EVERYBODY = "{ talentSearch(first: 1) { totalCount } }"
EVENTS = "subscription { events { sequence type } }"


@asynccontextmanager
async def stopped(name: str) -> AsyncIterator[None]:
    """Have an engine stopped for as long as the block lasts."""
    await asyncio.to_thread(stack.stop, conftest.tests_home(), [name])
    try:
        yield
    finally:
        await asyncio.to_thread(stack.start, conftest.tests_home(), [name], Console(stderr=True))


@asynccontextmanager
async def frozen(name: str) -> AsyncIterator[None]:
    """Have an engine take connections and answer nothing for as long as the block lasts."""
    record = processes.find(conftest.tests_home(), name)
    assert record is not None
    launcher = psutil.Process(record.pid)
    family = [launcher, *launcher.children(recursive=True)]  # Elasticsearch is a child of what starts it
    for process in family:
        process.suspend()
    try:
        yield
    finally:
        for process in family:
            process.resume()


AWAY = [pytest.param(stopped, id="stopped"), pytest.param(frozen, id="frozen")]


def of(process: ApiProcess, system: System) -> System:
    """Return the system as it is seen through another API process."""
    return System(url=process.url, tokens=system.tokens, graph=system.graph)


async def asked(
    door: System, query: str, *, role: str = "admin", within: float = PROMISED_SECONDS
) -> tuple[int, Any]:
    """Return status and answer, which come in the time that is promised."""
    async with asyncio.timeout(within):
        response = await door.raw(json={"query": query}, role=role)
    return response.status_code, response.json()


def is_unavailable(answer: Any) -> bool:
    return {error["extensions"]["code"] for error in answer.get("errors", ())} == {"UNAVAILABLE"}


async def serves(door: System) -> bool:
    return "errors" not in await door.post(JOBS)


@pytest.mark.parametrize("away", AWAY)
async def test_without_neo4j_everything_says_so_in_time_and_goes_on_afterwards(
    system: System, away: Any
) -> None:
    without: AbstractAsyncContextManager[None] = away("neo4j")
    async with api_process() as process:
        door = of(process, system)
        assert await serves(door)
        async with without:
            for query in (JOBS, CREATE):
                status, answer = await asked(door, query)
                assert status in {200, 503}
                assert is_unavailable(answer)
            status, answer = await asked(door, JOBS, role="partner")  # whose token nobody remembers
            assert status == 503
            assert is_unavailable(answer)
            assert await refused_socket(process, system.tokens["sourcer"]) == 1013
            await process.names_failing("neo4j")
            assert await process.status_of("/livez") == 200
        await eventually(lambda: serves(door), within=60)
        await process.names_failing()


async def refused_socket(process: ApiProcess, token: str) -> int | None:
    """Return the code with which a socket is closed that nobody can admit."""
    async with asyncio.timeout(PROMISED_SECONDS):
        async with connect(
            f"ws://{LOOPBACK}:{process.port}/graphql", subprotocols=[Subprotocol(PROTOCOL)], proxy=None
        ) as socket:
            await Client(socket).send(type="connection_init", payload={"Authorization": f"Bearer {token}"})
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            return socket.close_code


@pytest.mark.parametrize("away", AWAY)
async def test_without_elasticsearch_and_redis_writing_reading_and_following_go_on(
    system: System, away: Any
) -> None:
    async with api_process() as process:
        door = of(process, system)
        await process.names_failing()
        async with client(process, system.tokens["admin"]) as follower:
            await follower.subscribe(EVENTS)
            await following(system, follower)
            async with away("elasticsearch"), away("redis"):
                await process.names_failing("elasticsearch", "redis")
                number = await system.append(1)
                await follower.listen(number)
                await serve_without_search(door)
            await process.names_failing()
            await eventually(lambda: searches(door), within=60)
            number = await system.append(1)
            await follower.listen(number)
            assert follower.numbers()[-1] == number
            async with Redis.from_url(RedisSettings().url) as redis:
                assert sequence_of(await newest_entry(redis)) >= number


async def following(system: System, follower: Client) -> None:
    """Wait until a subscription hears what happens: it begins some time after it was asked for."""

    async def heard() -> bool:
        number = await system.append(1)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await follower.listen(number)
        return bool(follower.numbers())

    await eventually(heard)


async def serve_without_search(door: System) -> None:
    status, answer = await asked(door, CREATE)
    assert (status, answer["data"]["createJob"]["job"]["title"]) == (200, "Alone")
    status, answer = await asked(door, JOBS)
    assert (status, "errors" in answer) == (200, False)
    status, answer = await asked(door, SEARCH, within=SEARCH_SECONDS)
    assert status == 200
    assert is_unavailable(answer)


async def searches(door: System) -> bool:
    answer = await door.post(EVERYBODY)
    return "errors" not in answer and bool(answer["data"]["talentSearch"]["totalCount"])


async def test_the_api_starts_while_all_engines_are_away(system: System) -> None:
    async with stopped("redis"), stopped("elasticsearch"):
        async with frozen("neo4j"), api_process() as process:
            door = of(process, system)
            status, answer = await asked(door, JOBS)
            assert status == 503
            assert is_unavailable(answer)
            await process.names_failing("neo4j", "elasticsearch", "redis")
            process.process.terminate()
            assert await asyncio.wait_for(process.process.wait(), 10) in {0, -signal.SIGTERM}
        async with api_process() as process:
            await eventually(lambda: serves(of(process, system)), within=60)
