import hashlib
from collections.abc import Callable

import pytest

from graph.client import Graph, Statement
from graph.ids import new_id
from graph.tokens import AccessRole, Token, create_token, new_secret, revoke_token, token_of
from tests.graph.conftest import AT, LATER

STORED = Statement("tests.stored", "MATCH (t:Token {id: $id}) RETURN properties(t) AS token")
JUST_BEFORE = "2026-06-15T12:29:59.999999Z"


async def token(graph: Graph, *, expires_at: str | None = None) -> tuple[str, str]:
    id_, secret = new_id(), new_secret()
    await graph.write(
        create_token,
        id=id_,
        secret=secret,
        role=AccessRole.SOURCER,
        label="laptop",
        expires_at=expires_at,
        at=AT,
    )
    return id_, secret


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
    assert await graph.write(revoke_token, id=id_, at=AT)
    assert await graph.read(token_of, secret=secret, at=AT) is None
    assert await graph.write(revoke_token, id=id_, at=LATER)
    (row,) = await graph.execute(STORED, id=id_)
    assert row["token"]["revoked_at"] == AT
    assert await graph.read(token_of, secret=other, at=AT) is not None
    assert not await graph.write(revoke_token, id="unknown", at=AT)


def test_secrets_are_long_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(1_000)}
    assert len(secrets) == 1_000
    assert all(secret.startswith("kith_") and len(secret) >= 5 + 43 for secret in secrets)
