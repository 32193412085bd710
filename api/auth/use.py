"""When tokens and sessions were last used: gathered here, written now and then, never while somebody waits."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from graph import sessions, tokens
from graph.client import Graph
from graph.errors import KithError
from graph.ids import timestamp
from schema.permissions import Principal
from workers.cancelling import end

LOG = logging.getLogger(__name__)

INTERVAL_SECONDS = 60.0
"""At most once in so long the use of one token is written."""


class UseLog:
    """Notes who was here since it was last written down."""

    def __init__(self, graph: Graph, *, interval_seconds: float = INTERVAL_SECONDS) -> None:
        self._graph = graph
        self._interval = interval_seconds
        self._sessions: set[str] = set()
        self._tokens: set[str] = set()

    @staticmethod
    @asynccontextmanager
    async def open(graph: Graph, *, interval_seconds: float = INTERVAL_SECONDS) -> "AsyncIterator[UseLog]":
        """Write down who was here for as long as the context lasts, and once more in the end."""
        log = UseLog(graph, interval_seconds=interval_seconds)
        writing = asyncio.create_task(log.run())
        try:
            yield log
        finally:
            await end(writing)
            await log.write()

    def note(self, principal: Principal) -> None:
        """Note that somebody is here."""
        if principal.session_id is not None:
            self._sessions.add(principal.session_id)
        else:
            self._tokens.add(principal.id)

    async def run(self) -> None:
        """Write now and then, until cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            await self.write()

    async def write(self) -> None:
        """Write down who was here; while the graph is away, nobody was."""
        noted_sessions, self._sessions = self._sessions, set()
        noted_tokens, self._tokens = self._tokens, set()
        present = datetime.now(UTC)
        at, since = timestamp(present), timestamp(present - timedelta(seconds=self._interval))
        with contextlib.suppress(KithError):
            if noted_sessions:
                await self._graph.write(
                    sessions.note_use, ids=sorted(noted_sessions), at=at, unless_since=since
                )
            if noted_tokens:
                await self._graph.write(tokens.note_use, ids=sorted(noted_tokens), at=at, unless_since=since)
