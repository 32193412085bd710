"""The price of an operation follows from its text and variables, as docs/limits.md says."""

from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse, validate

from api import operations
from api.settings import ApiSettings
from schema.costs import SEARCHES, Points, points_of
from schema.limits import MOST_FIELDS, check, cost_of
from tests.schema.conftest import SCHEMA

EXECUTABLE: GraphQLSchema = SCHEMA._schema
PERSON = 'candidate(by: { id: "x" })'


def _points(document: str, variables: dict[str, Any] | None = None) -> Points:
    parsed = parse(document)
    assert validate(EXECUTABLE, parsed) == []
    operation = next(node for node in parsed.definitions if isinstance(node, OperationDefinitionNode))
    return points_of(EXECUTABLE, parsed, operation, variables or {})


@pytest.mark.parametrize(
    ("document", "requested"),
    [
        ("{ __typename }", 1),
        (f"{{ {PERSON} {{ id name }} }}", 2),
        ("{ jobs(first: 7) { totalCount } }", 2),
        ("{ jobs(first: 7) { nodes { id } } }", 2 + 7),
        ("{ jobs(last: 7) { edges { node { id } } } }", 2 + 14),
        (
            "{ jobs(first: null, last: 7) { nodes { applications(last: 3) { nodes { id } } } } }",
            2 + 7 * (1 + 1 + 3),
        ),
        ("{ jobs(first: 7) { edges { cursor node { id } } pageInfo { endCursor } } }", 2 + 14 + 1),
        ("{ jobs(first: 7) { nodes { applications(first: 3) { nodes { id } } } } }", 2 + 7 * (1 + 1 + 3)),
        (f"{{ {PERSON} {{ employments {{ title }} }} }}", 2 + 5),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 1 + 3),
        ("{ talentSearch(first: 2) { totalCount } }", 1 + 10 + 1),
        ("{ jobs(first: 2) { ...Page } } fragment Page on JobConnection { nodes { id } }", 2 + 2),
        ("{ ...A ...A } fragment A on Query { jobs(first: 2) { nodes { id } } }", 1 + 2 * 3),
        (
            'mutation { shortlist(input: {candidates: [], job: {id: "b"}}) { userErrors { code } } }',
            1 + 10 + 1 + 5,
        ),
        ("{ __schema { types { name } } }", 1 + 1_000),
    ],
)
def test_what_is_requested(document: str, requested: int) -> None:
    assert _points(document).requested == requested


def test_variables_decide() -> None:
    document = "query($n: Int = 3) { jobs(first: $n) { nodes { id } } }"
    assert _points(document).requested == 2 + 3
    assert _points(document, {"n": 50}).requested == 2 + 50
    assert _points(document, {"n": 50.0}).requested == 2 + 50
    either = "query($n: Int, $m: Int) { jobs(first: $n, last: $m) { nodes { id } } }"
    assert _points(either, {"m": 30}).requested == _points(either, {"n": 30, "m": None}).requested == 2 + 30
    ids = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert _points(ids, {"ids": ["a"] * 40}).requested == 1 + 40


def test_the_actual_cost_counts_what_was_answered_and_never_exceeds_the_request() -> None:
    points = _points("{ talentSearch(first: 3) { nodes { id } } }")
    assert points.actual(b'{"talentSearch":{"nodes":[{"id":"a"}]}}') == 10 + 3
    assert points.actual(b"null") == 10
    assert points.actual(b'{"talentSearch":{"nodes":[{"id":"{{{{{{{{{{{{{{"}]}}') == points.requested


def test_searches_are_fields_of_the_schema() -> None:
    assert EXECUTABLE.query_type is not None
    assert EXECUTABLE.query_type.fields.keys() >= SEARCHES


def test_a_bomb_is_priced_in_one_pass() -> None:
    levels = MOST_FIELDS
    fragments = " ".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(levels))
    document = f"{{ ...F0 }} {fragments} fragment F{levels} on Query {{ jobs(first: 1) {{ totalCount }} }}"
    parsed = parse(document)
    operation = parsed.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert points_of(EXECUTABLE, parsed, operation, {}).requested > 2**levels


@pytest.mark.parametrize("name", operations.names())
def test_every_documented_operation_is_affordable_many_times(name: str) -> None:
    operation = operations.read_operation(name, [])
    check(cost_of(parse(operation.document), operation.variables))
    assert _points(operation.document, operation.variables).requested * 10 <= ApiSettings().cost_capacity
