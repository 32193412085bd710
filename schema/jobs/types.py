from typing import ClassVar

import strawberry

from graph import access, applications, jobs, references, shortlists
from graph.jobs import EmploymentType, JobOrder, JobStatus
from graph.reading import ID, Anchor, edge, node
from graph.rights import Permission
from graph.shortlists import ShortlistOrder
from schema.actors import Actor, actor_of
from schema.applications.types import Application, ApplicationFilter, ApplicationSort, Stage
from schema.candidates.types import Candidate, Colleague, Location, PersonFilter, Skill
from schema.enums import described
from schema.external_ids import ExternalId
from schema.filters import (
    DateTimeFilter,
    EnumFilter,
    IdFilter,
    SortDirection,
    TextFilter,
    filtered,
    ids_of,
    joined,
)
from schema.node import Kind, Node
from schema.origins import CountOf, EdgesOf, InfoOf, NodesOf, PlaceOf, Read
from schema.pagination import Connection
from schema.paging import PageInfo
from schema.reads import identity, paged, part_of_page, related, same, stored
from schema.resolving import LoadedPage
from schema.scalars import CurrencyCode, DateTime

described(
    JobStatus,
    name="JobStatus",
    description="Whether a job takes applications.",
    values={JobStatus.OPEN: "It takes applications.", JobStatus.CLOSED: "It takes none any more."},
)
described(
    EmploymentType,
    name="EmploymentType",
    description="How someone is to be employed.",
    values={
        EmploymentType.FULL_TIME: "For all of the usual working hours.",
        EmploymentType.PART_TIME: "For a part of the usual working hours.",
        EmploymentType.CONTRACT: "As a contractor, for a piece of work.",
        EmploymentType.TEMPORARY: "For a limited time.",
        EmploymentType.INTERNSHIP: "To learn, for a limited time.",
    },
)
described(
    JobOrder,
    name="JobSortField",
    description="What jobs are sorted by.",
    values={JobOrder.CREATED_AT: "When the job was opened.", JobOrder.TITLE: "What the job is called."},
)

described(
    ShortlistOrder,
    name="ShortlistSortField",
    description="What candidates on a shortlist are sorted by.",
    values={
        ShortlistOrder.AT: "When the candidate was put there.",
        ShortlistOrder.NAME: "The full name.",
    },
)


@strawberry.type(description="Yearly pay, from and to, both in one currency.")
class SalaryRange(Read):
    minimum: int = stored("In whole units of the currency.", node("salary_minimum"))
    maximum: int = stored("In whole units of the currency.", node("salary_maximum"))
    currency: CurrencyCode = stored("The currency of both.", node("salary_currency"))


@strawberry.type(description="A candidate on a job's shortlist.")
class ShortlistEdge(Read):
    page: strawberry.Private[LoadedPage]
    cursor: str = part_of_page("This entry's place in the list.", PlaceOf())
    node: Candidate = same("The candidate.")
    at: DateTime = stored("When the candidate was put there.", edge("at"))
    by: Actor = stored("By whom.", edge("by"), make=actor_of)
    note: str | None = stored("Why.", edge("note"), requires=Permission.NOTES_READ)


@strawberry.type(description="A page of a job's shortlist.")
class ShortlistConnection:
    page: strawberry.Private[LoadedPage]
    edges: list[ShortlistEdge] = part_of_page("The entries, the newest first.", EdgesOf())
    nodes: list[Candidate] = part_of_page("The candidates without their cursors.", NodesOf())
    page_info: PageInfo = part_of_page("Where the page stands.", InfoOf())
    total_count: int = part_of_page("How many candidates are on the shortlist.", CountOf())


@strawberry.input(description="How candidates on a shortlist are sorted.")
class ShortlistSort:
    field: ShortlistOrder = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.DESC, description="Which way round.")


@strawberry.type(description="A requisition: what is to be done, where, for how much, and who applied.")
class Job(Read, Node):
    anchor: ClassVar[Anchor] = jobs.JOB
    id: strawberry.ID = identity(Kind.JOB)
    title: str = stored("What the job is called.", node("title"))
    description: str = stored("What the job is, in plain text.", node("description"))
    department: str | None = stored("Where in the company.", node("department"))
    location: Location | None = same("Where the work is.", when=jobs.LOCATED)
    employment_type: EmploymentType = stored(
        "How the person is to be employed.", node("employment_type"), make=EmploymentType
    )
    openings: int = stored("How many people are wanted.", node("openings"))
    salary: SalaryRange | None = same(
        "What it pays; everybody sees that of a public job.",
        when=jobs.PAID,
        requires=Permission.SALARIES_READ,
        unless=jobs.PUBLIC,
    )
    status: JobStatus = stored("Whether it takes applications.", node("status"), make=JobStatus)
    created_at: DateTime = stored("When it was opened.", node("created_at"))
    updated_at: DateTime = stored("When it last changed.", node("updated_at"))
    version: int = stored("Grows by one with each change; give it as `expectedVersion`.", node("version"))
    external_ids: list[ExternalId] = related("What other systems call it.", references.EXTERNAL_IDS)
    confidential: bool = stored(
        "Whether only its members, its recruiter and its hiring manager see it.",
        node("confidential"),
        make=bool,
    )
    members: list[Colleague] | None = related(
        "Colleagues who work on it besides its recruiter and its hiring manager, at most 100.",
        access.MEMBERS,
        requires=Permission.APPLICATIONS_READ,
    )
    skills: list[Skill] = related("The skills asked for, the most important first.", jobs.SKILLS)
    stages: list[Stage] | None = related(
        "The pipeline, in order.", jobs.STAGES, requires=Permission.APPLICATIONS_READ
    )
    recruiter: Colleague | None = related(
        "Who runs the search.", jobs.RECRUITER, requires=Permission.APPLICATIONS_READ
    )
    hiring_manager: Colleague | None = related(
        "Who decides whom to hire.", jobs.HIRING_MANAGER, requires=Permission.APPLICATIONS_READ
    )
    applications: Connection[Application] | None = paged(
        "Applications, the newest first.",
        applications.OF_JOB,
        where=ApplicationFilter,
        sort_by=ApplicationSort,
        requires=Permission.APPLICATIONS_READ,
    )
    shortlist: ShortlistConnection | None = paged(
        "Candidates that somebody thinks fit, applied or not, the newest first.",
        shortlists.OF_JOB,
        where=PersonFilter,
        sort_by=ShortlistSort,
        requires=Permission.CANDIDATES_READ,
    )


@strawberry.input(description="Which jobs; all that is given must hold.")
class JobFilter:
    all: list["JobFilter"] | None = joined("AND", "All of these hold.")
    any: list["JobFilter"] | None = joined("OR", "One of these holds.")
    none: "JobFilter | None" = joined("NOT", "This does not hold.")
    id: IdFilter | None = filtered("By id.", ID, ids_of(Kind.JOB))
    title: TextFilter | None = filtered("By title.", node("title"))
    department: TextFilter | None = filtered("By department.", node("department"))
    city: TextFilter | None = filtered("By the city.", node("city"))
    status: EnumFilter[JobStatus] | None = filtered("By whether it takes applications.", node("status"))
    created_at: DateTimeFilter | None = filtered("By when it was opened.", node("created_at"))


@strawberry.input(description="How jobs are sorted.")
class JobSort:
    field: JobOrder = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.DESC, description="Which way round.")
