"""A list costs as many round trips as its query has levels, however long it is: every list of the schema, both ways.

Talent searches, suggestions and insights stand behind Elasticsearch: `tests/api/test_round_trips.py`. Texts of résumés are
in the store, and no operation with one is planned: `test_resume_texts.py`.
"""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)

from graph.client import Graph
from graph.ids import new_id
from graph.outbox import give_up_lease, number_pending, publish, take_lease
from graph.tokens import AccessRole
from schema.operations import Operations, Request
from tests.schema.conftest import SCHEMA, context_of
from tests.schema.documents import IN_THE_STORE
from tests.schema.test_declarations import furnish
from tests.workers.conftest import EMPTY

FEW, MANY = 2, 6
BEHIND_SEARCH = frozenset(
    {
        "talentSearch",
        "savedSearchResults",
        "matchCandidates",
        "matchJobs",
        "similarCandidates",
        "suggest",
        "searchInsights",
    }
)
TYPES = SCHEMA._schema.type_map
QUERY: Any = TYPES["Query"]


class Counting(Graph):
    """Counts the transactions that it runs."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph._driver, graph._settings, graph._pulse)
        self.count = 0

    async def read(self, work: Any, /, *args: Any, **arguments: Any) -> Any:
        self.count += 1
        return await super().read(work, *args, **arguments)

    async def value(self, *args: Any) -> Any:
        self.count += 1
        return await super().value(*args)


def is_list(field: GraphQLField) -> bool:
    """Say whether a field holds many objects: as a connection, or as a plain list."""
    named = get_named_type(field.type)
    type_: Any = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return not is_leaf_type(named) and (named.name.endswith("Connection") or isinstance(type_, GraphQLList))


def selection(name: str, field: GraphQLField, levels: int) -> str:
    """Return a field with all that is `levels` below it; pages are no level of their own."""
    arguments = "(first: 3)" if "first" in field.args else ""
    return f"{name}{arguments} {{ {inside(get_named_type(field.type), levels)} }}"


def inside(type_: Any, levels: int) -> str:
    """Return what is selected of a type: its values, and what it leads to."""
    if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        return "__typename"
    page = type_.name.endswith(("Connection", "Edge"))
    parts = ["__typename"]
    for name, field in type_.fields.items():
        if get_named_type(field.type).name in IN_THE_STORE:
            continue
        if is_leaf_type(get_named_type(field.type)):
            parts.append(name)
        elif (page or levels > 0) and not (page and name == "nodes"):
            parts.append(selection(name, field, levels if page else levels - 1))
    return " ".join(parts)


def rows_of(field: GraphQLField) -> Any:
    """Return the type of the rows of a connection."""
    connection: Any = get_named_type(field.type)
    return get_named_type(connection.fields["nodes"].type)


def lists() -> Iterator[tuple[str, str]]:
    """Return every list of the schema by its place, each with a document that reads it for all rows of its root."""
    for root, field in QUERY.fields.items():
        if not is_list(field) or root in BEHIND_SEARCH | {"nodes"}:
            continue
        values = " ".join(n for n, f in rows_of(field).fields.items() if is_leaf_type(get_named_type(f.type)))
        count = "totalCount " if "totalCount" in get_named_type(field.type).fields else ""
        page = f"{root}(first: 10) {{ {count}pageInfo {{ endCursor }} edges {{ cursor node {{ {values} }} }} "
        yield root, f"{{ {page} }} }}"
        for name, below in rows_of(field).fields.items():
            if not is_leaf_type(get_named_type(below.type)):
                yield f"{root}.{name}", f"{{ {page} nodes {{ {selection(name, below, 1)} }} }} }}"


LISTS = dict(lists())


def test_every_list_is_asked() -> None:
    asked = " ".join(LISTS.values())
    unasked = {
        f"{name}.{member}"
        for name, type_ in TYPES.items()
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__")
        for member, field in type_.fields.items()
        if is_list(field) and f" {member}" not in asked
    }
    in_answers_of_resolvers = {
        *(each for each in unasked if each.split(".")[0].endswith("Payload")),
        "FacetCount.buckets",
        "Fit.reasons",
        "MatchReason.evidence",
        "Query.nodes",
        *(f"Query.{name}" for name in BEHIND_SEARCH),
        "ReferralHop.evidence",
        "SearchInsight.mended",
        "SearchInsight.related",
        "ReferralPath.hops",
        "ReferralPath.people",
        "ReferralPaths.paths",
        "TalentConnection.facets",
        "TalentEdge.highlights",
    }
    assert unasked - in_answers_of_resolvers == set()


async def counted(graph: Graph) -> dict[str, tuple[int, int]]:
    """Return for each list how many reads it takes: planned, and field by field."""
    counts = {}
    operations = Operations(SCHEMA)
    for name, document in LISTS.items():
        counting = Counting(graph)
        request, context = Request(query=document), context_of(counting, AccessRole.ADMIN)
        assert await operations.planned(request, context), name
        counting.count = 0
        answer = orjson.loads(await operations.answer(request, context))
        assert "errors" not in answer, (name, answer["errors"])
        planned = counting.count
        counting.count = 0
        judged = await SCHEMA.execute(document, context_value=context_of(counting, AccessRole.ADMIN))
        assert judged.errors is None
        assert judged.data == answer["data"]
        counts[name] = planned, counting.count
    operations.close()
    return counts


@pytest.fixture(scope="module")
async def counts(graph: Graph) -> list[dict[str, tuple[int, int]]]:
    """The counts over a graph of few rows, and over one of many."""
    found = []
    await graph.execute(EMPTY)
    for rows in (FEW, MANY - FEW):
        for _ in range(rows):
            await furnish(graph)
        holder = new_id()
        assert await graph.write(take_lease, name="tests", holder=holder, milliseconds=60_000)
        await graph.write(number_pending, name="tests", holder=holder, limit=10_000)
        await graph.write(publish)
        await graph.write(give_up_lease, name="tests", holder=holder)
        found.append(await counted(graph))
    return found


@pytest.mark.parametrize("name", LISTS)
def test_more_rows_cost_no_more_reads(counts: list[dict[str, tuple[int, int]]], name: str) -> None:
    few, many = counts
    assert many[name] == few[name]


@pytest.mark.parametrize("name", [name for name in LISTS if not name.startswith("events")])
def test_a_plan_reads_once(counts: list[dict[str, tuple[int, int]]], name: str) -> None:
    assert counts[0][name][0] == 1
