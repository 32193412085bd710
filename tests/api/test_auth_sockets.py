"""Sockets end with the token or session that opened them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from api.auth import watch
from api.auth.authenticator import Authenticator
from api.auth.use import UseLog
from graph.client import Graph
from graph.errors import GraphUnavailable
from graph.ids import from_now
from graph.settings import GraphSettings
from tests.api.conftest import System
from tests.api.serving import Client, Served, client, serving
from tests.api.signing_in import Caller, member

CREATE = "mutation($input: CreateTokenInput!) { createToken(input: $input) { secret token { id } userErrors { message } } }"
REVOKE = "mutation($id: ID!) { revokeToken(input: { tokenId: $id }) { userErrors { code } } }"
USER = "query($email: String!) { users(first: 1, where: { email: { eq: $email } }) { nodes { id } } }"
EVENTS = "subscription { events(types: [JOB_CREATED]) { sequence } }"
FORBIDDEN = 4403


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def served(system: System) -> AsyncIterator[Served]:
    async with serving() as running:
        yield running


async def _token(system: System, **given: Any) -> Any:
    variables = {"input": {"label": "socket", "role": "RECRUITER", **given}}
    payload = (await system.data(CREATE, variables))["createToken"]
    assert payload["userErrors"] == []
    return payload


async def _is_closed(one: Client, reason: str) -> None:
    closed = (await one.closed()).rcvd
    assert closed is not None
    assert (closed.code, closed.reason) == (FORBIDDEN, reason)


async def _lives(one: Client) -> None:
    await one.send(type="ping")
    assert (await one.receive())["type"] == "pong"


async def test_a_socket_ends_when_its_token_expires(system: System, served: Served) -> None:
    made = await _token(system, expiresAt=from_now(timedelta(seconds=5)))
    async with client(served, made["secret"]) as one, client(served, system.tokens["recruiter"]) as other:
        await one.subscribe(EVENTS)
        await _is_closed(one, watch.EXPIRED)
        await _lives(other)


async def test_a_socket_ends_when_its_token_is_revoked(system: System, served: Served) -> None:
    made, kept = await _token(system), await _token(system)
    async with client(served, made["secret"]) as one, client(served, kept["secret"]) as other:
        await one.subscribe(EVENTS)
        await served.all_live(1)
        await system.data(REVOKE, {"id": made["token"]["id"]})
        await _is_closed(one, watch.REVOKED)
        await served.all_live(0)
        await _lives(other)


async def test_a_stream_of_events_ends_with_its_token(system: System, served: Served) -> None:
    made, said = await _token(system), ""
    headers = {"Authorization": f"Bearer {made['secret']}", "Accept": "text/event-stream"}
    async with (
        httpx.AsyncClient(timeout=60, trust_env=False) as http,
        http.stream(
            "POST", f"http://127.0.0.1:{served.port}/graphql", headers=headers, json={"query": EVENTS}
        ) as stream,
    ):
        async for line in stream.aiter_lines():
            if line.startswith("id:"):
                await system.data(REVOKE, {"id": made["token"]["id"]})
            said += line
    assert "UNAUTHENTICATED" in said
    assert watch.REVOKED in said
    assert "event: complete" not in said


@pytest.mark.parametrize("change", ["disable", "sign out", "role"])
async def test_a_socket_ends_with_its_session(system: System, served: Served, change: str) -> None:
    user = await member(system)
    (found,) = (await system.data(USER, {"email": user.email}))["users"]["nodes"]
    async with client(served, user.token) as one:
        await _lives(one)
        if change == "sign out":
            assert (await Caller(system.url).post("/auth/sign-out", token=user.token)).status_code == 204
        elif change == "disable":
            document = "mutation($id: ID!) { disableUser(input: { userId: $id }) { userErrors { code } } }"
            await system.data(document, {"id": found["id"]})
        else:
            document = "mutation($id: ID!) { setUserRole(input: { userId: $id, role: EMPLOYEE }) { userErrors { code } } }"
            await system.data(document, {"id": found["id"]})
        await _is_closed(one, watch.CHANGED if change == "role" else watch.REVOKED)


async def test_without_the_event_a_look_now_and_then_suffices(
    system: System, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch.Watch, "look_soon", lambda _: None)
    made = await _token(system)
    async with client(served, made["secret"]) as one:
        await system.data(REVOKE, {"id": made["token"]["id"]})
        await _is_closed(one, watch.REVOKED)


async def test_one_question_for_all_that_is_open(system: System, served: Served) -> None:
    asked: list[int] = []
    authenticator = served.app.state.authenticator

    class Counting:
        note_use = authenticator.note_use

        async def look_up(self, hashes: Any) -> Any:
            asked.append(len(list(hashes)))
            return await authenticator.look_up(hashes)

    looking = watch.Watch(Counting(), interval_seconds=60)  # type: ignore[arg-type]
    principal = await authenticator.principal(f"Bearer {system.tokens['admin']}")
    ended: list[str] = []
    for i in range(1_500):
        looking.enter(f"Bearer unknown {i}", principal, ended.append)
    leave = looking.enter(f"Bearer {system.tokens['admin']}", principal, ended.append)
    await looking.look()
    assert asked == [1_000, 501]
    assert ended == [watch.REVOKED] * 1_500
    leave()
    await looking.look()
    assert asked == [1_000, 501]


async def test_nothing_ends_while_nobody_knows(system: System, served: Served) -> None:
    authenticator = served.app.state.authenticator
    away = GraphSettings(uri="bolt://127.0.0.1:1", connect_seconds=0.2, retry_seconds=0.2)
    principal = await authenticator.principal(f"Bearer {system.tokens['admin']}")
    ended: list[str] = []
    async with Graph.open(away) as graph:
        blind = Authenticator(graph, remember_seconds=1, idle=timedelta(hours=1), use=UseLog(graph))
        looking = watch.Watch(blind, interval_seconds=60)
        looking.enter("Bearer x", principal, ended.append)
        with pytest.raises(GraphUnavailable):
            await looking.look()
    assert ended == []
