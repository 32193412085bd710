"""One empty system for each test, and worker processes that can be killed."""

import asyncio
import os
import random
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio
from dramatiq.brokers.redis import RedisBroker
from elasticsearch import AsyncElasticsearch
from redis.asyncio import Redis

from engines.places import CHECKOUT
from graph import indexing, outbox
from graph.client import Graph, Statement, Transaction
from graph.ids import new_id, now
from graph.migrations.runner import migrate
from graph.profiles import Consent, Education, Employment, Location, Profile, RecordKind
from graph.records import NewRecord, save_records
from graph.settings import GraphSettings
from search.client import open_client
from search.indices import CandidateIndex, candidate_index
from search.resumes.store import ResumeStore, StoreSettings
from search.settings import ElasticsearchSettings
from tests.waiting import eventually
from workers.broker import open_broker
from workers.cancelling import end
from workers.documents import source_of
from workers.indexing import Indexer
from workers.relay import Relay
from workers.settings import RedisSettings, WorkerSettings

T = TypeVar("T")

EMPTY = Statement(
    "tests.empty",
    "MATCH (n) WHERE NOT n:Migration CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 500 ROWS",
)
INTAKES = Statement("tests.intakes", "MATCH (i:Intake) RETURN i.status AS status, count(i) AS number")
CANDIDATE_IDS = Statement("tests.candidate_ids", "MATCH (p:Candidate) RETURN p.id AS id")


@dataclass(frozen=True, slots=True)
class System:
    """The engines of a test, with clients for them and the settings of processes that share them."""

    graph: Graph
    elasticsearch: AsyncElasticsearch
    index: CandidateIndex
    redis: Redis
    redis_url: str
    queues: RedisBroker
    store: ResumeStore
    environment: dict[str, str]
    logs: Path

    def relay(self, *, lease_seconds: float = 1.0) -> Relay:
        return Relay(self.graph, self.redis, self.queues, WorkerSettings(lease_seconds=lease_seconds))

    def indexer(self) -> Indexer:
        return Indexer(self.graph, self.elasticsearch, self.index, self.redis, self.store)

    async def number_events(self) -> int:
        """Number all events as the relay does, without handing them on; return the last number."""
        await self.graph.write(outbox.take_lease, name="relay", holder="test", milliseconds=60_000)
        while await self.graph.write(outbox.number_pending, name="relay", holder="test", limit=1_000):
            pass
        await self.graph.write(outbox.give_up_lease, name="relay", holder="test")
        return await self.graph.write(outbox.publish)

    async def add(self, records: Sequence[NewRecord]) -> list[str]:
        """Save records; return the ids of the people they are about."""
        saved = await self.graph.write(save_records, records=records, actor="test", at=now())
        return [each.person_id for each in saved]

    async def wait_until_indexed(self, *, within: float = 60.0) -> int:
        """Wait until every event is numbered and indexed; return the last number."""

        async def everything() -> int:
            behind = await self.graph.read(outbox.backlog)
            last = await self.graph.read(outbox.last_sequence)
            done = behind.pending == behind.unindexed == 0
            return last if done and await self.graph.read(indexing.indexed_through) == last else 0

        return await eventually(everything, within=within)

    async def differences(self) -> list[str]:
        """Return the ids of candidates whose document is not what the graph says, and of superfluous documents."""
        rows = await self.graph.read(_candidate_ids)
        people = await self.graph.read(indexing.candidates, ids=rows)
        wanted = {id_: source_of(person, self.store) for id_, person in people.items()}
        answer = await self.elasticsearch.search(index=self.index.name, size=10_000, query={"match_all": {}})
        found = {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}
        return sorted(id_ for id_ in wanted.keys() | found.keys() if wanted.get(id_) != found.get(id_))

    async def intakes(self) -> dict[str, int]:
        """Count the intakes by status."""
        return {row["status"]: row["number"] for row in await self.graph.execute(INTAKES)}

    async def found_by_name(self, name: str) -> int:
        """Count the documents that a search by name finds."""
        answer = await self.elasticsearch.count(
            index=self.index.alias, query={"match": {"name": {"query": name, "operator": "and"}}}
        )
        return int(answer["count"])

    @contextmanager
    def worker(self, **settings: str) -> Iterator["WorkerProcess"]:
        """Run a worker process; it is killed in the end if it still runs."""
        log = self.logs / f"worker-{secrets.token_hex(4)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "workers.process"],
                env=self.environment | settings,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield WorkerProcess(process, log)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(30)


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """A running worker."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def kill(self) -> None:
        """End it without any warning."""
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> int:
        """Ask it to end, for which it has ten seconds; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)

    def said(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")


def records(number: int, *, seed: int = 0) -> list[NewRecord]:
    """Make records of candidates that differ in everything."""
    chance = random.Random(seed)
    made = []
    for i in range(number):
        mark = f"{seed}x{i}"
        profile = Profile(
            name=f"Kim Name{mark}",
            headline=f"Welder {mark}",
            emails=(f"kim.{mark}@example.org",),
            location=Location(city=f"Town{chance.randrange(9)}", country="DE"),
            employments=tuple(
                Employment(
                    company=f"Works {chance.randrange(40)}",
                    title="Welder",
                    start=f"{2000 + 4 * j}",
                    end=f"{2003 + 4 * j}-05" if j < 2 else None,
                    current=j == 2,
                )
                for j in range(chance.randrange(4))
            ),
            educations=(Education(school=f"School {chance.randrange(9)}", degree="BSc"),),
            skills=tuple(f"Skill {k}" for k in chance.sample(range(50), 5)),
        )
        made.append(
            NewRecord(
                id=new_id(),
                kind=RecordKind.IMPORT,
                origin="test",
                received_at=now(),
                profile=profile,
                person_id=new_id(),
                event_id=new_id(),
                consent=Consent(granted=chance.random() < 0.5, at=now(), basis="test"),
            )
        )
    return made


@pytest_asyncio.fixture(scope="session")
async def open_system(
    engines: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    folder = tmp_path_factory.mktemp("workers")
    prefix = f"kith-test-{secrets.token_hex(4)}"
    redis_settings = RedisSettings()
    async with (
        Graph.open(GraphSettings()) as graph,
        open_client(ElasticsearchSettings()) as elasticsearch,
        Redis.from_url(redis_settings.url) as redis,
    ):
        await migrate(graph)
        yield System(
            graph=graph,
            elasticsearch=elasticsearch,
            index=candidate_index(prefix),
            redis=redis,
            redis_url=redis_settings.url,
            queues=open_broker(redis_settings, WorkerSettings()),
            store=ResumeStore(StoreSettings(path=folder / "store")),
            environment=os.environ
            | {
                "KITH_STORE_PATH": str(folder / "store"),
                "KITH_ELASTICSEARCH_INDEX_PREFIX": prefix,
                "KITH_WORKER_HEAL_SECONDS": "1",
                "PYTHONPATH": str(CHECKOUT),
            },
            logs=folder,
        )
        await graph.execute(EMPTY)
        found = await elasticsearch.indices.get(index=f"{prefix}*", allow_no_indices=True)
        for name in found.body:
            await elasticsearch.indices.delete(index=name)


@pytest_asyncio.fixture
async def system(open_system: System) -> System:
    """The system without any data."""
    await open_system.graph.execute(EMPTY)
    await eventually(open_system.redis.flushall)
    if await open_system.elasticsearch.indices.exists(index=open_system.index.name):
        await open_system.elasticsearch.delete_by_query(
            index=open_system.index.name, query={"match_all": {}}, refresh=True, conflicts="proceed"
        )
    return open_system


@asynccontextmanager
async def running(work: Awaitable[object]) -> "AsyncIterator[asyncio.Future[object]]":
    """Run something in the background for as long as the block lasts."""
    task = asyncio.ensure_future(work)
    try:
        yield task
    finally:
        await end(task)


async def _candidate_ids(tx: Transaction, /) -> list[str]:
    return [row["id"] for row in await CANDIDATE_IDS.rows(tx)]
