"""What of a talent search would tell of hidden things is refused, or finds nobody."""

from collections.abc import Iterator

import pytest

from graph.client import Graph
from graph.errors import KithError
from graph.ids import new_id
from graph.rights import Permission
from graph.tokens import AccessRole
from schema.context import Context
from schema.talent.rights import check_facets, search_rights, visible_conditions
from search.rights import NOBODY, made_known_to, on_jobs
from search.talent.conditions import Check, Condition, Entry, Every, Some, Unless
from search.talent.request import Facet
from search.talent.telling import UNKNOWN_JOB
from tests.schema import graphs
from tests.schema.conftest import context_of
from tests.schema.sights import Reference

STAGE = Check("applications.stage", "eq", "OFFER")
MASKED = {
    "consent": Permission.CONSENT_READ,
    "has_email": Permission.CONTACTS_READ,
    "last_contact": Permission.OUTREACH_READ,
}


@pytest.fixture(scope="module")
async def drawing(graph: Graph) -> graphs.Drawing:
    drawn = graphs.sound(12)
    await drawn.write(graph)
    return drawn


def contexts(graph: Graph, drawing: graphs.Drawing) -> Iterator[Context]:
    for role in AccessRole:
        for person in (None, *(thing.id for thing in drawing.labelled("Colleague"))):
            yield context_of(graph, role, person)


def about(*ids: str) -> tuple[Condition, ...]:
    """Name jobs in every way that a search can."""
    applied = Check("applications.job_id", "in", list(ids))
    one = Check("applications.job_id", "eq", ids[0])
    return (
        Every((Entry("applications", (applied, STAGE)),)),
        Some((Unless(Entry("applications", (one,))), Check("shortlisted_jobs", "in", list(ids)))),
    )


async def test_jobs_that_one_does_not_see_are_jobs_that_nobody_applied_for(
    graph: Graph, drawing: graphs.Drawing
) -> None:
    jobs = [job.id for job in drawing.labelled("Job")] + [new_id()]
    hidden = 0
    for context in contexts(graph, drawing):
        if context.principal.role is AccessRole.ADMIN:
            assert await visible_conditions(context, about(*jobs)) == about(*jobs)
            continue
        reference = Reference(drawing, context.principal)
        seen = {job.id for job in drawing.labelled("Job") if reference.sees(job)}
        shown = [id_ if id_ in seen else UNKNOWN_JOB for id_ in jobs]
        hidden += shown.count(UNKNOWN_JOB) - 1
        assert await visible_conditions(context, about(*jobs)) == about(*shown), context.principal
    assert hidden


@pytest.mark.parametrize(
    "condition",
    [
        Entry("applications", (STAGE,)),
        Every((Some((Unless(Entry("applications", (Check("applications.status", "eq", "ACTIVE"),))),)),)),
        Check("shortlisted_jobs", "is_null", value=True),
    ],
)
async def test_applications_for_any_job_are_asked_for_by_those_who_see_all(
    graph: Graph, condition: Condition
) -> None:
    for role in AccessRole:
        context = context_of(graph, role, new_id())
        if role in {AccessRole.ADMIN, AccessRole.RECRUITER, AccessRole.SOURCER}:
            assert await visible_conditions(context, (condition,)) == (condition,)
            check_facets(context.principal, [Facet.STAGES])
            continue
        with pytest.raises(KithError, match="name your jobs"):
            await visible_conditions(context, (condition,))
        with pytest.raises(KithError, match="name your jobs"):
            check_facets(context.principal, [Facet.STAGES])


@pytest.mark.parametrize("field", MASKED)
async def test_what_is_masked_is_not_searched_by(graph: Graph, field: str) -> None:
    condition = Unless(Every((Check(field, "eq", value=True),)))
    for role in AccessRole:
        context = context_of(graph, role, new_id())
        if context.principal.may(MASKED[field]):
            assert await visible_conditions(context, (condition,)) == (condition,)
            continue
        with pytest.raises(KithError, match=MASKED[field]):
            await visible_conditions(context, (condition,))
        if field == Facet.LAST_CONTACT:
            with pytest.raises(KithError, match=MASKED[field]):
                check_facets(context.principal, [Facet.LAST_CONTACT])


async def test_the_clauses_are_those_of_the_sight(graph: Graph, drawing: graphs.Drawing) -> None:
    for context in contexts(graph, drawing):
        person = context.principal.person_id
        clauses = await search_rights(context)
        match context.principal.role:
            case AccessRole.ADMIN:
                assert clauses == []
            case AccessRole.RECRUITER | AccessRole.SOURCER:
                assert clauses == [made_known_to(person)]
            case AccessRole.HIRING_MANAGER | AccessRole.INTERVIEWER:
                reference = Reference(drawing, context.principal)
                mine = {job.id for job in drawing.labelled("Job") if reference.sees(job)}
                known, on_mine = clauses
                assert known == made_known_to(person)
                assert on_jobs(sorted(on_mine["terms"]["jobs"])) == on_jobs(sorted(mine))
            case _:
                assert clauses == [NOBODY]
