"""Leaf values: an expression that passes what is of the right Python class and hands on the rest.

In: the variable `r1_0` for a field of type `Int!`. Out: `r1_0 if r1_0.__class__ is int and … else int_(r1_0)`, where
`int_` serialises as graphql-core does and raises `Unfit` where the value is null. Texts are `r1_0 + ""`: the quickest
test that Python has, since a text plus nothing is the same text, and anything else plus a text raises.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from graphql import GraphQLEnumType, GraphQLLeafType, GraphQLScalarType


class Unfit(Exception):
    """A value that is no answer as it stands: null where it must not be, or of another type. graphql-core decides."""


_TEXTS = frozenset({"String", "ID", "DateTime", "PartialDate", "CountryCode", "CurrencyCode"})
_PASSES = {
    "Boolean": "{v}.__class__ is bool",
    # Python compares whole numbers of up to 30 bits by a quicker way; the few longer ones are serialised.
    "Int": "{v}.__class__ is int and -1073741823 <= {v} <= 1073741823",
    "Float": "{v}.__class__ is float and {v} - {v} == 0.0",
}


def is_text(type_: GraphQLLeafType) -> bool:
    """Say whether a text is its own serialisation."""
    return isinstance(type_, GraphQLScalarType) and type_.name in _TEXTS


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


def enum_names(type_: GraphQLEnumType, *, nullable: bool) -> dict[Any, str | None]:
    """Return the names of an enum's values, by the value as Python holds it and as the graph keeps it."""
    names: dict[Any, str | None] = {None: None} if nullable else {}
    wrapped: type[Enum] = type_.wrapped_cls  # type: ignore[attr-defined]
    for member in wrapped:
        names[member] = names[member.value] = type_.serialize(member)
    return names
