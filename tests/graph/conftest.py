"""A graph for the tests of one layer, shared by all of them or without any data."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import pytest

from graph.client import Graph, Statement
from graph.composing import by_ids, from_nothing, page_parameters
from graph.ids import new_id
from graph.jobs import Job, NewJob, create_job
from graph.migrations.runner import migrate
from graph.outreach.touches import TOUCH, TouchStatus
from graph.profiles import Consent, Profile, RecordKind, Role
from graph.reading import (
    ID,
    Anchor,
    Item,
    Key,
    Many,
    PageCount,
    PageRows,
    PageShape,
    Pattern,
    Row,
    Source,
    node,
)
from graph.records import NewRecord, SavedRecord, save_records
from graph.settings import GraphSettings
from graph.visibility import EVERYTHING
from tests.workers.conftest import EMPTY

T = TypeVar("T")

AT = "2026-06-15T12:00:00.000000Z"
LATER = "2026-06-15T12:30:00.000000Z"

SIZE = Statement(
    "tests.size", "RETURN COUNT { (n) WHERE NOT n:Migration } AS nodes, COUNT { ()-[]->() } AS edges"
)
TOUCHED = (
    *(node(name) for name in ("status", "reason", "subject", "sent_at", "attempts")),
    Source("[(@node)-[:TO]->(p:Person) | p.id][0]"),
    Source("[(@node)-[:FOR]->(j:Job) | j.id][0]"),
)
EVENTS = Statement(
    "tests.events",
    "MATCH (e:Event) RETURN e.type AS type, e.detail AS detail, e.candidate_id AS candidate ORDER BY e.at, e.id",
)


@dataclass(frozen=True, slots=True)
class Given:
    """What a page is asked for with, besides its size and place; of nothing else the pattern's first order."""

    sort: str | None = None
    descending: bool | None = None
    conditions: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list: its rows, and where each stands."""

    rows: list[Any]
    keys: list[Key]
    has_next: bool


class Paged(Protocol):
    """Reads the page after a key."""

    def __call__(self, after: Key | None, /) -> Awaitable[Page]: ...


class Refused(Exception):
    """Ends a transaction of a test."""


@pytest.fixture(scope="session")
async def graph(engines: dict[str, str]) -> AsyncIterator[Graph]:
    """The migrated graph, with whatever earlier tests left in it."""
    async with Graph.open(GraphSettings(uri=engines["neo4j"], retry_seconds=30.0)) as opened:
        await migrate(opened)
        yield opened


@pytest.fixture
async def empty(graph: Graph) -> Graph:
    """The migrated graph without any data."""
    await graph.execute(EMPTY)
    return graph


def new_record(
    profile: Profile,
    *,
    id: str | None = None,
    kind: RecordKind = RecordKind.IMPORT,
    received_at: str = AT,
    person_id: str | None = None,
    about: str | None = None,
    external_ids: tuple[tuple[str, str], ...] = (),
    consent: Consent | None = None,
    roles: tuple[Role, ...] = (),
) -> NewRecord:
    """Make a record; ids that are not given are new ones."""
    return NewRecord(
        id=id or new_id(),
        kind=kind,
        origin="test",
        received_at=received_at,
        profile=profile,
        person_id=person_id or new_id(),
        event_id=new_id(),
        about=about,
        external_ids=external_ids,
        consent=consent,
        roles=roles,
    )


async def save(graph: Graph, *records: NewRecord, at: str = AT) -> list[SavedRecord]:
    """Save records in one transaction."""
    return await graph.write(save_records, records=records, actor="test", at=at)


async def people(graph: Graph, number: int, *, at: str = AT, roles: tuple[Role, ...] = ()) -> list[str]:
    """Make people who differ by their address; return their ids."""
    records = [
        new_record(Profile(name=f"Kim {i}", emails=(f"{new_id()}@example.org",)), roles=roles)
        for i in range(number)
    ]
    return [saved.person_id for saved in await save(graph, *records, at=at)]


def new_job(title: str = "Welder") -> NewJob:
    """Make a job with the default pipeline."""
    return NewJob(id=new_id(), event_id=new_id(), title=title, description="Joins steel.")


async def job(graph: Graph, *, at: str = AT) -> Job:
    """Create a job with the default pipeline."""
    return await graph.write(create_job, job=new_job(), actor="test", at=at)


@dataclass(frozen=True, slots=True)
class TouchState:
    """How a message stands."""

    status: TouchStatus
    reason: str | None
    subject: str | None
    sent_at: str | None
    attempts: int
    candidate_id: str
    job_id: str | None


async def touch_state(graph: Graph, id: str) -> TouchState:
    """Return how a message stands."""
    ((status, *others),) = (await read(graph, TOUCH, [id], *TOUCHED)).values()
    return TouchState(TouchStatus(status), *others)


async def size(graph: Graph) -> tuple[int, int]:
    """Count nodes and edges."""
    (row,) = await graph.execute(SIZE)
    return row["nodes"], row["edges"]


async def event_types(graph: Graph) -> list[str]:
    """Return the types of all events, in order of time and id."""
    return [row["type"] for row in await graph.execute(EVENTS)]


async def outcomes(calls: Iterable[Awaitable[T]]) -> tuple[list[T], list[BaseException]]:
    """Await all at once; return what they gave and what they raised."""
    found = await asyncio.gather(*calls, return_exceptions=True)
    failures = [each for each in found if isinstance(each, BaseException)]
    return [each for each in found if not isinstance(each, BaseException)], failures


async def read(graph: Graph, anchor: Anchor, ids: Iterable[str], *sources: Source) -> dict[str, Any]:
    """Return the values of those ids that are there; of one source the value itself."""
    found = await graph.value(by_ids(anchor, Row(sources), sights=EVERYTHING), {"ids": list(ids)})
    return {id_: _plain(values) for id_, values in found}


async def related(
    graph: Graph, anchor: Anchor, pattern: Pattern, ids: Iterable[str], *sources: Source
) -> dict[str, list[Any]]:
    """Return of each id that is there what a pattern leads to; of one source the value itself."""
    row = Row((Many(pattern, Row(sources)),))
    found = await graph.value(by_ids(anchor, row, sights=EVERYTHING), {"ids": list(ids)})
    return {id_: [_plain(values) for values in rows] for id_, (rows,) in found}


async def page(
    graph: Graph,
    pattern: Pattern,
    *sources: Source,
    first: int,
    after: Key | None = None,
    given: Given = Given(),
) -> Page:
    """Return a page of a list that hangs on nothing."""
    item, shape, parameters = _asked(pattern, sources, first, after, given)
    statement = from_nothing(pattern.name, Row((item,)), [shape], sights=EVERYTHING)
    (rows,) = await graph.value(statement, parameters)
    return _page(rows, first)


async def pages(
    graph: Graph,
    anchor: Anchor,
    pattern: Pattern,
    ids: Iterable[str],
    *sources: Source,
    first: int,
    after: Key | None = None,
    given: Given = Given(),
) -> dict[str, Page]:
    """Return the page of each id that is there."""
    item, shape, parameters = _asked(pattern, sources, first, after, given)
    statement = by_ids(anchor, Row((item,)), [shape], sights=EVERYTHING)
    found = await graph.value(statement, {**parameters, "ids": list(ids)})
    return {id_: _page(rows, first) for id_, (rows,) in found}


async def total(graph: Graph, pattern: Pattern, given: Given = Given()) -> int:
    """Count the whole list of a page that hangs on nothing."""
    _, shape, parameters = _asked(pattern, (), 1, None, given)
    statement = from_nothing(pattern.name, Row((PageCount(pattern, 0),)), [shape], sights=EVERYTHING)
    (counted,) = await graph.value(statement, parameters)
    return cast("int", counted)


async def totals(
    graph: Graph,
    anchor: Anchor,
    pattern: Pattern,
    ids: Iterable[str],
    given: Given = Given(),
) -> dict[str, int]:
    """Count the whole list of each id that is there."""
    _, shape, parameters = _asked(pattern, (), 1, None, given)
    statement = by_ids(anchor, Row((PageCount(pattern, 0),)), [shape], sights=EVERYTHING)
    found = await graph.value(statement, {**parameters, "ids": list(ids)})
    return {id_: counted for id_, (counted,) in found}


async def visit(read: Paged, *, between: Callable[[int], Awaitable[object]] | None = None) -> list[Any]:
    """Read all pages; `between` runs after each of them with its number."""
    seen: list[Any] = []
    after: Key | None = None
    for number in itertools.count():
        page = await read(after)
        seen += page.rows
        if not page.has_next:
            break
        after = page.keys[-1]
        if between:
            await between(number)
    return seen


def _asked(
    pattern: Pattern, sources: tuple[Source, ...], first: int, after: Key | None, given: Given
) -> tuple[Item, PageShape, dict[str, Any]]:
    name = given.sort or next(iter(pattern.sorts))
    sort = pattern.sorts[name]
    descending = sort.descending if given.descending is None else given.descending
    shape = PageShape(name, descending, given.conditions, goes_on=after is not None)
    parameters = page_parameters(0, size=first, after=after, values=given.values)
    return PageRows(pattern, Row((*sources, sort.by, ID)), 0), shape, parameters


def _page(rows: list[Any], first: int) -> Page:
    here = rows[:first]
    return Page(
        rows=[_plain(values[:-2]) for values in here],
        keys=[Key(value, id_) for *_, value, id_ in here],
        has_next=len(rows) > first,
    )


def _plain(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else tuple(values)
