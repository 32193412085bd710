"""Time how fast committed changes become searchable, against writing the same documents straight into Elasticsearch.

Usage: python -m bench.indexing [PEOPLE] with KITH_NEO4J_URI, KITH_ELASTICSEARCH_URL and KITH_REDIS_URL naming engines
whose data may be deleted; all people are committed first, then one worker process is started.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import orjson
from elasticsearch import AsyncElasticsearch
from redis.asyncio import Redis

from api.demo.people import people as demo_people
from api.rows import ROW, record_of
from graph import indexing, outbox
from graph.client import Graph, Statement
from graph.ids import now
from graph.migrations.runner import migrate
from graph.records import save_records
from graph.settings import GraphSettings
from search.client import open_client
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.settings import ElasticsearchSettings
from workers.settings import RedisSettings

T = TypeVar("T")

PREFIX = "kith-bench"
COMMITTED_AT_ONCE = 500
RAW_DOCUMENTS = 1_000
RAW_IN_FLIGHT = 4
ROUNDS = 2
EMPTY = (
    Statement(
        "bench.empty_relationships",
        "MATCH ()-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 1000 ROWS",
    ),
    Statement(
        "bench.empty_nodes",
        "MATCH (n) WHERE NOT n:Migration CALL (n) { DELETE n } IN TRANSACTIONS OF 1000 ROWS",
    ),
)


async def empty(graph: Graph) -> None:
    for statement in EMPTY:
        await graph.execute(statement)


async def commit_people(graph: Graph, number: int) -> None:
    for batch in batches(demo_people(number), COMMITTED_AT_ONCE):
        records = [
            record_of(
                ROW.validate_python({key: value for key, value in row.items() if key != "id"}),
                digest=f"bench:{row['id']}",
                origin="bench",
                received_at=now(),
                person_id=row["id"],
            )
            for row in batch
        ]
        await graph.write(save_records, records=records, actor="bench", at=now())


@asynccontextmanager
async def worker() -> AsyncIterator["subprocess.Popen[bytes]"]:
    """Run one worker process, from the moment that it is ready."""
    with tempfile.NamedTemporaryFile() as log:
        process = await asyncio.to_thread(
            subprocess.Popen,
            [sys.executable, "-m", "workers.process"],
            stdout=log,
            stderr=subprocess.STDOUT,
        )

        async def ready() -> bool:
            return b"is ready" in await asyncio.to_thread(Path(log.name).read_bytes)

        try:
            await until(ready)
            yield process
        finally:
            process.kill()
            process.wait()


async def until(condition: Callable[[], Awaitable[bool]]) -> float:
    """Wait for a condition; return the seconds that took."""
    begin = time.perf_counter()
    while True:
        if await condition():
            return time.perf_counter() - begin
        await asyncio.sleep(0.03)


async def searchable(graph: Graph) -> float:
    """Wait until the index shows the whole log; return the seconds that took."""

    async def everything() -> bool:
        behind = await graph.read(outbox.backlog)
        return behind.pending == behind.unindexed == 0

    return await until(everything)


async def raw(client: AsyncElasticsearch, index: CandidateIndex, bodies: list[bytes]) -> float:
    """Write prepared bodies, as many in flight as Elasticsearch likes; return the seconds that took."""
    await ensure_indices(client, index)
    waiting = iter(bodies)

    async def lane() -> None:
        for body in waiting:
            await client.perform_request(
                "POST",
                f"/{index.writes}/_bulk",
                params={"filter_path": "errors"},
                headers={"content-type": "application/x-ndjson", "accept": "application/json"},
                body=body,
            )

    begin = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(RAW_IN_FLIGHT)))
    await client.indices.refresh(index=index.name)
    return time.perf_counter() - begin


async def bodies_of(client: AsyncElasticsearch, index: CandidateIndex) -> list[bytes]:
    """Return the documents of an index as ready requests."""
    lines: list[bytes] = []
    after: list[Any] | None = None
    while True:
        answer = await client.search(
            index=index.name, size=5_000, sort=["id"], search_after=after, query={"match_all": {}}
        )
        hits = answer["hits"]["hits"]
        if not hits:
            break
        after = hits[-1]["sort"]
        lines += [
            orjson.dumps({"index": {"_id": hit["_id"]}}) + b"\n" + orjson.dumps(hit["_source"]) + b"\n"
            for hit in hits
        ]
    return [b"".join(chunk) for chunk in batches(lines, RAW_DOCUMENTS)]


async def main(number: int) -> None:
    os.environ.setdefault("KITH_STORE_PATH", tempfile.mkdtemp())
    os.environ["KITH_ELASTICSEARCH_INDEX_PREFIX"] = PREFIX
    index = candidate_index(PREFIX)
    async with (
        Graph.open(GraphSettings()) as graph,
        open_client(ElasticsearchSettings()) as client,
        Redis.from_url(RedisSettings().url) as redis,
    ):
        await migrate(graph)
        await empty(graph)
        await redis.flushall()
        await drop(client)
        await ensure_indices(client, index)
        begin = time.perf_counter()
        await commit_people(graph, number)
        print(f"committed {number} people in {time.perf_counter() - begin:.1f} s")
        async with worker():
            whole = await searchable(graph)
        documents = (await client.count(index=index.name))["count"]
        print(f"numbered, handed on and indexed: {documents} in {whole:.1f} s, {documents / whole:.0f}/s")
        bodies = await bodies_of(client, index)
        print(f"a document has {sum(map(len, bodies)) / documents:.0f} bytes")
        for turn in range(ROUNDS):
            seconds = await raw(client, candidate_index(f"{PREFIX}-raw{turn}"), bodies)
            print(f"raw bulk {RAW_DOCUMENTS} x {RAW_IN_FLIGHT}: {documents / seconds:.0f}/s")
            await client.indices.delete(index=index.name)
            await ensure_indices(client, index)
            await call_again(graph, client, index)
            async with worker():
                seconds = await searchable(graph)
            print(f"indexed from the graph: {documents / seconds:.0f}/s")
        await recover(graph, client, index)
        await empty(graph)
        await drop(client)


async def call_again(graph: Graph, client: AsyncElasticsearch, index: CandidateIndex) -> None:
    """Call for every document anew."""
    answer = await client.indices.get_settings(index=index.name, name="index.uuid")
    identity = answer[index.name]["settings"]["index"]["uuid"]
    await indexing.refill(graph, identity=identity, name=index.name)


async def recover(graph: Graph, client: AsyncElasticsearch, index: CandidateIndex) -> None:
    """Kill a worker while it indexes; time from the kill until another, standing by, goes on and has finished."""

    async def unindexed() -> int:
        return (await graph.read(outbox.backlog)).unindexed

    async with worker() as first, worker():
        await call_again(graph, client, index)
        total = await unindexed()

        async def begun() -> bool:
            return 0 < await unindexed() < total

        await until(begun)
        first.kill()
        left = await unindexed()

        async def goes_on() -> bool:
            return await unindexed() < left

        seconds = await until(goes_on)
        print(f"killed with {left} left: another goes on after {seconds:.1f} s", end="")
        print(f" and is done {await searchable(graph):.1f} s later")


async def drop(client: AsyncElasticsearch) -> None:
    for name in (await client.indices.get(index=f"{PREFIX}*", allow_no_indices=True)).body:
        await client.indices.delete(index=name)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
