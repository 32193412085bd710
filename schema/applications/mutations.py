from typing import Annotated

import strawberry

from graph.applications import Application as ApplicationRecord
from graph.applications import ApplicationStatus, NewApplication, apply, move
from graph.errors import Code, InvalidInput
from graph.ids import new_id, now
from graph.rights import Permission
from schema.applications.types import Application
from schema.context import Info
from schema.errors import UserError, attempt
from schema.idempotency import idempotency_key, write_once
from schema.node import Kind, local_id
from schema.permissions import Requires
from schema.reads import by_id, referenced
from schema.references import (
    ApplicationRef,
    CandidateRef,
    ExternalIdInput,
    JobRef,
    external_ids_of,
    local_id_of,
)
from schema.versions import expected_version

LONGEST_SOURCE = 200


@strawberry.input(description="Who applies for what.")
class ApplyToJobInput:
    job: JobRef = strawberry.field(description="The job.")
    candidate: CandidateRef = strawberry.field(description="The candidate.")
    source: str | None = strawberry.field(default=None, description="Where the candidate came from.")
    external_ids: list[ExternalIdInput] = strawberry.field(
        default_factory=list, description="What other systems call the application."
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Where an application goes.")
class MoveApplicationInput:
    application: ApplicationRef = strawberry.field(description="The application.")
    stage_id: strawberry.ID = strawberry.field(description="A stage of its job.")
    status: ApplicationStatus = strawberry.field(
        default=ApplicationStatus.ACTIVE, description="How it stands from now on."
    )
    expected_version: int | None = expected_version("the application has moved")
    idempotency_key: str | None = idempotency_key()


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
        raise InvalidInput(Code.TOO_LONG, f"at most {LONGEST_SOURCE} characters", field="source")
    loaders, at = info.context.loaders, now()
    answer = await write_once(
        info,
        given,
        _answer,
        apply,
        application=NewApplication(
            id=new_id(),
            event_id=new_id(),
            candidate_id=await local_id_of(loaders, given.candidate, field="candidate"),
            job_id=await local_id_of(loaders, given.job, field="job"),
            applied_at=at,
            source=given.source,
            external_ids=external_ids_of(given.external_ids),
        ),
        actor=info.context.principal.actor,
        at=at,
        viewer=info.context.principal.viewer,
    )
    return ApplyToJobPayload(application=by_id(answer["application"]), user_errors=[])


async def _move(info: Info, given: MoveApplicationInput) -> MoveApplicationPayload:
    answer = await write_once(
        info,
        given,
        _answer,
        move,
        application_id=await local_id_of(info.context.loaders, given.application, field="application"),
        stage_id=local_id(Kind.STAGE, given.stage_id, field="stageId"),
        status=given.status,
        expected_version=given.expected_version,
        event_id=new_id(),
        actor=info.context.principal.actor,
        at=now(),
        viewer=info.context.principal.viewer,
    )
    return MoveApplicationPayload(application=by_id(answer["application"]), user_errors=[])


def _answer(application: ApplicationRecord) -> dict[str, str]:
    return {"application": application.id}
