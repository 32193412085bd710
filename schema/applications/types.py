from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.applications import Application as ApplicationRecord
from graph.applications import ApplicationStatus
from graph.jobs import Stage as StageRecord
from graph.jobs import StageCategory, jobs_by_ids, stages_of
from graph.people import people_by_ids
from schema.context import Info
from schema.node import Kind, Node, global_id
from schema.permissions import Permission, Requires
from schema.scalars import DateTime

if TYPE_CHECKING:
    from schema.candidates.types import Candidate
    from schema.jobs.types import Job

strawberry.enum(
    StageCategory, name="StageCategory", description="What a stage means, whatever its own name is."
)
strawberry.enum(
    ApplicationStatus,
    name="ApplicationStatus",
    description="How an application stands, apart from its stage.",
)


@strawberry.type(description="A step of a job's pipeline.")
class Stage:
    id: strawberry.ID = strawberry.field(description="Names the stage; give it to `moveApplication`.")
    name: str = strawberry.field(description="The customer's own name.")
    category: StageCategory = strawberry.field(description="What it means.")
    position: int = strawberry.field(description="Its place in the pipeline, from 0.")
    active_applications: int = strawberry.field(description="How many active applications are in it.")

    @classmethod
    def of(cls, record: StageRecord) -> "Stage":
        return cls(
            id=global_id(Kind.STAGE, record.id),
            name=record.name,
            category=record.category,
            position=record.position,
            active_applications=record.applications,
        )


@strawberry.type(description="One candidate's application for one job.")
class Application(Node):
    candidate_key: strawberry.Private[str]
    job_key: strawberry.Private[str]
    stage_key: strawberry.Private[str]
    status: ApplicationStatus = strawberry.field(description="Whether it is still going on.")
    applied_at: DateTime = strawberry.field(description="When it was made.")
    stage_since: DateTime = strawberry.field(description="Since when it is in its stage.")
    source: str | None = strawberry.field(description="Where the candidate came from.")

    @strawberry.field(description="Who applied.", extensions=[Requires(Permission.CANDIDATES_READ)])
    async def candidate(
        self, info: Info
    ) -> Annotated["Candidate", strawberry.lazy("schema.candidates.types")]:
        from schema.candidates.types import Candidate  # noqa: PLC0415 - the two types refer to each other

        return Candidate.of(await info.context.loaders.require(people_by_ids, self.candidate_key))

    @strawberry.field(description="What for.", extensions=[Requires(Permission.JOBS_READ)])
    async def job(self, info: Info) -> Annotated["Job", strawberry.lazy("schema.jobs.types")]:
        from schema.jobs.types import Job  # noqa: PLC0415 - the two types refer to each other

        return Job.of(await info.context.loaders.require(jobs_by_ids, self.job_key))

    @strawberry.field(description="How far it has come.")
    async def stage(self, info: Info) -> Stage:
        stages = await info.context.loaders.require(stages_of, self.job_key)
        return Stage.of(next(stage for stage in stages if stage.id == self.stage_key))

    @classmethod
    def of(cls, record: ApplicationRecord) -> "Application":
        return cls(
            id=global_id(Kind.APPLICATION, record.id),
            candidate_key=record.candidate_id,
            job_key=record.job_id,
            stage_key=record.stage_id,
            status=record.status,
            applied_at=DateTime(record.applied_at),
            stage_since=DateTime(record.stage_since),
            source=record.source,
        )
