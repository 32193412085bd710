"""Documents: parsed, validated and measured once, and kept within a bound."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    Visitor,
    get_operation_ast,
    parse,
    validate,
    visit,
)

from graph.errors import KithError
from schema.costs import Points, points_of
from schema.errors import published
from schema.keeping import Kept
from schema.limits import (
    MOST_TOKENS,
    Cost,
    check,
    check_length,
    check_variables,
    cost_of,
    deciding_variables,
    whole_number,
)
from schema.page_sizes import RULES, check_page_sizes
from schema.plan.select import flag_names

T = TypeVar("T")

MOST_DOCUMENTS = 1_000
MOST_TEXT = 500_000
"""Characters of all documents kept: what is kept of one takes 100 to 300 bytes for each of its characters."""
MOST_REGISTERED = 5_000
MOST_REGISTERED_TEXT = 1_000_000
"""Characters of all registered documents: they have room of their own, whatever else is asked."""
MOST_CHARACTERS_KEPT = 20_000
"""Longer documents are answered, but not kept."""
MOST_MEASURES = 100
"""Combinations of page sizes whose cost is kept for one document."""
MOST_ERRORS = 10
"""Errors of one document, or of one set of variables, that are looked for."""
_SUGGESTION = re.compile(r" Did you mean [^?]*\?")


class Measure(NamedTuple):
    """What an operation asks for with certain page sizes; `refusal` says why that is too much."""

    points: Points
    refusal: list[dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class Prepared:
    """A document as far as it can be known without variables and principal; of a refused one only its errors."""

    text: str
    errors: list[dict[str, Any]] = field(default_factory=list)
    document: DocumentNode | None = None
    cost: Cost = field(default_factory=Cost)
    operations: dict[str | None, OperationDefinitionNode] = field(default_factory=dict)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    deciding: tuple[str, ...] = ()
    """The variables that decide about page sizes, and which of them are given."""
    introspects: bool = False
    measures: dict[tuple[Any, ...], Measure] = field(default_factory=dict)
    digest: str = field(init=False)
    """SHA-256 of the text in hexadecimal."""

    def __post_init__(self) -> None:
        self.digest = digest_of(self.text)


def digest_of(text: str) -> str:
    """Return a document's SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


class Documents:
    """What was prepared, and prepares more."""

    def __init__(self, schema: GraphQLSchema, beside: ThreadPoolExecutor) -> None:
        """`beside` is where documents are prepared: it takes milliseconds, in which the event loop serves others."""
        self._schema = schema
        self._beside = beside
        self._kept: Kept[str, Prepared] = Kept(most=MOST_DOCUMENTS, most_weight=MOST_TEXT)
        self._registered: OrderedDict[str, Prepared | None] = OrderedDict()
        self._registered_text = 0

    def __len__(self) -> int:
        return len(self._kept) + sum(each is not None for each in self._registered.values())

    def __contains__(self, query: str) -> bool:
        """Say whether a document is known; a registered one is before it was ever prepared."""
        return query in self._registered or query in self._kept

    def register(self, query: str) -> None:
        """Give a document room of its own, which only the registered compete for: whoever was not registered again for longest goes."""
        if query in self._registered:
            self._registered.move_to_end(query)
            return
        self._registered[query] = None
        self._registered_text += len(query)
        while len(self._registered) > MOST_REGISTERED or self._registered_text > MOST_REGISTERED_TEXT:
            gone, _ = self._registered.popitem(last=False)
            self._registered_text -= len(gone)

    def known(self, query: str) -> Prepared | None:
        """Return a document that was prepared before."""
        return self._registered.get(query) or self._kept.get(query)

    def is_registered(self, query: str) -> bool:
        """Say whether a document has room of its own."""
        return query in self._registered

    async def prepare(self, query: str) -> Prepared:
        """Parse, validate and measure a document, or find it among those that were."""
        if (found := self.known(query)) is not None:
            return found
        prepared = await asyncio.get_running_loop().run_in_executor(self._beside, self._prepare, query)
        if query in self._registered:
            self._registered[query] = prepared
        elif len(query) <= MOST_CHARACTERS_KEPT:
            self._kept.put(query, prepared, len(query))
        return prepared

    def operation(self, prepared: Prepared, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation that a request names, or the only one; None where there is none."""
        if prepared.document is None:
            return None
        if name not in prepared.operations:
            found = get_operation_ast(prepared.document, name)
            if found is None:
                return None
            prepared.operations[name] = found
        return prepared.operations[name]

    def measure(
        self, prepared: Prepared, operation_name: str | None, variables: Mapping[str, Any]
    ) -> Measure:
        """Return what an operation asks for with these variables, and why it is refused, if it is."""
        operation = self.operation(prepared, operation_name)
        if operation is None or prepared.document is None:
            message = "name one of the document's operations in `operationName`"
            return Measure(Points(1, 1), prepared.errors or published([GraphQLError(message)]))
        too_many = _refused(check_variables, variables)
        if too_many:
            return Measure(Points(1, 1), too_many)
        key = (operation_name, *(_decision(variables, name) for name in prepared.deciding))
        found = prepared.measures.get(key)
        if found is None:
            if len(prepared.measures) > MOST_MEASURES:
                prepared.measures.clear()
            refusal = _refused(check, cost_of(prepared.document, variables)) or (
                _refused(partial(check_page_sizes, self._schema, prepared.document, operation), variables)
            )
            points = points_of(self._schema, prepared.document, operation, variables)
            prepared.measures[key] = found = Measure(points, refusal)
        return found

    def _prepare(self, query: str) -> Prepared:
        try:
            check_length(query)
            document = parse(query, max_tokens=MOST_TOKENS)
            cost = cost_of(document, {})
            check(cost)
        except GraphQLError as error:
            return Prepared(text=query, errors=published([error]))
        except KithError as error:
            return Prepared(text=query, errors=published([GraphQLError(error.message, original_error=error)]))
        errors = validate(self._schema, document, RULES, max_errors=MOST_ERRORS)
        if errors:
            return Prepared(text=query, errors=published(errors))
        definitions = document.definitions
        return Prepared(
            text=query,
            document=document,
            cost=cost,
            fragments={n.name.value: n for n in definitions if isinstance(n, FragmentDefinitionNode)},
            flags=flag_names(document),
            deciding=deciding_variables(document),
            introspects=_introspects(document),
        )


def without_suggestions(errors: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the errors without what they tell about names that the document does not have."""
    return [{**error, "message": _SUGGESTION.sub("", error["message"])} for error in errors]


def _refused(check: Callable[[T], None], given: T) -> list[dict[str, Any]]:
    """Return the errors of what a check refuses."""
    try:
        check(given)
    except KithError as error:
        return published([GraphQLError(error.message, original_error=error)])
    return []


def _decision(variables: Mapping[str, Any], name: str) -> Any:
    """Return what matters of a variable that decides: a number, a list's length, or that it is absent, null or unfit."""
    if name not in variables:
        return "absent"
    value = variables[name]
    if isinstance(value, list):
        return "list", len(value)
    number = whole_number(value)
    return number if number is not None or value is None else "unfit"


def _introspects(document: DocumentNode) -> bool:
    finder = _Introspection()
    visit(document, finder)
    return finder.found


class _Introspection(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if node.name.value in {"__schema", "__type"}:
            self.found = True
