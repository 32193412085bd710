"""Candidates sign in by a link in a mail, and nobody learns who is a candidate here."""

import json
from typing import Any

import pytest

from graph.client import Statement
from graph.ids import new_id
from tests.api.conftest import System, kith
from tests.api.signing_in import Caller, kept, logs, member
from tests.waiting import eventually

CREATE = "mutation($input: CreateCandidateInput!) { createCandidate(input: $input) { candidate { id } userErrors { message } } }"
LINKS = Statement("tests.links", "MATCH (l:AccessLink {address: $email}) RETURN count(l) AS links")
EXPIRE = Statement(
    "tests.expire_links",
    "MATCH (l:AccessLink {address: $email}) SET l.expires_at = '2026-01-01T00:00:00.000000Z'",
)


async def _candidate(system: System) -> tuple[str, str]:
    email = f"{new_id()}@example.com"
    created = await system.data(CREATE, {"input": {"name": "Kim Link", "emails": [email]}})
    id_: str = created["createCandidate"]["candidate"]["id"]
    return id_, email


async def _ask(system: System, email: str) -> Any:
    return await Caller(system.url).post("/auth/magic-link", json={"email": email})


def _links(email: str) -> list[str]:
    listed = kith("mail", "--json")
    assert listed.returncode == 0, listed.stderr
    mails = [mail for mail in json.loads(listed.stdout) if email in mail["to"]]
    return [line for mail in mails for line in mail["body"].splitlines() if line.startswith("http")]


async def _mailed(system: System, email: str) -> str:
    """Ask for a link; return what stands behind its `#`."""
    assert (await _ask(system, email)).status_code == 202

    async def arrived() -> list[str]:
        return _links(email.lower())

    (link,) = await eventually(arrived)
    assert link.startswith(f"{system.url}/auth/link#")
    return link.partition("#")[2]


async def _redeem(system: System, link: str) -> Any:
    return await Caller(system.url).post("/auth/magic-link/redeem", json={"link": link})


async def test_a_link_lets_a_candidate_in_once(system: System) -> None:
    id_, email = await _candidate(system)
    link = await _mailed(system, email.upper())
    entered = await _redeem(system, link)
    assert entered.status_code == 200, entered.text
    caller, token = Caller(system.url), entered.json()["token"]
    viewer = await caller.viewer(token)
    assert (viewer["kind"], viewer["role"], viewer["personId"]) == ("CANDIDATE", "CANDIDATE", id_)
    assert viewer["id"] == id_
    seen = await caller.graphql("{ candidates(first: 9) { totalCount nodes { id emails } } }", token)
    assert seen.json()["data"]["candidates"] == {"totalCount": 1, "nodes": [{"id": id_, "emails": [email]}]}
    forbidden = await caller.graphql("{ companies(first: 1) { totalCount } }", token)
    assert [e["extensions"]["code"] for e in forbidden.json()["errors"]] == ["FORBIDDEN"]
    before = await system.fingerprint()
    again = await _redeem(system, link)
    assert (again.status_code, again.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert await system.fingerprint() == before
    assert (await caller.post("/auth/sign-out", token=token)).status_code == 204
    assert await caller.viewer(token) is None
    held, logged = await kept(system.graph), logs()
    for secret in (link.partition(".")[2], token.removeprefix("kiths_")):
        assert secret not in held + logged
    assert email not in logged


async def test_strangers_get_the_same_answer_and_no_mail(system: System) -> None:
    _, email = await _candidate(system)
    user = await member(system)
    unknown = f"{new_id()}@example.com"
    answers = [await _ask(system, address) for address in (unknown, user.email, "", "x" * 1_000)]
    link = await _mailed(system, email)
    answers.append(await _ask(system, email))
    assert {answer.status_code for answer in answers} == {202}
    assert {answer.content for answer in answers} == {b""}
    for address in (unknown, user.email):
        (row,) = await system.graph.execute(LINKS, email=address)
        invitations = int(address == user.email)
        assert row["links"] == invitations, address
        assert _links(address) == []
    assert (await _redeem(system, link)).status_code == 200


async def test_what_does_not_let_in_looks_the_same(system: System) -> None:
    _, email = await _candidate(system)
    link = await _mailed(system, email)
    await system.graph.execute(EXPIRE, email=email)
    forged = f"{link.partition('.')[0]}.{'x' * 43}"
    before = await system.fingerprint()
    answers = [await _redeem(system, given) for given in (link, forged, "", "x" * 500)]
    other_door = await Caller(system.url).post(
        "/auth/accept-invitation", json={"invitation": link, "password": "a long enough password"}
    )
    assert other_door.status_code == 401
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert await system.fingerprint() == before


@pytest.mark.parametrize("known", [True, False])
async def test_links_are_not_sent_without_bound(system: System, known: bool) -> None:
    email = (await _candidate(system))[1] if known else f"{new_id()}@example.com"
    answers = [await _ask(system, email) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_the_page_behind_the_link_has_no_effect_by_itself(system: System) -> None:
    _, email = await _candidate(system)
    link = await _mailed(system, email)
    caller = Caller(system.url)
    page = await caller.get(f"/auth/link#{link}")
    assert page.status_code == 200
    assert (await _redeem(system, link)).status_code == 200
