"""Exactly one of `first` and `last`: refused before anything is read, whoever says how many, document or variables."""

from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse, validate

from graph.client import Graph
from graph.errors import InvalidInput
from graph.tokens import AccessRole
from schema.operations import Operations, Request
from schema.page_sizes import RULES, OnePageSize, check_page_sizes
from tests.schema.conftest import SCHEMA, Ask, context_of

EXECUTABLE: GraphQLSchema = SCHEMA._schema
BOTH = {"code": "INVALID_INPUT", "field": "last"}
NONE = {"code": "INVALID_INPUT", "field": "first"}
EITHER = "query($n: Int, $m: Int) { jobs(first: $n, last: $m) { nodes { title } } }"
OTHERS = (
    "query A { __typename } query B($n: Int) { ...F } fragment F on Query { jobs(last: $n) { totalCount } }"
)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ jobs { totalCount } }", NONE),
        ("{ jobs(first: null) { totalCount } }", NONE),
        ("{ jobs(after: null, last: null) { totalCount } }", NONE),
        ("{ jobs(first: 1, last: 1) { totalCount } }", BOTH),
        ("query($n: Int!) { jobs(first: 1, last: 1, after: null) { nodes { shortlist(first: $n) { totalCount } } } }", BOTH),
        ("{ ...F } fragment F on Query { jobs(first: 5) { nodes { applications { totalCount } } } }", NONE),
        ("{ jobs(last: 1) @skip(if: true) { nodes { applications { totalCount } } } }", NONE),
    ],
    ids=str,
)  # fmt: skip
async def test_what_a_document_says_by_itself(ask: Ask, document: str, expected: dict[str, Any]) -> None:
    data, errors = await ask(document, {"n": 1})
    assert (data, [error["extensions"] for error in errors]) == (None, [expected])
    assert "one of `first` and `last`" in errors[0]["message"]
    assert errors[0]["locations"]


@pytest.mark.parametrize(
    ("document", "variables", "expected"),
    [
        (EITHER, {}, NONE),
        (EITHER, {"n": None, "m": None}, NONE),
        (EITHER, {"n": 1, "m": 1}, BOTH),
        (EITHER, {"n": 1}, None),
        (EITHER, {"n": None, "m": 1}, None),
        (EITHER.replace("$n: Int", "$n: Int = 2"), {}, None),
        (EITHER.replace("$n: Int", "$n: Int = 2"), {"n": None}, NONE),
        (EITHER.replace("$n: Int", "$n: Int = 2"), {"m": 1}, BOTH),
        (EITHER.replace("$n: Int", "$n: Int = null"), {"m": 1}, None),
        (EITHER.replace("first: $n", "first: 3").replace("$n: Int, ", ""), {"m": 1}, BOTH),
        (EITHER.replace("first: $n", "first: 3, after: null").replace("$n: Int, ", ""), {}, None),
        (EITHER.replace("$n: Int", "$n: Int!").replace("$m: Int", "$m: Int!"), {"n": 1, "m": 1}, BOTH),
        (OTHERS, {}, NONE),
    ],
    ids=str,
)
async def test_what_variables_decide(
    empty: Graph, ask: Ask, document: str, variables: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    operations = Operations(SCHEMA)
    request = Request(query=document, variables=variables, operation_name="B" if document == OTHERS else None)
    prepared = await operations.prepare(document, context_of(empty, AccessRole.ADMIN).principal)
    assert prepared.errors == []
    refusal = operations._measured(prepared, request).refusal
    assert [each["extensions"] for each in refusal] == ([expected] if expected else [])
    operations.close()
    if document != OTHERS:
        data, errors = await ask(document, variables)
        assert [error["extensions"] for error in errors] == ([expected] if expected else [])
        assert data == (None if expected else {"jobs": {"nodes": []}})


def test_an_operation_answers_for_its_own_fragments_alone() -> None:
    document = parse(OTHERS)
    one, other = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    assert validate(EXECUTABLE, document, RULES) == []
    check_page_sizes(EXECUTABLE, document, one, {})
    with pytest.raises(InvalidInput):
        check_page_sizes(EXECUTABLE, document, other, {})


async def test_null_is_not_taken_for_absent_whichever_comes_first(ask: Ask, empty: Graph) -> None:
    """The answer about page sizes is kept for each combination of what decides."""
    document = EITHER.replace("$n: Int", "$n: Int = 2")
    given: list[dict[str, Any]] = [
        {"n": None},
        {},
        {"n": None, "m": None},
        {"m": None},
        {"n": "x"},
        {"n": None, "m": 1},
    ]
    codes = [[error["extensions"]["code"] for error in (await ask(document, each))[1]] for each in given]
    refused = ["INVALID_INPUT"]
    assert codes == [refused, [], refused, [], ["GRAPHQL_VALIDATION_FAILED"], []]


async def test_a_variable_that_must_be_there_is_missed_by_name(ask: Ask) -> None:
    document = EITHER.replace("$n: Int", "$n: Int!")
    _, errors = await ask(document)
    assert [error["extensions"]["code"] for error in errors] == ["GRAPHQL_VALIDATION_FAILED"]
    assert "'$n'" in errors[0]["message"]


@pytest.mark.parametrize(("argument", "size"), [("first", 0), ("last", 0), ("last", -1), ("last", 101)])
async def test_both_sizes_have_the_same_bounds(ask: Ask, argument: str, size: int) -> None:
    _, errors = await ask(f"{{ jobs({argument}: {size}) {{ totalCount }} }}")
    assert [error["extensions"] for error in errors] == [{"code": "INVALID_INPUT", "field": argument}]
    assert errors[0]["message"] == f"`{argument}` is 1 to 100"


def test_lists_without_last_are_left_to_their_types() -> None:
    for document in ("{ events { lastSequence } }", "{ talentSearch { totalCount } }"):
        assert validate(EXECUTABLE, parse(document), [OnePageSize]) == []
        assert len(validate(EXECUTABLE, parse(document), RULES)) == 1
