"""The pages of an operation: each connection's arguments, bound anew for each request.

In: `applications(first: $n, where: {status: {eq: ACTIVE}})` and `{"n": 2}`.
Out: a `BoundPage` of two with the condition `… = @value` in its shape and `ACTIVE` among its values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField
from graphql.execution.values import VariableValues, get_argument_values

from graph.reading import Pattern
from schema.paging import BoundPage, bind_page
from schema.resolving import ReadField

Converter = Callable[[ReadField, Mapping[str, Any]], Mapping[str, Any]]
"""Makes Python values of a field's coerced arguments."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A connection of the operation, before its arguments have values."""

    field: ReadField
    definition: GraphQLField
    node: FieldNode
    pattern: Pattern

    def bind(self, variables: VariableValues, convert: Converter) -> BoundPage:
        """Return the page that the arguments ask for.

        Raises:
            InvalidInput: an argument is out of bounds.
            GraphQLError: an argument is not of its type.
        """
        return bind_page(self.pattern, arguments(self.field, self.definition, self.node, variables, convert))


def arguments(
    field: ReadField, definition: GraphQLField, node: FieldNode, variables: VariableValues, convert: Converter
) -> Mapping[str, Any]:
    """Return a field's arguments as Python values."""
    return convert(field, get_argument_values(definition, node, variables))
