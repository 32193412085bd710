"""Measure what one event to many WebSocket clients costs: `python -m bench.subscriptions`.

No database: the log is in memory, the events hold what the subscription asks for. One server process per subject on the
production stack (uvicorn, websockets-sansio, uvloop), interleaved rounds, the median of the rounds. `shared` is this
project, `strawberry` executes for each client as Strawberry comes, `raw` sends a finished text. CPU is that of the whole
server process, with the request that publishes the event.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import aiohttp
import orjson
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from api.graphql import GraphQLEndpoint
from api.live import LiveFeeds
from bench.side_by_side import report
from bench.side_by_side.servers import Server, free_ports, running
from engines import ports
from graph.events import Event, EventType, Subject
from graph.ids import new_id, now
from graph.outbox import LogPage
from graph.tokens import AccessRole
from schema.context import Context, Services
from schema.loaders import Loaders
from schema.operations import Operations
from schema.permissions import Principal
from schema.root import build_schema

RESULTS = Path(__file__).parent / "results" / "subscriptions.json"
SUBJECTS = ("shared", "strawberry", "raw")
QUERY = "subscription($after: String) { events(after: $after) { id cursor sequence type at actor { kind name } candidateId jobId } }"
PROTOCOL = "graphql-transport-ws"
GOAL = 8.0
"""How many times less CPU a client must take than with Strawberry as it comes: 162–228 µs beside 13–18 µs were measured
with prototypes."""
_FIRST_PORT = 18_700
_PATIENCE_SECONDS = 60


class Log:
    """An event log in memory, for both ways of reading it."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._grown = asyncio.Event()

    @property
    def last(self) -> int:
        return len(self._events)

    def append(self) -> None:
        self._events.append(
            Event(
                id=new_id(),
                sequence=self.last + 1,
                type=EventType.APPLICATION_MOVED,
                at=now(),
                actor=f"token:{new_id()}",
                subject=Subject(candidate_id=new_id(), job_id=new_id()),
                detail={"status": "ACTIVE"},
            )
        )
        self._grown.set()
        self._grown = asyncio.Event()

    async def page(self, *, after: int, types: frozenset[EventType], limit: int) -> LogPage:
        while self.last <= after:
            await self._grown.wait()
        events = tuple(self._events[after : after + limit])
        return LogPage(events, events[-1].sequence, has_next=False)

    async def events(self, *, after: int, types: frozenset[EventType] | None) -> AsyncIterator[Event]:
        while True:
            page = await self.page(after=after, types=frozenset(), limit=100)
            for event in page.events:
                yield event
            after = page.through


ADMIN = Principal(id="bench", role=AccessRole.ADMIN, label="bench", expires_at=None)


class EveryoneIsAdmin:
    """Stands where tokens are looked up."""

    async def principal(self, authorization: str | None) -> Principal:
        return ADMIN


class AsItComes(GraphQL[Any, None]):
    """Strawberry's endpoint."""

    async def get_context(self, request: Any, response: Any) -> Context:
        services: Services = request.app.state.services
        return Context(principal=ADMIN, services=services, loaders=Loaders(services.graph, ADMIN.viewer))


class Raw:
    """Sends one text to all: nobody can be faster."""

    def __init__(self) -> None:
        self._sockets: set[WebSocket] = set()

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept(subprotocol=PROTOCOL)
        try:
            await socket.receive_text()
            await socket.send_text('{"type":"connection_ack"}')
            await socket.receive_text()
            self._sockets.add(socket)
            await socket.receive_text()
        except WebSocketDisconnect:
            self._sockets.discard(socket)

    async def send(self, log: Log) -> None:
        (event,) = (await log.page(after=log.last - 1, types=frozenset(), limit=1)).events
        payload = orjson.dumps({"id": "1", "type": "next", "payload": {"data": {"events": asdict(event)}}})
        for socket in self._sockets:
            await socket.send_text(payload.decode())


def app(subject: str) -> Starlette:
    """Return one subject."""
    schema, log, raw = build_schema(), Log(), Raw()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        absent = cast("Any", None)
        app.state.services = Services(
            graph=absent,
            elasticsearch=absent,
            index=absent,
            points=absent,
            taxonomy=absent,
            searches=absent,
            store=absent,
            feed=log,
            organization="bench",
        )
        app.state.authenticator = EveryoneIsAdmin()
        app.state.operations = Operations(schema)
        async with LiveFeeds.open(log) as app.state.feeds:
            yield
        app.state.operations.close()

    async def publish(request: Request) -> JSONResponse:
        log.append()
        if subject == "raw":
            await raw.send(log)
        return JSONResponse(log.last)

    async def cpu(request: Request) -> JSONResponse:
        return JSONResponse(time.process_time())

    sockets: dict[str, Callable[..., Any]] = {
        "shared": GraphQLEndpoint(),
        "strawberry": AsItComes(schema, subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,)),
        "raw": raw.serve,
    }
    return Starlette(
        routes=[
            Route("/publish", publish, methods=["POST"]),
            Route("/cpu", cpu),
            WebSocketRoute("/graphql", sockets[subject]),
        ],
        lifespan=lifespan,
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """One round: microseconds of CPU per client and event, milliseconds from publishing to half and to all clients."""

    cpu: float
    half: float
    last: float


class Listeners:
    """Many clients, who count together."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._came: list[float] = []
        self._complete = asyncio.Event()
        self.text = ""

    def expect(self) -> None:
        self._came, self._complete = [], asyncio.Event()

    async def moments(self) -> tuple[float, float]:
        """Return when half of the clients, and all, had the event."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self._complete.wait()
        return self._came[self._number // 2], self._came[-1]

    async def listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            self.text = message.data
            self._came.append(time.perf_counter())
            if len(self._came) == self._number:
                self._complete.set()


async def measure(port: int, *, clients: int, events: int, warm: int, compress: bool) -> tuple[Sample, str]:
    """Connect the clients, publish event after event, and return the figures and the last message."""
    address = f"http://{ports.LOOPBACK}:{port}"
    listeners = Listeners(clients)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), base_url=address)
        )
        published = await _post(http)
        listening = []
        for _ in range(clients):
            socket = await stack.enter_async_context(
                http.ws_connect("/graphql", protocols=[PROTOCOL], compress=15 if compress else 0)
            )
            await socket.send_str('{"type":"connection_init"}')
            await socket.receive()
            payload = {"query": QUERY, "variables": {"after": str(published)}}
            await socket.send_str(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            listening.append(asyncio.create_task(listeners.listen(socket)))
        stack.callback(lambda: [task.cancel() for task in listening])
        halves, lasts, began = [], [], 0.0
        for number in range(warm + events):
            if number == warm:
                began = await _cpu(http)
            listeners.expect()
            sent = time.perf_counter()
            await _post(http)
            half, last = await listeners.moments()
            if number >= warm:
                halves.append((half - sent) * 1e3)
                lasts.append((last - sent) * 1e3)
        cpu = (await _cpu(http) - began) / events / clients * 1e6
    return Sample(cpu, statistics.median(halves), statistics.median(lasts)), listeners.text


async def _post(http: aiohttp.ClientSession) -> int:
    async with http.post("/publish") as response:
        return int(await response.text())


async def _cpu(http: aiohttp.ClientSession) -> float:
    async with http.get("/cpu") as response:
        return float(await response.text())


def main() -> None:
    """Run the bench, print the figures, and write them if everything was measured; or serve one subject."""
    options = _options()
    if options.serve:
        subject, port = options.serve
        uvicorn.run(
            app(subject),
            host=ports.LOOPBACK,
            port=int(port),
            loop="uvloop",
            http="httptools",
            ws="websockets-sansio",
            access_log=False,
            log_level="warning",
        )
        return
    servers = [
        Server(
            name=subject,
            port=port,
            command=[sys.executable, "-m", "bench.subscriptions", "--serve", subject, str(port)],
            environment={},
            probe="/cpu",
        )
        for subject, port in zip(SUBJECTS, free_ports(_FIRST_PORT, len(SUBJECTS)), strict=True)
    ]
    with tempfile.TemporaryDirectory() as logs, running(servers, Path(logs)):
        samples = uvloop.run(_rounds(servers, options))
    medians = {
        subject: Sample(*(statistics.median(figures) for figures in zip(*map(_figures, found), strict=True)))
        for subject, found in samples.items()
    }
    _show(medians)
    ratio = medians["strawberry"].cpu / medians["shared"].cpu
    print(f"strawberry / shared: {ratio:.1f} (goal {GOAL:g})")
    _write(options, medians, ratio)


async def _rounds(servers: list[Server], options: argparse.Namespace) -> dict[str, list[Sample]]:
    samples: dict[str, list[Sample]] = {server.name: [] for server in servers}
    for number in range(options.rounds):
        turn = number % len(servers)
        payloads = {}
        for server in itertools.chain(servers[turn:], servers[:turn]):
            sample, text = await measure(
                server.port,
                clients=options.clients,
                events=options.events,
                warm=5,
                compress=options.compress,
            )
            samples[server.name].append(sample)
            payloads[server.name] = sorted(json.loads(text)["payload"]["data"]["events"])
        if payloads["shared"] != payloads["strawberry"]:
            raise SystemExit(f"the subjects answer differently: {payloads}")
        print(f"round {number + 1} of {options.rounds} is done", flush=True)
    return samples


def _figures(sample: Sample) -> tuple[float, float, float]:
    return sample.cpu, sample.half, sample.last


def _show(medians: dict[str, Sample]) -> None:
    print(f"{'':12}{'CPU µs/client':>15}{'half after ms':>15}{'all after ms':>15}{'deliveries/s':>15}")
    for subject, sample in medians.items():
        print(
            f"{subject:12}{sample.cpu:15.1f}{sample.half:15.1f}{sample.last:15.1f}{1e6 / sample.cpu:15,.0f}"
        )


def _write(options: argparse.Namespace, medians: dict[str, Sample], ratio: float) -> None:
    content = {
        "at": now(),
        "machine": report.machine(),
        "versions": report.python_versions("strawberry-graphql", "uvicorn", "websockets", "uvloop"),
        "clients": options.clients,
        "events": options.events,
        "rounds": options.rounds,
        "compressed": options.compress,
        "units": {
            "cpu": "microseconds of the server's CPU per client and event",
            "half, last": "milliseconds from publishing until half of the clients, and all, have the event",
        },
        "figures": {
            subject: {name: round(value, 2) for name, value in asdict(sample).items()}
            for subject, sample in medians.items()
        },
        "goals": [
            {
                "what": "CPU per client, strawberry / shared",
                "at_least": GOAL,
                "ratio": round(ratio, 2),
                "met": ratio >= GOAL,
            }
        ],
    }
    path: Path = options.json
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"written: {path}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.subscriptions", description=(__doc__ or "").split("\n", maxsplit=1)[0]
    )
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--events", type=int, default=50, help="of one measurement")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--compress", action="store_true", help="clients offer permessage-deflate, as browsers do"
    )
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the figures go")
    parser.add_argument("--serve", nargs=2, metavar=("SUBJECT", "PORT"), help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
