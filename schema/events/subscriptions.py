from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from graph.errors import Code, InvalidInput
from graph.events import EventType
from graph.outbox import last_sequence
from graph.rights import Permission
from graph.visibility import visible_events
from schema.context import Info
from schema.events.types import Event
from schema.permissions import Requires

MOST_DIGITS = 15
MATCHES = frozenset({EventType.SAVED_SEARCH_MATCHED})

AfterEvent = Annotated[
    str | None,
    strawberry.argument(
        description="An event's `cursor`: what follows it is replayed first. `0` replays the whole log; without it "
        "only what happens from now on is sent."
    ),
]
OfTypes = Annotated[
    list[EventType] | None,
    strawberry.argument(description="Only these types; without it all that you may see."),
]


def sequence_of(after: str) -> int:
    """Read an event's cursor.

    Raises:
        InvalidInput: it is none.
    """
    if not after.isascii() or not after.isdigit() or len(after) > MOST_DIGITS:
        raise InvalidInput(
            Code.BAD_CURSOR, "`after` is no cursor of an event; use an event's `cursor`, or 0", field="after"
        )
    return int(after)


@strawberry.type
class EventSubscriptions:
    @strawberry.subscription(
        description="The event log: replayed from a cursor, then live, in order, each event once.",
        extensions=[Requires(Permission.EVENTS_READ)],
    )
    async def events(
        self, info: Info, after: AfterEvent = None, types: OfTypes = None
    ) -> AsyncGenerator[Event, None]:
        context = info.context
        start = sequence_of(after) if after is not None else await context.graph.read(last_sequence)
        allowed = context.principal.event_types()
        wanted = allowed if types is None else allowed & frozenset(types)
        async for event in context.services.feed.events(after=start, types=wanted):
            context.loaders.clear()
            viewer = context.principal.viewer
            if await context.graph.read(visible_events, viewer=viewer, events=[event]):
                yield Event.of(event)

    @strawberry.subscription(
        description="New matches of your standing searches, as events `SAVED_SEARCH_MATCHED`: replayed from a cursor, then live.",
        extensions=[Requires(Permission.TALENT_SEARCH), Requires(Permission.CANDIDATES_READ)],
    )
    async def saved_search_matches(self, info: Info, after: AfterEvent = None) -> AsyncGenerator[Event, None]:
        context = info.context
        start = sequence_of(after) if after is not None else await context.graph.read(last_sequence)
        async for event in context.services.feed.events(after=start, types=MATCHES):
            context.loaders.clear()
            viewer = context.principal.viewer
            if await context.graph.read(visible_events, viewer=viewer, events=[event]):
                yield Event.of(event)
