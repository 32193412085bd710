"""The event log: appended in the transaction of the change, numbered afterwards by the one active relay.

Labels say how far an event has come: `:Pending` has no number yet, `:Undelivered` has one but was not handed on,
`:Unindexed` has not reached the search index.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from graph.client import Row, Statement, Transaction
from graph.events import CHANGES_DOCUMENT, Event, EventType, NewEvent, Subject
from graph.tracing import traceparent

SCAN_WINDOW = 5_000
"""Most events that one reading of the log looks at, so that a rare type costs no full scan."""

APPEND = Statement(
    "outbox.append",
    """
    UNWIND $events AS event
    CREATE (e:Event:Pending)
    SET e = event.properties, e.appended = timestamp(), e:$(event.labels)
    """,
)

TAKE_LEASE = Statement(
    "outbox.take_lease",
    """
    MERGE (l:Lease {name: $name})
    ON CREATE SET l.holder = $holder, l.until = timestamp() + $milliseconds
    SET l.touched = timestamp()
    WITH l
    WHERE l.holder = $holder OR l.until < timestamp()
    SET l.holder = $holder, l.until = timestamp() + $milliseconds
    RETURN l.holder AS holder
    """,
)

GIVE_UP_LEASE = Statement(
    "outbox.give_up_lease",
    "MATCH (l:Lease {name: $name, holder: $holder}) SET l.until = 0",
)

NUMBER_PENDING = Statement(
    "outbox.number_pending",
    """
    MATCH (l:Lease {name: $name})
    SET l.touched = timestamp()
    WITH l
    WHERE l.holder = $holder
    MERGE (s:Sequence {name: 'events'})
    ON CREATE SET s.value = 0
    SET s.touched = timestamp()
    WITH s, s.value AS base
    CALL () {
      MATCH (e:Pending)
      USING INDEX SEEK e:Pending(appended, at, id)
      WHERE e.appended > 0 AND e.at IS NOT NULL AND e.id IS NOT NULL
      RETURN e ORDER BY e.appended, e.at, e.id LIMIT $limit
    }
    WITH s, base, collect(e) AS pending
    SET s.value = base + size(pending)
    WITH base, pending
    UNWIND range(0, size(pending) - 1) AS i
    WITH pending[i] AS e, base + 1 + i AS sequence
    SET e.sequence = sequence, e:Undelivered
    REMOVE e:Pending
    RETURN count(e) AS numbered
    """,
)

PUBLISH = Statement(
    "outbox.publish",
    """
    MATCH (s:Sequence {name: 'events'})
    SET s.touched = timestamp()
    SET s.published = s.value
    RETURN s.published AS value
    """,
)

WAITING = Statement(
    "outbox.waiting", "RETURN EXISTS { MATCH (:Pending) } OR EXISTS { MATCH (:Undelivered) } AS waiting"
)

UNDELIVERED = Statement(
    "outbox.undelivered",
    "MATCH (e:Undelivered) WHERE e.sequence > 0 RETURN properties(e) AS event ORDER BY e.sequence LIMIT $limit",
)

MARK_DELIVERED = Statement(
    "outbox.mark_delivered",
    "UNWIND $ids AS id MATCH (e:Event {id: id}) REMOVE e:Undelivered",
)

EVENTS_AFTER = Statement(
    "outbox.events_after",
    """
    MATCH (e:Event)
    WHERE e.sequence > $after AND e.sequence <= $through AND ($types IS NULL OR e.type IN $types)
    RETURN properties(e) AS event ORDER BY e.sequence LIMIT $limit
    """,
)

LAST_SEQUENCE = Statement(
    "outbox.last_sequence", "MATCH (s:Sequence {name: 'events'}) RETURN coalesce(s.published, 0) AS value"
)

BACKLOG = Statement(
    "outbox.backlog",
    """
    CALL () { MATCH (e:Pending) RETURN count(e) AS pending }
    CALL () { MATCH (e:Undelivered) RETURN count(e) AS undelivered }
    CALL () { MATCH (e:Unindexed) RETURN count(e) AS unindexed }
    CALL () { MATCH (e:Refused) RETURN count(e) AS refused }
    OPTIONAL CALL () {
      MATCH (e:Pending)
      USING INDEX SEEK e:Pending(appended, at, id)
      WHERE e.appended > 0 AND e.at IS NOT NULL AND e.id IS NOT NULL
      RETURN timestamp() - e.appended AS age ORDER BY e.appended LIMIT 1
    }
    RETURN pending, undelivered, unindexed, refused, age
    """,
)


@dataclass(frozen=True, slots=True)
class LogPage:
    """A stretch of the log; `through` is the sequence number up to which it is complete."""

    events: tuple[Event, ...]
    through: int
    has_next: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many events wait for what, and for how long the oldest has had no number.

    `refused` are those whose search document Elasticsearch did not take.
    """

    pending: int
    undelivered: int
    unindexed: int
    refused: int
    oldest_pending_seconds: float


async def append(tx: Transaction, events: Iterable[NewEvent]) -> None:
    """Append events to the log, in the transaction of the change that they report; a trace goes on from them."""
    trace = traceparent()
    rows = [{"properties": _properties(event, trace), "labels": _labels(event)} for event in events]
    if rows:
        await APPEND.run(tx, events=rows)


async def take_lease(tx: Transaction, /, *, name: str, holder: str, milliseconds: int) -> bool:
    """Take or renew the lease `name`; by Neo4j's clock, so that the holders' clocks need not agree."""
    return await TAKE_LEASE.row(tx, name=name, holder=holder, milliseconds=milliseconds) is not None


async def give_up_lease(tx: Transaction, /, *, name: str, holder: str) -> None:
    """Let another holder take the lease at once."""
    await GIVE_UP_LEASE.run(tx, name=name, holder=holder)


async def number_pending(tx: Transaction, /, *, name: str, holder: str, limit: int) -> int:
    """Give the oldest pending events the next numbers, if `holder` still holds the lease; return how many.

    They are read in the order of an index, so that it takes the same time however many wait behind them.
    """
    row = await NUMBER_PENDING.row(tx, name=name, holder=holder, limit=limit)
    return row["numbered"] if row else 0


async def publish(tx: Transaction, /) -> int:
    """Let readers of the log see all numbers given so far; return the highest.

    Neo4j shows a commit to others piece by piece: the counter of the sequence first, the index of the numbers later.
    Waiting for the counter's lock here waits for the numbering to be visible as a whole, so no reader skips an event.
    """
    row = await PUBLISH.row(tx)
    return row["value"] if row else 0


async def waiting(tx: Transaction, /) -> bool:
    """Say whether any event has no number yet or was not handed on."""
    row = await WAITING.row(tx)
    return row is not None and row["waiting"]


async def undelivered(tx: Transaction, /, *, limit: int) -> list[Event]:
    """Return numbered events that were not handed on, in order."""
    return [_event(row) for row in await UNDELIVERED.rows(tx, limit=limit)]


async def mark_delivered(tx: Transaction, /, *, ids: Sequence[str]) -> None:
    """Note that these events were handed on."""
    await MARK_DELIVERED.run(tx, ids=list(ids))


async def events_after(
    tx: Transaction, /, *, after: int, types: Sequence[EventType] | None, limit: int
) -> LogPage:
    """Return up to `limit` events with a number above `after`, in order."""
    wanted = None if types is None else [str(kind) for kind in types]
    last = await last_sequence(tx)
    through = max(after, min(after + SCAN_WINDOW, last))
    rows = await EVENTS_AFTER.rows(tx, after=after, through=through, types=wanted, limit=limit)
    events = tuple(_event(row) for row in rows)
    if len(events) == limit:
        through = events[-1].sequence
    return LogPage(events, through, has_next=through < last)


async def last_sequence(tx: Transaction, /) -> int:
    """Return the highest number up to which the log is complete for readers; 0 in an empty log."""
    row = await LAST_SEQUENCE.row(tx)
    return row["value"] if row else 0


async def backlog(tx: Transaction, /) -> Backlog:
    """Count the events that still have a way to go; takes the same time however many there are."""
    row = await BACKLOG.row(tx)
    assert row is not None
    return Backlog(
        pending=row["pending"],
        undelivered=row["undelivered"],
        unindexed=row["unindexed"],
        refused=row["refused"],
        oldest_pending_seconds=max(0, row["age"] or 0) / 1000,
    )


def _labels(event: NewEvent) -> list[str]:
    return ["Unindexed"] if event.type in CHANGES_DOCUMENT and event.subject.candidate_id else []


def _properties(event: NewEvent, trace: str | None) -> dict[str, Any]:
    subject = {key: value for key, value in asdict(event.subject).items() if value is not None}
    return {
        "id": event.id,
        "type": str(event.type),
        "at": event.at,
        "actor": event.actor,
        "detail": orjson.dumps(dict(event.detail)).decode(),
        "trace": trace,
        **subject,
    }


def _event(row: Row) -> Event:
    stored = row["event"]
    return Event(
        id=stored["id"],
        sequence=stored["sequence"],
        type=EventType(stored["type"]),
        at=stored["at"],
        actor=stored["actor"],
        subject=Subject(**{name: stored.get(name) for name in Subject.__slots__}),
        detail=orjson.loads(stored["detail"]),
        trace=stored.get("trace"),
    )
