from typing import Annotated

import strawberry

from graph.errors import InvalidInput
from graph.ids import new_id, now
from graph.shortlists import shortlist
from schema.context import Info
from schema.errors import UserError, attempt
from schema.jobs.types import Job
from schema.node import Kind, global_id, local_id
from schema.permissions import Permission, Requires
from schema.reads import by_id, referenced

MOST_CANDIDATES = 100
LONGEST_NOTE = 2_000


@strawberry.input(description="Whom to put on which shortlist.")
class ShortlistInput:
    job_id: strawberry.ID = strawberry.field(description="The job.")
    candidate_ids: list[strawberry.ID] = strawberry.field(description="1 to 100 candidates.")
    note: str | None = strawberry.field(default=None, description="Why.")


@strawberry.type(description="The answer to `shortlist`.")
class ShortlistPayload:
    job: Job | None = referenced("The job, null on refusal.")
    added: list[strawberry.ID] = strawberry.field(
        description="The candidates who were not on the shortlist before."
    )
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type
class ShortlistMutations:
    @strawberry.mutation(
        description="Puts candidates on a job's shortlist: all of them, or none.",
        extensions=[Requires(Permission.CANDIDATES_WRITE)],
    )
    async def shortlist(
        self, info: Info, input: Annotated[ShortlistInput, strawberry.argument(description="Who and where.")]
    ) -> ShortlistPayload:
        return await attempt(
            _shortlist(info, input),
            lambda errors: ShortlistPayload(job=None, added=[], user_errors=errors),
        )


async def _shortlist(info: Info, given: ShortlistInput) -> ShortlistPayload:
    if not 1 <= len(given.candidate_ids) <= MOST_CANDIDATES:
        raise InvalidInput(f"1 to {MOST_CANDIDATES} candidates", field="candidateIds")
    if given.note is not None and len(given.note) > LONGEST_NOTE:
        raise InvalidInput(f"at most {LONGEST_NOTE} characters", field="note")
    job_id = local_id(Kind.JOB, given.job_id, field="jobId")
    candidates = [
        local_id(Kind.PERSON, id_, field=f"candidateIds.{i}") for i, id_ in enumerate(given.candidate_ids)
    ]
    context = info.context
    added = await context.graph.write(
        shortlist,
        job_id=job_id,
        candidate_ids=candidates,
        note=given.note,
        request_id=new_id(),
        actor=context.principal.actor,
        at=now(),
    )
    return ShortlistPayload(
        job=by_id(job_id), added=[global_id(Kind.PERSON, id_) for id_ in added], user_errors=[]
    )
