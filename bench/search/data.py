"""100,000 invented candidates: committed by the project's own functions, numbered and indexed by one worker."""

import asyncio
import os
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import psutil
from redis.asyncio import Redis

from api.demo.people import person
from api.demo.rows import PersonRow
from api.rows import ROW, record_of
from api.setup import make_token, prepare
from bench.indexing import batches, call_again, searchable, worker
from engines import places, processes, stack
from engines.errors import EngineError
from graph.client import Graph, Statement
from graph.ids import now
from graph.records import NewRecord, save_records
from graph.settings import GraphSettings
from graph.tokens import AccessRole
from search.client import open_client
from search.indices import candidate_index
from search.settings import ElasticsearchSettings
from workers.settings import RedisSettings

CANDIDATES = 100_000
COMMITTED_AT_ONCE = 500
FILLED = "search-filled"
"""Names the file that says how many candidates of which making a home holds; it is written when all are there."""
_MAKING = 1
"""To be changed with the data, by which older data are recognised."""
ENGINES = ("neo4j", "elasticsearch")

COUNT = Statement("bench.candidates", "MATCH (p:Candidate) RETURN count(p) AS candidates")


def start_engines(home: Path) -> dict[str, psutil.Process]:
    """Start the engines, lead this process to them, and return the processes of those that are measured."""
    stack.start(home)
    os.environ.update(stack.environment(home))
    os.environ.update(KITH_HOME=str(home), KITH_STORE_PATH=str(places.state(home, "store")))
    records = {name: processes.find(home, name) for name in ENGINES}
    if foreign := [name for name, record in records.items() if record is None]:
        raise EngineError(
            f"another program answers in place of {', '.join(foreign)}: delete {home}/ports.json"
        )
    return {name: psutil.Process(record.pid) for name, record in records.items() if record}


def has_made(home: Path, candidates: int) -> bool:
    """Say whether the home was filled with these very candidates."""
    said = home / FILLED
    return said.exists() and said.read_text() == _made(candidates)


async def is_whole(candidates: int) -> bool:
    """Say whether so many candidates are there."""
    async with Graph.open(GraphSettings()) as graph:
        row = await graph.read(COUNT.row)
        return row is not None and row["candidates"] == candidates


async def fill(home: Path, candidates: int) -> dict[str, float]:
    """Commit the candidates to empty engines and have a worker number and index them; return both speeds.

    They are candidates per second of committing, and of all that one worker does until searches show them.
    """
    await prepare()
    async with Graph.open(GraphSettings()) as graph, Redis.from_url(RedisSettings().url) as redis:
        await redis.flushall()
        await _make_index_known(graph)
        begin = time.perf_counter()
        made = batches(_records(candidates), COMMITTED_AT_ONCE)
        batch = await asyncio.to_thread(next, made)
        while batch:
            following = asyncio.create_task(asyncio.to_thread(next, made, []))
            await graph.write(save_records, records=batch, actor="bench", at=now())
            batch = await following
        committed = time.perf_counter() - begin
        async with worker():
            indexed = await searchable(graph)
    (home / FILLED).write_text(_made(candidates))
    return {"committed": candidates / committed, "numbered and indexed": candidates / indexed}


async def _make_index_known(graph: Graph) -> None:
    """Note the index while the graph is empty: a worker that meets it later calls for everybody once more."""
    settings = ElasticsearchSettings()
    async with open_client(settings) as client:
        await call_again(graph, client, candidate_index(settings.index_prefix))


async def recruiter() -> str:
    """Return a recruiter's token."""
    return await make_token(role=AccessRole.RECRUITER, label="bench", expires_at=None)


def _records(candidates: int) -> Iterator[NewRecord]:
    """Yield records of those of the demo's people who are no colleagues."""
    rows = (row for number in count() if not (row := person(number))["roles"])
    return map(_record, islice(rows, candidates))


def _record(row: PersonRow) -> NewRecord:
    return record_of(
        ROW.validate_python({key: value for key, value in row.items() if key != "id"}),
        digest=f"bench:{row['id']}",
        origin="bench",
        received_at=now(),
        person_id=row["id"],
    )


def _made(candidates: int) -> str:
    return f"{candidates} {_MAKING}"
