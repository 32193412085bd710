"""Input objects are what Strawberry itself would make of the same values."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from random import Random
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    coerce_input_value,
)
from strawberry import Some
from strawberry.types.arguments import convert_argument

from tests.schema.conftest import SCHEMA

EXECUTABLE: Any = SCHEMA._schema
INPUTS = [each for each in EXECUTABLE.type_map.values() if isinstance(each, GraphQLInputObjectType)]
SCALARS: Mapping[str, Any] = {
    "Int": 3,
    "Float": 1.5,
    "Boolean": True,
    "DateTime": "2026-01-01T00:00:00Z",
    "PartialDate": "2020-01",
    "CountryCode": "DE",
    "CurrencyCode": "EUR",
    "Upload": "file",
}
DRAWN = 25


def _given(type_: Any, random: Random, depth: int) -> Any:
    """Draw a value as a client gives it."""
    if isinstance(type_, GraphQLNonNull):
        return _present(type_.of_type, random, depth)
    return None if random.random() < 0.15 else _present(type_, random, depth)


def _present(type_: Any, random: Random, depth: int) -> Any:
    if isinstance(type_, GraphQLList):
        return [_given(type_.of_type, random, depth) for _ in range(random.randint(0, 2))]
    if isinstance(type_, GraphQLEnumType):
        return random.choice(list(type_.values))
    if not isinstance(type_, GraphQLInputObjectType):
        return SCALARS.get(type_.name, "text")
    if type_.is_one_of:
        name = random.choice(list(type_.fields))
        return {name: _present(type_.fields[name].type, random, depth - 1)}
    required = (name for name, each in type_.fields.items() if isinstance(each.type, GraphQLNonNull))
    chosen = {*required, *random.sample(list(type_.fields), min(3 if depth > 0 else 0, len(type_.fields)))}
    return {name: _given(type_.fields[name].type, random, depth - 1) for name in sorted(chosen)}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return (Some, _plain(value.value)) if isinstance(value, Some) else value


def _converted(type_: GraphQLInputObjectType, coerced: Any) -> Any:
    converter = SCHEMA.schema_converter
    origin = type_.extensions["strawberry-definition"].origin
    return _plain(convert_argument(coerced, origin, converter.scalar_registry, converter.config))


@pytest.mark.parametrize("type_", INPUTS, ids=[each.name for each in INPUTS])
def test_inputs_are_what_strawberry_makes(
    type_: GraphQLInputObjectType, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(type_.name)
    coerced = [coerce_input_value(_present(type_, random, 3), type_) for _ in range(DRAWN)]
    ours = [_converted(type_, each) for each in coerced]
    with monkeypatch.context() as patch:
        for each in INPUTS:
            patch.setattr(each.extensions["strawberry-definition"], "from_input", None)
        theirs = [_converted(type_, each) for each in coerced]
    assert ours == theirs


def test_defaults_are_not_shared() -> None:
    lists = [
        name
        for name, each in EXECUTABLE.type_map["CreateJobInput"].fields.items()
        if each.default_value == []
    ]
    type_ = EXECUTABLE.type_map["CreateJobInput"]
    origin, converter = type_.extensions["strawberry-definition"].origin, SCHEMA.schema_converter
    coerced = coerce_input_value({"title": "a", "description": "b"}, type_)
    one, other = (
        convert_argument(coerced, origin, converter.scalar_registry, converter.config) for _ in range(2)
    )
    assert lists
    assert all(getattr(one, name) is not getattr(other, name) for name in ("skills", "members"))
