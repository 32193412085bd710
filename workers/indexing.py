"""Keeps the search index equal to the graph: drains unindexed events in batches, whatever order they came in."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence

from elasticsearch import AsyncElasticsearch
from redis.asyncio import Redis
from redis.exceptions import RedisError

from graph import indexing
from graph.client import Graph
from graph.errors import GraphUnavailable
from graph.indexing import Batch, IndexedCandidate
from graph.tracing import span
from search.errors import (
    SearchError,
    SearchIndexMissing,
    index_missing,
    unavailable,
)
from search.indices import CandidateIndex, ensure_indices, family, identity_of, main_index, promote
from search.resumes.store import ResumeStore
from search.stored import unchanged
from search.writer import Source, WriteFailure, write
from workers.broker import Queue, Task
from workers.documents import source_of
from workers.metrics import INDEXED
from workers.showing import Showing, Written

LOG = logging.getLogger(__name__)

DRAIN_INDEX = Task("drain_index", Queue.INDEXING, interruptible=True)

DRAIN_KEY = "kith:drain"
"""Exists in Redis while a drain is called for or under way, so that no second one is called for."""
CALL_MILLISECONDS = 5_000
"""How long a call or a sign of life counts; after a killed drain the next one starts this much later."""
RETRY_MILLISECONDS = 2_000
"""Pause after a drain that Elasticsearch or Neo4j did not let finish."""
BATCH = 1_000
IN_FLIGHT = 4
"""Some are read and mapped while Elasticsearch writes others."""
TRICKLE = 200
"""A round with fewer events than this is followed by a pause, so that changes gather."""
ROUND_SECONDS = 0.2


class Indexer:
    """Writes the documents that events call for; an event counts as indexed only when the index holds its document."""

    def __init__(
        self,
        graph: Graph,
        elasticsearch: AsyncElasticsearch,
        index: CandidateIndex,
        redis: Redis,
        store: ResumeStore,
    ) -> None:
        self._graph = graph
        self._elasticsearch = elasticsearch
        self._index = index
        self._redis = redis
        self._store = store
        self._one_at_a_time = asyncio.Lock()
        self._under_way: Counter[str] = Counter()
        """How many batches that are under way have a candidate in them."""
        self._answers: bool | None = None
        """Whether searches answer from our index; None until that is known."""

    async def drain(self) -> None:
        """Index until nothing is left; where an engine is away, stop: the relay calls again until all is done."""
        async with self._one_at_a_time:
            try:
                more = True
                while more:
                    async with self._sign_of_life():
                        while await self._rounds():
                            pass
                    more = await self._graph.read(indexing.waiting) and await self._note(
                        CALL_MILLISECONDS, new=True
                    )
            except (SearchError, GraphUnavailable) as error:
                LOG.warning("indexing pauses: %s", error)
                if isinstance(error, SearchIndexMissing):
                    self._answers = None
                await self._note(RETRY_MILLISECONDS)

    async def _rounds(self) -> bool:
        """Index what is there, once or until it is a trickle; say whether more may have come."""
        await self._prepare()
        begin = time.monotonic()
        done = await self._round()
        if done == 0:
            if not self._answers:
                await promote(self._elasticsearch, await main_index(self._elasticsearch, self._index))
                self._answers = True
            return False
        if done < TRICKLE:
            await asyncio.sleep(max(0.0, begin + ROUND_SECONDS - time.monotonic()))
        return True

    async def _round(self) -> int:
        """Go through all unindexed events once, several batches in flight; return how many events there were."""
        position = 0
        done = 0
        taking = asyncio.Lock()
        showing = Showing(self._graph, self._elasticsearch, self._index)

        async def lane() -> None:
            nonlocal position, done
            while True:
                async with taking:
                    batch = await self._graph.read(indexing.take, after=position, limit=BATCH)
                    if batch is None:
                        return
                    position = batch.through
                    self._under_way.update(batch.versions.keys())
                number = sum(map(len, batch.events.values()))
                with span("index batch", {"kith.events": number}, linked=batch.traces):
                    try:
                        await self._write_batch(batch, showing)
                    finally:
                        self._under_way.subtract(batch.versions.keys())
                        self._under_way = +self._under_way
                done += number
                await showing.show_in_time()

        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(IN_FLIGHT):
                    lanes.create_task(lane())
        except BaseExceptionGroup as failures:
            with contextlib.suppress(SearchError, GraphUnavailable):
                await showing.show()
            raise failures.exceptions[0] from failures
        await showing.show()
        return done

    async def _write_batch(self, batch: Batch, showing: Showing) -> None:
        # Asked for before the graph is: whoever rebuilds the index reads what was changed before that index was there.
        indices = await family(self._elasticsearch, self._index)
        people = await self._graph.read(indexing.candidates, ids=list(batch.versions))
        documents = await asyncio.to_thread(self._documents, batch, people)
        written, failures, same = await self._write(indices, documents)
        refused = {failure.id: failure.reason for failure in failures if not failure.retryable}
        held_up = {failure.id for failure in failures if failure.retryable}
        done = [id_ for id_ in batch.versions if id_ not in refused and id_ not in held_up]
        outcomes = {
            "written": len(done) - len(same),
            "unchanged": len(same),
            "refused": len(refused),
            "held_up": len(held_up),
        }
        for name, number in outcomes.items():
            INDEXED.labels(name).inc(number)
        for id_, reason in refused.items():
            LOG.error("the index refuses candidate %s: %s", id_, reason)
        showing.add(Written(batch, written, done, refused, same))
        if held_up:
            raise unavailable("take all candidates", f"{len(held_up)} to repeat")

    async def _write(
        self, indices: Sequence[CandidateIndex], documents: Sequence[tuple[str, int, Source | None]]
    ) -> tuple[list[CandidateIndex], list[WriteFailure], frozenset[str]]:
        """Write into each index, so that every one holds the documents when events count as indexed.

        Return those that do, what they did not take, and whose document each of them held already.
        """
        sources = {id_: source for id_, _, source in documents if source is not None}
        same = frozenset(sources)
        failures: list[WriteFailure] = []
        written: list[CandidateIndex] = []
        for index in indices:
            try:
                held = await self._held(index, sources)
                outcome = await write(
                    self._elasticsearch, index, (each for each in documents if each[0] not in held)
                )
            except SearchIndexMissing:
                if index in await family(self._elasticsearch, self._index):
                    raise
                continue
            failures += outcome.failures
            written.append(index)
            same &= held
        if not written:
            raise index_missing()
        return written, failures, same

    async def _held(self, index: CandidateIndex, sources: Mapping[str, Source]) -> set[str]:
        """Return whose document the index holds as it should be: nothing is written for them.

        A candidate of another batch under way is not among them: that may have been read before and be written after.
        """
        alone = {id_: source for id_, source in sources.items() if self._under_way[id_] == 1}
        return await unchanged(self._elasticsearch, index, alone)

    def _documents(
        self, batch: Batch, people: Mapping[str, IndexedCandidate]
    ) -> list[tuple[str, int, Source | None]]:
        return [
            (id_, version, source_of(person, self._store) if (person := people.get(id_)) else None)
            for id_, version in batch.versions.items()
        ]

    async def _prepare(self) -> None:
        """Make sure that the index is there and that everybody was called for who belongs into it."""
        if self._answers is not None:
            return
        answers = await ensure_indices(self._elasticsearch, self._index)
        index = await main_index(self._elasticsearch, self._index)
        identity = await identity_of(self._elasticsearch, index)
        if not await self._graph.read(indexing.knows_index, identity=identity):
            LOG.info("index %s is new: every candidate is indexed again", index.name)
            await indexing.refill(self._graph, identity=identity, name=index.name)
        self._answers = answers

    @contextlib.asynccontextmanager
    async def _sign_of_life(self) -> AsyncIterator[None]:
        """Tell others, as long as the block runs, that a drain is under way."""
        over = asyncio.Event()

        async def renew() -> None:
            while not over.is_set():
                await self._note(CALL_MILLISECONDS)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), CALL_MILLISECONDS / 4000)

        renewal = asyncio.create_task(renew())
        try:
            yield
        finally:
            over.set()
            await renewal
            with contextlib.suppress(RedisError):
                await self._redis.delete(DRAIN_KEY)

    async def _note(self, milliseconds: int, *, new: bool = False) -> bool:
        """Hold the key in Redis; with `new`, say whether nobody held it. Without Redis there is nobody to tell."""
        try:
            return bool(await self._redis.set(DRAIN_KEY, b"1", px=milliseconds, nx=new))
        except RedisError:
            return False
