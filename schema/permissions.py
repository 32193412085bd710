"""Who may do what: one table, and the field extension that asks it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from inspect import isawaitable
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.types import Info

from graph.errors import KithError
from graph.events import EventType
from graph.reading import Source
from graph.tokens import AccessRole
from graph.visibility import EVERYTHING, Sight, Sights, Viewer


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
    CONTACTS_READ = "contacts:read"
    CONSENT_READ = "consent:read"
    SALARIES_READ = "salaries:read"
    NOTES_READ = "notes:read"
    PARTNERS_MANAGE = "partners:manage"


_ALL = frozenset(Permission)

GRANTS: dict[AccessRole, frozenset[Permission]] = {
    AccessRole.ADMIN: _ALL,
    AccessRole.RECRUITER: _ALL - {Permission.PARTNERS_MANAGE},
    AccessRole.SOURCER: _ALL
    - {Permission.PARTNERS_MANAGE, Permission.JOBS_WRITE, Permission.APPLICATIONS_WRITE},
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
    AccessRole.ANONYMOUS: _PUBLIC,
    AccessRole.CANDIDATE: Sights(jobs=Sight.OWN, candidates=Sight.OWN),
}
"""Which jobs and candidates each role sees; `graph/visibility.py` says what that means for them and all that hangs on them."""

OUTSIDERS = frozenset({AccessRole.PARTNER, AccessRole.ANONYMOUS})
"""The roles of those who do not work for the organisation."""

PARTNER_EVENTS = frozenset(
    {EventType.JOB_CREATED, EventType.JOB_UPDATED, EventType.JOB_CLOSED, EventType.JOB_REOPENED}
)
"""What partners hear of: nothing that is about a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is asking: the bearer of a token.

    `person_id` is the human behind it, where it is one's: the colleague, or the candidate. `scopes` narrow what the
    role grants; None leaves it as it is.
    """

    id: str
    role: AccessRole
    label: str
    expires_at: str | None
    person_id: str | None = None
    scopes: frozenset[Permission] | None = None

    @property
    def actor(self) -> str:
        """Return how the event log names this principal."""
        return f"token:{self.id}"

    @property
    def rights(self) -> str:
        """Return what decides, and alone decides, which plan of an operation is this principal's."""
        if self.scopes is None:
            return str(self.role)
        return f"{self.role}:{','.join(sorted(self.scopes))}"

    @property
    def viewer(self) -> Viewer:
        """Return who looks, for what is read and written."""
        return Viewer(SIGHTS[self.role], self.person_id)

    def may(self, permission: Permission) -> bool:
        """Say whether the table grants the permission, and the token's scopes leave it."""
        return permission in GRANTS[self.role] and (self.scopes is None or permission in self.scopes)

    def event_types(self) -> frozenset[EventType]:
        """Return the events that this principal may hear of."""
        return PARTNER_EVENTS if self.role in OUTSIDERS else frozenset(EventType)


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
