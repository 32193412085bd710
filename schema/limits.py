"""What a document may ask for, counted in one pass over it before anything else is done with it.

Each fragment is counted once and its cost added wherever it is spread, so the pass takes time in proportion to the
document, however often fragments spread each other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    Visitor,
    visit,
)

from graph.errors import KithError

DEEPEST = 12
DEEPEST_INTROSPECTION = 24
MOST_FIELDS = 300
MOST_ALIASES = 100
MOST_REPEATED = 20
"""Uses of one response name in one selection: validation compares each with each."""
MOST_FRAGMENTS = 25
"""Named fragments of a document, for the same reason."""
MOST_ROWS = 10_000
MOST_VALUES = 50_000
MOST_DIRECTIVES = 50
MOST_TOKENS = 1_000
MOST_CHARACTERS = 50_000
"""Of a document, comments and spaces included; texts belong into variables."""
MOST_GIVEN = 10_000
"""Values that the variables of one request may hold, however they are nested."""
MOST_GIVEN_OBJECTS = 2_000
"""Objects among them: reading one costs as much as ten other values."""
MANY_GIVEN = 100
"""More values than this are read beside the event loop, one such request of a principal after the other."""
LONGEST_TEXT = 20_000
"""Characters of a résumé's text that one field answers with."""
PAGE_SIZES = frozenset({"first", "last"})
"""The arguments that say how many things a page has."""
_DECIDING = PAGE_SIZES | {"ids"}
_DIGITS_THAT_MATTER = 9


class Cost(NamedTuple):
    """Levels, fields and aliases after spreading all fragments, rows and values by the product of page sizes, directives.

    `repeated` is how often the most frequent response name stands in one selection, `fragments` how many are named.
    """

    depth: int = 0
    fields: int = 0
    rows: int = 0
    values: int = 0
    directives: int = 0
    aliases: int = 0
    repeated: int = 0
    fragments: int = 0

    def beside(self, other: "Cost") -> "Cost":
        """Return the cost of both in one selection."""
        return Cost(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.rows + other.rows,
            self.values + other.values,
            self.directives + other.directives,
            self.aliases + other.aliases,
            max(self.repeated, other.repeated),
            max(self.fragments, other.fragments),
        )


@dataclass(slots=True)
class _Counter:
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    known: dict[str, Cost | None]

    def of(self, selections: SelectionSetNode | None) -> Cost:
        total = Cost()
        for selection in selections.selections if selections else ():
            match selection:
                case FieldNode():
                    total = total.beside(self._field(selection))
                case InlineFragmentNode():
                    total = total.beside(self.of(selection.selection_set))
                case FragmentSpreadNode():
                    total = total.beside(self.fragment(selection.name.value))
            total = total.beside(Cost(directives=len(selection.directives or ())))
        names = Counter(_response_names(selections))
        return total._replace(repeated=max(total.repeated, *names.values())) if names else total

    def _field(self, field: FieldNode) -> Cost:
        inner = self.of(field.selection_set)
        depth = inner.depth + 1
        if field.name.value in {"__schema", "__type"}:
            depth = max(1, depth - (DEEPEST_INTROSPECTION - DEEPEST))
        rows, values = inner.rows, inner.values + 1
        if (size := page_size(field, self.variables)) is not None:
            rows, values = size * max(1, inner.rows), size * values
        aliases = inner.aliases + (field.alias is not None)
        return Cost(depth, inner.fields + 1, rows, values, inner.directives, aliases, inner.repeated)

    def fragment(self, name: str) -> Cost:
        if name not in self.known:
            self.known[name] = None
            fragment = self.fragments.get(name)
            self.known[name] = self.of(fragment.selection_set) if fragment else Cost()
        return self.known[name] or Cost()


def page_size(field: FieldNode, variables: Mapping[str, Any]) -> int | None:
    """Return the page size that a field asks for, the larger of two; None where it asks for none.

    It is what matters here: 1 where it is no number, and never much more than the most rows.
    """
    arguments = [each for each in field.arguments or () if each.name.value in PAGE_SIZES]
    return max((_asked(each.value, variables) for each in arguments), default=None)


def whole_number(given: Any) -> int | None:
    """Return what a variable gives where a whole number is asked for, as far as it matters here: 5.0 is 5 too."""
    if isinstance(given, float) and given.is_integer():
        return int(max(-1.0, min(given, MOST_ROWS + 1.0)))
    return min(given, MOST_ROWS + 1) if isinstance(given, int) else None


def _asked(value: ValueNode, variables: Mapping[str, Any]) -> int:
    match value:
        case IntValueNode(value=digits):
            return max(1, _page_size(digits))
        case VariableNode(name=name):
            return max(1, whole_number(variables.get(name.value)) or 1)
    return 1


def _response_names(selections: SelectionSetNode | None) -> Iterable[str]:
    for selection in selections.selections if selections else ():
        match selection:
            case FieldNode(alias=alias, name=name):
                yield (alias or name).value
            case InlineFragmentNode():
                yield from _response_names(selection.selection_set)


def cost_of(document: DocumentNode, variables: Mapping[str, Any] | None) -> Cost:
    """Return the highest cost of any operation, or of any fragment (whose depth depends on where it is spread).

    A fragment that spreads itself counts as nothing; validation refuses it afterwards.
    """
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    counter = _Counter(fragments, defaults(operations) | dict(variables or {}), {})
    total = Cost(fragments=len(fragments))
    for name in fragments:
        total = _highest(total, counter.fragment(name)._replace(depth=0))
    for operation in operations:
        total = _highest(total, counter.of(operation.selection_set))
    return total


def deciding_variables(document: DocumentNode) -> tuple[str, ...]:
    """Return the variables that decide how much is asked for: page sizes, and lists of ids."""
    finder = _DecidingVariables()
    visit(document, finder)
    return tuple(sorted(finder.names))


class _DecidingVariables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        if node.name.value in _DECIDING and isinstance(node.value, VariableNode):
            self.names.add(node.value.name.value)


def check(cost: Cost) -> None:
    """Refuse what costs too much.

    Raises:
        KithError: with the limit in its message.
    """
    for value, limit, what in (
        (cost.depth, DEEPEST, "levels deep"),
        (cost.fields, MOST_FIELDS, "fields after spreading its fragments"),
        (cost.rows, MOST_ROWS, "rows by the product of its page sizes"),
        (cost.values, MOST_VALUES, "values by the product of its page sizes"),
        (cost.directives, MOST_DIRECTIVES, "directives"),
        (cost.aliases, MOST_ALIASES, "aliases after spreading its fragments"),
        (cost.repeated, MOST_REPEATED, "uses of one name in one selection"),
        (cost.fragments, MOST_FRAGMENTS, "named fragments"),
    ):
        if value > limit:
            raise KithError(
                "QUERY_TOO_COSTLY", f"the query has more than {limit} {what}; ask for less at once"
            )


def check_length(query: str) -> None:
    """Refuse a document that is too long even to be read.

    Raises:
        KithError: with the limit in its message.
    """
    if len(query) > MOST_CHARACTERS:
        raise KithError(
            "QUERY_TOO_COSTLY",
            f"the query has more than {MOST_CHARACTERS} characters; send texts in variables",
        )


def check_variables(variables: Mapping[str, Any]) -> None:
    """Refuse variables that hold too many values.

    Raises:
        KithError: with the limit in its message.
    """
    values, objects = _given(variables, MOST_GIVEN)
    for number, limit, what in (
        (values, MOST_GIVEN, "values"),
        (objects, MOST_GIVEN_OBJECTS, "objects"),
    ):
        if number > limit:
            message = f"the variables hold more than {limit} {what}; send less at once"
            raise KithError("QUERY_TOO_COSTLY", message)


def holds_many(variables: Mapping[str, Any]) -> bool:
    """Say whether reading these variables takes so long that others would notice."""
    return _given(variables, MANY_GIVEN)[0] > MANY_GIVEN


def _given(variables: Mapping[str, Any], most: int) -> tuple[int, int]:
    """Count the values that variables hold, and the objects among them; once there are more than `most`, not all."""
    values, objects = 0, 0
    unseen: list[Iterable[Any]] = [variables.values()]
    while unseen and values <= most:
        for value in unseen.pop():
            values += 1
            if isinstance(value, dict):
                objects += 1
                unseen.append(value.values())
            elif isinstance(value, list):
                unseen.append(value)
    return values, objects


def defaults(operations: Iterable[OperationDefinitionNode]) -> dict[str, int]:
    """Return the whole numbers that variables have where none is given; of several operations the highest."""
    found: dict[str, int] = {}
    for operation in operations:
        for definition in operation.variable_definitions or ():
            if isinstance(definition.default_value, IntValueNode):
                name = definition.variable.name.value
                found[name] = max(_page_size(definition.default_value.value), found.get(name, 0))
    return found


def _page_size(digits: str) -> int:
    """Read a whole number of any length, as far as it matters here."""
    return min(int(digits), MOST_ROWS + 1) if len(digits) <= _DIGITS_THAT_MATTER else MOST_ROWS + 1


def _highest(one: Cost, other: Cost) -> Cost:
    return Cost(*(max(a, b) for a, b in zip(one, other, strict=True)))
