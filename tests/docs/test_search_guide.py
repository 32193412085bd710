"""The recruiters' guide means what it says: every example parses, every error is the one it names."""

import re

import pytest
from graphql import build_schema, parse, validate

from engines.places import CHECKOUT
from schema.root import build_schema as build_kith_schema
from search.query_language.errors import QuerySyntaxError
from search.query_language.lexer import LONGEST_TEXT
from search.query_language.parser import DEEPEST, MOST_PATTERNS, MOST_TERMS
from search.query_language.parser import parse as parse_query
from search.query_language.tree import Field

GUIDE = (CHECKOUT / "docs/search.md").read_text()
ROW = re.compile(r"^\| `(.+?)` \| (.+?) \|$", re.MULTILINE)
ROWS = [(first.replace("\\|", "|"), second) for first, second in ROW.findall(GUIDE)]
CODE = re.compile(r"[A-Z_]+")
EXAMPLES = [example for example, _ in ROWS if not CODE.fullmatch(example)]
ERRORS = [(code, example.strip("`")) for code, example in ROWS if CODE.fullmatch(code)]


def test_the_guide_has_examples() -> None:
    assert len(EXAMPLES) > 10
    assert len(ERRORS) > 10


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_parses(example: str) -> None:
    assert parse_query(example) is not None


@pytest.mark.parametrize(("code", "example"), ERRORS)
def test_an_error_is_the_one_it_names(code: str, example: str) -> None:
    with pytest.raises(QuerySyntaxError) as refusal:
        parse_query(example)
    assert refusal.value.reason == code


def test_the_error_in_full_is_what_is_answered() -> None:
    with pytest.raises(QuerySyntaxError) as refusal:
        parse_query("java AND (spring OR quarkus")
    error = refusal.value
    assert f'"message": "{error.message}"' in GUIDE
    assert f'"offset": {error.at.offset}, "length": {error.at.length}' in GUIDE
    assert f'"suggestion": "{error.suggestion}"' in GUIDE


def test_precedence_is_as_told() -> None:
    assert parse_query("java OR kotlin AND developer") == parse_query("java OR (kotlin AND developer)")


def test_limits_and_fields_are_as_told() -> None:
    assert f"{LONGEST_TEXT:,} characters, {MOST_TERMS} words, {MOST_PATTERNS} of them" in GUIDE
    assert f"{DEEPEST} levels of parentheses" in GUIDE
    assert " ".join(f"`{field}:`" for field in Field) in GUIDE


def test_the_search_is_valid() -> None:
    (document,) = re.findall(r"```graphql\n(.+?)```", GUIDE, re.DOTALL)
    assert validate(build_schema(build_kith_schema().as_str()), parse(document)) == []
