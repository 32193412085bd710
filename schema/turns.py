"""Turns: who asks for much at once waits for itself, and nobody else for it."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Line:
    """Those of one key who do the work or wait for it."""

    turns: asyncio.Semaphore
    length: int = 0


class Turns:
    """Lets each principal, or whoever a key stands for, do a kind of work so many times at once; what comes beyond that waits in its order."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._lines: dict[Hashable, _Line] = {}

    def __len__(self) -> int:
        """Return how many keys have somebody who does the work, or waits for it, now."""
        return len(self._lines)

    def length(self, key: Hashable) -> int:
        """Return how many of this key do the work, or wait for it, now."""
        line = self._lines.get(key)
        return line.length if line else 0

    @asynccontextmanager
    async def of(self, key: Hashable) -> AsyncIterator[None]:
        """Wait until it is this key's turn, and keep it for the block."""
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line(asyncio.Semaphore(self._at_once))
        line.length += 1
        try:
            async with line.turns:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[key]
