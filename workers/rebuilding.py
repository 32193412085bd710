"""Makes a new candidate index from the graph while the one before it answers searches.

From the moment that the new index exists, every change is written to both. So filling it needs no pause of the writers:
what was changed before is read from the graph, what is changed afterwards comes by its event, and versions keep the newer.
"""

import asyncio
import logging

from elasticsearch import AsyncElasticsearch

from graph import drift, rebuilds
from graph.client import Graph
from graph.ids import now
from graph.rebuilds import Rebuild
from search.errors import unavailable
from search.indices import CandidateIndex, create, identity_of, promote
from search.resumes.store import ResumeStore
from search.writer import Source, make_searchable, write
from workers.documents import source_of

LOG = logging.getLogger(__name__)

PAGE = 1_000
KEY_LENGTH = 12


def rebuilt_index(index: CandidateIndex, rebuild: Rebuild) -> CandidateIndex:
    """Return the names of the index that a rebuild makes."""
    return index.rebuilt(rebuild.id.replace("-", "")[-KEY_LENGTH:])


class Rebuilder:
    """Carries out rebuilds, from wherever another process left off."""

    def __init__(
        self, graph: Graph, elasticsearch: AsyncElasticsearch, index: CandidateIndex, store: ResumeStore
    ) -> None:
        self._graph = graph
        self._elasticsearch = elasticsearch
        self._index = index
        self._store = store

    async def rebuild(self, rebuild: Rebuild) -> None:
        """Fill the rebuild's index and let searches answer from it."""
        index = rebuilt_index(self._index, rebuild)
        position, written = rebuild.position, rebuild.written
        if await create(self._elasticsearch, index):
            LOG.info("index %s is made from the graph", index.name)
            position, written = "", 0
        while ids := await self._graph.read(drift.ids_after, after=position, limit=PAGE):
            written += await self._write(index, ids)
            position = ids[-1]
            await self._graph.write(rebuilds.advance, id=rebuild.id, position=position, written=written)
        identity = await identity_of(self._elasticsearch, index)
        await self._graph.write(rebuilds.filled, identity=identity, name=index.name)
        await make_searchable(self._elasticsearch, index)
        await promote(self._elasticsearch, index)
        await self._graph.write(rebuilds.finish, id=rebuild.id, at=now())
        LOG.info("searches answer from index %s, with %s candidates", index.name, written)

    async def _write(self, index: CandidateIndex, ids: list[str]) -> int:
        """Write candidates as they are now; one without a numbered event is written when that gets its number."""
        versions, people = await self._graph.read(drift.versioned_candidates, ids=ids)

        def documents() -> list[tuple[str, int, Source | None]]:
            return [
                (id_, versions[id_], source_of(person, self._store))
                for id_, person in people.items()
                if id_ in versions
            ]

        outcome = await write(self._elasticsearch, index, await asyncio.to_thread(documents))
        for failure in outcome.failures:
            if failure.retryable:
                raise unavailable("take all candidates", failure.reason)
            LOG.error("the index refuses candidate %s: %s", failure.id, failure.reason)
        return len(people)
