"""Whoever asks for too much at once, holds sockets open or drips a body waits or goes; others do not notice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from api.admission import Admission, AdmissionSettings
from tests.api.conftest import System
from tests.api.serving import LOOPBACK, PROTOCOL, Served, client, serving
from tests.waiting import eventually

SMALL = AdmissionSettings(running_per_credential=2, waiting_per_credential=3, requests=8)


@dataclass(slots=True)
class Held:
    """An application that answers when it is told to."""

    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    running: int = 0
    most: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.go_on.wait()
            await PlainTextResponse("done")(scope, receive, send)
        finally:
            self.running -= 1


@pytest.fixture
def held() -> Held:
    return Held()


Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def ask(held: Held) -> AsyncIterator[Ask]:
    """What sends requests with a token, or for another path."""
    transport = httpx.ASGITransport(Admission(held, settings=SMALL))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as one:

        async def send(token: str, path: str = "/graphql") -> httpx.Response:
            return await one.post(path, headers={"Authorization": token})

        yield send


async def _inside(held: Held, number: int) -> None:
    async def reached() -> bool:
        return held.running == number

    await eventually(reached)


async def test_requests_of_one_token_wait_for_each_other_and_only_so_many(held: Held, ask: Ask) -> None:
    asked = [asyncio.ensure_future(ask("a")) for _ in range(5)]
    await _inside(held, 2)
    refused = await ask("a")
    assert refused.status_code == 429
    assert refused.json()["errors"][0]["extensions"] == {"code": "THROTTLED", "retryAfter": 1}
    assert refused.headers["Retry-After"] == "1"
    other = asyncio.ensure_future(ask("b"))
    await _inside(held, 3)
    held.go_on.set()
    assert {(await each).status_code for each in (*asked, other)} == {200}
    assert held.most == 3
    assert (await ask("a")).status_code == 200


async def test_the_server_has_a_limit_for_all_together_but_says_that_it_lives(held: Held, ask: Ask) -> None:
    asked = [asyncio.ensure_future(ask(str(number))) for number in range(8)]
    await _inside(held, 8)
    refused = await ask("one more")
    assert refused.status_code == 503
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    health = asyncio.ensure_future(ask("one more", "/livez"))
    await _inside(held, 9)
    held.go_on.set()
    assert (await health).status_code == 200
    assert {(await each).status_code for each in asked} == {200}


async def _idle(stack: AsyncExitStack, served: Served) -> ClientConnection:
    address = f"ws://{LOOPBACK}:{served.port}/graphql"
    connection = connect(address, subprotocols=[Subprotocol(PROTOCOL)], proxy=None, close_timeout=0.1)
    return await stack.enter_async_context(connection)


async def test_three_hundred_idle_sockets_keep_nobody_out(system: System) -> None:
    async with serving() as served, AsyncExitStack() as stack:
        idle = [await _idle(stack, served) for _ in range(300)]
        assert sum(each.close_code is None for each in idle) <= 110
        async with client(served, system.tokens["recruiter"]) as one:
            await one.subscribe("{ __typename }")
            assert (await one.receive())["payload"]["data"] == {"__typename": "Query"}
            for _ in range(150):
                await _idle(stack, served)
            await one.subscribe("{ __typename }", id="2")
            assert (await one.receive())["type"] in {"next", "complete"}


async def test_more_sockets_than_there_is_room_for_are_refused(system: System) -> None:
    environment = {"KITH_API_SOCKETS": "2"}
    async with serving(environment=environment) as served, AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(client(served, system.tokens["recruiter"]))
        with pytest.raises(Exception, match="503"):
            await _idle(stack, served)
    async with serving(environment=environment) as served:
        for _ in range(5):
            async with client(served, system.tokens["recruiter"]):
                pass


async def test_a_body_that_drips_is_given_up(system: System) -> None:
    async with serving(environment={"KITH_API_BODY_SECONDS": "0.5"}) as served:
        reader, writer = await asyncio.open_connection(LOOPBACK, served.port)
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {system.tokens['recruiter']}\r\n"
            "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
        )
        writer.write(head.encode())
        status = await asyncio.wait_for(reader.readline(), 20)
        assert b" 408 " in status
        writer.close()
