from typing import Annotated

import strawberry

from graph.jobs import count_jobs, jobs_by_ids, jobs_page
from schema.context import Info
from schema.jobs.types import Job
from schema.node import Kind, any_id
from schema.pagination import After, Connection, First, connection_of, key_of, page_size
from schema.permissions import Permission, Requires


@strawberry.type
class JobQueries:
    @strawberry.field(
        description="One job; null where the id is unknown.", extensions=[Requires(Permission.JOBS_READ)]
    )
    async def job(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A job's id.")]
    ) -> Job | None:
        match any_id(id):
            case (Kind.JOB, key):
                record = await info.context.loaders.load(jobs_by_ids, key)
                return Job.of(record) if record else None
        return None

    @strawberry.field(description="Jobs, the newest first.", extensions=[Requires(Permission.JOBS_READ)])
    async def jobs(self, info: Info, first: First, after: After = None) -> Connection[Job]:
        graph = info.context.graph
        page = await graph.read(jobs_page, first=page_size(first), after=key_of(after))
        return connection_of(page, node=Job.of, count=lambda: graph.read(count_jobs), after=after)
