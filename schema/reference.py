"""The reference of all types, written from the schema: `python -m schema.reference`."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)

from schema import sdl

FILE = Path(__file__).resolve().parents[1] / "docs" / "reference.md"
ROOTS = {"Query": "Queries", "Mutation": "Mutations", "Subscription": "Subscriptions"}
_NAME = re.compile(r"\w+")
HEAD = """# Reference

Written from [`schema/schema.graphql`](../schema/schema.graphql) by `python -m schema.reference`. A name with `!` is never null, `[…]` is a list. How things are meant
is in [the API in five minutes](api.md) and [conventions](conventions.md).
"""


def text() -> str:
    """Return the reference: a section for each root, then one for each type, by kind and name."""
    schema = build_schema(sdl.text())
    kinds: dict[str, list[GraphQLNamedType]] = {
        "Types": [],
        "Interfaces and unions": [],
        "Inputs": [],
        "Enums": [],
        "Scalars": [],
    }
    for name, type_ in sorted(schema.type_map.items()):
        if name not in ROOTS and not is_introspection_type(type_) and not is_specified_scalar_type(type_):
            kinds[_kind(type_)].append(type_)
    parts = [HEAD]
    for name, title in ROOTS.items():
        root = schema.type_map[name]
        assert isinstance(root, GraphQLObjectType)
        parts.append(f"## {title}\n\n{root.description}\n")
        parts += [_operation(schema, f"{name}.{key}", field) for key, field in sorted(root.fields.items())]
    for title, types in kinds.items():
        parts.append(f"## {title}\n")
        parts += [_section(schema, type_) for type_ in types]
    return "\n".join(parts)


def _kind(type_: GraphQLNamedType) -> str:
    match type_:
        case GraphQLObjectType():
            return "Types"
        case GraphQLInterfaceType() | GraphQLUnionType():
            return "Interfaces and unions"
        case GraphQLInputObjectType():
            return "Inputs"
        case GraphQLEnumType():
            return "Enums"
    return "Scalars"


def _operation(schema: GraphQLSchema, name: str, field: GraphQLField) -> str:
    lines = [f"### {name}\n", f"{field.description}\n", f"Gives {_linked(schema, field.type)}.\n"]
    if field.args:
        lines.append(_table("argument", _arguments(schema, field.args.items())))
    return "\n".join(lines)


def _section(schema: GraphQLSchema, type_: GraphQLNamedType) -> str:
    lines = [f"### {type_.name}\n", f"{type_.description}\n"]
    match type_:
        case GraphQLObjectType() | GraphQLInterfaceType():
            if type_.interfaces:
                lines.append(f"Implements {', '.join(_linked(schema, one) for one in type_.interfaces)}.\n")
            lines.append(_table("field", _fields(schema, type_.fields)))
        case GraphQLInputObjectType():
            lines.append(_table("field", _arguments(schema, type_.fields.items())))
        case GraphQLEnumType():
            rows = (
                (name, "", value.description, value.deprecation_reason)
                for name, value in type_.values.items()
            )
            lines.append(_table("value", rows, typed=False))
        case GraphQLUnionType():
            lines.append(f"One of {', '.join(_linked(schema, one) for one in type_.types)}.\n")
    return "\n".join(lines)


_Row = tuple[str, str, str | None, str | None]


def _fields(schema: GraphQLSchema, fields: dict[str, GraphQLField]) -> Iterator[_Row]:
    for name, field in fields.items():
        given = f"({', '.join(field.args)})" if field.args else ""
        yield f"{name}{given}", _linked(schema, field.type), field.description, field.deprecation_reason


def _arguments(schema: GraphQLSchema, given: Iterable[tuple[str, GraphQLArgument]]) -> Iterator[_Row]:
    for name, argument in given:
        yield name, _linked(schema, argument.type), argument.description, argument.deprecation_reason


def _table(what: str, rows: Iterable[_Row], *, typed: bool = True) -> str:
    lines = [f"| {what} | type | |", "| --- | --- | --- |"] if typed else [f"| {what} | |", "| --- | --- |"]
    for name, type_, description, deprecated in rows:
        said = " ".join((description or "").split()).replace("|", "\\|")
        if deprecated:
            said = f"**Deprecated, {deprecated}.** {said}"
        lines.append(f"| `{name}` | {type_} | {said} |" if typed else f"| `{name}` | {said} |")
    return "\n".join([*lines, ""])


def _linked(schema: GraphQLSchema, type_: object) -> str:
    """Write a type with a link to its section."""
    written = str(type_)
    (name,) = _NAME.findall(written)
    if is_specified_scalar_type(schema.type_map[name]):
        return f"`{written}`"
    return f"[`{written}`](#{name.lower()})"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
