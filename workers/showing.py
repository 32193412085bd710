"""From written to searchable: batches that the index holds wait here for one refresh, then their events count as indexed.

A refresh after each batch would make Elasticsearch write ever so many small segments, and merge them again.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elasticsearch import AsyncElasticsearch

from graph import indexing
from graph.client import Graph
from graph.indexing import Batch, Refusal
from search.errors import SearchIndexMissing, index_missing
from search.indices import CandidateIndex, family
from search.writer import make_searchable

SHOWN_SECONDS = 5.0
"""While more is being written, what was written first waits so long for the refresh."""


@dataclass(frozen=True, slots=True)
class Written:
    """A batch that these indices hold: its candidates, but for those whose document was refused, with the reason.

    `unchanged` are those of its candidates whose document did not have to be written.
    """

    batch: Batch
    indices: Sequence[CandidateIndex]
    ids: Sequence[str]
    refused: Mapping[str, str]
    unchanged: frozenset[str] = frozenset()


class Showing:
    """Shows batches to searches, several at once, and notes in the graph that they are shown."""

    def __init__(self, graph: Graph, elasticsearch: AsyncElasticsearch, index: CandidateIndex) -> None:
        self._graph = graph
        self._elasticsearch = elasticsearch
        self._index = index
        self._one_at_a_time = asyncio.Lock()
        self._waiting: list[Written] = []
        self._since = 0.0

    def add(self, written: Written) -> None:
        """Take a batch that was written."""
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append(written)

    async def show_in_time(self) -> None:
        """Show what waits if it has waited long enough and nobody shows anything yet."""
        if time.monotonic() - self._since >= SHOWN_SECONDS and not self._one_at_a_time.locked():
            await self.show()

    async def show(self) -> None:
        """Let searches see all that waits.

        Raises the errors of `search.errors` and `graph.errors`; what was not noted then is called for again.
        """
        async with self._one_at_a_time:
            batches, self._waiting = self._waiting, []
            if batches:
                await self._refresh(batches)
                # From here on searches find these candidates; whoever dies before the note does all of it once more.
                await self._note(batches)

    async def _refresh(self, batches: Sequence[Written]) -> None:
        """Refresh each index that a batch was written into and that is still there."""
        shown = 0
        for index in dict.fromkeys(index for written in batches for index in written.indices):
            try:
                await make_searchable(self._elasticsearch, index)
            except SearchIndexMissing:
                if index in await family(self._elasticsearch, self._index):
                    raise
                continue
            shown += 1
        if not shown:
            raise index_missing()

    async def _note(self, batches: Sequence[Written]) -> None:
        """Note what is shown; where a candidate is in several batches, the last one says whether they are refused."""
        batches = sorted(batches, key=lambda written: written.batch.through)
        reasons: dict[str, str | None] = {}
        for written in batches:
            reasons |= dict.fromkeys(written.ids)
            reasons |= written.refused
        changed: set[str] = set()
        events: list[str] = []
        refusals: list[Refusal] = []
        for written in batches:
            changed |= set(written.ids) - written.unchanged
            for id_ in (*written.ids, *written.refused):
                reason = reasons[id_] and written.refused.get(id_)
                if reason:
                    refusals.append(Refusal(written.batch.events[id_], reason))
                else:
                    events += written.batch.events[id_]
        shown = [id_ for id_, reason in reasons.items() if reason is None]
        await self._graph.write(indexing.mark_indexed, candidates=shown, events=events, written=changed)
        if refusals:
            await self._graph.write(indexing.mark_refused, refusals=refusals)
