"""From what was read to the answer: one Python function per root field, written for the operation.

In: `{ job(by: {id: "…"}) { title stages { name } } }`. Out, roughly:

    def complete(value, found, pages, masked):
        [r0_0, r0_1] = found[0].get(value)
        v1 = []
        for [r1_0] in r0_1:
            v1.append({"name": r1_0 + ""})
        return {"title": r0_0 + "", "stages": v1}

Whatever does not fit raises, and graphql-core answers instead: it alone decides about nulls and errors. Fields that
the principal may not see are not read; they are null, and `masked` gets the place of each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
)
from strawberry.types.field import StrawberryField

from graph.reading import ID, Anchor, Many, One, PageCount, PageRows, Row, SortKey, Source
from schema.origins import (
    CountOf,
    EdgesOf,
    InfoOf,
    NodesOf,
    Paged,
    PlaceOf,
    Referenced,
    Related,
    Same,
    Stored,
)
from schema.permissions import Permission, Principal
from schema.plan.code import Emitted, Lines, Path
from schema.plan.paging import Slot
from schema.plan.pattern import Layout
from schema.plan.select import Selected, Selector
from schema.plan.values import InMemory, InRow, Unplanned, ValueCompiler
from schema.resolving import ReadField, one_type, variants_of


@dataclass(slots=True)
class Reference:
    """Things that are read by ids which are known once the root's value is: how they are found, and what is read."""

    anchor: Anchor
    layout: Layout
    row: Row = field(default_factory=lambda: Row(()))


class Compiler(ValueCompiler):
    """Writes the completion of values, objects and pages, and notes what has to be read for them."""

    def __init__(self, selector: Selector, types: Mapping[str, Any], principal: Principal) -> None:
        super().__init__()
        self._selector = selector
        self._types = types
        self._principal = principal
        self._references: list[Reference] = []
        self._slots: list[Slot] = []
        self._masks: list[tuple[Selected, Permission]] = []
        self._computed: list[str] = []

    # ---- objects

    def _object(
        self, type_: GraphQLObjectType, selected: Selected, place: InRow | InMemory, path: Path
    ) -> Emitted:
        """Emit an object of what is selected below the field."""
        entries: list[str] = []
        whole = Emitted("")
        for below in self._selector.fields(type_, selected.below):
            emitted = self._field(type_, below, place, (*path, repr(below.key)))
            whole.lines += emitted.lines
            whole.gather += emitted.gather
            entries.append(f"{below.key!r}: {emitted.expression}")
        whole.expression = "{" + ", ".join(entries) + "}"
        return whole

    def _field(
        self, type_: GraphQLObjectType, selected: Selected, place: InRow | InMemory, path: Path
    ) -> Emitted:
        if selected.definition is None:
            return Emitted(repr(type_.name))
        declared: StrawberryField = selected.definition.extensions["strawberry-definition"]
        if not isinstance(declared, ReadField):
            if isinstance(place, InRow) or declared.base_resolver or declared.extensions:
                raise Unplanned(f"{type_.name}.{selected.name} has a resolver of its own")
            attribute = f"{place.variable}.{declared.python_name}"
            return self._value(selected.definition.type, attribute, selected, path)
        masked = None
        if declared.guard is not None and not self._principal.may(declared.guard):
            masked = self._masked(type_, selected, declared.guard, path)
            if declared.unless is None:
                return masked
        if isinstance(place, InMemory):
            return self._field_in_memory(type_, selected, declared, place, path)
        emitted = self._field_in_row(selected, declared, place, path)
        if masked is None or declared.unless is None:
            return emitted
        out = f"v{self._next()}"
        return Emitted(
            out,
            [
                f"if {place.layout.variable(declared.unless)}:",
                [*emitted.lines, f"{out} = {emitted.expression}"],
                "else:",
                [*masked.lines, f"{out} = {masked.expression}"],
            ],
        )

    def _masked(self, type_: GraphQLObjectType, selected: Selected, guard: Permission, path: Path) -> Emitted:
        definition = selected.definition
        if definition is None or isinstance(definition.type, GraphQLNonNull):
            raise Unplanned(f"{type_.name}.{selected.name} is masked and cannot be null")
        self._masks.append((selected, guard))
        self._counters.update(path)
        return Emitted("None", [f"masked.append(({len(self._masks) - 1}, [{', '.join(path)}]))"])

    def _field_in_memory(
        self,
        type_: GraphQLObjectType,
        selected: Selected,
        declared: ReadField,
        place: InMemory,
        path: Path,
    ) -> Emitted:
        if not isinstance(declared.origin_, Referenced):
            raise Unplanned(f"{type_.name}.{selected.name} of an object in memory")
        return self._referenced(selected, declared, f"{place.variable}.{declared.python_name}", path)

    def _field_in_row(self, selected: Selected, declared: ReadField, place: InRow, path: Path) -> Emitted:
        match declared.origin_:
            case Stored() as stored:
                return self._stored(selected, stored, place)
            case Same(when):
                return self._same(selected, when, place, path)
            case Related():
                return self._related(selected, declared, place, path)
            case Paged():
                return self._connection(selected, place, path)
            case PlaceOf() if place.slot is not None:
                sort, key = self._page_key(place)
                return Emitted(f"cursor{place.slot}({sort}, {key})")
        raise Unplanned(f"{selected.name} in a row")

    def _page_key(self, place: InRow) -> tuple[str, str]:
        assert place.slot is not None
        return place.layout.variable(SortKey(place.slot)), place.layout.variable(ID)

    def _stored(self, selected: Selected, stored: Stored, place: InRow) -> Emitted:
        type_ = selected.definition.type if selected.definition else None
        variables = [place.layout.variable(source) for source in stored.sources]
        make = None if stored.is_state else stored.make
        if make is None:
            return self._plain(type_, variables[0], selected)
        if make is not bool and make.__name__ != "<lambda>":
            self._computed.append(
                f"{selected.key}: {make.__name__}({', '.join(s.text for s in stored.sources)})"
            )
        return self._plain(type_, f"{self._constant(make, 'm')}({', '.join(variables)})", selected)

    def _plain(self, type_: Any, expression: str, selected: Selected) -> Emitted:
        emitted = self._value(type_, expression, selected, ())
        return Emitted(emitted.expression, emitted.lines)

    def _same(self, selected: Selected, when: Source | None, place: InRow, path: Path) -> Emitted:
        assert selected.definition is not None
        type_ = selected.definition.type
        nullable = not isinstance(type_, GraphQLNonNull)
        emitted = self._matched(_read_class(selected), selected, place, path)
        if when is None:
            return emitted
        out = f"v{self._next()}"
        return Emitted(
            out,
            [
                f"if {place.layout.variable(when)}:",
                [*emitted.lines, f"{out} = {emitted.expression}"],
                "else:",
                [f"{out} = None" if nullable else "raise Unfit"],
            ],
        )

    def _matched(self, cls: type, selected: Selected, place: InRow, path: Path) -> Emitted:
        """Emit an object of a class, or of the fitting class of an interface, read of a match."""
        variants = variants_of(cls)
        if variants is None:
            return self._object(self._graphql_type(cls), selected, place, path)
        variable = place.layout.variable(variants.source)
        out = f"v{self._next()}"
        lines: Lines = []
        for number, (value, variant) in enumerate(variants.types.items()):
            emitted = self._object(self._graphql_type(variant()), selected, place, path)
            lines += [
                f"{'if' if number == 0 else 'elif'} {variable} == {value!r}:",
                [*emitted.lines, f"{out} = {emitted.expression}"],
            ]
        return Emitted(out, [*lines, "else:", ["raise Unfit"]])

    def _related(self, selected: Selected, declared: ReadField, place: InRow, path: Path) -> Emitted:
        assert selected.definition is not None
        assert isinstance(declared.origin_, Related)
        pattern = declared.origin_.pattern
        type_ = selected.definition.type
        nullable = not isinstance(type_, GraphQLNonNull)
        inner = type_ if nullable else type_.of_type  # type: ignore[union-attr]
        layout, out = Layout(self._next()), f"v{self._next()}"
        if isinstance(inner, GraphQLList):
            counter = self._counter()
            with self._repeated():
                emitted = self._matched(_read_class(selected), selected, InRow(layout), (*path, counter))
            variable = place.layout.nested(lambda: Many(pattern, layout.row()))
            return Emitted(out, self._rows(layout, variable, counter, emitted, out))
        emitted = self._matched(_read_class(selected), selected, InRow(layout), path)
        variable = place.layout.nested(lambda: One(pattern, layout.row()))
        return Emitted(
            out,
            [
                f"if {variable} is None:",
                [f"{out} = None" if nullable else "raise Unfit"],
                "else:",
                [
                    f"{layout.targets()} = {variable}",
                    *emitted.lines,
                    f"{out} = {emitted.expression}",
                ],
            ],
        )

    def _rows(self, layout: Layout, variable: str, counter: str, emitted: Emitted, out: str) -> Lines:
        if not emitted.lines:
            return [lambda: f"{out} = [{emitted.expression} for {layout.targets()} in {variable}]"]
        return [
            f"{out} = []",
            self._loop(counter, layout, variable),
            [*emitted.lines, f"{out}.append({emitted.expression})"],
        ]

    # ---- references

    def _referenced(self, selected: Selected, declared: ReadField, expression: str, path: Path) -> Emitted:
        assert selected.definition is not None
        type_ = selected.definition.type
        nullable = not isinstance(type_, GraphQLNonNull)
        inner = type_ if nullable else type_.of_type  # type: ignore[union-attr]
        key, out = f"k{self._next()}", f"v{self._next()}"
        if isinstance(inner, GraphQLList):
            counter, item = self._counter(), f"v{self._next()}"
            item_nullable = not isinstance(inner.of_type, GraphQLNonNull)
            with self._repeated():
                number, emitted = self._referenced_object(one_type(declared), selected, (*path, counter))
            return Emitted(
                out,
                [
                    f"{out} = []",
                    self._loop(counter, key, expression),
                    [
                        *self._found(number, key, emitted, item, nullable=item_nullable),
                        f"{out}.append({item})",
                    ],
                ],
                [f"keys[{number}].extend({expression})"],
            )
        number, emitted = self._referenced_object(one_type(declared), selected, path)
        return Emitted(
            out,
            [f"{key} = {expression}", *self._found(number, key, emitted, out, nullable=nullable)],
            [f"if {expression} is not None:", [f"keys[{number}].append({expression})"]],
        )

    def _referenced_object(self, cls: type, selected: Selected, path: Path) -> tuple[int, Emitted]:
        layout = Layout(self._next())
        number = len(self._references)
        self._references.append(Reference(cls.anchor, layout))  # type: ignore[attr-defined]
        return number, self._matched(cls, selected, InRow(layout), path)

    def _found(self, number: int, key: str, emitted: Emitted, out: str, *, nullable: bool) -> Lines:
        layout = self._references[number].layout
        return [
            f"row = found[{number}].get({key})",
            "if row is None:",
            [f"{out} = None" if nullable else "raise Unfit"],
            "else:",
            [f"{layout.targets()} = row", *emitted.lines, f"{out} = {emitted.expression}"],
        ]

    # ---- pages

    def _connection(self, selected: Selected, place: InRow, path: Path) -> Emitted:
        declared = read_field(selected)
        assert isinstance(declared.origin_, Paged)
        assert selected.definition is not None
        pattern, slot = declared.origin_.pattern, len(self._slots)
        self._slots.append(Slot(declared, selected.definition, selected.nodes[0], pattern))
        connection = named_object(selected.definition.type)
        layout, rows, more = Layout(self._next()), f"v{self._next()}", f"v{self._next()}"
        edge = InRow(layout, slot)
        entries: list[str] = []
        body: Lines = []
        read = False
        for below in self._selector.fields(connection, selected.below):
            if below.definition is None:
                entries.append(f"{below.key!r}: {connection.name!r}")
                continue
            origin = read_field(below).origin_
            if isinstance(origin, CountOf):
                count = place.layout.nested(lambda: PageCount(pattern, slot))
                emitted = self._value(below.definition.type, count, below, path)
            elif isinstance(origin, InfoOf):
                read = True
                sort, key = (layout.place(SortKey(slot)), layout.place(ID))
                keys = f"[(e[{sort}], e[{key}]) for e in ({rows}[0], {rows}[-1])] if {rows} else []"
                emitted = self._value(
                    below.definition.type,
                    f"pages[{slot}].info({keys}, more={more})",
                    below,
                    (*path, repr(below.key)),
                )
            else:
                read = True
                emitted = self._items(below, origin, edge, rows, (*path, repr(below.key)))
            body += emitted.lines
            entries.append(f"{below.key!r}: {emitted.expression}")
        lines: Lines = []
        if read:
            # Sorted late, so that the sort's source is known to the row.
            variable = place.layout.nested(lambda: PageRows(pattern, layout.row(), slot))
            lines += [
                f"{rows}, {more} = pages[{slot}].shown({variable})",
                f"cursor{slot} = pages[{slot}].cursor",
            ]
        return Emitted("{" + ", ".join(entries) + "}", [*lines, *body])

    def _items(self, below: Selected, origin: object, edge: InRow, rows: str, path: Path) -> Emitted:
        counter, out = self._counter(), f"v{self._next()}"
        assert below.definition is not None
        place = (*path, counter)
        with self._repeated(edge.slot):
            if isinstance(origin, EdgesOf):
                emitted = self._object(named_object(below.definition.type), below, edge, place)
            elif isinstance(origin, NodesOf):
                emitted = self._matched(_read_class(below), below, edge, place)
            else:
                raise Unplanned(f"{below.name} of a page")
        return Emitted(out, self._rows(edge.layout, rows, counter, emitted, out))

    def _graphql_type(self, cls: type) -> GraphQLObjectType:
        found: GraphQLObjectType = self._types[cls.__strawberry_definition__.name]  # type: ignore[attr-defined]
        return found


def read_field(selected: Selected) -> ReadField:
    field_ = selected.definition.extensions["strawberry-definition"] if selected.definition else None
    if not isinstance(field_, ReadField):
        raise Unplanned(f"{selected.name} has a resolver of its own")
    return field_


def named_object(type_: GraphQLOutputType) -> GraphQLObjectType:
    """Return the object type that a field holds one or many of."""
    named = get_named_type(type_)
    assert isinstance(named, GraphQLObjectType)
    return named


def _read_class(selected: Selected) -> type:
    assert selected.definition is not None
    found: type = get_named_type(selected.definition.type).extensions["strawberry-definition"].origin
    return found
