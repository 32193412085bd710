import secrets
from typing import Annotated

import strawberry

from graph.errors import Code, InvalidInput, NotFound
from graph.ids import new_id, now
from graph.jobs import jobs_by_ids
from graph.outreach.templates import NewTemplate, create_template
from graph.outreach.touches import Sender, queue_touches
from graph.people import people_by_ids
from graph.rights import Permission
from schema.context import Info
from schema.errors import UserError, attempt
from schema.idempotency import idempotency_key, write_once
from schema.node import Kind, local_id
from schema.outreach.types import Template, TouchOutcome
from schema.permissions import Requires
from schema.reads import by_id, referenced
from schema.references import CandidateRef, ColleagueRef, JobRef, local_id_if_given, local_ids_of

MOST_CANDIDATES = 500


@strawberry.input(description="A message text with merge fields.")
class CreateTemplateInput:
    name: str = strawberry.field(description="What to call it.")
    subject: str = strawberry.field(description="The subject line, with merge fields.")
    body: str = strawberry.field(description="The text, with merge fields.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Whom to write to, and what.")
class ContactCandidatesInput:
    idempotency_key: str = strawberry.field(
        description="Names the campaign, for ever and for all callers: the same key never sends a second message to the "
        "same candidate. Further candidates may come under it, another template or job may not."
    )
    candidates: list[CandidateRef] = strawberry.field(description="1 to 500 candidates.")
    template_id: strawberry.ID = strawberry.field(description="The template.")
    job: JobRef | None = strawberry.field(
        default=None, description="The job it is about; templates with `{{job.title}}` need one."
    )
    sender: ColleagueRef | None = strawberry.field(
        default=None,
        description="The colleague who writes; by default the job's recruiter, else the organisation.",
    )


@strawberry.type(description="The answer to `createTemplate`.")
class CreateTemplatePayload:
    template: Template | None = referenced("The template, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type(description="The answer to `contactCandidates`.")
class ContactCandidatesPayload:
    outcomes: list[TouchOutcome] = strawberry.field(description="One per candidate, in their order.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type
class OutreachMutations:
    @strawberry.mutation(
        description="Keeps a message template; unknown merge fields are refused.",
        extensions=[Requires(Permission.OUTREACH_WRITE)],
    )
    async def create_template(
        self, info: Info, input: Annotated[CreateTemplateInput, strawberry.argument(description="The text.")]
    ) -> CreateTemplatePayload:
        return await attempt(
            _create(info, input), lambda errors: CreateTemplatePayload(template=None, user_errors=errors)
        )

    @strawberry.mutation(
        description="Writes one e-mail to each candidate, from a worker; never twice for one key, never without "
        "consent, never after an opt-out.",
        extensions=[Requires(Permission.OUTREACH_WRITE)],
    )
    async def contact_candidates(
        self,
        info: Info,
        input: Annotated[ContactCandidatesInput, strawberry.argument(description="Whom and what.")],
    ) -> ContactCandidatesPayload:
        return await attempt(
            _contact(info, input), lambda errors: ContactCandidatesPayload(outcomes=[], user_errors=errors)
        )


async def _create(info: Info, given: CreateTemplateInput) -> CreateTemplatePayload:
    answer = await write_once(
        info,
        given,
        lambda template: {"template": template.id},
        create_template,
        template=NewTemplate(
            id=new_id(), event_id=new_id(), name=given.name, subject=given.subject, body=given.body
        ),
        actor=info.context.principal.actor,
        at=now(),
    )
    return CreateTemplatePayload(template=by_id(answer["template"]), user_errors=[])


async def _contact(info: Info, given: ContactCandidatesInput) -> ContactCandidatesPayload:
    if not 1 <= len(given.candidates) <= MOST_CANDIDATES:
        raise InvalidInput(Code.OUT_OF_RANGE, f"1 to {MOST_CANDIDATES} candidates", field="candidates")
    context = info.context
    candidates = await local_ids_of(context.loaders, given.candidates, field="candidates")
    job_id = await local_id_if_given(context.loaders, given.job, field="job")
    outcomes = await context.graph.write(
        queue_touches,
        key=given.idempotency_key,
        candidate_ids=candidates,
        template_id=local_id(Kind.TEMPLATE, given.template_id, field="templateId"),
        job_id=job_id,
        sender=await _sender(info, given.sender, job_id),
        unsubscribe_seed=secrets.token_urlsafe(32),
        actor=context.principal.actor,
        at=now(),
        viewer=context.principal.viewer,
    )
    return ContactCandidatesPayload(outcomes=[TouchOutcome.of(o) for o in outcomes], user_errors=[])


async def _sender(info: Info, sender: ColleagueRef | None, job_id: str | None) -> Sender:
    graph, organization = info.context.graph, info.context.services.organization
    key = await local_id_if_given(info.context.loaders, sender, field="sender")
    if key is None and job_id is not None:
        job = (await graph.read(jobs_by_ids, ids=[job_id])).get(job_id)
        key = job.recruiter_id if job else None
    if key is None:
        return Sender(name=organization, company_name=organization)
    person = (await graph.read(people_by_ids, ids=[key])).get(key)
    if person is None or not person.roles:
        raise NotFound("colleague", field="sender")
    return Sender(name=person.name or organization, company_name=organization, id=person.id)
