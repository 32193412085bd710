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
from graph.tokens import AccessRole


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


_ALL = frozenset(Permission)

GRANTS: dict[AccessRole, frozenset[Permission]] = {
    AccessRole.ADMIN: _ALL,
    AccessRole.RECRUITER: _ALL,
    AccessRole.SOURCER: _ALL - {Permission.JOBS_WRITE, Permission.APPLICATIONS_WRITE},
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
}

OUTSIDERS = frozenset({AccessRole.PARTNER})
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

    def may(self, permission: Permission) -> bool:
        """Say whether the table grants the permission, and the token's scopes leave it."""
        return permission in GRANTS[self.role] and (self.scopes is None or permission in self.scopes)

    def event_types(self) -> frozenset[EventType]:
        """Return the events that this principal may hear of."""
        return PARTNER_EVENTS if self.role is AccessRole.PARTNER else frozenset(EventType)


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
