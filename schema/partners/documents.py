"""What is computed of a partner's document once, when it is submitted."""

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_composite_type,
    parse,
    validate,
    visit,
)

from graph.errors import Code, InvalidInput, KithError
from graph.partners import NewDocument
from schema.documents import digest_of
from schema.limits import MOST_TOKENS, check, cost_of, deciding_variables
from schema.node import Kind
from schema.origins import LookedUp
from schema.page_sizes import RULES
from schema.partners.personal import is_personal
from schema.permissions import Permission, Requires
from schema.resolving import ReadField

LONGEST_DOCUMENT = 20_000
"""Longest text of a document, in characters; so long it is kept prepared."""
FULL_PAGE = 100
"""The page size that is counted where a variable decides."""


def read_document(schema: GraphQLSchema, text: str, *, field: str) -> NewDocument:
    """Parse, validate and measure a document.

    Raises:
        InvalidInput: it is too long, invalid, beyond the limits, or has not exactly one operation with a name.
    """
    if len(text) > LONGEST_DOCUMENT:
        message = f"a document has at most {LONGEST_DOCUMENT} characters"
        raise InvalidInput(Code.TOO_LONG, message, field=field)
    try:
        document = parse(text, max_tokens=MOST_TOKENS)
        cost = cost_of(document, dict.fromkeys(deciding_variables(document), FULL_PAGE))
        check(cost)
    except (GraphQLError, KithError) as error:
        raise InvalidInput(Code.MALFORMED, error.message, field=field) from None
    errors = validate(schema, document, RULES)
    if errors:
        raise InvalidInput(Code.MALFORMED, errors[0].message, field=field)
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].name is None:
        message = "a document has exactly one operation, with a name"
        raise InvalidInput(Code.MALFORMED, message, field=field)
    reach = _reach(schema, document)
    return NewDocument(
        hash=digest_of(text),
        text=text,
        operation_name=operations[0].name.value,
        operation_kind=operations[0].operation.value,
        permissions=sorted(reach.permissions),
        depth=cost.depth,
        fields=cost.fields,
        rows=cost.rows,
        values=cost.values,
        personal_data=sorted(reach.personal),
    )


def _reach(schema: GraphQLSchema, document: DocumentNode) -> "_Reach":
    info = TypeInfo(schema)
    reach = _Reach(info)
    visit(document, TypeInfoVisitor(info, reach))
    return reach


class _Reach(Visitor):
    """Collects what the fields of a document ask for and tell of people."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self._by_type = _permissions_by_type()
        self.permissions: set[Permission] = set()
        self.personal: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        definition, parent = self._info.get_field_def(), self._info.get_parent_type()
        if definition is None or parent is None:
            return
        declared = definition.extensions.get("strawberry-definition")
        for extension in declared.extensions if declared else ():
            if isinstance(extension, Requires):
                self.permissions.add(extension.permission)
        if isinstance(declared, ReadField) and isinstance(declared.origin_, LookedUp):
            kinds = declared.origin_.kinds.values()
            self.permissions.update(guard for _, guard in kinds if guard and len(kinds) == 1)
        leads_on = is_composite_type(get_named_type(definition.type))
        if is_personal(parent.name, node.name.value, leads_on=leads_on):
            self.personal.add(f"{parent.name}.{node.name.value}")

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> None:
        self._enter_type()

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        self._enter_type()

    def _enter_type(self) -> None:
        type_ = get_named_type(self._info.get_type())
        guard = self._by_type.get(type_.name) if type_ else None
        if guard is not None:
            self.permissions.add(guard)


def _permissions_by_type() -> dict[str, Permission]:
    """Return what finding an object of a type by its id asks for."""
    from schema.nodes import KINDS  # noqa: PLC0415 - it knows all types, and among them those of this package

    found = {Kind.PERSON: ("Candidate", "Colleague")}
    return {name: guard for kind, (_, guard) in KINDS.items() for name in found.get(kind, (str(kind),))}
