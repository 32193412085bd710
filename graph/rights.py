"""Which role may do what and sees how much: one table, which everything that asks for rights asks."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from graph.tokens import AccessRole
from graph.visibility import EVERYTHING, Sight, Sights


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

SEARCHED_BY: Mapping[str, Permission] = {
    "consent": Permission.CONSENT_READ,
    "has_email": Permission.CONTACTS_READ,
    "has_phone": Permission.CONTACTS_READ,
    "last_contact": Permission.OUTREACH_READ,
}
"""What it takes to search candidates by these fields of the index; by others everybody may who searches."""


def lacking_to_search_by(
    fields: Iterable[str], permissions: frozenset[Permission]
) -> tuple[str, Permission] | None:
    """Return the first of the fields of the index that may not be searched by, and what it takes; None where all may."""
    wanted = ((field, SEARCHED_BY.get(field)) for field in fields)
    return next(
        ((field, needed) for field, needed in wanted if needed is not None and needed not in permissions),
        None,
    )


def permissions_of(role: AccessRole, scopes: frozenset[Permission] | None = None) -> frozenset[Permission]:
    """Return what a role grants, as far as scopes leave it."""
    return GRANTS[role] if scopes is None else GRANTS[role] & scopes
