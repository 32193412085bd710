import asyncio
from dataclasses import replace

import pytest
from neo4j.exceptions import TransientError

from graph.client import Graph, Statement, Transaction
from graph.errors import InvalidInput, KithError, NotFound
from graph.events import EventType
from graph.ids import new_id
from graph.jobs import (
    ACTIVE_APPLICATIONS,
    DEFAULT_STAGES,
    JOB,
    JOBS,
    SKILLS,
    STAGES,
    EmploymentType,
    JobStatus,
    NewJob,
    SalaryRange,
    StageCategory,
    create_job,
    jobs_by_ids,
)
from graph.profiles import Profile, Role
from graph.reading import ID, node
from tests.graph.conftest import (
    AT,
    LATER,
    event_types,
    job,
    new_job,
    new_record,
    outcomes,
    page,
    people,
    related,
    save,
    size,
    total,
    visit,
)

MADE = Statement(
    "tests.made",
    """
    RETURN COLLECT { MATCH (j:Job) RETURN j.id } AS jobs, COLLECT { MATCH (e:Event) RETURN e.id } AS events,
           COUNT { (:Job)-[:REQUIRES]->() } AS skills
    """,
)


async def test_a_job_is_kept_with_everything_it_says(empty: Graph) -> None:
    recruiter, manager = await people(empty, 2, roles=(Role.RECRUITER, Role.HIRING_MANAGER))
    given = NewJob(
        id=new_id(),
        event_id=new_id(),
        title="Welder",
        description="Joins steel.",
        department="Hull",
        city="Kiel",
        country="DE",
        employment_type=EmploymentType.CONTRACT,
        openings=3,
        salary=SalaryRange(50_000, 60_000, "EUR"),
        skills=("Welding", "C++", "welding", "C#"),
        stages=(("Inbox", StageCategory.APPLIED), ("Talk", StageCategory.INTERVIEW)),
        recruiter_id=recruiter,
        hiring_manager_id=manager,
    )
    created = await empty.write(create_job, job=given, actor="test", at=LATER)
    names = ("id", "title", "description", "department", "city", "country", "employment_type", "openings")
    for name in (*names, "salary", "recruiter_id", "hiring_manager_id"):
        assert getattr(created, name) == getattr(given, name)
    assert (created.status, created.created_at) == (JobStatus.OPEN, LATER)
    assert await empty.read(jobs_by_ids, ids=[given.id, "unknown"]) == {given.id: created}
    shown = (node("name"), node("category"), node("position"), ACTIVE_APPLICATIONS)
    stages = await related(empty, JOB, STAGES, [given.id], *shown)
    assert stages[given.id] == [
        ("Inbox", StageCategory.APPLIED, 0, 0),
        ("Talk", StageCategory.INTERVIEW, 1, 0),
    ]
    skills = await related(empty, JOB, SKILLS, [given.id], node("name"))
    assert skills[given.id] == ["Welding", "C++", "C#"]
    assert (await event_types(empty)).count(EventType.JOB_CREATED) == 1


async def test_a_bare_job_has_the_default_pipeline_and_nothing_else(graph: Graph) -> None:
    created = await job(graph)
    stages = await related(graph, JOB, STAGES, [created.id, "unknown"], node("name"), node("category"))
    assert stages == {created.id: list(DEFAULT_STAGES)}
    assert await related(graph, JOB, SKILLS, [created.id], ID) == {created.id: []}
    assert (created.salary, created.recruiter_id, created.hiring_manager_id) == (None, None, None)


async def test_one_colleague_can_have_both_duties(graph: Graph) -> None:
    (both,) = await people(graph, 1, roles=(Role.EMPLOYEE,))
    given = replace(new_job(), recruiter_id=both, hiring_manager_id=both)
    created = await graph.write(create_job, job=given, actor="test", at=AT)
    assert (created.recruiter_id, created.hiring_manager_id) == (both, both)


async def test_a_skill_of_people_and_jobs_is_one(graph: Graph) -> None:
    name = f"Skill {new_id()}"
    await save(graph, new_record(Profile(skills=(name,))))
    given = replace(new_job(), skills=(name.upper(),))
    await graph.write(create_job, job=given, actor="test", at=AT)
    assert await related(graph, JOB, SKILLS, [given.id], node("name")) == {given.id: [name]}


async def test_an_id_that_is_there_returns_what_it_made(empty: Graph) -> None:
    given = replace(new_job(), skills=("Welding",))
    first = await empty.write(create_job, job=given, actor="test", at=AT)
    before = await size(empty)
    again = replace(given, title="Other", event_id=new_id(), skills=("Sewing",))
    assert await empty.write(create_job, job=again, actor="test", at=LATER) == first
    assert await size(empty) == before


async def test_one_id_from_many_sides_at_once_makes_one_job(empty: Graph) -> None:
    given = new_job()
    same = [replace(given, event_id=new_id()) for _ in range(10)]
    found, failures = await outcomes(empty.write(create_job, job=each, actor="test", at=AT) for each in same)
    assert failures == []
    assert len(set(found)) == 1
    assert await total(empty, JOBS) == 1
    assert await event_types(empty) == [EventType.JOB_CREATED]


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"stages": ()}, InvalidInput, "stages"),
        ({"stages": (("Talk", StageCategory.INTERVIEW),)}, InvalidInput, "stages"),
        ({"salary": SalaryRange(2, 1, "EUR")}, InvalidInput, "salary"),
        ({"recruiter_id": "unknown"}, NotFound, "recruiter"),
        ({"hiring_manager_id": "unknown", "skills": ("New",)}, NotFound, "hiringManager"),
        ({"recruiter_id": "candidate"}, NotFound, "recruiter"),
    ],
)
async def test_an_error_leaves_nothing_written(
    empty: Graph, change: dict[str, object], error: type[KithError], field: str
) -> None:
    (candidate,) = await people(empty, 1)
    if change.get("recruiter_id") == "candidate":
        change = {"recruiter_id": candidate}
    before = await size(empty)
    with pytest.raises(error) as raised:
        await empty.write(create_job, job=replace(new_job(), **change), actor="test", at=AT)  # type: ignore[arg-type]
    assert raised.value.field == field
    assert await size(empty) == before


async def test_pages_show_every_job_once_the_newest_first_while_others_come(empty: Graph) -> None:
    early = [(await job(empty)).id for _ in range(5)]
    late = [(await job(empty, at=LATER)).id for _ in range(2)]
    seen = await visit(
        lambda after: page(empty, JOBS, ID, first=2, after=after),
        between=lambda number: asyncio.gather(
            job(empty, at=f"2027-01-01T00:00:00.{number:06}Z"),
            job(empty, at=f"2027-01-01T00:00:00.{number:06}Z"),
        ),
    )
    assert seen == [*sorted(late, reverse=True), *sorted(early, reverse=True)]
    assert await total(empty, JOBS) == 7 + 2 * 3


async def test_a_transaction_that_runs_twice_makes_one_job_and_one_event(empty: Graph) -> None:
    """The driver runs work again where the server asks for it: ids and times come from outside, so nothing is made twice."""
    job = NewJob(id=new_id(), event_id=new_id(), title="Welder", description="Welds.", skills=("Welding",))
    runs = 0

    async def interrupted(tx: Transaction, /) -> None:
        nonlocal runs
        runs += 1
        await create_job(tx, job=job, actor="test", at=AT)
        if runs == 1:
            raise TransientError("once more")

    await empty.write(interrupted)
    assert runs == 2
    (made,) = await empty.execute(MADE)
    assert made == {"jobs": [job.id], "events": [job.event_id], "skills": 1}
