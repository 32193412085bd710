"""Pages from both ends of a list show the same things, whatever the data, the sizes, and what comes meanwhile."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.client import Graph, Statement
from graph.ids import new_id
from schema.node import Kind, any_id, global_id
from tests.schema.conftest import Ask
from tests.schema.test_filters import ORDERS, Order
from tests.workers.conftest import EMPTY

MAKE_NESTED = Statement(
    "tests.make_nested",
    """
    UNWIND $jobs AS job
    CREATE (j:Job {id: job.id, title: job.title, created_at: job.created_at, status: 'OPEN'})
    WITH j, job
    UNWIND job.applications AS row
    CREATE (a:Application {id: row.id, applied_at: row.applied_at, status: row.status})-[:FOR]->(j)
    CREATE (a)-[:IN_STAGE {since: row.applied_at}]->(:Stage {id: row.stage})
    """,
)
NESTED = """
query($first: Int, $last: Int, $after: String, $before: String, $where: ApplicationFilter, $sort: ApplicationSort) {
  jobs(last: 3) {
    nodes {
      id
      applications(first: $first, last: $last, after: $after, before: $before, where: $where, sortBy: $sort) {
        nodes { id } pageInfo { hasNextPage hasPreviousPage }
      }
    }
  }
}
"""
EXAMPLES = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
MOMENTS = tuple(f"2026-01-0{day}T00:00:00.000000Z" for day in range(1, 5))


@dataclass(frozen=True)
class Walk:
    """A walk through a list in pages, from the beginning or from the end."""

    ask: Ask
    order: Order
    direction: str
    size: int
    where: dict[str, Any] | None = None

    def document(self) -> str:
        """Return the query, which pages either way."""
        kind = {"candidates": "PersonFilter", "jobs": "JobFilter", "applications": "ApplicationFilter"}
        return (
            "query($first: Int, $last: Int, $after: String, $before: String, $direction: SortDirection!, "
            f"$where: {kind[self.order.field]}) {{ {self.order.field}(first: $first, last: $last, after: $after, "
            f"before: $before, where: $where, sortBy: {{ field: {self.order.sort}, direction: $direction }}) {{ "
            "totalCount edges { cursor node { id } } "
            "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
        )

    async def page(self, **arguments: Any) -> tuple[list[str], list[str], dict[str, Any]]:
        """Return the ids of a page, their cursors, and its place."""
        data, errors = await self.ask(
            self.document(), {"direction": self.direction, "where": self.where, **arguments}
        )
        assert errors == []
        page = data[self.order.field]
        found = [any_id(edge["node"]["id"]) for edge in page["edges"]]
        cursors = [edge["cursor"] for edge in page["edges"]]
        info = page["pageInfo"]
        assert [info["startCursor"], info["endCursor"]] == (
            [cursors[0], cursors[-1]] if cursors else [None] * 2
        )
        return [each[1] for each in found if each], cursors, info

    async def forwards(self, between: Callable[[], Awaitable[object]]) -> list[str]:
        """Return all ids in the order in which they were shown; `between` runs between two pages."""
        seen: list[str] = []
        after: str | None = None
        while True:
            ids, _, info = await self.page(first=self.size, after=after)
            assert info["hasPreviousPage"] is (after is not None)
            assert len(ids) == self.size or not info["hasNextPage"]
            seen += ids
            if not info["hasNextPage"]:
                return seen
            after = info["endCursor"]
            await between()

    async def backwards(self, between: Callable[[], Awaitable[object]]) -> list[str]:
        """Return all ids in the order of the list; they were shown page by page from its end."""
        seen: list[str] = []
        before: str | None = None
        while True:
            ids, _, info = await self.page(last=self.size, before=before)
            assert info["hasNextPage"] is (before is not None)
            assert len(ids) == self.size or not info["hasPreviousPage"]
            seen = ids + seen
            if not info["hasPreviousPage"]:
                return seen
            before = info["startCursor"]
            await between()


async def nothing() -> None:
    """Let nothing come between two pages."""


def expected(order: Order, rows: Sequence[dict[str, Any]], direction: str) -> list[str]:
    """Return the ids of the rows in order."""
    return [row["id"] for row in sorted(rows, key=order.key, reverse=direction == "DESC")]


@EXAMPLES
@given(data=st.data(), direction=st.sampled_from(["ASC", "DESC"]), size=st.integers(1, 6))
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.field} {order.sort}")
async def test_both_ways_show_the_same_in_opposite_order(
    graph: Graph, ask: Ask, order: Order, data: st.DataObject, direction: str, size: int
) -> None:
    values = data.draw(st.lists(st.sampled_from(order.values), max_size=14), "values")
    coming = data.draw(st.lists(st.sampled_from(order.values), max_size=2), "what comes with each page")
    rows = [order.row(value) for value in values]
    await graph.execute(EMPTY)
    await graph.execute(order.statement, rows=rows)
    walk = Walk(ask, order, direction, size)
    there = expected(order, rows, direction)
    assert await walk.forwards(nothing) == there
    assert await walk.backwards(nothing) == there

    pages = 0

    async def more() -> None:
        nonlocal pages
        pages += 1
        if pages <= len(rows):
            await graph.execute(order.statement, rows=[order.row(value) for value in coming])

    for way in (walk.forwards, walk.backwards):
        pages = 0
        seen = await way(more)
        assert len(seen) == len(set(seen)), "nothing is seen twice"
        assert [id_ for id_ in seen if id_ in set(there)] == there, "nothing old is lost"


@EXAMPLES
@given(data=st.data(), direction=st.sampled_from(["ASC", "DESC"]))
@pytest.mark.parametrize("order", ORDERS[2:3] + ORDERS[6:7], ids=lambda order: f"{order.field} {order.sort}")
async def test_cursors_cut_the_list_and_the_size_takes_from_an_end(
    graph: Graph, ask: Ask, order: Order, data: st.DataObject, direction: str
) -> None:
    """As the Relay specification says it: apply both cursors to the edges, then `first`, or `last`."""
    values = data.draw(st.lists(st.sampled_from(order.values), min_size=1, max_size=10), "values")
    rows = [order.row(value) for value in values]
    await graph.execute(EMPTY)
    await graph.execute(order.statement, rows=rows)
    chosen = sorted(row["id"] for row in rows if data.draw(st.booleans(), "chosen"))
    where = {"id": {"in": [global_id(order.kind, id_) for id_ in chosen]}} if chosen else None
    walk = Walk(ask, order, direction, 100, where)
    there = [id_ for id_ in expected(order, rows, direction) if id_ in chosen or not chosen]
    whole, cursors, _ = await walk.page(first=100)
    assert whole == there
    places = st.none() | st.integers(0, len(there) - 1)
    after, before, size = data.draw(places), data.draw(places), data.draw(st.integers(1, 12))
    left = there[0 if after is None else after + 1 : before]
    ends = {
        "after": None if after is None else cursors[after],
        "before": None if before is None else cursors[before],
    }
    ids, _, info = await walk.page(first=size, **ends)
    assert ids == left[:size]
    assert info["hasNextPage"] is (before is not None or len(left) > size)
    assert info["hasPreviousPage"] is (after is not None)
    ids, _, info = await walk.page(last=size, **ends)
    assert ids == left[-size:]
    assert info["hasPreviousPage"] is (after is not None or len(left) > size)
    assert info["hasNextPage"] is (before is not None)


@EXAMPLES
@given(
    sizes=st.lists(st.integers(0, 6), min_size=3, max_size=3),
    size=st.integers(1, 7),
    direction=st.sampled_from(["ASC", "DESC"]),
    status=st.sampled_from(["ACTIVE", "REJECTED", None]),
    chance=st.randoms(use_true_random=False),
)
async def test_each_of_many_lists_has_its_own_end(
    graph: Graph, ask: Ask, sizes: list[int], size: int, direction: str, status: str | None, chance: Any
) -> None:
    jobs: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "title": str(number),
            "created_at": MOMENTS[number],
            "applications": [
                {
                    "id": new_id(),
                    "stage": new_id(),
                    "applied_at": chance.choice(MOMENTS),
                    "status": chance.choice(["ACTIVE", "REJECTED"]),
                }
                for _ in range(most)
            ],
        }
        for number, most in enumerate(sizes)
    ]
    await graph.execute(EMPTY)
    await graph.execute(MAKE_NESTED, jobs=jobs)
    variables: dict[str, Any] = {"sort": {"field": "APPLIED_AT", "direction": direction}}
    variables["where"] = {"status": {"eq": status}} if status else None
    shown, errors = await ask(NESTED, {**variables, "last": size})
    assert errors == []
    assert [any_id(node["id"]) for node in shown["jobs"]["nodes"]] == [
        (Kind.JOB, job["id"]) for job in reversed(jobs)
    ]
    for job, node in zip(reversed(jobs), shown["jobs"]["nodes"], strict=True):
        there = sorted(
            (row for row in job["applications"] if status in {None, row["status"]}),
            key=lambda row: (row["applied_at"], row["id"]),
            reverse=direction == "DESC",
        )
        page = node["applications"]
        assert [each["id"] for each in page["nodes"]] == [
            global_id(Kind.APPLICATION, row["id"]) for row in there[-size:]
        ]
        assert page["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": len(there) > size}
