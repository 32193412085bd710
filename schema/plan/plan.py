"""A plan: an operation compiled once for one kind of principal, run as often as it is asked.

Each root field is one Cypher in the shape of the answer; what resolvers return is completed with one more for each
kind of thing that it refers to.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLResolveInfoHelpers,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    located_error,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path, is_awaitable
from strawberry.types.arguments import convert_arguments

from graph.client import Statement
from graph.composing import by_ids, from_nothing
from graph.errors import KithError
from graph.reading import PageShape
from graph.visibility import Sights
from schema.context import Context
from schema.errors import publish
from schema.origins import LookedUp, Paged
from schema.paging import BoundPage
from schema.permissions import Principal, Redaction, redaction_reason
from schema.plan.leaves import Unfit
from schema.plan.paging import arguments
from schema.plan.roots import Compiled, RootCompiler, volume_of
from schema.plan.select import TYPENAME, Selected, Selector
from schema.plan.values import Unplanned
from schema.references import find
from schema.resolving import ReadField, bounded_ids

LARGE = 5_000
"""Answers of more values are completed beside the event loop, so that nobody else waits for them."""
MOST_STATEMENTS = 64
"""Texts kept for one root field: one for each combination of orders and filters asked for lately."""


@dataclass(slots=True)
class Step:
    """What one read took; for `kith explain`."""

    root: str
    name: str
    text: str
    rows: int | None = None
    seconds: float | None = None


@dataclass(slots=True)
class Answered:
    """A root field's value, the errors in it as they go out, and the fields in it that are masked."""

    value: Any
    errors: list[dict[str, Any]] = field(default_factory=list)
    redactions: list[Redaction] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Run:
    """One execution of a plan."""

    context: Context
    variables: VariableValues
    schema: Any
    document: "Document"
    steps: list[Step] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed and valid document's operation."""

    node: DocumentNode
    operation: OperationDefinitionNode
    fragments: Mapping[str, Any]


class RootPlan:
    """How one root field of an operation is answered."""

    def __init__(self, selected: Selected, compiled: Compiled, schema: Any, sights: Sights) -> None:
        self.selected = selected
        self._sights = sights
        self.compiled = compiled
        self._schema = schema
        self._statements: OrderedDict[tuple[PageShape, ...], list[Statement]] = OrderedDict()
        self._nests_lists = compiled.nests_lists
        self._reasons = [redaction_reason(guard) for _, guard in compiled.masks]

    @property
    def declared(self) -> Any:
        """The declaration of the root field."""
        assert self.selected.definition is not None
        return self.selected.definition.extensions["strawberry-definition"]

    @property
    def has_resolver(self) -> bool:
        """Whether a function of ours gives the field's value."""
        return has_resolver(self.selected)

    def reads(self, steps: Sequence[Step] | None) -> list[Step]:
        """Return those of the steps that were this field's; where none were taken, what they would be."""
        if steps is not None:
            return [step for step in steps if step.root == self.compiled.key]
        shapes = tuple(PageShape(next(iter(s.pattern.sorts)), descending=False) for s in self.compiled.slots)
        return [Step(self.compiled.key, s.name, s.text) for s in self._composed(shapes)]

    async def answer(self, run: Run) -> Answered:
        """Read and complete the field."""
        declared = self.declared
        if isinstance(declared, ReadField):
            value = await self._keys(declared, run) if isinstance(declared.origin_, LookedUp) else None
        else:
            value = await call(self.selected, run, planned=True)
        return await self.completed(value, run)

    async def completed(self, value: Any, run: Run) -> Answered:
        """Complete a value: read what it refers to, and put all together."""
        (answered,) = await self.completed_all([value], run)
        return answered

    async def completed_all(self, values: Sequence[Any], run: Run) -> list[Answered]:
        """Complete several values of the field, with one read of each kind for all of them."""
        compiled = self.compiled
        if not compiled.slots and not compiled.references:
            return [await self._completed(value, (), ()) for value in values]
        try:
            pages = [slot.bind(run.variables, self._convert) for slot in compiled.slots]
        except KithError as error:
            raise Unfit from error
        statements = self._composed(tuple(page.shape for page in pages))
        parameters: dict[str, Any] = dict(run.context.principal.viewer.parameters)
        for number, page in enumerate(pages):
            parameters |= page.parameters(number)
        if compiled.own is not None:
            own = await self._read(statements[0], parameters, run)
            return [await self._completed(own, [], pages)]
        keys: list[list[str]] = [[] for _ in compiled.references]
        for value in values:
            compiled.gather(value, keys)
        found = await self._read_all_by_ids(statements, keys, parameters, run)
        return [await self._completed(value, found, pages) for value in values]

    async def _completed(self, value: Any, found: Sequence[Any], pages: Sequence[BoundPage]) -> Answered:
        if self.compiled.size(pages) > LARGE or (self._nests_lists and volume_of(value) > LARGE):
            return await asyncio.to_thread(self._complete, value, found, pages)
        return self._complete(value, found, pages)

    def _complete(self, value: Any, found: Sequence[Any], pages: Sequence[BoundPage]) -> Answered:
        masked: list[tuple[int, list[str | int]]] = []
        try:
            completed = self.compiled.complete(value, found, pages, masked)
        except Exception as error:
            raise Unfit from error
        redactions = [Redaction(path, self._reasons[number]) for number, path in masked]
        return Answered(completed, redactions=redactions)

    async def _read_all_by_ids(
        self,
        statements: Sequence[Statement],
        keys: Sequence[list[str]],
        parameters: Mapping[str, Any],
        run: Run,
    ) -> list[dict[str, Any]]:
        """Read what each statement is asked for, at the same time; those that are asked for nothing are not run."""
        found: list[dict[str, Any]] = [{} for _ in statements]
        asked = [number for number, ids in enumerate(keys) if ids]
        reads = [self._read_by_ids(statements[number], keys[number], parameters, run) for number in asked]
        answers = [await reads[0]] if len(reads) == 1 else await asyncio.gather(*reads)
        for number, answer in zip(asked, answers, strict=True):
            found[number] = answer
        return found

    async def _read_by_ids(
        self, statement: Statement, ids: list[str], parameters: Mapping[str, Any], run: Run
    ) -> dict[str, Any]:
        wanted = list(dict.fromkeys(ids))
        return dict(await self._read(statement, {**parameters, "ids": wanted}, run))

    async def _read(self, statement: Statement, parameters: Mapping[str, Any], run: Run) -> Any:
        if run.steps is None:
            return await run.context.graph.value(statement, parameters)
        begin = time.perf_counter()
        value = await run.context.graph.value(statement, parameters)
        seconds = time.perf_counter() - begin
        run.steps.append(Step(self.compiled.key, statement.name, statement.text, _count_rows(value), seconds))
        return value

    def _composed(self, shapes: tuple[PageShape, ...]) -> list[Statement]:
        statements = self._statements.get(shapes)
        if statements is None:
            compiled = self.compiled
            if compiled.own is not None:
                name = compiled.slots[0].pattern.name
                statements = [from_nothing(name, compiled.own, shapes, sights=self._sights)]
            else:
                statements = [
                    by_ids(r.anchor, r.row, shapes, sights=self._sights) for r in compiled.references
                ]
            self._statements[shapes] = statements
            if len(self._statements) > MOST_STATEMENTS:
                self._statements.popitem(last=False)
        return statements

    async def _keys(self, declared: ReadField, run: Run) -> list[tuple[int, str] | None]:
        assert isinstance(declared.origin_, LookedUp)
        lookup, selected = declared.origin_, self.selected
        assert selected.definition is not None
        given = arguments(declared, selected.definition, selected.nodes[0], run.variables, self._convert)
        if "by" in given:
            (id_,) = await find(run.context.loaders, [given["by"]])
            return [None if id_ is None else (0, id_)]
        numbers = {
            kind: number
            for number, (kind, (_, guard)) in enumerate(lookup.kinds.items())
            if guard is None or run.context.principal.may(guard)
        }
        keys: list[tuple[int, str] | None] = []
        for id_ in bounded_ids(given["ids"]) if "ids" in given else [given["id"]]:
            found = lookup.kind_of(id_)
            number = numbers.get(found[0]) if found else None
            keys.append((number, found[1]) if found and number is not None else None)
        return keys

    def _convert(self, declared: ReadField, values: Mapping[str, Any]) -> Mapping[str, Any]:
        converter = self._schema.schema_converter
        return convert_arguments(
            dict(values),
            declared.arguments,
            scalar_registry=converter.scalar_registry,
            config=converter.config,
        )


class Plan:
    """A compiled operation."""

    def __init__(self, roots: Sequence[RootPlan | str], root_type: GraphQLObjectType) -> None:
        self.roots = roots
        """The root fields in the answer's order; of `__typename` only its key."""
        self._root_type = root_type

    async def run(self, run: Run, returned: dict[str, Any]) -> Answered:
        """Answer the operation.

        `returned` gets what the resolvers of mutations returned: they must not work twice where graphql-core finishes.

        Raises:
            Unfit: graphql-core has to answer.
        """
        serial = run.document.operation.operation is OperationType.MUTATION
        planned = [root for root in self.roots if isinstance(root, RootPlan)]
        answers: list[Answered] = []
        if serial:
            for root in planned:
                answers.append(await self._mutated(root, run, returned))
                if answers[-1].value is None and is_required(root.selected):
                    break
        elif len(planned) == 1:
            answers = [await self._answered(planned[0], run)]
        else:
            answers = await asyncio.gather(*(self._answered(root, run) for root in planned))
        return self._joined(planned, answers, serial=serial)

    def _joined(self, planned: Sequence[RootPlan], answers: Sequence[Answered], *, serial: bool) -> Answered:
        errors = [error for answered in answers for error in answered.errors]
        redactions = [redaction for answered in answers for redaction in answered.redactions]
        found: dict[str, Any] = {}
        for root, answered in zip(planned, answers, strict=False):
            if answered.value is None and is_required(root.selected):
                if not serial and len(planned) > 1:
                    raise Unfit
                return Answered(None, errors)
            found[root.selected.key] = answered.value
        data = {
            root if isinstance(root, str) else root.selected.key: self._root_type.name
            if isinstance(root, str)
            else found[root.selected.key]
            for root in self.roots
        }
        return Answered(data, errors, redactions)

    async def _answered(self, root: RootPlan, run: Run) -> Answered:
        try:
            return await root.answer(run)
        except (Unfit, Unplanned, GraphQLError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a resolver raises is this field's error
            return _failed(root, error)

    async def _mutated(self, root: RootPlan, run: Run, returned: dict[str, Any]) -> Answered:
        try:
            value = await call(root.selected, run)
        except Exception as error:  # noqa: BLE001 - whatever a resolver raises is this field's error
            return _failed(root, error)
        returned[root.selected.key] = value
        try:
            return await root.completed(value, run)
        except KithError as error:
            raise Unfit from error


def compile_plan(
    schema: GraphQLSchema,
    strawberry_schema: Any,
    document: Document,
    principal: Principal,
    flags: Mapping[str, bool],
) -> Plan:
    """Compile an operation for all principals with these rights, and these values of the directives' variables.

    Raises:
        Unplanned: graphql-core has to execute it; the error says why.
    """
    selector = Selector(schema, document.node, flags)
    root_type = _root_type(schema, document.operation.operation)
    roots: list[RootPlan | str] = []
    for selected in selector.fields(root_type, [document.operation.selection_set]):
        if selected.name == TYPENAME:
            roots.append(selected.key)
            continue
        if selected.definition is None:
            raise Unplanned(f"{selected.name} is introspection")
        compiler = RootCompiler(selector, schema.type_map, principal)
        compiled = _compiled(compiler, selected, principal)
        roots.append(RootPlan(selected, compiled, strawberry_schema, principal.viewer.sights))
    return Plan(roots, root_type)


def _compiled(compiler: RootCompiler, selected: Selected, principal: Principal) -> Compiled:
    assert selected.definition is not None
    declared = selected.definition.extensions["strawberry-definition"]
    if not isinstance(declared, ReadField):
        return compiler.called(selected)
    if declared.guard is not None and not principal.may(declared.guard):
        raise Unplanned(f"{selected.name} is not for this principal")
    match declared.origin_:
        case LookedUp() as lookup:
            return compiler.looked_up(selected, lookup)
        case Paged():
            return compiler.paged(selected)
    raise Unplanned(f"{selected.name} at the root")


async def call(selected: Selected, run: Run, *, planned: bool = False) -> Any:
    """Have a root field's resolver do its work and return what it returns; `planned` tells it that a plan completes that."""
    definition, node = selected.definition, selected.nodes[0]
    assert definition is not None
    parent = _root_type(run.schema, run.document.operation.operation)
    info = GraphQLResolveInfo(
        field_name=node.name.value,
        field_nodes=list(selected.nodes),
        return_type=definition.type,
        parent_type=parent,
        path=Path(None, selected.key, parent.name),
        schema=run.schema,
        fragments=dict(run.document.fragments),
        root_value=None,
        operation=run.document.operation,
        variable_values=run.variables,
        context=replace(run.context, planned=True) if planned else run.context,
        is_awaitable=is_awaitable,
        abort_signal=None,
        async_helpers=GraphQLResolveInfoHelpers(_gather, _track),
    )
    values = get_argument_values(definition, node, run.variables)
    result = definition.resolve(None, info, **values)  # type: ignore[misc]
    return await result if asyncio.iscoroutine(result) else result


async def _gather(values: Sequence[Awaitable[Any]]) -> list[Any]:
    return list(await asyncio.gather(*values))


def _track(_: Sequence[Any]) -> None:
    """Do nothing: resolvers here wait for what they start."""


def has_resolver(selected: Selected) -> bool:
    """Say whether a root field is resolved by a function of ours, not by its declaration or by graphql-core."""
    if selected.definition is None:
        return False
    return not isinstance(selected.definition.extensions["strawberry-definition"], ReadField)


def is_required(selected: Selected) -> bool:
    """Say whether a field cannot be null."""
    definition = selected.definition
    return definition is not None and isinstance(definition.type, GraphQLNonNull)


def _failed(root: RootPlan, error: Exception) -> Answered:
    located = located_error(error, list(root.selected.nodes), [root.selected.key])
    publish([located])
    return Answered(None, [located.formatted])  # type: ignore[list-item]


def _root_type(schema: GraphQLSchema, operation: OperationType) -> GraphQLObjectType:
    found = schema.get_root_type(operation)
    assert found is not None
    return found


def _count_rows(value: Any) -> int:
    return sum(_count_rows(item) for item in value) + 1 if isinstance(value, list) else 0
