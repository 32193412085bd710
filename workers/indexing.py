"""Keeps the search index equal to the graph: drains unindexed events in batches, whatever order they came in."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Mapping

from elasticsearch import AsyncElasticsearch
from redis.asyncio import Redis
from redis.exceptions import RedisError

from graph import indexing
from graph.client import Graph
from graph.errors import GraphUnavailable
from graph.indexing import Batch, IndexedCandidate, Refusal
from graph.tracing import span
from search.documents import (
    ApplicationEntry,
    CandidateDocument,
    EducationEntry,
    EmploymentEntry,
    SkillUseEntry,
    end_month,
    start_month,
)
from search.errors import (
    SearchError,
    SearchIndexMissing,
    search_errors,
    unavailable,
)
from search.indices import CandidateIndex, ensure_indices, promote
from search.resumes.places import coordinates_of
from search.resumes.store import MissingFileError, ResumeStore
from search.resumes.titles import seniority_of_titles
from search.writer import write
from workers.broker import Queue, Task
from workers.metrics import INDEXED

LOG = logging.getLogger(__name__)

DRAIN_INDEX = Task("drain_index", Queue.INDEXING, interruptible=True)

DRAIN_KEY = "kith:drain"
"""Exists in Redis while a drain is called for or under way, so that no second one is called for."""
CALL_MILLISECONDS = 5_000
"""How long a call or a sign of life counts; after a killed drain the next one starts this much later."""
RETRY_MILLISECONDS = 2_000
"""Pause after a drain that Elasticsearch or Neo4j did not let finish."""
BATCH = 2_000
IN_FLIGHT = 2
TRICKLE = 200
"""A round with fewer events than this is followed by a pause, so that changes gather."""
ROUND_SECONDS = 0.2
MOST_RESUME_BYTES = 800_000
"""More than what a document takes, in whatever script."""
MONTHS_PER_YEAR = 12


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
                await promote(self._elasticsearch, self._index)
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

        async def lane() -> None:
            nonlocal position, done
            while True:
                async with taking:
                    batch = await self._graph.read(indexing.take, after=position, limit=BATCH)
                    if batch is None:
                        return
                    position = batch.through
                number = sum(map(len, batch.events.values()))
                with span("index batch", {"kith.events": number}, linked=batch.traces):
                    await self._index_batch(batch)
                done += number

        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(IN_FLIGHT):
                    lanes.create_task(lane())
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        return done

    async def _index_batch(self, batch: Batch) -> None:
        people = await self._graph.read(indexing.candidates, ids=list(batch.versions))
        documents = await asyncio.to_thread(self._documents, batch, people)
        outcome = await write(self._elasticsearch, self._index, documents, refresh=True)
        refused = {failure.id: failure.reason for failure in outcome.failures if not failure.retryable}
        held_up = {failure.id for failure in outcome.failures if failure.retryable}
        done = [id_ for id_ in batch.versions if id_ not in refused and id_ not in held_up]
        for name, number in (("written", len(done)), ("refused", len(refused)), ("held_up", len(held_up))):
            INDEXED.labels(name).inc(number)
        await self._graph.write(
            indexing.mark_indexed,
            candidates=done,
            events=[event for id_ in done for event in batch.events[id_]],
        )
        if refused:
            for id_, reason in refused.items():
                LOG.error("the index refuses candidate %s: %s", id_, reason)
            await self._graph.write(
                indexing.mark_refused,
                refusals=[Refusal(batch.events[id_], reason) for id_, reason in refused.items()],
            )
        if held_up:
            raise unavailable("take all candidates", f"{len(held_up)} to repeat")

    def _documents(
        self, batch: Batch, people: Mapping[str, IndexedCandidate]
    ) -> list[tuple[str, int, dict[str, object] | None]]:
        return [
            (
                id_,
                version,
                document_of(person, self._text(person)).to_source() if (person := people.get(id_)) else None,
            )
            for id_, version in batch.versions.items()
        ]

    def _text(self, person: IndexedCandidate) -> str | None:
        if person.text_document is None:
            return None
        try:
            return self._store.get(person.text_document)[:MOST_RESUME_BYTES].decode(errors="ignore")
        except MissingFileError:
            LOG.warning("the text of candidate %s is not in the store", person.id)
            return None

    async def _prepare(self) -> None:
        """Make sure that the index is there and that everybody was called for who belongs into it."""
        if self._answers is not None:
            return
        answers = await ensure_indices(self._elasticsearch, self._index)
        identity = await self._identity()
        if not await self._graph.read(indexing.knows_index, identity=identity):
            LOG.info("index %s is new: every candidate is indexed again", self._index.name)
            await indexing.refill(self._graph, identity=identity, name=self._index.name)
        self._answers = answers

    async def _identity(self) -> str:
        with search_errors("describe the candidate index"):
            found = await self._elasticsearch.indices.get_settings(index=self._index.name, name="index.uuid")
        return str(found.body[self._index.name]["settings"]["index"]["uuid"])

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


def document_of(person: IndexedCandidate, resume_text: str | None) -> CandidateDocument:
    """Return a candidate's document."""
    employments = [
        EmploymentEntry(
            company=employment.company,
            title=employment.title,
            start_month=start_month(employment.start),
            end_month=end_month(employment.end),
            current=employment.current,
        )
        for employment in person.employments
    ]
    return CandidateDocument(
        id=person.id,
        updated_at=person.updated_at,
        name=person.name,
        headline=person.headline,
        summary=person.summary,
        emails=person.emails,
        has_phone=bool(person.phones),
        skills=person.skills,
        skill_uses=[
            SkillUseEntry(use.skill, use.months, last_month=end_month(use.last_used))
            for use in person.skill_uses
        ],
        seniority=seniority_of_titles(employment.title for employment in person.employments),
        city=person.city,
        region=person.region,
        country=person.country,
        coordinates=coordinates_of(person.city, person.region, person.country) if person.city else None,
        employments=employments,
        educations=[
            EducationEntry(school=education.school, degree=education.degree, field=education.field)
            for education in person.educations
        ],
        years_experience=round(person.experience_months / MONTHS_PER_YEAR, 2),
        languages=person.languages,
        certificates=person.certificates,
        tags=person.tags,
        roles=[str(role) for role in person.roles],
        applications=[
            ApplicationEntry(job_id=application.job_id, stage=application.category, status=application.status)
            for application in person.applications
        ],
        shortlisted_jobs=person.shortlisted_jobs,
        jobs=person.jobs,
        private=person.private,
        visible_to=person.visible_to,
        consent=person.contactable,
        last_contact=person.last_contact,
        resume_text=resume_text,
    )
