"""What `where` finds and how `sortBy` sorts, against plain Python over the same things."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.client import Graph, Statement
from graph.ids import derived_id, new_id
from schema.filters import LONGEST_TEXT, MOST_CONDITIONS, MOST_VALUES
from schema.node import Kind, any_id, global_id
from tests.schema.conftest import Ask
from tests.workers.conftest import EMPTY

PEOPLE = 60
NAMES = (None, "", "Ann", "ann", "ANNA", "Bo Ann", "Zoë", "ÄNNE")
CITIES = (None, "Bonn", "Kiel", "bonn")
COUNTRIES = (None, "DE", "FR")
TAGS = ("north", "south", "")
MOMENTS = tuple(f"2026-0{month}-01T00:00:00.000000Z" for month in range(1, 6))
LISTS = ("emails", "phones", "links", "languages", "certificates", "tags")
MONTHS = (0, 1, 3, 9, 12, 13, 30)

MAKE_PEOPLE = Statement("tests.make_people", "UNWIND $rows AS row CREATE (p:Person:Candidate) SET p = row")
MAKE_JOBS = Statement("tests.make_jobs", "UNWIND $rows AS row CREATE (j:Job) SET j = row")
MAKE_APPLICATIONS = Statement(
    "tests.make_applications",
    """
    UNWIND $rows AS row
    CREATE (a:Application {id: row.id, applied_at: row.applied_at, status: 'ACTIVE'})
    CREATE (a)-[:IN_STAGE {since: row.since}]->(:Stage {id: row.stage})
    """,
)

FIND = """
query($where: PersonFilter) { candidates(first: 100, where: $where) { totalCount nodes { id } } }
"""


def person(id_: str, **others: Any) -> dict[str, Any]:
    """Make a person with all that must be there."""
    lists: dict[str, Any] = {name: [] for name in LISTS}
    return {
        "id": id_,
        "created_at": MOMENTS[0],
        "updated_at": MOMENTS[0],
        "experience_months": 0,
        "version": 1,
        **lists,
        **others,
    }


def population() -> list[dict[str, Any]]:
    """Make people in whom few values meet in every way."""
    chance = random.Random(7)
    return [
        person(
            derived_id("person", "filters", str(i)),
            name=chance.choice(NAMES),
            headline=chance.choice(NAMES),
            city=chance.choice(CITIES),
            country=chance.choice(COUNTRIES),
            tags=sorted(chance.sample(TAGS, chance.randrange(3))),
            experience_months=chance.choice(MONTHS),
            created_at=chance.choice(MOMENTS),
            updated_at=chance.choice(MOMENTS),
        )
        for i in range(PEOPLE)
    ]


SHOWN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "id": lambda p: global_id(Kind.PERSON, p["id"]),
    "name": lambda p: p.get("name"),
    "headline": lambda p: p.get("headline"),
    "city": lambda p: p.get("city"),
    "country": lambda p: p.get("country"),
    "tags": lambda p: p["tags"],
    "yearsOfExperience": lambda p: round(p["experience_months"] / 12, 1),
    "createdAt": lambda p: p["created_at"],
    "updatedAt": lambda p: p["updated_at"],
}
"""What clients see of a person: filters are about these."""

HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda shown, value: bool(shown == value),
    "in": lambda shown, value: shown in value,
    "startsWith": lambda shown, value: shown.lower().startswith(value.lower()),
    "contains": lambda shown, value: value.lower() in shown.lower(),
    "gte": lambda shown, value: bool(shown >= value),
    "lte": lambda shown, value: bool(shown <= value),
    "lt": lambda shown, value: bool(shown < value),
    "has": lambda shown, value: value in shown,
}


def fulfils(who: dict[str, Any], where: dict[str, Any]) -> bool:
    """Say whether a person fulfils a filter; a condition on what is not known does not hold."""
    for name, condition in where.items():
        if condition is None:
            continue
        match name:
            case "AND":
                holds = all(fulfils(who, part) for part in condition)
            case "OR":
                holds = any(fulfils(who, part) for part in condition)
            case "NOT":
                holds = not fulfils(who, condition)
            case _:
                holds = all(_holds(SHOWN[name](who), *each) for each in condition.items())
        if not holds:
            return False
    return True


def _holds(shown: Any, operator: str, value: Any) -> bool:
    if value is None:
        return True
    if operator == "isNull":
        return (shown is None) is value
    return shown is not None and HOLDS[operator](shown, value)


def parts_of(where: dict[str, Any]) -> int:
    """Count the conditions and the filters within a filter."""
    total = 0
    for name, condition in where.items():
        if condition is None:
            continue
        match name:
            case "AND" | "OR":
                total += sum(1 + parts_of(part) for part in condition)
            case "NOT":
                total += 1 + parts_of(condition)
            case _:
                total += sum(value is not None for value in condition.values())
    return total


def some_of(**operators: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw some operators, each at times null."""
    return st.fixed_dictionaries({}, optional={name: st.none() | value for name, value in operators.items()})


def texts(*known: str | None) -> st.SearchStrategy[dict[str, Any]]:
    given = st.sampled_from([text for text in known if text is not None] + ["n", "NN", "nobody", "é\n'\"`$@"])
    return some_of(
        eq=given,
        startsWith=given,
        contains=given,
        isNull=st.booleans(),
        **{"in": st.lists(given, max_size=3)},
    )


IDS = st.sampled_from(
    [global_id(Kind.PERSON, row["id"]) for row in population()[:6]] + [global_id(Kind.PERSON, new_id())]
)
YEARS = st.sampled_from([round(months / 12, 1) for months in MONTHS]) | st.floats(-1e3, 1e3)
MOMENT = st.sampled_from([*MOMENTS, "2026-02-01T01:00:00+01:00"])
FIELDS = {
    "id": some_of(eq=IDS, **{"in": st.lists(IDS, max_size=3)}),
    "name": texts(*NAMES),
    "headline": texts(*NAMES),
    "city": texts(*CITIES),
    "country": texts(*COUNTRIES),
    "tags": some_of(has=st.sampled_from([*TAGS, "west"])),
    "yearsOfExperience": some_of(eq=YEARS, gte=YEARS, lte=YEARS),
    "createdAt": some_of(gte=MOMENT, lt=MOMENT),
    "updatedAt": some_of(gte=MOMENT, lt=MOMENT),
}
LEAVES = st.sampled_from(sorted(FIELDS)).flatmap(
    lambda name: (st.none() | FIELDS[name]).map(lambda condition: {name: condition})
)
TREES = st.recursive(
    LEAVES | st.fixed_dictionaries({}, optional=FIELDS),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "AND": st.lists(inner, max_size=3),
            "OR": st.lists(inner, max_size=3),
            "NOT": st.none() | inner,
            "name": texts(*NAMES),
        },
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
async def known(graph: Graph) -> list[dict[str, Any]]:
    """The people among whom filters look."""
    await graph.execute(EMPTY)
    rows = population()
    await graph.execute(MAKE_PEOPLE, rows=rows)
    return rows


@given(TREES)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_filter_finds_exactly_those_who_fulfil_it(
    known: list[dict[str, Any]], ask: Ask, where: dict[str, Any]
) -> None:
    data, errors = await ask(FIND, {"where": where})
    if parts_of(where) > MOST_CONDITIONS:
        assert [error["extensions"] for error in errors] == [{"code": "INVALID_INPUT", "field": "where"}]
        return
    assert errors == []
    expected = {global_id(Kind.PERSON, who["id"]) for who in known if fulfils(who, _in_utc(where))}
    found = data["candidates"]
    assert {node["id"] for node in found["nodes"]} == expected
    assert found["totalCount"] == len(found["nodes"]) == len(expected)


def _in_utc(where: Any) -> Any:
    if isinstance(where, dict):
        return {name: _in_utc(value) for name, value in where.items()}
    if isinstance(where, list):
        return [_in_utc(value) for value in where]
    return MOMENTS[1] if where == "2026-02-01T01:00:00+01:00" else where


@pytest.mark.parametrize(
    "where",
    [
        {"name": {"eq": "x" * (LONGEST_TEXT + 1)}},
        {"name": {"in": ["x", "x" * (LONGEST_TEXT + 1)]}},
        {"name": {"in": ["x"] * (MOST_VALUES + 1)}},
        {"AND": [{"name": {"eq": "x"}}] * (MOST_CONDITIONS + 1)},
        {"OR": [{"name": {"eq": "x", "contains": "x"}}] * MOST_CONDITIONS},
        {"OR": [{}] * (MOST_CONDITIONS + 1)},
        {"NOT": {"AND": [{"OR": [{}] * MOST_CONDITIONS}]}},
    ],
    ids=lambda where: str(where)[:24],
)
async def test_a_filter_without_bounds_is_refused(ask: Ask, where: dict[str, Any]) -> None:
    data, errors = await ask(FIND, {"where": where})
    assert data is None
    assert [error["extensions"] for error in errors] == [{"code": "INVALID_INPUT", "field": "where"}]


async def test_a_filter_at_its_bounds_is_answered(known: list[dict[str, Any]], ask: Ask) -> None:
    nobody = {"name": {"in": ["x" * LONGEST_TEXT] * MOST_VALUES}}
    for where in (nobody, {"OR": [nobody] * (MOST_CONDITIONS // 2)}):
        data, errors = await ask(FIND, {"where": where})
        assert errors == []
        assert data["candidates"] == {"totalCount": 0, "nodes": []}


@pytest.mark.parametrize("id_", ["", "x", "é" * 40, "A" * 5_000, global_id(Kind.JOB, new_id())])
async def test_an_id_that_is_none_is_not_found(ask: Ask, id_: str) -> None:
    for condition in ({"eq": id_}, {"in": [global_id(Kind.PERSON, new_id()), id_]}):
        data, errors = await ask(FIND, {"where": {"id": condition}})
        assert data is None
        (error,) = errors
        code = "NOT_FOUND" if len(id_) <= LONGEST_TEXT else "INVALID_INPUT"
        assert error["extensions"] == {"code": code, "field": "where"}


async def test_a_filter_as_deep_as_a_body_can_be_is_refused(ask: Ask) -> None:
    where: dict[str, Any] = {}
    for _ in range(900):
        where = {"NOT": where}
    data, errors = await ask(FIND, {"where": where})
    assert data is None
    assert [error["extensions"] for error in errors] == [{"code": "GRAPHQL_VALIDATION_FAILED"}]


@dataclass(frozen=True)
class Order:
    """A list that can be sorted: how it is asked for, by what, and how its things are made."""

    field: str
    kind: Kind
    sort: str
    by: str
    statement: Statement
    values: tuple[Any, ...]

    def document(self) -> str:
        order = f"sortBy: {{ field: {self.sort}, direction: $direction }}"
        return (
            "query($direction: SortDirection!, $after: String) "
            f"{{ {self.field}(first: 7, after: $after, {order}) {{ "
            "totalCount nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }"
        )

    def row(self, value: Any) -> dict[str, Any]:
        if self.kind is Kind.PERSON:
            return person(new_id(), **{self.by: value})
        others = {"applied_at": MOMENTS[0], "since": MOMENTS[0], "created_at": MOMENTS[0], "title": "x"}
        return {"id": new_id(), "stage": new_id(), **others, self.by: value}

    def key(self, row: dict[str, Any]) -> Any:
        value = row[self.by]
        return ("" if value is None else value, row["id"])


ORDERS = [
    Order("candidates", Kind.PERSON, "CREATED_AT", "created_at", MAKE_PEOPLE, MOMENTS),
    Order("candidates", Kind.PERSON, "UPDATED_AT", "updated_at", MAKE_PEOPLE, MOMENTS),
    Order("candidates", Kind.PERSON, "NAME", "name", MAKE_PEOPLE, NAMES),
    Order("candidates", Kind.PERSON, "EXPERIENCE", "experience_months", MAKE_PEOPLE, MONTHS),
    Order("jobs", Kind.JOB, "CREATED_AT", "created_at", MAKE_JOBS, MOMENTS),
    Order("jobs", Kind.JOB, "TITLE", "title", MAKE_JOBS, ("Welder", "welder", "Älder", "")),
    Order("applications", Kind.APPLICATION, "APPLIED_AT", "applied_at", MAKE_APPLICATIONS, MOMENTS),
    Order("applications", Kind.APPLICATION, "STAGE_SINCE", "since", MAKE_APPLICATIONS, MOMENTS),
]


@pytest.mark.parametrize("equal", [False, True], ids=["mixed", "equal"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.field} {order.sort}")
async def test_pages_show_everything_once_in_order_while_more_comes(
    empty: Graph, ask: Ask, order: Order, direction: str, equal: bool
) -> None:
    chance = random.Random(order.sort)
    values = order.values[1:2] if equal else order.values
    rows = [order.row(chance.choice(values)) for _ in range(24)]
    await empty.execute(order.statement, rows=rows)
    seen: list[str] = []
    after: str | None = None
    while True:
        data, errors = await ask(order.document(), {"direction": direction, "after": after})
        assert errors == []
        page = data[order.field]
        found = [any_id(node["id"]) for node in page["nodes"]]
        assert all(each is not None and each[0] is order.kind for each in found)
        seen += [each[1] for each in found if each]
        assert page["edges"][-1]["cursor"] == page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
        await empty.execute(order.statement, rows=[order.row(chance.choice(values)) for _ in range(2)])
    assert len(seen) == len(set(seen))
    first = {row["id"] for row in rows}
    expected = sorted(rows, key=order.key, reverse=direction == "DESC")
    assert [id_ for id_ in seen if id_ in first] == [row["id"] for row in expected]
    assert page["totalCount"] >= len(seen)


async def test_a_cursor_of_one_order_is_none_of_another(empty: Graph, ask: Ask) -> None:
    await empty.execute(MAKE_PEOPLE, rows=[person(new_id(), name=name) for name in NAMES])
    document = (
        "query($sort: PersonSort, $after: String) "
        "{ candidates(first: 2, sortBy: $sort, after: $after) { pageInfo { endCursor } } }"
    )
    orders = [
        {"field": field, "direction": direction}
        for field in ("CREATED_AT", "UPDATED_AT", "NAME", "EXPERIENCE")
        for direction in ("ASC", "DESC")
    ]
    cursors = []
    for sort in orders:
        data, errors = await ask(document, {"sort": sort})
        assert errors == []
        cursors.append(data["candidates"]["pageInfo"]["endCursor"])
    for i, sort in enumerate(orders):
        for j, cursor in enumerate(cursors):
            _, errors = await ask(document, {"sort": sort, "after": cursor})
            codes = [error["extensions"] for error in errors]
            assert codes == ([] if i == j else [{"code": "INVALID_INPUT", "field": "after"}])
