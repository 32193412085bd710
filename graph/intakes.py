"""Files on their way to becoming records: received, parsed, and completed or failed with a reason.

An intake is named by the SHA-256 of the bytes, so the same file is taken once. The bytes stay in the store under that
digest, the text read from them under its own; the résumé's record names both (`document`, `text_document`). Whoever
erases a record finds there what to delete from the store, once no other record and no intake names it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph import outbox
from graph.client import Row, Statement, Transaction
from graph.errors import Code, Conflict, NotFound
from graph.events import EventType, NewEvent, Subject
from graph.ids import derived_id
from graph.profiles import Profile, RecordKind
from graph.reading import Anchor, Pattern, Shown, Sort, node
from graph.records import NewRecord, save_records
from graph.visibility import SYSTEM, Viewer, require, seen

BATCH_LIMIT = 500
"""Most intakes that one transaction receives."""

KNOWN_CANDIDATES = Statement(
    "intakes.known_candidates", "UNWIND $ids AS id MATCH (p:Person:Candidate {id: id}) RETURN p.id AS id"
)

RECEIVE = Statement(
    "intakes.receive",
    """
    UNWIND $rows AS row
    MERGE (i:Intake {id: row.id})
    ON CREATE SET i += row.properties, i.fresh = row.token
    WITH i, row, i.fresh IS NOT NULL AND i.fresh = row.token AS fresh
    REMOVE i.fresh
    RETURN i.id AS id, fresh
    """,
)

CLAIM = Statement(
    "intakes.claim",
    """
    MATCH (i:Intake {id: $id})
    SET i.touched = timestamp()
    WITH i
    WHERE i.status = 'RECEIVED' OR (i.status = 'PARSING' AND i.claimed_until < timestamp())
    SET i.status = 'PARSING', i.attempts = i.attempts + 1, i.claimed_until = timestamp() + $milliseconds
    RETURN properties(i) AS intake
    """,
)

RELEASE = Statement(
    "intakes.release",
    """
    MATCH (i:Intake {id: $id})
    SET i.touched = timestamp()
    WITH i
    WHERE i.status = 'PARSING' AND i.attempts = $attempt
    SET i.status = 'RECEIVED', i.attempts = i.attempts - $given_back
    REMOVE i.claimed_until
    """,
)

SETTLE = Statement(
    "intakes.settle",
    """
    MATCH (i:Intake {id: $id})
    SET i.touched = timestamp()
    WITH i
    WHERE i.status = 'PARSING' AND i.attempts = $attempt
    SET i += $properties
    REMOVE i.claimed_until
    RETURN i.id AS id
    """,
)

LINK_RECORD = Statement(
    "intakes.link_record",
    """
    MATCH (i:Intake {id: $id}), (r:Record {id: $record})
    SET r += $properties
    MERGE (i)-[:MADE]->(r)
    """,
)

RETRY = Statement(
    "intakes.retry",
    """
    MATCH (i:Intake {id: $id})
    SET i.touched = timestamp()
    WITH i, i.status AS status
    CALL (i, status) {
      WITH i, status WHERE status = 'FAILED'
      SET i.status = 'RECEIVED', i.attempts = 0
      REMOVE i.code, i.reason, i.settled_at
    }
    RETURN status
    """,
)

BY_IDS = Statement(
    "intakes.by_ids",
    """
    UNWIND $ids AS id
    MATCH (i:Intake {id: id})
    RETURN i{.*, candidate_id: [(i)-[:MADE]->(:Record)-[:ABOUT]->(p) | p.id][0]} AS intake
    """,
)

INTAKE = Anchor("intakes.intake", "(@node:Intake {id: @id})", Shown.INTAKE)
CANDIDATE = Pattern(
    name="intakes.candidate",
    match="(@parent)-[:MADE]->(:Record)-[:ABOUT]->(@node:Person:Candidate)",
    shows=Shown.CANDIDATE,
)


class IntakeOrder(StrEnum):
    """What intakes can be sorted by."""

    RECEIVED_AT = "RECEIVED_AT"
    FILE_NAME = "FILE_NAME"


INTAKES = Pattern(
    name="intakes.intakes",
    match="(@node:Intake)",
    shows=Shown.INTAKE,
    sorts={
        IntakeOrder.RECEIVED_AT: Sort(
            node("received_at"), descending=True, seek="@node.received_at IS NOT NULL"
        ),
        IntakeOrder.FILE_NAME: Sort(node("file_name")),
    },
)

UNSETTLED = Statement(
    "intakes.unsettled",
    """
    CALL () {
      MATCH (i:Intake) WHERE i.status = 'RECEIVED' AND i.received_at < $before
      RETURN i ORDER BY i.received_at LIMIT $limit
      UNION
      MATCH (i:Intake) WHERE i.status = 'PARSING' AND i.received_at < $before AND i.claimed_until < timestamp()
      RETURN i ORDER BY i.received_at LIMIT $limit
    }
    RETURN i.id AS id LIMIT $limit
    """,
)


class IntakeStatus(StrEnum):
    """How far an intake has come."""

    RECEIVED = "RECEIVED"
    PARSING = "PARSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class IntakeFailure(StrEnum):
    """Why nothing became of a file."""

    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    UNSUPPORTED_TYPE = "UNSUPPORTED_TYPE"
    ENCRYPTED = "ENCRYPTED"
    BROKEN = "BROKEN"
    NO_TEXT = "NO_TEXT"
    SCANNED = "SCANNED"
    TOO_MANY_PAGES = "TOO_MANY_PAGES"
    TIME_LIMIT = "TIME_LIMIT"
    MEMORY_LIMIT = "MEMORY_LIMIT"
    CRASHED = "CRASHED"
    MISSING = "MISSING"
    GAVE_UP = "GAVE_UP"
    INVALID_ROW = "INVALID_ROW"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIntake:
    """A file whose bytes are kept already; `about` names the candidate where the sender knows whose résumé it is."""

    sha256: str
    file_name: str
    size: int
    source: str
    event_id: str
    about: str | None = None


@dataclass(frozen=True, slots=True)
class ReceivedIntake:
    """Where a file went: `repeated` if the same bytes came before."""

    intake_id: str
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """One file; `size` in bytes, `code` and `reason` where it failed, `candidate_id` where it completed."""

    id: str
    sha256: str
    file_name: str
    kind: str | None
    size: int
    source: str
    about: str | None
    status: IntakeStatus
    code: str | None
    reason: str | None
    attempts: int
    received_at: str
    settled_at: str | None
    candidate_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResume:
    """What was read from an intake's bytes; `text_document` is the SHA-256 of the text in the store.

    `values` and `contact_values` are JSON: for each value what it is, its number, the value, and the offsets in the text.
    `likelihood` says how likely it is a résumé, from 0 to 1, and `signs` why.
    """

    kind: str
    profile: Profile
    text_document: str
    values: str = "[]"
    contact_values: str = "[]"
    likelihood: float | None = None
    signs: tuple[str, ...] = ()
    person_id: str
    record_event_id: str


def intake_id_of(sha256: str) -> str:
    """Return the id of the intake of these bytes."""
    return derived_id("intake", sha256)


async def receive(
    tx: Transaction, /, *, intakes: Sequence[NewIntake], actor: str, at: str, viewer: Viewer = SYSTEM
) -> list[ReceivedIntake]:
    """Note up to `BATCH_LIMIT` files as received and report the new ones in the event log; in the order given.

    Bytes that came before stay what they are, with the candidate they went to.

    Raises:
        NotFound: there is for the viewer no such candidate as one of them is said to be about.
    """
    about = {intake.about for intake in intakes if intake.about}
    if about - await seen(tx, viewer=viewer, shown=Shown.CANDIDATE, ids=about):
        raise NotFound("candidate", field="candidate")
    distinct = {intake.sha256: intake for intake in reversed(intakes)}
    state = {"status": str(IntakeStatus.RECEIVED), "attempts": 0}
    fresh = await _arrive(tx, [(intake, state) for intake in distinct.values()], at=at)
    await outbox.append(
        tx,
        [
            _event(intake.event_id, EventType.INTAKE_RECEIVED, intake_id_of(sha256), actor, at)
            for sha256, intake in distinct.items()
            if intake_id_of(sha256) in fresh
        ],
    )
    return _received(intakes, fresh)


async def refuse(
    tx: Transaction, /, *, intakes: Sequence[tuple[NewIntake, IntakeFailure, str]], actor: str, at: str
) -> list[ReceivedIntake]:
    """Note inputs that cannot be read at all as failed, each with its code and reason; known ones stay as they are."""
    distinct = {intake.sha256: (intake, code, reason) for intake, code, reason in reversed(intakes)}
    settled = {"status": str(IntakeStatus.FAILED), "attempts": 1, "settled_at": at}
    arrivals = [(i, settled | {"code": code, "reason": reason}) for i, code, reason in distinct.values()]
    fresh = await _arrive(tx, arrivals, at=at)
    await outbox.append(
        tx,
        [
            _event(intake.event_id, EventType.INTAKE_FAILED, intake_id_of(sha256), actor, at, {"code": code})
            for sha256, (intake, code, _) in distinct.items()
            if intake_id_of(sha256) in fresh
        ],
    )
    return _received([intake for intake, _, _ in intakes], fresh)


async def _arrive(
    tx: Transaction, intakes: Iterable[tuple[NewIntake, Mapping[str, Any]]], *, at: str
) -> set[str]:
    """Write intakes of different bytes with the state they begin in; return the ids of those that are new."""
    rows = [
        {
            "id": intake_id_of(intake.sha256),
            "token": intake.event_id,
            "properties": {
                "sha256": intake.sha256,
                "file_name": intake.file_name,
                "size": intake.size,
                "source": intake.source,
                "about": intake.about,
                "received_at": at,
                **state,
            },
        }
        for intake, state in sorted(intakes, key=lambda arrival: arrival[0].sha256)
    ]
    return {row["id"] for row in await RECEIVE.rows(tx, rows=rows) if row["fresh"]}


def _received(intakes: Iterable[NewIntake], fresh: set[str]) -> list[ReceivedIntake]:
    """Say of each where it went; of those with the same new bytes only the first is new."""
    received, new = [], set(fresh)
    for intake in intakes:
        id_ = intake_id_of(intake.sha256)
        received.append(ReceivedIntake(id_, repeated=id_ not in new))
        new.discard(id_)
    return received


async def claim(tx: Transaction, /, *, intake_id: str, milliseconds: int) -> Intake | None:
    """Take an intake for reading, for so long; None where it is settled or another has it.

    `attempts` of what is returned is this claim's number: only its holder can settle the intake.
    """
    row = await CLAIM.row(tx, id=intake_id, milliseconds=milliseconds)
    return _intake(row["intake"]) if row else None


async def release(tx: Transaction, /, *, intake_id: str, attempt: int, blameless: bool) -> None:
    """Give a claim back; where the file is not to blame, the attempt does not count."""
    await RELEASE.run(tx, id=intake_id, attempt=attempt, given_back=int(blameless))


async def complete(
    tx: Transaction, /, *, intake: Intake, read: ReadResume, event_id: str, actor: str, at: str
) -> str | None:
    """Keep what was read as a record and settle the intake; return the candidate, None where the claim has lapsed."""
    settled = await SETTLE.row(
        tx,
        id=intake.id,
        attempt=intake.attempts,
        properties={
            "status": str(IntakeStatus.COMPLETED),
            "kind": read.kind,
            "settled_at": at,
            "likelihood": read.likelihood,
            "signs": list(read.signs),
        },
    )
    if settled is None:
        return None
    known = await KNOWN_CANDIDATES.row(tx, ids=[intake.about]) if intake.about else None
    record = NewRecord(
        id=derived_id("record", intake.sha256),
        kind=RecordKind.RESUME,
        origin=intake.file_name,
        received_at=intake.received_at,
        profile=read.profile,
        person_id=read.person_id,
        event_id=read.record_event_id,
        about=known["id"] if known else None,
        document=intake.sha256,
    )
    (saved,) = await save_records(tx, records=[record], actor=actor, at=at)
    await LINK_RECORD.run(
        tx,
        id=intake.id,
        record=record.id,
        properties={
            "text_document": read.text_document,
            "values": read.values,
            "contact_values": read.contact_values,
        },
    )
    subject = Subject(intake_id=intake.id, candidate_id=saved.person_id)
    event = NewEvent(id=event_id, type=EventType.INTAKE_COMPLETED, at=at, actor=actor, subject=subject)
    await outbox.append(tx, [event])
    return saved.person_id


async def fail(
    tx: Transaction,
    /,
    *,
    intake: Intake,
    code: IntakeFailure,
    reason: str,
    event_id: str,
    actor: str,
    at: str,
) -> bool:
    """Settle an intake that gives no résumé; say whether the claim still held."""
    properties = {"status": str(IntakeStatus.FAILED), "code": code, "reason": reason, "settled_at": at}
    settled = await SETTLE.row(tx, id=intake.id, attempt=intake.attempts, properties=properties)
    if settled is None:
        return False
    event = _event(event_id, EventType.INTAKE_FAILED, intake.id, actor, at, {"code": code})
    await outbox.append(tx, [event])
    return True


async def retry_intake(
    tx: Transaction, /, *, intake_id: str, event_id: str, actor: str, at: str, viewer: Viewer = SYSTEM
) -> Intake:
    """Have a failed intake read again.

    Raises:
        NotFound: there is no such intake for the viewer.
        Conflict: the intake has not failed.
    """
    await require(tx, viewer=viewer, shown=Shown.INTAKE, id=intake_id, what="intake", field="intakeId")
    row = await RETRY.row(tx, id=intake_id)
    if row is None:
        raise NotFound("intake", field="intakeId")
    if row["status"] != IntakeStatus.FAILED:
        raise Conflict(
            Code.INTAKE_NOT_FAILED,
            f"the intake is {row['status']}; only a failed one can be retried",
            field="intakeId",
        )
    await outbox.append(tx, [_event(event_id, EventType.INTAKE_RETRIED, intake_id, actor, at)])
    return (await intakes_by_ids(tx, ids=[intake_id]))[intake_id]


async def intakes_by_ids(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, Intake]:
    """Return those of the intakes that exist."""
    return {row["intake"]["id"]: _intake(row["intake"]) for row in await BY_IDS.rows(tx, ids=list(ids))}


async def settled(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, Intake]:
    """Return those of the intakes that are completed or failed."""
    done = {IntakeStatus.COMPLETED, IntakeStatus.FAILED}
    return {id_: i for id_, i in (await intakes_by_ids(tx, ids=ids)).items() if i.status in done}


async def unsettled(tx: Transaction, /, *, before: str, limit: int) -> list[str]:
    """Return intakes received before a time that nobody works on, the oldest first."""
    return [row["id"] for row in await UNSETTLED.rows(tx, before=before, limit=limit)]


def _event(
    id_: str, kind: EventType, intake_id: str, actor: str, at: str, detail: Mapping[str, str] | None = None
) -> NewEvent:
    subject = Subject(intake_id=intake_id)
    return NewEvent(id=id_, type=kind, at=at, actor=actor, subject=subject, detail=detail or {})


def _intake(stored: Row | dict[str, Any]) -> Intake:
    return Intake(
        id=stored["id"],
        sha256=stored["sha256"],
        file_name=stored["file_name"],
        kind=stored.get("kind"),
        size=stored["size"],
        source=stored["source"],
        about=stored.get("about"),
        status=IntakeStatus(stored["status"]),
        code=stored.get("code"),
        reason=stored.get("reason"),
        attempts=stored["attempts"],
        received_at=stored["received_at"],
        settled_at=stored.get("settled_at"),
        candidate_id=stored.get("candidate_id"),
    )
