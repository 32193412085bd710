from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from graph import outbox
from graph.client import Row, Statement, Transaction
from graph.errors import Code, Conflict, InvalidInput, NotFound
from graph.events import EventType, NewEvent, Subject
from graph.jobs import StageCategory
from graph.reading import Anchor, Pattern, Shown, Sort, Source, node
from graph.references import ExternalId, Referable, give_external_ids
from graph.versions import check_version
from graph.visibility import SYSTEM, Viewer, require

LOOK_UP = Statement(
    "applications.look_up",
    """
    OPTIONAL MATCH (p:Person:Candidate {id: $candidate})
    SET p.last_applied_at = $at
    WITH p
    OPTIONAL MATCH (j:Job {id: $job})
    RETURN p IS NOT NULL AS candidate, j.status AS job,
           [(j)-[:HAS_STAGE]->(s) | s{.id, .category, .position}] AS stages,
           EXISTS { (p)<-[:BY]-(:Application {status: 'ACTIVE'})-[:FOR]->(j) } AS active
    """,
)
CREATE = Statement(
    "applications.create",
    """
    MATCH (p:Person:Candidate {id: $candidate}), (j:Job {id: $job}), (s:Stage {id: $stage})
    CREATE (a:Application)
    SET a = $properties
    CREATE (a)-[:BY]->(p), (a)-[:FOR]->(j), (a)-[:IN_STAGE {since: $at}]->(s)
    """,
)
MOVE = Statement(
    "applications.move",
    """
    MATCH (a:Application {id: $id})-[:FOR]->(j:Job), (a)-[:BY]->(p:Person)
    SET a.moved_at = $at, p.locked = true
    REMOVE p.locked
    WITH a, j, p
    MATCH (a)-[old:IN_STAGE]->(was:Stage)
    MATCH (j)-[:HAS_STAGE]->(s:Stage {id: $stage})
    DELETE old
    CREATE (a)-[:IN_STAGE {since: $at}]->(s)
    SET a.status = $status, a.version = a.version + 1
    RETURN was.id AS was, a.version AS version,
           EXISTS { (p)<-[:BY]-(other:Application {status: 'ACTIVE'})-[:FOR]->(j) WHERE other <> a } AS another
    """,
)
BY_IDS = Statement(
    "applications.by_ids",
    """
    UNWIND $ids AS id
    MATCH (a:Application {id: id})-[:BY]->(p), (a)-[:FOR]->(j), (a)-[i:IN_STAGE]->(s)
    RETURN a{.*, candidate_id: p.id, job_id: j.id, stage_id: s.id, since: i.since} AS application
    """,
)
APPLICATION = Anchor("applications.application", "(@node:Application {id: @id})", Shown.APPLICATION)
STAGE_SINCE = Source("[(@node)-[i:IN_STAGE]->() | i.since][0]")
STAGE_CATEGORY = Source("[(@node)-[:IN_STAGE]->(s) | s.category][0]")
JOB_ID = Source("[(@node)-[:FOR]->(j) | j.id][0]")
CANDIDATE_ID = Source("[(@node)-[:BY]->(p) | p.id][0]")


class ApplicationOrder(StrEnum):
    """What applications can be sorted by."""

    APPLIED_AT = "APPLIED_AT"
    STAGE_SINCE = "STAGE_SINCE"


_SORTS: dict[str, Sort] = {
    ApplicationOrder.APPLIED_AT: Sort(
        node("applied_at"), descending=True, seek="@node.applied_at IS NOT NULL"
    ),
    ApplicationOrder.STAGE_SINCE: Sort(STAGE_SINCE, descending=True),
}
APPLICATIONS = Pattern(
    name="applications.applications", match="(@node:Application)", shows=Shown.APPLICATION, sorts=_SORTS
)
OF_JOB = Pattern(
    name="applications.of_job",
    match="(@parent)<-[:FOR]-(@node:Application)",
    shows=Shown.APPLICATION,
    sorts=_SORTS,
)
OF_CANDIDATE = Pattern(
    name="applications.of_candidate",
    match="(@parent)<-[:BY]-(@node:Application)",
    shows=Shown.APPLICATION,
    sorts=_SORTS,
)
CANDIDATE = Pattern(
    name="applications.candidate", match="(@parent)-[:BY]->(@node:Person)", shows=Shown.CANDIDATE
)
JOB = Pattern(name="applications.job", match="(@parent)-[:FOR]->(@node:Job)", shows=Shown.JOB)
STAGE = Pattern(
    name="applications.stage", match="(@parent)-[@edge:IN_STAGE]->(@node:Stage)", shows=Shown.OPEN
)


class ApplicationStatus(StrEnum):
    """How an application stands, apart from its stage."""

    ACTIVE = "ACTIVE"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    HIRED = "HIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApplication:
    """An application on its way in; without a stage it starts in the job's first stage of category APPLIED."""

    id: str
    event_id: str
    candidate_id: str
    job_id: str
    applied_at: str
    source: str | None = None
    category: StageCategory = StageCategory.APPLIED
    status: ApplicationStatus = ApplicationStatus.ACTIVE
    external_ids: tuple[ExternalId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One candidate's application for one job."""

    id: str
    candidate_id: str
    job_id: str
    stage_id: str
    stage_since: str
    status: ApplicationStatus
    applied_at: str
    source: str | None
    version: int


async def apply(
    tx: Transaction, /, *, application: NewApplication, actor: str, at: str, viewer: Viewer = SYSTEM
) -> Application:
    """Take an application of a candidate for a job; an id that is there already returns what it made.

    Raises:
        NotFound: there is no such candidate or job for the viewer.
        InvalidInput: the job is closed or has no stage of that category.
        Conflict: the candidate already has an active application for the job, or an external id is another's.
    """
    candidate, job = application.candidate_id, application.job_id
    await require(tx, viewer=viewer, shown=Shown.CANDIDATE, id=candidate, what="candidate", field="candidate")
    await require(tx, viewer=viewer, shown=Shown.JOB, id=job, what="job", field="job")
    row = await LOOK_UP.row(tx, candidate=application.candidate_id, job=application.job_id, at=at)
    if existing := (await applications_by_ids(tx, ids=[application.id])).get(application.id):
        return existing
    if row is None or not row["candidate"]:
        raise NotFound("candidate", field="candidate")
    if row["job"] is None:
        raise NotFound("job", field="job")
    if row["job"] != "OPEN":
        raise InvalidInput(Code.JOB_CLOSED, "the job is closed and takes no applications", field="job")
    if row["active"] and application.status is ApplicationStatus.ACTIVE:
        raise Conflict(
            Code.ALREADY_APPLIED, "the candidate already has an active application for this job", field="job"
        )
    fitting = [stage for stage in row["stages"] if stage["category"] == application.category]
    if not fitting:
        raise InvalidInput(
            Code.PIPELINE_INCOMPLETE, f"the job has no stage of category {application.category}", field="job"
        )
    await CREATE.run(
        tx,
        candidate=application.candidate_id,
        job=application.job_id,
        stage=min(fitting, key=lambda stage: stage["position"])["id"],
        at=application.applied_at,
        properties={
            "id": application.id,
            "status": str(application.status),
            "applied_at": application.applied_at,
            "source": application.source,
            "version": 1,
        },
    )
    await give_external_ids(
        tx, kind=Referable.APPLICATION, id=application.id, external_ids=application.external_ids, at=at
    )
    await outbox.append(
        tx, [_event(application.event_id, EventType.APPLICATION_CREATED, application, actor, at)]
    )
    return (await applications_by_ids(tx, ids=[application.id]))[application.id]


async def move(
    tx: Transaction,
    /,
    *,
    application_id: str,
    stage_id: str,
    status: ApplicationStatus,
    event_id: str,
    actor: str,
    at: str,
    expected_version: int | None = None,
    viewer: Viewer = SYSTEM,
) -> Application:
    """Move an application to a stage of its job and set its status.

    Raises:
        NotFound: there is no such application for the viewer, or no such stage in its job's pipeline.
        Conflict: it would be the candidate's second active application for the job, or it was moved since the
            version that is expected.
    """
    await require(
        tx,
        viewer=viewer,
        shown=Shown.APPLICATION,
        id=application_id,
        what="application",
        field="application",
    )
    before = (await applications_by_ids(tx, ids=[application_id])).get(application_id)
    if before is None:
        raise NotFound("application", field="application")
    row = await MOVE.row(tx, id=application_id, stage=stage_id, status=str(status), at=at)
    if row is None:
        raise NotFound("stage in this job's pipeline", field="stageId")
    check_version(expected_version, row["version"] - 1)
    if row["another"] and status is ApplicationStatus.ACTIVE:
        raise Conflict(
            Code.ALREADY_APPLIED,
            "the candidate already has an active application for this job",
            field="status",
        )
    after = (await applications_by_ids(tx, ids=[application_id]))[application_id]
    event = NewEvent(
        id=event_id,
        type=EventType.APPLICATION_MOVED,
        at=at,
        actor=actor,
        subject=Subject(candidate_id=after.candidate_id, job_id=after.job_id, application_id=application_id),
        detail={"from_stage": row["was"], "to_stage": stage_id, "status": str(status)},
    )
    await outbox.append(tx, [event])
    return after


async def applications_by_ids(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, Application]:
    """Return those of the applications that exist."""
    rows = await BY_IDS.rows(tx, ids=list(ids))
    return {row["application"]["id"]: _application(row["application"]) for row in rows}


def _application(stored: Row) -> Application:
    return Application(
        id=stored["id"],
        candidate_id=stored["candidate_id"],
        job_id=stored["job_id"],
        stage_id=stored["stage_id"],
        stage_since=stored["since"],
        status=ApplicationStatus(stored["status"]),
        applied_at=stored["applied_at"],
        source=stored.get("source"),
        version=stored["version"],
    )


def _event(id_: str, kind: EventType, application: NewApplication, actor: str, at: str) -> NewEvent:
    return NewEvent(
        id=id_,
        type=kind,
        at=at,
        actor=actor,
        subject=Subject(
            candidate_id=application.candidate_id, job_id=application.job_id, application_id=application.id
        ),
        detail={"category": str(application.category), "status": str(application.status)},
    )
