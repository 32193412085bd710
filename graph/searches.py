"""Talent searches that somebody saved: private to their owner, or shared with all who may search.

    (:Searcher {actor})-[:SAVED]->(:SavedSearch {id, name, shared, owner, content, version, …})

The owner is an actor as the event log names it. `content` is what `search.talent.saved` makes of a search; nothing here reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph import outbox
from graph.client import Statement, Transaction
from graph.errors import Code, Conflict, InvalidInput, NotFound
from graph.events import Change, EventType, Subject
from graph.reading import Anchor, Pattern, Shown, Sort, node
from graph.versions import check_version
from graph.visibility import Viewer, seen, seen_by

LONGEST_NAME = 200
LONGEST_CONTENT = 100_000
MOST_SAVED = 200
"""Most searches of one owner."""

SAVED_SEARCH = Anchor("searches.saved_search", "(@node:SavedSearch {id: @id})", Shown.SAVED_SEARCH)


class SavedSearchOrder(StrEnum):
    """What saved searches can be sorted by."""

    NAME = "NAME"
    UPDATED_AT = "UPDATED_AT"


SAVED_SEARCHES = Pattern(
    name="searches.saved_searches",
    match="(@node:SavedSearch)",
    shows=Shown.SAVED_SEARCH,
    sorts={
        SavedSearchOrder.NAME: Sort(node("name"), seek="@node.name IS NOT NULL"),
        SavedSearchOrder.UPDATED_AT: Sort(node("updated_at"), descending=True),
    },
)

OWNER = Statement(
    "searches.owner",
    """
    MERGE (o:Searcher {actor: $actor})
    SET o.locked = true
    REMOVE o.locked
    RETURN COUNT { (o)-[:SAVED]->() } AS saved
    """,
)
CREATE = Statement(
    "searches.create",
    """
    MATCH (o:Searcher {actor: $actor})
    CREATE (o)-[:SAVED]->(s:SavedSearch)
    SET s = $properties
    """,
)
LOCK = Statement(
    "searches.lock",
    """
    MATCH (s:SavedSearch {id: $id})
    SET s.locked = true
    REMOVE s.locked
    RETURN properties(s) AS search
    """,
)
CHANGE = Statement("searches.change", "MATCH (s:SavedSearch {id: $id}) SET s += $properties")
DELETE = Statement(
    "searches.delete",
    """
    MATCH (s:SavedSearch {id: $id})
    FOREACH (_ IN CASE WHEN s.standing THEN [1] ELSE [] END |
      MERGE (c:StandingSearches {name: 'standing'})
      SET c.generation = coalesce(c.generation, 0) + 1
    )
    DETACH DELETE s
    """,
)
CONTENT = Statement(
    "searches.content",
    "MATCH (s:SavedSearch {id: $id}) WHERE @seen(saved_search, s)"
    " RETURN s.content AS content, coalesce(s.standing AND s.owner = $actor, false) AS stands",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSavedSearch:
    """A search to be saved."""

    id: str
    name: str
    shared: bool
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a saved search looks for, and whether new matches are told to the viewer."""

    content: str
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearchChange:
    """What is to be different about a saved search; None leaves it as it is."""

    id: str
    expected_version: int | None = None
    name: str | None = None
    shared: bool | None = None
    content: str | None = None


async def create_saved_search(tx: Transaction, /, *, search: NewSavedSearch, change: Change) -> str:
    """Save a search of the change's actor; return its id.

    Raises:
        InvalidInput: the name is empty or too long, the content is too long, or the owner has 200 already.
    """
    row = await OWNER.row(tx, actor=change.actor)
    if row and row["saved"] >= MOST_SAVED:
        raise InvalidInput(
            Code.TOO_MANY, f"you have {MOST_SAVED} saved searches; delete one first", field=None
        )
    properties = {
        "id": search.id,
        "name": _name(search.name),
        "shared": search.shared,
        "content": _content(search.content),
        "owner": change.actor,
        "version": 1,
        "created_at": change.at,
        "updated_at": change.at,
    }
    await CREATE.run(tx, actor=change.actor, properties=properties)
    await outbox.append(
        tx, [change.event(EventType.SAVED_SEARCH_CREATED, Subject(saved_search_id=search.id))]
    )
    return search.id


async def update_saved_search(
    tx: Transaction, /, *, wanted: SavedSearchChange, viewer: Viewer, change: Change
) -> str:
    """Change what is different about a saved search; where nothing is, neither version nor event log grow. Return its id.

    Raises:
        InvalidInput: as `create_saved_search`.
        NotFound: it is not there for the viewer.
        Conflict: it is somebody else's, or its version is not the one expected.
    """
    before = await owned_search(tx, id=wanted.id, expected_version=wanted.expected_version, viewer=viewer)
    given = {
        "name": None if wanted.name is None else _name(wanted.name),
        "shared": wanted.shared,
        "content": None if wanted.content is None else _content(wanted.content),
    }
    different = {name: value for name, value in given.items() if value is not None and before[name] != value}
    if different:
        note = {"version": before["version"] + 1, "updated_at": change.at}
        await CHANGE.run(tx, id=wanted.id, properties={**different, **note})
        await outbox.append(
            tx, [change.event(EventType.SAVED_SEARCH_UPDATED, Subject(saved_search_id=wanted.id))]
        )
    return wanted.id


async def delete_saved_search(
    tx: Transaction, /, *, id: str, expected_version: int | None, viewer: Viewer, change: Change
) -> str:
    """Delete a saved search; return its id.

    Raises:
        NotFound, Conflict: as `update_saved_search`.
    """
    await owned_search(tx, id=id, expected_version=expected_version, viewer=viewer)
    await DELETE.run(tx, id=id)
    await outbox.append(tx, [change.event(EventType.SAVED_SEARCH_DELETED, Subject(saved_search_id=id))])
    return id


async def saved_content(tx: Transaction, /, *, id: str, viewer: Viewer, field: str = "id") -> Saved:
    """Return what a saved search looks for.

    Raises:
        NotFound: it is not there for the viewer.
    """
    row = await seen_by(CONTENT, viewer.sights).row(tx, id=id, **viewer.parameters)
    if row is None:
        raise NotFound("saved search", field=field)
    return Saved(content=row["content"], stands=row["stands"])


async def owned_search(
    tx: Transaction, /, *, id: str, expected_version: int | None, viewer: Viewer
) -> Mapping[str, Any]:
    """Return the properties of a saved search that the viewer may change; others who would change it wait.

    Nothing is locked before the viewer is known to see it: a search that is not theirs is not even touched.

    Raises:
        NotFound, Conflict: as `update_saved_search`.
    """
    there = await seen(tx, viewer=viewer, shown=Shown.SAVED_SEARCH, ids=[id])
    row = await LOCK.row(tx, id=id) if there else None
    if row is None or not (row["search"]["shared"] or row["search"]["owner"] == viewer.actor):
        raise NotFound("saved search", field="savedSearchId")
    search: Mapping[str, Any] = row["search"]
    if search["owner"] != viewer.actor and not viewer.sees_everything:
        raise Conflict(Code.NOT_THE_OWNER, "only its owner changes a shared search", field="savedSearchId")
    check_version(expected_version, search["version"])
    return search


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise InvalidInput(Code.REQUIRED, "a saved search needs a name", field="name")
    if len(name) > LONGEST_NAME:
        raise InvalidInput(Code.TOO_LONG, f"a name has at most {LONGEST_NAME} characters", field="name")
    return name


def _content(content: str) -> str:
    if len(content) > LONGEST_CONTENT:
        raise InvalidInput(
            Code.TOO_LONG, f"a search to be saved has at most {LONGEST_CONTENT:,} characters", field="search"
        )
    return content
