import strawberry

from graph.events import Event as EventRecord
from graph.events import EventType
from schema.applications.types import Application
from schema.candidates.types import Candidate
from schema.jobs.types import Job
from schema.node import Kind, global_id
from schema.permissions import Permission
from schema.reads import by_id, referenced
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

    candidate: Candidate | None = referenced(
        "The candidate as they are now; null once gone.", requires=Permission.CANDIDATES_READ
    )
    job: Job | None = referenced("The job as it is now; null once gone.", requires=Permission.JOBS_READ)
    application: Application | None = referenced(
        "The application as it is now; null once gone.", requires=Permission.APPLICATIONS_READ
    )

    @classmethod
    def of(cls, record: EventRecord) -> "Event":
        subject = record.subject
        return cls(
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
            candidate=by_id(subject.candidate_id),
            job=by_id(subject.job_id),
            application=by_id(subject.application_id),
        )


def _id(kind: Kind, key: str | None) -> strawberry.ID | None:
    return global_id(kind, key) if key else None
