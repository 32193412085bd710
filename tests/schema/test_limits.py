from typing import Any

import pytest
from graphql import FieldNode, get_introspection_query, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from api import operations
from graph.errors import KithError
from schema import limits
from schema.limits import MOST_CHARACTERS, check, check_length, check_variables, cost_of, deciding_variables


def _bomb(levels: int) -> str:
    fragments = [f"fragment F{i} on Job {{ ...F{i + 1} ...F{i + 1} }}" for i in range(levels)]
    return f"{{ jobs(first: 1) {{ nodes {{ ...F0 }} }} }} {' '.join(fragments)} fragment F{levels} on Job {{ title }}"


def _nested(levels: int) -> str:
    inner = "id"
    for _ in range(levels):
        inner = f"job {{ applications(first: 1) {{ nodes {{ {inner} }} }} }}"
    return f"{{ applications(first: 1) {{ nodes {{ {inner} }} }} }}"


PAGES = (
    "{ jobs(first: 100) { nodes { applications(first: 100) { nodes { candidate { applications(first: 2) "
    "{ nodes { id } } } } } } } }"
)
ALIASES = "{" + " ".join(f"a{i}: jobs(first: 1) {{ nodes {{ id title }} }}" for i in range(200)) + "}"


@pytest.mark.parametrize(
    "document",
    [
        _bomb(30),
        _nested(4),
        PAGES,
        ALIASES,
        "{ jobs(first: 99999999999999) { nodes { applications(first: 2) { nodes { id } } } } }",
        "{ __typename " + "@include(if: true) " * 60 + "}",
        "{" + " ".join(f"a{i}: __typename" for i in range(101)) + "}",
        "{ jobs(first: 1) { nodes {" + "title " * 21 + "} } }",
        "{ jobs(first: 1) { nodes {" + "... on Job { title }" * 21 + "} } }",
        "{ __typename }" + "".join(f" fragment F{i} on Job {{ title }}" for i in range(26)),
        "{ jobs(first: 1) { nodes {" + " ".join(f"f{i}" for i in range(299)) + "} } }",
    ],
    ids=[
        "fragment bomb",
        "deep",
        "pages",
        "many",
        "huge page",
        "directives",
        "aliases",
        "repeated",
        "repeated in fragments",
        "many fragments",
        "fields",
    ],
)
def test_what_costs_too_much_is_refused(document: str) -> None:
    with pytest.raises(KithError, match="ask for less"):
        check(cost_of(parse(document), {}))


def test_last_counts_as_first_does() -> None:
    for here, there in (("first", "last"), ("last", "first"), ("last", "last")):
        document = parse(
            f"{{ jobs({here}: 100) {{ nodes {{ applications({there}: 100) {{ nodes {{ id }} }} }} }} }}"
        )
        assert cost_of(document, {}).rows == 10_000
    both = parse("query($n: Int, $m: Int) { jobs(first: $n, last: $m) { nodes { id } } }")
    assert cost_of(both, {"n": 4, "m": 9}).rows == 9
    assert cost_of(both, {"n": None, "m": 9}).rows == 9
    assert cost_of(both, {}).rows == 1
    assert deciding_variables(both) == ("m", "n")
    assert cost_of(parse("{ jobs { nodes { id } } }"), {}).rows == 0


def test_a_number_that_graphql_takes_for_whole_counts() -> None:
    document = parse("query($n: Int) { jobs(last: $n) { nodes { id } } }")
    for value, rows in (
        (70.0, 70),
        (1e300, 10_001),
        (-1e300, 1),
        (float("nan"), 1),
        (float("inf"), 1),
        (0.5, 1),
    ):
        assert cost_of(document, {"n": value}).rows == rows


def test_page_sizes_in_variables_count() -> None:
    document = parse(
        "query($n: Int!) { jobs(first: $n) { nodes { applications(first: $n) { nodes { id } } } } }"
    )
    assert cost_of(document, {"n": 7}).rows == 49
    assert cost_of(document, {"n": "x"}).rows == 1


def test_the_defaults_of_variables_count() -> None:
    document = parse(
        "query($n: Int = 9) { jobs(first: $n) { nodes { applications(first: $n) { nodes { id } } } } }"
    )
    assert cost_of(document, {}).rows == 81
    assert cost_of(document, {"n": 2}).rows == 4


def test_fragments_in_circles_end() -> None:
    document = parse(
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A jobs(first: 1) { nodes { id } } }"
    )
    check(cost_of(document, {}))


def test_introspection_and_every_documented_operation_are_within_the_limits() -> None:
    check(
        cost_of(
            parse(get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True)), {}
        )
    )
    for name in operations.names():
        operation = operations.read_operation(name, [])
        check(cost_of(parse(operation.document), operation.variables))


def test_a_document_that_is_too_long_is_not_even_read() -> None:
    check_length(" " * MOST_CHARACTERS)
    with pytest.raises(KithError, match="characters"):
        check_length(" " * (MOST_CHARACTERS + 1))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 29), max_size=3), min_size=30, max_size=30))
def test_however_fragments_spread_each_other_each_is_counted_once(spreads: list[list[int]]) -> None:
    """The pass visits each field once: the number of steps is that of the document's nodes."""
    fragments = " ".join(
        f"fragment F{i} on Query {{ __typename {' '.join(f'...F{j}' for j in inner)} }}"
        for i, inner in enumerate(spreads)
    )
    document = parse(f"{{ ...F0 }} {fragments}")
    seen = 0
    original = limits._Counter._field

    def counted(counter: Any, field: FieldNode) -> limits.Cost:
        nonlocal seen
        seen += 1
        return original(counter, field)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits._Counter, "_field", counted)
        cost_of(document, {})
    assert seen == len(spreads)


@pytest.mark.parametrize(
    "variables",
    [
        {"a": [0] * 10_000},
        {"a": {str(i): i for i in range(10_000)}},
        {"a": [[0] * 100] * 100},
        {"a": [{}] * 2_001},
    ],
)
def test_variables_hold_so_many_values_at_most(variables: dict[str, Any]) -> None:
    check_variables({"a": [0] * 9_999})
    check_variables({"a": [{}] * 2_000})
    with pytest.raises(KithError, match="variables"):
        check_variables(variables)
