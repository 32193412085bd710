from typing import TYPE_CHECKING, Annotated, ClassVar

import strawberry

from graph import applications, jobs, references
from graph.applications import ApplicationStatus
from graph.jobs import ACTIVE_APPLICATIONS, StageCategory
from graph.reading import ID, Anchor, node
from graph.rights import Permission
from schema.enums import described
from schema.external_ids import ExternalId
from schema.filters import (
    DateTimeFilter,
    EnumFilter,
    IdFilter,
    SortDirection,
    TextFilter,
    filtered,
    ids_of,
    joined,
)
from schema.node import Kind, Node
from schema.origins import Read
from schema.reads import identity, related, stored
from schema.scalars import DateTime

if TYPE_CHECKING:
    from schema.candidates.types import Candidate
    from schema.jobs.types import Job

described(
    StageCategory,
    name="StageCategory",
    description="What a stage means, whatever its own name is.",
    values={
        StageCategory.LEAD: "Somebody who may fit and has not applied.",
        StageCategory.APPLIED: "The application is in.",
        StageCategory.SCREEN: "Somebody looks at it, or talks to the candidate for the first time.",
        StageCategory.INTERVIEW: "The candidate is interviewed.",
        StageCategory.OFFER: "An offer is made.",
        StageCategory.HIRED: "The candidate has accepted.",
    },
)
described(
    ApplicationStatus,
    name="ApplicationStatus",
    description="How an application stands, apart from its stage.",
    values={
        ApplicationStatus.ACTIVE: "It goes on.",
        ApplicationStatus.REJECTED: "We said no.",
        ApplicationStatus.WITHDRAWN: "The candidate said no.",
        ApplicationStatus.HIRED: "The candidate was hired.",
    },
)
described(
    applications.ApplicationOrder,
    name="ApplicationSortField",
    description="What applications are sorted by.",
    values={
        applications.ApplicationOrder.APPLIED_AT: "When the candidate applied.",
        applications.ApplicationOrder.STAGE_SINCE: "Since when it is in its stage.",
    },
)


@strawberry.type(description="A step of a job's pipeline.")
class Stage(Read, Node):
    anchor: ClassVar[Anchor] = jobs.STAGE
    id: strawberry.ID = identity(Kind.STAGE)
    name: str = stored("The customer's own name.", node("name"))
    category: StageCategory = stored("What it means.", node("category"), make=StageCategory)
    position: int = stored("Its place in the pipeline, from 0.", node("position"))
    active_applications: int = stored("How many active applications are in it.", ACTIVE_APPLICATIONS)


@strawberry.type(description="One candidate's application for one job.")
class Application(Read, Node):
    anchor: ClassVar[Anchor] = applications.APPLICATION
    id: strawberry.ID = identity(Kind.APPLICATION)
    status: ApplicationStatus = stored(
        "Whether it is still going on.", node("status"), make=ApplicationStatus
    )
    applied_at: DateTime = stored("When it was made.", node("applied_at"))
    stage_since: DateTime = stored("Since when it is in its stage.", applications.STAGE_SINCE)
    source: str | None = stored("Where the candidate came from, as the sender worded it.", node("source"))
    version: int = stored("Grows by one with each move; give it as `expectedVersion`.", node("version"))
    external_ids: list[ExternalId] = related("What other systems call it.", references.EXTERNAL_IDS)
    candidate: Annotated["Candidate", strawberry.lazy("schema.candidates.types")] | None = related(
        "Who applied.", applications.CANDIDATE, requires=Permission.CANDIDATES_READ
    )
    job: Annotated["Job", strawberry.lazy("schema.jobs.types")] | None = related(
        "What for.", applications.JOB, requires=Permission.JOBS_READ
    )
    stage: Stage = related("How far it has come.", applications.STAGE)


@strawberry.input(description="Which applications; all that is given must hold.")
class ApplicationFilter:
    all: list["ApplicationFilter"] | None = joined("AND", "All of these hold.")
    any: list["ApplicationFilter"] | None = joined("OR", "One of these holds.")
    none: "ApplicationFilter | None" = joined("NOT", "This does not hold.")
    id: IdFilter | None = filtered("By id.", ID, ids_of(Kind.APPLICATION))
    job: IdFilter | None = filtered("By the job.", applications.JOB_ID, ids_of(Kind.JOB))
    candidate: IdFilter | None = filtered("By the candidate.", applications.CANDIDATE_ID, ids_of(Kind.PERSON))
    status: EnumFilter[ApplicationStatus] | None = filtered("By how it stands.", node("status"))
    stage: EnumFilter[StageCategory] | None = filtered(
        "By what its stage means.", applications.STAGE_CATEGORY
    )
    source: TextFilter | None = filtered("By where the candidate came from.", node("source"))
    applied_at: DateTimeFilter | None = filtered("By when it was made.", node("applied_at"))


@strawberry.input(description="How applications are sorted.")
class ApplicationSort:
    field: applications.ApplicationOrder = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.DESC, description="Which way round.")
