from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph import outbox
from graph.access import add_members
from graph.client import Row, Statement, Transaction
from graph.errors import Code, InvalidInput, NotFound
from graph.events import EventType, NewEvent, Subject
from graph.ids import derived_id
from graph.profiles import skill_key
from graph.reading import Anchor, Pattern, Shown, Sort, Source, node
from graph.references import ExternalId, Referable, give_external_ids
from graph.versions import check_version
from graph.visibility import PUBLIC_JOB, SYSTEM, Sight, Viewer, require

CREATE = Statement(
    "jobs.create",
    """
    CREATE (j:Job)
    SET j = $properties
    WITH j
    UNWIND $stages AS stage
    CREATE (j)-[:HAS_STAGE]->(s:Stage)
    SET s = stage
    """,
)
REQUIRE_SKILLS = Statement(
    "jobs.require_skills",
    """
    MATCH (j:Job {id: $id})
    OPTIONAL MATCH (j)-[old:REQUIRES]->()
    DELETE old
    WITH DISTINCT j
    UNWIND $skills AS row
    MERGE (s:Skill {id: row.id}) ON CREATE SET s.name = row.name, s.created_at = $at
    CREATE (j)-[:REQUIRES {position: row.position}]->(s)
    """,
)
ASSIGN = Statement(
    "jobs.assign",
    """
    MATCH (j:Job {id: $id})
    UNWIND $people AS row
    MATCH (p:Person:Colleague {id: row.id})
    CREATE (j)-[:ASSIGNED {as: row.as}]->(p)
    RETURN row.as AS assigned
    """,
)
LOCK = Statement(
    "jobs.lock",
    """
    MATCH (j:Job {id: $id})
    SET j.locked = true
    REMOVE j.locked
    RETURN properties(j) AS properties, COLLECT { MATCH (j)-[r:REQUIRES]->(s) RETURN s.id ORDER BY r.position } AS skills
    """,
)
CHANGE = Statement(
    "jobs.change",
    "MATCH (j:Job {id: $id}) SET j += $properties, j.version = j.version + 1, j.updated_at = $at",
)
BY_IDS = Statement(
    "jobs.by_ids",
    """
    UNWIND $ids AS id
    MATCH (j:Job {id: id})
    RETURN j{.*, assigned: [(j)-[a:ASSIGNED]->(p) | {as: a.as, id: p.id}]} AS job
    """,
)
JOB = Anchor("jobs.job", "(@node:Job {id: @id})", Shown.JOB)
STAGE = Anchor("jobs.stage", "(@node:Stage {id: @id})", Shown.STAGE)
LOCATED = Source("(@node.city IS NOT NULL OR @node.region IS NOT NULL OR @node.country IS NOT NULL)")
PAID = Source("@node.salary_currency IS NOT NULL")
PUBLIC = Source(PUBLIC_JOB)
ACTIVE_APPLICATIONS = Source(
    "COUNT { (@node)<-[:IN_STAGE]-(a:Application {status: 'ACTIVE'}) WHERE @seen(application, a) }"
)


class JobOrder(StrEnum):
    """What jobs can be sorted by."""

    CREATED_AT = "CREATED_AT"
    TITLE = "TITLE"


JOBS = Pattern(
    name="jobs.jobs",
    match="(@node:Job)",
    shows=Shown.JOB,
    sorts={
        JobOrder.CREATED_AT: Sort(node("created_at"), descending=True, seek="@node.created_at IS NOT NULL"),
        JobOrder.TITLE: Sort(Source("coalesce(@node.title, '')")),
    },
)
STAGES = Pattern(
    name="jobs.stages",
    match="(@parent)-[:HAS_STAGE]->(@node:Stage)",
    shows=Shown.OPEN,
    order="@node.position, @node.id",
)
SKILLS = Pattern(
    name="jobs.skills",
    match="(@parent)-[@edge:REQUIRES]->(@node:Skill)",
    shows=Shown.OPEN,
    order="@edge.position, @node.id",
)
RECRUITER = Pattern(
    name="jobs.recruiter",
    match="(@parent)-[:ASSIGNED {as: 'RECRUITER'}]->(@node:Person)",
    shows=Shown.COLLEAGUE,
)
HIRING_MANAGER = Pattern(
    name="jobs.hiring_manager",
    match="(@parent)-[:ASSIGNED {as: 'HIRING_MANAGER'}]->(@node:Person)",
    shows=Shown.COLLEAGUE,
)


class StageCategory(StrEnum):
    """What a stage means, whatever the customer calls it."""

    LEAD = "LEAD"
    APPLIED = "APPLIED"
    SCREEN = "SCREEN"
    INTERVIEW = "INTERVIEW"
    OFFER = "OFFER"
    HIRED = "HIRED"


class JobStatus(StrEnum):
    """Whether a job takes applications."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class EmploymentType(StrEnum):
    """How someone is to be employed."""

    FULL_TIME = "FULL_TIME"
    PART_TIME = "PART_TIME"
    CONTRACT = "CONTRACT"
    TEMPORARY = "TEMPORARY"
    INTERNSHIP = "INTERNSHIP"


DEFAULT_STAGES = (
    ("Lead", StageCategory.LEAD),
    ("Applied", StageCategory.APPLIED),
    ("Screen", StageCategory.SCREEN),
    ("Interview", StageCategory.INTERVIEW),
    ("Offer", StageCategory.OFFER),
    ("Hired", StageCategory.HIRED),
)


@dataclass(frozen=True, slots=True)
class SalaryRange:
    """Yearly pay in whole units of an ISO 4217 currency."""

    minimum: int
    maximum: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job on its way in."""

    id: str
    event_id: str
    title: str
    description: str
    department: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    employment_type: EmploymentType = EmploymentType.FULL_TIME
    openings: int = 1
    salary: SalaryRange | None = None
    skills: tuple[str, ...] = ()
    stages: tuple[tuple[str, StageCategory], ...] = DEFAULT_STAGES
    recruiter_id: str | None = None
    hiring_manager_id: str | None = None
    confidential: bool = False
    """Known to its members, the recruiter and the hiring manager alone."""
    member_ids: tuple[str, ...] = ()
    external_ids: tuple[ExternalId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChange:
    """What is to be different about a job: properties by their name in the graph, None to clear one; the rest stays.

    `skills` None leaves the skills as they are.
    """

    job_id: str
    properties: Mapping[str, Any]
    skills: tuple[str, ...] | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A requisition with its openings."""

    id: str
    title: str
    description: str
    department: str | None
    city: str | None
    country: str | None
    employment_type: EmploymentType
    openings: int
    salary: SalaryRange | None
    status: JobStatus
    version: int
    created_at: str
    recruiter_id: str | None
    hiring_manager_id: str | None


async def create_job(tx: Transaction, /, *, job: NewJob, actor: str, at: str, viewer: Viewer = SYSTEM) -> Job:
    """Create a job with its pipeline; an id that is there already returns what it made the first time.

    Who opens a job that they would not see otherwise becomes a member of it.

    Raises:
        InvalidInput: the pipeline has no stage for applications, or nobody stands behind the token that opens a
            confidential job.
        NotFound: the recruiter, the hiring manager or a member is no colleague.
        Conflict: another job has one of the external ids.
    """
    if existing := (await jobs_by_ids(tx, ids=[job.id])).get(job.id):
        return existing
    if StageCategory.APPLIED not in {category for _, category in job.stages}:
        raise InvalidInput(
            Code.PIPELINE_INCOMPLETE,
            "a pipeline needs at least one stage of category APPLIED",
            field="stages",
        )
    salary = job.salary
    if salary and salary.minimum > salary.maximum:
        raise InvalidInput(Code.OUT_OF_RANGE, "the salary's minimum is above its maximum", field="salary")
    await CREATE.run(
        tx,
        properties={
            "id": job.id,
            "title": job.title,
            "description": job.description,
            "department": job.department,
            "city": job.city,
            "region": job.region,
            "country": job.country,
            "employment_type": str(job.employment_type),
            "openings": job.openings,
            **salary_properties(salary),
            "status": str(JobStatus.OPEN),
            "version": 1,
            "confidential": job.confidential,
            "created_at": at,
            "updated_at": at,
        },
        stages=[
            {
                "id": derived_id("stage", job.id, str(position)),
                "name": name,
                "category": str(category),
                "position": position,
            }
            for position, (name, category) in enumerate(job.stages)
        ],
    )
    await give_external_ids(tx, kind=Referable.JOB, id=job.id, external_ids=job.external_ids, at=at)
    if job.skills:
        await REQUIRE_SKILLS.run(tx, id=job.id, skills=_skill_rows(job.skills), at=at)
    people = {"RECRUITER": job.recruiter_id, "HIRING_MANAGER": job.hiring_manager_id}
    wanted = [{"id": person, "as": duty} for duty, person in people.items() if person]
    assigned = {row["assigned"] for row in await ASSIGN.rows(tx, id=job.id, people=wanted)}
    for row in wanted:
        if row["as"] not in assigned:
            field = "recruiter" if row["as"] == "RECRUITER" else "hiringManager"
            raise NotFound("colleague", field=field)
    await add_members(
        tx,
        viewer=viewer,
        job_id=job.id,
        member_ids=job.member_ids,
        confidential=job.confidential or viewer.sights.jobs is Sight.MEMBER,
    )
    await outbox.append(tx, [_event(job.event_id, EventType.JOB_CREATED, job.id, actor, at)])
    return (await jobs_by_ids(tx, ids=[job.id]))[job.id]


async def update_job(
    tx: Transaction, /, *, change: JobChange, event_id: str, actor: str, at: str, viewer: Viewer = SYSTEM
) -> Job:
    """Change what is different; where nothing is, neither version nor event log grow.

    Closing and reopening have events of their own; ids of further events are derived from `event_id`.

    Raises:
        NotFound: there is no such job for the viewer.
        Conflict: it was changed since the version that is expected.
    """
    await require(tx, viewer=viewer, shown=Shown.JOB, id=change.job_id, what="job", field="job")
    row = await LOCK.row(tx, id=change.job_id)
    if row is None:
        raise NotFound("job", field="job")
    before: Mapping[str, Any] = row["properties"]
    check_version(change.expected_version, before["version"])
    different = {name: value for name, value in change.properties.items() if before.get(name) != value}
    types = []
    if "status" in different:
        closed = different["status"] == JobStatus.CLOSED
        types.append(EventType.JOB_CLOSED if closed else EventType.JOB_REOPENED)
    skills = None if change.skills is None else _skill_rows(change.skills)
    if skills is not None and [skill["id"] for skill in skills] == row["skills"]:
        skills = None
    if skills is not None or different.keys() - {"status"}:
        types.append(EventType.JOB_UPDATED)
    if types:
        await CHANGE.run(tx, id=change.job_id, properties=different, at=at)
    if skills is not None:
        await REQUIRE_SKILLS.run(tx, id=change.job_id, skills=skills, at=at)
    await outbox.append(
        tx, [_event(derived_id("event", event_id, kind), kind, change.job_id, actor, at) for kind in types]
    )
    return (await jobs_by_ids(tx, ids=[change.job_id]))[change.job_id]


def salary_properties(salary: SalaryRange | None) -> dict[str, Any]:
    """Return what the graph keeps of a salary."""
    return {
        "salary_minimum": salary.minimum if salary else None,
        "salary_maximum": salary.maximum if salary else None,
        "salary_currency": salary.currency if salary else None,
    }


def _skill_rows(names: Sequence[str]) -> list[dict[str, Any]]:
    skills: dict[str, str] = {}
    for name in names:
        skills.setdefault(skill_key(name), name)
    return [
        {"id": derived_id("skill", key), "name": name, "position": i}
        for i, (key, name) in enumerate(skills.items())
    ]


def _event(id_: str, kind: EventType, job_id: str, actor: str, at: str) -> NewEvent:
    return NewEvent(id=id_, type=kind, at=at, actor=actor, subject=Subject(job_id=job_id))


async def jobs_by_ids(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, Job]:
    """Return those of the jobs that exist."""
    return {row["job"]["id"]: _job(row["job"]) for row in await BY_IDS.rows(tx, ids=list(ids))}


def _job(stored: Row) -> Job:
    assigned = {entry["as"]: entry["id"] for entry in stored["assigned"]}
    currency = stored.get("salary_currency")
    return Job(
        id=stored["id"],
        title=stored["title"],
        description=stored["description"],
        department=stored.get("department"),
        city=stored.get("city"),
        country=stored.get("country"),
        employment_type=EmploymentType(stored["employment_type"]),
        openings=stored["openings"],
        salary=SalaryRange(stored["salary_minimum"], stored["salary_maximum"], currency)
        if currency
        else None,
        status=JobStatus(stored["status"]),
        version=stored["version"],
        created_at=stored["created_at"],
        recruiter_id=assigned.get("RECRUITER"),
        hiring_manager_id=assigned.get("HIRING_MANAGER"),
    )
