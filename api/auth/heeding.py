"""Heeds what the log tells of tokens, users and sessions that changed, so that nothing outdated is remembered or stays open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.auth.authenticator import Authenticator
from api.auth.watch import Watch
from graph.client import Graph
from graph.errors import GraphUnavailable
from graph.events import ACCESS_EVENTS, EventType
from graph.outbox import last_sequence
from workers.bus import EventBus
from workers.cancelling import end

HEEDED = ACCESS_EVENTS - {
    EventType.USER_INVITED,
    EventType.USER_JOINED,
    EventType.SESSION_STARTED,
    EventType.SIGN_IN_LINK_REQUESTED,
    EventType.TOKEN_CREATED,
}
"""What changes the rights of somebody who may be remembered."""
RETRY_SECONDS = 1.0


@asynccontextmanager
async def heeding(
    authenticator: Authenticator, watch: Watch, bus: EventBus, graph: Graph
) -> AsyncIterator[None]:
    """Have the authenticator forget what changed and the watch look after it, for as long as the context lasts."""
    task = asyncio.create_task(_heed(authenticator, watch, bus, graph))
    try:
        yield
    finally:
        await end(task)


async def _heed(authenticator: Authenticator, watch: Watch, bus: EventBus, graph: Graph) -> None:
    async for event in bus.events(after=await _end_of_log(graph), types=HEEDED):
        for changed in (event.subject.user_id, event.subject.session_id, event.subject.token_id):
            if changed is not None:
                authenticator.forget(changed)
        watch.look_soon()


async def _end_of_log(graph: Graph) -> int:
    while True:
        try:
            return await graph.read(last_sequence)
        except GraphUnavailable:
            await asyncio.sleep(RETRY_SECONDS)
