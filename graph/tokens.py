"""Service tokens: what systems bear. Their secrets are shown once, when made, and kept only as hashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph import outbox
from graph.client import Row, Statement, Transaction
from graph.credentials import hash_of
from graph.credentials import new_secret as _new_secret
from graph.errors import Code, Conflict, InvalidInput, NotFound
from graph.events import Change, EventType, Subject
from graph.ids import now
from graph.reading import Anchor, Pattern, Shown, Sort, node

PREFIX = "kith_"

CREATE = Statement("tokens.create", "CREATE (t:Token) SET t = $properties")
RENEW = Statement("tokens.renew", "MERGE (t:Token {id: $properties.id}) SET t = $properties")
BY_HASHES = Statement(
    "tokens.by_hashes",
    """
    UNWIND $hashes AS hash
    CALL (hash) {
      MATCH (t:Token {hash: hash})
      RETURN t, t.expires_at AS expires_at
      UNION ALL
      MATCH (t:Token {previous_hash: hash})
      RETURN t, CASE WHEN t.expires_at < t.previous_until THEN t.expires_at ELSE t.previous_until END AS expires_at
    }
    WITH hash, t, expires_at
    WHERE t.revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $at)
      AND NOT EXISTS { (t)-[:OF]->(:PartnerApplication {status: 'SUSPENDED'}) }
    RETURN hash, expires_at, properties(t) AS token
    """,
)
LOCKED = Statement(
    "tokens.locked",
    """
    MATCH (t:Token {id: $id})
    SET t.locked = true
    REMOVE t.locked
    RETURN t.expires_at AS expires_at, properties(t) AS token
    """,
)
BY_ID = Statement(
    "tokens.by_id",
    "MATCH (t:Token {id: $id}) RETURN t.expires_at AS expires_at, properties(t) AS token",
)
CHANGE = Statement("tokens.change", "MATCH (t:Token {id: $id}) SET t += $properties")
USED = Statement(
    "tokens.used",
    """
    UNWIND $ids AS id
    MATCH (t:Token {id: id})
    WHERE coalesce(t.last_used_at, '') < $unless_since
    SET t.last_used_at = $at
    """,
)

TOKEN = Anchor("tokens.token", "(@node:Token {id: @id})", Shown.OPEN)


class TokenOrder(StrEnum):
    """What tokens can be sorted by."""

    CREATED_AT = "CREATED_AT"
    LABEL = "LABEL"


TOKENS = Pattern(
    name="tokens.tokens",
    match="(@node:Token)",
    shows=Shown.OPEN,
    sorts={
        TokenOrder.CREATED_AT: Sort(node("created_at"), descending=True, seek="@node.created_at IS NOT NULL"),
        TokenOrder.LABEL: Sort(node("label")),
    },
)


class AccessRole(StrEnum):
    """What somebody may do; `graph/rights.py` says what that is. ANONYMOUS is who is nobody we know."""

    ADMIN = "ADMIN"
    RECRUITER = "RECRUITER"
    SOURCER = "SOURCER"
    HIRING_MANAGER = "HIRING_MANAGER"
    INTERVIEWER = "INTERVIEWER"
    EMPLOYEE = "EMPLOYEE"
    PARTNER = "PARTNER"
    CANDIDATE = "CANDIDATE"
    ANONYMOUS = "ANONYMOUS"


def still_to_come(expires_at: str | None) -> str | None:
    """Return when a new token ends.

    Raises:
        InvalidInput: that is over already.
    """
    if expires_at is not None and expires_at <= now():
        raise InvalidInput(Code.OUT_OF_RANGE, "that is over already", field="expiresAt")
    return expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token on its way in; `expires_at` None means that it does not expire, `scopes` None that nothing narrows it."""

    id: str
    secret: str
    role: AccessRole
    label: str
    expires_at: str | None
    scopes: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token that is valid now; `scopes` are the values of permissions that narrow its role."""

    id: str
    role: AccessRole
    label: str
    expires_at: str | None
    scopes: tuple[str, ...] | None = None


def new_secret() -> str:
    """Return a fresh token of 256 random bits."""
    return _new_secret(PREFIX)


async def create_token(tx: Transaction, /, *, token: NewToken, change: Change) -> None:
    """Keep the hash of a token with its role and scopes."""
    await CREATE.run(tx, properties=_properties(token, change))
    await _note(tx, EventType.TOKEN_CREATED, token.id, change)


async def renew_token(tx: Transaction, /, *, token: NewToken, change: Change) -> None:
    """Keep a token in the place of the one with its id, whatever has become of that; what is that one's stays."""
    await RENEW.run(tx, properties=_properties(token, change))
    await _note(tx, EventType.TOKEN_CREATED, token.id, change)


async def tokens_of(tx: Transaction, /, *, hashes: Sequence[str], at: str) -> dict[str, Token]:
    """Return by hash those of the tokens that are known, not expired and not revoked."""
    return {row["hash"]: _token(row) for row in await BY_HASHES.rows(tx, hashes=list(hashes), at=at)}


async def token_of(tx: Transaction, /, *, secret: str, at: str) -> Token | None:
    """Return what the token stands for, or None if it is unknown, expired or revoked."""
    return next(iter((await tokens_of(tx, hashes=[hash_of(secret)], at=at)).values()), None)


async def token_by_id(tx: Transaction, /, *, id: str) -> Token:
    """Return a token, valid or not.

    Raises:
        NotFound: there is none.
    """
    row = await BY_ID.row(tx, id=id)
    if row is None:
        raise NotFound("token", field="tokenId")
    return _token(row)


async def rotate_token(
    tx: Transaction, /, *, id: str, secret: str, previous_until: str, change: Change
) -> None:
    """Give a token another secret; the one before is valid until `previous_until`, those before it no longer.

    Raises:
        NotFound: there is no such token.
        Conflict: it is expired or revoked.
    """
    row = await LOCKED.row(tx, id=id)
    if row is None:
        raise NotFound("token", field="tokenId")
    stored = row["token"]
    if stored.get("revoked_at") is not None or (stored.get("expires_at") or change.at) < change.at:
        raise Conflict(Code.TOKEN_ENDED, "this token is expired or revoked; make another", field="tokenId")
    properties = {
        "hash": hash_of(secret),
        "previous_hash": stored["hash"],
        "previous_until": previous_until,
        "rotated_at": change.at,
    }
    await CHANGE.run(tx, id=id, properties=properties)
    await _note(tx, EventType.TOKEN_ROTATED, id, change)


async def revoke_token(tx: Transaction, /, *, id: str, change: Change) -> None:
    """Make a token invalid for ever.

    Raises:
        NotFound: there is no such token.
    """
    row = await LOCKED.row(tx, id=id)
    if row is None:
        raise NotFound("token", field="tokenId")
    if row["token"].get("revoked_at") is None:
        await CHANGE.run(tx, id=id, properties={"revoked_at": change.at})
        await _note(tx, EventType.TOKEN_REVOKED, id, change)


async def note_use(tx: Transaction, /, *, ids: Sequence[str], at: str, unless_since: str) -> None:
    """Note that tokens are in use, unless that was noted since `unless_since`."""
    await USED.run(tx, ids=list(ids), at=at, unless_since=unless_since)


async def _note(tx: Transaction, kind: EventType, id_: str, change: Change) -> None:
    await outbox.append(tx, [change.event(kind, Subject(token_id=id_))])


def _properties(token: NewToken, change: Change) -> dict[str, Any]:
    return {
        "id": token.id,
        "hash": hash_of(token.secret),
        "role": str(token.role),
        "label": token.label,
        "scopes": None if token.scopes is None else sorted(token.scopes),
        "expires_at": token.expires_at,
        "created_at": change.at,
        "created_by": change.actor,
    }


def _token(row: Row) -> Token:
    stored = row["token"]
    scopes = stored.get("scopes")
    return Token(
        id=stored["id"],
        role=AccessRole(stored["role"]),
        label=stored["label"],
        expires_at=row["expires_at"],
        scopes=None if scopes is None else tuple(scopes),
    )
