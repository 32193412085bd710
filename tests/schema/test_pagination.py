import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.companies import COMPANIES
from graph.errors import InvalidInput
from graph.ids import new_id
from graph.people import CANDIDATES, PersonOrder
from graph.reading import Key, PageShape
from schema.candidates.types import PersonSort
from schema.filters import SortDirection
from schema.node import Kind, any_id, global_id
from schema.paging import LONGEST_CURSOR, ListOrder, bind_page, cursor_of, key_of, page_size
from schema.scalars import _date_time

ORDERS = [ListOrder(sort, descending) for sort in ("NAME", "CREATED_AT") for descending in (False, True)]
KEYS = st.builds(
    Key,
    st.text(max_size=100) | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=50),
)


@given(KEYS, st.sampled_from(ORDERS))
def test_a_cursor_comes_back_as_it_went_in_its_own_order_alone(key: Key, order: ListOrder) -> None:
    try:
        cursor = cursor_of(order, key)
    except TypeError:
        return  # lone surrogates never come out of the graph
    if len(cursor) > LONGEST_CURSOR:
        return
    assert key_of(order, cursor) == key
    for other in ORDERS:
        if other != order:
            with pytest.raises(InvalidInput):
                key_of(other, cursor)


@given(st.text(max_size=2_000))
def test_no_text_breaks_the_reading_of_a_cursor(text: str) -> None:
    with suppress(InvalidInput):
        assert key_of(ORDERS[0], text) is not None


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=8))
def test_no_json_breaks_the_reading_of_a_cursor(content: object) -> None:
    text = base64.urlsafe_b64encode(json.dumps(["NAME ASC", content, "id"]).encode()).decode()
    with suppress(InvalidInput):
        assert key_of(ORDERS[0], text) == Key(content, "id")  # type: ignore[arg-type]
        assert isinstance(content, str | float | bool)


@given(st.sampled_from(list(CANDIDATES.sorts)), st.sampled_from(SortDirection), st.integers(1, 100))
def test_the_arguments_of_a_page_become_its_shape(
    field: PersonOrder, direction: SortDirection, first: int
) -> None:
    page = bind_page(
        CANDIDATES, {"first": first, "sort_by": PersonSort(field=field, direction=direction), "where": None}
    )
    assert (page.size, page.backward, page.after, page.before, page.values) == (first, False, None, None, ())
    assert page.shape == PageShape(field, direction is SortDirection.DESC)
    assert page.parameters(3) == {"p3_limit": first + 1}


@given(st.sampled_from(list(CANDIDATES.sorts)), st.booleans(), st.booleans())
def test_the_end_of_a_list_is_read_as_the_beginning_of_the_opposite_one(
    field: PersonOrder, goes_on: bool, stops: bool
) -> None:
    up, down = (PersonSort(field=field, direction=direction) for direction in SortDirection)
    here, there = (cursor_of(ListOrder(field, False), Key("x", id_)) for id_ in "ab")
    ends = {"after": here} if goes_on else {}
    ends |= {"before": there} if stops else {}
    page = bind_page(CANDIDATES, {"last": 4, "sort_by": up, **ends})
    here, there = (cursor_of(ListOrder(field, True), Key("x", id_)) for id_ in "ab")
    ends = {"after": there} if stops else {}
    ends |= {"before": here} if goes_on else {}
    opposite = bind_page(CANDIDATES, {"first": 4, "sort_by": down, **ends})
    assert page.shape == opposite.shape
    assert page.parameters(0) == opposite.parameters(0)
    assert page.shown([1, 2, 3, 4, 5]) == ([4, 3, 2, 1], True)
    assert opposite.shown([1, 2, 3, 4, 5]) == ([1, 2, 3, 4], True)
    assert page.shown([1]) == ([1], False)


def test_without_arguments_a_page_has_the_first_order_of_its_list() -> None:
    for pattern in (CANDIDATES, COMPANIES):
        name, sort = next(iter(pattern.sorts.items()))
        assert bind_page(pattern, {"first": 1}).shape == PageShape(name, sort.descending)


def test_the_place_of_a_page_is_that_of_its_ends() -> None:
    page = bind_page(CANDIDATES, {"first": 2})
    keys = [("2026-02", "b"), ("2026-01", "a")]
    info = page.info(keys, more=True)
    assert (info.has_next_page, info.has_previous_page) == (True, False)
    assert info.start_cursor == page.cursor(*keys[0])
    assert info.end_cursor
    after = bind_page(CANDIDATES, {"first": 2, "after": info.end_cursor})
    assert after.after == Key("2026-01", "a")
    assert after.shape.goes_on
    nothing = after.info([], more=False)
    assert (nothing.has_previous_page, nothing.start_cursor, nothing.end_cursor) == (True, None, None)


@pytest.mark.parametrize(
    ("ends", "more", "expected"),
    [
        ("", False, (False, False)),
        ("", True, (False, True)),
        ("after", False, (True, False)),
        ("before", False, (False, True)),
        ("after before", True, (True, True)),
    ],
)
def test_more_follows_where_it_was_read_or_where_a_cursor_stands(
    ends: str, more: bool, expected: tuple[bool, bool]
) -> None:
    """`expected` is of a page at the beginning; at the end all is the other way round."""
    name, sort = next(iter(CANDIDATES.sorts.items()))
    cursor = cursor_of(ListOrder(name, sort.descending), Key("x", "y"))
    info = bind_page(CANDIDATES, {"first": 2, **dict.fromkeys(ends.split(), cursor)}).info([], more=more)
    assert (info.has_previous_page, info.has_next_page) == expected
    swapped = [{"after": "before", "before": "after"}[end] for end in ends.split()]
    info = bind_page(CANDIDATES, {"last": 2, **dict.fromkeys(swapped, cursor)}).info([], more=more)
    assert (info.has_next_page, info.has_previous_page) == expected


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "first"),
        ({"first": None, "last": None}, "first"),
        ({"first": 1, "last": 1}, "last"),
        ({"first": 0}, "first"),
        ({"last": 101}, "last"),
        ({"first": 1, "after": "x"}, "after"),
        ({"last": 1, "before": "x"}, "before"),
        ({"first": 1, "before": ""}, "before"),
    ],
    ids=str,
)
def test_a_page_that_is_none_names_what_is_wrong(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput, match=f"`{field}`") as refused:
        bind_page(CANDIDATES, arguments)
    assert refused.value.field == field


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_an_id(text: str) -> None:
    found = any_id(text)
    assert found is None or global_id(*found) == text


@pytest.mark.parametrize("kind", Kind)
def test_a_global_id_comes_back_as_it_went(kind: Kind) -> None:
    id_ = new_id()
    assert any_id(global_id(kind, id_)) == (kind, id_)


@given(st.integers())
def test_a_page_is_1_to_100(first: int) -> None:
    if 1 <= first <= 100:
        assert page_size(first) == first
    else:
        with pytest.raises(InvalidInput):
            page_size(first)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2026-11-23T06:01:34Z", "2026-11-23T06:01:34.000000Z"),
        ("2026-11-23T07:01:34.5+01:00", "2026-11-23T06:01:34.500000Z"),
    ],
)
def test_a_moment_is_read_into_utc(given: str, read: str) -> None:
    assert _date_time(given) == read


@pytest.mark.parametrize(
    "given", ["2026-11-23T06:01:34", "yesterday", "", 7, None, "0001-01-01T00:00:00+14:00"]
)
def test_a_moment_needs_a_zone(given: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        _date_time(given)
