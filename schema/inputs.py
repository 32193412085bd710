"""Input objects, made of what a client gave.

Strawberry's own way asks about each field that a type has, whether it is given or not: for the filters of a talent search
that is 0.2 ms an object. Here only the given fields are looked at, by what the executable schema says of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any, TypeAlias

from graphql import GraphQLInputField, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLSchema
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryMaybe
from strawberry.types.field import StrawberryField

Make: TypeAlias = Callable[[Any, InputContext], Any]
_DEFINITION = "strawberry-definition"


def make_inputs(schema: GraphQLSchema) -> None:
    """Have the input objects of a schema made by what is here."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            type_.extensions[_DEFINITION].from_input = _Maker(type_)


class _Maker:
    """Makes values of one input type; fields that are absent and have no default are None."""

    def __init__(self, type_: GraphQLInputObjectType) -> None:
        self._absent = {
            field.python_name: None
            for field in type_.extensions[_DEFINITION].fields
            if field.default_value is MISSING and field.default_factory is MISSING
        }
        self._fields = {name: _field(field) for name, field in type_.fields.items()}

    def __call__(self, cls: type, value: Mapping[str, Any], context: InputContext) -> Any:
        made = dict(self._absent)
        for name, given in value.items():
            python_name, make = self._fields[name]
            made[python_name] = make(given, context)
        return cls(**made)


def _field(field: GraphQLInputField) -> tuple[str, Make]:
    declared: StrawberryField = field.extensions[_DEFINITION]
    type_ = declared.type
    if isinstance(type_, StrawberryMaybe):
        return declared.python_name, lambda value, context: context.convert(value, type_)
    return declared.python_name, _way(field.type)


def _way(type_: Any) -> Make:
    """Return how a value of a GraphQL type becomes one of Python."""
    if isinstance(type_, GraphQLNonNull):
        return _way(type_.of_type)
    if isinstance(type_, GraphQLList):
        item = _way(type_.of_type)
        if item is _as_given:
            return _copied
        return lambda value, context: None if value is None else [item(each, context) for each in value]
    if isinstance(type_, GraphQLInputObjectType):
        definition = type_.extensions[_DEFINITION]
        return lambda value, context: (
            None if value is None else definition.from_input(definition.origin, value, context)
        )
    return _as_given


def _as_given(value: Any, _context: InputContext) -> Any:
    return value


def _copied(value: Any, _context: InputContext) -> Any:
    """Copy a list: where it is a default, graphql-core gives the same one to everybody."""
    return None if value is None else list(value)
