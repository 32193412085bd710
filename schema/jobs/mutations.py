from typing import Annotated

import strawberry

from graph.ids import now
from graph.jobs import create_job
from schema.context import Info
from schema.errors import UserError, attempt
from schema.jobs.inputs import CreateJobInput, job_of
from schema.jobs.types import Job
from schema.permissions import Permission, Requires
from schema.reads import by_id, referenced


@strawberry.type(description="The answer to `createJob`.")
class CreateJobPayload:
    job: Job | None = referenced("The job, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type
class JobMutations:
    @strawberry.mutation(
        description="Opens a job with its pipeline.", extensions=[Requires(Permission.JOBS_WRITE)]
    )
    async def create_job(
        self, info: Info, input: Annotated[CreateJobInput, strawberry.argument(description="What to open.")]
    ) -> CreateJobPayload:
        return await attempt(
            _create(info, input), lambda errors: CreateJobPayload(job=None, user_errors=errors)
        )


async def _create(info: Info, given: CreateJobInput) -> CreateJobPayload:
    actor = info.context.principal.actor
    job = await info.context.graph.write(create_job, job=job_of(given), actor=actor, at=now())
    return CreateJobPayload(job=by_id(job.id), user_errors=[])
