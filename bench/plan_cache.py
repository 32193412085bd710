"""Count how often Neo4j had to plan a statement: `python -m bench.plan_cache`, or `make bench-plan-cache`.

Requests of one shape and random values are answered one after the other, with Neo4j's query caches emptied before. Neo4j's
community edition has no counter of its hits, but says how many plans it held when it empties its caches: with room for a
thousand these are all that it made. Engines and data are those of `bench.reads`.
"""

import argparse
import asyncio
import json
import os
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import orjson

from api.services import open_services
from bench.reads import data
from bench.reads.shapes import SHAPES
from bench.side_by_side import report
from engines import neo4j, places, stack
from graph.client import Graph, Statement
from graph.ids import now
from graph.tokens import AccessRole
from schema.context import Context, Services
from schema.loaders import Loaders
from schema.node import global_id
from schema.operations import Operations, Request
from schema.permissions import Principal
from schema.root import build_schema

RESULTS = Path(__file__).parent / "results" / "plan_cache.json"
REQUESTS = 300
CLEAR = Statement("bench.clear_query_caches", "CALL db.clearQueryCaches() YIELD value RETURN value")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Shape:
    """Requests that differ in their values alone; `request` makes one."""

    name: str
    request: Callable[[Random], Request]


def _of_reads(name: str) -> Shape:
    shape = SHAPES[name]

    def request(random: Random) -> Request:
        if shape.variable is None:
            return Request(query=shape.document)
        value = random.choice(shape.values)
        return Request(
            query=shape.document,
            variables={shape.variable: global_id(shape.kind, value) if shape.kind else value},
        )

    return Shape(f"{name} (the read of bench.reads)", request)


def _filtered(random: Random) -> Request:
    """Return a request whose values all stand in the document itself: each text is new."""
    city, skill = random.choice(data.CITIES), random.choice(data.SKILLS)
    return Request(
        query=f"""{{
          candidates(first: {random.randint(1, 60)}, where: {{
            city: {{ eq: "{city}" }}, NOT: {{ name: {{ startsWith: "Person {random.randint(1, 99)}" }} }}
          }}) {{
            nodes {{ name applications(first: {random.randint(1, 20)}, where: {{ source: {{ eq: "{skill}" }} }}) {{
              nodes {{ id job {{ title }} }}
            }} }}
          }}
        }}"""
    )


def _paged(random: Random) -> Request:
    return Request(
        query="""query($first: Int!, $since: DateTime!) {
          applications(first: $first, where: { appliedAt: { gte: $since } }, sortBy: { field: APPLIED_AT }) {
            nodes { id candidate { name } job { title } } pageInfo { endCursor }
          }
        }""",
        variables={
            "first": random.randint(1, 100),
            "since": f"2026-03-{random.randint(1, 28):02}T00:00:00Z",
        },
    )


CHOSEN = (
    *map(_of_reads, ("lookup", "flat", "nested", "search")),
    Shape("filters and page sizes as literals", _filtered),
    Shape("a range, a page size and an order as variables", _paged),
)


class _Counting(Graph):
    """Counts the statements of plans by their texts; what a resolver reads in a transaction counts once."""

    @staticmethod
    def of(graph: Graph) -> "_Counting":
        counting = _Counting(graph._driver, graph._settings, graph._pulse)  # noqa: SLF001 - the same connections
        counting.sent = Counter()
        return counting

    sent: Counter[str]

    async def value(self, statement: Statement, parameters: Mapping[str, Any]) -> Any:
        self.sent[statement.text] += 1
        return await super().value(statement, parameters)

    async def read(self, work: Any, /, *args: Any, **arguments: Any) -> Any:
        self.sent[f"{work.__module__}.{work.__qualname__}"] += 1
        return await super().read(work, *args, **arguments)


def main() -> None:
    """Run the bench, print the figures and write them."""
    parser = argparse.ArgumentParser(prog="python -m bench.plan_cache")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each shape")
    parser.add_argument("--keep", action="store_true", help="leave the engines running")
    options = parser.parse_args()
    home = Path(os.environ.get("KITH_BENCH_HOME") or places.CHECKOUT / ".kith-bench").resolve()
    data.start_engines(home)
    try:
        found = asyncio.run(_measure(options.requests))
    finally:
        if not options.keep:
            stack.stop(home)
    print(
        f"{'shape':50} {'requests':>8} {'statements':>10} {'texts':>6} {'planned':>8} {'hit rate':>9} {'first':>9} {'others':>9}"
    )
    for name, row in found.items():
        print(
            f"{name:50} {row['requests']:8} {row['statements']:10} {row['texts']:6} {row['planned']:8} "
            f"{row['hit rate']:9.2%} {row['first ms']:6.1f} ms {row['p50 ms of the others']:6.1f} ms"
        )
    content = {"at": now(), "machine": report.machine(), "neo4j": neo4j.VERSION, "shapes": found}
    RESULTS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"written: {RESULTS}")


async def _measure(requests: int) -> dict[str, dict[str, Any]]:
    async with open_services() as (services, _):
        operations = Operations(build_schema())
        try:
            return {shape.name: await _one(shape, requests, operations, services) for shape in CHOSEN}
        finally:
            operations.close()


async def _one(shape: Shape, requests: int, operations: Operations, services: Services) -> dict[str, Any]:
    principal = Principal(id="bench", role=AccessRole.RECRUITER, label="bench", expires_at=None)
    graph, random = _Counting.of(services.graph), Random(shape.name)
    services, took = replace(services, graph=graph), []
    await _emptied(graph)
    for _ in range(requests):
        request = shape.request(random)
        context = Context(principal=principal, services=services, loaders=Loaders(graph, principal.viewer))
        begin = time.perf_counter()
        answer = orjson.loads(await operations.answer(request, context))
        took.append((time.perf_counter() - begin) * 1_000)
        assert "errors" not in answer, answer["errors"]
    planned = await _emptied(graph) - 1  # what empties the caches is in them too
    statements = graph.sent.total()
    return {
        "requests": requests,
        "statements": statements,
        "texts": len(graph.sent),
        "planned": planned,
        "hit rate": round(1 - planned / statements, 4),
        "first ms": round(took[0], 1),
        "p50 ms of the others": round(statistics.median(took[1:]), 1),
    }


async def _emptied(graph: Graph) -> int:
    """Empty Neo4j's query caches and return how many plans they held."""
    (row,) = await graph.execute(CLEAR)
    number = _NUMBER.search(row["value"])
    return int(number[0]) if number else 0


if __name__ == "__main__":
    main()
