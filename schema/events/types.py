import strawberry

from graph.applications import applications_by_ids
from graph.events import Event as EventRecord
from graph.events import EventType
from graph.jobs import jobs_by_ids
from graph.people import people_by_ids
from schema.applications.types import Application
from schema.candidates.types import Candidate
from schema.context import Info
from schema.jobs.types import Job
from schema.node import Kind, global_id
from schema.permissions import Permission, Requires
from schema.scalars import DateTime, Sequence

strawberry.enum(
    EventType, name="EventType", description="What happened: the subject, then what happened to it."
)


@strawberry.type(description="A code that belongs to an event, such as the stage an application moved to.")
class EventDetail:
    name: str = strawberry.field(description="What the value is.")
    value: str = strawberry.field(description="A code or a name of a state, never personal data.")


@strawberry.type(description="Something that happened, kept for as long as what it is about.")
class Event:
    record: strawberry.Private[EventRecord]
    id: strawberry.ID = strawberry.field(
        description="Names the event for ever; use it to recognise repetitions."
    )
    cursor: str = strawberry.field(description="Give it as `after` to go on behind this event.")
    sequence: Sequence = strawberry.field(description="The event's number; the log has no gaps.")
    type: EventType = strawberry.field(description="What happened.")
    at: DateTime = strawberry.field(description="When it happened.")
    actor: str = strawberry.field(description="Who did it: `token:…`, `worker:…` or `import:…`.")
    candidate_id: strawberry.ID | None = strawberry.field(description="The person it is about.")
    job_id: strawberry.ID | None = strawberry.field(description="The job it is about.")
    application_id: strawberry.ID | None = strawberry.field(description="The application it is about.")
    intake_id: strawberry.ID | None = strawberry.field(description="The intake it is about.")
    touch_id: strawberry.ID | None = strawberry.field(description="The touch it is about.")
    referral_id: strawberry.ID | None = strawberry.field(description="The referral it is about.")
    detail: list[EventDetail] = strawberry.field(description="Codes that belong to it.")

    @strawberry.field(
        description="The candidate as they are now; null once gone.",
        extensions=[Requires(Permission.CANDIDATES_READ)],
    )
    async def candidate(self, info: Info) -> Candidate | None:
        key = self.record.subject.candidate_id
        found = await info.context.loaders.load(people_by_ids, key) if key else None
        return Candidate.of(found) if found and found.is_candidate else None

    @strawberry.field(
        description="The job as it is now; null once gone.", extensions=[Requires(Permission.JOBS_READ)]
    )
    async def job(self, info: Info) -> Job | None:
        key = self.record.subject.job_id
        found = await info.context.loaders.load(jobs_by_ids, key) if key else None
        return Job.of(found) if found else None

    @strawberry.field(
        description="The application as it is now; null once gone.",
        extensions=[Requires(Permission.APPLICATIONS_READ)],
    )
    async def application(self, info: Info) -> Application | None:
        key = self.record.subject.application_id
        found = await info.context.loaders.load(applications_by_ids, key) if key else None
        return Application.of(found) if found else None

    @classmethod
    def of(cls, record: EventRecord) -> "Event":
        subject = record.subject
        return cls(
            record=record,
            id=global_id(Kind.EVENT, record.id),
            cursor=str(record.sequence),
            sequence=Sequence(record.sequence),
            type=record.type,
            at=DateTime(record.at),
            actor=record.actor,
            candidate_id=_id(Kind.PERSON, subject.candidate_id),
            job_id=_id(Kind.JOB, subject.job_id),
            application_id=_id(Kind.APPLICATION, subject.application_id),
            intake_id=_id(Kind.INTAKE, subject.intake_id),
            touch_id=_id(Kind.TOUCH, subject.touch_id),
            referral_id=_id(Kind.REFERRAL, subject.referral_id),
            detail=[EventDetail(name=name, value=value) for name, value in record.detail.items()],
        )


def _id(kind: Kind, key: str | None) -> strawberry.ID | None:
    return global_id(kind, key) if key else None
