"""A graph for the tests of one layer, shared by all of them or without any data."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Protocol, TypeVar

import pytest

from graph.client import Graph, Statement
from graph.ids import new_id
from graph.jobs import Job, NewJob, create_job
from graph.migrations.runner import migrate
from graph.paging import Key, Page
from graph.profiles import Consent, Profile, RecordKind, Role
from graph.records import NewRecord, SavedRecord, save_records
from graph.settings import GraphSettings
from tests.workers.conftest import EMPTY

T = TypeVar("T")

AT = "2026-06-15T12:00:00.000000Z"
LATER = "2026-06-15T12:30:00.000000Z"

SIZE = Statement(
    "tests.size", "RETURN COUNT { (n) WHERE NOT n:Migration } AS nodes, COUNT { ()-[]->() } AS edges"
)
EVENTS = Statement(
    "tests.events",
    "MATCH (e:Event) RETURN e.type AS type, e.detail AS detail, e.candidate_id AS candidate ORDER BY e.at, e.id",
)


class Paged(Protocol[T]):
    """Reads the page after a key."""

    def __call__(self, after: Key | None, /) -> Awaitable[Page[T]]: ...


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


async def visit(read: Paged[T], *, between: Callable[[int], Awaitable[object]] | None = None) -> Sequence[T]:
    """Read all pages; `between` runs after each of them with its number."""
    seen: list[T] = []
    after: Key | None = None
    number = 0
    while True:
        page = await read(after)
        seen += [item for _, item in page.items]
        if not page.has_next:
            return seen
        after = page.items[-1][0]
        if between:
            await between(number)
        number += 1
