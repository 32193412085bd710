"""Who may do what: one table, and the field extension that asks it."""

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
from graph.tokens import AccessRole
from graph.visibility import EVERYTHING, Sight, Sights, Viewer
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
    TAXONOMY_WRITE = "taxonomy:write"
    REFERRALS_READ = "referrals:read"
    REFERRALS_WRITE = "referrals:write"
    INTAKES_READ = "intakes:read"
    INTAKES_WRITE = "intakes:write"
    OUTREACH_READ = "outreach:read"
    OUTREACH_WRITE = "outreach:write"
    EVENTS_READ = "events:read"
    CONTACTS_READ = "contacts:read"
    CONSENT_READ = "consent:read"
    SALARIES_READ = "salaries:read"
    NOTES_READ = "notes:read"
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
            Permission.SALARIES_READ,
            Permission.NOTES_READ,
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
    AccessRole.CANDIDATE: frozenset(
        {
            Permission.JOBS_READ,
            Permission.CANDIDATES_READ,
            Permission.APPLICATIONS_READ,
            Permission.CONTACTS_READ,
            Permission.CONSENT_READ,
        }
    ),
    AccessRole.ANONYMOUS: frozenset({Permission.JOBS_READ}),
}

_STAFF = Sights(jobs=Sight.RECRUITING, candidates=Sight.RECRUITING)
_TEAM = Sights(jobs=Sight.MEMBER, candidates=Sight.MEMBER)
_PUBLIC = Sights(jobs=Sight.PUBLIC, candidates=Sight.NONE)

SIGHTS: dict[AccessRole, Sights] = {
    AccessRole.ADMIN: EVERYTHING,
    AccessRole.RECRUITER: _STAFF,
    AccessRole.SOURCER: _STAFF,
    AccessRole.HIRING_MANAGER: _TEAM,
    AccessRole.INTERVIEWER: _TEAM,
    AccessRole.EMPLOYEE: _PUBLIC,
    AccessRole.PARTNER: _PUBLIC,
    AccessRole.CANDIDATE: Sights(jobs=Sight.OWN, candidates=Sight.OWN),
    AccessRole.ANONYMOUS: _PUBLIC,
}
"""Which jobs and candidates each role sees; `graph/visibility.py` says what that means for them and all that hangs on them."""

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

    @property
    def viewer(self) -> Viewer:
        """Return who looks, for what is read and written."""
        return Viewer(SIGHTS[self.role], self.person_id, self.actor)

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
            return frozenset(EventType) - ACCESS_EVENTS - SAVED_SEARCH_EVENTS
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
