"""The names of what can happen in Kith, and the frozen shape in which it is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from graph.ids import new_id, now


class EventType(StrEnum):
    """Subject first, then what happened to it, in the past tense."""

    CANDIDATE_CREATED = "candidate.created"
    CANDIDATE_UPDATED = "candidate.updated"
    CANDIDATE_SHORTLISTED = "candidate.shortlisted"
    CANDIDATE_OPTED_OUT = "candidate.opted_out"
    CANDIDATE_PRIVACY_CHANGED = "candidate.privacy_changed"
    CANDIDATE_REINDEXED = "candidate.reindexed"
    COLLEAGUE_CREATED = "colleague.created"
    COLLEAGUE_UPDATED = "colleague.updated"
    JOB_CREATED = "job.created"
    JOB_UPDATED = "job.updated"
    JOB_CLOSED = "job.closed"
    JOB_REOPENED = "job.reopened"
    JOB_ACCESS_CHANGED = "job.access_changed"
    APPLICATION_CREATED = "application.created"
    APPLICATION_MOVED = "application.moved"
    REFERRAL_CREATED = "referral.created"
    INTAKE_RECEIVED = "intake.received"
    INTAKE_RETRIED = "intake.retried"
    INTAKE_COMPLETED = "intake.completed"
    INTAKE_FAILED = "intake.failed"
    TEMPLATE_CREATED = "template.created"
    TOUCH_QUEUED = "touch.queued"
    TOUCH_SENT = "touch.sent"
    TOUCH_FAILED = "touch.failed"
    TOUCH_UNCERTAIN = "touch.uncertain"
    TOUCH_CANCELLED = "touch.cancelled"
    USER_INVITED = "user.invited"
    USER_INVITATION_REVOKED = "user.invitation_revoked"
    USER_JOINED = "user.joined"
    USER_ROLE_CHANGED = "user.role_changed"
    USER_PASSWORD_CHANGED = "user.password_changed"  # noqa: S105 - what happened, not what it is
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    SESSION_STARTED = "session.started"
    SESSION_ENDED = "session.ended"
    SIGN_IN_LINK_REQUESTED = "sign_in_link.requested"
    TOKEN_CREATED = "token.created"  # noqa: S105 - likewise
    TOKEN_ROTATED = "token.rotated"  # noqa: S105
    TOKEN_REVOKED = "token.revoked"  # noqa: S105
    PARTNER_REGISTERED = "partner.registered"
    PARTNER_DOCUMENTS_SUBMITTED = "partner.documents_submitted"
    PARTNER_APPROVED = "partner.approved"
    PARTNER_SUSPENDED = "partner.suspended"
    PARTNER_TOKEN_ISSUED = "partner.token_issued"  # noqa: S105 - the name of an event
    TERM_CREATED = "term.created"
    TERM_UPDATED = "term.updated"
    TERM_MERGED = "term.merged"
    TAXONOMY_IMPORTED = "taxonomy.imported"
    SAVED_SEARCH_CREATED = "saved_search.created"
    SAVED_SEARCH_UPDATED = "saved_search.updated"
    SAVED_SEARCH_DELETED = "saved_search.deleted"
    SAVED_SEARCH_MATCHED = "saved_search.matched"


class ActorKind(StrEnum):
    """Who can have done something; an event's `actor` is a kind in small letters, a colon, and a name."""

    TOKEN = "token"  # noqa: S105 - the word, not one
    USER = "user"
    CANDIDATE = "candidate"
    IMPORT = "import"
    WORKER = "worker"
    COMMAND_LINE = "command_line"
    ANONYMOUS = "anonymous"
    OTHER = "other"


CHANGES_DOCUMENT = frozenset(
    {
        EventType.CANDIDATE_CREATED,
        EventType.CANDIDATE_UPDATED,
        EventType.CANDIDATE_SHORTLISTED,
        EventType.CANDIDATE_OPTED_OUT,
        EventType.CANDIDATE_PRIVACY_CHANGED,
        EventType.CANDIDATE_REINDEXED,
        EventType.JOB_ACCESS_CHANGED,
        EventType.APPLICATION_CREATED,
        EventType.APPLICATION_MOVED,
        EventType.TOUCH_SENT,
    }
)
"""After these the search document of the event's candidate, if it has one, has to be written anew."""

ACCESS_EVENTS = frozenset(
    {
        EventType.USER_INVITED,
        EventType.USER_INVITATION_REVOKED,
        EventType.USER_JOINED,
        EventType.USER_ROLE_CHANGED,
        EventType.USER_PASSWORD_CHANGED,
        EventType.USER_DISABLED,
        EventType.USER_ENABLED,
        EventType.SESSION_STARTED,
        EventType.SESSION_ENDED,
        EventType.SIGN_IN_LINK_REQUESTED,
        EventType.TOKEN_CREATED,
        EventType.TOKEN_ROTATED,
        EventType.TOKEN_REVOKED,
        EventType.PARTNER_REGISTERED,
        EventType.PARTNER_DOCUMENTS_SUBMITTED,
        EventType.PARTNER_APPROVED,
        EventType.PARTNER_SUSPENDED,
        EventType.PARTNER_TOKEN_ISSUED,
    }
)
"""Who may enter, and who did: the part of the log that is for administrators alone."""

SAVED_SEARCH_EVENTS = frozenset(
    {EventType.SAVED_SEARCH_CREATED, EventType.SAVED_SEARCH_UPDATED, EventType.SAVED_SEARCH_DELETED}
)
"""That somebody saved a search, by its id: for administrators alone too, since it may be private."""

OF_ONE_OWNER = SAVED_SEARCH_EVENTS | {EventType.SAVED_SEARCH_MATCHED}
"""Events that show another thing, or nothing, to each who may hear of their type: who owns the saved search decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom and what an event is about; ids only, never personal data."""

    candidate_id: str | None = None
    job_id: str | None = None
    application_id: str | None = None
    referral_id: str | None = None
    intake_id: str | None = None
    template_id: str | None = None
    touch_id: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    link_id: str | None = None
    token_id: str | None = None
    partner_application_id: str | None = None
    term_id: str | None = None
    saved_search_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event on its way into the log; `detail` holds codes and names of states, never personal data."""

    id: str
    type: EventType
    at: str
    actor: str
    subject: Subject
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change that the event log tells of."""

    event_id: str
    actor: str
    at: str

    @classmethod
    def by(cls, actor: str) -> "Change":
        """Return a change that somebody makes now."""
        return cls(event_id=new_id(), actor=actor, at=now())

    def event(
        self, kind: EventType, subject: Subject, detail: Mapping[str, str] = MappingProxyType({})
    ) -> NewEvent:
        """Return the event that tells of it."""
        told = {name: str(value) for name, value in detail.items()}
        return NewEvent(
            id=self.event_id, type=kind, at=self.at, actor=self.actor, subject=subject, detail=told
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of the log with its number in the one gap-free sequence.

    `trace` is the span in which it happened, as a `traceparent`; None where nobody traced.
    """

    id: str
    sequence: int
    type: EventType
    at: str
    actor: str
    subject: Subject
    detail: Mapping[str, str]
    trace: str | None = None
