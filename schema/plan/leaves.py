"""Leaf values: an expression that passes what is of the right Python class and hands on the rest.

In: the variable `r1_0` for a field of type `String!`. Out: `r1_0 if r1_0.__class__ is str else text_(r1_0)`, where
`text_` serialises as graphql-core does and raises `Unfit` where the value is null.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from graphql import GraphQLEnumType, GraphQLLeafType, GraphQLScalarType


class Unfit(Exception):
    """A value that is no answer as it stands: null where it must not be, or of another type. graphql-core decides."""


_PASSES = {
    "String": "{v}.__class__ is str",
    "ID": "{v}.__class__ is str",
    "DateTime": "{v}.__class__ is str",
    "PartialDate": "{v}.__class__ is str",
    "Boolean": "{v}.__class__ is bool",
    "Int": "{v}.__class__ is int and -2147483648 <= {v} <= 2147483647",
    "Float": "{v}.__class__ is float and {v} - {v} == 0.0",
}


def passes(type_: GraphQLLeafType) -> str | None:
    """Return the condition, with `{v}` for the value, under which a value is its own serialisation."""
    return _PASSES.get(type_.name) if isinstance(type_, GraphQLScalarType) else None


def serializer(type_: GraphQLLeafType, *, nullable: bool) -> Callable[[Any], Any]:
    """Return what serialises the rest: null is null or `Unfit`."""

    def serialize(value: Any) -> Any:
        if value is None:
            if nullable:
                return None
            raise Unfit
        return type_.serialize(value)

    return serialize


def enum_names(type_: GraphQLEnumType) -> dict[Any, str]:
    """Return the names of an enum's values, by the value as Python holds it and as the graph keeps it."""
    names: dict[Any, str] = {}
    wrapped: type[Enum] = type_.wrapped_cls  # type: ignore[attr-defined]
    for member in wrapped:
        names[member] = names[member.value] = type_.serialize(member)
    return names
