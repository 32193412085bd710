"""Signing in and out with a password, at the door."""

import asyncio
import os
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from redis.asyncio import Redis

from api.auth.passwords import Passwords
from graph.client import Graph, Statement
from graph.ids import new_id
from graph.tokens import AccessRole
from tests.api.conftest import System, kith
from tests.api.signing_in import PASSWORD, Caller, invited, kept, logs, member
from tests.waiting import eventually
from workers.bus import STREAM

HASH = Statement("tests.password_hash", "MATCH (u:User {id: $id}) RETURN u.password_hash AS hash")
SET_HASH = Statement("tests.set_password_hash", "MATCH (u:User {id: $id}) SET u.password_hash = $hash")
AGE = Statement(
    "tests.age_sessions",
    "MATCH (s:Session)-[:OF]->(:User {id: $id}) SET s.seen_at = '2026-01-01T00:00:00.000000Z'",
)
END = Statement(
    "tests.end_sessions",
    "MATCH (s:Session)-[:OF]->(:User {id: $id}) SET s.expires_at = '2026-01-01T00:00:00.000000Z'",
)


async def test_the_first_administrator_comes_in_by_the_command_line(system: System) -> None:
    email = f"{new_id()}@example.com"
    made = kith("user", "invite", email, "--role", "admin")
    assert made.returncode == 0, made.stderr
    link = made.stdout.strip()
    assert link.startswith(f"{system.url}/auth/invitation#")
    caller = Caller(system.url)
    accepted = await caller.accept(link.partition("#")[2])
    assert accepted.status_code == 200, accepted.text
    assert accepted.headers["cache-control"] == "no-store"
    token = accepted.json()["token"]
    viewer = await caller.viewer(token)
    assert (viewer["kind"], viewer["role"]) == ("USER", "ADMIN")
    assert viewer["expiresAt"] == accepted.json()["expiresAt"]
    listed = kith("user", "list")
    assert email in listed.stdout
    disabled = kith("user", "disable", email)
    assert disabled.returncode == 0, disabled.stderr

    async def out() -> bool:
        return await caller.viewer(token) is None

    await eventually(out, within=10)
    unknown = kith("user", "disable", "nobody@example.com")
    assert unknown.returncode == 1
    assert "there is no such user" in unknown.stderr


async def test_signing_out_ends_the_session_at_once(system: System) -> None:
    user, caller = await member(system), Caller(system.url)
    token = await caller.token(user.email.upper())
    assert token != user.token
    assert (await caller.viewer(token))["role"] == "RECRUITER"
    assert (await caller.post("/auth/sign-out", token=token)).status_code == 204
    assert await caller.viewer(token) is None
    assert (await caller.post("/auth/sign-out", token=token)).status_code == 401
    assert await caller.viewer(user.token) is not None


async def test_a_service_token_cannot_sign_out(system: System) -> None:
    refused = await Caller(system.url).post("/auth/sign-out", token=system.tokens["admin"])
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (400, "CONFLICT")
    assert await Caller(system.url).viewer(system.tokens["admin"]) is not None


async def test_unknown_wrong_and_disabled_look_the_same(system: System) -> None:
    user, disabled = await member(system), await member(system)
    await system.data(
        "mutation($id: ID!) { disableUser(input: { userId: $id }) { userErrors { message } } }",
        {"id": await _global_id(system, disabled.email)},
    )
    pending = f"{new_id()}@example.com"
    await invited(system.graph, pending)
    before = await system.fingerprint()
    answers = [
        await Caller(system.url).sign_in(email, password)
        for email, password in (
            (user.email, "a wrong password"),
            ("nobody@example.com", PASSWORD),
            (disabled.email, PASSWORD),
            (pending, PASSWORD),
            (user.email, ""),
            ("x" * 1_000, PASSWORD),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert await system.fingerprint() == before


async def _global_id(system: System, email: str) -> str:
    document = "query($email: String!) { users(first: 1, where: { email: { eq: $email } }) { nodes { id } } }"
    (found,) = (await system.data(document, {"email": email}))["users"]["nodes"]
    id_: str = found["id"]
    return id_


async def test_unknown_and_wrong_cost_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords, tried = Passwords(), []

    def verify(self: PasswordHasher, hash: str, password: str) -> bool:
        tried.append(hash)
        raise VerifyMismatchError

    right = await passwords.hash(PASSWORD)
    monkeypatch.setattr(PasswordHasher, "verify", verify)
    assert not await passwords.verify("wrong", right)
    assert not await passwords.verify("wrong", None)
    known, nobodys = tried
    assert known.split("$")[:4] == nobodys.split("$")[:4], "the same parameters"
    passwords.close()


async def test_nobody_has_the_password_of_nobody() -> None:
    passwords = Passwords()
    assert not await passwords.verify("nobody has this password", None)
    passwords.close()


async def test_one_password_typed_in_two_ways() -> None:
    passwords = Passwords()
    assert await passwords.verify("Cafe\u0301 au lait!", await passwords.hash("Caf\u00e9 au lait!"))
    passwords.close()


@pytest.mark.parametrize("path", ["/auth/sign-in", "/auth/accept-invitation"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{}",
        b"[" * 100_000,
        b"\xff",
        b'{"email": "a@example.com"}',
        b'{"email": 1, "password": "x", "invitation": "x"}',
        b'{"email": "a@example.com", "password": null}',
        b'{"email": "a@example.com", "password": "x", "more": "x"}',
        b'{"email": "a@example.com", "password": "' + b"x" * 5_000 + b'"}',
        b'{"invitation": "x", "password": {}}',
    ],
    ids=lambda value: str(value)[:24],
)
async def test_other_shapes_are_refused(system: System, path: str, body: bytes) -> None:
    before = await system.fingerprint()
    json = {"Content-Type": "application/json"}
    response = await Caller(system.url).post(path, content=body, headers=json)
    assert response.status_code == 400, response.text
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert await system.fingerprint() == before


async def test_a_form_is_not_taken(system: System) -> None:
    user = await member(system)
    response = await Caller(system.url).post(
        "/auth/sign-in", data={"email": user.email, "password": PASSWORD}
    )
    assert response.status_code == 400
    response = await Caller(system.url).post(
        "/auth/sign-in", content=b"x" * 2 * 1024 * 1024, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 413


async def test_attempts_for_one_account_are_bounded_whether_it_exists_or_not(system: System) -> None:
    user = await member(system)
    for email in (user.email, f"{new_id()}@example.com"):
        answers = [await Caller(system.url).sign_in(email, "wrong") for _ in range(11)]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429], email
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 15 * 60
        assert answers[-1].json()["errors"][0]["extensions"]["code"] == "TOO_MANY_ATTEMPTS"
    assert (await Caller(system.url).sign_in(user.email.upper())).status_code == 429
    assert await Caller(system.url).viewer(user.token) is not None, "sessions go on"
    other = await member(system)
    assert (await Caller(system.url).sign_in(other.email)).status_code == 200


async def test_success_forgives_the_attempts_before_it(system: System) -> None:
    user, caller = await member(system), Caller(system.url)
    for _ in range(2):
        assert {(await caller.sign_in(user.email, "wrong")).status_code for _ in range(9)} == {401}
        await caller.token(user.email)


async def test_attempts_from_one_address_are_bounded(system: System) -> None:
    caller = Caller(system.url)
    answers = await asyncio.gather(*(caller.accept("none", "short") for _ in range(101)))
    assert sorted(answer.status_code for answer in answers) == [400] * 100 + [429]
    assert (await Caller(system.url).accept("none", "short")).status_code == 400


async def test_a_changed_password_ends_the_other_sessions(system: System) -> None:
    user, caller = await member(system), Caller(system.url)
    token, new = await caller.token(user.email), "quite another password"
    assert await caller.viewer(user.token) is not None

    async def changed(current: str, to: str) -> Any:
        body = {"currentPassword": current, "newPassword": to}
        return await caller.post("/auth/change-password", token=token, json=body)

    for current, to, field in (("wrong", new, "currentPassword"), (PASSWORD, "short", "newPassword")):
        refused = await changed(current, to)
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "field": field}
    assert await caller.viewer(user.token) is not None
    assert (await changed(PASSWORD, new)).status_code == 204
    assert await caller.viewer(user.token) is None
    assert await caller.viewer(token) is not None
    assert (await caller.sign_in(user.email)).status_code == 401
    assert (await caller.sign_in(user.email, new)).status_code == 200


async def test_an_outdated_hash_is_made_anew_at_the_next_sign_in(system: System) -> None:
    user, caller = await member(system), Caller(system.url)
    old = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    await system.graph.execute(SET_HASH, id=user.id, hash=old)
    assert (await caller.sign_in(user.email, "wrong")).status_code == 401
    assert await _hash(system.graph, user.id) == old
    await caller.token(user.email)
    new = await _hash(system.graph, user.id)
    assert new != old
    assert not PasswordHasher().check_needs_rehash(new)
    await caller.token(user.email)
    assert await _hash(system.graph, user.id) == new


async def _hash(graph: Graph, id_: str) -> str:
    (row,) = await graph.execute(HASH, id=id_)
    found: str = row["hash"]
    return found


@pytest.mark.parametrize("statement", [AGE, END], ids=["unused for long", "over"])
async def test_a_session_ends_by_itself(system: System, statement: Statement) -> None:
    user, caller = await member(system), Caller(system.url)
    await system.graph.execute(statement, id=user.id)

    async def ended() -> bool:
        return await caller.viewer(user.token) is None

    await eventually(ended, within=10)


async def test_a_role_changes_at_once(system: System) -> None:
    user, caller = await member(system), Caller(system.url)
    assert (await caller.viewer(user.token))["role"] == "RECRUITER"
    await system.data(
        "mutation($id: ID!) { setUserRole(input: { userId: $id, role: EMPLOYEE }) { user { role } userErrors { message } } }",
        {"id": await _global_id(system, user.email)},
    )

    async def changed() -> bool:
        return bool((await caller.viewer(user.token))["role"] == "EMPLOYEE")

    await eventually(changed, within=10)


async def test_secrets_are_nowhere_as_they_are(system: System) -> None:
    password, email = f"planted {new_id()}", f"{new_id()}@example.com"
    _, invitation = await invited(system.graph, email, AccessRole.ADMIN)
    caller = Caller(system.url)
    assert (await caller.accept(invitation, password)).status_code == 200
    token = await caller.token(email, password)
    await caller.sign_in(email, f"{password}, nearly")
    await caller.viewer(token)
    await system.settled()
    async with Redis.from_url(os.environ["KITH_REDIS_URL"]) as redis:
        stream = repr(await redis.xrange(STREAM))
    logged = logs()
    assert logged
    held = await kept(system.graph)
    assert email in held, "the search finds what is kept"
    for secret in (password, token, token.removeprefix("kiths_"), invitation, invitation.partition(".")[2]):
        for name, text in (("graph", held), ("stream", stream), ("logs", logged)):
            assert secret not in text, name
    assert email not in stream
    assert email not in logged
