"""Service tokens: made, narrowed, rotated and revoked by administrators, and only as wide as they are."""

import asyncio
import json
import os
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from graph.client import Statement
from graph.ids import from_now, new_id
from graph.rights import ADMINISTRATION, GRANTS, Permission
from graph.tokens import AccessRole
from schema.node import Kind, any_id, global_id
from tests.api.conftest import System, kith
from tests.api.serving import serving
from tests.api.signing_in import Caller, kept, logs
from tests.api.test_partners import approved
from tests.waiting import eventually
from workers.bus import STREAM

CREATE = """
mutation($input: CreateTokenInput!) {
  createToken(input: $input) {
    secret token { id label role scopes createdAt createdBy { kind name } expiresAt lastUsedAt revokedAt }
    userErrors { field message code }
  }
}
"""
ROTATE = """
mutation($id: ID!, $hours: Int! = 24) {
  rotateToken(input: { tokenId: $id, overlapHours: $hours }) {
    secret token { previousSecretUntil } userErrors { field message code }
  }
}
"""
REVOKE = "mutation($id: ID!) { revokeToken(input: { tokenId: $id }) { token { revokedAt } userErrors { field code } } }"
SET_ROLE = "mutation($id: ID!) { setUserRole(input: { userId: $id, role: ADMIN }) { userErrors { code } } }"
TOKEN_OF = Statement(
    "tests.token_of",
    "MATCH (t:Token {label: $label})-[:OF]->(:PartnerApplication {id: $id}) RETURN t.id AS id",
)
JOBS = "{ jobs(first: 1) { totalCount } }"
CANDIDATES = "{ candidates(first: 1) { totalCount } }"


async def _create(system: System, **given: Any) -> Any:
    payload = (await system.data(CREATE, {"input": {"label": "test", "role": "RECRUITER", **given}}))[
        "createToken"
    ]
    assert payload["userErrors"] == []
    return payload


async def _codes(caller: Caller, document: str, token: str, **variables: Any) -> list[str]:
    response = await caller.graphql(document, token, **variables)
    return [error["extensions"]["code"] for error in response.json().get("errors", [])]


async def test_scopes_narrow_a_role(system: System) -> None:
    made = await _create(system, scopes=["JOBS_READ"])
    assert made["token"]["scopes"] == ["JOBS_READ"]
    assert made["token"]["createdBy"]["kind"] == "TOKEN"
    assert made["token"]["createdBy"]["name"]
    caller = Caller(system.url)
    assert await _codes(caller, JOBS, made["secret"]) == []
    assert await _codes(caller, CANDIDATES, made["secret"]) == ["FORBIDDEN"]
    viewer = await caller.viewer(made["secret"])
    assert (viewer["kind"], viewer["role"]) == ("TOKEN", "RECRUITER")
    assert viewer["scopes"] == viewer["permissions"] == ["JOBS_READ"]
    assert viewer["id"] == made["token"]["id"]
    whole = await _create(system)
    assert await _codes(caller, CANDIDATES, whole["secret"]) == []


async def test_a_command_makes_narrowed_tokens(system: System) -> None:
    made = kith("token", "create", "--role", "recruiter", "--scope", "jobs:read", "--scope", "events:read")
    assert made.returncode == 0, made.stderr
    viewer = await Caller(system.url).viewer(made.stdout.strip())
    assert viewer["permissions"] == ["EVENTS_READ", "JOBS_READ"]
    for scope in ("jobs:rule", "users:manage"):
        refused = kith("token", "create", "--role", "recruiter", "--scope", scope)
        assert refused.returncode == 1
        assert f"has no permission {scope}" in refused.stderr


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"label": " "}, "label", "REQUIRED"),
        ({"label": "x" * 201}, "label", "TOO_LONG"),
        ({"role": "CANDIDATE"}, "role", "ROLE_BY_LINK_ONLY"),
        ({"expiresAt": "2026-01-01T00:00:00Z"}, "expiresAt", "OUT_OF_RANGE"),
        ({"scopes": []}, "scopes", "REQUIRED"),
        ({"role": "EMPLOYEE", "scopes": ["CANDIDATES_READ"]}, "scopes", "SCOPE_OUTSIDE_ROLE"),
        ({"scopes": ["USERS_MANAGE"]}, "scopes", "SCOPE_OUTSIDE_ROLE"),
    ],
)
async def test_refused_tokens(system: System, given: Any, field: str, code: str) -> None:
    before = await system.fingerprint()
    payload = (await system.data(CREATE, {"input": {"label": "test", "role": "RECRUITER", **given}}))[
        "createToken"
    ]
    assert [(e["field"], e["code"]) for e in payload["userErrors"]] == [(field, code)]
    assert payload["token"] is payload["secret"] is None
    assert await system.fingerprint() == before


async def test_nobody_gives_away_more_than_they_have(system: System) -> None:
    scopes = ["TOKENS_MANAGE", "USERS_MANAGE", "JOBS_READ"]
    narrow = (await _create(system, role="ADMIN", scopes=scopes))["secret"]
    wide = await _create(system, role="ADMIN")
    caller = Caller(system.url)
    before = await system.fingerprint()
    for document, variables in (
        (CREATE, {"input": {"label": "x", "role": "ADMIN"}}),
        (CREATE, {"input": {"label": "x", "role": "RECRUITER"}}),
        (CREATE, {"input": {"label": "x", "role": "ADMIN", "scopes": [*scopes, "EVENTS_READ"]}}),
        (ROTATE, {"id": wide["token"]["id"]}),
        (
            'mutation { inviteUser(input: { email: "x@example.com", role: RECRUITER }) { userErrors { code } } }',
            {},
        ),
        (SET_ROLE, {"id": global_id(Kind.USER, new_id())}),
    ):
        (payload,) = (await caller.graphql(document, narrow, **variables)).json()["data"].values()
        assert [error["code"] for error in payload["userErrors"]] == ["MORE_THAN_YOURS"], document
        assert payload.get("secret") is None
    assert await system.fingerprint() == before
    assert await caller.viewer(wide["secret"]) is not None
    assert (
        await _codes(caller, CREATE, narrow, input={"label": "x", "role": "ADMIN", "scopes": ["JOBS_READ"]})
        == []
    )
    revoked = await caller.graphql(REVOKE, narrow, id=wide["token"]["id"])
    assert revoked.json()["data"]["revokeToken"]["userErrors"] == [], "to take away is no gain"


async def test_a_rotated_token_overlaps_and_a_revoked_one_is_gone(system: System) -> None:
    made, caller = await _create(system), Caller(system.url)
    id_, first = made["token"]["id"], made["secret"]
    assert await caller.viewer(first) is not None
    rotated = (await system.data(ROTATE, {"id": id_}))["rotateToken"]
    second = rotated["secret"]
    old, new = await caller.viewer(first), await caller.viewer(second)
    assert old["id"] == new["id"] == id_
    assert new["expiresAt"] is None
    at_once = (await system.data(ROTATE, {"id": id_, "hours": 0}))["rotateToken"]

    async def gone(*secrets: str) -> bool:
        return [await caller.viewer(secret) for secret in secrets] == [None] * len(secrets)

    await eventually(lambda: gone(first, second), within=10)
    assert await caller.viewer(at_once["secret"]) is not None
    for hours in (-1, 169):
        before = await system.fingerprint()
        refused = (await system.data(ROTATE, {"id": id_, "hours": hours}))["rotateToken"]
        assert [(e["field"], e["code"]) for e in refused["userErrors"]] == [("overlapHours", "OUT_OF_RANGE")]
        assert await system.fingerprint() == before
    revoked = (await system.data(REVOKE, {"id": id_}))["revokeToken"]
    assert revoked["token"]["revokedAt"]
    await eventually(lambda: gone(at_once["secret"]), within=10)
    again = (await system.data(REVOKE, {"id": id_}))["revokeToken"]
    assert again == revoked
    conflict = (await system.data(ROTATE, {"id": id_}))["rotateToken"]
    assert [(e["field"], e["code"]) for e in conflict["userErrors"]] == [("tokenId", "TOKEN_ENDED")]


async def test_a_token_ends_at_its_moment(system: System) -> None:
    made = await _create(system, expiresAt=from_now(timedelta(seconds=3)))
    caller = Caller(system.url)
    assert (await caller.viewer(made["secret"]))["expiresAt"] == made["token"]["expiresAt"]

    async def over() -> bool:
        return await caller.viewer(made["secret"]) is None

    await eventually(over, within=10)


async def test_use_is_seen_without_anybody_waiting_for_it(system: System) -> None:
    made, unused = await _create(system), await _create(system)
    document = "query($id: ID!) { node(id: $id) { ... on Token { lastUsedAt } } }"

    async def used(token: Any) -> Any:
        return (await system.data(document, {"id": token["token"]["id"]}))["node"]["lastUsedAt"]

    async with serving() as served:
        caller = Caller(f"http://127.0.0.1:{served.port}")
        assert await caller.viewer(made["secret"]) is not None
        assert await used(made) is None, "nothing was written on the way of the request"
    assert await used(made) is not None, "a process that ends writes what it knows"
    assert await used(unused) is None


async def test_a_partners_token_ends_and_rotates_like_others(system: System) -> None:
    """What `issuePartnerToken` makes is rotated by `rotateToken`, shows its last use, and ends at its moment."""
    document = "query OpenJobs { jobs(first: 1) { totalCount } }"
    partner = await approved(system, document)
    issued = await system.data(
        "mutation($id: ID!, $at: DateTime!) { issuePartnerToken(input: "
        '{ applicationId: $id, label: "ends", expiresAt: $at }) { token userErrors { code } } }',
        {"id": partner.id, "at": from_now(timedelta(seconds=8))},
    )
    ending = issued["issuePartnerToken"]["token"]
    caller = Caller(system.url)

    async def runs(secret: str) -> bool:
        response = await caller.graphql(document, secret)
        return response.status_code == 200 and "errors" not in response.json()

    assert await runs(ending)
    (row,) = await system.graph.execute(TOKEN_OF, id=any_id(partner.id)[1], label="test")  # type: ignore[index]
    id_ = global_id(Kind.TOKEN, row["id"])
    second = (await system.data(ROTATE, {"id": id_}))["rotateToken"]["secret"]
    assert await runs(partner.token)
    assert await runs(second)
    third = (await system.data(ROTATE, {"id": id_, "hours": 0}))["rotateToken"]["secret"]
    await eventually(lambda: _refused(caller, document, partner.token, second), within=10)
    assert await runs(third)
    async with serving() as served:  # a process that ends writes what it knows of use
        own = await Caller(f"http://127.0.0.1:{served.port}").graphql(document, third)
        assert own.status_code == 200
    used = await system.data(
        "query($id: ID!) { node(id: $id) { ... on Token { lastUsedAt role } } }", {"id": id_}
    )
    assert used["node"]["lastUsedAt"] is not None
    assert used["node"]["role"] == "PARTNER"
    await eventually(lambda: _refused(caller, document, ending), within=15)


async def _refused(caller: Caller, document: str, *secrets: str) -> bool:
    return all([(await caller.graphql(document, secret)).status_code == 401 for secret in secrets])


async def test_two_processes_forget_a_revoked_token_by_the_event(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITH_API_TOKEN_CACHE_SECONDS", "60")
    made = await _create(system)
    async with serving() as served:
        caller = Caller(f"http://127.0.0.1:{served.port}")
        assert await caller.viewer(made["secret"]) is not None
        await system.data(REVOKE, {"id": made["token"]["id"]})

        async def gone() -> bool:
            return await caller.viewer(made["secret"]) is None

        await eventually(gone, within=20)


async def test_secrets_are_nowhere_as_they_are(system: System) -> None:
    made, caller = await _create(system), Caller(system.url)
    rotated = (await system.data(ROTATE, {"id": made["token"]["id"]}))["rotateToken"]
    await asyncio.gather(*(caller.viewer(secret) for secret in (made["secret"], rotated["secret"])))
    await system.settled()
    async with Redis.from_url(os.environ["KITH_REDIS_URL"]) as redis:
        stream = repr(await redis.xrange(STREAM))
    held, logged = await kept(system.graph), logs()
    for secret in (made["secret"], rotated["secret"]):
        for text in (held, stream, logged):
            assert secret.removeprefix("kith_") not in text


async def test_no_answer_has_a_hash(system: System) -> None:
    made = await _create(system)
    document = '{ __type(name: "Token") { fields { name } } }'
    fields = {field["name"] for field in (await system.data(document))["__type"]["fields"]}
    assert not {name for name in fields if "hash" in name.lower() or name == "secret"}
    listed = json.dumps(await system.data("{ tokens(first: 10) { nodes { id label scopes lastUsedAt } } }"))
    assert made["token"]["id"] in listed
    assert made["secret"] not in listed


async def test_administrators_alone_hear_of_tokens(system: System) -> None:
    made = await _create(system)
    await system.data(REVOKE, {"id": made["token"]["id"]})
    await system.settled()
    document = "query($after: String!) { events(first: 100, after: $after, types: [TOKEN_CREATED, TOKEN_ROTATED, TOKEN_REVOKED]) { nodes { type tokenId } pageInfo { endCursor hasNextPage } } }"

    async def heard(role: str) -> list[Any]:
        seen, after, more = [], "0", True
        while more:
            events = (await system.data(document, {"after": after}, role=role))["events"]
            seen += events["nodes"]
            after, more = events["pageInfo"]["endCursor"], events["pageInfo"]["hasNextPage"]
        return seen

    mine = [event["type"] for event in await heard("admin") if event["tokenId"] == made["token"]["id"]]
    assert mine == ["TOKEN_CREATED", "TOKEN_REVOKED"]
    for role in ("recruiter", "sourcer", "partner"):
        assert await heard(role) == []


def test_recruiters_decide_nothing_about_access() -> None:
    assert {Permission.USERS_MANAGE, Permission.TOKENS_MANAGE} <= ADMINISTRATION
    for role, granted in GRANTS.items():
        assert bool(ADMINISTRATION & granted) == (role is AccessRole.ADMIN)
