"""From a subscription's document to what a live feed takes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    subscribe,
    visit,
)

from api.live import LiveOperation
from graph.events import OF_ONE_OWNER, EventType
from graph.events import Event as EventRecord
from graph.visibility import all_visible, visible_events
from schema.context import Context
from schema.errors import published
from schema.events.types import Event
from schema.limits import holds_many
from schema.operations import Operations, Request
from schema.watching import noted

CURSOR = "after"
"""The argument of a subscription that says where to begin; it changes no payload."""


class Refused(Exception):
    """The subscription cannot begin; `errors` say why, as they go out."""

    def __init__(self, errors: Sequence[dict[str, Any]]) -> None:
        super().__init__("refused")
        self.errors = list(errors)


async def live_operation(operations: Operations, request: Request, context: Context) -> LiveOperation:
    """Return what the request subscribes to, once its resolver has agreed and said where it begins.

    Raises:
        Refused: it costs too much, or the resolver refuses it.
        Throttled: the principal has asked for too much lately.
    """
    prepared = await operations.prepare(request.query, context.principal)
    operation = operations.operation(prepared, request.operation_name)
    assert prepared.document is not None and operation is not None  # noqa: PT018 - its kind is known
    noted().begin(prepared.digest, operation)
    refusal = await operations.begin(request, context)
    if refusal:
        raise Refused(refusal)
    asked = await _asked(operations.executable, prepared.document, request, context)
    cursor = _cursor_variable(prepared.document, operation)
    variables = {name: value for name, value in (request.variables or {}).items() if name != cursor}

    viewer = context.principal.viewer

    async def encode(events: Sequence[EventRecord]) -> Sequence[bytes | None]:
        shown = events
        if not all_visible(viewer, events):
            shown = await context.graph.read(visible_events, viewer=viewer, events=events)
        frames = await operations.frames(request, context, [Event.of(event) for event in shown])
        by_number = {event.sequence: frame for event, frame in zip(shown, frames, strict=True)}
        return [by_number.get(event.sequence) for event in events]

    return LiveOperation(
        key=(
            request.query,
            request.operation_name,
            orjson.dumps(variables, option=orjson.OPT_SORT_KEYS),
            context.principal.rights,
            viewer.actor if asked.types & OF_ONE_OWNER else viewer.key,
        ),
        after=asked.after,
        types=asked.types,
        encode=encode,
    )


class _Asked:
    """An event feed that notes what is asked of it, and gives nothing."""

    def __init__(self) -> None:
        self.after = 0
        self.types: frozenset[EventType] = frozenset()

    def events(self, *, after: int, types: frozenset[EventType] | None) -> AsyncIterator[EventRecord]:
        self.after = after
        self.types = frozenset(EventType) if types is None else types
        return self

    def __aiter__(self) -> AsyncIterator[EventRecord]:
        return self

    async def __anext__(self) -> EventRecord:
        raise StopAsyncIteration


async def _asked(schema: GraphQLSchema, document: DocumentNode, request: Request, context: Context) -> _Asked:
    asked = _Asked()
    variables = dict(request.variables or {})
    starting = partial(
        subscribe,
        schema,
        document,
        context_value=replace(context, services=replace(context.services, feed=asked)),
        variable_values=variables,
        operation_name=request.operation_name,
    )
    started = await asyncio.to_thread(starting) if holds_many(variables) else starting()
    stream = started if isinstance(started, ExecutionResult | AsyncIterator) else await started
    if isinstance(stream, ExecutionResult):
        raise Refused(published(stream.errors or []))
    try:
        async for _ in stream:
            pass
    except Exception as error:
        refusal = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
        raise Refused(published([refusal])) from error
    return asked


def _cursor_variable(document: DocumentNode, operation: OperationDefinitionNode) -> str | None:
    """Return the variable that gives the subscription its cursor and is used for nothing else."""
    names = [
        argument.value.name.value
        for field in operation.selection_set.selections
        if isinstance(field, FieldNode)
        for argument in field.arguments or ()
        if argument.name.value == CURSOR and isinstance(argument.value, VariableNode)
    ]
    uses = _Uses()
    visit(document, uses)
    return names[0] if len(names) == 1 and uses.count.get(names[0]) == 1 else None


class _Uses(Visitor):
    """Counts where each variable is used."""

    def __init__(self) -> None:
        super().__init__()
        self.count: dict[str, int] = {}

    def enter_variable(self, node: VariableNode, key: Any, parent: Any, *rest: Any) -> None:
        if not isinstance(parent, VariableDefinitionNode):
            self.count[node.name.value] = self.count.get(node.name.value, 0) + 1
