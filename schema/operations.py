"""Every operation's way: parsed, validated and limited once, planned where the planner covers it, answered as bytes."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    MiddlewareManager,
    OperationDefinitionNode,
    OperationType,
    execute,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from graph.errors import KithError
from schema.context import Context
from schema.errors import publish
from schema.limits import MOST_TOKENS, Cost, check, cost_of, page_variables
from schema.permissions import Principal
from schema.plan.explain import explained
from schema.plan.leaves import Unfit
from schema.plan.plan import Document, Plan, Run, call, compile_plan, has_resolver, is_required
from schema.plan.select import Selector, flag_names
from schema.plan.values import Unplanned

MOST_DOCUMENTS = 1_000
MOST_CHARACTERS = 20_000
"""Longer documents are answered, but not kept."""
MOST_PLANS = 2_000
MOST_COSTS = 100
"""Combinations of page sizes whose cost is kept for one document."""
NO_VARIABLES = VariableValues({}, {})
JUDGES = 8
"""Operations that graphql-core executes at once; others wait."""
LONG = 2_000
"""Documents of more characters are parsed and validated beside the event loop."""
WIDE = 50
"""Operations of more fields are compiled beside the event loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sends."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None


@dataclass(slots=True, kw_only=True)
class Prepared:
    """A document as far as it can be known without variables and principal."""

    text: str
    document: DocumentNode | None
    errors: list[GraphQLError]
    operations: dict[str | None, OperationDefinitionNode] = field(default_factory=dict)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    page_variables: tuple[str, ...] = ()
    costs: dict[tuple[Any, ...], Cost] = field(default_factory=dict)


class Operations:
    """Answers requests; keeps what it has prepared and compiled, within bounds."""

    def __init__(self, schema: Any, *, planned: bool = True) -> None:
        self._strawberry = schema
        self._schema: Any = schema._schema  # noqa: SLF001 - Strawberry has no other way to the executable schema
        self._planned = planned
        self._documents: OrderedDict[str, Prepared] = OrderedDict()
        self._plans: OrderedDict[tuple[Any, ...], Plan | str] = OrderedDict()
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="prepare")
        self._judges = ThreadPoolExecutor(max_workers=JUDGES, thread_name_prefix="judge")

    @property
    def executable(self) -> GraphQLSchema:
        """The schema as graphql-core sees it."""
        executable: GraphQLSchema = self._schema
        return executable

    def close(self) -> None:
        """End the threads."""
        self._beside.shutdown(wait=False, cancel_futures=True)
        self._judges.shutdown(wait=False, cancel_futures=True)

    def kept(self) -> tuple[int, int]:
        """Return how many documents and plans are kept."""
        return len(self._documents), len(self._plans)

    async def prepare(self, query: str) -> Prepared:
        """Parse, validate and measure a document, or find it among those that were."""
        found = self._documents.get(query)
        if found is not None:
            self._documents.move_to_end(query)
            return found
        if len(query) > LONG:
            prepared = await asyncio.get_running_loop().run_in_executor(self._beside, self._prepare, query)
        else:
            prepared = self._prepare(query)
        if len(query) <= MOST_CHARACTERS:
            self._documents[query] = prepared
            if len(self._documents) > MOST_DOCUMENTS:
                self._documents.popitem(last=False)
        return prepared

    def _prepare(self, query: str) -> Prepared:
        try:
            document = parse(query, max_tokens=MOST_TOKENS)
        except GraphQLError as error:
            return Prepared(text=query, document=None, errors=[error])
        prepared = Prepared(text=query, document=document, errors=[])
        try:
            prepared.costs[()] = cost = cost_of(document, {})
            check(cost)
        except KithError as error:
            prepared.errors = [GraphQLError(error.message, original_error=error)]
            return prepared
        prepared.errors = validate(self._schema, document, specified_rules)
        if not prepared.errors:
            prepared.fragments = {
                n.name.value: n for n in document.definitions if isinstance(n, FragmentDefinitionNode)
            }
            prepared.flags = flag_names(document)
            prepared.page_variables = page_variables(document)
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

    async def answer(self, request: Request, context: Context) -> bytes:
        """Answer a query or a mutation: JSON with `data` and `errors`."""
        prepared = await self.prepare(request.query)
        refusal = self._refusal(prepared, request)
        if refusal is not None:
            return encoded(None, refusal)
        if await self.kind(request) is OperationType.SUBSCRIPTION:
            raise ValueError("a subscription is followed, not answered")
        returned: dict[str, Any] = {}
        try:
            plan, run = await self._plan(prepared, request, context)
            data, errors = await plan.run(run, returned)
        except (Unfit, Unplanned, GraphQLError):
            return await self._judge(prepared, request, context, returned)
        return encoded(data, errors) if errors else encoded_data(data)

    async def kind(self, request: Request) -> OperationType | None:
        """Return whether a request reads, writes or subscribes; None where it is no valid request."""
        prepared = await self.prepare(request.query)
        operation = self.operation(prepared, request.operation_name)
        return operation.operation if operation and not prepared.errors else None

    async def frames(self, request: Request, context: Context, values: Sequence[Any]) -> list[bytes]:
        """Answer a subscription for each of the values that its source gave; all are read together."""
        prepared = await self.prepare(request.query)
        context = context.renewed()
        key = ""
        try:
            plan, run = await self._plan(prepared, request, context)
            (root,) = plan.roots
            if isinstance(root, str):
                raise Unplanned("a subscription has a field")
            key = root.selected.key
            answers = await root.completed_all(values, run)
        except (Unfit, Unplanned, GraphQLError):
            key = key or self._root_key(prepared, request)
            return [await self._judge(prepared, request, context, {key: value}) for value in values]
        return [encoded({key: answered.value}, answered.errors) for answered in answers]

    def _root_key(self, prepared: Prepared, request: Request) -> str:
        operation = self.operation(prepared, request.operation_name)
        assert prepared.document is not None and operation is not None  # noqa: PT018 - refused otherwise
        root_type = self._schema.get_root_type(operation.operation)
        (selected,) = Selector(self._schema, prepared.document, {}).fields(
            root_type, [operation.selection_set]
        )
        return selected.key

    async def planned(self, request: Request, context: Context) -> bool:
        """Say whether the request is answered by a plan."""
        prepared = await self.prepare(request.query)
        if self._refusal(prepared, request) is not None:
            return False
        try:
            plan, run = await self._plan(prepared, request, context)
            await plan.run(run, {})
        except (Unfit, Unplanned, GraphQLError):
            return False
        return True

    async def explain(self, request: Request, context: Context) -> str:
        """Describe how a request is answered; queries are run for it."""
        prepared = await self.prepare(request.query)
        refusal = self._refusal(prepared, request)
        if refusal is not None:
            return f"refused: {refusal[0]['message']}"
        try:
            plan, run = await self._plan(prepared, request, context)
            if await self.kind(request) is not OperationType.QUERY:
                return explained(plan, None)
            run.steps = []
            await plan.run(run, {})
        except Unfit as error:
            return f"falls back to graphql-core: what was read does not fit ({error.__cause__!r})"
        except (Unplanned, GraphQLError) as error:
            return f"falls back to graphql-core: {error}"
        return explained(plan, run.steps)

    def _refusal(self, prepared: Prepared, request: Request) -> list[dict[str, Any]] | None:
        errors = prepared.errors
        if not errors and self.operation(prepared, request.operation_name) is None:
            errors = [GraphQLError("name one of the document's operations in `operationName`")]
        if not errors and prepared.page_variables and prepared.document is not None:
            variables = request.variables or {}
            key = tuple(repr(variables.get(name)) for name in prepared.page_variables)
            try:
                if key not in prepared.costs:
                    if len(prepared.costs) > MOST_COSTS:
                        prepared.costs.clear()
                    prepared.costs[key] = cost_of(prepared.document, variables)
                check(prepared.costs[key])
            except KithError as error:
                errors = [GraphQLError(error.message, original_error=error)]
        return published(errors) if errors else None

    async def _plan(self, prepared: Prepared, request: Request, context: Context) -> tuple[Plan, Run]:
        operation = self.operation(prepared, request.operation_name)
        if not self._planned or operation is None or prepared.document is None:
            raise Unplanned("the planner is not in charge")
        variables = self._variables(operation, request)
        if variables is None:
            raise Unplanned("the variables are not as declared")
        flags = {name: bool(variables.coerced.get(name)) for name in prepared.flags}
        if any(variables.coerced.get(name, False) is None for name in prepared.flags):
            raise Unplanned("a variable of @skip or @include is null")
        key = (prepared.text, request.operation_name, context.principal.rights, *flags.values())
        plan = self._plans.get(key)
        document = Document(node=prepared.document, operation=operation, fragments=prepared.fragments)
        if plan is None:
            if prepared.costs[()].fields > WIDE:
                plan = await asyncio.get_running_loop().run_in_executor(
                    self._beside, self._compile, document, context.principal, flags
                )
            else:
                plan = self._compile(document, context.principal, flags)
            if len(prepared.text) <= MOST_CHARACTERS:
                self._plans[key] = plan
                if len(self._plans) > MOST_PLANS:
                    self._plans.popitem(last=False)
        else:
            self._plans.move_to_end(key)
        if isinstance(plan, str):
            raise Unplanned(plan)
        return plan, Run(context=context, variables=variables, schema=self._schema, document=document)

    def _compile(self, document: Document, principal: Principal, flags: Mapping[str, bool]) -> Plan | str:
        try:
            return compile_plan(self._schema, self._strawberry, document, principal, flags)
        except Unplanned as error:
            return str(error)

    async def _judge(
        self, prepared: Prepared, request: Request, context: Context, returned: Mapping[str, Any]
    ) -> bytes:
        """Have graphql-core execute the operation; fields in `returned` have been resolved already.

        Resolvers at the root do their work here. The walk through the answer, which can take long, goes on in a thread,
        so that nobody else waits for it.
        """
        resolved = dict(returned)
        await self._resolve(prepared, request, context, resolved)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._judges, self._execute, prepared, request, context.elsewhere(loop), resolved
        )

    async def _resolve(
        self, prepared: Prepared, request: Request, context: Context, resolved: dict[str, Any]
    ) -> None:
        operation = self.operation(prepared, request.operation_name)
        assert prepared.document is not None
        assert operation is not None
        variables = self._variables(operation, request)
        if variables is None:
            return
        document = Document(node=prepared.document, operation=operation, fragments=prepared.fragments)
        run = Run(context=context, variables=variables, schema=self._schema, document=document)
        flags = {name: bool(variables.coerced.get(name)) for name in prepared.flags}
        root_type = self._schema.get_root_type(operation.operation)
        for selected in Selector(self._schema, prepared.document, flags).fields(
            root_type, [operation.selection_set]
        ):
            if selected.key in resolved or not has_resolver(selected):
                continue
            try:
                resolved[selected.key] = await call(selected, run)
            except Exception as error:  # noqa: BLE001 - whatever a resolver raises is this field's error
                resolved[selected.key] = _Raised(error)
                if operation.operation is OperationType.MUTATION and is_required(selected):
                    return

    def _execute(
        self, prepared: Prepared, request: Request, context: Context, resolved: Mapping[str, Any]
    ) -> bytes:
        document = prepared.document
        assert document is not None

        async def execution() -> ExecutionResult:
            result = execute(
                self._schema,
                document,
                context_value=context,
                variable_values=dict(request.variables or {}),
                operation_name=request.operation_name,
                middleware=MiddlewareManager(_Resolved(resolved)) if resolved else None,
            )
            return result if isinstance(result, ExecutionResult) else await result

        done = asyncio.run(execution())
        return encoded(done.data, published(done.errors or []))

    def _variables(self, operation: OperationDefinitionNode, request: Request) -> VariableValues | None:
        if not operation.variable_definitions:
            return NO_VARIABLES
        values = get_variable_values(
            self._schema, operation.variable_definitions, dict(request.variables or {})
        )
        return values if isinstance(values, VariableValues) else None


@dataclass(frozen=True, slots=True)
class _Raised:
    """What a resolver raised."""

    error: Exception


class _Resolved:
    """Gives the results of root fields that have been resolved already."""

    def __init__(self, resolved: Mapping[str, Any]) -> None:
        self._resolved = resolved

    def resolve(self, next_: Any, root: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        key = str(info.path.key)
        if info.path.prev is not None or key not in self._resolved:
            return next_(root, info, **arguments)
        result = self._resolved[key]
        if isinstance(result, _Raised):
            raise result.error
        return result


def published(errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
    """Return errors as they go out."""
    publish(errors)
    return [dict(error.formatted) for error in errors]


def encoded_data(data: Any) -> bytes:
    """Return an answer without errors as JSON."""
    return orjson.dumps({"data": data})


def encoded(data: Any, errors: Sequence[dict[str, Any]]) -> bytes:
    """Return an answer as JSON; errors stand in the order of their places, whoever found them first.

    An error without a place is one of the request: nothing was executed, and the answer has no `data`.
    """
    if not errors:
        return encoded_data(data)
    if data is None and not all("path" in error for error in errors):
        return orjson.dumps({"errors": errors})
    return orjson.dumps({"data": data, "errors": sorted(errors, key=_place)})


def was_executed(answer: bytes) -> bool:
    """Say whether the answer is that of an operation that was executed, with errors or without."""
    return answer.startswith(b'{"data":')


def _place(error: Mapping[str, Any]) -> list[tuple[bool, Any]]:
    return [(isinstance(part, str), part) for part in error.get("path") or ()]
