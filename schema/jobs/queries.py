import strawberry

from graph.jobs import JOBS
from schema.jobs.types import Job, JobFilter, JobSort
from schema.node import Kind
from schema.pagination import Connection
from schema.permissions import Permission
from schema.reads import looked_up, paged


@strawberry.type
class JobQueries:
    job: Job | None = looked_up(
        "One job; null where the id is unknown.",
        {Kind.JOB: (lambda: Job, None)},
        id="A job's id.",
        requires=Permission.JOBS_READ,
    )
    jobs: Connection[Job] = paged(
        "Jobs, the newest first.", JOBS, where=JobFilter, sort_by=JobSort, requires=Permission.JOBS_READ
    )
