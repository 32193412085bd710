"""Whether Neo4j lives: looked after while somebody waits for it.

The driver waits for an answer as long as a statement may run, and for ever where the server is frozen. So when somebody has waited
for a while, the server is asked for a sign of life, over a connection of its own. Where it gives none, it counts as absent: all who
wait are told at once, and whoever comes later too, until it answers again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from neo4j.exceptions import DriverError, Neo4jError

PATIENCE_SECONDS = 1.0
"""How long an answer may take before the server is asked for a sign of life."""
PAUSE_SECONDS = 0.5
"""Pause between two questions."""


class Absent(Exception):
    """Neo4j gives no sign of life."""


class Pulse:
    """Asks with `ask` as long as somebody waits, and as long as Neo4j is absent.

    What is done meanwhile is a sign of life too. Silence of `silence_seconds` means that Neo4j is absent.
    """

    def __init__(self, ask: Callable[[], Awaitable[object]], *, silence_seconds: float) -> None:
        self._ask = ask
        self._silence = silence_seconds
        self._is_absent = False
        self._heard = 0.0
        """When the last piece of work was done."""
        self._waiting: dict[asyncio.Timeout, float] = {}
        """Who waits, and since when; the longest first."""
        self._watching: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Let the block go on as long as Neo4j lives.

        Raises:
            Absent: it does not; the block was cancelled.
        """
        if self._is_absent:
            raise Absent
        loop = asyncio.get_running_loop()
        waiter = asyncio.timeout(None)
        self._waiting[waiter] = loop.time()
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        try:
            async with waiter:
                yield
            self._heard = loop.time()
        except TimeoutError:
            if waiter.expired():
                raise Absent from None
            raise
        finally:
            del self._waiting[waiter]

    async def close(self) -> None:
        """Ask no more."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting or self._is_absent:
                longest = next(iter(self._waiting.values()), 0.0)
                patience = longest + PATIENCE_SECONDS - loop.time()
                if patience > 0 and not self._is_absent:
                    await asyncio.sleep(patience)
                    continue
                self._is_absent = not await self._lives()
                if self._is_absent:
                    for waiter in self._waiting:
                        if waiter.when() is None:
                            waiter.reschedule(loop.time())
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            self._is_absent = False
            self._watching = None

    async def _lives(self) -> bool:
        try:
            async with asyncio.timeout(self._silence):
                while True:
                    try:
                        await self._ask()
                    except (DriverError, OSError):
                        await asyncio.sleep(PAUSE_SECONDS)
                    except Neo4jError:
                        return True
                    else:
                        return True
        except TimeoutError:
            return asyncio.get_running_loop().time() - self._heard < self._silence
