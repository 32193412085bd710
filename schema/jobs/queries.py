import strawberry

from graph.jobs import JOBS
from graph.rights import Permission
from schema.jobs.types import Job, JobFilter, JobSort
from schema.node import Kind
from schema.pagination import Connection
from schema.reads import looked_up, paged
from schema.references import JobRef


@strawberry.type
class JobQueries:
    job: Job | None = looked_up(
        "One job; null where there is none for you of this name.",
        {Kind.JOB: (lambda: Job, None)},
        by=JobRef,
        requires=Permission.JOBS_READ,
    )
    jobs: Connection[Job] = paged(
        "Jobs, the newest first.", JOBS, where=JobFilter, sort_by=JobSort, requires=Permission.JOBS_READ
    )
