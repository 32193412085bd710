import asyncio
from typing import Annotated

import strawberry

from graph.access import MOST_PEOPLE, set_candidate_privacy
from graph.errors import Code, InvalidInput
from graph.ids import new_id, now
from graph.profiles import RecordKind
from graph.records import NewRecord, save_records
from graph.rights import Permission
from schema.candidates.inputs import CreateCandidateInput, consent_of, profile_of
from schema.candidates.types import Candidate
from schema.context import Info
from schema.errors import UserError, attempt
from schema.idempotency import write_once
from schema.permissions import Requires
from schema.reads import by_id, referenced
from schema.references import CandidateRef, ColleagueRef, external_ids_of, local_id_of, local_ids_of
from schema.versions import expected_version

LONGEST_ORIGIN = 200


@strawberry.type(description="The answer to `createCandidate`.")
class CreateCandidatePayload:
    candidate: Candidate | None = referenced("The candidate, null on refusal.")
    created: bool = strawberry.field(description="False where the person was known and the input was added.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.input(description="Who may see a candidate.")
class SetCandidatePrivacyInput:
    candidate: CandidateRef = strawberry.field(description="The candidate.")
    private: bool = strawberry.field(
        description="Whether only the owner and those with whom the candidate is shared see them; who makes them "
        "private first owns them."
    )
    shared_with: list[ColleagueRef] = strawberry.field(
        description="The colleagues with whom the candidate is shared from now on, at most 100."
    )
    expected_version: int | None = expected_version("the candidate has changed")


@strawberry.type(description="The answer to `setCandidatePrivacy`.")
class SetCandidatePrivacyPayload:
    candidate: Candidate | None = referenced("The candidate, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type
class CandidateMutations:
    @strawberry.mutation(
        description="Adds a candidate, or what is said here to the person already known by e-mail or external id. "
        "Who is known, but not to you, stays out of it: another candidate is made.",
        extensions=[Requires(Permission.CANDIDATES_WRITE)],
    )
    async def create_candidate(
        self,
        info: Info,
        input: Annotated[CreateCandidateInput, strawberry.argument(description="Whom to add.")],
    ) -> CreateCandidatePayload:
        return await attempt(
            _create(info, input),
            lambda errors: CreateCandidatePayload(candidate=None, created=False, user_errors=errors),
        )

    @strawberry.mutation(
        description="Says whether a candidate is private and with whom they are shared.",
        extensions=[Requires(Permission.CANDIDATES_WRITE)],
    )
    async def set_candidate_privacy(
        self,
        info: Info,
        input: Annotated[SetCandidatePrivacyInput, strawberry.argument(description="Who, and for whom.")],
    ) -> SetCandidatePrivacyPayload:
        return await attempt(
            _set_privacy(info, input),
            lambda errors: SetCandidatePrivacyPayload(candidate=None, user_errors=errors),
        )


async def _set_privacy(info: Info, given: SetCandidatePrivacyInput) -> SetCandidatePrivacyPayload:
    principal, loaders = info.context.principal, info.context.loaders
    if len(given.shared_with) > MOST_PEOPLE:
        raise InvalidInput(Code.TOO_MANY, f"at most {MOST_PEOPLE} people", field="sharedWith")
    candidate_id = await local_id_of(loaders, given.candidate, field="candidate")
    await info.context.graph.write(
        set_candidate_privacy,
        viewer=principal.viewer,
        candidate_id=candidate_id,
        private=given.private,
        shared_with_ids=await local_ids_of(loaders, given.shared_with, field="sharedWith"),
        event_id=new_id(),
        actor=principal.actor,
        at=now(),
        expected_version=given.expected_version,
    )
    return SetCandidatePrivacyPayload(candidate=by_id(candidate_id), user_errors=[])


async def _create(info: Info, given: CreateCandidateInput) -> CreateCandidatePayload:
    if len(given.origin) > LONGEST_ORIGIN:
        raise InvalidInput(
            Code.TOO_LONG, f"an origin has at most {LONGEST_ORIGIN} characters", field="origin"
        )
    at = now()
    record = NewRecord(
        id=new_id(),
        kind=RecordKind.FORM,
        origin=given.origin,
        received_at=at,
        profile=await asyncio.to_thread(profile_of, given),
        person_id=new_id(),
        event_id=new_id(),
        external_ids=external_ids_of(given.external_ids),
        consent=consent_of(given.consent),
    )
    answer = await write_once(
        info,
        given,
        lambda saved: {"candidate": saved[0].person_id, "created": saved[0].created},
        save_records,
        records=[record],
        actor=info.context.principal.actor,
        at=at,
        viewer=info.context.principal.viewer,
    )
    return CreateCandidatePayload(
        candidate=by_id(answer["candidate"]), created=answer["created"], user_errors=[]
    )
