import re
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph.composing import by_ids, from_nothing, page_parameters
from graph.filtering import OPERATORS, condition, every, none_of, some
from graph.reading import (
    ID,
    Anchor,
    Item,
    Key,
    Many,
    One,
    PageCount,
    PageRows,
    PageShape,
    Pattern,
    Row,
    Shown,
    Sort,
    SortKey,
    Source,
    edge,
    node,
)
from graph.visibility import EVERYTHING, Sight, Sights
from graph.visibility import condition as visible

JOB = Anchor("jobs.job", "(@node:Job {id: @id})", Shown.JOB)
STAGES = Pattern(
    name="stages",
    match="(@parent)-[@edge:HAS_STAGE]->(@node:Stage)",
    shows=Shown.OPEN,
    order="@node.position",
)
NEWEST = Pattern(
    name="newest",
    match="(@parent)<-[:OF]-(@node:Note)",
    shows=Shown.TOUCH,
    order="@node.at DESC, @edge.place",
    most=3,
)
OWNER = Pattern(name="owner", match="(@parent)-[:OWNED_BY]->(@node:Person)", shows=Shown.PERSON)
NOTES = Pattern(
    name="notes",
    match="(@parent)<-[@edge:ABOUT]-(@node:Note)",
    shows=Shown.APPLICATION,
    sorts={
        "AT": Sort(edge("at"), descending=True, seek="@edge.at IS NOT NULL"),
        "SIZE": Sort(Source("coalesce(@node.size, 0)")),
    },
)
JOBS = Pattern(name="jobs", match="(@node:Job)", shows=Shown.JOB, sorts={"TITLE": Sort(node("title"))})


def test_a_read_by_ids_with_a_list_in_order() -> None:
    statement = by_ids(
        JOB, Row((node("title"), Many(STAGES, Row((node("name"), edge("since")))))), sights=EVERYTHING
    )
    assert statement.name == "read.jobs.job"
    assert statement.text == (
        "UNWIND $ids AS id MATCH (n0:Job {id: id}) RETURN collect([id, [n0.`title`, "
        "COLLECT { MATCH (n0)-[e1:HAS_STAGE]->(n1:Stage) RETURN [n1.`name`, e1.`since`] AS v ORDER BY n1.position }"
        "]]) AS value"
    )


def test_one_thing_and_a_bounded_list_below_it() -> None:
    row = Row((One(OWNER, Row((ID, Many(NEWEST, Row((ID,)))))),))
    assert by_ids(JOB, row, sights=EVERYTHING).text == (
        "UNWIND $ids AS id MATCH (n0:Job {id: id}) RETURN collect([id, ["
        "COLLECT { MATCH (n0)-[:OWNED_BY]->(n1:Person) RETURN [n1.`id`, "
        "COLLECT { MATCH (n1)<-[:OF]-(n2:Note) WITH * ORDER BY n2.at DESC, e2.place LIMIT 3 "
        "RETURN [n2.`id`] AS v ORDER BY n2.at DESC, e2.place }"
        "] LIMIT 1 }[0]"
        "]]) AS value"
    )


def test_pages_from_nothing_and_below_with_their_counts() -> None:
    below = PageRows(NOTES, Row((ID, SortKey(1))), 1)
    row = Row((PageRows(JOBS, Row((ID, SortKey(0), below)), 0), PageCount(JOBS, 0)))
    pages = [
        PageShape("TITLE", descending=False, conditions=(condition(node("title"), "eq"),)),
        PageShape("AT", descending=True, goes_on=True),
    ]
    statement = from_nothing("jobs", row, pages, sights=EVERYTHING)
    assert statement.name == "read.jobs"
    assert statement.text == (
        "RETURN ["
        "COLLECT { MATCH (n1:Job) WHERE coalesce(n1.`title` = $p0_0, false)"
        " WITH * ORDER BY n1.`title`, n1.id LIMIT $p0_limit RETURN [n1.`id`, n1.`title`, "
        "COLLECT { MATCH (n1)<-[e2:ABOUT]-(n2:Note) WHERE e2.at IS NOT NULL AND n2.id IS NOT NULL"
        " AND e2.`at` <= $p1_after AND (e2.`at` < $p1_after OR n2.id < $p1_after_id)"
        " WITH * ORDER BY e2.`at` DESC, n2.id DESC LIMIT $p1_limit"
        " RETURN [n2.`id`, e2.`at`] AS v ORDER BY e2.`at` DESC, n2.id DESC }"
        "] AS v ORDER BY n1.`title`, n1.id }, "
        "COUNT { MATCH (n3:Job) WHERE coalesce(n3.`title` = $p0_0, false) }"
        "] AS value"
    )


def test_a_page_between_two_keys() -> None:
    shape = PageShape("SIZE", descending=True, goes_on=True, stops=True)
    size = "coalesce(n1.size, 0)"
    assert by_ids(JOB, Row((PageRows(NOTES, Row((ID,)), 0),)), [shape], sights=EVERYTHING).text == (
        "UNWIND $ids AS id MATCH (n0:Job {id: id}) RETURN collect([id, ["
        "COLLECT { MATCH (n0)<-[e1:ABOUT]-(n1:Note)"
        f" WHERE {size} <= $p0_after AND ({size} < $p0_after OR n1.id < $p0_after_id)"
        f" AND {size} >= $p0_before AND ({size} > $p0_before OR n1.id > $p0_before_id)"
        f" WITH * ORDER BY {size} DESC, n1.id DESC LIMIT $p0_limit"
        f" RETURN [n1.`id`] AS v ORDER BY {size} DESC, n1.id DESC }}"
        "]]) AS value"
    )


def test_what_the_viewer_may_not_see_is_hidden_at_each_match() -> None:
    sights = Sights(jobs=Sight.MEMBER, candidates=Sight.NONE)
    shape = PageShape("TITLE", descending=False)
    row = Row((PageRows(JOBS, Row((ID, One(OWNER, Row((ID,))))), 0), PageCount(JOBS, 0), COUNTED))
    statement = by_ids(JOB, row, [shape], sights=sights)
    on_job = "EXISTS {{ ({})-[:MEMBER|ASSIGNED]->(:Person {{id: $viewer}}) }}"
    person, application = (visible(shown, sights) or "" for shown in (Shown.PERSON, Shown.APPLICATION))
    assert statement.text == (
        f"UNWIND $ids AS id MATCH (n0:Job {{id: id}}) WHERE {on_job.format('n0')} RETURN collect([id, ["
        f"COLLECT {{ MATCH (n1:Job) WHERE {on_job.format('n1')} WITH * ORDER BY n1.`title`, n1.id LIMIT $p0_limit"
        f" RETURN [n1.`id`, COLLECT {{ MATCH (n1)-[:OWNED_BY]->(n2:Person)"
        f" WHERE {person.replace('@node', 'n2')} RETURN [n2.`id`] LIMIT 1 }}[0]] AS v"
        f" ORDER BY n1.`title`, n1.id }}, COUNT {{ MATCH (n3:Job) WHERE {on_job.format('n3')} }}, "
        f"COUNT {{ (n0)--(a) WHERE {application.replace('@node', 'a')} }}]]) AS value"
    )


def test_parameters_of_a_page_ask_for_one_row_more() -> None:
    assert page_parameters(2, size=7, after=None, values=["a", 5]) == {
        "p2_0": "a",
        "p2_1": 5,
        "p2_limit": 8,
    }
    assert page_parameters(0, size=1, after=Key("2026", "x"), values=()) == {
        "p0_limit": 2,
        "p0_after": "2026",
        "p0_after_id": "x",
    }
    between = page_parameters(1, size=2, after=Key(1, "a"), before=Key(9, "b"), values=())
    assert between == {
        "p1_limit": 3,
        "p1_after": 1,
        "p1_after_id": "a",
        "p1_before": 9,
        "p1_before_id": "b",
    }


SIGHTS = st.builds(Sights, jobs=st.sampled_from(Sight), candidates=st.sampled_from(Sight))
COUNTED = Source("COUNT { (@node)--(a) WHERE @seen(application, a) }")
SOURCES = st.sampled_from([ID, node("title"), edge("at"), COUNTED])
CONDITIONS = st.recursive(
    st.builds(condition, SOURCES, st.sampled_from(sorted(OPERATORS))),
    lambda inner: st.one_of(*(st.lists(inner, max_size=3).map(join) for join in (every, some, none_of))),
    max_leaves=6,
)


@st.composite
def shapes(draw: st.DrawFn) -> PageShape:
    return PageShape(
        draw(st.sampled_from(sorted(NOTES.sorts))),
        descending=draw(st.booleans()),
        conditions=tuple(draw(st.lists(CONDITIONS, max_size=3))),
        goes_on=draw(st.booleans()),
        stops=draw(st.booleans()),
    )


DEEPEST = 3


@st.composite
def reads(draw: st.DrawFn) -> tuple[Row, list[PageShape]]:
    """Draw a row of any depth with the shapes of its pages."""
    pages: list[PageShape] = []

    def row(levels: int) -> Row:
        return Row(tuple(item(levels) for _ in range(draw(st.integers(1, 3)))))

    def item(levels: int) -> Item:
        kind = draw(
            st.sampled_from(["source", "one", "many", "bounded", "page", "count"][: 6 if levels else 1])
        )
        if kind == "source":
            return draw(SOURCES if levels < DEEPEST else st.sampled_from([ID, node("title")]))
        if kind in {"page", "count"}:
            slot = len(pages)
            pages.append(draw(shapes()))
            return PageCount(NOTES, slot) if kind == "count" else PageRows(NOTES, row(levels - 1), slot)
        inner = row(levels - 1)
        return One(OWNER, inner) if kind == "one" else Many(STAGES if kind == "many" else NEWEST, inner)

    return row(DEEPEST), pages


PARAMETER = re.compile(r"\$(\w+)")


def parameters_of(pages: Sequence[PageShape], values: Sequence[Any], key: Key) -> dict[str, Any]:
    """Bind each page with as many values as its conditions have places."""
    bound: dict[str, Any] = {"ids": ["id"], "viewer": None}
    for slot, page in enumerate(pages):
        places = sum(text.count("@value") for text in page.conditions)
        after, before = (key if end else None for end in (page.goes_on, page.stops))
        here = [values[i % len(values)] for i in range(places)]
        bound |= page_parameters(slot, size=10, after=after, before=before, values=here)
    return bound


@given(reads(), SIGHTS)
def test_every_name_is_filled_and_every_parameter_is_bound(
    read: tuple[Row, list[PageShape]], sights: Sights
) -> None:
    row, pages = read
    text = by_ids(JOB, row, pages, sights=sights).text
    assert "@" not in text
    bound = parameters_of(pages, ["x"], Key("x", "y"))
    assert set(PARAMETER.findall(text)) <= set(bound)
    shown = {f"p{i}" for i, page in enumerate(pages) for text in page.conditions if "@value" in text}
    assert shown <= {name.split("_")[0] for name in PARAMETER.findall(text)}


@given(reads(), SIGHTS)
def test_names_of_matches_are_all_different_and_known_where_they_are_used(
    read: tuple[Row, list[PageShape]], sights: Sights
) -> None:
    row, pages = read
    text = by_ids(JOB, row, pages, sights=sights).text
    made = re.findall(r"(?:MATCH |>|-)\((n\d+):", text)
    assert len(made) == len(set(made))
    assert set(re.findall(r"\bn\d+\b", text)) == set(made)


@given(
    reads(), st.lists(st.text(min_size=1), min_size=1, max_size=5), st.text(min_size=1), st.text(min_size=1)
)
def test_no_value_that_is_given_is_ever_part_of_the_text(
    read: tuple[Row, list[PageShape]], values: list[str], after: str, after_id: str
) -> None:
    row, pages = read
    mark = "«given»"
    marked = [mark + value for value in values]
    bound = parameters_of(pages, marked, Key(mark + after, mark + after_id))
    text = by_ids(JOB, row, pages, sights=EVERYTHING).text
    assert mark not in text
    assert text == by_ids(JOB, row, list(pages), sights=EVERYTHING).text, "one shape, one text"
    places = sum(condition.count("@value") for page in pages for condition in page.conditions)
    ends = sum(page.goes_on + page.stops for page in pages)
    assert sum(mark in str(value) for value in bound.values()) == places + 2 * ends


def test_a_filter_is_never_neither_true_nor_false() -> None:
    for operator in OPERATORS:
        text = condition(node("name"), operator)
        assert text.startswith("coalesce(") is (operator != "is_null")
    assert every([]) == "true"
    assert some([]) == "false"
    assert none_of([]) == "NOT true"
