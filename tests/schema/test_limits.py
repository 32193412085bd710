import pytest
from graphql import get_introspection_query, parse

from api import operations
from graph.errors import KithError
from schema.limits import check, cost_of
from schema.root import build_schema


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
    ],
    ids=["fragment bomb", "deep", "pages", "aliases", "huge page", "directives"],
)
def test_what_costs_too_much_is_refused(document: str) -> None:
    with pytest.raises(KithError, match="ask for less"):
        check(cost_of(parse(document), {}))


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


async def test_the_schema_refuses_with_a_code() -> None:
    answer = await build_schema().execute(_bomb(30))
    assert answer.errors
    assert answer.errors[0].extensions == {"code": "QUERY_TOO_COSTLY"}
