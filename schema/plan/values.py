"""Values in memory: what resolvers return, completed by their GraphQL types.

In: `o1.fragments` of type `[String!]!`. Out: a loop that checks each text and lists them.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from graphql import (
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    is_leaf_type,
)

from schema.plan.code import Emitted, Lines, Path, Writer
from schema.plan.leaves import enum_names, is_text, passes, serializer
from schema.plan.pattern import Layout
from schema.plan.select import Selected


class Unplanned(Exception):
    """The planner does not cover this; the text says what."""


@dataclass(frozen=True, slots=True)
class InRow:
    """The object is a match whose row is unpacked into variables; `slot` is the page that it is an edge of."""

    layout: Layout
    slot: int | None = None


@dataclass(frozen=True, slots=True)
class InMemory:
    """The object is a Python object in a variable."""

    variable: str


class ValueCompiler(Writer, ABC):
    """Writes the completion of Python values."""

    @abstractmethod
    def _object(
        self, type_: GraphQLObjectType, selected: Selected, place: InRow | InMemory, path: Path
    ) -> Emitted:
        """Emit an object of what is selected below the field."""

    def _value(self, type_: GraphQLOutputType, expression: str, selected: Selected, path: Path) -> Emitted:
        """Emit the completion of a Python value of any type."""
        nullable = not isinstance(type_, GraphQLNonNull)
        inner = type_ if nullable else type_.of_type  # type: ignore[union-attr]
        if is_leaf_type(inner):
            return self._leaf(inner, expression, nullable=nullable)
        if isinstance(inner, GraphQLList):
            return self._list(inner.of_type, expression, selected, path, nullable=nullable)
        copied = not expression.isidentifier()
        variable = f"o{self._next()}" if copied else expression
        out = f"v{self._next()}"
        emitted = self._dispatched(inner, variable, selected, path)
        reads = any(isinstance(line, str) and f" {variable}." in line for line in emitted.lines)
        if reads and not nullable and not copied and not emitted.gather:
            return emitted  # what is null has no attributes: reading one raises as well
        return Emitted(
            out,
            [
                f"{variable} = {expression}",
                f"if {variable} is None:",
                [f"{out} = None" if nullable else "raise Unfit"],
                "else:",
                [*emitted.lines, f"{out} = {emitted.expression}"],
            ],
            [f"{variable} = {expression}", f"if {variable} is not None:", [*emitted.gather, "pass"]]
            if emitted.gather
            else [],
        )

    def _dispatched(self, type_: GraphQLOutputType, variable: str, selected: Selected, path: Path) -> Emitted:
        if isinstance(type_, GraphQLObjectType):
            return self._object(type_, selected, InMemory(variable), path)
        if not isinstance(type_, GraphQLUnionType):
            raise Unplanned(f"{type_} in memory")
        out = f"v{self._next()}"
        lines: Lines = []
        gather: Lines = []
        for number, member in enumerate(type_.types):
            cls = self._constant(member.extensions["strawberry-definition"].origin, "c")
            emitted = self._object(member, selected, InMemory(variable), path)
            test = f"{'if' if number == 0 else 'elif'} {variable}.__class__ is {cls}:"
            lines += [test, [*emitted.lines, f"{out} = {emitted.expression}"]]
            gather += [test, [*emitted.gather, "pass"]]
        lines += ["else:", ["raise Unfit"]]
        return Emitted(out, lines, gather)

    def _list(
        self, type_: GraphQLOutputType, expression: str, selected: Selected, path: Path, *, nullable: bool
    ) -> Emitted:
        variable, item, out, counter = (
            f"l{self._next()}",
            f"i{self._next()}",
            f"v{self._next()}",
            self._counter(),
        )
        with self._repeated():
            emitted = self._value(type_, item, selected, (*path, counter))
        lines: Lines = [
            f"{variable} = {expression}",
            f"if {variable} is None:",
            [f"{out} = None" if nullable else "raise Unfit"],
            f"elif {variable}.__class__ is not list and {variable}.__class__ is not tuple:",
            ["raise Unfit"],
            "else:",
            [
                f"{out} = []",
                self._loop(counter, item, variable),
                [*emitted.lines, f"{out}.append({emitted.expression})"],
            ],
        ]
        if not emitted.lines:
            lines[-1] = [f"{out} = [{emitted.expression} for {item} in {variable}]"]
        gather: Lines = [f"for {item} in {expression} or ():", emitted.gather] if emitted.gather else []
        return Emitted(out, lines, gather)

    def _leaf(self, type_: GraphQLLeafType, expression: str, *, nullable: bool) -> Emitted:
        self._weights[self._scope] += 1
        if isinstance(type_, GraphQLEnumType):
            key = ("enum", type_.name, nullable)
            names = self._constant_of(key, lambda: enum_names(type_, nullable=nullable), "e")
            return Emitted(f"{names}[{expression}]")
        if is_text(type_):
            return self._text(expression, nullable=nullable)
        rest = self._constant_of(
            ("rest", type_.name, nullable), lambda: serializer(type_, nullable=nullable), "f"
        )
        condition = passes(type_)
        if condition is None:
            return Emitted(f"{rest}({expression})")
        if expression.isidentifier():
            test = condition.format(v=expression)
            return Emitted(f"({expression} if {test} else {rest}({expression}))")
        variable = f"v{self._next()}"
        test = condition.format(v=variable)
        return Emitted(f"({variable} if {test} else {rest}({variable}))", [f"{variable} = {expression}"])

    def _text(self, expression: str, *, nullable: bool) -> Emitted:
        if not nullable:
            return Emitted(f'{expression} + ""')
        if expression.isidentifier():
            return Emitted(f'({expression} if {expression} is None else {expression} + "")')
        variable = f"v{self._next()}"
        return Emitted(
            f'({variable} if {variable} is None else {variable} + "")', [f"{variable} = {expression}"]
        )
