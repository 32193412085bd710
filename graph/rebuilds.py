"""Rebuilding the search index on demand, and what has to be remembered about its care."""

from dataclasses import dataclass
from typing import Any

from graph import indexing
from graph.client import Row, Statement, Transaction

ASK = Statement(
    "rebuilds.ask",
    """
    MERGE (r:IndexRebuild {name: 'candidates'})
    SET r.touched = timestamp()
    WITH r
    FOREACH (_ IN CASE WHEN r.id IS NULL OR r.finished_at IS NOT NULL THEN [1] ELSE [] END |
      SET r.id = $id, r.asked_at = $at, r.position = '', r.written = 0
      REMOVE r.finished_at
    )
    RETURN properties(r) AS rebuild
    """,
)

NEWEST = Statement(
    "rebuilds.newest", "MATCH (r:IndexRebuild {name: 'candidates'}) RETURN properties(r) AS rebuild"
)

ADVANCE = Statement(
    "rebuilds.advance",
    """
    MATCH (r:IndexRebuild {name: 'candidates', id: $id})
    SET r.position = $position, r.written = $written
    """,
)

FINISH = Statement(
    "rebuilds.finish", "MATCH (r:IndexRebuild {name: 'candidates', id: $id}) SET r.finished_at = $at"
)

IDLE_SINCE = Statement(
    "rebuilds.idle_since",
    """
    MERGE (i:IdleIndex {identity: $identity})
    ON CREATE SET i.since = $at
    RETURN i.since AS since
    """,
)

FORGET_IDLE = Statement("rebuilds.forget_idle", "MATCH (i:IdleIndex {identity: $identity}) DELETE i")

LAST_CHECK = Statement(
    "rebuilds.last_check",
    """
    MERGE (c:IndexCheck {name: 'candidates'})
    ON CREATE SET c.at = $at
    RETURN c.at AS at
    """,
)

CHECKED = Statement("rebuilds.checked", "MATCH (c:IndexCheck {name: 'candidates'}) SET c.at = $at")


@dataclass(frozen=True, slots=True)
class Rebuild:
    """One making of a new index: every candidate with an id up to `position` was written, `written` of them."""

    id: str
    asked_at: str
    position: str
    written: int
    finished_at: str | None


async def ask_for_rebuild(tx: Transaction, /, *, id: str, at: str) -> Rebuild:
    """Ask for a rebuild; return it, or the one that is under way."""
    row = await ASK.row(tx, id=id, at=at)
    assert row is not None
    return _rebuild(row["rebuild"])


async def newest_rebuild(tx: Transaction, /) -> Rebuild | None:
    """Return the rebuild that was asked for last."""
    row = await NEWEST.row(tx)
    return _rebuild(row["rebuild"]) if row else None


async def advance(tx: Transaction, /, *, id: str, position: str, written: int) -> None:
    """Note how far a rebuild has come."""
    await ADVANCE.run(tx, id=id, position=position, written=written)


async def filled(tx: Transaction, /, *, identity: str, name: str) -> None:
    """Note that an index got every candidate, so that nobody fills it again."""
    await indexing.REMEMBER_INDEX.run(tx, identity=identity, name=name)


async def finish(tx: Transaction, /, *, id: str, at: str) -> None:
    """Note that searches answer from what was rebuilt."""
    await FINISH.run(tx, id=id, at=at)


async def idle_since(tx: Transaction, /, *, identity: str, at: str) -> str:
    """Return since when an index is known to be idle: since now, where nobody noted that yet."""
    row = await IDLE_SINCE.row(tx, identity=identity, at=at)
    assert row is not None
    return str(row["since"])


async def forget_idle(tx: Transaction, /, *, identity: str) -> None:
    """Forget an idle index."""
    await FORGET_IDLE.run(tx, identity=identity)


async def last_check(tx: Transaction, /, *, at: str) -> str:
    """Return when the index was last compared with the graph; now, where it never was."""
    row = await LAST_CHECK.row(tx, at=at)
    assert row is not None
    return str(row["at"])


async def checked(tx: Transaction, /, *, at: str) -> None:
    """Note that the index was compared with the graph."""
    await CHECKED.run(tx, at=at)


def _rebuild(stored: Row) -> Rebuild:
    values: dict[str, Any] = dict(stored)
    return Rebuild(
        id=values["id"],
        asked_at=values["asked_at"],
        position=values["position"],
        written=values["written"],
        finished_at=values.get("finished_at"),
    )
