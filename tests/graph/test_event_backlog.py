"""However many events wait, each batch of them costs the same: whatever Neo4j knew of them when it planned."""

from typing import Any

import pytest
from neo4j import Query

from graph import drift, indexing, outbox
from graph.client import Graph, Statement
from graph.events import CHANGES_DOCUMENT
from graph.ids import new_id
from tests.graph.test_list_indexes import COUNTED, operators
from tests.graph.test_outbox import number, take

MANY = 3_000
FILL = Statement(
    "tests.fill_backlog",
    """
    UNWIND range(1, $many) AS i
    WITH i, 'c' + toString(10000 + i) AS id
    CREATE (:Person:Candidate {id: id})
    CREATE (:Event:Pending:Unindexed {id: 'e' + id, candidate_id: id, type: 'candidate.created',
      at: '2026-01-01T00:00:00.000000Z', actor: 'test', detail: '{}', appended: i / 100 + 1})
    """,
)
MARK = Statement("tests.unmark", "MATCH (e:Unindexed) REMOVE e:Unindexed")
MARKED = Statement(
    "tests.marked", "MATCH (e:Unindexed) RETURN count(e) AS total, count(e.sequence) AS numbered"
)
HITS = {"Sort", "Top", "NodeByLabelScan", "NodeIndexScan", "UnionNodeByLabelsScan"}
PARAMETERS = {
    "name": "relay",
    "holder": "test",
    "limit": 1_000,
    "after": "",
    "ids": ["c"],
    "types": sorted(CHANGES_DOCUMENT),
}


@pytest.fixture
async def waiting(empty: Graph) -> Graph:
    """A graph with many events of which none has a number, which Neo4j knows."""
    await empty.execute(FILL, many=MANY)
    await empty.execute(COUNTED)
    return empty


@pytest.mark.parametrize("filled", [False, True])
@pytest.mark.parametrize(
    ("statement", "sorts"),
    [
        (outbox.NUMBER_PENDING, False),
        (outbox.BACKLOG, False),
        (outbox.UNDELIVERED, False),
        (indexing.TAKE, False),
        (indexing.REFILL, True),
        (drift.VERSIONS, True),
        (drift.AFTER, False),
    ],
    ids=lambda value: value.name if isinstance(value, Statement) else "",
)
async def test_no_batch_looks_at_what_waits_behind_it(
    empty: Graph, statement: Statement, *, sorts: bool, filled: bool
) -> None:
    if filled:
        await empty.execute(FILL, many=MANY)
    await empty.execute(COUNTED)
    async with empty._driver.session() as session:
        result = await session.run(Query(f"EXPLAIN {statement.text}"), PARAMETERS)
        plan: Any = (await result.consume()).plan
    # The events of one candidate may be sorted: they are few.
    assert not (HITS - {"Top"} if sorts else HITS) & set(operators(plan)), operators(plan)


async def test_a_refill_marks_some_candidates_at_a_time(
    waiting: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "REFILLED_AT_ONCE", 700)
    identity = new_id()
    await indexing.refill(waiting, identity=identity, name="new")
    assert await waiting.execute(MARKED) == [{"total": MANY, "numbered": 0}]
    assert await take(waiting, "test")
    batches = [await number(waiting, "test", 1_000) for _ in range(4)]
    assert batches == [1_000, 1_000, 1_000, 0]
    await waiting.execute(MARK)
    calls: list[str] = []
    marking = indexing._refill

    async def noted(*given: Any, **named: Any) -> str | None:
        calls.append(named["after"])
        return await marking(*given, **named)

    monkeypatch.setattr(indexing, "_refill", noted)
    await indexing.refill(waiting, identity=identity, name="new")
    assert await waiting.execute(MARKED) == [{"total": MANY, "numbered": MANY}]
    assert calls == ["", "c10700", "c11400", "c12100", "c12800", "c13000"]
    assert await waiting.read(indexing.knows_index, identity=identity)
