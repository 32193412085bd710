from dataclasses import replace
from typing import Annotated

import strawberry

from graph.ids import now
from graph.rights import Permission
from graph.searches import SAVED_SEARCHES, saved_content
from schema.context import Info
from schema.node import Kind, local_id
from schema.pagination import Connection
from schema.paging import After, First, page_size
from schema.permissions import Requires
from schema.reads import paged
from schema.searches.types import SavedSearch, SavedSearchFilter, SavedSearchSort
from schema.talent.answers import answer
from schema.talent.insights import note_search
from schema.talent.types import TalentConnection
from search.talent.saved import request_of


@strawberry.type
class SavedSearchQueries:
    saved_searches: Connection[SavedSearch] = paged(
        "Your saved searches and those that others share, by name.",
        SAVED_SEARCHES,
        where=SavedSearchFilter,
        sort_by=SavedSearchSort,
        requires=Permission.TALENT_SEARCH,
    )

    @strawberry.field(
        description="Runs a saved search with your own rights, whoever saved it: what `talentSearch` would answer you. "
        "Where it asks for what you may not search by, it is refused with `FORBIDDEN`.",
        extensions=[Requires(Permission.TALENT_SEARCH), Requires(Permission.CANDIDATES_READ)],
    )
    async def saved_search_results(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The saved search.")],
        first: First,
        after: After = None,
    ) -> TalentConnection:
        context = info.context
        size = page_size(first)
        saved = await context.graph.read(
            saved_content, id=local_id(Kind.SAVED_SEARCH, id, field="id"), viewer=context.principal.viewer
        )
        request = replace(request_of(saved.content), size=size, after=after, at=now())
        found = await answer(info, request)
        note_search(context, request, found.total_count)
        return found
