"""What of a talent search is left of it for whom: filter clauses, and conditions that would tell of what is hidden."""

from collections.abc import Mapping, Sequence
from typing import Any

from graph.errors import KithError
from graph.reading import Shown
from graph.rights import Permission, lacking_to_search_by
from graph.visibility import jobs_that_show, seen
from schema.context import Context
from schema.permissions import Principal
from search.rights import MOST_JOBS, clauses_of
from search.talent.conditions import Condition
from search.talent.request import Facet
from search.talent.telling import asked_fields, named_jobs, tell_of_any_job, with_visible_jobs
from search.talent.weights import HIGHLIGHTED

_JOBS_UNNAMED = "this tells of applications that you do not see; name your jobs with it"


async def search_rights(context: Context) -> list[Mapping[str, Any]]:
    """Return the clauses that every candidate must pass whom the principal may find."""
    viewer = context.principal.viewer
    jobs = await jobs_that_show(context.graph, viewer=viewer, limit=MOST_JOBS)
    return clauses_of(viewer.sights.candidates, person_id=viewer.person_id, jobs=jobs)


def fragments_for(principal: Principal) -> tuple[str, ...]:
    """Return the fields of which the principal may see pieces: contact data stand in the texts of résumés."""
    if may_find_contacts(principal):
        return HIGHLIGHTED
    return tuple(name for name in HIGHLIGHTED if name != "resume_text")


def may_find_contacts(principal: Principal) -> bool:
    """Say whether an address, a number or a link may find whose it is."""
    return principal.may(Permission.CONTACTS_READ)


async def visible_conditions(context: Context, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Return the conditions with one job that nobody applied for in place of those that the principal may not see.

    Raises:
        KithError: a condition tells of what the principal may not see of any candidate.
    """
    viewer = context.principal.viewer
    _check_fields(context.principal, asked_fields(conditions))
    if viewer.sees_everything or not conditions:
        return conditions
    if not viewer.knows_applications and tell_of_any_job(conditions):
        raise KithError("FORBIDDEN", _JOBS_UNNAMED)
    named = named_jobs(conditions)
    if not named:
        return conditions
    return with_visible_jobs(
        conditions, await context.graph.read(seen, viewer=viewer, shown=Shown.JOB, ids=named)
    )


def check_facets(principal: Principal, facets: Sequence[Facet]) -> None:
    """Refuse to count by what the principal may not see.

    Raises:
        KithError: a facet tells of what they may not see of any candidate, or of applications for any job.
    """
    _check_fields(principal, [facet.value for facet in facets])
    if Facet.STAGES in facets and not principal.viewer.knows_applications:
        raise KithError("FORBIDDEN", _JOBS_UNNAMED)


def _check_fields(principal: Principal, fields: Sequence[str]) -> None:
    lacking = lacking_to_search_by(fields, principal.permissions)
    if lacking is not None:
        field, permission = lacking
        raise KithError("FORBIDDEN", f"searching by {field} needs {permission}")
