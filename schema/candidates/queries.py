from typing import Annotated

import strawberry

from graph.people import (
    candidates_page,
    colleagues_page,
    count_candidates,
    count_colleagues,
    people_by_ids,
)
from schema.candidates.types import Candidate, Colleague
from schema.context import Info
from schema.node import Kind, any_id
from schema.pagination import After, Connection, First, connection_of, key_of, page_size
from schema.permissions import Permission, Requires


@strawberry.type
class CandidateQueries:
    @strawberry.field(
        description="One candidate; null where the id is unknown.",
        extensions=[Requires(Permission.CANDIDATES_READ)],
    )
    async def candidate(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A candidate's id.")]
    ) -> Candidate | None:
        match any_id(id):
            case (Kind.PERSON, key):
                record = await info.context.loaders.load(people_by_ids, key)
                return Candidate.of(record) if record and record.is_candidate else None
        return None

    @strawberry.field(
        description="Candidates, the newest first.", extensions=[Requires(Permission.CANDIDATES_READ)]
    )
    async def candidates(self, info: Info, first: First, after: After = None) -> Connection[Candidate]:
        graph = info.context.graph
        page = await graph.read(candidates_page, first=page_size(first), after=key_of(after))
        return connection_of(page, node=Candidate.of, count=lambda: graph.read(count_candidates), after=after)

    @strawberry.field(
        description="Colleagues, the newest first.", extensions=[Requires(Permission.CANDIDATES_READ)]
    )
    async def colleagues(self, info: Info, first: First, after: After = None) -> Connection[Colleague]:
        graph = info.context.graph
        page = await graph.read(colleagues_page, first=page_size(first), after=key_of(after))
        return connection_of(page, node=Colleague.of, count=lambda: graph.read(count_colleagues), after=after)
