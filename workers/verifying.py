"""Compares every search document with the graph, and has those written anew that are not what the graph says."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from elasticsearch import AsyncElasticsearch

from graph import drift, indexing, rebuilds
from graph.client import Graph
from graph.ids import new_id, now
from graph.indexing import IndexedCandidate
from search.indices import CandidateIndex
from search.resumes.store import ResumeStore
from search.stored import stored, stored_between
from workers.documents import source_of

PAGE = 200
SETTLE_SECONDS = 60.0
"""How long a candidate whose change is on its way is waited for; who then still changes is left to the next time."""
POLL_SECONDS = 0.25
MOST_MENDED = 2_000
"""With more drift than this, the index is rebuilt instead."""
MOST_WAITING = 5_000
ROUNDS = 3
_OF_TEXT = frozenset({"resume_text", "meaning"})
"""What of a document comes from the résumé's text."""


class Kind(StrEnum):
    """How a document can differ from the graph."""

    MISSING = "missing"
    STALE = "stale"
    EXTRA = "extra"


@dataclass(slots=True)
class Findings:
    """What a comparison found; of the ids of each kind, the first 2,001 are kept.

    `changing` candidates changed all the time, so that nothing can be said of them; `refused` are those whose document
    Elasticsearch does not take.
    """

    compared: int = 0
    changing: int = 0
    refused: int = 0
    counts: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    ids: dict[Kind, list[str]] = field(default_factory=lambda: {kind: [] for kind in Kind})

    @property
    def drift(self) -> int:
        """How many documents are not what the graph says."""
        return sum(self.counts.values())

    def add(self, id: str, kind: Kind) -> None:
        self.counts[kind] += 1
        if len(self.ids[kind]) <= MOST_MENDED:
            self.ids[kind].append(id)


class Verifier:
    """Compares stretch by stretch, in the order of the ids; holds a few hundred documents at once."""

    def __init__(
        self, graph: Graph, elasticsearch: AsyncElasticsearch, index: CandidateIndex, store: ResumeStore
    ) -> None:
        self._graph = graph
        self._elasticsearch = elasticsearch
        self._index = index
        self._store = store

    async def verify(self) -> Findings:
        """Compare all. A difference counts only if it stays when no change of that candidate is on its way."""
        findings = Findings()
        waiting: list[str] = []
        position = ""
        while True:
            ids = await self._graph.read(drift.ids_after, after=position, limit=PAGE)
            through = ids[-1] if len(ids) == PAGE else None
            findings.compared += len(ids)
            async for suspects in self._suspects(ids, after=position, through=through):
                waiting += await self._judge(suspects, findings)
                if len(waiting) >= MOST_WAITING:
                    await self._settle(waiting, findings)
                    waiting = []
            if through is None:
                break
            position = through
        await self._settle(waiting, findings)
        return findings

    async def repair(self, findings: Findings, *, actor: str) -> bool:
        """Have what differs written anew by the workers; say whether all of it is as it should be.

        Where much differs, a rebuild is asked for instead, and the answer is no.
        """
        if findings.drift > MOST_MENDED:
            await self._graph.write(rebuilds.ask_for_rebuild, id=new_id(), at=now())
            return False
        ids = [id_ for found in findings.ids.values() for id_ in found]
        for _ in range(ROUNDS):
            if not ids:
                return True
            await self._graph.write(drift.call_for, ids=ids, call_id=new_id(), actor=actor, at=now())
            again = Findings()
            unsettled = await self._settle(ids, again)
            ids = [*unsettled, *(id_ for found in again.ids.values() for id_ in found)]
        return not ids

    async def _suspects(
        self, ids: Sequence[str], *, after: str, through: str | None
    ) -> AsyncIterator[list[str]]:
        people = await self._graph.read(indexing.candidates, ids=ids)
        wanted = await asyncio.to_thread(self._sources, people)
        suspects: list[str] = []
        async for id_, found in stored_between(
            self._elasticsearch, self._index, after=after, through=through
        ):
            source = wanted.pop(id_, None)
            if source is None or not self._same(people[id_], source, found):
                suspects.append(id_)
            if len(suspects) == PAGE:
                yield suspects
                suspects = []
        yield [*suspects, *wanted]

    async def _judge(self, ids: Sequence[str], findings: Findings) -> list[str]:
        """Add what is drift for sure to the findings; return the ids whose change is on its way.

        The graph is read before and after the index: as long as it says the same, the index should show just that.
        """
        if not ids:
            return []
        before, people = await self._graph.read(drift.marked_candidates, ids=ids)
        found = await stored(self._elasticsearch, self._index, ids)
        after = await self._graph.read(drift.marks, ids=ids)
        wanted = await asyncio.to_thread(self._sources, people)
        moving = []
        for id_ in ids:
            if id_ in before.moving | after.moving or before.versions.get(id_) != after.versions.get(id_):
                moving.append(id_)
            elif id_ in after.refused:
                findings.refused += 1
            elif id_ not in wanted:
                if id_ in found:
                    findings.add(id_, Kind.EXTRA)
            elif id_ not in found:
                findings.add(id_, Kind.MISSING)
            elif not self._same(people[id_], wanted[id_], found[id_]):
                findings.add(id_, Kind.STALE)
        return moving

    async def _settle(self, ids: Sequence[str], findings: Findings) -> list[str]:
        """Judge again until no change is on its way; return those that never stood still."""
        deadline = time.monotonic() + SETTLE_SECONDS
        left = list(ids)
        while True:
            left = [
                id_
                for start in range(0, len(left), PAGE)
                for id_ in await self._judge(left[start : start + PAGE], findings)
            ]
            if not left or time.monotonic() > deadline:
                findings.changing += len(left)
                return left
            await asyncio.sleep(POLL_SECONDS)

    def _sources(self, people: Mapping[str, IndexedCandidate]) -> dict[str, dict[str, Any]]:
        return {id_: source_of(person, self._store) for id_, person in people.items()}

    def _same(self, person: IndexedCandidate, wanted: dict[str, Any], found: dict[str, Any]) -> bool:
        """Compare; a text that is not in this machine's store can't be compared."""
        if person.text_document is not None and "resume_text" not in wanted:
            wanted, found = (
                {name: value for name, value in each.items() if name not in _OF_TEXT}
                for each in (wanted, found)
            )
        return wanted == found
