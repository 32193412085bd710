"""The vocabulary as it is now: held in memory, read again when the source's stamp is another.

Tens of thousands of terms are built, and those before them let go of, piece by piece in threads: whoever waits for the
event loop meanwhile waits for one piece.
"""

import asyncio
import logging
import threading
import weakref
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, Protocol

from search.taxonomy.vocabulary import Row, TermsToBe, Vocabulary, in_pieces

LOG = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
"""Pause between two looks at the stamp: so much later than a change, and the time to read all terms, a process knows it."""
LETTING_GO: Final = "let terms go"
"""The name of the threads that free the memory of terms."""


class TermSource(Protocol):
    """Where the terms come from."""

    async def stamp(self) -> str: ...
    def pages(self) -> AsyncIterator[Sequence[Row]]: ...


class LiveTaxonomy:
    """The vocabulary of one process. Who asks for it waits only before it was first read."""

    def __init__(self, source: TermSource) -> None:
        self._source = source
        self._stamp = ""
        self._vocabulary: Vocabulary | None = None
        self._reading = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(cls, source: TermSource) -> AsyncIterator["LiveTaxonomy"]:
        """Follow the source for as long as the context lasts; it may be away and come back meanwhile."""
        taxonomy = cls(source)
        following = asyncio.create_task(taxonomy._follow())
        try:
            yield taxonomy
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    async def current(self) -> Vocabulary:
        """Return the vocabulary; raises what the source raises where it was never read yet."""
        if self._vocabulary is None:
            async with self._reading:
                if self._vocabulary is None:
                    await self._read()
        assert self._vocabulary is not None
        return self._vocabulary

    async def refresh(self) -> None:
        """Read the terms again if the stamp is another."""
        async with self._reading:
            if self._vocabulary is None or await self._source.stamp() != self._stamp:
                await self._read()

    async def _follow(self) -> None:
        while True:
            try:
                await self.refresh()
            except Exception as error:  # noqa: BLE001 - whatever the source raises, what was read last goes on being used
                LOG.warning("the taxonomy could not be read: %s", type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    async def _read(self) -> None:
        stamp = await self._source.stamp()
        terms = TermsToBe()
        async for page in self._source.pages():
            terms.add(page)
        before, self._vocabulary = self._vocabulary, await asyncio.to_thread(terms.built)
        self._stamp = stamp
        if before is not None:
            # Searches that are under way may still use it.
            weakref.finalize(before, _let_go_elsewhere, before.contents)


def _let_go_elsewhere(contents: Sequence[list[Any] | dict[Any, Any]]) -> None:
    threading.Thread(target=_let_go, args=(contents,), name=LETTING_GO, daemon=True).start()


def _let_go(contents: Sequence[list[Any] | dict[Any, Any]]) -> None:
    for each in contents:
        for _ in in_pieces(range(len(each))):
            if isinstance(each, list):
                each.pop()
            else:
                each.popitem()
