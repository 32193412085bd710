"""SIGTERM: who is being served is served to the end, everybody hears of it, and the process is gone in time."""

import asyncio
import contextlib
import json
import signal
import socket
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.api.api_process import LOOPBACK, ApiProcess, api_process
from tests.api.conftest import System
from tests.api.serving import PROTOCOL, SMALL_BUFFER, Client

pytestmark = pytest.mark.fault

PROMISED_SECONDS = 10.0
RESTARTS = {1001, 1012}
EVENTS = "subscription($after: String) { events(after: $after) { sequence type } }"


async def opened(stack: AsyncExitStack, process: ApiProcess, token: str, *, reads: bool = True) -> Client:
    plug = socket.socket()
    if not reads:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    plug.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plug, (LOOPBACK, process.port))
    connection = await stack.enter_async_context(
        connect(
            f"ws://{LOOPBACK}:{process.port}/graphql",
            sock=plug,
            subprotocols=[Subprotocol(PROTOCOL)],
            proxy=None,
            close_timeout=1,
            open_timeout=60,
            max_queue=None if reads else 1,
        )
    )
    one = Client(connection)
    await one.send(type="connection_init", payload={"Authorization": f"Bearer {token}"})
    assert (await one.receive())["type"] == "connection_ack"
    return one


async def ended(connection: ClientConnection) -> int | None:
    with contextlib.suppress(Exception):
        while True:
            await connection.recv()
    await connection.wait_closed()
    return connection.close_code


async def test_all_hear_of_the_end_and_the_process_is_gone_in_time(system: System) -> None:
    token = system.tokens["admin"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    async with api_process() as process, AsyncExitStack() as stack:
        await process.answers("/readyz")
        idle = [await opened(stack, process, token) for _ in range(150)]
        busy = [await opened(stack, process, token) for _ in range(50)]
        for one in busy:
            await one.subscribe(EVENTS)
        slow = await opened(stack, process, token, reads=False)
        for number in range(100):
            await slow.subscribe(EVENTS, {"after": "0"}, id=str(number))
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=30, trust_env=False))
        stream = await stack.enter_async_context(
            http.stream("POST", f"{process.url}/graphql", json={"query": EVENTS}, headers=headers)
        )
        lines = stream.aiter_lines()
        assert (await anext(lines)).startswith("id: ")
        process.process.send_signal(signal.SIGTERM)
        process.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PROMISED_SECONDS):
            code = await process.process.wait()
        assert code in {0, -signal.SIGTERM}
        codes = await asyncio.gather(*(ended(one.connection) for one in (*idle, *busy)))
        assert set(codes) <= RESTARTS
        rest = [line async for line in lines]
        assert not any(line.startswith("event: complete") for line in rest)


async def test_a_request_that_runs_is_answered(system: System) -> None:
    """The body arrives after the signal: the request was there before it."""
    body = json.dumps({"query": "{ __typename }"}).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {system.tokens['admin']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    async with api_process() as process:
        await process.answers("/readyz")
        reader, writer = await asyncio.open_connection(LOOPBACK, process.port)
        writer.write(head.encode() + body[:5])
        await writer.drain()
        await process.answers("/livez")
        process.process.send_signal(signal.SIGTERM)
        await _refuses(process)
        writer.write(body[5:])
        answered: Any = await asyncio.wait_for(reader.read(), PROMISED_SECONDS)
        assert answered.startswith(b"HTTP/1.1 200 OK")
        assert b'{"data":{"__typename":"Query"},' in answered
        writer.close()
        assert await asyncio.wait_for(process.process.wait(), PROMISED_SECONDS) in {0, -signal.SIGTERM}


async def _refuses(process: ApiProcess) -> None:
    await process.answers("/livez", 0)
