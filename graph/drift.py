"""What the graph says of candidates whose search documents are compared with it, and the call to write them anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph import indexing, outbox
from graph.client import Statement, Transaction
from graph.events import CHANGES_DOCUMENT, EventType, NewEvent, Subject
from graph.ids import derived_id
from graph.indexing import IndexedCandidate

AFTER = Statement(
    "drift.after",
    """
    MATCH (p:Person)
    USING INDEX SEEK p:Person(id)
    WHERE p.id > $after AND p:Candidate
    WITH p.id AS id ORDER BY id LIMIT $limit
    RETURN collect(id) AS ids
    """,
)

VERSIONS = Statement(
    "drift.versions",
    """
    UNWIND $ids AS id
    CALL (id) {
      MATCH (e:Event)
      USING INDEX SEEK e:Event(candidate_id, sequence)
      WHERE e.candidate_id = id AND e.sequence > 0 AND e.type IN $types
      RETURN e.sequence AS sequence ORDER BY sequence DESC LIMIT 1
    }
    RETURN collect([id, sequence]) AS versions
    """,
)

MOVING = Statement(
    "drift.moving",
    "MATCH (e:Pending|Unindexed) WHERE e.candidate_id IN $ids RETURN collect(DISTINCT e.candidate_id) AS ids",
)

REFUSED = Statement(
    "drift.refused",
    "MATCH (e:Refused) WHERE e.candidate_id IN $ids RETURN collect(DISTINCT e.candidate_id) AS ids",
)


@dataclass(frozen=True, slots=True)
class Marks:
    """By which events candidates' documents are to be known, whose change is on its way, and whose was refused."""

    versions: Mapping[str, int]
    moving: frozenset[str]
    refused: frozenset[str]


async def ids_after(tx: Transaction, /, *, after: str, limit: int) -> list[str]:
    """Return the ids of the next candidates, in order."""
    row = await AFTER.row(tx, after=after, limit=limit)
    return list(row["ids"]) if row else []


async def versions(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, int]:
    """Return the numbers of the last events that changed these candidates' documents.

    What is read of a candidate afterwards is of that number or newer.
    """
    row = await VERSIONS.row(tx, ids=list(ids), types=sorted(CHANGES_DOCUMENT))
    return dict(row["versions"]) if row else {}


async def marks(tx: Transaction, /, *, ids: Sequence[str]) -> Marks:
    """Return what the log says about the documents of these ids."""
    wanted = list(ids)
    moving = await MOVING.row(tx, ids=wanted)
    refused = await REFUSED.row(tx, ids=wanted)
    return Marks(
        versions=await versions(tx, ids=wanted),
        moving=frozenset(moving["ids"] if moving else ()),
        refused=frozenset(refused["ids"] if refused else ()),
    )


async def marked_candidates(
    tx: Transaction, /, *, ids: Sequence[str]
) -> tuple[Marks, dict[str, IndexedCandidate]]:
    """Return the marks of these ids, and afterwards those who are candidates as they are."""
    before = await marks(tx, ids=ids)
    return before, await indexing.candidates(tx, ids=ids)


async def versioned_candidates(
    tx: Transaction, /, *, ids: Sequence[str]
) -> tuple[dict[str, int], dict[str, IndexedCandidate]]:
    """Return the numbers by which the documents of these ids are to be known, and afterwards those who are candidates."""
    before = await versions(tx, ids=ids)
    return before, await indexing.candidates(tx, ids=ids)


async def call_for(tx: Transaction, /, *, ids: Sequence[str], call_id: str, actor: str, at: str) -> None:
    """Have these documents written anew: each with an event, whose number is above all that the index can hold."""
    events = [
        NewEvent(
            id=derived_id("reindexed", call_id, id_),
            type=EventType.CANDIDATE_REINDEXED,
            at=at,
            actor=actor,
            subject=Subject(candidate_id=id_),
        )
        for id_ in ids
    ]
    await outbox.append(tx, events)
