from typing import Annotated

import strawberry

from graph.applications import ApplicationStatus, applications_of_jobs, count_applications_of_jobs
from graph.jobs import EmploymentType, JobStatus, StageCategory, required_skills_of, stages_of
from graph.jobs import Job as JobRecord
from graph.people import people_by_ids
from graph.shortlists import ShortlistEntry, count_shortlists_of_jobs, shortlists_of_jobs
from schema.applications.types import Application, Stage
from schema.candidates.types import Candidate, Colleague, Location, Skill
from schema.context import Info
from schema.node import Kind, Node, global_id
from schema.pagination import (
    After,
    Connection,
    First,
    PageInfo,
    connection_of,
    cursor_of,
    key_of,
    page_info_of,
    page_size,
)
from schema.permissions import Permission, Requires
from schema.scalars import DateTime

strawberry.enum(JobStatus, name="JobStatus", description="Whether a job takes applications.")
strawberry.enum(EmploymentType, name="EmploymentType", description="How someone is to be employed.")


@strawberry.type(description="Yearly pay, from and to.")
class SalaryRange:
    minimum: int = strawberry.field(description="In whole units of the currency.")
    maximum: int = strawberry.field(description="In whole units of the currency.")
    currency: str = strawberry.field(description="ISO 4217, such as `EUR`.")


@strawberry.type(description="A candidate on a job's shortlist.")
class ShortlistEdge:
    candidate_key: strawberry.Private[str]
    cursor: str = strawberry.field(description="This entry's place in the list.")
    at: DateTime = strawberry.field(description="When the candidate was put there.")
    by: str = strawberry.field(description="By whom: an actor as in the event log.")
    note: str | None = strawberry.field(description="Why.")

    @strawberry.field(description="The candidate.")
    async def node(self, info: Info) -> Candidate:
        return Candidate.of(await info.context.loaders.require(people_by_ids, self.candidate_key))


@strawberry.type(description="A page of a job's shortlist.")
class ShortlistConnection:
    job_key: strawberry.Private[str]
    edges: list[ShortlistEdge] = strawberry.field(description="The entries, the newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")

    @strawberry.field(description="The candidates without their cursors.")
    async def nodes(self, info: Info) -> list[Candidate]:
        load = info.context.loaders.require
        return [Candidate.of(await load(people_by_ids, edge.candidate_key)) for edge in self.edges]

    @strawberry.field(description="How many candidates are on the shortlist.")
    async def total_count(self, info: Info) -> int:
        return await info.context.loaders.require(count_shortlists_of_jobs, self.job_key)


@strawberry.type(description="A requisition: what is to be done, where, for how much, and who applied.")
class Job(Node):
    key: strawberry.Private[str]
    recruiter_key: strawberry.Private[str | None]
    hiring_manager_key: strawberry.Private[str | None]
    title: str = strawberry.field(description="What the job is called.")
    description: str = strawberry.field(description="What the job is, in plain text.")
    department: str | None = strawberry.field(description="Where in the company.")
    location: Location | None = strawberry.field(description="Where the work is.")
    employment_type: EmploymentType = strawberry.field(description="How the person is to be employed.")
    openings: int = strawberry.field(description="How many people are wanted.")
    salary: SalaryRange | None = strawberry.field(description="What it pays.")
    status: JobStatus = strawberry.field(description="Whether it takes applications.")
    created_at: DateTime = strawberry.field(description="When it was opened.")

    @strawberry.field(description="The skills asked for, the most important first.")
    async def skills(self, info: Info) -> list[Skill]:
        return [Skill.of(skill) for skill in await info.context.loaders.require(required_skills_of, self.key)]

    @strawberry.field(
        description="The pipeline, in order.", extensions=[Requires(Permission.APPLICATIONS_READ)]
    )
    async def stages(self, info: Info) -> list[Stage]:
        return [Stage.of(stage) for stage in await info.context.loaders.require(stages_of, self.key)]

    @strawberry.field(description="Who runs the search.", extensions=[Requires(Permission.APPLICATIONS_READ)])
    async def recruiter(self, info: Info) -> Colleague | None:
        return await _colleague(info, self.recruiter_key)

    @strawberry.field(
        description="Who decides whom to hire.", extensions=[Requires(Permission.APPLICATIONS_READ)]
    )
    async def hiring_manager(self, info: Info) -> Colleague | None:
        return await _colleague(info, self.hiring_manager_key)

    @strawberry.field(
        description="Applications, the newest first.", extensions=[Requires(Permission.APPLICATIONS_READ)]
    )
    async def applications(
        self,
        info: Info,
        first: First,
        after: After = None,
        stage: Annotated[
            StageCategory | None, strawberry.argument(description="Only those in a stage of this category.")
        ] = None,
        status: Annotated[
            ApplicationStatus | None, strawberry.argument(description="Only those that stand so.")
        ] = None,
    ) -> Connection[Application]:
        loaders = info.context.loaders
        page = await loaders.require(
            applications_of_jobs,
            self.key,
            first=page_size(first),
            after=key_of(after),
            category=stage,
            status=status,
        )
        return connection_of(
            page,
            node=Application.of,
            count=lambda: loaders.require(
                count_applications_of_jobs, self.key, category=stage, status=status
            ),
            after=after,
        )

    @strawberry.field(
        description="Candidates that somebody thinks fit, applied or not, the newest first.",
        extensions=[Requires(Permission.CANDIDATES_READ)],
    )
    async def shortlist(self, info: Info, first: First, after: After = None) -> ShortlistConnection:
        page = await info.context.loaders.require(
            shortlists_of_jobs, self.key, first=page_size(first), after=key_of(after)
        )
        edges = [_entry(cursor_of(key), entry) for key, entry in page.items]
        cursors = [edge.cursor for edge in edges]
        return ShortlistConnection(
            job_key=self.key,
            edges=edges,
            page_info=page_info_of(cursors, has_next=page.has_next, after=after),
        )

    @classmethod
    def of(cls, record: JobRecord) -> "Job":
        salary = record.salary
        located = record.city or record.country
        return cls(
            id=global_id(Kind.JOB, record.id),
            key=record.id,
            recruiter_key=record.recruiter_id,
            hiring_manager_key=record.hiring_manager_id,
            title=record.title,
            description=record.description,
            department=record.department,
            location=Location(city=record.city, region=None, country=record.country) if located else None,
            employment_type=record.employment_type,
            openings=record.openings,
            salary=SalaryRange(minimum=salary.minimum, maximum=salary.maximum, currency=salary.currency)
            if salary
            else None,
            status=record.status,
            created_at=DateTime(record.created_at),
        )


async def _colleague(info: Info, key: str | None) -> Colleague | None:
    return Colleague.of(await info.context.loaders.require(people_by_ids, key)) if key else None


def _entry(cursor: str, entry: ShortlistEntry) -> ShortlistEdge:
    return ShortlistEdge(
        candidate_key=entry.candidate_id, cursor=cursor, at=DateTime(entry.at), by=entry.by, note=entry.note
    )
