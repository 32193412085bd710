from collections.abc import Sequence as Several

import strawberry

from graph.events import Event as EventRecord
from graph.outbox import events_after
from graph.rights import Permission
from graph.visibility import all_visible, visible_events
from schema.context import Info
from schema.events.subscriptions import AfterEvent, OfTypes, sequence_of
from schema.events.types import Event
from schema.paging import First, PageInfo, page_size
from schema.permissions import Requires
from schema.scalars import Sequence


@strawberry.type(description="An event with its place in the log.")
class EventEdge:
    cursor: str = strawberry.field(description="The event's place.")
    node: Event = strawberry.field(description="The event.")


@strawberry.type(description="A stretch of the event log.")
class EventConnection:
    edges: list[EventEdge] = strawberry.field(description="The events in order.")
    page_info: PageInfo = strawberry.field(
        description="`endCursor` is the place up to which the log was read, whether events were found or not."
    )
    last_sequence: Sequence = strawberry.field(description="The number up to which the log was read.")

    nodes: list[Event] = strawberry.field(description="The events without their cursors.")


@strawberry.type
class EventQueries:
    @strawberry.field(
        description="The event log for those who poll: the same events, order and cursors as the subscription.",
        extensions=[Requires(Permission.EVENTS_READ)],
    )
    async def events(
        self, info: Info, first: First, after: AfterEvent = None, types: OfTypes = None
    ) -> EventConnection:
        viewer = info.context.principal.viewer
        allowed = info.context.principal.event_types()
        wanted = allowed if types is None else allowed & frozenset(types)
        page = await info.context.graph.read(
            events_after,
            after=sequence_of(after) if after is not None else 0,
            types=sorted(wanted),
            limit=page_size(first),
        )
        shown: Several[EventRecord] = page.events
        if not all_visible(viewer, page.events):
            shown = await info.context.graph.read(visible_events, viewer=viewer, events=page.events)
        edges = [EventEdge(cursor=str(event.sequence), node=Event.of(event)) for event in shown]
        return EventConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=PageInfo(
                has_next_page=page.has_next,
                has_previous_page=after is not None,
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=str(page.through),
            ),
            last_sequence=Sequence(page.through),
        )
