"""Time how a backlog of events is numbered and called for anew, batch by batch: each should cost what the first one does.

Usage: python -m bench.backlog [EVENTS] with KITH_NEO4J_URI naming a Neo4j whose data may be deleted. Plans are made while the
log is empty, as those of a running worker are.
"""

import asyncio
import sys
import time
from itertools import pairwise
from statistics import mean

from bench.indexing import empty
from graph import indexing, outbox
from graph.client import Graph, Statement
from graph.ids import new_id
from graph.migrations.runner import migrate
from graph.settings import GraphSettings

BATCH = 1_000
QUARTERS = 4
LEASE = {"name": "relay", "holder": "bench"}
FILL = Statement(
    "bench.fill_backlog",
    """
    UNWIND range(1, $events) AS i
    CALL (i) {
      WITH 'c' + toString(10000000 + i) AS id
      CREATE (:Person:Candidate {id: id})
      CREATE (:Event:Pending:Unindexed {id: 'e' + id, candidate_id: id, type: 'candidate.created',
        at: '2026-01-01T00:00:00.000000Z', actor: 'bench', detail: '{}', appended: timestamp()})
    } IN TRANSACTIONS OF 500 ROWS
    """,
)


async def number(graph: Graph) -> list[float]:
    """Number all that waits; return the seconds of each batch."""
    moments = [time.perf_counter()]
    while await graph.write(outbox.number_pending, **LEASE, limit=BATCH):
        moments.append(time.perf_counter())
    return [after - before for before, after in pairwise(moments)]


async def refill(graph: Graph) -> float:
    """Call for every document; return the seconds that took."""
    begin = time.perf_counter()
    await indexing.refill(graph, identity=new_id(), name="bench")
    return time.perf_counter() - begin


def show(what: str, batches: list[float]) -> None:
    size = max(1, len(batches) // QUARTERS)
    quarters = [1_000 * mean(batches[i * size : (i + 1) * size]) for i in range(QUARTERS)]
    print(
        f"{what}: {sum(batches):.1f} s, ms a batch by quarter {' '.join(f'{each:.0f}' for each in quarters)}"
    )


async def main(events: int) -> None:
    async with Graph.open(GraphSettings()) as graph:
        await migrate(graph)
        await empty(graph)
        await graph.write(outbox.take_lease, **LEASE, milliseconds=3_600_000)
        await number(graph)
        await refill(graph)
        await graph.execute(FILL, events=events)
        print(f"{events} events wait; refill before any has a number: {await refill(graph):.1f} s")
        batches, seconds = await asyncio.gather(number(graph), refill(graph))
        show("numbered while a refill runs", batches)
        print(f"that refill: {seconds:.1f} s; another behind it: {await refill(graph):.1f} s")
        await empty(graph)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
