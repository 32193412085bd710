"""Loads the demo into a graph through the same functions that imports and the API use."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.demo.access import load_access
from api.demo.files import resume_files
from api.demo.jobs import job_count, jobs
from api.demo.people import people as demo_people
from api.demo.process import applications, referrals, shortlistings
from api.demo.rows import JobRow, PersonRow
from api.demo.searches import OWNER, searches
from api.demo.templates import templates
from api.rows import ROW, record_of
from graph.applications import ApplicationStatus, NewApplication, apply
from graph.client import Graph
from graph.events import Change
from graph.ids import derived_id, now
from graph.intakes import NewIntake, receive
from graph.jobs import EmploymentType, NewJob, SalaryRange, StageCategory, create_job
from graph.outbox import last_sequence
from graph.outreach.templates import NewTemplate, create_template
from graph.reading import Shown
from graph.records import save_records
from graph.referrals.referrals import NewReferral, create_referral
from graph.searches import create_saved_search
from graph.shortlists import shortlist
from graph.standing.choosing import Baseline, stand
from graph.visibility import EVERYTHING, SYSTEM, Viewer, seen
from search.resumes.store import ResumeStore

ACTOR = "import:demo"
PEOPLE_PER_TRANSACTION = 250
PEOPLE_PER_FILE = 12
"""Of so many people one also sends a résumé as a file."""
MOST_FILES = 200

T = TypeVar("T")


async def load_demo(graph: Graph, store: ResumeStore, *, people: int) -> None:
    """Load a demo of so many people; loading it again, or a larger one over a smaller one, repeats nothing."""
    columns = (TextColumn("{task.description:>14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        await _load_searches(graph)
        task = progress.add_task("people", total=people)
        for batch in _batches(demo_people(people), PEOPLE_PER_TRANSACTION):
            await _load_people(graph, batch)
            progress.advance(task, len(batch))
        task = progress.add_task("jobs", total=job_count(people))
        for job in jobs(people):
            await _load_job(graph, job)
            progress.advance(task)
        for template in templates():
            await graph.write(
                create_template,
                template=NewTemplate(
                    id=template["id"],
                    event_id=derived_id("event", template["id"]),
                    name=template["name"],
                    subject=template["subject"],
                    body=template["body"],
                ),
                actor=ACTOR,
                at=now(),
            )
        task = progress.add_task("applications", total=None)
        for application in applications(people):
            await graph.write(
                apply,
                application=NewApplication(
                    id=application["id"],
                    event_id=derived_id("event", application["id"]),
                    candidate_id=application["person_id"],
                    job_id=application["job_id"],
                    applied_at=application["created_at"],
                    source=application["source"],
                    category=StageCategory(application["stage"]),
                    status=ApplicationStatus(application["status"]),
                ),
                actor=ACTOR,
                at=application["created_at"],
            )
            progress.advance(task)
        task = progress.add_task("referrals", total=None)
        for referral in referrals(people):
            await graph.write(
                create_referral,
                referral=NewReferral(
                    id=referral["id"],
                    event_id=derived_id("event", referral["id"]),
                    by_id=referral["referrer_id"],
                    of_id=referral["person_id"],
                    job_id=referral["job_id"],
                    note=referral["note"],
                    relationship=referral["relationship"],
                ),
                actor=ACTOR,
                at=referral["at"],
            )
            progress.advance(task)
        task = progress.add_task("shortlists", total=None)
        for entry in shortlistings(people):
            await graph.write(
                shortlist,
                job_id=entry["job_id"],
                candidate_ids=[entry["person_id"]],
                note=entry["note"],
                request_id=entry["id"],
                actor=ACTOR,
                at=entry["at"],
            )
            progress.advance(task)
        task = progress.add_task("résumé files", total=None)
        senders = (
            person for person in islice(demo_people(people), 0, None, PEOPLE_PER_FILE) if not person["roles"]
        )
        for name, content in resume_files(islice(senders, MOST_FILES)):
            await _load_file(graph, store, name, content)
            progress.advance(task)


async def _load_searches(graph: Graph) -> None:
    known = await graph.read(
        seen, viewer=SYSTEM, shown=Shown.SAVED_SEARCH, ids=[search.id for search in searches()]
    )
    missing = [search for search in searches() if search.id not in known]
    for search in missing:
        await graph.write(create_saved_search, search=search, change=Change.by(OWNER))
    if len(missing) == len(searches()):
        await load_access(graph, actor=ACTOR)
    if (standing := searches()[-1]) in missing:
        through = await graph.read(last_sequence)
        await graph.write(
            stand,
            id=standing.id,
            expected_version=None,
            digest=None,
            due_at=None,
            baseline=Baseline(content=standing.content, candidates=(), through=through),
            viewer=Viewer(EVERYTHING, None, OWNER),
            change=Change.by(OWNER),
        )


async def _load_people(graph: Graph, rows: list[PersonRow]) -> None:
    at = now()
    records = []
    for row in rows:
        content = {key: value for key, value in row.items() if key != "id"}
        records.append(
            record_of(
                ROW.validate_python(content),
                digest=f"demo:{row['id']}",
                origin="demo",
                received_at=at,
                person_id=row["id"],
            )
        )
    await graph.write(save_records, records=records, actor=ACTOR, at=at)


async def _load_job(graph: Graph, row: JobRow) -> None:
    salary = row["salary"]
    await graph.write(
        create_job,
        job=NewJob(
            id=row["id"],
            event_id=derived_id("event", row["id"]),
            title=row["title"],
            description=row["description"],
            department=row["department"],
            city=row["location"]["city"],
            country=row["location"]["country"],
            employment_type=EmploymentType(row["employment_type"]),
            salary=SalaryRange(salary["minimum"], salary["maximum"], salary["currency"]),
            skills=tuple(row["requirements"]),
            recruiter_id=row["recruiter_id"],
            hiring_manager_id=row["hiring_manager_id"],
        ),
        actor=ACTOR,
        at=f"{row['opened_on']}T08:00:00.000000Z",
    )


async def _load_file(graph: Graph, store: ResumeStore, name: str, content: bytes) -> None:
    sha256 = store.put(content)
    intake = NewIntake(
        sha256=sha256,
        file_name=name,
        size=len(content),
        source="demo",
        event_id=derived_id("event", "intake", sha256),
    )
    await graph.write(receive, intakes=[intake], actor=ACTOR, at=now())


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
