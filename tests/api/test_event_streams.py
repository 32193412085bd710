"""Server-sent events, as the distinct connections mode of GraphQL over Server-Sent Events says."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from api import event_stream, wire
from graph import outbox
from tests.api.conftest import System
from tests.api.serving import LOOPBACK, SMALL_BUFFER, Served, client, serving
from tests.waiting import eventually

EVENT_STREAM = "text/event-stream"
EVENTS = "subscription($after: String) { events(after: $after) { sequence cursor type } }"
PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Event:
    """What stands between two empty lines; comments are events without anything."""

    event: str = ""
    data: str | None = None
    id: str | None = None

    @property
    def answer(self) -> Any:
        assert self.event == "next", self
        return json.loads(self.data or "")


COMMENT = Event()


class Stream:
    """One open stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def __aiter__(self) -> AsyncIterator[Event]:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if line:
                name, _, value = line.partition(":")
                if name:
                    fields[name] = value.removeprefix(" ")
            else:
                yield Event(**fields)
                fields = {}

    async def take(self, number: int) -> list[Event]:
        """Return so many events."""
        taken = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for event in self:
                taken.append(event)
                if len(taken) == number:
                    break
        return taken

    async def rest(self) -> list[Event]:
        """Return everything but comments to the end of the stream."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return [event async for event in self if event != COMMENT]

    async def rest_or_break(self) -> list[Event]:
        """Return everything but comments to where the stream ends, properly or not."""
        taken: list[Event] = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            with contextlib.suppress(httpx.ReadError):
                async for event in self:
                    taken += [event] if event != COMMENT else []
        return taken

    async def through(self, last: int) -> list[int]:
        """Return the numbers of all events up to this one."""
        numbers: list[int] = []
        while not numbers or numbers[-1] < last:
            (event,) = await self.take(1)
            if event == COMMENT:
                continue
            sequence = event.answer["data"]["events"]["sequence"]
            assert event.id == str(sequence)
            numbers.append(sequence)
        return numbers


@asynccontextmanager
async def stream(
    served: Served, token: str, body: dict[str, Any] | None = None, *, method: str = "POST", **request: Any
) -> AsyncIterator[Stream]:
    """Open a stream; what is not read stays in the server, since the network holds little."""
    transport = httpx.AsyncHTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)])
    headers = {"Authorization": f"Bearer {token}", "Accept": EVENT_STREAM} | request.pop("headers", {})
    async with (
        httpx.AsyncClient(timeout=PATIENCE_SECONDS, transport=transport) as http,
        http.stream(
            method, f"http://{LOOPBACK}:{served.port}/graphql", json=body, headers=headers, **request
        ) as response,
    ):
        yield Stream(response)


def subscription(after: int | None = None) -> dict[str, Any]:
    return {"query": EVENTS, "variables": {} if after is None else {"after": str(after)}}


async def test_a_subscription_is_a_stream_that_shares_with_sockets(system: System, served: Served) -> None:
    token = system.tokens["recruiter"]
    first = await system.graph.read(outbox.last_sequence)
    async with stream(served, token, subscription()) as one, client(served, token) as listener:
        assert one.response.status_code == 200
        assert one.response.headers["content-type"] == f"{EVENT_STREAM}; charset=utf-8"
        assert one.response.headers["cache-control"] == "no-store"
        (start,) = await one.take(1)
        assert start == Event(id=str(first))
        await listener.subscribe(EVENTS)
        await served.all_live(2)
        assert len(served.feeds._groups) == 1
        last = await system.append(5)
        await listener.listen(last)
        assert await one.through(last) == listener.numbers() == list(range(first + 1, last + 1))
    await served.none_left()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_stream_goes_on_where_it_broke(system: System, served: Served, method: str) -> None:
    token = system.tokens["recruiter"]
    start = await system.append(6)
    asked = subscription(start - 6)
    parameters = {"query": EVENTS, "variables": json.dumps(asked["variables"])}
    request = {"params": parameters} if method == "GET" else {"body": asked}
    async with stream(served, token, method=method, **request) as one:
        seen = await one.take(4)
    await served.none_left()
    last = await system.append(1)
    again = {"Last-Event-ID": seen[-1].id}
    async with stream(served, token, method=method, headers=again, **request) as one:
        assert await one.take(1) == [Event(id=seen[-1].id)]
        assert await one.through(last) == list(range(start - 2, last + 1))


async def test_a_stream_that_broke_before_its_first_event_goes_on_too(system: System, served: Served) -> None:
    token = system.tokens["recruiter"]
    async with stream(served, token, subscription()) as one:
        (start,) = await one.take(1)
    last = await system.append(2)
    async with stream(served, token, subscription(), headers={"Last-Event-ID": start.id}) as one:
        await one.take(1)
        assert await one.through(last) == [last - 1, last]


async def test_queries_and_mutations_are_one_event_and_the_end(system: System, served: Served) -> None:
    query = {
        "query": "query($first: Int!) { jobs(first: $first) { nodes { id title } } }",
        "variables": {"first": 3},
    }
    create = 'mutation { createJob(input: { title: "By an event", description: "d" }) { job { title } } }'
    token = system.tokens["recruiter"]
    async with stream(served, token, query) as one:
        (answered, complete) = await one.rest()
        assert answered.answer["data"] == await system.data(**_renamed(query), role="recruiter")
        assert complete == Event(event="complete", data="")
    async with stream(served, token, {"query": create}) as one:
        (answered, _) = await one.rest()
        assert answered.answer["data"] == {"createJob": {"job": {"title": "By an event"}}}


def _renamed(request: dict[str, Any]) -> dict[str, Any]:
    return {"document": request["query"], "variables": request["variables"]}


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("subscription {", None, "GRAPHQL_PARSE_FAILED"),
        ("subscription { events { nothing } }", None, "GRAPHQL_VALIDATION_FAILED"),
        (EVENTS, {"after": "x"}, "INVALID_INPUT"),
        (EVENTS, {"after": 7}, "GRAPHQL_VALIDATION_FAILED"),
        ("{ jobs { nodes { id } } }", None, "INVALID_INPUT"),
        ("{ jobs(first: 1) { nothing } }", None, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_what_cannot_begin_is_an_event_with_errors_and_the_end(
    system: System, served: Served, query: str, variables: dict[str, Any] | None, code: str
) -> None:
    body = {"query": query, "variables": variables}
    async with stream(served, system.tokens["recruiter"], body) as one:
        assert one.response.status_code == 200
        (answered, complete) = await one.rest()
    assert answered.answer["errors"][0]["extensions"]["code"] == code
    assert "data" not in answered.answer
    assert complete.event == "complete"


async def test_who_may_not_listen_hears_so(system: System, served: Served) -> None:
    async with stream(served, system.tokens["employee"], subscription(0)) as one:
        (answered, _) = await one.rest()
        assert answered.answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    async with stream(served, "nonsense", subscription()) as one:
        assert one.response.status_code == 401
    async with stream(
        served, system.tokens["recruiter"], subscription(), headers={"Last-Event-ID": "x"}
    ) as one:
        assert one.response.status_code == 400


@pytest.mark.parametrize(
    "accept", ["application/graphql-response+json, application/json, text/event-stream", "*/*"]
)
async def test_a_subscription_streams_where_a_stream_is_accepted_among_others(
    system: System, served: Served, accept: str
) -> None:
    async with stream(served, system.tokens["recruiter"], subscription(), headers={"Accept": accept}) as one:
        assert one.response.headers["content-type"].startswith(EVENT_STREAM)
    async with stream(
        served, system.tokens["recruiter"], {"query": "{ __typename }"}, headers={"Accept": accept}
    ) as one:
        assert not one.response.headers["content-type"].startswith(EVENT_STREAM)


async def test_an_idle_stream_is_kept_alive(
    system: System, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "KEEP_ALIVE_SECONDS", 0.05)
    async with stream(served, system.tokens["recruiter"], subscription()) as one:
        assert (
            await one.take(3)
            == [Event(id=str(await system.graph.read(outbox.last_sequence)))] + [COMMENT] * 2
        )


async def test_who_does_not_read_goes_on_later_while_others_lose_nothing(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MOST_EVENTS", 300)
    monkeypatch.setattr(event_stream, "FAREWELL_SECONDS", 300)
    token = system.tokens["recruiter"]
    async with (
        serving(send_buffer=SMALL_BUFFER) as served,
        stream(served, token, subscription()) as slow,
        stream(served, token, subscription()) as fast,
    ):
        (start,) = await slow.take(1)
        await fast.take(1)
        first = int(start.id or "")
        await served.all_live(2)
        numbers: list[int] = []
        while served.live == 2:
            last = await system.append(100)
            numbers += await fast.through(last)
            assert last - first < 20_000, "the slow reader should have been given up"
        events = await slow.rest_or_break()
        if events[-1].id is None:  # else the network broke before it took the reason
            told = events.pop()
            assert told.answer["errors"][0]["extensions"]["code"] == "TOO_SLOW"
            assert told.answer["errors"][0]["message"] == wire.TOO_SLOW_REASON
        assert 0 < len(events) < last - first
        headers = {"Last-Event-ID": events[-1].id}
        async with stream(served, token, subscription(), headers=headers) as again:
            await again.take(1)
            resumed = await again.through(last)
        assert [int(event.id or "") for event in events] + resumed == numbers


async def test_who_never_reads_again_is_dropped(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_EVENTS", 300)
    monkeypatch.setattr(event_stream, "FAREWELL_SECONDS", 0)
    async with (
        serving(send_buffer=SMALL_BUFFER) as served,
        stream(served, system.tokens["recruiter"], subscription()),
    ):
        await served.all_live(1)
        for _ in range(200):
            await system.append(100)
            if not served.feeds._groups:
                break
        await served.none_left()


async def test_a_broken_stream_leaves_nothing_behind(system: System, served: Served) -> None:
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        for after in (None, 0) * 5:
            body = subscription(after)
            one = await stack.enter_async_context(stream(served, system.tokens["recruiter"], body))
            await one.take(1)
    await served.none_left()

    async def as_before() -> bool:
        return asyncio.all_tasks() <= before

    await eventually(as_before)
