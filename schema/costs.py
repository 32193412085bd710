"""What an operation costs, in points: about as many as its answer has objects.

    operation             1
    object                1 each, those of connections, edges and `pageInfo` included; leaves cost nothing
    page                  `edges` and `nodes` hold as many objects as `first` or `last` says
    `nodes(ids:)`         as many objects as there are ids
    other lists           5 objects
    mutation              10 more for each field at its root
    search                10 more for each `talentSearch`, `savedSearchResults`, `matchCandidates`, `matchJobs`, `similarCandidates`, `explainMatch` and
                          `referralPaths`
    introspection         1,000 for each `__schema` and `__type`

What is *requested* follows from the document and its variables alone, whatever is skipped or masked. The *actual* cost has the objects
that were answered instead of those that could have been; it is never higher than what was requested.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
)

from schema.limits import defaults, page_size

LIST_LENGTH = 5
MUTATION = 10
SEARCH = 10
SEARCHES = frozenset(
    {
        "talentSearch",
        "savedSearchResults",
        "explainMatch",
        "matchCandidates",
        "matchJobs",
        "similarCandidates",
        "referralPaths",
    }
)
INTROSPECTION = 1_000
_INTROSPECTING = frozenset({"__schema", "__type"})
_OF_A_PAGE = frozenset({"edges", "nodes"})
_IDS = "ids"


class Points(NamedTuple):
    """What an operation costs at most, and the part of it that does not depend on the answer."""

    requested: int
    fixed: int

    def actual(self, data: bytes) -> int:
        """Return the cost of an answer, whose objects are counted by their braces; braces in texts count too."""
        return min(self.requested, self.fixed + data.count(b"{"))


def points_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> Points:
    """Return what an operation of a valid document costs."""
    root = schema.get_root_type(operation.operation)
    assert root is not None
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    pricing = _Pricing(schema, fragments, defaults([operation]) | dict(variables))
    objects = 1 + pricing.of(operation.selection_set, root, None)
    fixed = pricing.fixed(operation.selection_set, mutates=operation.operation is OperationType.MUTATION)
    return Points(objects + fixed, fixed)


class _Pricing:
    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._objects: dict[tuple[str, int | None], int] = {}
        self._fixed: dict[str, int] = {}

    def of(self, selections: SelectionSetNode | None, parent: GraphQLNamedType, page: int | None) -> int:
        """Return how many objects a selection on one `parent` asks for; `page` is the size where it is a connection."""
        total = 0
        for selection in selections.selections if selections else ():
            match selection:
                case FieldNode():
                    total += self._field(selection, parent, page)
                case InlineFragmentNode(type_condition=condition):
                    inner = self._type(condition.name.value) if condition else parent
                    total += self.of(selection.selection_set, inner, page)
                case FragmentSpreadNode():
                    total += self._fragment(selection.name.value, page)
        return total

    def fixed(self, selections: SelectionSetNode | None, *, mutates: bool) -> int:
        """Return what the fields at the root cost besides their objects."""
        total = 0
        for selection in selections.selections if selections else ():
            match selection:
                case FieldNode(name=name):
                    total += MUTATION if mutates else 0
                    total += SEARCH if name.value in SEARCHES else 0
                    total += INTROSPECTION if name.value in _INTROSPECTING else 0
                case InlineFragmentNode():
                    total += self.fixed(selection.selection_set, mutates=mutates)
                case FragmentSpreadNode(name=name):
                    if name.value not in self._fixed:
                        spread = self._fragments[name.value].selection_set
                        self._fixed[name.value] = self.fixed(spread, mutates=mutates)
                    total += self._fixed[name.value]
        return total

    def _fragment(self, name: str, page: int | None) -> int:
        if (name, page) not in self._objects:
            fragment = self._fragments[name]
            on = self._type(fragment.type_condition.name.value)
            self._objects[name, page] = self.of(fragment.selection_set, on, page)
        return self._objects[name, page]

    def _type(self, name: str) -> GraphQLNamedType:
        found = self._schema.get_type(name)
        assert found is not None
        return found

    def _field(self, field: FieldNode, parent: GraphQLNamedType, page: int | None) -> int:
        name = field.name.value
        definition = None if name.startswith("__") else parent.fields[name]  # type: ignore[attr-defined]
        if definition is None or not is_composite_type(named := get_named_type(definition.type)):
            return 0
        given = {argument.name.value: argument.value for argument in field.arguments or ()}
        one = 1 + self.of(field.selection_set, named, page_size(field, self._variables))
        type_ = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
        if not is_list_type(type_):
            return one
        if page is not None and name in _OF_A_PAGE:
            return one * page
        return one * (self._length(given[_IDS]) if _IDS in given else LIST_LENGTH)

    def _length(self, value: Any) -> int:
        match value:
            case ListValueNode(values=values):
                return len(values)
            case VariableNode(name=name):
                given = self._variables.get(name.value)
                return len(given) if isinstance(given, list) else 1
        return 1
