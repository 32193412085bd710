"""Lists with an index are walked along it from both ends: nothing is sorted, however long they are."""

from typing import Any

import pytest
from neo4j import Query

from graph.client import Graph, Statement
from graph.companies import COMPANIES
from graph.composing import from_nothing, page_parameters
from graph.jobs import JOBS
from graph.people import CANDIDATES
from graph.reading import ID, Key, PageRows, PageShape, Pattern, Row
from graph.visibility import EVERYTHING

MANY = 3_000
FILL = Statement(
    "tests.fill_lists",
    """
    UNWIND range(1, $many) AS i
    CREATE (:Person:Candidate {id: 'c' + i, created_at: 't' + i}), (:Job {id: 'j' + i, created_at: 't' + i}),
           (:Company {id: 'k' + i, name: 't' + i})
    """,
)
COUNTED = Statement("tests.count_anew", "CALL db.prepareForReplanning(30)")


@pytest.fixture
async def long(empty: Graph) -> Graph:
    """A graph with long lists, which Neo4j knows to be long."""
    await empty.execute(FILL, many=MANY)
    await empty.execute(COUNTED)
    return empty


def operators(plan: Any) -> list[str]:
    """Return the names of a plan's operators."""
    below = [name for child in plan.get("children", []) for name in operators(child)]
    return [plan["operatorType"].split("@")[0], *below]


async def test_neither_end_of_a_list_is_sorted_for(long: Graph) -> None:
    lists: list[tuple[Pattern, str]] = [(CANDIDATES, "CREATED_AT"), (JOBS, "CREATED_AT"), (COMPANIES, "NAME")]
    for pattern, name in lists:
        (sort,) = (key for key in pattern.sorts if str(key) == name)
        for descending in (False, True):
            for goes_on, stops in ((False, False), (True, False), (True, True)):
                shape = PageShape(sort, descending, goes_on=goes_on, stops=stops)
                row = Row((PageRows(pattern, Row((ID, pattern.sorts[sort].by)), 0),))
                text = from_nothing(pattern.name, row, [shape], sights=EVERYTHING).text
                after, before = (Key("t5", "x") if end else None for end in (goes_on, stops))
                parameters = page_parameters(0, size=5, after=after, before=before, values=())
                async with long._driver.session() as session:
                    result = await session.run(Query(f"EXPLAIN {text}"), parameters)
                    found = operators((await result.consume()).plan)
                assert not {"Sort", "Top", "PartialSort", "PartialTop", "NodeByLabelScan"} & set(found), (
                    f"{pattern.name} {shape}: {found}"
                )
