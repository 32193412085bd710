"""Who may do what: one table, and the field extension that asks it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from inspect import isawaitable
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.types import Info

from graph.errors import Code, InvalidInput, KithError
from graph.events import ACCESS_EVENTS, EventType
from graph.tokens import AccessRole
from schema.enums import described


class Permission(StrEnum):
    """What an operation or a sensitive field asks of the principal."""

    CANDIDATES_READ = "candidates:read"
    CANDIDATES_WRITE = "candidates:write"
    COMPANIES_READ = "companies:read"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    APPLICATIONS_READ = "applications:read"
    APPLICATIONS_WRITE = "applications:write"
    TALENT_SEARCH = "talent:search"
    REFERRALS_READ = "referrals:read"
    REFERRALS_WRITE = "referrals:write"
    INTAKES_READ = "intakes:read"
    INTAKES_WRITE = "intakes:write"
    OUTREACH_READ = "outreach:read"
    OUTREACH_WRITE = "outreach:write"
    EVENTS_READ = "events:read"
    USERS_MANAGE = "users:manage"
    TOKENS_MANAGE = "tokens:manage"
    PARTNERS_MANAGE = "partners:manage"


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
        Permission.REFERRALS_READ: "Read referrals and ways to candidates.",
        Permission.REFERRALS_WRITE: "Refer candidates.",
        Permission.INTAKES_READ: "Read what became of files.",
        Permission.INTAKES_WRITE: "Hand in files and have them read again.",
        Permission.OUTREACH_READ: "Read templates and messages.",
        Permission.OUTREACH_WRITE: "Write templates and contact candidates.",
        Permission.EVENTS_READ: "Read the event log and subscribe to it.",
        Permission.USERS_MANAGE: "Invite and disable users, and give them roles.",
        Permission.TOKENS_MANAGE: "Make, rotate and revoke service tokens.",
        Permission.PARTNERS_MANAGE: "Register, approve and suspend partner applications, and make their tokens.",
    },
)

ADMINISTRATION = frozenset({Permission.USERS_MANAGE, Permission.TOKENS_MANAGE, Permission.PARTNERS_MANAGE})
"""What decides about the rights of others."""
_ALL = frozenset(Permission)

GRANTS: dict[AccessRole, frozenset[Permission]] = {
    AccessRole.ADMIN: _ALL,
    AccessRole.RECRUITER: _ALL - ADMINISTRATION,
    AccessRole.SOURCER: _ALL - ADMINISTRATION - {Permission.JOBS_WRITE, Permission.APPLICATIONS_WRITE},
    AccessRole.HIRING_MANAGER: frozenset(
        {
            Permission.CANDIDATES_READ,
            Permission.COMPANIES_READ,
            Permission.JOBS_READ,
            Permission.JOBS_WRITE,
            Permission.APPLICATIONS_READ,
            Permission.APPLICATIONS_WRITE,
            Permission.TALENT_SEARCH,
            Permission.REFERRALS_READ,
            Permission.REFERRALS_WRITE,
        }
    ),
    AccessRole.INTERVIEWER: frozenset(
        {
            Permission.CANDIDATES_READ,
            Permission.COMPANIES_READ,
            Permission.JOBS_READ,
            Permission.APPLICATIONS_READ,
            Permission.REFERRALS_WRITE,
        }
    ),
    AccessRole.EMPLOYEE: frozenset({Permission.JOBS_READ, Permission.REFERRALS_WRITE}),
    AccessRole.PARTNER: frozenset({Permission.JOBS_READ, Permission.EVENTS_READ}),
    AccessRole.CANDIDATE: frozenset({Permission.JOBS_READ}),
    AccessRole.ANONYMOUS: frozenset({Permission.JOBS_READ}),
}

OUTSIDERS = frozenset({AccessRole.PARTNER, AccessRole.CANDIDATE, AccessRole.ANONYMOUS})
"""The roles of those who do not work for the organisation."""
OF_NO_TOKEN = frozenset({AccessRole.CANDIDATE, AccessRole.ANONYMOUS})
"""Roles that nobody is given: candidates come in by links, and anybody is nobody in particular."""

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
        if not self.may(Permission.USERS_MANAGE):
            return frozenset(EventType) - ACCESS_EVENTS
        return frozenset(EventType)


def permissions_of(role: AccessRole, scopes: frozenset[Permission] | None = None) -> frozenset[Permission]:
    """Return what a role grants, as far as scopes leave it."""
    return GRANTS[role] if scopes is None else GRANTS[role] & scopes


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


class Requires(FieldExtension):
    """Lets a field be resolved only for principals with the permission."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def _check(self, info: Info[Any, Any]) -> None:
        if not info.context.principal.may(self.permission):
            raise forbidden(self.permission)

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info[Any, Any], **kwargs: Any) -> Any:
        self._check(info)
        return next_(source, info, **kwargs)

    async def resolve_async(
        self, next_: Callable[..., Any], source: Any, info: Info[Any, Any], **kwargs: Any
    ) -> Any:
        self._check(info)
        answer = next_(source, info, **kwargs)
        return await answer if isawaitable(answer) else answer  # a subscription answers with a generator
