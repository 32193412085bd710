"""Every operation's way: parsed, validated and limited once, planned where the planner covers it, answered as bytes."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    MiddlewareManager,
    OperationDefinitionNode,
    OperationType,
    execute,
)
from graphql.execution.values import VariableValues, get_variable_values

from graph.deadlines import within
from graph.errors import KithError, OutOfTime
from graph.tokens import AccessRole
from schema.answers import Answer, encoded, masked
from schema.budgets import Budgets, Throttled
from schema.context import Context
from schema.costs import Points
from schema.documents import (
    MOST_CHARACTERS_KEPT,
    MOST_ERRORS,
    MOST_REGISTERED_TEXT,
    MOST_TEXT,
    Documents,
    Measure,
    Prepared,
    without_suggestions,
)
from schema.errors import published
from schema.keeping import Kept
from schema.limits import holds_many
from schema.permissions import Principal
from schema.plan.explain import explained
from schema.plan.leaves import Unfit
from schema.plan.plan import Document, Plan, Run, call, compile_plan, has_resolver, is_required
from schema.plan.select import Selector
from schema.plan.values import Unplanned
from schema.turns import Turns
from schema.watching import PLANNED, Plans, fallback_reason, noted

logger = logging.getLogger(__name__)

MOST_PLANS = 2_000
MOST_SECONDS = 10.0
NO_VARIABLES = VariableValues({}, {})
JUDGES = 8
"""Operations that graphql-core executes at once; others wait."""
JUDGED_AT_ONCE = 2
"""Likewise those of one principal: each is a thread that the event loop has to share the interpreter with."""
HEAVY = 2_000
"""Points from which on a principal's queries are answered one after the other; so are those whose variables hold much."""
WIDE = 50
"""Operations of more fields are compiled beside the event loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sends; `named` is the hash of a registered document that stands for the text."""

    query: str
    named: str | None = None
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None


class Operations:
    """Answers requests; keeps what it has prepared and compiled, within bounds."""

    def __init__(
        self,
        schema: Any,
        *,
        planned: bool = True,
        budgets: Budgets | None = None,
        closed_to: Collection[AccessRole] = (),
        seconds: float = MOST_SECONDS,
    ) -> None:
        """Answer with this schema.

        With `budgets` each operation costs its principal something, and each answer says what. The roles in `closed_to` are
        not told about the schema: neither by introspection nor by suggestions in errors. What takes more than `seconds` is
        stopped.
        """
        self._strawberry = schema
        self._schema: Any = schema._schema  # noqa: SLF001 - Strawberry has no other way to the executable schema
        self._planned = planned
        self._budgets = budgets
        self._closed_to = frozenset(closed_to)
        self._seconds = seconds
        self._writing: set[asyncio.Task[Answer]] = set()
        self.plans = Plans()
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="prepare")
        self._documents = Documents(self._schema, self._beside)
        self._plans: Kept[tuple[Any, ...], Plan | str] = Kept(most=MOST_PLANS, most_weight=MOST_TEXT)
        self._registered_plans: Kept[tuple[Any, ...], Plan | str] = Kept(
            most=MOST_PLANS, most_weight=MOST_REGISTERED_TEXT
        )
        self._judges = ThreadPoolExecutor(max_workers=JUDGES, thread_name_prefix="judge")
        self._preparing, self._judging, self._heavy = Turns(1), Turns(JUDGED_AT_ONCE), Turns(1)

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
        return len(self._documents), len(self._plans) + len(self._registered_plans)

    def register(self, texts: Iterable[str]) -> None:
        """Keep these documents, and plans of them, apart from those that anybody sends: no flood displaces them."""
        for text in texts:
            self._documents.register(text)

    async def prepare(self, query: str, principal: Principal) -> Prepared:
        """Parse, validate and measure a document, or find it among those that were.

        Raises:
            Throttled: it is a new one, and the principal has nothing left to have it prepared.
        """
        if (known := self._documents.known(query)) is not None:
            return known
        async with self._preparing.of(principal.id):
            if self._budgets is not None and query not in self._documents:
                self._budgets.charge(principal, len(query))
            return await self._documents.prepare(query)

    def operation(self, prepared: Prepared, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation that a request names, or the only one; None where there is none."""
        return self._documents.operation(prepared, name)

    async def answer(self, request: Request, context: Context, prepared: Prepared | None = None) -> bytes:
        """Answer a query or a mutation: JSON with `data`, `errors` and `extensions`.

        `prepared` is the request's document, where it was prepared already.

        Raises:
            Throttled: the principal has asked for too much lately.
        """
        prepared = prepared or await self.prepare(request.query, context.principal)
        note = noted()
        note.begin(prepared.digest, self.operation(prepared, request.operation_name))
        points, refusal = self._measured(prepared, request)
        if prepared.introspects and context.principal.role in self._closed_to:
            refusal = published([GraphQLError("introspection is off; the schema is in the documentation")])
        kind = self.kind(prepared, request.operation_name)
        if not refusal and kind is OperationType.SUBSCRIPTION:
            raise ValueError("a subscription is followed, not answered")
        if not refusal:
            refusal = self._taken(points, context.principal)
        if refusal:
            answer, points = Answer(b"null", refusal, executed=False), Points(0, 0)
        else:
            way = self._written if kind is OperationType.MUTATION else self._read
            heavy = points.requested >= HEAVY or holds_many(request.variables or {})
            async with self._heavy.of(context.principal.id) if heavy else nullcontext():
                answer = await way(prepared, request, context)
        if answer.errors:
            note.end(answer.errors)
        if answer.errors and context.principal.role in self._closed_to:
            answer = answer._replace(errors=without_suggestions(answer.errors))
        return answer.encoded(self._settled(context.principal, points.requested, points.actual(answer.data)))

    async def _read(self, prepared: Prepared, request: Request, context: Context) -> Answer:
        """Answer a query, or stop it when its time is over; whoever cancels this stops it too."""
        patience = asyncio.timeout(self._seconds)
        try:
            async with patience:
                with within(self._seconds):
                    return await self._answer(prepared, request, context)
        except TimeoutError:
            if not patience.expired():
                raise
            late = OutOfTime()
            return Answer(b"null", published([GraphQLError(late.message, original_error=late)]))

    async def _written(self, prepared: Prepared, request: Request, context: Context) -> Answer:
        """Answer a mutation. It goes on to its end also where nobody waits any more: only Neo4j stops it, and keeps nothing then."""

        async def writing() -> Answer:
            with within(self._seconds):
                return await self._answer(prepared, request, context)

        task = asyncio.create_task(writing())
        self._writing.add(task)
        task.add_done_callback(self._wrote)
        return await asyncio.shield(task)

    def _wrote(self, task: asyncio.Task[Answer]) -> None:
        self._writing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("a mutation ended with %s", type(error).__name__)

    async def _answer(self, prepared: Prepared, request: Request, context: Context) -> Answer:
        returned: dict[str, Any] = {}
        try:
            plan, run = await self._plan(prepared, request, context)
            answered = await plan.run(run, returned)
        except (Unfit, Unplanned, GraphQLError) as error:
            noted().way = reason = fallback_reason(error)
            self.plans.fallbacks[reason] += 1
            return await self._judge(prepared, request, context, returned)
        noted().way = PLANNED
        return Answer(
            orjson.dumps(answered.value),
            answered.errors,
            extensions=masked(answered.value, answered.redactions),
        )

    async def begin(self, request: Request, context: Context) -> list[dict[str, Any]]:
        """Take the cost of following a valid subscription; return why it is refused, if it is.

        Raises:
            Throttled: the principal has asked for too much lately.
        """
        points, refusal = self._measured(await self.prepare(request.query, context.principal), request)
        return refusal or self._taken(points, context.principal)

    def _measured(self, prepared: Prepared, request: Request) -> Measure:
        return self._documents.measure(prepared, request.operation_name, request.variables or {})

    def _taken(self, points: Points, principal: Principal) -> list[dict[str, Any]]:
        if self._budgets is not None:
            try:
                self._budgets.take(principal, points.requested)
            except Throttled:
                raise
            except KithError as error:
                return published([GraphQLError(error.message, original_error=error)])
        return []

    def _settled(self, principal: Principal, requested: int, actual: int) -> Mapping[str, Any]:
        if self._budgets is None:
            return {}
        return {"cost": self._budgets.settle(principal, requested, actual)}

    def kind(self, prepared: Prepared, name: str | None) -> OperationType | None:
        """Return whether an operation reads, writes or subscribes; None where the document has none of that name."""
        operation = self.operation(prepared, name)
        return operation.operation if operation else None

    async def frames(self, request: Request, context: Context, values: Sequence[Any]) -> list[bytes]:
        """Answer a subscription for each of the values that its source gave; all are read together."""
        prepared = await self._documents.prepare(request.query)
        context = context.renewed()
        key = ""
        try:
            plan, run = await self._plan(prepared, request, context)
            (root,) = plan.roots
            if isinstance(root, str):
                raise Unplanned("a subscription has a field")
            key = root.selected.key
            answers = await root.completed_all(values, run)
        except (Unfit, Unplanned, GraphQLError) as error:
            self.plans.fallbacks[fallback_reason(error)] += 1
            key = key or self._root_key(prepared, request)
            return [
                (await self._judge(prepared, request, context, {key: value})).encoded() for value in values
            ]
        found = [({key: each.value}, each) for each in answers]
        return [encoded(data, each.errors, masked(data, each.redactions)) for data, each in found]

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
        prepared = await self._documents.prepare(request.query)
        if self._measured(prepared, request).refusal:
            return False
        try:
            plan, run = await self._plan(prepared, request, context)
            await plan.run(run, {})
        except (Unfit, Unplanned, GraphQLError):
            return False
        return True

    async def explain(self, request: Request, context: Context) -> str:
        """Describe how a request is answered and what it costs; queries are run for it."""
        prepared = await self._documents.prepare(request.query)
        points, refusal = self._measured(prepared, request)
        if refusal:
            return f"refused: {refusal[0]['message']}"
        cost = f"costs {points.requested} points at most\n"
        try:
            plan, run = await self._plan(prepared, request, context)
            if self.kind(prepared, request.operation_name) is not OperationType.QUERY:
                return cost + explained(plan, None)
            run.steps = []
            await plan.run(run, {})
        except Unfit as error:
            return f"{cost}falls back to graphql-core: what was read does not fit ({error.__cause__!r})"
        except (Unplanned, GraphQLError) as error:
            return f"{cost}falls back to graphql-core: {error}"
        return cost + explained(plan, run.steps)

    async def _plan(self, prepared: Prepared, request: Request, context: Context) -> tuple[Plan, Run]:
        operation = self.operation(prepared, request.operation_name)
        if not self._planned or operation is None or prepared.document is None:
            raise Unplanned("the planner is not in charge")
        variables = await self._variables(operation, request)
        if variables is None:
            raise Unplanned("the variables are not as declared")
        flags = {name: bool(variables.coerced.get(name)) for name in prepared.flags}
        if any(variables.coerced.get(name, False) is None for name in prepared.flags):
            raise Unplanned("a variable of @skip or @include is null")
        key = (prepared.text, request.operation_name, context.principal.rights, *flags.values())
        plans = self._registered_plans if self._documents.is_registered(prepared.text) else self._plans
        plan = plans.get(key)
        document = Document(node=prepared.document, operation=operation, fragments=prepared.fragments)
        if plan is None:
            self.plans.misses += 1
            if prepared.cost.fields > WIDE:
                plan = await asyncio.get_running_loop().run_in_executor(
                    self._beside, self._compile, document, context.principal, flags
                )
            else:
                plan = self._compile(document, context.principal, flags)
            if len(prepared.text) <= MOST_CHARACTERS_KEPT:
                plans.put(key, plan, len(prepared.text))
        else:
            self.plans.hits += 1
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
    ) -> Answer:
        """Have graphql-core execute the operation; fields in `returned` have been resolved already.

        Resolvers at the root do their work here. The walk through the answer, which can take long, goes on in a thread,
        so that nobody else waits for it.
        """
        resolved = dict(returned)
        await self._resolve(prepared, request, context, resolved)
        loop = asyncio.get_running_loop()
        async with self._judging.of(context.principal.id):
            return await loop.run_in_executor(
                self._judges,
                copy_context().run,
                self._execute,
                prepared,
                request,
                context.elsewhere(loop),
                resolved,
            )

    async def _resolve(
        self, prepared: Prepared, request: Request, context: Context, resolved: dict[str, Any]
    ) -> None:
        operation = self.operation(prepared, request.operation_name)
        assert prepared.document is not None
        assert operation is not None
        variables = await self._variables(operation, request)
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
    ) -> Answer:
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
        errors = published(done.errors or [])
        executed = done.data is not None or all("path" in error for error in errors)
        return Answer(orjson.dumps(done.data), errors, executed, masked(done.data, context.redactions))

    async def _variables(self, operation: OperationDefinitionNode, request: Request) -> VariableValues | None:
        if not operation.variable_definitions:
            return NO_VARIABLES
        given = dict(request.variables or {})
        reading = partial(
            get_variable_values, self._schema, operation.variable_definitions, given, MOST_ERRORS
        )
        values = await asyncio.to_thread(reading) if holds_many(given) else reading()
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
