"""Who is asking, and the field extension that asks the table of `graph/rights.py` for them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from inspect import isawaitable
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.types import Info

from graph.errors import Code, InvalidInput, KithError
from graph.events import ACCESS_EVENTS, SAVED_SEARCH_EVENTS, EventType
from graph.reading import Source
from graph.rights import GRANTS, SIGHTS, Permission, permissions_of
from graph.tokens import AccessRole
from graph.visibility import Viewer
from schema.enums import described

described(
    AccessRole,
    name="AccessRole",
    description="What somebody may do; the documentation has the table of permissions.",
    values={
        AccessRole.ADMIN: "Everything, and who may enter with which role.",
        AccessRole.RECRUITER: "Everything but who may enter.",
        AccessRole.SOURCER: "Finds and contacts candidates; opens no jobs and moves no applications.",
        AccessRole.HIRING_MANAGER: "Opens jobs and decides about those who apply for them.",
        AccessRole.INTERVIEWER: "Reads what belongs to candidates, jobs and applications.",
        AccessRole.EMPLOYEE: "Reads jobs and refers candidates.",
        AccessRole.PARTNER: "An agency or job board: hears of jobs.",
        AccessRole.CANDIDATE: "Somebody who signed in by a link that was sent to them.",
        AccessRole.ANONYMOUS: "Anybody: runs the documents that an administrator made public.",
    },
)
described(
    Permission,
    name="Permission",
    description="What an operation or a field asks of who is asking.",
    values={
        Permission.CANDIDATES_READ: "Read candidates and colleagues.",
        Permission.CANDIDATES_WRITE: "Add candidates and what is known of them.",
        Permission.COMPANIES_READ: "Read companies.",
        Permission.JOBS_READ: "Read jobs.",
        Permission.JOBS_WRITE: "Open, change and close jobs.",
        Permission.APPLICATIONS_READ: "Read applications and shortlists.",
        Permission.APPLICATIONS_WRITE: "Add and move applications.",
        Permission.TALENT_SEARCH: "Search candidates.",
        Permission.TAXONOMY_WRITE: "Change what skills and titles are called, and see what searches do not find.",
        Permission.REFERRALS_READ: "Read referrals and ways to candidates.",
        Permission.REFERRALS_WRITE: "Refer candidates.",
        Permission.INTAKES_READ: "Read what became of files.",
        Permission.INTAKES_WRITE: "Hand in files and have them read again.",
        Permission.OUTREACH_READ: "Read templates and messages.",
        Permission.OUTREACH_WRITE: "Write templates and contact candidates.",
        Permission.EVENTS_READ: "Read the event log and subscribe to it.",
        Permission.CONTACTS_READ: "Read addresses, phone numbers and links of people.",
        Permission.CONSENT_READ: "Read to what people consented.",
        Permission.SALARIES_READ: "Read the pay of jobs that are not public.",
        Permission.NOTES_READ: "Read what colleagues wrote.",
        Permission.USERS_MANAGE: "Invite and disable users, and give them roles.",
        Permission.TOKENS_MANAGE: "Make, rotate and revoke service tokens.",
        Permission.PARTNERS_MANAGE: "Register, approve and suspend partner applications, and make their tokens.",
    },
)

PARTNER_EVENTS = frozenset(
    {EventType.JOB_CREATED, EventType.JOB_UPDATED, EventType.JOB_CLOSED, EventType.JOB_REOPENED}
)
"""What partners hear of: nothing that is about a person."""


class PrincipalKind(StrEnum):
    """What a principal is; the event log's actors begin so."""

    TOKEN = "token"  # noqa: S105 - the word for it
    USER = "user"
    CANDIDATE = "candidate"


described(
    PrincipalKind,
    name="ViewerKind",
    description="What is asking.",
    values={
        PrincipalKind.TOKEN: "A system with a service token.",
        PrincipalKind.USER: "A user who signed in.",
        PrincipalKind.CANDIDATE: "A candidate who signed in by a link.",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is asking: a system with a service token, a user or a candidate who signed in.

    `id` is that of the token, of the user or of the candidate, whatever session they are in (`session_id`).
    `person_id` is the human behind it, where it is one's: the colleague, or the candidate. `scopes` narrow what the
    role grants; None leaves it as it is.
    """

    id: str
    kind: PrincipalKind = PrincipalKind.TOKEN
    role: AccessRole
    label: str
    expires_at: str | None
    person_id: str | None = None
    scopes: frozenset[Permission] | None = None
    session_id: str | None = None

    @property
    def actor(self) -> str:
        """Return how the event log names this principal."""
        return f"{self.kind}:{self.id}"

    @property
    def rights(self) -> str:
        """Return what decides, and alone decides, which plan of an operation is this principal's."""
        if self.scopes is None:
            return str(self.role)
        return f"{self.role}:{','.join(sorted(self.scopes))}"

    @property
    def viewer(self) -> Viewer:
        """Return who looks, for what is read and written."""
        return Viewer(
            SIGHTS[self.role], self.person_id, self.actor, knows_contacts=self.may(Permission.CONTACTS_READ)
        )

    def may(self, permission: Permission) -> bool:
        """Say whether the table grants the permission, and the token's scopes leave it."""
        return permission in GRANTS[self.role] and (self.scopes is None or permission in self.scopes)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return all that this principal may do."""
        return permissions_of(self.role, self.scopes)

    def event_types(self) -> frozenset[EventType]:
        """Return the events that this principal may hear of."""
        if self.role in {AccessRole.PARTNER, AccessRole.ANONYMOUS}:
            return PARTNER_EVENTS
        hidden: frozenset[EventType] = frozenset()
        if not self.may(Permission.USERS_MANAGE):
            hidden |= ACCESS_EVENTS | SAVED_SEARCH_EVENTS
        if not self.may(Permission.TALENT_SEARCH):
            hidden |= {EventType.SAVED_SEARCH_MATCHED}
        return frozenset(EventType) - hidden


def check_not_wider(principal: Principal, permissions: frozenset[Permission], *, field: str) -> None:
    """Let nobody give away more than they have.

    Raises:
        InvalidInput: the permissions are more than the principal's own.
    """
    wider = sorted(permissions - principal.permissions)
    if wider:
        message = f"that is more than you may do yourself: {', '.join(wider)}"
        raise InvalidInput(Code.MORE_THAN_YOURS, message, field=field)


def forbidden(permission: Permission) -> KithError:
    """Return the error of those who lack a permission."""
    return KithError("FORBIDDEN", f"your role lacks the permission {permission}")


@dataclass(frozen=True, slots=True)
class Redaction:
    """A field of an answer that is null because the principal may not see it, and why."""

    path: list[str | int]
    reason: str


def redaction_reason(permission: Permission) -> str:
    """Return what clients are told of a field that is masked for want of a permission."""
    return f"needs {permission}"


class Requires(FieldExtension):
    """Lets a field be resolved only for principals with the permission, or where the source `unless` holds.

    For others an operation is refused, and a field below one is null and among the answer's redactions.
    """

    def __init__(self, permission: Permission, unless: Source | None = None) -> None:
        self.permission = permission
        self.unless = unless

    def _masks(self, source: Any, info: Info[Any, Any]) -> bool:
        if info.context.principal.may(self.permission):
            return False
        if self.unless is not None and source.values[self.unless]:
            return False
        if info.path.prev is None:
            raise forbidden(self.permission)
        info.context.redactions.append(Redaction(info.path.as_list(), redaction_reason(self.permission)))
        return True

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info[Any, Any], **kwargs: Any) -> Any:
        return None if self._masks(source, info) else next_(source, info, **kwargs)

    async def resolve_async(
        self, next_: Callable[..., Any], source: Any, info: Info[Any, Any], **kwargs: Any
    ) -> Any:
        if self._masks(source, info):
            return None
        answer = next_(source, info, **kwargs)
        return await answer if isawaitable(answer) else answer  # a subscription answers with a generator
