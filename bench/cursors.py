"""Walk through all hits of a search, page by page, while candidates change and others come in: nobody twice, nobody missing.

Usage: python -m bench.cursors [CANDIDATES] with KITH_ELASTICSEARCH_URL naming an Elasticsearch. Its own index is deleted in the end.
"""

import asyncio
import contextlib
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from elasticsearch import AsyncElasticsearch

from search.client import open_client
from search.documents import CandidateDocument
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.settings import ElasticsearchSettings
from search.talent.points import PointsInTime
from search.talent.request import MOST_RESULTS, TalentRequest
from search.talent.searching import search_talent
from search.writer import Source, write

PREFIX = "kith-bench-cursors"
CHANGED_AT_ONCE = 50
TRADES = ("welder", "welder and fitter", "welder of ships", "welder, pipes", "senior welder")


def documents(numbers: Iterator[int], version: int) -> Iterator[tuple[str, int, Source]]:
    for number in numbers:
        headline = f"{TRADES[(number * version) % len(TRADES)]} {number % 977}"
        document = CandidateDocument(
            id=f"{number:08}", updated_at="2026-01-01T00:00:00.000000Z", headline=headline
        )
        yield document.id, version, document.to_source()


@asynccontextmanager
async def changing(client: AsyncElasticsearch, index: CandidateIndex, number: int) -> AsyncIterator[None]:
    """Change some candidates and add others, again and again, as long as the block runs."""

    async def change() -> None:
        chance = random.Random(1)
        version = 1
        while True:
            version += 1
            some = [chance.randrange(number) for _ in range(CHANGED_AT_ONCE)]
            some += range(number + version * CHANGED_AT_ONCE, number + (version + 1) * CHANGED_AT_ONCE)
            await write(client, index, documents(iter(some), version), refresh=True)

    task = asyncio.create_task(change())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def walk(client: AsyncElasticsearch, index: CandidateIndex, number: int) -> list[float]:
    """Return the seconds of each page."""
    points = PointsInTime(client, index)
    seen: list[str] = []
    seconds: list[float] = []
    cursor: str | None = None

    async def page() -> bool:
        nonlocal cursor
        begin = time.perf_counter()
        request = TalentRequest(text="welder nice:ships", size=MOST_RESULTS, after=cursor)
        found = await search_talent(client, index, points, request)
        seconds.append(time.perf_counter() - begin)
        seen.extend(hit.id for hit in found.hits)
        cursor = found.hits[-1].cursor
        return found.has_next

    more = await page() and await page()
    async with changing(client, index, number):
        while more:
            more = await page()
    if sorted(seen) != [f"{each:08}" for each in range(number)]:
        raise SystemExit(f"{len(seen)} hits, {len(set(seen))} of them different, of {number}")
    return seconds


async def main(number: int) -> None:
    index = candidate_index(PREFIX)
    async with open_client(ElasticsearchSettings()) as client:
        await client.indices.delete(index=index.name, ignore_unavailable=True)
        await ensure_indices(client, index)
        try:
            await write(client, index, documents(iter(range(number)), 1), refresh=True)
            seconds = await walk(client, index, number)
        finally:
            await client.indices.delete(index=index.name)
    print(f"{number} hits on {len(seconds)} pages, each candidate once, in {sum(seconds):.0f} s", end="; ")
    ordered = sorted(seconds)
    print(f"a page p50 {1_000 * ordered[len(ordered) // 2]:.0f} ms, slowest {1_000 * ordered[-1]:.0f} ms")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
