from typing import Annotated

import strawberry

from graph.ids import new_id, now
from graph.referrals.referrals import NewReferral, create_referral
from graph.rights import Permission
from schema.context import Info
from schema.errors import UserError, attempt
from schema.idempotency import idempotency_key, write_once
from schema.permissions import Requires
from schema.reads import by_id, referenced
from schema.references import CandidateRef, ColleagueRef, JobRef, local_id_if_given, local_id_of
from schema.referrals.types import Referral


@strawberry.input(description="Who refers whom.")
class CreateReferralInput:
    by: ColleagueRef = strawberry.field(description="The colleague who refers.")
    candidate: CandidateRef = strawberry.field(description="The candidate who is referred.")
    job: JobRef | None = strawberry.field(default=None, description="The job it is for, if for one.")
    note: str | None = strawberry.field(default=None, description="What the colleague says.")
    relationship: str | None = strawberry.field(default=None, description="How the two know each other.")
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The answer to `createReferral`.")
class CreateReferralPayload:
    referral: Referral | None = referenced("The referral, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type
class ReferralMutations:
    @strawberry.mutation(
        description="Notes that a colleague refers a candidate.",
        extensions=[Requires(Permission.REFERRALS_WRITE)],
    )
    async def create_referral(
        self,
        info: Info,
        input: Annotated[CreateReferralInput, strawberry.argument(description="Who and whom.")],
    ) -> CreateReferralPayload:
        return await attempt(
            _create(info, input), lambda errors: CreateReferralPayload(referral=None, user_errors=errors)
        )


async def _create(info: Info, given: CreateReferralInput) -> CreateReferralPayload:
    loaders = info.context.loaders
    answer = await write_once(
        info,
        given,
        lambda referral: {"referral": referral.id},
        create_referral,
        referral=NewReferral(
            id=new_id(),
            event_id=new_id(),
            by_id=await local_id_of(loaders, given.by, field="by"),
            of_id=await local_id_of(loaders, given.candidate, field="candidate"),
            job_id=await local_id_if_given(loaders, given.job, field="job"),
            note=given.note,
            relationship=given.relationship,
        ),
        actor=info.context.principal.actor,
        at=now(),
        viewer=info.context.principal.viewer,
    )
    return CreateReferralPayload(referral=by_id(answer["referral"]), user_errors=[])
