"""What an operation asks of an object: its fields in the answer's order, fragments spread and directives decided.

In: `{ ...F title @skip(if: $brief) a: id } fragment F on Job { id title }` on `Job` with `brief` true.
Out: `id` (id), `title` (title, from the fragment), `a` (id).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    is_abstract_type,
    visit,
)
from graphql.language import DirectiveNode

TYPENAME = "__typename"


@dataclass(frozen=True, slots=True)
class Selected:
    """A field of the answer: all nodes that ask for it under one key."""

    key: str
    nodes: tuple[FieldNode, ...]
    definition: GraphQLField | None
    """None for `__typename`."""

    @property
    def name(self) -> str:
        """The field's name in its type."""
        return self.nodes[0].name.value

    @property
    def below(self) -> tuple[SelectionSetNode, ...]:
        """What is asked of the field's value."""
        return tuple(node.selection_set for node in self.nodes if node.selection_set)


class Selector:
    """Collects fields as the GraphQL specification does (6.3.2), for given values of the directives' variables."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, flags: Mapping[str, bool]) -> None:
        self._schema = schema
        self._flags = flags
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def fields(self, type_: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> list[Selected]:
        """Return the fields that the selection sets ask of an object of the type."""
        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for selections in sets:
            self._collect(type_, selections.selections, found, spread)
        return [
            Selected(
                key,
                tuple(nodes),
                None if nodes[0].name.value == TYPENAME else type_.fields.get(nodes[0].name.value),
            )
            for key, nodes in found.items()
        ]

    def _collect(
        self,
        type_: GraphQLObjectType,
        selections: Iterable[SelectionNode],
        found: dict[str, list[FieldNode]],
        spread: set[str],
    ) -> None:
        for node in selections:
            if not self._included(node):
                continue
            match node:
                case FieldNode():
                    found.setdefault((node.alias or node.name).value, []).append(node)
                case InlineFragmentNode():
                    condition = node.type_condition
                    if condition is None or self._applies(condition.name.value, type_):
                        self._collect(type_, node.selection_set.selections, found, spread)
                case FragmentSpreadNode(name=name) if name.value not in spread:
                    spread.add(name.value)
                    fragment = self._fragments[name.value]
                    if self._applies(fragment.type_condition.name.value, type_):
                        self._collect(type_, fragment.selection_set.selections, found, spread)

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        wanted = self._schema.type_map[condition]
        return wanted is type_ or (is_abstract_type(wanted) and self._schema.is_sub_type(wanted, type_))

    def _included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value == "skip" and self._flag(directive):
                return False
            if directive.name.value == "include" and not self._flag(directive):
                return False
        return True

    def _flag(self, directive: DirectiveNode) -> bool:
        (condition,) = directive.arguments or ()
        match condition.value:
            case BooleanValueNode(value=value):
                return value
            case VariableNode(name=name):
                return self._flags[name.value]
        raise AssertionError("validation lets only booleans through")


class _FlagFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        if node.name.value in {"skip", "include"}:
            self.names |= {
                a.value.name.value for a in node.arguments or () if isinstance(a.value, VariableNode)
            }


def flag_names(document: DocumentNode) -> tuple[str, ...]:
    """Return the variables that decide about `@skip` and `@include`, in order of their names."""
    finder = _FlagFinder()
    visit(document, finder)
    return tuple(sorted(finder.names))
