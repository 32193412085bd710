from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import InvalidInput
from graph.ids import new_id
from graph.paging import Key
from schema.node import Kind, any_id, global_id
from schema.pagination import cursor_of, key_of, page_size
from schema.scalars import _date_time


@given(st.text(max_size=100), st.text(max_size=50))
def test_a_cursor_comes_back_as_it_went(value: str, id_: str) -> None:
    try:
        cursor = cursor_of(Key(value, id_))
    except TypeError:
        return  # lone surrogates never come out of the graph
    assert key_of(cursor) == Key(value, id_)


@given(st.text(max_size=2_000))
def test_no_text_breaks_the_reading_of_a_cursor(text: str) -> None:
    with suppress(InvalidInput):
        assert key_of(text) is not None


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


@pytest.mark.parametrize("given", ["2026-11-23T06:01:34", "yesterday", "", 7, None])
def test_a_moment_needs_a_zone(given: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        _date_time(given)
