"""`graphql-transport-ws`, rule by rule: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from api import transport
from tests.api.conftest import System
from tests.api.serving import LOOPBACK, PROTOCOL, Client, Served, client, serving

EVENTS = "subscription { events { sequence } }"
QUERY = "{ __typename }"
CREATE = 'mutation { createJob(input: { title: "Late", description: "d" }) { job { id } } }'


@asynccontextmanager
async def connection(
    served: Served, protocols: Sequence[str] = (PROTOCOL,), *, origin: str | None = None
) -> AsyncIterator[Client]:
    async with connect(
        f"ws://{LOOPBACK}:{served.port}/graphql",
        subprotocols=[Subprotocol(each) for each in protocols] or None,
        origin=None if origin is None else Origin(origin),
        proxy=None,
        close_timeout=1,
    ) as opened:
        yield Client(opened)


async def close_of(opened: ClientConnection) -> tuple[int, str]:
    """Wait until the server closes; return code and reason."""
    async with asyncio.timeout(30):
        with suppress(ConnectionClosed):
            while True:
                await opened.recv()
        await opened.wait_closed()
    assert opened.close_code is not None
    return opened.close_code, opened.close_reason or ""


async def test_who_does_not_introduce_themselves_in_time_is_closed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "INIT_SECONDS", 0.05)
    async with connection(served) as one:
        await one.send(type="ping")
        assert await close_of(one.connection) == (4408, "Connection initialisation timeout")


async def test_who_has_introduced_themselves_is_not_closed(
    system: System, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "INIT_SECONDS", 0.3)
    async with client(served, system.tokens["recruiter"]) as one:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(one.connection.recv(), 0.6)
        await one.send(type="ping")
        assert await one.receive() == {"type": "pong"}


@pytest.mark.parametrize("protocols", [[], ["graphql-ws"], ["chat", "graphql-sse"]], ids=str)
async def test_other_protocols_are_closed(served: Served, protocols: list[str]) -> None:
    async with connection(served, protocols) as one:
        assert one.connection.subprotocol is None
        assert await close_of(one.connection) == (4406, "Subprotocol not acceptable")


async def test_the_protocol_is_found_among_others(served: Served) -> None:
    async with connection(served, ["graphql-ws", PROTOCOL]) as one:
        assert one.connection.subprotocol == PROTOCOL


async def test_a_page_of_another_origin_cannot_connect(served: Served) -> None:
    for origin in ("https://elsewhere.example", "null", f"http://{LOOPBACK}:{served.port + 1}"):
        with pytest.raises(InvalidStatus) as refused:
            async with connection(served, origin=origin):
                pass
        assert refused.value.response.status_code == 403
    async with connection(served, origin=f"http://{LOOPBACK}:{served.port}") as one:
        assert one.connection.subprotocol == PROTOCOL


async def test_pings_are_answered_at_any_time_with_what_they_carry(system: System, served: Served) -> None:
    async with connection(served) as one:
        await one.send(type="ping")
        assert await one.receive() == {"type": "pong"}
        await one.send(type="pong", payload={"unasked": True})
        await one.send(type="ping", payload={"at": 7})
        assert await one.receive() == {"type": "pong", "payload": {"at": 7}}


async def test_a_second_introduction_is_closed(system: System, served: Served) -> None:
    async with client(served, system.tokens["recruiter"]) as one:
        await one.send(type="connection_init", payload={})
        assert await close_of(one.connection) == (4429, "Too many initialisation requests")


async def test_an_id_that_runs_cannot_be_used_again_and_one_that_ended_can(
    system: System, served: Served
) -> None:
    async with client(served, system.tokens["recruiter"]) as one:
        for _ in range(3):
            await one.send(id="1", type="subscribe", payload={"query": QUERY})
            assert (await one.receive())["type"] == "next"
            assert await one.receive() == {"id": "1", "type": "complete"}
        for _ in range(3):
            await one.send(id="1", type="subscribe", payload={"query": EVENTS})
            await served.all_live(1)
            await one.send(id="1", type="complete")
            await served.none_left()
        await one.send(id="1", type="subscribe", payload={"query": "{ nothing }"})
        assert (await one.receive())["type"] == "error"
        await one.send(id="1", type="subscribe", payload={"query": EVENTS})
        await one.send(id="1", type="subscribe", payload={"query": QUERY})
        assert (await close_of(one.connection))[0] == 4409
    await served.none_left()


async def test_to_complete_what_does_not_run_does_nothing(system: System, served: Served) -> None:
    async with client(served, system.tokens["recruiter"]) as one:
        await one.send(id="1", type="complete")
        await one.send(id="1", type="subscribe", payload={"query": QUERY})
        assert (await one.receive())["payload"]["data"] == {"__typename": "Query"}


async def test_more_operations_than_a_socket_may_have_are_refused_one_by_one(
    system: System, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MOST_SUBSCRIPTIONS", 2)
    async with client(served, system.tokens["recruiter"]) as one:
        for id_ in ("1", "2"):
            await one.subscribe(EVENTS, id=id_)
        await served.all_live(2)
        await one.send(id="3", type="subscribe", payload={"query": EVENTS})
        refused = await one.receive()
        assert (refused["id"], refused["type"]) == ("3", "error")
        assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        await one.listen(await system.append(1))


@pytest.mark.parametrize(
    "frame",
    [
        b"{}",
        '{"type": "subscribe", "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}',
        json.dumps({"type": "subscribe", "id": "x" * 201, "payload": {"query": QUERY}}),
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "extensions": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "operationName": 1}}',
        '{"type": "complete"}',
        '{"type": "complete", "id": {}}',
        '{"type": "ping", "payload": []}',
        '{"type": "connection_init", "payload": "token"}',
        '{"type": "connection_ack"}',
        '{"type": "next", "id": "1", "payload": {}}',
    ],
    ids=lambda frame: str(frame)[:60],
)
async def test_a_message_that_no_client_may_send_closes_and_nothing_behind_it_runs(
    system: System, served: Served, frame: str | bytes
) -> None:
    before = await system.fingerprint()
    async with client(served, system.tokens["recruiter"]) as one:
        await one.connection.send(frame)
        await one.send(id="late", type="subscribe", payload={"query": CREATE})
        assert (await close_of(one.connection))[0] == 4400
    assert await system.fingerprint() == before


async def test_who_does_not_answer_pings_is_closed(system: System) -> None:
    async with (
        serving(ws_ping_interval=0.05, ws_ping_timeout=0.2) as served,
        client(served, system.tokens["recruiter"]) as dead,
        client(served, system.tokens["recruiter"]) as alive,
    ):
        for one in (dead, alive):
            await one.subscribe(EVENTS)
        await served.all_live(2)
        dead.connection.transport.pause_reading()
        await served.all_live(1)
        await alive.listen(await system.append(1))
        dead.connection.transport.resume_reading()
        assert await close_of(dead.connection) == (1011, "keepalive ping timeout")
