import hashlib
from collections.abc import Callable

import pytest

from graph.client import Graph, Statement
from graph.errors import Conflict, NotFound
from graph.events import Change
from graph.ids import new_id
from graph.tokens import (
    AccessRole,
    NewToken,
    Token,
    create_token,
    new_secret,
    note_use,
    revoke_token,
    rotate_token,
    token_of,
)
from tests.graph.conftest import AT, LATER

STORED = Statement("tests.stored", "MATCH (t:Token {id: $id}) RETURN properties(t) AS token")
JUST_BEFORE = "2026-06-15T12:29:59.999999Z"


async def token(graph: Graph, *, expires_at: str | None = None) -> tuple[str, str]:
    id_, secret = new_id(), new_secret()
    new = NewToken(id=id_, secret=secret, role=AccessRole.SOURCER, label="laptop", expires_at=expires_at)
    await graph.write(create_token, token=new, change=change())
    return id_, secret


def change(at: str = AT) -> Change:
    return Change(event_id=new_id(), actor="test", at=at)


async def valid(graph: Graph, secret: str, *, at: str = AT) -> Token | None:
    return await graph.read(token_of, secret=secret, at=at)


async def test_a_token_stands_for_its_role(graph: Graph) -> None:
    id_, secret = await token(graph)
    assert await graph.read(token_of, secret=secret, at="2999-01-01T00:00:00.000000Z") == Token(
        id=id_, role=AccessRole.SOURCER, label="laptop", expires_at=None
    )


async def test_only_the_hash_of_a_token_is_kept(graph: Graph) -> None:
    id_, secret = await token(graph)
    (row,) = await graph.execute(STORED, id=id_)
    assert row["token"]["hash"] == hashlib.sha256(secret.encode()).hexdigest()
    stored = repr(row)
    assert secret not in stored
    assert secret.removeprefix("kith_") not in stored
    assert await graph.read(token_of, secret=row["token"]["hash"], at=AT) is None


@pytest.mark.parametrize("change", [str.upper, str.strip, lambda s: s[:-1], "{} ".format, "".format])
async def test_what_is_not_the_token_is_none(graph: Graph, change: Callable[[str], str]) -> None:
    _, secret = await token(graph)
    other = change(secret)
    found = await graph.read(token_of, secret=other, at=AT)
    assert (found is not None) == (other == secret)


async def test_a_token_ends_at_its_moment(graph: Graph) -> None:
    id_, secret = await token(graph, expires_at=LATER)
    found = await graph.read(token_of, secret=secret, at=JUST_BEFORE)
    assert found is not None
    assert (found.id, found.expires_at) == (id_, LATER)
    assert await graph.read(token_of, secret=secret, at=LATER) is None


async def test_a_revoked_token_is_none_and_stays_so(graph: Graph) -> None:
    id_, secret = await token(graph)
    _, other = await token(graph)
    await graph.write(revoke_token, id=id_, change=change())
    assert await graph.read(token_of, secret=secret, at=AT) is None
    await graph.write(revoke_token, id=id_, change=change(LATER))
    (row,) = await graph.execute(STORED, id=id_)
    assert row["token"]["revoked_at"] == AT
    assert await graph.read(token_of, secret=other, at=AT) is not None
    with pytest.raises(NotFound):
        await graph.write(revoke_token, id="unknown", change=change())


async def test_a_rotated_token_has_two_secrets_for_a_while(graph: Graph) -> None:
    id_, first = await token(graph)
    second, third = new_secret(), new_secret()
    rotation = {"id": id_, "previous_until": LATER}
    await graph.write(rotate_token, secret=second, change=change(), **rotation)
    for secret, expires_at in ((first, LATER), (second, None)):
        found = await valid(graph, secret)
        assert found is not None
        assert (found.id, found.expires_at) == (id_, expires_at)
    assert await valid(graph, first, at=LATER) is None
    assert await valid(graph, second, at=LATER) is not None
    await graph.write(rotate_token, secret=third, change=change(), **rotation)
    assert await valid(graph, first) is None, "only the one before stays valid"
    assert await valid(graph, second) is not None
    await graph.write(revoke_token, id=id_, change=change())
    assert [await valid(graph, secret) for secret in (first, second, third)] == [None] * 3
    with pytest.raises(Conflict):
        await graph.write(rotate_token, secret=new_secret(), change=change(), **rotation)


async def test_an_overlap_does_not_outlive_the_token(graph: Graph) -> None:
    id_, first = await token(graph, expires_at=JUST_BEFORE)
    await graph.write(rotate_token, id=id_, secret=new_secret(), previous_until=LATER, change=change())
    found = await valid(graph, first)
    assert found is not None
    assert found.expires_at == JUST_BEFORE
    with pytest.raises(Conflict):
        await graph.write(
            rotate_token, id=id_, secret=new_secret(), previous_until=LATER, change=change(LATER)
        )


async def test_use_is_noted_now_and_then(graph: Graph) -> None:
    id_, _ = await token(graph)
    for at, since, noted in ((AT, AT, AT), (LATER, AT, AT), (LATER, LATER, LATER)):
        await graph.write(note_use, ids=[id_, "unknown"], at=at, unless_since=since)
        (row,) = await graph.execute(STORED, id=id_)
        assert row["token"]["last_used_at"] == noted


def test_secrets_are_long_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(1_000)}
    assert len(secrets) == 1_000
    assert all(secret.startswith("kith_") and len(secret) >= 5 + 43 for secret in secrets)
