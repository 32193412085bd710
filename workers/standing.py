"""Tells of candidates who newly match a standing search: follows the event log behind the index.

Any number of processes may run it; the one that holds the lease works. Where it dies, another looks at the same stretch
of the log again, and finds what was written.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from elasticsearch import AsyncElasticsearch

from graph.client import Graph
from graph.errors import GraphUnavailable, OutOfTime
from graph.ids import now
from graph.owners import Owner, owners
from graph.reading import Shown
from graph.rights import Permission, lacking_to_search_by
from graph.standing import matching
from graph.standing.choosing import StandingFault
from graph.standing.matching import Sighting, StandingSearch, State
from graph.tracing import span
from graph.visibility import jobs_that_show, seen
from search.errors import InvalidQuery, SearchError
from search.indices import CandidateIndex, main_index
from search.query_language.errors import QuerySyntaxError
from search.rights import MOST_JOBS, clauses_of
from search.talent.conditions import Clause
from search.talent.request import TalentRequest
from search.talent.saved import request_of
from search.talent.standing import Found, filter_of, found_among
from search.talent.telling import asked_fields, named_jobs, tell_of_any_job, with_visible_jobs
from search.taxonomy.live import LiveTaxonomy
from search.taxonomy.vocabulary import Vocabulary
from workers.leases import Lease
from workers.metrics import MATCHES
from workers.settings import WorkerSettings

LOG = logging.getLogger(__name__)

LEASE = "standing_searches"
ACTOR = "worker:standing"
PAUSE_SECONDS = 0.25
STANDBY_SECONDS = 1.0
RETRY_SECONDS = 2.0
"""Pause after an engine did not answer."""
STRETCH = 2_000
"""Most events looked at together."""
PAIRS_AT_ONCE = 2_000
"""About so many matches are written in one transaction."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A search as it was saved, and what it would tell of hidden things."""

    request: TalentRequest
    fields: Sequence[str]
    any_job: bool
    jobs: Sequence[str]

    @classmethod
    def of(cls, content: str) -> "_Asked":
        """Read a search; ValueError for what is none."""
        request = request_of(content)
        where = request.where
        return cls(request, asked_fields(where), tell_of_any_job(where), named_jobs(where))

    def allowed(self, owner: Owner) -> bool:
        """Say whether the owner may ask so; as `schema.talent.rights.visible_conditions`."""
        if self.any_job and not owner.viewer.knows_applications:
            return False
        return lacking_to_search_by(self.fields, owner.permissions) is None


@dataclass(slots=True)
class _Known:
    """The searches as they were read for one generation, and their clauses for one version of the taxonomy."""

    generation: int
    searches: dict[str, StandingSearch]
    asked: dict[str, _Asked] = field(default_factory=dict)
    version: str = ""
    clauses: dict[tuple[str, bool], Clause] = field(default_factory=dict)
    """By the id of the search, and whether its owner may find contact data."""


class Lookout:
    """Looks at changed candidates with every standing search."""

    def __init__(
        self,
        graph: Graph,
        elasticsearch: AsyncElasticsearch,
        index: CandidateIndex,
        taxonomy: LiveTaxonomy,
        settings: WorkerSettings,
    ) -> None:
        self._graph = graph
        self._elasticsearch = elasticsearch
        self._index = index
        self._taxonomy = taxonomy
        self._lease = Lease(graph, LEASE, seconds=settings.lease_seconds)
        self._known: _Known | None = None

    async def run(self) -> None:
        """Look out whenever the lease is ours, until cancelled; absent engines are waited for."""
        try:
            while True:
                pause = STANDBY_SECONDS
                try:
                    if await self._lease.turn(self.turn):
                        pause = PAUSE_SECONDS
                except (GraphUnavailable, OutOfTime, SearchError) as error:
                    LOG.warning("standing searches wait: %s", type(error).__name__)
                    pause = RETRY_SECONDS
                await asyncio.sleep(pause)
        finally:
            await self._lease.give_up()

    async def turn(self) -> None:
        """Look at all that the index shows and nobody has looked at."""
        while (state := await self._graph.read(matching.state)) is not None:
            stretch = await self._graph.read(matching.next_stretch, after=state.through, limit=STRETCH)
            if stretch.through <= state.through:
                return
            if stretch.candidates:
                with span("standing searches", {"kith.events": stretch.through - state.through}):
                    await self._look_at(stretch.candidates, state)
            await self._graph.write(matching.advance, state=state, through=stretch.through)

    async def _look_at(self, candidates: Sequence[str], state: State) -> None:
        known = await self._searches(state)
        searches, faults = await self._clauses(known)
        index = await main_index(self._elasticsearch, self._index)
        async for found in found_among(self._elasticsearch, index.name, searches, candidates):
            faults |= dict.fromkeys(found.broken, StandingFault.BROKEN)
            await self._record(candidates, known, found)
        await self._note_faults(known, faults)

    async def _record(self, candidates: Sequence[str], known: _Known, found: Found) -> None:
        sightings: list[Sighting] = []
        pairs = 0
        for id_, matched in found.matches.items():
            if sightings and pairs + len(matched) > PAIRS_AT_ONCE:
                await self._write(candidates, sightings)
                sightings, pairs = [], 0
            sightings.append(Sighting(id_, known.searches[id_].stamp, matched))
            pairs += len(matched)
        if sightings:
            await self._write(candidates, sightings)

    async def _write(self, candidates: Sequence[str], sightings: Sequence[Sighting]) -> None:
        told = await self._graph.write(
            matching.record, candidates=candidates, sightings=sightings, at=now(), actor=ACTOR
        )
        MATCHES.inc(told)

    async def _searches(self, state: State) -> _Known:
        if self._known is None or self._known.generation != state.generation:
            searches = await self._graph.read(matching.standing_searches)
            self._known = _Known(state.generation, {each.id: each for each in searches})
        return self._known

    async def _clauses(
        self, known: _Known
    ) -> tuple[dict[str, Sequence[Clause]], dict[str, StandingFault | None]]:
        """Return the clauses of each search with its owner's rights as they are now, and what is wrong with the others.

        The searches of those who may not come in are neither here nor there: they rest.
        """
        terms = await self._taxonomy.current()
        if known.version != terms.version:
            known.version, known.clauses = terms.version, {}
        actors = sorted({each.owner for each in known.searches.values()})
        found = await self._graph.read(owners, actors=actors, at=now())
        rights = {actor: await self._rights(owner) for actor, owner in found.items()}
        clauses: dict[str, Sequence[Clause]] = {}
        faults: dict[str, StandingFault | None] = {}
        for search in known.searches.values():
            owner = found.get(search.owner)
            if owner is None:
                continue
            try:
                clause = await self._clause(search, owner, known, terms)
            except (ValueError, InvalidQuery, QuerySyntaxError):
                faults[search.id] = StandingFault.BROKEN
            else:
                faults[search.id] = None if clause else StandingFault.NOT_ALLOWED
                if clause:
                    clauses[search.id] = [clause, *rights[search.owner]]
        return clauses, faults

    async def _clause(
        self, search: StandingSearch, owner: Owner, known: _Known, terms: Vocabulary
    ) -> Clause | None:
        """Return whom a search finds; None where its owner may not search so.

        Raises:
            ValueError, InvalidQuery, QuerySyntaxError: nobody can run it.
        """
        if search.id not in known.asked:
            known.asked[search.id] = _Asked.of(search.content)
        asked = known.asked[search.id]
        if not owner.may_search or not asked.allowed(owner):
            return None
        contacts = Permission.CONTACTS_READ in owner.permissions
        request = replace(asked.request, expansion=terms, contacts=contacts)
        if asked.jobs and not owner.viewer.sees_everything:
            visible = await self._graph.read(seen, viewer=owner.viewer, shown=Shown.JOB, ids=asked.jobs)
            return filter_of(replace(request, where=with_visible_jobs(request.where, visible)))
        if (search.id, contacts) not in known.clauses:
            known.clauses[search.id, contacts] = await asyncio.to_thread(filter_of, request)
        return known.clauses[search.id, contacts]

    async def _note_faults(self, known: _Known, faults: Mapping[str, StandingFault | None]) -> None:
        changed = {id_: fault for id_, fault in faults.items() if known.searches[id_].fault != fault}
        if not changed:
            return
        for id_, fault in changed.items():
            known.searches[id_] = replace(known.searches[id_], fault=fault)
            if fault is not None:
                LOG.warning("standing search %s tells nothing: %s", id_, fault)
        await self._graph.write(matching.note_faults, faults=changed)

    async def _rights(self, owner: Owner) -> list[Clause]:
        viewer = owner.viewer
        jobs = await jobs_that_show(self._graph, viewer=viewer, limit=MOST_JOBS)
        return list(clauses_of(viewer.sights.candidates, person_id=viewer.person_id, jobs=jobs))
