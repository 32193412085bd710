import asyncio
from dataclasses import replace
from typing import Any

import pytest

from graph.applications import (
    APPLICATIONS,
    OF_CANDIDATE,
    OF_JOB,
    STAGE_CATEGORY,
    Application,
    ApplicationStatus,
    NewApplication,
    applications_by_ids,
    apply,
    move,
)
from graph.client import Graph, Statement, Transaction
from graph.errors import Conflict, InvalidInput, KithError, NotFound
from graph.events import EventType
from graph.filtering import condition
from graph.ids import new_id
from graph.jobs import ACTIVE_APPLICATIONS, JOB, STAGES, StageCategory, create_job
from graph.people import CANDIDATE
from graph.profiles import Role
from graph.reading import ID, Anchor, Key, Pattern, node
from tests.graph.conftest import (
    AT,
    LATER,
    Given,
    Page,
    event_types,
    job,
    new_job,
    outcomes,
    page,
    pages,
    people,
    related,
    size,
    total,
    totals,
    visit,
)

CLOSE = Statement("tests.close", "MATCH (j:Job {id: $id}) SET j.status = 'CLOSED'")
MOVES = Statement(
    "tests.moves", "MATCH (e:Event {type: 'application.moved'}) RETURN e.detail AS detail ORDER BY e.at, e.id"
)


def new(candidate: str, job_id: str, **others: Any) -> NewApplication:
    return NewApplication(
        **{
            "id": new_id(),
            "event_id": new_id(),
            "candidate_id": candidate,
            "job_id": job_id,
            "applied_at": AT,
            **others,
        }
    )


async def take(graph: Graph, application: NewApplication) -> Application:
    return await graph.write(apply, application=application, actor="test", at=AT)


async def moved(
    graph: Graph,
    application: str,
    stage: str,
    status: ApplicationStatus = ApplicationStatus.ACTIVE,
    *,
    at: str = LATER,
) -> Application:
    return await graph.write(
        move,
        application_id=application,
        stage_id=stage,
        status=status,
        event_id=new_id(),
        actor="test",
        at=at,
    )


async def stages(graph: Graph, job_id: str) -> dict[StageCategory, str]:
    found = await related(graph, JOB, STAGES, [job_id], node("category"), ID)
    return {StageCategory(category): id_ for category, id_ in found[job_id]}


async def active(graph: Graph, job_id: str) -> list[int]:
    """Return how many active applications are in each stage."""
    return (await related(graph, JOB, STAGES, [job_id], ACTIVE_APPLICATIONS))[job_id]


def only(category: StageCategory | None, status: ApplicationStatus | None) -> Given:
    """Ask for the applications in a stage or state."""
    wanted = ((STAGE_CATEGORY, category), (node("status"), status))
    conditions = [(condition(source, "eq"), str(value)) for source, value in wanted if value]
    return Given(
        conditions=tuple(text for text, _ in conditions), values=tuple(value for _, value in conditions)
    )


async def test_an_application_starts_in_the_first_stage_of_its_category(empty: Graph) -> None:
    given = replace(
        new_job(),
        stages=(
            ("Talk", StageCategory.INTERVIEW),
            ("Inbox", StageCategory.APPLIED),
            ("Second", StageCategory.APPLIED),
        ),
    )
    await empty.write(create_job, job=given, actor="test", at=AT)
    (candidate,) = await people(empty, 1)
    application = new(candidate, given.id, source="form")
    taken = await take(empty, application)
    talk, inbox, _ = (await related(empty, JOB, STAGES, [given.id], ID))[given.id]
    assert taken == Application(
        id=application.id,
        candidate_id=candidate,
        job_id=given.id,
        stage_id=inbox,
        stage_since=AT,
        status=ApplicationStatus.ACTIVE,
        applied_at=AT,
        source="form",
        version=1,
    )
    assert await active(empty, given.id) == [0, 1, 0]
    (other,) = await people(empty, 1)
    there = await take(empty, new(other, given.id, category=StageCategory.INTERVIEW))
    assert there.stage_id == talk
    assert (await event_types(empty)).count(EventType.APPLICATION_CREATED) == 2


async def test_an_id_that_is_there_returns_what_it_made(empty: Graph) -> None:
    (candidate,) = await people(empty, 1)
    wanted = await job(empty)
    application = new(candidate, wanted.id)
    first = await take(empty, application)
    before = await size(empty)
    assert await take(empty, replace(application, event_id=new_id(), source="other")) == first
    assert await size(empty) == before


async def test_one_id_from_many_sides_at_once_is_one_application_and_no_conflict(empty: Graph) -> None:
    (candidate,) = await people(empty, 1)
    application = new(candidate, (await job(empty)).id)
    same = [replace(application, event_id=new_id()) for _ in range(20)]
    found, failures = await outcomes(take(empty, each) for each in same)
    assert failures == []
    assert len(set(found)) == 1
    assert await total(empty, APPLICATIONS) == 1
    assert (await event_types(empty)).count(EventType.APPLICATION_CREATED) == 1


async def test_of_twenty_applications_at_once_for_one_job_one_is_taken(empty: Graph) -> None:
    (candidate,) = await people(empty, 1)
    wanted = await job(empty)
    found, failures = await outcomes(take(empty, new(candidate, wanted.id)) for _ in range(20))
    assert [type(failure) for failure in failures] == [Conflict] * 19
    assert len(found) == await total(empty, APPLICATIONS) == 1
    assert (await event_types(empty)).count(EventType.APPLICATION_CREATED) == 1


async def test_who_applied_once_can_apply_elsewhere_and_after_the_end_again(empty: Graph) -> None:
    (candidate,) = await people(empty, 1)
    one, two = await job(empty), await job(empty)
    first = await take(empty, new(candidate, one.id))
    await take(empty, new(candidate, two.id))
    await take(empty, new(candidate, one.id, status=ApplicationStatus.WITHDRAWN))
    with pytest.raises(Conflict):
        await take(empty, new(candidate, one.id))
    await moved(empty, first.id, first.stage_id, ApplicationStatus.REJECTED)
    again = await take(empty, new(candidate, one.id))
    assert again.status is ApplicationStatus.ACTIVE
    before = await size(empty)
    with pytest.raises(Conflict, match="already has an active"):
        await moved(empty, first.id, first.stage_id)
    assert await size(empty) == before
    assert (await empty.read(applications_by_ids, ids=[first.id]))[first.id].status is (
        ApplicationStatus.REJECTED
    )
    await moved(empty, again.id, again.stage_id, ApplicationStatus.HIRED)
    assert (await moved(empty, first.id, first.stage_id)).status is ApplicationStatus.ACTIVE


async def test_of_many_brought_back_at_once_one_is_active(empty: Graph) -> None:
    (candidate,) = await people(empty, 1)
    wanted = await job(empty)
    ended = []
    for stage in (await stages(empty, wanted.id)).values():
        taken = await take(empty, new(candidate, wanted.id, status=ApplicationStatus.REJECTED))
        ended.append(await moved(empty, taken.id, stage, ApplicationStatus.REJECTED))
    found, failures = await outcomes(
        [
            *(moved(empty, each.id, each.stage_id) for each in ended),
            *(take(empty, new(candidate, wanted.id)) for _ in range(5)),
        ]
    )
    assert [type(failure) for failure in failures] == [Conflict] * 10
    assert len(found) == 1
    counts = await totals(empty, JOB, OF_JOB, [wanted.id], only(None, ApplicationStatus.ACTIVE))
    assert counts == {wanted.id: 1}


async def test_who_is_brought_back_meanwhile_is_waited_for(empty: Graph) -> None:
    (candidate,) = await people(empty, 1)
    wanted = await job(empty)
    one, two = [
        await take(empty, new(candidate, wanted.id, status=ApplicationStatus.REJECTED)) for _ in range(2)
    ]
    pipeline = await stages(empty, wanted.id)
    await moved(empty, two.id, pipeline[StageCategory.OFFER], ApplicationStatus.REJECTED)
    rivals: list[asyncio.Task[Application]] = []

    async def slowly(tx: Transaction, /) -> None:
        active = ApplicationStatus.ACTIVE
        await move(
            tx,
            application_id=one.id,
            stage_id=one.stage_id,
            status=active,
            event_id=new_id(),
            actor="test",
            at=AT,
        )
        rivals.append(asyncio.create_task(moved(empty, two.id, pipeline[StageCategory.OFFER])))
        await asyncio.wait(rivals, timeout=0.5)

    await empty.write(slowly)
    with pytest.raises(Conflict):
        await rivals[0]


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"candidate_id": "unknown"}, NotFound, "candidate"),
        ({"candidate_id": "colleague"}, NotFound, "candidate"),
        ({"job_id": "unknown"}, NotFound, "job"),
        ({"job_id": "closed"}, InvalidInput, "job"),
        ({"category": StageCategory.SCREEN}, InvalidInput, "job"),
    ],
)
async def test_an_application_that_is_refused_leaves_nothing_written(
    empty: Graph, change: dict[str, Any], error: type[KithError], field: str
) -> None:
    (candidate,) = await people(empty, 1)
    (colleague,) = await people(empty, 1, roles=(Role.EMPLOYEE,))
    given = replace(new_job(), stages=(("Inbox", StageCategory.APPLIED),))
    await empty.write(create_job, job=given, actor="test", at=AT)
    closed = await job(empty)
    await empty.execute(CLOSE, id=closed.id)
    names = {"colleague": colleague, "closed": closed.id}
    before = await size(empty)
    with pytest.raises(error) as raised:
        await take(
            empty,
            replace(new(candidate, given.id), **{k: names.get(str(v), v) for k, v in change.items()}),
        )
    assert raised.value.field == field
    assert await size(empty) == before


async def test_a_move_changes_stage_and_status_and_says_so(empty: Graph) -> None:
    (candidate,) = await people(empty, 1)
    wanted = await job(empty)
    pipeline = await stages(empty, wanted.id)
    taken = await take(empty, new(candidate, wanted.id))
    after = await moved(empty, taken.id, pipeline[StageCategory.OFFER], ApplicationStatus.HIRED)
    assert after == replace(
        taken,
        stage_id=pipeline[StageCategory.OFFER],
        stage_since=LATER,
        status=ApplicationStatus.HIRED,
        version=2,
    )
    assert (await empty.read(applications_by_ids, ids=[taken.id, "unknown"])) == {taken.id: after}
    (event,) = await empty.execute(MOVES)
    for part in (pipeline[StageCategory.APPLIED], pipeline[StageCategory.OFFER], "HIRED"):
        assert part in event["detail"]
    assert await active(empty, wanted.id) == [0] * 6


async def test_moves_at_once_leave_one_stage(empty: Graph) -> None:
    (candidate,) = await people(empty, 1)
    wanted = await job(empty)
    pipeline = list((await stages(empty, wanted.id)).values())
    taken = await take(empty, new(candidate, wanted.id))
    _, failures = await outcomes(moved(empty, taken.id, pipeline[i % 6]) for i in range(12))
    assert failures == []
    assert sum(await active(empty, wanted.id)) == 1
    assert (await event_types(empty)).count(EventType.APPLICATION_MOVED) == 12


async def test_a_move_that_is_refused_leaves_nothing_written(empty: Graph) -> None:
    (candidate,) = await people(empty, 1)
    wanted, other = await job(empty), await job(empty)
    taken = await take(empty, new(candidate, wanted.id))
    foreign = (await stages(empty, other.id))[StageCategory.OFFER]
    before = await size(empty)
    for application, stage, field in (
        ("unknown", taken.stage_id, "application"),
        (taken.id, "unknown", "stageId"),
        (taken.id, foreign, "stageId"),
    ):
        with pytest.raises(NotFound) as raised:
            await moved(empty, application, stage, ApplicationStatus.REJECTED)
        assert raised.value.field == field
    assert await size(empty) == before
    assert await empty.read(applications_by_ids, ids=[taken.id]) == {taken.id: taken}


async def test_lists_and_counts_follow_stage_and_status(empty: Graph) -> None:
    candidates = await people(empty, 4)
    wanted, other = await job(empty), await job(empty)
    taken = [await take(empty, new(candidate, wanted.id)) for candidate in candidates]
    elsewhere = await take(empty, new(candidates[0], other.id))
    pipeline = await stages(empty, wanted.id)
    await moved(empty, taken[0].id, pipeline[StageCategory.SCREEN])
    await moved(empty, taken[1].id, pipeline[StageCategory.SCREEN], ApplicationStatus.REJECTED)
    ids = [wanted.id, other.id, "unknown"]
    for category, status, expected in (
        (None, None, (taken, [elsewhere])),
        (StageCategory.SCREEN, None, (taken[:2], [])),
        (None, ApplicationStatus.ACTIVE, ([taken[0], *taken[2:]], [elsewhere])),
        (StageCategory.SCREEN, ApplicationStatus.REJECTED, ([taken[1]], [])),
        (StageCategory.OFFER, None, ([], [])),
    ):
        given = only(category, status)
        lists = await pages(empty, JOB, OF_JOB, ids, ID, first=10, given=given)
        assert {id_: set(found.rows) for id_, found in lists.items()} == {
            wanted.id: {a.id for a in expected[0]},
            other.id: {a.id for a in expected[1]},
        }
        counts = await totals(empty, JOB, OF_JOB, ids, given)
        assert counts == {wanted.id: len(expected[0]), other.id: len(expected[1])}
    theirs = await pages(empty, CANDIDATE, OF_CANDIDATE, [*candidates, "unknown"], ID, first=10)
    assert [len(theirs[id_].rows) for id_ in candidates] == [2, 1, 1, 1]
    assert set(theirs[candidates[0]].rows) == {taken[0].id, elsewhere.id}
    counts = await totals(empty, CANDIDATE, OF_CANDIDATE, [*candidates, "unknown"])
    assert counts == dict(zip(candidates, [2, 1, 1, 1], strict=True))
    assert await total(empty, APPLICATIONS) == 5


async def test_pages_show_every_application_once_the_newest_first_while_others_come(empty: Graph) -> None:
    (candidate,) = await people(empty, 1)
    wanted = await job(empty)
    ended = {"status": ApplicationStatus.WITHDRAWN}

    async def add(at: str, number: int) -> list[str]:
        return [
            (await take(empty, new(candidate, wanted.id, applied_at=at, **ended))).id for _ in range(number)
        ]

    early, late = await add(AT, 5), await add(LATER, 2)
    expected = [*sorted(late, reverse=True), *sorted(early, reverse=True)]

    async def more(number: int) -> None:
        await add(f"2027-01-01T00:00:00.{number:06}Z", 2)

    everything = await visit(lambda after: page(empty, APPLICATIONS, ID, first=2, after=after), between=more)
    assert everything == expected

    def of(anchor: Anchor, pattern: Pattern, id: str) -> Any:
        async def read(after: Key | None, /) -> Page:
            return (await pages(empty, anchor, pattern, [id], ID, first=3, after=after))[id]

        return read

    for read in (of(JOB, OF_JOB, wanted.id), of(CANDIDATE, OF_CANDIDATE, candidate)):
        here = await visit(read, between=more)
        assert here[-7:] == expected
        assert len(set(here)) == len(here)
