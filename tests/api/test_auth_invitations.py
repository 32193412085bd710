"""Invitations: by e-mail, once, for a while, and only what the inviter may do."""

import json
from typing import Any

import pytest

from graph.ids import new_id
from graph.tokens import AccessRole
from schema.node import Kind, global_id
from tests.api.conftest import System, kith
from tests.api.signing_in import Caller, invited, member
from tests.waiting import eventually

INVITE = """
mutation($email: String!, $role: AccessRole!, $colleague: ColleagueRef) {
  inviteUser(input: { email: $email, role: $role, colleague: $colleague }) {
    user { id email role status colleague { id name } invitation { expiresAt mailing } }
    userErrors { field message code }
  }
}
"""
REVOKE = "mutation($id: ID!) { revokeInvitation(input: { userId: $id }) { user { status invitation { mailing } } userErrors { field code } } }"
SET_ROLE = "mutation($id: ID!, $role: AccessRole!) { setUserRole(input: { userId: $id, role: $role }) { user { role } userErrors { field code } } }"
DISABLE = (
    "mutation($id: ID!) { disableUser(input: { userId: $id }) { user { status } userErrors { field code } } }"
)
ENABLE = (
    "mutation($id: ID!) { enableUser(input: { userId: $id }) { user { status } userErrors { field code } } }"
)


async def _invite(system: System, email: str, role: str = "RECRUITER", colleague: str | None = None) -> Any:
    variables = {"email": email, "role": role, "colleague": colleague and {"id": colleague}}
    return (await system.data(INVITE, variables))["inviteUser"]


def _mails(address: str) -> list[Any]:
    listed = kith("mail", "--json")
    assert listed.returncode == 0, listed.stderr
    return [mail for mail in json.loads(listed.stdout) if address in mail["to"]]


async def test_an_invitation_comes_by_mail_and_lets_in_once(system: System) -> None:
    email = f"{new_id()}@example.com"
    invited = await _invite(system, f" {email.upper()} ")
    assert invited["userErrors"] == []
    assert (invited["user"]["email"], invited["user"]["status"]) == (email, "INVITED")
    assert invited["user"]["invitation"]["mailing"] in {"QUEUED", "SENDING", "SENT"}

    async def sent() -> bool:
        document = "query($id: ID!) { node(id: $id) { ... on User { invitation { mailing } } } }"
        user = (await system.data(document, {"id": invited["user"]["id"]}))["node"]
        return bool(user["invitation"]["mailing"] == "SENT")

    await eventually(sent)
    (mail,) = _mails(email)
    (link,) = [line for line in mail["body"].splitlines() if line.startswith("http")]
    assert link.startswith(f"{system.url}/auth/invitation#")
    caller, invitation = Caller(system.url), link.partition("#")[2]
    assert (await caller.accept(invitation, "too short")).json()["errors"][0]["extensions"] == {
        "code": "INVALID_INPUT",
        "field": "password",
    }
    accepted = await caller.accept(invitation)
    assert accepted.status_code == 200
    viewer = await caller.viewer(accepted.json()["token"])
    assert (viewer["id"], viewer["role"]) == (invited["user"]["id"], "RECRUITER")
    before = await system.fingerprint()
    again = await caller.accept(invitation)
    assert (again.status_code, again.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert await system.fingerprint() == before


async def test_the_page_behind_the_link_has_no_effect_by_itself(system: System) -> None:
    before = await system.fingerprint()
    page = await Caller(system.url).get("/auth/invitation")
    assert page.status_code == 200
    assert "script-src 'sha256-" in page.headers["content-security-policy"]
    assert await system.fingerprint() == before


async def test_what_does_not_let_in_looks_the_same(system: System) -> None:
    over = (await invited(system.graph, f"{new_id()}@example.com", expires_at="2026-01-01T00:00:00.000000Z"))[
        1
    ]
    _, revoked = await invited(system.graph, email := f"{new_id()}@example.com")
    user = await _user(system, email)
    assert (await system.data(REVOKE, {"id": user}))["revokeInvitation"]["user"] == {
        "status": "INVITED",
        "invitation": None,
    }
    _, replaced = await invited(system.graph, email)
    _, current = await invited(system.graph, email)
    _, disabled = await invited(system.graph, other := f"{new_id()}@example.com")
    await system.data(DISABLE, {"id": await _user(system, other)})
    forged = f"{current.partition('.')[0]}.{'x' * 43}"
    before = await system.fingerprint()
    answers = [
        await Caller(system.url).accept(invitation)
        for invitation in (over, revoked, replaced, disabled, forged, "", ".", "x" * 1_000, f"{new_id()}.x")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert await system.fingerprint() == before
    assert (await Caller(system.url).accept(current)).status_code == 200


async def _user(system: System, email: str) -> str:
    document = "query($email: String!) { users(first: 1, where: { email: { eq: $email } }) { nodes { id } } }"
    (found,) = (await system.data(document, {"email": email}))["users"]["nodes"]
    id_: str = found["id"]
    return id_


async def test_a_user_is_the_colleague_with_the_address(system: System) -> None:
    document = "{ colleagues(first: 3) { nodes { id name emails } } }"
    first, second, third = (await system.data(document))["colleagues"]["nodes"]
    found = (await _invite(system, first["emails"][0]))["user"]["colleague"]
    assert found == {"id": first["id"], "name": first["name"]}
    named = await _invite(system, f"{new_id()}@example.com", colleague=second["id"])
    assert named["user"]["colleague"]["id"] == second["id"]
    before = await system.fingerprint()
    taken = await _invite(system, f"{new_id()}@example.com", colleague=second["id"])
    assert [(e["field"], e["code"]) for e in taken["userErrors"]] == [("colleague", "USER_EXISTS")]
    nobody = await _invite(system, f"{new_id()}@example.com", colleague=global_id(Kind.PERSON, new_id()))
    assert [(e["field"], e["code"]) for e in nobody["userErrors"]] == [("colleague", "NOT_FOUND")]
    assert await system.fingerprint() == before
    caller = Caller(system.url)
    _, invitation = await invited(system.graph, third["emails"][0])
    token = (await caller.accept(invitation)).json()["token"]
    viewer = await caller.viewer(token)
    assert viewer["personId"] == third["id"]
    assert viewer["colleague"] == {"name": third["name"]}


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a b@example.com", "a@example.com\n", "x" * 300 + "@example.com"]
)
async def test_an_address_has_to_be_one(system: System, email: str) -> None:
    before = await system.fingerprint()
    refused = await _invite(system, email)
    if email.strip() == "a@example.com":
        assert refused["user"]["email"] == "a@example.com"
        return
    assert [(e["field"], e["code"]) for e in refused["userErrors"]] == [("email", "MALFORMED")]
    assert await system.fingerprint() == before


async def test_refusals_of_administrators(system: System) -> None:
    admin, user = await member(system, AccessRole.ADMIN), await member(system)
    admin_id, user_id = await _user(system, admin.email), await _user(system, user.email)
    caller = Caller(system.url)
    before = await system.fingerprint()
    for document, variables, name, expected in (
        (DISABLE, {"id": admin_id}, "disableUser", ("userId", "NOT_YOURSELF")),
        (SET_ROLE, {"id": admin_id, "role": "EMPLOYEE"}, "setUserRole", ("userId", "NOT_YOURSELF")),
        (SET_ROLE, {"id": user_id, "role": "CANDIDATE"}, "setUserRole", ("role", "ROLE_BY_LINK_ONLY")),
        (INVITE, {"email": user.email, "role": "ADMIN"}, "inviteUser", ("email", "USER_EXISTS")),
        (
            INVITE,
            {"email": f"{new_id()}@example.com", "role": "CANDIDATE"},
            "inviteUser",
            ("role", "ROLE_BY_LINK_ONLY"),
        ),
        (REVOKE, {"id": user_id}, "revokeInvitation", ("userId", "NO_OPEN_INVITATION")),
        (DISABLE, {"id": global_id(Kind.USER, new_id())}, "disableUser", ("userId", "NOT_FOUND")),
        (ENABLE, {"id": global_id(Kind.JOB, new_id())}, "enableUser", ("userId", "NOT_FOUND")),
    ):
        answer = (await caller.graphql(document, admin.token, **variables)).json()["data"][name]
        assert answer["user"] is None, name
        assert [(error["field"], error["code"]) for error in answer["userErrors"]] == [expected]
    assert await system.fingerprint() == before
    assert (await caller.viewer(user.token))["role"] == "RECRUITER"


async def test_a_disabled_user_is_out_and_may_come_back(system: System) -> None:
    user, caller = await member(system), Caller(system.url)
    id_ = await _user(system, user.email)
    assert (await system.data(DISABLE, {"id": id_}))["disableUser"]["user"]["status"] == "DISABLED"

    async def out() -> bool:
        return await caller.viewer(user.token) is None

    await eventually(out, within=10)
    assert (await caller.sign_in(user.email)).status_code == 401
    assert (await system.data(ENABLE, {"id": id_}))["enableUser"]["user"]["status"] == "ACTIVE"
    assert (await caller.sign_in(user.email)).status_code == 200
    assert await caller.viewer(user.token) is None, "its sessions stay ended"


async def test_only_administrators_hear_of_access(system: System) -> None:
    await member(system)
    await system.settled()
    document = "{ events(first: 100, types: [USER_INVITED, USER_JOINED, SESSION_STARTED]) { nodes { type userId actor { kind name } detail { role signIn } } } }"
    heard = (await system.data(document))["events"]["nodes"]
    assert {event["type"] for event in heard} == {"USER_INVITED", "USER_JOINED", "SESSION_STARTED"}
    assert "@" not in json.dumps(heard)
    for role in ("recruiter", "sourcer", "partner"):
        assert (await system.data(document, role=role))["events"]["nodes"] == []
