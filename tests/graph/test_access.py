from typing import Any

import pytest

from graph.access import MEMBERS, OWNER, SHARED_WITH, set_candidate_privacy, set_job_access
from graph.applications import NewApplication, apply
from graph.client import Graph, Statement
from graph.composing import by_ids
from graph.errors import InvalidInput, NotFound
from graph.ids import new_id
from graph.jobs import JOB, NewJob, create_job
from graph.people import CANDIDATE
from graph.profiles import Profile, Role
from graph.reading import ID, Row, Shown
from graph.records import save_records
from graph.references import by_email
from graph.shortlists import shortlist
from graph.visibility import EVERYTHING, Sight, Sights, Viewer, jobs_that_show, seen
from tests.graph.conftest import AT, job, new_record, people, read, related, size

RECRUITING = Sights(jobs=Sight.RECRUITING, candidates=Sight.RECRUITING)
MEMBER = Sights(jobs=Sight.MEMBER, candidates=Sight.MEMBER)
BY: dict[str, Any] = {"actor": "test", "at": AT}
LOG = Statement(
    "tests.log",
    "MATCH (e:Event) WHERE e.type IN $types RETURN e{.type, .job_id, .candidate_id, unindexed: e:Unindexed} AS event",
)


async def give(graph: Graph, viewer: Viewer, job_id: str, *members: str, confidential: bool = True) -> None:
    await graph.write(
        set_job_access,
        viewer=viewer,
        job_id=job_id,
        confidential=confidential,
        member_ids=members,
        event_id=new_id(),
        **BY,
    )


async def hide(graph: Graph, viewer: Viewer, candidate: str, *shared_with: str, private: bool = True) -> None:
    await graph.write(
        set_candidate_privacy,
        viewer=viewer,
        candidate_id=candidate,
        private=private,
        shared_with_ids=shared_with,
        event_id=new_id(),
        **BY,
    )


async def visible(graph: Graph, viewer: Viewer, shown: Shown, id_: str) -> bool:
    return bool(await graph.read(seen, viewer=viewer, shown=shown, ids=[id_]))


async def test_who_makes_a_job_confidential_stays_with_those_they_name(empty: Graph) -> None:
    one, two, other = await people(empty, 3, roles=(Role.RECRUITER,))
    made = await job(empty)
    await give(empty, Viewer(RECRUITING, one), made.id, two)
    assert set((await related(empty, JOB, MEMBERS, [made.id], ID))[made.id]) == {one, two}
    seeing = {
        id_: await visible(empty, Viewer(RECRUITING, id_), Shown.JOB, made.id) for id_ in (one, two, other)
    }
    assert seeing == {one: True, two: True, other: False}
    assert not await visible(empty, Viewer(RECRUITING), Shown.JOB, made.id)
    await give(empty, Viewer(RECRUITING, two), made.id, confidential=False)
    assert (await related(empty, JOB, MEMBERS, [made.id], ID))[made.id] == []
    assert await visible(empty, Viewer(RECRUITING, other), Shown.JOB, made.id)


async def test_who_opens_a_job_that_they_would_not_see_is_a_member(empty: Graph) -> None:
    recruiter, manager = await people(empty, 2, roles=(Role.RECRUITER,))
    for viewer, confidential in (
        (Viewer(RECRUITING, recruiter), True),
        (Viewer(MEMBER, manager), False),
    ):
        new = NewJob(id=new_id(), event_id=new_id(), title="x", description="x", confidential=confidential)
        await empty.write(create_job, job=new, viewer=viewer, **BY)
        assert await visible(empty, viewer, Shown.JOB, new.id)
        shown = [new.id] if viewer.sights == MEMBER else []
        assert await jobs_that_show(empty, viewer=viewer, limit=5) == shown


async def test_nobody_shuts_themselves_out(empty: Graph) -> None:
    made = await job(empty)
    (candidate,) = await people(empty, 1)
    before = await size(empty)
    with pytest.raises(InvalidInput):
        await give(empty, Viewer(RECRUITING), made.id)
    with pytest.raises(InvalidInput):
        await hide(empty, Viewer(RECRUITING), candidate)
    assert await size(empty) == before
    assert await visible(empty, Viewer(RECRUITING), Shown.JOB, made.id)
    assert await visible(empty, Viewer(RECRUITING), Shown.CANDIDATE, candidate)


async def test_who_makes_a_candidate_private_first_owns_them(empty: Graph) -> None:
    owner, friend, other = await people(empty, 3, roles=(Role.RECRUITER,))
    (candidate,) = await people(empty, 1)
    await hide(empty, Viewer(RECRUITING, owner), candidate, friend)
    await hide(empty, Viewer(RECRUITING, friend), candidate, friend)
    assert (await related(empty, CANDIDATE, OWNER, [candidate], ID))[candidate] == [owner]
    assert (await related(empty, CANDIDATE, SHARED_WITH, [candidate], ID))[candidate] == [friend]
    seeing = {
        id_: await visible(empty, Viewer(RECRUITING, id_), Shown.CANDIDATE, candidate)
        for id_ in (owner, friend, other)
    }
    assert seeing == {owner: True, friend: True, other: False}


async def test_access_is_given_to_colleagues_or_to_nobody(empty: Graph) -> None:
    made = await job(empty)
    (colleague,) = await people(empty, 1, roles=(Role.RECRUITER,))
    (candidate,) = await people(empty, 1)
    administrator = Viewer(EVERYTHING)
    before = await size(empty)
    for work in (
        give(empty, administrator, made.id, colleague, candidate),
        hide(empty, administrator, candidate, colleague, candidate),
    ):
        with pytest.raises(NotFound) as refusal:
            await work
        assert refusal.value.field in {"members.1", "sharedWith.1"}
    for work in (
        give(empty, administrator, made.id, *(new_id() for _ in range(101))),
        hide(empty, administrator, candidate, *(new_id() for _ in range(101))),
    ):
        with pytest.raises(InvalidInput):
            await work
    assert await size(empty) == before


async def test_the_documents_of_a_jobs_candidates_are_written_anew_where_its_access_changes(
    empty: Graph,
) -> None:
    made = await job(empty)
    applied, listed, _ = await people(empty, 3)
    application = NewApplication(
        id=new_id(), event_id=new_id(), candidate_id=applied, job_id=made.id, applied_at=AT
    )
    await empty.write(apply, application=application, **BY)
    await empty.write(
        shortlist, job_id=made.id, candidate_ids=[listed, applied], note=None, request_id=new_id(), **BY
    )
    for _ in range(2):
        await give(empty, Viewer(EVERYTHING), made.id)
    rows = await empty.execute(LOG, types=["job.access_changed"])
    events = sorted((row["event"]["candidate_id"] or "", row["event"]["unindexed"]) for row in rows)
    assert events == sorted([("", False), ("", False), (applied, True), (listed, True)])
    assert {row["event"]["job_id"] for row in rows} == {made.id}


async def test_an_address_of_somebody_hidden_makes_another_person(empty: Graph) -> None:
    (owner,) = await people(empty, 1, roles=(Role.RECRUITER,))
    mail = Profile(name="Kim", emails=("kim@example.org",))
    (first,) = await empty.write(save_records, records=[new_record(mail)], **BY)
    await hide(empty, Viewer(RECRUITING, owner), first.person_id)
    stranger = Viewer(RECRUITING)
    (second,) = await empty.write(save_records, records=[new_record(mail)], viewer=stranger, **BY)
    (third,) = await empty.write(save_records, records=[new_record(mail)], viewer=stranger, **BY)
    assert second.created
    assert second.person_id != first.person_id
    assert (third.person_id, third.created) == (second.person_id, False)
    (again,) = await empty.write(
        save_records, records=[new_record(mail)], viewer=Viewer(RECRUITING, owner), **BY
    )
    assert again.person_id == min(first.person_id, second.person_id)
    found = await read(empty, CANDIDATE, [first.person_id, second.person_id], ID)
    assert set(found) == {first.person_id, second.person_id}
    named = {"keys": ["kim@example.org"], "viewer": None}
    for sights, expected in ((RECRUITING, second.person_id), (EVERYTHING, again.person_id)):
        by = by_email(Shown.CANDIDATE, sights)
        assert await empty.value(by, named) == [["kim@example.org", expected]]
    hidden = by_ids(CANDIDATE, Row((ID,)), sights=RECRUITING)
    ids = [first.person_id, second.person_id]
    assert await empty.value(hidden, {"ids": ids, "viewer": None}) == [[second.person_id, [second.person_id]]]
