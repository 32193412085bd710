"""Work that one process at a time does, whichever: the one that holds the lease."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from graph import outbox
from graph.client import Graph
from graph.errors import GraphUnavailable
from graph.ids import new_id
from workers.cancelling import end


class Lease:
    """One standing candidate for the lease of a kind of work."""

    def __init__(self, graph: Graph, name: str, *, seconds: float) -> None:
        """After `seconds` without being renewed the lease is anybody's."""
        self._graph = graph
        self._name = name
        self.holder = new_id()
        """What the lease says who holds it."""
        self.seconds = seconds

    async def take(self) -> bool:
        """Take or renew the lease; say whether it is ours."""
        return await self._graph.write(
            outbox.take_lease, name=self._name, holder=self.holder, milliseconds=int(self.seconds * 1000)
        )

    async def give_up(self) -> None:
        """Let others have it at once; where Neo4j is away they wait until it is over."""
        with contextlib.suppress(GraphUnavailable):
            await self._graph.write(outbox.give_up_lease, name=self._name, holder=self.holder)

    async def turn(self, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Do the work if the lease is ours, and renew it meanwhile; who loses it stops. Say whether it was ours."""
        if not await self.take():
            return False
        task = asyncio.create_task(work())
        try:
            while not (await asyncio.wait({task}, timeout=self.seconds / 3))[0]:
                if not await self.take():
                    return True
        finally:
            if not task.done():
                await end(task)
        await task
        return True
