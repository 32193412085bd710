"""Bearer tokens: shown once when made, kept only as a SHA-256 hash."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from graph.client import Statement, Transaction

PREFIX = "kith_"

CREATE = Statement("tokens.create", "CREATE (t:Token) SET t = $properties")
BY_HASH = Statement(
    "tokens.by_hash",
    """
    MATCH (t:Token {hash: $hash})
    WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $at)
    RETURN t.id AS id, t.role AS role, t.label AS label, t.expires_at AS expires_at
    """,
)
REVOKE = Statement(
    "tokens.revoke",
    "MATCH (t:Token {id: $id}) SET t.revoked_at = coalesce(t.revoked_at, $at) RETURN t.id AS id",
)


class AccessRole(StrEnum):
    """What the bearer of a token may do; `schema/permissions.py` says what that is. ANONYMOUS is who bears none."""

    ADMIN = "ADMIN"
    RECRUITER = "RECRUITER"
    SOURCER = "SOURCER"
    HIRING_MANAGER = "HIRING_MANAGER"
    INTERVIEWER = "INTERVIEWER"
    EMPLOYEE = "EMPLOYEE"
    PARTNER = "PARTNER"
    CANDIDATE = "CANDIDATE"
    ANONYMOUS = "ANONYMOUS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token that is valid now."""

    id: str
    role: AccessRole
    label: str
    expires_at: str | None


def new_secret() -> str:
    """Return a fresh token of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


async def create_token(
    tx: Transaction, /, *, id: str, secret: str, role: AccessRole, label: str, expires_at: str | None, at: str
) -> None:
    """Keep the hash of a token with its role; `expires_at` None means that it does not expire."""
    await CREATE.run(
        tx,
        properties={
            "id": id,
            "hash": hash_of(secret),
            "role": str(role),
            "label": label,
            "expires_at": expires_at,
            "created_at": at,
        },
    )


async def token_of(tx: Transaction, /, *, secret: str, at: str) -> Token | None:
    """Return what the token stands for, or None if it is unknown, expired or revoked."""
    row = await BY_HASH.row(tx, hash=hash_of(secret), at=at)
    if row is None:
        return None
    return Token(id=row["id"], role=AccessRole(row["role"]), label=row["label"], expires_at=row["expires_at"])


async def revoke_token(tx: Transaction, /, *, id: str, at: str) -> bool:
    """Make a token invalid; return whether there was one."""
    return await REVOKE.row(tx, id=id, at=at) is not None


def hash_of(secret: str) -> str:
    """Return the hash under which a secret is known."""
    return hashlib.sha256(secret.encode()).hexdigest()
