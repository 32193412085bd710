from typing import Annotated

import strawberry

from graph.applications import ApplicationStatus, NewApplication, apply, move
from graph.errors import InvalidInput
from graph.ids import new_id, now
from schema.applications.types import Application
from schema.context import Info
from schema.errors import UserError, attempt
from schema.node import Kind, local_id
from schema.permissions import Permission, Requires
from schema.reads import by_id, referenced

LONGEST_SOURCE = 200


@strawberry.input(description="Who applies for what.")
class ApplyToJobInput:
    job_id: strawberry.ID = strawberry.field(description="The job.")
    candidate_id: strawberry.ID = strawberry.field(description="The candidate.")
    source: str | None = strawberry.field(default=None, description="Where the candidate came from.")


@strawberry.input(description="Where an application goes.")
class MoveApplicationInput:
    application_id: strawberry.ID = strawberry.field(description="The application.")
    stage_id: strawberry.ID = strawberry.field(description="A stage of its job.")
    status: ApplicationStatus = strawberry.field(
        default=ApplicationStatus.ACTIVE, description="How it stands from now on."
    )


@strawberry.type(description="The answer to `applyToJob`.")
class ApplyToJobPayload:
    application: Application | None = referenced("The application, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type(description="The answer to `moveApplication`.")
class MoveApplicationPayload:
    application: Application | None = referenced("The application, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type
class ApplicationMutations:
    @strawberry.mutation(
        description="Takes a candidate's application; one active application per candidate and job.",
        extensions=[Requires(Permission.APPLICATIONS_WRITE)],
    )
    async def apply_to_job(
        self, info: Info, input: Annotated[ApplyToJobInput, strawberry.argument(description="Who and what.")]
    ) -> ApplyToJobPayload:
        return await attempt(
            _apply(info, input), lambda errors: ApplyToJobPayload(application=None, user_errors=errors)
        )

    @strawberry.mutation(
        description="Moves an application to another stage of its job and sets its status.",
        extensions=[Requires(Permission.APPLICATIONS_WRITE)],
    )
    async def move_application(
        self,
        info: Info,
        input: Annotated[MoveApplicationInput, strawberry.argument(description="Which and where to.")],
    ) -> MoveApplicationPayload:
        return await attempt(
            _move(info, input), lambda errors: MoveApplicationPayload(application=None, user_errors=errors)
        )


async def _apply(info: Info, given: ApplyToJobInput) -> ApplyToJobPayload:
    if given.source is not None and len(given.source) > LONGEST_SOURCE:
        raise InvalidInput(f"at most {LONGEST_SOURCE} characters", field="source")
    at = now()
    application = await info.context.graph.write(
        apply,
        application=NewApplication(
            id=new_id(),
            event_id=new_id(),
            candidate_id=local_id(Kind.PERSON, given.candidate_id, field="candidateId"),
            job_id=local_id(Kind.JOB, given.job_id, field="jobId"),
            applied_at=at,
            source=given.source,
        ),
        actor=info.context.principal.actor,
        at=at,
    )
    return ApplyToJobPayload(application=by_id(application.id), user_errors=[])


async def _move(info: Info, given: MoveApplicationInput) -> MoveApplicationPayload:
    application = await info.context.graph.write(
        move,
        application_id=local_id(Kind.APPLICATION, given.application_id, field="applicationId"),
        stage_id=local_id(Kind.STAGE, given.stage_id, field="stageId"),
        status=given.status,
        event_id=new_id(),
        actor=info.context.principal.actor,
        at=now(),
    )
    return MoveApplicationPayload(application=by_id(application.id), user_errors=[])
