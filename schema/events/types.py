from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

import strawberry

from graph.applications import ApplicationStatus
from graph.events import Event as EventRecord
from graph.events import EventType
from graph.intakes import IntakeFailure
from graph.jobs import StageCategory
from graph.profiles import RecordKind
from graph.rights import Permission
from graph.sessions import SignIn
from graph.taxonomy.terms import TermSource
from graph.tokens import AccessRole
from schema.actors import Actor, actor_of
from schema.applications.types import Application
from schema.candidates.types import Candidate
from schema.enums import described
from schema.intakes.types import Intake
from schema.jobs.types import Job
from schema.node import Kind, global_id
from schema.reads import by_id, referenced
from schema.scalars import DateTime, Sequence
from schema.searches.types import SavedSearch
from schema.taxonomy.types import Term

StateT = TypeVar("StateT", bound=StrEnum)

described(
    EventType,
    name="EventType",
    description="What happened: the subject, then what happened to it.",
    values={
        EventType.CANDIDATE_CREATED: "A person was first heard of, as a candidate.",
        EventType.CANDIDATE_UPDATED: "Something was added to what is known of a candidate.",
        EventType.CANDIDATE_SHORTLISTED: "A candidate was put on a job's shortlist.",
        EventType.CANDIDATE_OPTED_OUT: "A candidate does not want to be written to.",
        EventType.CANDIDATE_PRIVACY_CHANGED: "Others may see a candidate than before.",
        EventType.CANDIDATE_REINDEXED: "The search showed a candidate otherwise than they are, and was mended.",
        EventType.COLLEAGUE_CREATED: "A person was first heard of, as a colleague.",
        EventType.COLLEAGUE_UPDATED: "Something was added to what is known of a colleague.",
        EventType.JOB_CREATED: "A job was opened.",
        EventType.JOB_UPDATED: "Something about a job was changed.",
        EventType.JOB_CLOSED: "A job takes no applications any more.",
        EventType.JOB_REOPENED: "A closed job takes applications again.",
        EventType.JOB_ACCESS_CHANGED: "Others may see a job than before; once more for each of its candidates where that changes what they are found by.",
        EventType.APPLICATION_CREATED: "A candidate applied for a job.",
        EventType.APPLICATION_MOVED: "An application went to another stage, or stands otherwise.",
        EventType.REFERRAL_CREATED: "A colleague referred a candidate.",
        EventType.INTAKE_RECEIVED: "A file came in.",
        EventType.INTAKE_RETRIED: "A file that could not be read is to be read again.",
        EventType.INTAKE_COMPLETED: "A file became a record of a candidate.",
        EventType.INTAKE_FAILED: "A file could not be read.",
        EventType.TEMPLATE_CREATED: "A message template was written.",
        EventType.TOUCH_QUEUED: "A message to a candidate was asked for.",
        EventType.TOUCH_SENT: "The mail server took a message.",
        EventType.TOUCH_FAILED: "The mail server refused a message for good.",
        EventType.TOUCH_UNCERTAIN: "Nobody knows whether the mail server took a message.",
        EventType.TOUCH_CANCELLED: "A message was not sent, since the candidate may not be written to any more.",
        EventType.USER_INVITED: "Somebody was invited to become a user, or once more.",
        EventType.USER_INVITATION_REVOKED: "An invitation was ended before it was accepted.",
        EventType.USER_JOINED: "An invited user came in for the first time.",
        EventType.USER_ROLE_CHANGED: "A user got another role.",
        EventType.USER_PASSWORD_CHANGED: "A user chose another password; their other sessions ended.",
        EventType.USER_DISABLED: "A user was kept out; their sessions ended.",
        EventType.USER_ENABLED: "A disabled user may sign in again.",
        EventType.SESSION_STARTED: "Somebody signed in.",
        EventType.SESSION_ENDED: "Somebody signed out.",
        EventType.SIGN_IN_LINK_REQUESTED: "Somebody asked for a candidate's link to sign in.",
        EventType.TOKEN_CREATED: "A service token was made.",
        EventType.TOKEN_ROTATED: "A service token got another secret.",
        EventType.TOKEN_REVOKED: "A service token was made invalid for ever.",
        EventType.PARTNER_REGISTERED: "A partner application was registered.",
        EventType.PARTNER_DOCUMENTS_SUBMITTED: "Documents of a partner application wait for approval.",
        EventType.PARTNER_APPROVED: "Documents of a partner application were approved.",
        EventType.PARTNER_SUSPENDED: "Nothing of a partner application runs any more.",
        EventType.PARTNER_TOKEN_ISSUED: "A token was made for a partner application.",
        EventType.TERM_CREATED: "A term of the taxonomy was made.",
        EventType.TERM_UPDATED: "A term's spellings or links were changed.",
        EventType.TERM_MERGED: "Another term became part of a term.",
        EventType.SAVED_SEARCH_CREATED: "Somebody saved a search; administrators alone hear of this.",
        EventType.SAVED_SEARCH_UPDATED: "A saved search was changed, likewise.",
        EventType.SAVED_SEARCH_DELETED: "A saved search was deleted, likewise.",
        EventType.SAVED_SEARCH_MATCHED: "A candidate came to match a standing search; its owner alone hears of this.",
        EventType.TAXONOMY_IMPORTED: "An import brought terms, spellings or links that are new.",
    },
)

described(
    SignIn,
    name="SignIn",
    description="How somebody signed in.",
    values={
        SignIn.PASSWORD: "With a password.",
        SignIn.INVITATION: "By accepting an invitation.",
        SignIn.SINGLE_SIGN_ON: "By single sign-on.",
        SignIn.LINK: "By a link that was sent to them.",
    },
)


@strawberry.type(description="What belongs to an event beyond what it is about; what does not apply is null.")
class EventDetail:
    from_stage_id: strawberry.ID | None = strawberry.field(description="The stage an application left.")
    to_stage_id: strawberry.ID | None = strawberry.field(description="The stage an application went to.")
    stage_category: StageCategory | None = strawberry.field(
        description="What the stage means that an application began in."
    )
    application_status: ApplicationStatus | None = strawberry.field(
        description="How the application stood after it."
    )
    record_id: strawberry.ID | None = strawberry.field(description="The record that a person's profile got.")
    record_kind: RecordKind | None = strawberry.field(description="How that record reached us.")
    referrer_id: strawberry.ID | None = strawberry.field(description="The colleague who referred.")
    confidential: bool | None = strawberry.field(description="Whether the job is confidential since.")
    private: bool | None = strawberry.field(description="Whether the candidate is private since.")
    intake_failure: IntakeFailure | None = strawberry.field(description="Why a file could not be read.")
    touch_reason: str | None = strawberry.field(
        description="Why a message failed, is uncertain or was cancelled: as `Touch.reason`."
    )
    role: AccessRole | None = strawberry.field(description="The role that a user was invited with, or got.")
    previous_role: AccessRole | None = strawberry.field(description="The role that a user had before.")
    sign_in: SignIn | None = strawberry.field(description="How somebody signed in.")
    merged_term_id: strawberry.ID | None = strawberry.field(
        description="The term that became part of another, and is no more."
    )
    taxonomy: TermSource | None = strawberry.field(description="Which taxonomy was imported.")

    @classmethod
    def of(cls, detail: Mapping[str, str]) -> "EventDetail":
        return cls(
            from_stage_id=_id(Kind.STAGE, detail.get("from_stage")),
            to_stage_id=_id(Kind.STAGE, detail.get("to_stage")),
            stage_category=_state(StageCategory, detail.get("category")),
            application_status=_state(ApplicationStatus, detail.get("status")),
            record_id=_id(Kind.RECORD, detail.get("record")),
            record_kind=_state(RecordKind, detail.get("kind")),
            referrer_id=_id(Kind.PERSON, detail.get("by")),
            confidential=_flag(detail.get("confidential")),
            private=_flag(detail.get("private")),
            intake_failure=_state(IntakeFailure, detail.get("code")),
            touch_reason=detail.get("reason"),
            role=_state(AccessRole, detail.get("role")),
            previous_role=_state(AccessRole, detail.get("previous_role")),
            sign_in=_state(SignIn, detail.get("sign_in")),
            merged_term_id=_id(Kind.TERM, detail.get("merged_term")),
            taxonomy=_state(TermSource, detail.get("taxonomy")),
        )


@strawberry.type(description="Something that happened, kept for as long as what it is about.")
class Event:
    id: strawberry.ID = strawberry.field(
        description="Names the event for ever; use it to recognise repetitions."
    )
    cursor: str = strawberry.field(description="Give it as `after` to go on behind this event.")
    sequence: Sequence = strawberry.field(description="The event's number; the log has no gaps.")
    type: EventType = strawberry.field(description="What happened.")
    at: DateTime = strawberry.field(description="When it happened.")
    actor: Actor = strawberry.field(description="Who did it.")
    candidate_id: strawberry.ID | None = strawberry.field(description="The person it is about.")
    job_id: strawberry.ID | None = strawberry.field(description="The job it is about.")
    application_id: strawberry.ID | None = strawberry.field(description="The application it is about.")
    intake_id: strawberry.ID | None = strawberry.field(description="The intake it is about.")
    touch_id: strawberry.ID | None = strawberry.field(description="The touch it is about.")
    referral_id: strawberry.ID | None = strawberry.field(description="The referral it is about.")
    template_id: strawberry.ID | None = strawberry.field(description="The message template it is about.")
    user_id: strawberry.ID | None = strawberry.field(description="The user it is about.")
    token_id: strawberry.ID | None = strawberry.field(description="The service token it is about.")
    detail: EventDetail = strawberry.field(description="What else belongs to it.")
    partner_application_id: strawberry.ID | None = strawberry.field(
        description="The partner application it is about."
    )
    term_id: strawberry.ID | None = strawberry.field(description="The term of the taxonomy it is about.")
    saved_search_id: strawberry.ID | None = strawberry.field(description="The saved search it is about.")

    candidate: Candidate | None = referenced(
        "The candidate as they are now; null once gone.", requires=Permission.CANDIDATES_READ
    )
    job: Job | None = referenced("The job as it is now; null once gone.", requires=Permission.JOBS_READ)
    application: Application | None = referenced(
        "The application as it is now; null once gone.", requires=Permission.APPLICATIONS_READ
    )
    intake: Intake | None = referenced(
        "The intake as it is now; null once gone.", requires=Permission.INTAKES_READ
    )
    term: Term | None = referenced(
        "The term as it is now; null once gone.", requires=Permission.TALENT_SEARCH
    )
    saved_search: SavedSearch | None = referenced(
        "The saved search as it is now; null once gone, and where it is not for you.",
        requires=Permission.TALENT_SEARCH,
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
            actor=actor_of(record.actor),
            candidate_id=_id(Kind.PERSON, subject.candidate_id),
            job_id=_id(Kind.JOB, subject.job_id),
            application_id=_id(Kind.APPLICATION, subject.application_id),
            intake_id=_id(Kind.INTAKE, subject.intake_id),
            touch_id=_id(Kind.TOUCH, subject.touch_id),
            referral_id=_id(Kind.REFERRAL, subject.referral_id),
            template_id=_id(Kind.TEMPLATE, subject.template_id),
            user_id=_id(Kind.USER, subject.user_id),
            token_id=_id(Kind.TOKEN, subject.token_id),
            partner_application_id=_id(Kind.PARTNER_APPLICATION, subject.partner_application_id),
            term_id=_id(Kind.TERM, subject.term_id),
            saved_search_id=_id(Kind.SAVED_SEARCH, subject.saved_search_id),
            detail=EventDetail.of(record.detail),
            candidate=by_id(subject.candidate_id),
            job=by_id(subject.job_id),
            application=by_id(subject.application_id),
            intake=by_id(subject.intake_id),
            term=by_id(subject.term_id),
            saved_search=by_id(subject.saved_search_id),
        )


def _state(states: type[StateT], name: str | None) -> StateT | None:
    """Return the state of that name; the log also tells of states that are of another kind."""
    return states(name) if name in set(states) else None


def _id(kind: Kind, key: str | None) -> strawberry.ID | None:
    return global_id(kind, key) if key else None


def _flag(value: str | None) -> bool | None:
    return None if value is None else value == "true"
