"""Changes that are made once, however often they are asked for: what a key did is kept in the change's own transaction."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from graph.client import Statement, Transaction
from graph.errors import Code, Conflict

TAKE = Statement(
    "idempotency.take",
    """
    MERGE (k:IdempotencyKey {hash: $hash})
    SET k.locked = true
    REMOVE k.locked
    RETURN k.fingerprint AS fingerprint, k.answer AS answer
    """,
)
KEEP = Statement(
    "idempotency.keep",
    "MATCH (k:IdempotencyKey {hash: $hash}) SET k.fingerprint = $fingerprint, k.answer = $answer, k.at = $at",
)
FORGET = Statement(
    "idempotency.forget",
    """
    MATCH (k:IdempotencyKey)
    WHERE k.at < $before
    WITH k LIMIT $limit
    DELETE k
    RETURN count(*) AS forgotten
    """,
)

Answer = Mapping[str, Any]
"""Ids and flags: what a payload needs to be given again, never personal data."""


@dataclass(frozen=True, slots=True)
class Key:
    """A caller's key as it is kept, and the fingerprint of the input that came with it."""

    hash: str
    fingerprint: str


def key_of(scope: str, key: str, fingerprint: str) -> Key:
    """Return the key of a caller; other scopes may use the same words."""
    return Key(sha256(f"{scope}\x1f{key}".encode()).hexdigest(), fingerprint)


async def once(
    tx: Transaction, /, *, key: Key, work: Callable[[Transaction], Awaitable[Answer]], at: str
) -> Answer:
    """Do `work` if nothing was done for the key yet; return what it answered the first time.

    Who comes while another is at it waits for that transaction. Work that fails keeps nothing, not even the key.

    Raises:
        Conflict: something else was done for the key.
    """
    if (known := await _known(tx, key)) is not None:
        answer: Answer = orjson.loads(known)
        return answer
    answer = await work(tx)
    await KEEP.run(
        tx, hash=key.hash, fingerprint=key.fingerprint, answer=orjson.dumps(dict(answer)).decode(), at=at
    )
    return answer


async def reserve(tx: Transaction, /, *, key: Key) -> None:
    """Keep a key for one input for ever; the same input may come again.

    Raises:
        Conflict: the key is kept for another input.
    """
    if await _known(tx, key) is None:
        await KEEP.run(tx, hash=key.hash, fingerprint=key.fingerprint, answer="{}", at=None)


async def forget(tx: Transaction, /, *, before: str, limit: int) -> int:
    """Delete keys of changes that were made before a moment, at most `limit`; return how many."""
    row = await FORGET.row(tx, before=before, limit=limit)
    return row["forgotten"] if row else 0


async def _known(tx: Transaction, key: Key) -> str | None:
    row = await TAKE.row(tx, hash=key.hash)
    if row is None or row["fingerprint"] is None:
        return None
    if row["fingerprint"] != key.fingerprint:
        message = "another input came under this key before; use a new key"
        raise Conflict(Code.IDEMPOTENCY_KEY_REUSED, message, field="idempotencyKey")
    answer: str = row["answer"]
    return answer
