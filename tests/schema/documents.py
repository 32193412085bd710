"""Random valid documents over a schema, with variables: everything that a client may write, in few lines."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationType,
    Undefined,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from hypothesis import strategies as st

T = TypeVar("T")
Composite: TypeAlias = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType

MOST_FIELDS = 60
MOST_ROWS = 2_000
DEEPEST = 11
MOST_NESTING = 3
MOST_LEVELS_OF_INPUT = 2
IN_THE_STORE = frozenset({"ResumeText"})
"""Types that are not read from the graph: no operation with one is planned."""

Sorting: TypeAlias = tuple[str, str] | None
"""The field and the direction of `sortBy`; None is the list's own order."""


@dataclass(frozen=True, slots=True)
class Words:
    """What arguments can say so that something is found: global ids by kind, and cursors by connection and order."""

    ids: Mapping[str, Sequence[str]]
    cursors: Mapping[tuple[str, Sorting], Sequence[str]]
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Document:
    """A request; its text is made only where it is needed."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None

    def __repr__(self) -> str:
        return (
            f"\n{self.query}\nvariables: {json.dumps(self.variables)}\noperationName: {self.operation_name}\n"
        )


@dataclass(eq=False, slots=True)
class Variable:
    """A variable as it is declared, and what is given for it; Undefined where there is no default or nothing given."""

    name: str
    type: str
    default: Any
    given: Any

    @property
    def value(self) -> Any:
        return self.default if self.given is Undefined else self.given

    @property
    def declaration(self) -> str:
        default = "" if self.default is Undefined else f" = {_literal(self.default)}"
        return f"${self.name}: {self.type}{default}"


class Symbol(str):
    """A value of an enum."""

    __slots__ = ()


@dataclass(eq=False, slots=True)
class Selection:
    """A field with its alias and arguments, an inline fragment (`... on T`, `...`) or a spread of a named one."""

    head: str
    values: tuple[Any, ...] = ()
    inner: "Selections | None" = None
    fragment: "Fragment | None" = None

    def text(self) -> str:
        return self.head + (self.inner.text() if self.inner else "")


@dataclass(eq=False, slots=True)
class Fragment:
    """A named fragment."""

    name: str
    type: str
    inner: "Selections"

    def text(self) -> str:
        return f"fragment {self.name} on {self.type} {self.inner.text()}"


@dataclass(frozen=True, slots=True)
class _Use:
    """One use of a response key; two of them in one place must agree (`OverlappingFieldsCanBeMerged`)."""

    parent: GraphQLNamedType
    field: str
    arguments: str
    type: str
    inner: "Selections | None"

    def agrees_with(self, other: "_Use") -> bool:
        apart = (
            self.parent is not other.parent
            and isinstance(self.parent, GraphQLObjectType)
            and isinstance(other.parent, GraphQLObjectType)
        )
        same = self.field == other.field and self.arguments == other.arguments
        if self.type != other.type or not (same or apart):
            return False
        return self.inner is None or other.inner is None or self.inner.agrees_with(other.inner)


@dataclass(eq=False, slots=True)
class Selections:
    """A selection set, with the response keys that it uses at its own level, through fragments too."""

    items: list[Selection] = field(default_factory=list)
    uses: dict[str, list[_Use]] = field(default_factory=dict)
    size: int = 0

    def agrees_with(self, other: "Selections") -> bool:
        return all(
            one.agrees_with(another)
            for key in self.uses.keys() & other.uses.keys()
            for one in self.uses[key]
            for another in other.uses[key]
        )

    def add(self, item: Selection, brought: "Selections") -> bool:
        """Add a selection that brings these uses, if they agree with those that are here."""
        if not self.agrees_with(brought):
            return False
        self.items.append(item)
        for key, uses in brought.uses.items():
            self.uses.setdefault(key, []).extend(uses)
        self.size += brought.size
        return True

    def text(self) -> str:
        return "{ " + " ".join(item.text() for item in self.items) + " }"

    def all(self) -> Iterator[Selection]:
        """Go through all selections below, those of named fragments once for each spread."""
        for item in self.items:
            yield item
            below = item.fragment.inner if item.fragment else item.inner
            if below:
                yield from below.all()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: what kind of thing its ids should name, and how deep in an input it is."""

    kind: str | None
    depth: int = 0
    constant: bool = False


_KIND_OF_NAME = {
    "job": "Job",
    "candidate": "Person",
    "candidates": "Person",
    "by": "Person",
    "sender": "Person",
    "introducer": "Person",
    "recruiter": "Person",
    "hiringManager": "Person",
    "TalentFilter": "Person",
    "shortlistedFor": "Job",
    "members": "Person",
    "sharedWith": "Person",
    "application": "Application",
    "JobRef": "Job",
    "CandidateRef": "Person",
    "ColleagueRef": "Person",
    "ApplicationRef": "Application",
    "stageId": "Stage",
    "PersonFilter": "Person",
    "JobFilter": "Job",
    "SavedSearchFilter": "SavedSearch",
    "ApplicationFilter": "Application",
    "CompanyFilter": "Company",
    "not": "Person",
    "savedSearchResults": "SavedSearch",
    "savedSearchId": "SavedSearch",
    "templateId": "Template",
    "intakeId": "Intake",
    "userId": "User",
    "tokenId": "Token",
    "applicationId": "PartnerApplication",
    "termId": "Term",
    "mergedId": "Term",
    "broader": "Term",
    "related": "Term",
    "addBroader": "Term",
    "removeBroader": "Term",
    "addRelated": "Term",
    "removeRelated": "Term",
    "UserFilter": "User",
    "TokenFilter": "Token",
    "TermFilter": "Term",
    "PartnerApplicationFilter": "PartnerApplication",
}
_VALUES: dict[str, tuple[Any, ...]] = {
    "Float": (0.5, 0, 1.5, 8, 100.0, 1e-3),
    "CountryCode": ("DE", "HR"),
    "CurrencyCode": ("EUR", "USD"),
    "PartialDate": ("2011", "2015-02", "2020-01-31"),
    "DateTime": (
        "2026-01-01T00:00:00Z",
        "2026-02-01T00:00:00.000001Z",
        "2026-02-01T01:00:00.000001+01:00",
        "2030-01-01T00:00:00Z",
    ),
}
_OF_PAGES = frozenset({"first", "last", "after", "before"})
_BAD_CURSORS = ("", "x", "WyJ4Il0=", "NTA=", "-1", "999999", "é")
_BAD_IDS = ("", "x", "Sm9iOng=", "UGVyc29uOjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMA==")
_BAD_GIVEN = {"Int": 2**31, "DateTime": "yesterday", "ID": 1.5, "String": 5, "Boolean": "true", "Float": "1"}


class _Writer:
    """Writes one document; every choice is drawn, so that Hypothesis can make a failing document small."""

    def __init__(
        self,
        draw: Callable[[st.SearchStrategy[Any]], Any],
        schema: GraphQLSchema,
        words: Words,
        roots: Sequence[str],
    ) -> None:
        self.draw = draw
        self.roots = roots
        self.overlaps: dict[str, list[Composite]] = {}
        self.schema = schema
        self.words = words
        self.variables: dict[tuple[str, bool, str | None], list[Variable]] = {}
        self.fragments: dict[str, list[Fragment]] = {}
        self.fields = 0
        self.nesting = 0
        self.names = 0
        self.careful = False

    def chance(self, percent: int) -> bool:
        return bool(self.draw(st.integers(0, 99)) >= 100 - percent)

    def number(self, least: int, most: int) -> int:
        return int(self.draw(st.integers(least, most)))

    def pick(self, things: Sequence[T]) -> T:
        return things[self.number(0, len(things) - 1)]

    def name(self, first: str) -> str:
        self.names += 1
        return f"{first}{self.names}"

    # values

    def argument(self, type_: GraphQLInputType, place: _Place, *, has_default: bool, percent: int) -> Any:
        """Return a value for an argument or an input field: a literal or a variable."""
        if place.constant or not self.chance(percent):
            return self.value(type_, place)
        return self.variable(type_, place, has_default=has_default)

    def variable(self, type_: GraphQLInputType, place: _Place, *, has_default: bool) -> Variable:
        """Return a variable that may stand in this place: a new one, or one that stands in another such place."""
        key = (str(type_), has_default, place.kind)
        known = self.variables.setdefault(key, [])
        if known and self.chance(30):
            return self.pick(known)
        fixed = _Place(place.kind, place.depth, constant=True)
        nullable = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        required = isinstance(type_, GraphQLNonNull)
        default = self.value(nullable, fixed) if self.chance(35) else Undefined
        if required and default is None:
            default = Undefined
        if required and (has_default or default is not Undefined) and self.chance(40):
            declared: GraphQLInputType = nullable
        elif not required and self.chance(15) and default is not None:
            declared = GraphQLNonNull(nullable)
        else:
            declared = type_
        variable = Variable(self.name("v"), str(declared), default, self.given(declared, fixed, default))
        known.append(variable)
        return variable

    def given(self, type_: GraphQLInputType, place: _Place, default: Any) -> Any:
        if isinstance(type_, GraphQLNonNull):
            if default is not Undefined and self.chance(50):
                return Undefined
        elif self.chance(20):
            return self.pick((Undefined, None))
        if self.chance(1):
            return _BAD_GIVEN.get(get_named_type(type_).name, [[]])
        return self.value(type_, place)

    def value(self, type_: GraphQLInputType, place: _Place) -> Any:
        """Return a value of the type; only those that are not `place.constant` hold variables."""
        if isinstance(type_, GraphQLNonNull):
            return self.present(type_.of_type, place)
        return None if self.chance(8) else self.present(type_, place)

    def present(self, type_: Any, place: _Place) -> Any:
        if isinstance(type_, GraphQLList):
            count = self.number(0 if place.depth else 1, 3)
            return [self.argument(type_.of_type, place, has_default=False, percent=10) for _ in range(count)]
        if isinstance(type_, GraphQLInputObjectType):
            return self.input_object(type_, place)
        if isinstance(type_, GraphQLEnumType):
            return Symbol(self.pick(list(type_.values)))
        return self.scalar(type_.name, place)

    def input_object(self, type_: GraphQLInputObjectType, place: _Place) -> dict[str, Any]:
        wanted = [
            name
            for name, each in type_.fields.items()
            if isinstance(each.type, GraphQLNonNull) and each.default_value is Undefined
        ]
        deep = place.depth >= MOST_LEVELS_OF_INPUT
        if type_.is_one_of:
            return self.one_of(type_, place, deep=deep)
        others = [
            name
            for name, each in type_.fields.items()
            if name not in wanted
            and not (deep and isinstance(get_named_type(each.type), GraphQLInputObjectType))
        ]
        if others:
            wanted += [self.pick(others) for _ in range(self.number(0 if wanted else 1, 2))]
        made: dict[str, Any] = {}
        for name in dict.fromkeys(wanted):
            kind = _KIND_OF_NAME.get(name) or _KIND_OF_NAME.get(type_.name) or place.kind
            each = type_.fields[name]
            inner = _Place(kind, place.depth + 1, place.constant)
            made[name] = self.argument(
                each.type, inner, has_default=each.default_value not in (Undefined, None), percent=20
            )
        return made

    def one_of(self, type_: GraphQLInputObjectType, place: _Place, *, deep: bool) -> dict[str, Any]:
        """Return an input of exactly one field, mostly an id."""
        others = [
            name
            for name, each in type_.fields.items()
            if not (deep and isinstance(get_named_type(each.type), GraphQLInputObjectType))
        ]
        name = "id" if self.chance(70) else self.pick(others)
        inner = _Place(_KIND_OF_NAME[type_.name], place.depth + 1, place.constant)
        return {name: self.value(GraphQLNonNull(type_.fields[name].type), inner)}

    def scalar(self, name: str, place: _Place) -> Any:
        match name:
            case "ID":
                return self.id(place.kind)
            case "Int":
                return self.number(0, 4)
            case "Boolean":
                return self.chance(50)
            case _:
                return self.pick(_VALUES.get(name, self.words.texts))

    def id(self, kind: str | None) -> str:
        if self.chance(6):
            return self.pick(_BAD_IDS)
        kinds = [kind] if kind and kind in self.words.ids and not self.chance(6) else list(self.words.ids)
        return self.pick(self.words.ids[self.pick(kinds)])

    # selections

    def operation(self, root: GraphQLObjectType, kind: OperationType) -> Selections:
        """Return the selections of an operation; what is no query has one field."""
        self.careful = kind is not OperationType.QUERY
        if not self.careful:
            return self.selections(root, 1, MOST_ROWS)
        made = Selections()
        name = self.pick(self.roots)
        self.deep_field(made, root, name, self.arguments(root.fields[name], name, MOST_ROWS), 1)
        return made

    def selections(self, parent: Composite, level: int, rows: int) -> Selections:
        """Return a selection set of the type."""
        made = Selections()
        for _ in range(self.number(1, 5 if level == 2 else 3)):
            if self.fields >= MOST_FIELDS:
                break
            self.selection(made, parent, level, rows)
        if not made.items:
            self.leaf(made, parent, "__typename")
        return made

    def selection(self, made: Selections, parent: Composite, level: int, rows: int) -> None:
        way = self.number(0, 99)
        if way >= 80 and self.nesting < MOST_NESTING:
            self.nesting += 1
            (self.inline if way >= 90 else self.spread)(made, parent, level, rows)
            self.nesting -= 1
        elif way >= 72 and self.again(made, level, rows):
            return
        elif way >= 66 or isinstance(parent, GraphQLUnionType):
            self.leaf(made, parent, "__typename")
        else:
            self.any_field(made, parent, level, rows)

    def any_field(
        self, made: Selections, parent: GraphQLObjectType | GraphQLInterfaceType, level: int, rows: int
    ) -> None:
        leaves = [name for name, each in parent.fields.items() if is_leaf_type(get_named_type(each.type))]
        deeper = [
            name
            for name, each in parent.fields.items()
            if name not in leaves and get_named_type(each.type).name not in IN_THE_STORE
        ]
        if level == 1:
            leaves, deeper = [], list(self.roots)
        if deeper and level < DEEPEST - 1 and (not leaves or self.chance(62)):
            name = self.pick(deeper)
            self.deep_field(made, parent, name, self.arguments(parent.fields[name], name, rows), level)
        elif leaves:
            self.leaf(made, parent, self.pick(leaves), parent.fields)
        else:
            self.leaf(made, parent, "__typename")

    def leaf(
        self,
        made: Selections,
        parent: Composite,
        name: str,
        fields: Mapping[str, GraphQLField] | None = None,
    ) -> None:
        type_ = str(fields[name].type) if fields else "String!"
        self.put(made, parent, name, "", (), type_, None)

    def deep_field(
        self,
        made: Selections,
        parent: GraphQLObjectType | GraphQLInterfaceType,
        name: str,
        given: tuple[dict[str, Any], int],
        level: int,
    ) -> None:
        arguments, rows = given
        text = ", ".join(f"{key}: {_literal(value)}" for key, value in arguments.items())
        type_ = parent.fields[name].type
        self.fields += 1
        inner = self.selections(_composite(get_named_type(type_)), level + 1, rows)
        self.put(
            made, parent, name, f"({text})" if text else "", tuple(arguments.values()), str(type_), inner
        )

    def put(
        self,
        made: Selections,
        parent: Composite,
        name: str,
        arguments: str,
        values: tuple[Any, ...],
        type_: str,
        inner: Selections | None,
    ) -> None:
        """Add a field under its own name or another; under one of its own where the name is taken."""
        keys = [self.pick((name, name, name, self.pick("abc"))), self.name("z")]
        directives, conditions = self.directives() if parent.name != "Subscription" else ("", ())
        size = 1 + (inner.size if inner else 0)
        self.fields += 1 if inner is None else 0
        for key in keys:
            alias = "" if key == name else f"{key}: "
            item = Selection(f"{alias}{name}{arguments}{directives} ", (*values, *conditions), inner)
            use = _Use(parent, name, arguments, type_, inner)
            if made.add(item, Selections(uses={key: [use]}, size=size)):
                return

    def again(self, made: Selections, level: int, rows: int) -> bool:
        """Select a field that is selected already, with the same arguments and other fields below it."""
        known = [(key, use) for key, uses in made.uses.items() for use in uses if use.inner]
        if not known:
            return False
        key, use = self.pick(known)
        first = next((item for item in made.items if item.inner is use.inner and item.fragment is None), None)
        if first is None or not isinstance(use.parent, GraphQLObjectType | GraphQLInterfaceType):
            return False
        type_ = _composite(get_named_type(use.parent.fields[use.field].type))
        inner = self.selections(type_, level + 1, max(1, rows // 5))
        alias = "" if key == use.field else f"{key}: "
        item = Selection(f"{alias}{use.field}{use.arguments} ", first.values, inner)
        again = _Use(use.parent, use.field, use.arguments, use.type, inner)
        return made.add(item, Selections(uses={key: [again]}, size=inner.size + 1))

    def inline(self, made: Selections, parent: Composite, level: int, rows: int) -> None:
        type_ = self.pick(self.overlapping(parent))
        condition = f"on {type_.name} " if type_ is not parent or self.chance(50) else ""
        directives, conditions = self.directives()
        inner = self.selections(type_, level, rows)
        made.add(Selection(f"... {condition}{directives} ", conditions, inner), inner)

    def spread(self, made: Selections, parent: Composite, level: int, rows: int) -> None:
        type_ = self.pick(self.overlapping(parent))
        directives, conditions = self.directives()
        known = self.fragments.setdefault(f"{type_.name} {level} {rows}", [])
        if known and self.chance(50):
            fragment = self.pick(known)
            if self.fields + fragment.inner.size > MOST_FIELDS:
                return
            self.fields += fragment.inner.size
        else:
            fragment = Fragment(self.name("F"), type_.name, self.selections(type_, level, rows))
            known.append(fragment)
        item = Selection(f"...{fragment.name}{directives} ", conditions, None, fragment)
        made.add(item, fragment.inner)

    def overlapping(self, parent: Composite) -> list[Composite]:
        """Return the types that a fragment in this type may be on."""
        if parent.name in self.overlaps:
            return self.overlaps[parent.name]
        possible = self.possible(parent)
        found: list[Composite] = [parent]
        self.overlaps[parent.name] = found
        for name in sorted(self.schema.type_map):
            type_ = self.schema.type_map[name]
            if (
                isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
                and not name.startswith("__")
                and possible & self.possible(type_)
            ):
                found.append(type_)
        return found

    def possible(self, type_: Composite) -> set[str]:
        if is_abstract_type(type_):
            return {each.name for each in self.schema.get_possible_types(type_)}
        return {type_.name}

    def directives(self) -> tuple[str, tuple[Any, ...]]:
        if not self.chance(10):
            return "", ()
        names = self.pick((("include",), ("skip",), ("include", "skip")))
        place = _Place(None)
        type_ = GraphQLNonNull(GraphQLBoolean)
        values = tuple(self.argument(type_, place, has_default=False, percent=60) for _ in names)
        pairs = zip(names, values, strict=True)
        return "".join(f" @{name}(if: {_literal(value)})" for name, value in pairs), values

    # arguments of fields

    def arguments(self, field_: GraphQLField, name: str, rows: int) -> tuple[dict[str, Any], int]:
        """Return arguments, and how many rows each item of the field may have below it."""
        given: dict[str, Any] = {}
        for key, each in field_.args.items():
            required = isinstance(each.type, GraphQLNonNull) and each.default_value is Undefined
            if key in _OF_PAGES and "after" in field_.args:
                continue
            if not (required or self.chance(30)):
                continue
            if key == "first":
                given[key], rows = self.size(each, rows)
            else:
                kind = _KIND_OF_NAME.get(key) or _KIND_OF_NAME.get(name)
                has_default = each.default_value not in (Undefined, None)
                given[key] = self.argument(each.type, _Place(kind), has_default=has_default, percent=30)
        if "after" not in field_.args:
            return given, rows
        sizes = (
            ["last" if "last" in field_.args and self.chance(45) else "first"]
            if "first" in field_.args
            else []
        )
        if "last" in field_.args and not self.careful and self.chance(2):
            sizes = self.pick(([], ["first", "last"]))
        for key in sizes:
            given[key], left = self.size(field_.args[key], rows)
            rows = min(rows, left)
        for key in ("after", "before"):
            if key in field_.args and self.chance(20):
                connection = get_named_type(field_.type).name
                given[key] = self.cursor(connection, _sorting(given.get("sortBy")))
        return given, rows

    def size(self, argument: GraphQLArgument, rows: int) -> tuple[Any, int]:
        size = self.number(1, max(1, min(5, rows)))
        if rows >= 200 and self.chance(4):
            size = self.pick((0, -1, 101, 100))
        left = max(1, rows // max(1, size))
        if not self.chance(25):
            return size, left
        ways: tuple[tuple[str, Any, Any], ...] = (
            ("Int!", Undefined, size),
            ("Int!", size, size),
            ("Int!", size, Undefined),
            ("Int", size, Undefined),
            ("Int", size, None),
            ("Int!" if isinstance(argument.type, GraphQLNonNull) else "Int", Undefined, size),
        )
        variable = Variable(self.name("n"), *self.pick(ways))
        self.variables.setdefault(("size", False, None), []).append(variable)
        return variable, left

    def cursor(self, connection: str, sorting: Sorting) -> Any:
        cursors = self.words.cursors.get((connection, sorting), ())
        every = [each for found in self.words.cursors.values() for each in found]
        way = self.number(0, 99)
        if way < 86 and cursors:
            cursor: Any = self.pick(cursors)
        elif way < 93 and every:
            cursor = self.pick(every)
        else:
            cursor = self.pick((*_BAD_CURSORS, None))
        if not self.chance(30):
            return cursor
        variable = Variable(self.name("c"), "String", Undefined, self.pick((cursor, cursor, Undefined)))
        self.variables.setdefault(("cursor", False, None), []).append(variable)
        return variable


def documents(
    schema: GraphQLSchema, words: Words, roots: Sequence[str], *, kind: OperationType = OperationType.QUERY
) -> st.SearchStrategy[Document]:
    """Return valid documents whose operations are of this kind and ask the root for these fields only."""

    @st.composite
    def document(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Document:
        return _document(_Writer(draw, schema, words, roots), kind)

    return document()


def _document(writer: _Writer, kind: OperationType) -> Document:
    root = writer.schema.get_root_type(kind)
    assert root is not None
    operations = [writer.operation(root, kind) for _ in range(writer.pick((1, 1, 1, 1, 1, 2)))]
    names = [f"O{i}" for i in range(len(operations))]
    anonymous = len(operations) == 1 and writer.chance(50)
    fragments: dict[str, Fragment] = {}
    given: dict[str, Any] = {}
    parts = []
    for name, made in zip(names, operations, strict=True):
        used = _variables(made)
        fragments |= {item.fragment.name: item.fragment for item in made.all() if item.fragment}
        given |= {each.name: each.given for each in used if each.given is not Undefined}
        declared = f"({', '.join(each.declaration for each in used)})" if used else ""
        parts.append(f"{kind.value}{'' if anonymous else ' ' + name}{declared} {made.text()}")
    parts += [fragment.text() for fragment in fragments.values()]
    named = len(operations) > 1 or (not anonymous and writer.chance(50))
    return Document("\n".join(parts), given, writer.pick(names) if named else None)


def _variables(made: Selections) -> list[Variable]:
    """Return the variables that are used below, each once."""
    values = (value for item in made.all() for value in item.values)
    return list({id(each): each for value in values for each in _variables_in(value)}.values())


def _variables_in(value: Any) -> Iterable[Variable]:
    if isinstance(value, Variable):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _variables_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _variables_in(each)


def _literal(value: Any) -> str:
    """Write a value as GraphQL does."""
    match value:
        case Variable(name=name):
            return f"${name}"
        case Symbol():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{key}: {_literal(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(_literal(each) for each in value) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _sorting(given: Any) -> Sorting:
    """Return what a `sortBy` says; a direction that it leaves out is empty."""
    value = given.value if isinstance(given, Variable) else given
    if not isinstance(value, dict):
        return None
    parts = [value.get("field"), value.get("direction")]
    parts = [part.value if isinstance(part, Variable) else part for part in parts]
    field_, direction = (part if isinstance(part, str) else "" for part in parts)
    return str(field_), str(direction)


def _composite(type_: GraphQLNamedType) -> Composite:
    assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
    return type_
