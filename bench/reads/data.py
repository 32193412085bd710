"""The generated people, jobs and applications that every subject reads, written by the project's own functions."""

import asyncio
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psutil

from api.setup import prepare
from engines import places, processes, stack
from engines.errors import EngineError
from graph.applications import NewApplication, apply
from graph.client import Graph, Row, Statement, Transaction
from graph.events import Change
from graph.ids import derived_id, new_id, timestamp
from graph.jobs import NewJob, create_job
from graph.profiles import Employment, Location, Profile, RecordKind
from graph.records import NewRecord, save_records
from graph.settings import GraphSettings
from graph.tokens import AccessRole, NewToken, create_token, new_secret
from search.client import open_client
from search.indices import candidate_index
from search.settings import ElasticsearchSettings

PEOPLE = 2_000
JOBS = 40
COMPANIES = 200
APPLICATIONS_PER_JOB = 60
BATCH = 250

_TECHNICAL = (
    "Python",
    "Kubernetes",
    "Terraform",
    "Haskell",
    "Robotics",
    "Cryptography",
    "Genomics",
    "Radiology",
)
_BUSINESS = ("Accounting", "Negotiation", "Logistics", "Recruiting", "Forecasting", "Auditing", "Mediation")
_CRAFTS = ("Welding", "Carpentry", "Ceramics", "Brewing", "Plumbing", "Surveying", "Midwifery", "Cartography")
_WORDS = ("Copywriting", "Translation", "Typography", "Choreography", "Photography", "Bookkeeping")
SKILLS = _TECHNICAL + _BUSINESS + _CRAFTS + _WORDS
SKILLS_PER_PERSON = 5
TITLES = ("Engineer", "Analyst", "Manager", "Technician", "Consultant", "Specialist", "Coordinator")
CITIES = ("Lisbon", "Oslo", "Ghent", "Turin", "Leeds", "Gdansk", "Bergen", "Porto", "Malmo", "Graz")
TEAMS = ("Platform", "Operations", "Research", "Field Service", "Finance", "People")
_OPENED = datetime(2026, 3, 2, 8, tzinfo=UTC)
_SEED = 5
"""To be changed with the data: it is part of the ids by which older data are recognised."""

STATE = Statement(
    "bench.reads_state",
    """
    RETURN COUNT { (:Candidate) } AS people, COUNT { (:Job) } AS jobs,
           EXISTS { (:Person {id: $first}) } AS ours,
           EXISTS { (:Pending) } OR EXISTS { (:Undelivered) } OR EXISTS { (:Unindexed) } AS behind
    """,
)


FILLED = "reads-filled"
"""Names the file that says of which making the data in a home are; it is written when all are there."""
_EMPTY = {"people": 0, "jobs": 0, "ours": False, "behind": False}
_COMPLETE = {"people": PEOPLE, "jobs": JOBS, "ours": True, "behind": False}


def person_id(number: int) -> str:
    """Return the id of a candidate, 0 to PEOPLE - 1."""
    return _id("person", number)


def job_id(number: int) -> str:
    """Return the id of a job, 0 to JOBS - 1."""
    return _id("job", number)


def start_engines(home: Path) -> list[psutil.Process]:
    """Start the engines, lead this process to them and fill them where that has not been done; return their processes."""
    _enter(home)
    filled = home / FILLED
    if not filled.exists() or filled.read_text() != _id("data"):
        if asyncio.run(_state()) != _EMPTY:
            print("the data of an earlier run differ: starting with empty engines", flush=True)
            stack.remove(home)
            _enter(home)
        begin = time.monotonic()
        asyncio.run(_fill())
        filled.write_text(_id("data"))
        print(f"{PEOPLE:,} candidates: written and indexed in {time.monotonic() - begin:.0f} s", flush=True)
    records = {name: processes.find(home, name) for name in ("neo4j", "elasticsearch")}
    if foreign := [name for name, record in records.items() if record is None]:
        raise EngineError(
            f"another program answers in place of {', '.join(foreign)}: delete {home}/ports.json"
        )
    return [psutil.Process(record.pid) for record in records.values() if record]


async def make_token() -> str:
    """Return a recruiter's token."""
    token = NewToken(
        id=new_id(), secret=new_secret(), role=AccessRole.RECRUITER, label="bench", expires_at=None
    )
    change = Change.by("bench")
    async with Graph.open(GraphSettings()) as graph:
        await graph.write(create_token, token=token, change=change)
    return token.secret


def profile(number: int) -> Profile:
    """Return a person with four to six employments, one after the other."""
    random = Random(f"{_SEED}:{number}")
    stints = random.choice((4, 5, 5, 6))
    start = random.randint(1998, 2006)
    employments = []
    for stint in range(stints):
        end = start + random.randint(1, 3)
        last = stint == stints - 1
        company = random.randrange(COMPANIES)
        employments.append(
            Employment(
                company=f"{TEAMS[company % len(TEAMS)]} Works {company}",
                title=f"{random.choice(('Junior', 'Senior', 'Lead'))} {random.choice(TITLES)}",
                start=f"{start}-{random.randint(1, 12):02}",
                end=None if last else f"{end}-{random.randint(1, 12):02}",
                current=last,
                location=random.choice(CITIES),
                team=random.choice(TEAMS),
            )
        )
        start = end + 1
    skills = tuple(random.sample(SKILLS, SKILLS_PER_PERSON))
    return Profile(
        name=f"Person {number}",
        headline=f"{random.choice(TITLES)} in {random.choice(CITIES)}, {skills[0]} and {skills[1]}",
        summary=f"{stints} places in {start - 2000} years: {', '.join(skills)}. Prefers {random.choice(CITIES)}.",
        emails=(f"person.{number}@example.com",),
        phones=(),
        location=Location(city=random.choice(CITIES)),
        employments=tuple(employments),
        skills=skills,
        languages=tuple(random.sample(("English", "Polish", "French", "Norwegian"), 2)),
        tags=("silver medallist",) if number % 7 == 0 else (),
    )


async def _state() -> Row | None:
    async with Graph.open(GraphSettings()) as graph:
        return await graph.read(STATE.row, first=person_id(0))


def _id(kind: str, *numbers: int) -> str:
    return derived_id(kind, f"bench-reads-{_SEED}", *map(str, numbers))


def _enter(home: Path) -> None:
    stack.start(home)
    os.environ.update(stack.environment(home))
    os.environ.update(KITH_HOME=str(home), KITH_STORE_PATH=str(places.state(home, "store")))


async def _fill() -> None:
    print("writing the data", flush=True)
    await prepare()
    async with Graph.open(GraphSettings()) as graph:
        for first in range(0, PEOPLE, BATCH):
            at = timestamp(_OPENED + timedelta(seconds=first))
            records = [_record(number, at) for number in range(first, min(first + BATCH, PEOPLE))]
            await graph.write(save_records, records=records, actor="import:bench", at=at)
        for number in range(JOBS):
            await graph.write(_open_job, number=number)
        await _index()


def _record(number: int, at: str) -> NewRecord:
    return NewRecord(
        id=_id("record", number),
        kind=RecordKind.IMPORT,
        origin="bench",
        received_at=at,
        profile=profile(number),
        person_id=person_id(number),
        event_id=_id("event of a person", number),
    )


async def _open_job(tx: Transaction, /, *, number: int) -> None:
    random = Random(f"{_SEED}:job:{number}")
    opened = _OPENED + timedelta(days=number)
    job = NewJob(
        id=job_id(number),
        event_id=_id("event of a job", number),
        title=f"{random.choice(TITLES)}, {random.choice(TEAMS)}",
        description=f"Work with {', '.join(random.sample(SKILLS, 3))}.",
        department=random.choice(TEAMS),
        city=random.choice(CITIES),
        country="PT",
        openings=random.randint(1, 4),
    )
    await create_job(tx, job=job, actor="import:bench", at=timestamp(opened))
    for place, person in enumerate(random.sample(range(PEOPLE), APPLICATIONS_PER_JOB)):
        at = timestamp(opened + timedelta(minutes=37 * (place + 1)))
        application = NewApplication(
            id=_id("application", number, place),
            event_id=_id("event of an application", number, place),
            candidate_id=person_id(person),
            job_id=job.id,
            applied_at=at,
            source=random.choice(("careers page", "referral", "job board")),
        )
        await apply(tx, application=application, actor="import:bench", at=at)


async def _index() -> None:
    """Run a worker until the index shows the whole log; merge, since scores move with what is deleted but still counted."""
    log = places.state(Path(os.environ["KITH_HOME"]), "logs") / "indexing.log"
    with log.open("wb") as file:
        process = await asyncio.to_thread(
            subprocess.Popen,
            [sys.executable, "-m", "workers.process"],
            cwd=places.CHECKOUT,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        while await _state() != _COMPLETE:
            if process.poll() is not None:
                sys.exit(f"the worker ended: the reason is at the end of {log}")
            await asyncio.sleep(0.2)
    finally:
        process.terminate()
        process.wait()
    settings = ElasticsearchSettings()
    async with open_client(settings) as client:
        alias = candidate_index(settings.index_prefix).alias
        await client.options(request_timeout=60).indices.forcemerge(index=alias, max_num_segments=1)
