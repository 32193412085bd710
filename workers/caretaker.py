"""Takes care of the candidate index: rebuilds it where that was asked for, compares it with the graph from time to time.

Any number of processes may run it; the one that holds the lease works. Where it dies, another goes on.
"""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

from elasticsearch import AsyncElasticsearch

from graph import rebuilds
from graph.client import Graph
from graph.errors import GraphUnavailable, OutOfTime
from graph.ids import now, timestamp
from search.errors import SearchError
from search.indices import CandidateIndex, discard, identity_of, idle, main_index
from search.resumes.store import ResumeStore
from search.settling import leftovers, merge_away
from workers.leases import Lease
from workers.metrics import INDEX_DRIFT
from workers.rebuilding import Rebuilder, rebuilt_index
from workers.settings import WorkerSettings
from workers.verifying import Kind, Verifier

LOG = logging.getLogger(__name__)

LEASE = "index_caretaker"
ACTOR = "worker:caretaker"
PAUSE_SECONDS = 1.0
TIDY_SECONDS = 60.0
IDLE_KEPT = timedelta(minutes=20)
"""How long an index is kept that no search begins in; lists that were begun in it are kept for a quarter of an hour."""
QUIET_SECONDS = 600.0
"""How long nothing is written before deleted documents are merged away, so that scores depend on candidates alone."""
LOGGED_IDS = 20


class Caretaker:
    """One standing candidate for the care of the index."""

    def __init__(
        self,
        graph: Graph,
        elasticsearch: AsyncElasticsearch,
        index: CandidateIndex,
        store: ResumeStore,
        settings: WorkerSettings,
    ) -> None:
        self._graph = graph
        self._elasticsearch = elasticsearch
        self._index = index
        self._rebuilder = Rebuilder(graph, elasticsearch, index, store)
        self._verifier = Verifier(graph, elasticsearch, index, store)
        self._lease = Lease(graph, LEASE, seconds=settings.lease_seconds)
        self._verify_every = timedelta(seconds=settings.verify_seconds)
        self._tidy_at = 0.0
        self._mark = ""
        self._quiet_since = 0.0
        self._settled = False

    async def run(self) -> None:
        """Take care whenever the lease is ours, until cancelled; absent engines are waited for."""
        try:
            while True:
                try:
                    await self._lease.turn(self.turn)
                except (GraphUnavailable, OutOfTime, SearchError) as error:
                    LOG.warning("the care of the index waits: %s", type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            await self._lease.give_up()

    async def turn(self) -> None:
        """Do what there is to do, once."""
        rebuild = await self._graph.read(rebuilds.newest_rebuild)
        if rebuild is not None and rebuild.finished_at is None:
            await self._rebuilder.rebuild(rebuild)
        if time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + TIDY_SECONDS
            await self.tidy()
            await self.settle()
        present = datetime.now(UTC)
        last = await self._graph.write(rebuilds.last_check, at=timestamp(present))
        if last < timestamp(present - self._verify_every):
            await self.check()

    async def check(self) -> None:
        """Compare the index with the graph, tell what differs, and have it mended."""
        findings = await self._verifier.verify()
        await self._graph.write(rebuilds.checked, at=now())
        for kind in Kind:
            if findings.counts[kind]:
                INDEX_DRIFT.labels(kind).inc(findings.counts[kind])
                LOG.error(
                    "the index differs from the graph: %s %s, such as %s",
                    findings.counts[kind],
                    kind,
                    ",".join(findings.ids[kind][:LOGGED_IDS]),
                )
        if findings.drift and not await self._verifier.repair(findings, actor=ACTOR):
            LOG.warning("the index is not mended yet")

    async def settle(self) -> None:
        """Have deleted documents merged away, once for each time that nothing is written for a while."""
        index = await main_index(self._elasticsearch, self._index)
        left = await leftovers(self._elasticsearch, index)
        if left.mark != self._mark:
            self._mark, self._quiet_since, self._settled = left.mark, time.monotonic(), False
        quiet = time.monotonic() - self._quiet_since >= QUIET_SECONDS
        if quiet and left.documents and not self._settled:
            await merge_away(self._elasticsearch, index)
            self._settled = True
            LOG.info("%s deleted documents are merged away: nothing is written for now", left.documents)

    async def tidy(self) -> None:
        """Delete what rebuilds left behind, once nobody reads it any more."""
        rebuild = await self._graph.read(rebuilds.newest_rebuild)
        under_way = rebuild is not None and rebuild.finished_at is None
        filling = rebuilt_index(self._index, rebuild) if rebuild and under_way else None
        for index in await idle(self._elasticsearch, self._index):
            if index == filling:
                continue
            identity = await identity_of(self._elasticsearch, index)
            since = await self._graph.write(rebuilds.idle_since, identity=identity, at=now())
            if since < timestamp(datetime.now(UTC) - IDLE_KEPT):
                await discard(self._elasticsearch, index)
                await self._graph.write(rebuilds.forget_idle, identity=identity)
                LOG.info("index %s is deleted: nobody reads it any more", index.name)
