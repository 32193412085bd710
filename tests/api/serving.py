"""The application inside of the test's process, on a port of its own, and clients of its WebSocket."""

import asyncio
import contextlib
import gc
import json
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api.app import create_app
from api.live import LiveFeeds
from api.server import Server, configured, listener
from schema.operations import Operations
from tests.conftest import tests_home
from tests.waiting import eventually

LOOPBACK = "127.0.0.1"
PROTOCOL = "graphql-transport-ws"
SMALL_BUFFER = 4_096


@dataclass(frozen=True, slots=True)
class Served:
    """A running application and a look inside."""

    app: Starlette
    port: int

    @property
    def feeds(self) -> LiveFeeds:
        found: LiveFeeds = self.app.state.feeds
        return found

    @property
    def operations(self) -> Operations:
        found: Operations = self.app.state.operations
        return found

    @property
    def live(self) -> int:
        """How many readers are live, in all groups."""
        return sum(len(group._live) for group in self.feeds._groups.values())

    async def all_live(self, number: int) -> None:
        """Wait until so many readers are live."""

        async def reached() -> bool:
            return self.live == number

        await eventually(reached)

    async def none_left(self) -> None:
        """Wait until nobody follows anything."""

        async def empty() -> bool:
            return not self.feeds._groups and not self.feeds._tasks

        await eventually(empty)


class Listening(Protocol):
    """What answers on a port of this machine."""

    @property
    def port(self) -> int: ...


class _Server(Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to pytest."""
        yield


@asynccontextmanager
async def serving(
    *,
    send_buffer: int | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
    **server: Any,
) -> AsyncIterator[Served]:
    """Serve the application as the command line does.

    `send_buffer` is the kernel's, in bytes; `environment` holds settings of its own.
    """
    plug = listener(LOOPBACK, 0)
    if send_buffer:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    collecting = gc.get_threshold()
    surroundings = pytest.MonkeyPatch()
    surroundings.setenv("KITH_STORE_PATH", str(tests_home() / "store"))
    for name, value in environment.items():
        surroundings.setenv(name, value)
    app = create_app()
    running = _Server(configured(app, **{"log_level": "warning", "ws_ping_interval": None} | server), app)
    task = asyncio.create_task(running.serve(sockets=[plug]))

    async def started() -> bool:
        return running.started

    try:
        await eventually(started)
        yield Served(app, plug.getsockname()[1])
    finally:
        running.should_exit = True
        await task
        plug.close()
        surroundings.undo()
        gc.unfreeze()
        gc.set_threshold(*collecting)


@dataclass(slots=True)
class Client:
    """One socket; `events` keeps what came, by operation."""

    connection: ClientConnection
    events: dict[str, list[Any]] = field(default_factory=dict)

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> Any:
        return json.loads(await asyncio.wait_for(self.connection.recv(), 30))

    async def subscribe(self, query: str, variables: dict[str, Any] | None = None, *, id: str = "1") -> None:
        self.events[id] = []
        await self.send(id=id, type="subscribe", payload={"query": query, "variables": variables or {}})

    async def listen(self, last: int) -> None:
        """Keep what comes until every operation has the event with this number."""
        while any(not seen or seen[-1]["sequence"] < last for seen in self.events.values()):
            self.keep(await self.receive())

    def keep(self, message: Any) -> None:
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        self.events[message["id"]].append(message["payload"]["data"]["events"])

    def numbers(self, id: str = "1") -> list[int]:
        return [event["sequence"] for event in self.events[id]]

    async def closed(self) -> ConnectionClosed:
        """Keep what comes until the socket is closed; return how."""
        while True:
            try:
                message = await self.receive()
            except ConnectionClosed as closed:
                return closed
            self.keep(message)


@asynccontextmanager
async def client(served: Listening, token: str, *, reads: bool = True) -> AsyncIterator[Client]:
    """Connect; one that does not read by itself takes from the network only what `receive` asks for."""
    plug = socket.socket()
    if not reads:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    plug.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plug, (LOOPBACK, served.port))
    async with connect(
        f"ws://{LOOPBACK}:{served.port}/graphql",
        sock=plug,
        subprotocols=[Subprotocol(PROTOCOL)],
        compression=None,
        proxy=None,
        ping_interval=None,
        close_timeout=1,
        max_queue=None if reads else 1,
    ) as connection:
        one = Client(connection)
        await one.send(type="connection_init", payload={"Authorization": f"Bearer {token}"})
        assert (await one.receive())["type"] == "connection_ack"
        yield one


def abort(one: Client) -> None:
    """Break the connection without a word."""
    with contextlib.suppress(OSError):
        one.connection.transport.abort()
