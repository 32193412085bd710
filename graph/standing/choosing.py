"""What owners do with standing searches: saved searches whose new matches are told.

    (:SavedSearch {standing, stamp, digest, …})-[:MATCHES]->(:Person)     who matched when last looked at
    (:SavedSearch)-[:FOUND {at, seen_at, ended_at, digest}]->(:Person)    what was told
    (:StandingSearches {through, generation})                             how far the log was looked at, and the set's version

Locks are taken in this order: saved searches, then the one `:StandingSearches`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph import outbox
from graph.client import Statement, Transaction
from graph.errors import Code, Conflict, InvalidInput
from graph.events import Change, EventType, Subject
from graph.reading import Pattern, Shown, Sort, Source, edge
from graph.searches import SavedSearchChange, owned_search, update_saved_search
from graph.visibility import Viewer

MOST_MATCHES = 10_000
"""Most candidates whom a standing search finds."""
MOST_OF_OWNER = 20
MOST_IN_ALL = 1_000

OWN_DIGEST = Source("CASE WHEN @node.owner = $actor THEN coalesce(@node.digest, 'NONE') END")
OWN_FAULT = Source("CASE WHEN @node.owner = $actor THEN @node.fault END")
FOUND = Pattern(
    name="standing.found",
    match="(@parent WHERE @parent.owner = $actor)-[@edge:FOUND]->(@node:Person:Candidate)",
    shows=Shown.CANDIDATE,
    sorts={"AT": Sort(edge("at"), descending=True)},
)

START = Statement(
    "standing.start",
    """
    MERGE (c:StandingSearches {name: 'standing'})
    ON CREATE SET c.through = $through, c.generation = 0
    SET c.locked = true
    REMOVE c.locked
    WITH c
    SET c.generation = c.generation + 1,
        c.through = CASE
          WHEN c.through > $through OR NOT EXISTS { MATCH (:SavedSearch {standing: true}) } THEN $through
          ELSE c.through
        END
    RETURN COUNT { (:SavedSearch {standing: true}) } AS all, COUNT { (:SavedSearch {standing: true, owner: $owner}) } AS own
    """,
)
RENEW = Statement(
    "standing.renew",
    "MERGE (c:StandingSearches {name: 'standing'}) ON CREATE SET c.through = 0 "
    "SET c.generation = coalesce(c.generation, 0) + 1",
)
CHANGE = Statement("standing.change", "MATCH (s:SavedSearch {id: $id}) SET s += $properties")
FORGET = Statement("standing.forget", "MATCH (:SavedSearch {id: $id})-[m:MATCHES]->() DELETE m")
KNOW = Statement(
    "standing.know",
    """
    MATCH (s:SavedSearch {id: $id})
    UNWIND $candidates AS candidate
    MATCH (p:Person:Candidate {id: candidate})
    CREATE (s)-[:MATCHES]->(p)
    """,
)
END_OTHERS = Statement(
    "standing.end_others",
    """
    MATCH (s:SavedSearch {id: $id})-[f:FOUND]->(p)
    WHERE f.ended_at IS NULL AND NOT EXISTS { (s)-[:MATCHES]->(p) }
    SET f.ended_at = $at
    """,
)
SEEN = Statement(
    "standing.seen",
    """
    MATCH (:SavedSearch {id: $id})-[f:FOUND]->()
    WHERE f.seen_at IS NULL AND f.at <= $until
    SET f.seen_at = $at
    RETURN count(f) AS seen
    """,
)

ENDED: Mapping[str, Any] = dict.fromkeys(
    ("standing", "standing_since", "stamp", "digest", "digest_due_at", "fault")
)
"""What of a saved search is different once it no longer stands."""


class DigestRhythm(StrEnum):
    """How often new matches come by e-mail."""

    NONE = "NONE"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"


class StandingFault(StrEnum):
    """Why a standing search tells nothing."""

    TOO_BROAD = "TOO_BROAD"
    BROKEN = "BROKEN"
    NOT_ALLOWED = "NOT_ALLOWED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Whom a search of this content found, and the number of the log that the index had come to before."""

    content: str
    candidates: Sequence[str]
    through: int


async def stand(
    tx: Transaction,
    /,
    *,
    id: str,
    expected_version: int | None,
    digest: DigestRhythm | None,
    due_at: str | None,
    baseline: Baseline | None,
    viewer: Viewer,
    change: Change,
) -> str:
    """Tell of new matches of a saved search from now on, or change how often by e-mail; return its id.

    A search that begins to stand needs a `baseline`. Without a `digest` it stays as it is, and is NONE as it begins. `due_at` is when the next one is due; None for none.

    Raises:
        NotFound: it is not there for the viewer.
        Conflict: it is somebody else's, its version is not the one expected, or it was changed meanwhile.
        InvalidInput: there are too many such searches.
    """
    search = await _own(tx, id, expected_version, viewer)
    begins = search.get("standing") is not True
    if not begins and digest in {None, search.get("digest")}:
        return id
    properties: dict[str, Any] = {"digest": str(digest or DigestRhythm.NONE), "digest_due_at": due_at}
    if begins:
        if baseline is None or search["content"] != baseline.content:
            raise changed_meanwhile()
        await _begin(tx, id=id, owner=search["owner"], baseline=baseline, change=change)
        properties |= {"standing": True, "standing_since": change.at}
    await _note(tx, id, search, properties, change)
    return id


async def stand_down(
    tx: Transaction, /, *, id: str, expected_version: int | None, viewer: Viewer, change: Change
) -> str:
    """Tell of no more matches; what was told stays. Return the id.

    Raises:
        NotFound, Conflict: as `stand`.
    """
    search = await _own(tx, id, expected_version, viewer)
    if search.get("standing") is True or search.get("fault") is not None:
        await RENEW.run(tx)
        await FORGET.run(tx, id=id)
        await _note(tx, id, search, ENDED, change)
    return id


async def update_search(
    tx: Transaction,
    /,
    *,
    wanted: SavedSearchChange,
    baseline: Baseline | None,
    viewer: Viewer,
    change: Change,
) -> str:
    """Change a saved search, as `graph.searches.update_saved_search` does; one that stands begins anew where it looks for something else.

    `baseline` is needed then. Where somebody else than its owner changes what it looks for, it no longer stands.

    Raises:
        NotFound, Conflict, InvalidInput: as `update_saved_search` and `stand`.
    """
    before = await owned_search(tx, id=wanted.id, expected_version=wanted.expected_version, viewer=viewer)
    await update_saved_search(tx, wanted=wanted, viewer=viewer, change=change)
    if before.get("standing") is not True or wanted.content in (None, before["content"]):
        return wanted.id
    if before["owner"] != viewer.actor:
        await RENEW.run(tx)
        await FORGET.run(tx, id=wanted.id)
        await CHANGE.run(tx, id=wanted.id, properties=ENDED)
    elif baseline is None or baseline.content != wanted.content:
        raise changed_meanwhile()
    else:
        await _begin(tx, id=wanted.id, owner=before["owner"], baseline=baseline, change=change)
    return wanted.id


async def _begin(tx: Transaction, /, *, id: str, owner: str, baseline: Baseline, change: Change) -> None:
    """Note whom a search finds as it begins, which is no news; it is locked, and what it found before is forgotten.

    Raises:
        InvalidInput: as `stand`.
    """
    await FORGET.run(tx, id=id)
    await CHANGE.run(tx, id=id, properties={"standing": None})
    row = await START.row(tx, through=baseline.through, owner=owner)
    assert row is not None
    if row["own"] >= MOST_OF_OWNER or row["all"] >= MOST_IN_ALL:
        message = f"an owner has at most {MOST_OF_OWNER} standing searches, all owners {MOST_IN_ALL:,}; end one first"
        raise InvalidInput(Code.TOO_MANY, message, field=None)
    await CHANGE.run(tx, id=id, properties={"standing": True, "stamp": change.event_id, "fault": None})
    await KNOW.run(tx, id=id, candidates=list(baseline.candidates))
    await END_OTHERS.run(tx, id=id, at=change.at)


async def note_seen(tx: Transaction, /, *, id: str, until: str, viewer: Viewer, at: str) -> int:
    """Note that the owner has seen what was found until then; return how many.

    Raises:
        NotFound, Conflict: as `stand`.
    """
    await _own(tx, id, None, viewer)
    row = await SEEN.row(tx, id=id, until=until, at=at)
    return row["seen"] if row else 0


async def _own(tx: Transaction, id: str, expected_version: int | None, viewer: Viewer) -> Mapping[str, Any]:
    search = await owned_search(tx, id=id, expected_version=expected_version, viewer=viewer)
    if search["owner"] != viewer.actor:
        raise Conflict(Code.NOT_THE_OWNER, "only its owner is told of matches", field="savedSearchId")
    return search


async def _note(
    tx: Transaction, id: str, search: Mapping[str, Any], properties: Mapping[str, Any], change: Change
) -> None:
    note = {"version": search["version"] + 1, "updated_at": change.at}
    await CHANGE.run(tx, id=id, properties={**properties, **note})
    await outbox.append(tx, [change.event(EventType.SAVED_SEARCH_UPDATED, Subject(saved_search_id=id))])


def too_broad() -> InvalidInput:
    """Return the refusal of a search that finds more than a standing one may."""
    message = f"it finds more than {MOST_MATCHES:,} candidates; narrow it first"
    return InvalidInput(Code.TOO_BROAD, message, field="savedSearchId")


def changed_meanwhile() -> Conflict:
    """Return the refusal of what was prepared for another search than the one that is there by now."""
    return Conflict(Code.VERSION_CONFLICT, "it was changed meanwhile; try again", field="savedSearchId")
