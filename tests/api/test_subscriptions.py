"""The event log over `graphql-transport-ws`."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.api.conftest import System

PROTOCOL = "graphql-transport-ws"
EVENTS = "subscription($after: String, $types: [EventType!]) { events(after: $after, types: $types) { sequence type job { title } } }"
CREATE = 'mutation($title: String!) { createJob(input: { title: $title, description: "d" }) { job { id } } }'


@asynccontextmanager
async def _socket(system: System, protocol: str = PROTOCOL) -> AsyncIterator[ClientConnection]:
    address = f"{system.url.replace('http', 'ws', 1)}/graphql"
    async with connect(address, subprotocols=[Subprotocol(protocol)], proxy=None) as socket:
        yield socket


async def _send(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def _receive(socket: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), 20))


async def _init(socket: ClientConnection, token: str) -> None:
    await _send(socket, type="connection_init", payload={"Authorization": f"Bearer {token}"})
    assert (await _receive(socket))["type"] == "connection_ack"


def _code(message: Any) -> Any:
    errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
    return errors[0]["extensions"]["code"]


async def _close_code(socket: ClientConnection) -> int:
    try:
        while True:
            await asyncio.wait_for(socket.recv(), 20)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


async def test_replay_then_live_without_gap_or_repetition(system: System) -> None:
    titles = [f"Live {number}" for number in range(6)]
    for title in titles[:3]:
        await system.data(CREATE, {"title": title})
    async with _socket(system) as socket:
        await _init(socket, system.tokens["recruiter"])
        payload = {"query": EVENTS, "variables": {"after": "0", "types": ["JOB_CREATED"]}}
        await _send(socket, id="1", type="subscribe", payload=payload)
        for title in titles[3:]:
            await system.data(CREATE, {"title": title})
        seen: list[Any] = []
        told: list[str] = []
        while titles[-1] not in told:
            message = await _receive(socket)
            assert message["type"] == "next", message
            seen.append(message["payload"]["data"]["events"])
            job = seen[-1]["job"]  # null for the jobs that other tests' events only speak of
            told += [job["title"]] if job and job["title"] in titles else []
    numbers = [event["sequence"] for event in seen]
    assert numbers == sorted(set(numbers))
    assert told == titles


async def test_events_show_what_is_there_now(system: System) -> None:
    """Loaders of a subscription forget what they read for the event before."""
    query = "subscription($after: String) { events(after: $after, types: [CANDIDATE_CREATED, CANDIDATE_UPDATED]) { candidate { name version } } }"
    create = 'mutation($version: String!) { createCandidate(input: { name: "Wanda Wechsel", headline: $version, emails: ["wanda@example.com"] }) { candidate { version } } }'
    start = (await system.data("{ talentSearch(first: 1) { indexedThrough } }"))["talentSearch"][
        "indexedThrough"
    ]
    async with _socket(system) as socket:
        await _init(socket, system.tokens["recruiter"])
        payload = {"query": query, "variables": {"after": str(start)}}
        await _send(socket, id="1", type="subscribe", payload=payload)
        for number in (1, 2):
            await system.data(create, {"version": f"v{number}"})
            while True:
                event = (await _receive(socket))["payload"]["data"]["events"]
                if event["candidate"] and event["candidate"]["name"] == "Wanda Wechsel":
                    break
            assert event["candidate"]["version"] == number


async def test_a_query_works_over_the_socket_too(system: System) -> None:
    async with _socket(system) as socket:
        await _init(socket, system.tokens["recruiter"])
        await _send(
            socket, id="q", type="subscribe", payload={"query": "{ jobs(first: 1) { nodes { title } } }"}
        )
        assert (await _receive(socket))["payload"]["data"]["jobs"]["nodes"]
        assert (await _receive(socket))["type"] == "complete"


@pytest.mark.parametrize("payload", [None, {}, {"Authorization": "Bearer nonsense"}, {"Authorization": 7}])
async def test_without_a_valid_token_the_socket_closes(system: System, payload: Any) -> None:
    async with _socket(system) as socket:
        message = {"type": "connection_init"} | ({} if payload is None else {"payload": payload})
        await socket.send(json.dumps(message))
        assert await _close_code(socket) == 4403


async def test_subscribing_before_init_closes(system: System) -> None:
    async with _socket(system) as socket:
        await _send(socket, id="1", type="subscribe", payload={"query": EVENTS})
        assert await _close_code(socket) == 4401


async def test_the_legacy_protocol_is_refused(system: System) -> None:
    async with _socket(system, "graphql-ws") as socket:
        assert await _close_code(socket) == 4406


async def test_a_role_without_the_permission_is_refused(system: System) -> None:
    async with _socket(system) as socket:
        await _init(socket, system.tokens["employee"])
        await _send(socket, id="1", type="subscribe", payload={"query": EVENTS, "variables": {"after": "0"}})
        message = await _receive(socket)
        assert _code(message) == "FORBIDDEN"


async def test_partners_hear_only_of_jobs(system: System) -> None:
    data = await system.data("{ events(first: 100) { nodes { type candidateId } } }", role="partner")
    heard = {event["type"] for event in data["events"]["nodes"]}
    assert {"JOB_CREATED"} <= heard <= {"JOB_CREATED", "JOB_UPDATED", "JOB_CLOSED", "JOB_REOPENED"}
    assert {event["candidateId"] for event in data["events"]["nodes"]} == {None}


async def test_a_bad_cursor_is_a_clear_error(system: System) -> None:
    async with _socket(system) as socket:
        await _init(socket, system.tokens["recruiter"])
        await _send(socket, id="1", type="subscribe", payload={"query": EVENTS, "variables": {"after": "-1"}})
        message = await _receive(socket)
        assert _code(message) == "INVALID_INPUT"


@pytest.mark.parametrize(
    "frame",
    [
        "[]",
        '"x"',
        "1",
        "null",
        "{}",
        "[" * 50_000,
        '{"type": "subscribe", "id": [1], "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 7}}',
        '{"type": "subscribe", "id": "1", "payload": [1]}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": []}}',
        '{"type": 5}',
        '{"type": "nothing_such"}',
    ],
    ids=lambda frame: frame[:40],
)
async def test_a_frame_that_is_no_message_closes_the_socket(system: System, frame: str) -> None:
    async with _socket(system) as socket:
        await _init(socket, system.tokens["recruiter"])
        await socket.send(frame)
        assert await _close_code(socket) == 4400
    assert (await system.data("{ __typename }")) == {"__typename": "Query"}


async def test_a_frame_that_is_too_long_closes_the_socket(system: System) -> None:
    async with _socket(system) as socket:
        await _init(socket, system.tokens["recruiter"])
        await socket.send("x" * 300_000)
        assert await _close_code(socket) in {1006, 1009}
