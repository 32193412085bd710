from typing import Annotated

import strawberry

from graph.access import set_job_access
from graph.ids import new_id, now
from graph.jobs import create_job, update_job
from graph.rights import Permission
from schema.context import Info
from schema.errors import UserError, attempt
from schema.idempotency import write_once
from schema.jobs.inputs import (
    CreateJobInput,
    SetJobAccessInput,
    UpdateJobInput,
    change_of,
    job_of,
    members_of,
)
from schema.jobs.types import Job
from schema.permissions import Requires
from schema.reads import by_id, referenced
from schema.references import local_id_of


@strawberry.type(description="The answer to `createJob`.")
class CreateJobPayload:
    job: Job | None = referenced("The job, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type(description="The answer to `updateJob`.")
class UpdateJobPayload:
    job: Job | None = referenced("The job as it is now, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type(description="The answer to `setJobAccess`.")
class SetJobAccessPayload:
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

    @strawberry.mutation(
        description="Changes a job, closes it or opens it again; where nothing is different, nothing happens.",
        extensions=[Requires(Permission.JOBS_WRITE)],
    )
    async def update_job(
        self,
        info: Info,
        input: Annotated[UpdateJobInput, strawberry.argument(description="What is to be different.")],
    ) -> UpdateJobPayload:
        return await attempt(
            _update(info, input), lambda errors: UpdateJobPayload(job=None, user_errors=errors)
        )

    @strawberry.mutation(
        description="Says whether a job is confidential and who its members are.",
        extensions=[Requires(Permission.JOBS_WRITE)],
    )
    async def set_job_access(
        self,
        info: Info,
        input: Annotated[SetJobAccessInput, strawberry.argument(description="Which and who.")],
    ) -> SetJobAccessPayload:
        return await attempt(
            _set_access(info, input), lambda errors: SetJobAccessPayload(job=None, user_errors=errors)
        )


async def _create(info: Info, given: CreateJobInput) -> CreateJobPayload:
    context = info.context
    answer = await write_once(
        info,
        given,
        lambda job: {"job": job.id},
        create_job,
        job=await job_of(given, context.loaders),
        actor=context.principal.actor,
        at=now(),
        viewer=context.principal.viewer,
    )
    return CreateJobPayload(job=by_id(answer["job"]), user_errors=[])


async def _update(info: Info, given: UpdateJobInput) -> UpdateJobPayload:
    context = info.context
    job = await context.graph.write(
        update_job,
        change=await change_of(given, context.loaders),
        event_id=new_id(),
        actor=context.principal.actor,
        at=now(),
        viewer=context.principal.viewer,
    )
    return UpdateJobPayload(job=by_id(job.id), user_errors=[])


async def _set_access(info: Info, given: SetJobAccessInput) -> SetJobAccessPayload:
    principal, loaders = info.context.principal, info.context.loaders
    job_id = await local_id_of(loaders, given.job, field="job")
    await info.context.graph.write(
        set_job_access,
        viewer=principal.viewer,
        job_id=job_id,
        confidential=given.confidential,
        member_ids=await members_of(given.members, loaders),
        event_id=new_id(),
        actor=principal.actor,
        at=now(),
        expected_version=given.expected_version,
    )
    return SetJobAccessPayload(job=by_id(job_id), user_errors=[])
