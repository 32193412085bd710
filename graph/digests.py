"""Digests: what standing searches found, by e-mail to their owner; planned once, claimed before they are sent.

    (:Digest {id, owner, status, …})-[:TELLS]->(:SavedSearch)-[:FOUND {digest}]->(:Person)

`FOUND.digest` is the digest that names the match: it is set with the claim, and taken back where the mail surely or
perhaps did not go out, so that the next digest names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from graph.client import Row, Statement, Transaction
from graph.ids import derived_id, timestamp
from graph.owners import owners
from graph.standing.choosing import DigestRhythm
from graph.visibility import seen_by

HOUR = 6
"""Digests are due at this hour, UTC; weekly ones on Mondays."""
MOST_NAMED = 10
"""Candidates of one search whom a digest names."""
KEPT = timedelta(days=90)
"""How long digests are kept; they hold nothing of candidates."""

DUE = Statement(
    "digests.due",
    """
    MATCH (s:SavedSearch)
    WHERE s.digest_due_at <= $at
    WITH s.owner AS owner, min(s.digest_due_at) AS due ORDER BY due, owner LIMIT $limit
    RETURN collect([owner, due]) AS owners
    """,
)
PLAN = Statement(
    "digests.plan",
    """
    UNWIND $owners AS row
    MATCH (s:SavedSearch {owner: row.owner})
    WHERE s.digest_due_at <= $at
    SET s.digest_due_at = CASE s.digest WHEN 'DAILY' THEN $daily ELSE $weekly END
    WITH row, [each IN collect(s) WHERE EXISTS {
      (each)-[f:FOUND]->() WHERE f.digest IS NULL AND f.seen_at IS NULL AND f.ended_at IS NULL
    }] AS telling
    WHERE size(telling) > 0
    MERGE (d:Digest {id: row.id})
    ON CREATE SET d.owner = row.owner, d.status = 'QUEUED', d.created_at = $at, d.touched_at = ''
    WITH d, telling
    UNWIND telling AS s
    MERGE (d)-[:TELLS]->(s)
    """,
)
STALE = Statement(
    "digests.stale",
    """
    UNWIND [['QUEUED', $queued_before], ['SENDING', $sending_before]] AS wanted
    CALL (wanted) {
      MATCH (d:Digest)
      WHERE d.status = wanted[0] AND d.touched_at < wanted[1]
      RETURN d ORDER BY d.touched_at, d.id LIMIT $limit
    }
    RETURN collect(d.id) AS ids
    """,
)
LOCK = Statement(
    "digests.lock",
    """
    MATCH (d:Digest {id: $id})
    SET d.locked = true
    REMOVE d.locked
    RETURN properties(d) AS digest
    """,
)
CHANGE = Statement("digests.change", "MATCH (d:Digest {id: $id}) SET d += $properties")
RESERVE = Statement(
    "digests.reserve",
    """
    MATCH (:Digest {id: $id})-[:TELLS]->(s:SavedSearch {owner: $actor})
    CALL (s) {
      MATCH (s)-[f:FOUND]->(p:Person:Candidate)
      WHERE coalesce(f.digest = $id, true) AND f.seen_at IS NULL AND f.ended_at IS NULL AND @seen(candidate, p)
      SET f.digest = $id
      WITH f, p ORDER BY f.at DESC, p.id
      RETURN count(p) AS number, collect(p.name)[..$most] AS names
    }
    WITH s, number, names WHERE number > 0
    RETURN s.name AS name, number, names ORDER BY s.name, s.id
    """,
)
FREE = Statement(
    "digests.free",
    "MATCH (:Digest {id: $id})-[:TELLS]->(:SavedSearch)-[f:FOUND {digest: $id}]->() REMOVE f.digest",
)
FORGET = Statement(
    "digests.forget",
    """
    MATCH (d:Digest)
    WHERE d.status IN $settled AND d.touched_at < $before
    WITH d LIMIT $limit
    DETACH DELETE d
    """,
)


class DigestStatus(StrEnum):
    """How far a digest has come."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    UNCERTAIN = "UNCERTAIN"
    CANCELLED = "CANCELLED"


SETTLED = frozenset(DigestStatus) - {DigestStatus.QUEUED, DigestStatus.SENDING}


@dataclass(frozen=True, slots=True)
class Finding:
    """How many candidates a search found, and the names of the newest, as far as they are known."""

    search: str
    number: int
    names: Sequence[str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDigest:
    """A digest that is ours to send; its findings are what the owner may see now."""

    id: str
    claim_id: str
    address: str
    findings: Sequence[Finding]


def next_due(rhythm: DigestRhythm, after: datetime) -> str | None:
    """Return when the next digest is due after a moment (UTC); None where none is wanted."""
    due = after.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    match rhythm:
        case DigestRhythm.NONE:
            return None
        case DigestRhythm.DAILY:
            step = 1
        case DigestRhythm.WEEKLY:
            due -= timedelta(days=due.weekday())
            step = 7
    while due <= after:
        due += timedelta(days=step)
    return timestamp(due)


async def any_due(tx: Transaction, /, *, at: str) -> bool:
    """Say whether a digest is to be planned."""
    row = await DUE.row(tx, at=at, limit=1)
    return bool(row and row["owners"])


async def plan_due(tx: Transaction, /, *, at: datetime, limit: int) -> None:
    """Plan the digests that are due, of at most `limit` owners, where there is something to tell; safe to repeat."""
    row = await DUE.row(tx, at=timestamp(at), limit=limit)
    wanted = [
        {"owner": owner, "id": derived_id("digest", owner, due)}
        for owner, due in (row["owners"] if row else [])
    ]
    await PLAN.run(
        tx,
        owners=wanted,
        at=timestamp(at),
        daily=next_due(DigestRhythm.DAILY, at),
        weekly=next_due(DigestRhythm.WEEKLY, at),
    )
    await FORGET.run(tx, settled=sorted(SETTLED), before=timestamp(at - KEPT), limit=limit)


async def stale_digests(
    tx: Transaction, /, *, queued_before: str, sending_before: str, limit: int
) -> tuple[str, ...]:
    """Return digests that nobody has worked on since, the longest waiting first."""
    row = await STALE.row(tx, queued_before=queued_before, sending_before=sending_before, limit=limit)
    return tuple(row["ids"]) if row else ()


async def claim_digest(
    tx: Transaction, /, *, id: str, claim_id: str, at: str, lost_before: str, given_up_before: str
) -> ClaimedDigest | None:
    """Take a queued digest for sending, if its owner may still search and there is something to tell.

    One that was claimed before `lost_before` and never settled becomes UNCERTAIN; one that was planned before
    `given_up_before` and never taken by the mail server FAILED.
    """
    row = await LOCK.row(tx, id=id)
    if row is None:
        return None
    digest = row["digest"]
    match digest["status"]:
        case DigestStatus.SENDING if digest["touched_at"] < lost_before:
            await _settle(tx, id, DigestStatus.UNCERTAIN, "WORKER_LOST", at)
        case DigestStatus.QUEUED if digest["created_at"] < given_up_before:
            await _settle(tx, id, DigestStatus.FAILED, "GAVE_UP", at)
        case DigestStatus.QUEUED:
            return await _claimed(tx, digest, claim_id, at)
        case _:
            pass
    return None


async def _claimed(tx: Transaction, digest: Row, claim_id: str, at: str) -> ClaimedDigest | None:
    id_ = digest["id"]
    owner = (await owners(tx, actors=[digest["owner"]], at=at)).get(digest["owner"])
    if owner is None or owner.email is None or not owner.may_search:
        await _settle(tx, id_, DigestStatus.CANCELLED, "NOT_ALLOWED", at)
        return None
    reserve = seen_by(RESERVE, owner.viewer.sights)
    rows = await reserve.rows(tx, id=id_, most=MOST_NAMED, **owner.viewer.parameters)
    if not rows:
        await _settle(tx, id_, DigestStatus.CANCELLED, "NOTHING", at)
        return None
    properties = {"status": str(DigestStatus.SENDING), "claim_id": claim_id, "touched_at": at}
    await CHANGE.run(tx, id=id_, properties=properties)
    findings = [Finding(row["name"], row["number"], row["names"]) for row in rows]
    return ClaimedDigest(id=id_, claim_id=claim_id, address=owner.email, findings=findings)


async def settle_digest(
    tx: Transaction, /, *, id: str, claim_id: str, status: DigestStatus, reason: str | None, at: str
) -> bool:
    """Note what became of a claimed digest; says whether the claim was still ours."""
    row = await LOCK.row(tx, id=id)
    if (
        row is None
        or row["digest"].get("claim_id") != claim_id
        or row["digest"]["status"] != DigestStatus.SENDING
    ):
        return False
    await _settle(tx, id, status, reason, at)
    return True


async def _settle(tx: Transaction, id: str, status: DigestStatus, reason: str | None, at: str) -> None:
    await CHANGE.run(tx, id=id, properties={"status": str(status), "reason": reason, "touched_at": at})
    if status is not DigestStatus.SENT:
        await FREE.run(tx, id=id)
