"""What of a talent search is left of it for whom: filter clauses, and conditions that would tell of what is hidden."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from graph.errors import KithError
from graph.reading import Shown
from graph.visibility import Sight, jobs_of, seen
from schema.context import Context
from schema.permissions import Permission, Principal
from search.rights import NOBODY, made_known_to, on_jobs
from search.talent.conditions import (
    MOST_CONDITIONS,
    MOST_VALUES,
    Check,
    Condition,
    Entry,
    Every,
    Some,
    Unless,
)
from search.talent.request import Facet

MOST_JOBS = 1_000
"""Most jobs of one viewer that a search looks at, the newest."""
UNKNOWN_JOB = "00000000-0000-0000-0000-000000000000"
"""What stands for a job that the viewer does not see: nobody applied for it."""
MOST_NAMED = MOST_CONDITIONS * MOST_VALUES
"""Most jobs that a search can name; with more it is refused later."""

_JOBS = frozenset({"applications.job_id", "shortlisted_jobs"})
_ASKS = {
    "consent": Permission.CONSENT_READ,
    "has_email": Permission.CONTACTS_READ,
    "has_phone": Permission.CONTACTS_READ,
    "last_contact": Permission.OUTREACH_READ,
}
_JOBS_UNNAMED = "this tells of applications that you do not see; name your jobs with it"


async def search_rights(context: Context) -> list[Mapping[str, Any]]:
    """Return the clauses that every candidate must pass whom the principal may find."""
    viewer = context.principal.viewer
    match viewer.sights.candidates:
        case Sight.ALL:
            return []
        case Sight.RECRUITING:
            return [made_known_to(viewer.person_id)]
        case Sight.MEMBER:
            jobs = await context.graph.read(jobs_of, viewer=viewer, limit=MOST_JOBS)
            return [made_known_to(viewer.person_id), on_jobs(jobs)]
        case _:
            return [NOBODY]


async def visible_conditions(context: Context, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Return the conditions with one job that nobody applied for in place of those that the principal may not see.

    Raises:
        KithError: a condition tells of what the principal may not see of any candidate.
    """
    viewer = context.principal.viewer
    if viewer.sees_everything or not conditions:
        return conditions
    checks = [check for condition in conditions for check in _checks(condition)]
    for check in checks:
        _check_field(context.principal, check.field)
    if viewer.sights.jobs not in {Sight.ALL, Sight.RECRUITING}:
        for condition in conditions:
            _check_jobs_named(condition)
    named = {id_ for check in checks if check.field in _JOBS for id_ in _ids(check)}
    if not named:
        return conditions
    visible = await context.graph.read(seen, viewer=viewer, shown=Shown.JOB, ids=sorted(named)[:MOST_NAMED])
    return tuple(_with_jobs(condition, visible) for condition in conditions)


def check_facets(principal: Principal, facets: Sequence[Facet]) -> None:
    """Refuse to count by what the principal may not see.

    Raises:
        KithError: a facet tells of what they may not see of any candidate, or of applications for any job.
    """
    for facet in facets:
        _check_field(principal, facet.value)
    if Facet.STAGES in facets and principal.viewer.sights.jobs not in {Sight.ALL, Sight.RECRUITING}:
        raise KithError("FORBIDDEN", _JOBS_UNNAMED)


def _check_field(principal: Principal, field: str) -> None:
    permission = _ASKS.get(field)
    if permission is not None and not principal.may(permission):
        raise KithError("FORBIDDEN", f"searching by {field} needs {permission}")


def _check_jobs_named(condition: Condition) -> None:
    match condition:
        case Entry(field="applications", parts=parts):
            if not any(isinstance(each, Check) and each.field in _JOBS and _ids(each) for each in parts):
                raise KithError("FORBIDDEN", _JOBS_UNNAMED)
        case Check(field=field) if field in _JOBS and not _ids(condition):
            raise KithError("FORBIDDEN", _JOBS_UNNAMED)
        case Every(parts=parts) | Some(parts=parts):
            for part in parts:
                _check_jobs_named(part)
        case Unless(part=part):
            _check_jobs_named(part)


def _checks(condition: Condition) -> Iterator[Check]:
    match condition:
        case Check():
            yield condition
        case Every(parts=parts) | Some(parts=parts) | Entry(parts=parts):
            for part in parts:
                yield from _checks(part)
        case Unless(part=part):
            yield from _checks(part)


def _ids(check: Check) -> Sequence[str]:
    if check.operator == "eq":
        return [check.value]
    return check.value if check.operator == "in" else ()


def _with_jobs(condition: Condition, visible: Collection[str]) -> Condition:
    match condition:
        case Check(field=field, operator=operator) if field in _JOBS and (ids := _ids(condition)):
            shown = [id_ if id_ in visible else UNKNOWN_JOB for id_ in ids]
            return Check(field, operator, shown[0] if operator == "eq" else shown)
        case Every(parts=parts):
            return Every(tuple(_with_jobs(part, visible) for part in parts))
        case Some(parts=parts):
            return Some(tuple(_with_jobs(part, visible) for part in parts))
        case Entry(field=field, parts=parts):
            return Entry(field, tuple(_with_jobs(part, visible) for part in parts))
        case Unless(part=part):
            return Unless(_with_jobs(part, visible))
        case _:
            return condition
