from typing import Annotated

import strawberry

from graph.errors import Code, InvalidInput
from graph.ids import new_id, now
from graph.reading import Shown
from graph.rights import Permission
from graph.shortlists import shortlist
from graph.visibility import seen
from schema.context import Info
from schema.errors import UserError, attempt
from schema.idempotency import idempotency_key, write_once
from schema.jobs.types import Job
from schema.node import Kind, global_id
from schema.permissions import Requires
from schema.reads import by_id, referenced
from schema.references import CandidateRef, JobRef, local_id_of, local_ids_of

MOST_CANDIDATES = 100
LONGEST_NOTE = 2_000


@strawberry.input(description="Whom to put on which shortlist.")
class ShortlistInput:
    job: JobRef = strawberry.field(description="The job.")
    candidates: list[CandidateRef] = strawberry.field(description="1 to 100 candidates.")
    note: str | None = strawberry.field(default=None, description="Why.")
    idempotency_key: str | None = idempotency_key()


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
    if not 1 <= len(given.candidates) <= MOST_CANDIDATES:
        raise InvalidInput(Code.OUT_OF_RANGE, f"1 to {MOST_CANDIDATES} candidates", field="candidates")
    if given.note is not None and len(given.note) > LONGEST_NOTE:
        raise InvalidInput(Code.TOO_LONG, f"at most {LONGEST_NOTE} characters", field="note")
    context = info.context
    job_id = await local_id_of(context.loaders, given.job, field="job")
    candidates = await local_ids_of(context.loaders, given.candidates, field="candidates")
    answer = await write_once(
        info,
        given,
        lambda added: {"added": added},
        shortlist,
        job_id=job_id,
        candidate_ids=candidates,
        note=given.note,
        request_id=new_id(),
        actor=context.principal.actor,
        at=now(),
        viewer=context.principal.viewer,
    )
    viewer, ids = context.principal.viewer, answer["added"]
    shown = await context.graph.read(seen, viewer=viewer, shown=Shown.CANDIDATE, ids=ids)
    return ShortlistPayload(
        job=by_id(job_id),
        added=[global_id(Kind.PERSON, id_) for id_ in ids if id_ in shown],
        user_errors=[],
    )
