"""`node` and `nodes`: one way back from a global id to the object, with the rights of its kind."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry

from graph.applications import applications_by_ids
from graph.companies import companies_by_ids
from graph.errors import InvalidInput
from graph.intakes import intakes_by_ids
from graph.jobs import jobs_by_ids
from graph.outreach.templates import templates_by_ids
from graph.outreach.touches import touches_by_ids
from graph.people import people_by_ids
from schema.applications.types import Application
from schema.candidates.types import person_of
from schema.companies.types import Company
from schema.context import Info
from schema.intakes.types import Intake
from schema.jobs.types import Job
from schema.node import Kind, Node, any_id
from schema.outreach.types import Template, Touch
from schema.permissions import Permission

MOST_NODES = 100


@dataclass(frozen=True, slots=True)
class _Source:
    permission: Permission
    batch: Callable[..., Awaitable[Mapping[str, Any]]]
    node: Callable[[Any], Node]


_SOURCES: dict[Kind, _Source] = {
    Kind.PERSON: _Source(Permission.CANDIDATES_READ, people_by_ids, person_of),
    Kind.COMPANY: _Source(Permission.COMPANIES_READ, companies_by_ids, Company.of),
    Kind.JOB: _Source(Permission.JOBS_READ, jobs_by_ids, Job.of),
    Kind.APPLICATION: _Source(Permission.APPLICATIONS_READ, applications_by_ids, Application.of),
    Kind.TEMPLATE: _Source(Permission.OUTREACH_READ, templates_by_ids, Template.of),
    Kind.TOUCH: _Source(Permission.OUTREACH_READ, touches_by_ids, Touch.of),
    Kind.INTAKE: _Source(Permission.INTAKES_READ, intakes_by_ids, Intake.of),
}


@strawberry.type
class NodeQueries:
    @strawberry.field(
        description="The object with this id; null where there is none for you: absent and forbidden look alike."
    )
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A global id.")]
    ) -> Node | None:
        return await _find(info, id)

    @strawberry.field(description="The objects with these ids, in their order; null where `node` gives null.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="1 to 100 global ids.")],
    ) -> list[Node | None]:
        if not 1 <= len(ids) <= MOST_NODES:
            raise InvalidInput(f"1 to {MOST_NODES} ids", field="ids")
        return list(await asyncio.gather(*(_find(info, id_) for id_ in ids)))


async def _find(info: Info, id_: str) -> Node | None:
    found = any_id(id_)
    source = _SOURCES.get(found[0]) if found else None
    if found is None or source is None or not info.context.principal.may(source.permission):
        return None
    record = await info.context.loaders.load(source.batch, found[1])
    return None if record is None else source.node(record)
