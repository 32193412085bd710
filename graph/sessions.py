"""Sessions: what somebody has after signing in, until they sign out, are away too long, or a day has passed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from graph import outbox
from graph.client import Row, Statement, Transaction
from graph.credentials import hash_of
from graph.events import Change, EventType, Subject
from graph.ids import derived_id
from graph.tokens import AccessRole

PREFIX = "kiths_"

START = Statement(
    "sessions.start",
    """
    MATCH (x:User|Person {id: $subject})
    WHERE (x:User AND x.status = 'ACTIVE') OR x:Candidate
    CREATE (s:Session)-[:OF]->(x)
    SET s = $properties
    RETURN s.id AS id
    """,
)
FORGET_OLD = Statement(
    "sessions.forget_old",
    """
    MATCH (s:Session)-[:OF]->(x:User|Person {id: $subject})
    WHERE s.expires_at <= $at OR s.ended_at IS NOT NULL
    DETACH DELETE s
    """,
)
BY_HASHES = Statement(
    "sessions.by_hashes",
    """
    UNWIND $hashes AS hash
    MATCH (s:Session {hash: hash})-[:OF]->(x)
    WHERE s.ended_at IS NULL AND s.expires_at > $at AND s.seen_at > $seen_after
      AND ((x:User AND x.status = 'ACTIVE') OR x:Candidate)
    RETURN hash, s.id AS id, s.expires_at AS expires_at,
           CASE WHEN x:User THEN x.id END AS user_id, CASE WHEN x:User THEN x.role ELSE 'CANDIDATE' END AS role,
           CASE WHEN x:User THEN [(x)-[:IS]->(p) | p.id][0] ELSE x.id END AS person_id
    """,
)
END = Statement(
    "sessions.end",
    """
    MATCH (s:Session {id: $id})-[:OF]->(x)
    WHERE s.ended_at IS NULL
    SET s.ended_at = $at
    RETURN CASE WHEN x:User THEN x.id END AS user_id, CASE WHEN x:User THEN null ELSE x.id END AS person_id
    """,
)
END_ALL = Statement(
    "sessions.end_all",
    """
    MATCH (s:Session)-[:OF]->(:User {id: $user})
    WHERE s.ended_at IS NULL AND s.id <> $spared
    SET s.ended_at = $at
    RETURN s.id AS id
    """,
)
SEEN = Statement(
    "sessions.seen",
    """
    UNWIND $ids AS id
    MATCH (s:Session {id: id})
    WHERE s.seen_at < $unless_since
    SET s.seen_at = $at
    """,
)


class SignIn(StrEnum):
    """How somebody signed in."""

    PASSWORD = "PASSWORD"  # noqa: S105 - the name of a way in
    INVITATION = "INVITATION"
    SINGLE_SIGN_ON = "SINGLE_SIGN_ON"
    LINK = "LINK"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session on its way in; `subject` is the id of the user or the candidate."""

    id: str
    secret: str
    subject: str
    sign_in: SignIn
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that is valid now; a candidate's has no user."""

    id: str
    user_id: str | None
    person_id: str | None
    role: AccessRole
    expires_at: str


async def start_session(tx: Transaction, /, *, session: NewSession, change: Change) -> bool:
    """Start a session; return whether there is somebody who may have one. Sessions that are over are forgotten."""
    await FORGET_OLD.run(tx, subject=session.subject, at=change.at)
    properties = {
        "id": session.id,
        "hash": hash_of(session.secret),
        "sign_in": str(session.sign_in),
        "created_at": change.at,
        "seen_at": change.at,
        "expires_at": session.expires_at,
    }
    if await START.row(tx, subject=session.subject, properties=properties) is None:
        return False
    candidate = session.sign_in is SignIn.LINK
    subject = Subject(
        session_id=session.id,
        user_id=None if candidate else session.subject,
        candidate_id=session.subject if candidate else None,
    )
    await _note(tx, EventType.SESSION_STARTED, subject, change, {"sign_in": session.sign_in})
    return True


async def sessions_of(
    tx: Transaction, /, *, hashes: Sequence[str], at: str, seen_after: str
) -> dict[str, Session]:
    """Return by hash those of the sessions that are valid, and were in use after `seen_after`."""
    rows = await BY_HASHES.rows(tx, hashes=list(hashes), at=at, seen_after=seen_after)
    return {row["hash"]: _session(row) for row in rows}


async def end_session(tx: Transaction, /, *, id: str, change: Change) -> bool:
    """End a session; return whether it was still going on."""
    row = await END.row(tx, id=id, at=change.at)
    if row is None:
        return False
    subject = Subject(session_id=id, user_id=row["user_id"], candidate_id=row["person_id"])
    await _note(tx, EventType.SESSION_ENDED, subject, change)
    return True


async def end_sessions(tx: Transaction, /, *, user_id: str, spared: str = "", at: str) -> int:
    """End all sessions of a user but the one with the id `spared`; return how many there were."""
    return len(await END_ALL.rows(tx, user=user_id, spared=spared, at=at))


async def note_use(tx: Transaction, /, *, ids: Sequence[str], at: str, unless_since: str) -> None:
    """Note that sessions are in use, unless that was noted since `unless_since`."""
    await SEEN.run(tx, ids=list(ids), at=at, unless_since=unless_since)


async def _note(
    tx: Transaction,
    kind: EventType,
    subject: Subject,
    change: Change,
    detail: Mapping[str, str] | None = None,
) -> None:
    own = replace(change, event_id=derived_id("event", change.event_id, str(subject.session_id)))
    await outbox.append(tx, [own.event(kind, subject, detail or {})])


def _session(row: Row) -> Session:
    return Session(
        id=row["id"],
        user_id=row["user_id"],
        person_id=row["person_id"],
        role=AccessRole(row["role"]),
        expires_at=row["expires_at"],
    )
