from typing import Annotated

import strawberry

from graph.errors import NotFound
from graph.ids import now
from graph.reading import Shown
from graph.rights import Permission
from graph.signing import known_key
from graph.visibility import seen
from schema.context import Info
from schema.paging import After, First, page_size
from schema.permissions import Requires
from schema.reads import by_id
from schema.talent.answers import RECEIPTS, answer, fit_of
from schema.talent.inputs import TalentFilter, TalentSort, condition_of, order_of, preferences_of
from schema.talent.insights import note_search
from schema.talent.rights import fragments_for, may_find_contacts, search_rights, visible_conditions
from schema.talent.types import MatchExplanation, TalentConnection
from search.talent.conditions import described
from search.talent.explaining import explain_match
from search.talent.receipts import opened
from search.talent.request import Facet, TalentRequest
from search.talent.weights import weights_version


@strawberry.type
class TalentQueries:
    @strawberry.field(
        description="Finds candidates by their profiles and résumés, the best first; ties by id, so that the order "
        "is always the same. The text is the language of docs/search.md: words, `AND OR NOT -`, quotes, parentheses, "
        "`title:` and other fields, `develop*`, `word~`, `nice:`. What is wrong with it stands in the error's "
        "`extensions`: `code`, `offset`, `length`, `suggestion`. Pages after the first stand still while candidates "
        "change; a cursor of a list that is no longer kept is refused with `CURSOR_EXPIRED`.",
        extensions=[Requires(Permission.TALENT_SEARCH), Requires(Permission.CANDIDATES_READ)],
    )
    async def talent_search(
        self,
        info: Info,
        first: First,
        text: Annotated[str, strawberry.argument(description="What to look for; empty finds all.")] = "",
        where: Annotated[
            TalentFilter | None, strawberry.argument(description="What candidates must fulfil.")
        ] = None,
        should: Annotated[
            list[TalentFilter] | None,
            strawberry.argument(
                description="What ranks those higher who fulfil it, and excludes nobody; at most 30."
            ),
        ] = None,
        sort_by: Annotated[
            TalentSort | None,
            strawberry.argument(
                description="Another order than the best first, or the latest change first where nothing ranks."
            ),
        ] = None,
        facets: Annotated[
            list[Facet] | None, strawberry.argument(description="What to count the hits by.")
        ] = None,
        after: After = None,
    ) -> TalentConnection:
        request = TalentRequest(
            text=text,
            where=() if where is None else (condition_of(where),),
            should=preferences_of(should or []),
            order=order_of(sort_by),
            size=page_size(first),
            after=after,
            facets=tuple(dict.fromkeys(facets or [])),
            at=now(),
        )
        found = await answer(info, request)
        note_search(info.context, request, found.total_count)
        return found

    @strawberry.field(
        description="Says what a search made of a candidate, from the receipt of a hit: the numbers of then, today's, "
        "and what has changed in between. Rights are asked anew.",
        extensions=[Requires(Permission.TALENT_SEARCH), Requires(Permission.CANDIDATES_READ)],
    )
    async def explain_match(
        self,
        info: Info,
        receipt_id: Annotated[
            strawberry.ID, strawberry.argument(description="`fit.receiptId` of a hit, as it stands.")
        ],
    ) -> MatchExplanation:
        receipt = opened(receipt_id, await info.context.graph.read(known_key, name=RECEIPTS))
        context = info.context
        services = context.services
        ids = [receipt.candidate_id]
        there = await context.graph.read(
            seen, viewer=context.principal.viewer, shown=Shown.CANDIDATE, ids=ids
        )
        conditions = (*receipt.where, *receipt.should)
        if receipt.contacts and not may_find_contacts(context.principal):
            raise NotFound("candidate", field="receiptId")
        if not there or await visible_conditions(context, conditions) != conditions:
            raise NotFound("candidate", field="receiptId")
        rights = await search_rights(context)
        terms = await services.taxonomy.current()
        found = await explain_match(
            services.elasticsearch,
            services.index,
            services.points,
            receipt,
            rights,
            terms,
            fragments_for(context.principal),
        )
        return MatchExplanation(
            candidate=by_id(receipt.candidate_id),
            text=receipt.text,
            where=[described(part) for part in receipt.where],
            should=[described(part) for part in receipt.should],
            recorded=fit_of(found.recorded, receipt_id, weights=receipt.weights, taxonomy=receipt.taxonomy),
            today=None
            if found.today is None
            else fit_of(found.today, None, weights=weights_version(), taxonomy=terms.version),
            changes=list(found.changes),
        )
