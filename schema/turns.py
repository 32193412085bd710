"""Turns: who asks for much at once waits for itself, and nobody else for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Line:
    """Those of one principal who do the work or wait for it."""

    turns: asyncio.Semaphore
    length: int = 0


class Turns:
    """Lets each principal do a kind of work so many times at once; what comes beyond that waits in its order."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._lines: dict[str, _Line] = {}

    def __len__(self) -> int:
        """Return how many principals do the work, or wait for it, now."""
        return len(self._lines)

    @asynccontextmanager
    async def of(self, principal_id: str) -> AsyncIterator[None]:
        """Wait until it is this principal's turn, and keep it for the block."""
        line = self._lines.get(principal_id)
        if line is None:
            line = self._lines[principal_id] = _Line(asyncio.Semaphore(self._at_once))
        line.length += 1
        try:
            async with line.turns:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[principal_id]
