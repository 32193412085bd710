"""One-time links: a colleague's invitation, a candidate's way to sign in, a browser's way back from single sign-on.

A link's secret is made by whoever hands it over, at that moment, and only its hash is kept: neither the graph nor any
message between processes ever holds it. A link whose mail had to be sent again has several hashes; one use ends all.
"""

from dataclasses import dataclass
from enum import StrEnum

from graph.client import Row, Statement, Transaction
from graph.credentials import hash_of, new_secret
from graph.reading import Pattern, Shown

CREATE = Statement(
    "access_links.create",
    """
    MATCH (x:User|Person {id: $subject})
    CREATE (l:AccessLink)-[:ADMITS]->(x)
    SET l = $properties, l.hashes = []
    """,
)
FORGET_OLD = Statement(
    "access_links.forget_old",
    """
    MATCH (l:AccessLink)-[:ADMITS]->(x:User|Person {id: $subject})
    WHERE l.expires_at <= $at
    DETACH DELETE l
    """,
)
REVOKE = Statement(
    "access_links.revoke",
    """
    MATCH (l:AccessLink)-[:ADMITS]->(x:User|Person {id: $subject})
    WHERE l.used_at IS NULL AND l.revoked_at IS NULL AND l.expires_at > $at
    SET l.revoked_at = $at
    RETURN l.id AS id
    """,
)
LOCKED = Statement(
    "access_links.locked",
    """
    MATCH (l:AccessLink {id: $id})
    SET l.locked = true
    REMOVE l.locked
    WITH l
    MATCH (l)-[:ADMITS]->(x)
    RETURN properties(l) AS link, x.id AS subject
    """,
)
CHANGE = Statement("access_links.change", "MATCH (l:AccessLink {id: $id}) SET l += $properties")
HAND_OVER = Statement(
    "access_links.hand_over",
    "MATCH (l:AccessLink {id: $id}) SET l.hashes = l.hashes + $hash, l += $properties",
)
STALE = Statement(
    "access_links.stale",
    """
    UNWIND [['QUEUED', $queued_before], ['SENDING', $sending_before]] AS wanted
    CALL (wanted) {
      MATCH (l:AccessLink)
      WHERE l.mailing = wanted[0] AND l.touched_at < wanted[1] AND l.expires_at > $at
        AND l.used_at IS NULL AND l.revoked_at IS NULL
      RETURN l ORDER BY l.touched_at, l.id LIMIT $limit
    }
    RETURN l.id AS id ORDER BY l.touched_at, l.id LIMIT $limit
    """,
)
CANDIDATE_AT = Statement(
    "access_links.candidate_at",
    """
    MATCH (:EmailAddress {address: $email})<-[:HAS_EMAIL]-(p:Person:Candidate)
    RETURN p.id AS id ORDER BY p.created_at, p.id LIMIT 1
    """,
)
OPEN_INVITATION = Pattern(
    name="access_links.open_invitation",
    match="(@parent)<-[:ADMITS]-(@node:AccessLink {kind: 'INVITATION'} WHERE @node.used_at IS NULL AND @node.revoked_at IS NULL)",
    shows=Shown.OPEN,
)

LONGEST_LINK = 200


class LinkKind(StrEnum):
    """What a link is for."""

    INVITATION = "INVITATION"
    SIGN_IN = "SIGN_IN"
    SINGLE_SIGN_ON = "SINGLE_SIGN_ON"


class Mailing(StrEnum):
    """How far a link's e-mail has come; one that was handed over in another way has none."""

    NONE = "NONE"
    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    UNCERTAIN = "UNCERTAIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedLink:
    """A link whose mail is ours to send; `token` is what the address in the mail ends with."""

    id: str
    kind: LinkKind
    address: str
    expires_at: str
    token: str


async def create_link(
    tx: Transaction,
    /,
    *,
    id: str,
    kind: LinkKind,
    subject: str,
    address: str,
    mailing: Mailing,
    expires_at: str,
    at: str,
) -> None:
    """Make a link for the user or the person with the id `subject`; those that are over are forgotten."""
    await FORGET_OLD.run(tx, subject=subject, at=at)
    properties = {
        "id": id,
        "kind": str(kind),
        "address": address,
        "mailing": str(mailing),
        "created_at": at,
        "touched_at": at,
        "expires_at": expires_at,
    }
    await CREATE.run(tx, subject=subject, properties=properties)


async def revoke_links(tx: Transaction, /, *, subject: str, at: str) -> tuple[str, ...]:
    """End all links of a user or a person; return the ids of those that could still be used."""
    return tuple(row["id"] for row in await REVOKE.rows(tx, subject=subject, at=at))


async def hand_over(tx: Transaction, /, *, id: str, secret: str, at: str) -> str:
    """Keep the hash of a secret for a link that is not mailed; return what its address ends with."""
    await HAND_OVER.run(tx, id=id, hash=hash_of(secret), properties={"touched_at": at})
    return f"{id}.{secret}"


async def claim_link(
    tx: Transaction, /, *, id: str, claim_id: str, secret: str, at: str, lost_before: str
) -> ClaimedLink | None:
    """Take a link for mailing, if it is queued and can still be used.

    One that was claimed before `lost_before` and never settled becomes UNCERTAIN: a second mail is sent when somebody
    asks for one.
    """
    row = await LOCKED.row(tx, id=id)
    if row is None:
        return None
    link = row["link"]
    if link["mailing"] == Mailing.SENDING and link["touched_at"] < lost_before:
        await CHANGE.run(tx, id=id, properties={"mailing": str(Mailing.UNCERTAIN), "touched_at": at})
        return None
    if link["mailing"] != Mailing.QUEUED or not _is_open(link, at):
        return None
    properties = {"mailing": str(Mailing.SENDING), "claim_id": claim_id, "touched_at": at}
    await HAND_OVER.run(tx, id=id, hash=hash_of(secret), properties=properties)
    return ClaimedLink(
        id=id,
        kind=LinkKind(link["kind"]),
        address=link["address"],
        expires_at=link["expires_at"],
        token=f"{id}.{secret}",
    )


async def settle_link(
    tx: Transaction, /, *, id: str, claim_id: str, mailing: Mailing, reason: str | None, at: str
) -> bool:
    """Note what became of a link's mail; says whether the claim was still ours."""
    row = await LOCKED.row(tx, id=id)
    if row is None or row["link"].get("claim_id") != claim_id or row["link"]["mailing"] != Mailing.SENDING:
        return False
    await CHANGE.run(tx, id=id, properties={"mailing": str(mailing), "reason": reason, "touched_at": at})
    return True


async def stale_links(
    tx: Transaction, /, *, queued_before: str, sending_before: str, at: str, limit: int
) -> tuple[str, ...]:
    """Return links whose mail nobody has worked on since, the longest waiting first."""
    rows = await STALE.rows(
        tx, queued_before=queued_before, sending_before=sending_before, at=at, limit=limit
    )
    return tuple(row["id"] for row in rows)


async def use_link(tx: Transaction, /, *, token: str, kind: LinkKind, at: str) -> str | None:
    """Use a link up; return the id of the user or the person whom it admits, None where it admits nobody."""
    id_, _, secret = token.partition(".")
    if len(token) > LONGEST_LINK or not secret:
        return None
    row = await LOCKED.row(tx, id=id_)
    if row is None:
        return None
    link = row["link"]
    if link["kind"] != kind or hash_of(secret) not in link["hashes"] or not _is_open(link, at):
        return None
    await CHANGE.run(tx, id=id_, properties={"used_at": at})
    return str(row["subject"])


async def candidate_at(tx: Transaction, /, *, email: str) -> str | None:
    """Return the id of the candidate with this address."""
    row = await CANDIDATE_AT.row(tx, email=email)
    return row["id"] if row else None


def new_link_secret() -> str:
    """Return a fresh secret for a link."""
    return new_secret("")


def _is_open(link: Row, at: str) -> bool:
    return link.get("used_at") is None and link.get("revoked_at") is None and bool(link["expires_at"] > at)
