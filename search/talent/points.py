"""Points in time: what the pages after the first are read from, so that they stand still while the index changes.

A point in time belongs to no search, so searches share them: a new one is opened at most every two seconds, and at most
50 of a process are open. However many searches and pages are asked for, Elasticsearch holds no more.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from elasticsearch import AsyncElasticsearch, NotFoundError

from search.errors import SearchError, search_errors
from search.indices import CandidateIndex

MOST_OPEN: Final = 50
SHARED_SECONDS: Final = 2.0
LONGEST_SECONDS: Final = 900.0
KEEP_ALIVE: Final = "2m"
"""How long a point in time outlives the last page that was read from it."""


@dataclass(frozen=True, slots=True)
class _Open:
    id: str
    since: float


class PointsInTime:
    """The points in time that this process has opened."""

    def __init__(
        self, client: AsyncElasticsearch, index: CandidateIndex, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._index = index
        self._clock = clock
        self._open: deque[_Open] = deque()
        self._opening = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(cls, client: AsyncElasticsearch, index: CandidateIndex) -> AsyncIterator["PointsInTime"]:
        """Yield the points of a process; what is open in the end is closed, as far as Elasticsearch answers."""
        points = cls(client, index)
        try:
            yield points
        finally:
            with suppress(SearchError):
                await points.close()

    async def current(self) -> str:
        """Return a point in time that was opened within the last seconds; where too many are open, the newest.

        Raises the errors of `search.errors`.
        """
        async with self._opening:
            now = self._clock()
            await self._close_old(now)
            newest = self._open[-1] if self._open else None
            full = len(self._open) >= MOST_OPEN
            if newest is not None and (full or now - newest.since < SHARED_SECONDS):
                return newest.id
            with search_errors("open a point in time"):
                answer = await self._client.open_point_in_time(index=self._index.alias, keep_alive=KEEP_ALIVE)
            self._open.append(_Open(answer["id"], now))
            return self._open[-1].id

    def forget(self, id: str) -> None:
        """Take a point in time as closed: Elasticsearch no longer knows it."""
        self._open = deque(each for each in self._open if each.id != id)

    async def close(self) -> None:
        """Close all."""
        while self._open:
            await self._close(self._open.popleft())

    async def _close_old(self, now: float) -> None:
        while self._open and now - self._open[0].since >= LONGEST_SECONDS:
            await self._close(self._open.popleft())

    async def _close(self, point: _Open) -> None:
        with search_errors("close a point in time"):
            try:
                await self._client.close_point_in_time(id=point.id)
            except NotFoundError:
                return
