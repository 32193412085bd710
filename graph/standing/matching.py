"""How changed candidates are matched with standing searches: how far the log was looked at, and what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph import outbox
from graph.client import Statement, Transaction
from graph.events import CHANGES_DOCUMENT, EventType, NewEvent, Subject
from graph.ids import derived_id
from graph.indexing import indexed_through
from graph.standing.choosing import ENDED, FORGET, MOST_MATCHES, RENEW, StandingFault

TOLD_BY = frozenset(CHANGES_DOCUMENT - {EventType.CANDIDATE_REINDEXED})
"""After these a candidate may match who did not before."""

STATE = Statement(
    "standing.state",
    """
    MATCH (c:StandingSearches {name: 'standing'})
    WHERE EXISTS { MATCH (:SavedSearch {standing: true}) }
    RETURN c.through AS through, c.generation AS generation
    """,
)
STRETCH = Statement(
    "standing.stretch",
    """
    MATCH (e:Event)
    WHERE e.sequence > $after AND e.sequence <= $through AND e.type IN $types AND e.candidate_id IS NOT NULL
    WITH e ORDER BY e.sequence LIMIT $limit
    RETURN collect([e.candidate_id, e.sequence]) AS events
    """,
)
SEARCHES = Statement(
    "standing.searches",
    """
    MATCH (s:SavedSearch {standing: true})
    WITH s ORDER BY s.id
    RETURN collect([s.id, s.owner, s.content, s.stamp, s.fault]) AS searches
    """,
)
LOCK = Statement(
    "standing.lock",
    """
    UNWIND $searches AS row
    MATCH (s:SavedSearch {id: row[0]})
    SET s.locked = true
    REMOVE s.locked
    WITH s, row
    WHERE s.standing = true AND s.stamp = row[1]
    RETURN collect(s.id) AS ids
    """,
)
KNOWN = Statement(
    "standing.known",
    """
    UNWIND $candidates AS candidate
    MATCH (p:Person {id: candidate})<-[:MATCHES]-(s:SavedSearch)
    WHERE s.id IN $searches
    RETURN collect([s.id, candidate]) AS pairs
    """,
)
END = Statement(
    "standing.end",
    """
    UNWIND $pairs AS pair
    MATCH (s:SavedSearch {id: pair[0]}), (p:Person {id: pair[1]})
    MATCH (s)-[m:MATCHES]->(p)
    OPTIONAL MATCH (s)-[f:FOUND]->(p)
    SET f.ended_at = $at
    DELETE m
    """,
)
FIND = Statement(
    "standing.find",
    """
    UNWIND $pairs AS pair
    MATCH (s:SavedSearch {id: pair[0]}), (p:Person:Candidate {id: pair[1]})
    CREATE (s)-[:MATCHES]->(p)
    MERGE (s)-[f:FOUND]->(p)
    SET f = {at: $at}
    RETURN collect(pair) AS pairs
    """,
)
TOO_BROAD = Statement(
    "standing.too_broad",
    """
    UNWIND $searches AS id
    MATCH (s:SavedSearch {id: id})
    WHERE COUNT { (s)-[:MATCHES]->() } > $most
    RETURN collect(id) AS ids
    """,
)
ADVANCE = Statement(
    "standing.advance",
    """
    MATCH (c:StandingSearches {name: 'standing'})
    SET c.locked = true
    REMOVE c.locked
    WITH c
    WHERE c.through = $after AND c.generation = $generation
    SET c.through = $through
    RETURN c.through AS through
    """,
)
NOTE_FAULTS = Statement(
    "standing.note_faults",
    "UNWIND $faults AS row MATCH (s:SavedSearch {id: row[0], standing: true}) SET s.fault = row[1]",
)
STOP = Statement(
    "standing.stop",
    "MATCH (s:SavedSearch {id: $id}) SET s += $properties, s.version = s.version + 1",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far the log was looked at, and the version of the set of standing searches."""

    through: int
    generation: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Candidates who changed in a stretch of the log that ends with `through`."""

    candidates: tuple[str, ...]
    through: int


@dataclass(frozen=True, slots=True)
class StandingSearch:
    """A search as the log is looked at with it; another `stamp` is another beginning, or another search."""

    id: str
    owner: str
    content: str
    stamp: str
    fault: str | None


@dataclass(frozen=True, slots=True)
class Sighting:
    """Whom a search found among the candidates that were looked at."""

    search_id: str
    stamp: str
    found: frozenset[str]


async def state(tx: Transaction, /) -> State | None:
    """Return how far the log was looked at; None where no search stands."""
    row = await STATE.row(tx)
    return State(through=row["through"], generation=row["generation"]) if row else None


async def next_stretch(tx: Transaction, /, *, after: int, limit: int) -> Stretch:
    """Return who changed behind a number, as far as the index shows it: of at most `limit` events, in their order."""
    through = min(await indexed_through(tx), after + outbox.SCAN_WINDOW)
    if through <= after:
        return Stretch((), after)
    row = await STRETCH.row(tx, after=after, through=through, types=sorted(TOLD_BY), limit=limit)
    events = row["events"] if row else []
    if len(events) == limit:
        through = events[-1][1]
    return Stretch(tuple(dict.fromkeys(candidate for candidate, _ in events)), through)


async def standing_searches(tx: Transaction, /) -> list[StandingSearch]:
    """Return all standing searches."""
    row = await SEARCHES.row(tx)
    return [StandingSearch(*each) for each in row["searches"]] if row else []


async def record(
    tx: Transaction,
    /,
    *,
    candidates: Sequence[str],
    sightings: Sequence[Sighting],
    at: str,
    actor: str,
) -> int:
    """Note who matches which search now, and tell of those who did not before; return how many these are.

    Searches that were changed or ended since they were looked with are left out. Safe to repeat. One that finds too
    many by now ends.
    """
    wanted = list(candidates)
    known = await _known(tx, wanted, [each.search_id for each in sightings])
    differing = [each for each in sightings if each.found != known.get(each.search_id, frozenset())]
    if not differing:
        return 0
    row = await LOCK.row(tx, searches=sorted([each.search_id, each.stamp] for each in differing))
    locked = set(row["ids"]) if row else set()
    known = await _known(tx, wanted, sorted(locked))
    found = {each.search_id: each.found for each in differing if each.search_id in locked}
    before = {(search, candidate) for search, matching in known.items() for candidate in matching}
    matching_now = {(search, candidate) for search, matching in found.items() for candidate in matching}
    await END.run(tx, pairs=[list(pair) for pair in sorted(before - matching_now)], at=at)
    row = await FIND.row(tx, pairs=[list(pair) for pair in sorted(matching_now - before)], at=at)
    told = row["pairs"] if row else []
    events = (
        NewEvent(
            id=derived_id("matched", search, candidate, at),
            type=EventType.SAVED_SEARCH_MATCHED,
            at=at,
            actor=actor,
            subject=Subject(candidate_id=candidate, saved_search_id=search),
        )
        for search, candidate in told
    )
    await outbox.append(tx, events)
    row = await TOO_BROAD.row(tx, searches=sorted({search for search, _ in told}), most=MOST_MATCHES)
    for search in row["ids"] if row else []:
        await _end(tx, search, StandingFault.TOO_BROAD, at=at, actor=actor)
    return len(told)


async def advance(tx: Transaction, /, *, state: State, through: int) -> bool:
    """Note that the log was looked at up to a number; no where a search began, changed or ended since `state`."""
    row = await ADVANCE.row(tx, after=state.through, generation=state.generation, through=through)
    return row is not None


async def note_faults(tx: Transaction, /, *, faults: Mapping[str, StandingFault | None]) -> None:
    """Note which searches tell nothing now, and which do again."""
    await NOTE_FAULTS.run(tx, faults=[[id_, fault] for id_, fault in faults.items()])


async def _known(tx: Transaction, candidates: list[str], searches: list[str]) -> dict[str, frozenset[str]]:
    row = await KNOWN.row(tx, candidates=candidates, searches=searches)
    known: dict[str, set[str]] = {}
    for search, candidate in row["pairs"] if row else []:
        known.setdefault(search, set()).add(candidate)
    return {search: frozenset(matching) for search, matching in known.items()}


async def _end(tx: Transaction, id: str, fault: StandingFault, *, at: str, actor: str) -> None:
    await RENEW.run(tx)
    await FORGET.run(tx, id=id)
    await STOP.run(tx, id=id, properties={**ENDED, "fault": str(fault), "updated_at": at})
    event = NewEvent(
        id=derived_id("too_broad", id, at),
        type=EventType.SAVED_SEARCH_UPDATED,
        at=at,
        actor=actor,
        subject=Subject(saved_search_id=id),
    )
    await outbox.append(tx, [event])
