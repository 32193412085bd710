"""Exactly one of `first` and `last`: which of them a field is given is checked before anything is read.

What the document says by itself is checked once, as it is validated; what its variables decide, with each request.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    NonNullTypeNode,
    NullValueNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    ValidationRule,
    VariableNode,
    Visitor,
    specified_rules,
    visit,
)

from graph.errors import InvalidInput
from schema.limits import PAGE_SIZES
from schema.paging import check_one_size


class OnePageSize(ValidationRule):
    """Refuses fields that have both page sizes, or none, whatever the variables are."""

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Check one field."""
        error = _error(self.context.get_field_def(), node, lambda _: None)
        if error is not None:
            self.report_error(GraphQLError(error.message, node, original_error=error))


RULES = (*specified_rules, OnePageSize)
"""What makes a document valid."""


def check_page_sizes(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> None:
    """Refuse an operation of a valid document whose variables give a field both page sizes, or none.

    Raises:
        InvalidInput: they do, skipped fields included.
    """
    given = _given(operation, variables)
    info = TypeInfo(schema)
    for definition in _reached(document, operation):
        visit(definition, TypeInfoVisitor(info, _OfRequest(info, given)))


class _OfRequest(Visitor):
    def __init__(self, info: TypeInfo, given: frozenset[str]) -> None:
        super().__init__()
        self._info = info
        self._given = given

    def enter_field(self, node: FieldNode, *_: object) -> None:
        error = _error(self._info.get_field_def(), node, self._given.__contains__)
        if error is not None:
            raise error


def _error(
    definition: GraphQLField | None, node: FieldNode, given: Callable[[str], bool | None]
) -> InvalidInput | None:
    """Return what is wrong with a field; `given` says whether a variable has a value, None where that is not known."""
    if definition is None or not definition.args.keys() >= PAGE_SIZES:
        return None
    found: dict[str, bool | None] = {}
    for argument in node.arguments or ():
        if argument.name.value in PAGE_SIZES:
            value = argument.value
            known = given(value.name.value) if isinstance(value, VariableNode) else True
            found[argument.name.value] = known and not isinstance(value, NullValueNode)
    first, last = found.get("first", False), found.get("last", False)
    if None in {first, last} and not (first or last):
        return None
    try:
        check_one_size(first=bool(first), last=bool(last), of=node.name.value)
    except InvalidInput as error:
        return error
    return None


def _given(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> frozenset[str]:
    """Return the variables that have a value; those that must have one are judged elsewhere."""
    found = {name for name, value in variables.items() if value is not None}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        has_default = definition.default_value and not isinstance(definition.default_value, NullValueNode)
        if isinstance(definition.type, NonNullTypeNode) or (has_default and name not in variables):
            found.add(name)
    return frozenset(found)


def _reached(
    document: DocumentNode, operation: OperationDefinitionNode
) -> Iterable[OperationDefinitionNode | FragmentDefinitionNode]:
    """Yield the operation and each fragment that it spreads, once."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    waiting: list[OperationDefinitionNode | FragmentDefinitionNode] = [operation]
    while waiting:
        definition = waiting.pop()
        yield definition
        spreads = _Spreads()
        visit(definition, spreads)
        waiting += [fragments.pop(name) for name in spreads.names if name in fragments]


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names[node.name.value] = None
