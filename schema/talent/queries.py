from collections.abc import Sequence as Several
from dataclasses import replace
from secrets import token_hex
from typing import Annotated

import strawberry
from strawberry.types.nodes import SelectedField, Selection

from graph.errors import NotFound
from graph.ids import now
from graph.indexing import indexed_through
from graph.reading import Shown
from graph.signing import known_key, signing_key
from graph.visibility import seen
from schema.context import Info
from schema.paging import After, First, PageInfo, page_size
from schema.permissions import Permission, Requires
from schema.reads import by_id
from schema.scalars import Sequence
from schema.talent.inputs import TalentFilter, TalentSort, condition_of, order_of
from schema.talent.insights import note_search
from schema.talent.rights import check_facets, search_rights, visible_conditions
from schema.talent.types import (
    Evidence,
    FacetBucket,
    FacetCount,
    Fit,
    Highlight,
    MatchExplanation,
    MatchReason,
    TalentConnection,
    TalentEdge,
)
from search.errors import InvalidQuery
from search.talent import fit as fitting
from search.talent.conditions import Condition, Every, described
from search.talent.explaining import explain_match
from search.talent.receipts import opened, receipt_of, sealed
from search.talent.request import Facet, TalentRequest
from search.talent.searching import TalentHit, TalentResult, search_talent
from search.talent.weights import weights_version

MOST_PREFERENCES = 30
RECEIPTS = "receipts"
"""The name of the key that receipts are signed with."""


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
        wanted = list(dict.fromkeys(facets or []))
        asked = info.selected_fields
        request = TalentRequest(
            text=text,
            where=() if where is None else (condition_of(where),),
            should=_preferences(should or []),
            order=order_of(sort_by),
            size=page_size(first),
            after=after,
            facets=tuple(wanted),
            at=now(),
            highlight=_asks_for(asked, "highlights"),
            reasons=_asks_for(asked, "fit"),
            evidence=_asks_for(asked, "evidence"),
            expansion=await info.context.services.taxonomy.current(),
        )
        context = info.context
        check_facets(context.principal, wanted)
        request = replace(
            request,
            where=await visible_conditions(context, request.where),
            should=await visible_conditions(context, request.should),
        )
        rights = await search_rights(context)
        through = await context.graph.read(indexed_through) if _asks_for(asked, "indexedThrough") else 0
        services = context.services
        result = await search_talent(services.elasticsearch, services.index, services.points, request, rights)
        note_search(context, request, result.total)
        key = None
        if _asks_for(asked, "receiptId"):
            key = await signing_key(context.graph, name=RECEIPTS, fresh=token_hex(32))
        return await _connection(info, request, result, through=through, key=key)

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
        if not there or await visible_conditions(context, conditions) != conditions:
            raise NotFound("candidate", field="receiptId")
        rights = await search_rights(context)
        terms = await services.taxonomy.current()
        found = await explain_match(
            services.elasticsearch, services.index, services.points, receipt, rights, terms
        )
        return MatchExplanation(
            candidate=by_id(receipt.candidate_id),
            text=receipt.text,
            where=[described(part) for part in receipt.where],
            should=[described(part) for part in receipt.should],
            recorded=_fit(found.recorded, receipt_id, weights=receipt.weights, taxonomy=receipt.taxonomy),
            today=None
            if found.today is None
            else _fit(found.today, None, weights=weights_version(), taxonomy=terms.version),
            changes=list(found.changes),
        )


def _preferences(should: list[TalentFilter]) -> tuple[Condition, ...]:
    if len(should) > MOST_PREFERENCES:
        raise InvalidQuery(
            "TOO_MANY_CONDITIONS", "should", f"`should` has at most {MOST_PREFERENCES} preferences."
        )
    conditions = (condition_of(part) for part in should)
    return tuple(each for each in conditions if not (isinstance(each, Every) and not each.parts))


def _asks_for(selections: Several[Selection], name: str) -> bool:
    return any(
        (isinstance(selection, SelectedField) and selection.name == name)
        or _asks_for(selection.selections, name)
        for selection in selections
    )


async def _connection(
    info: Info, request: TalentRequest, result: TalentResult, *, through: int, key: str | None
) -> TalentConnection:
    known = await info.context.graph.read(
        seen,
        viewer=info.context.principal.viewer,
        shown=Shown.CANDIDATE,
        ids=[hit.id for hit in result.hits],
    )
    there = [hit for hit in result.hits if hit.id in known]
    cursors = [hit.cursor for hit in result.hits]
    return TalentConnection(
        edges=[_edge(hit, request, key) for hit in there],
        nodes=by_id([hit.id for hit in there]),
        page_info=PageInfo(
            has_next_page=result.has_next,
            has_previous_page=request.after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total_count=result.total,
        facets=[
            FacetCount(facet=facet, buckets=[FacetBucket(value=v, count=n) for v, n in result.facets[facet]])
            for facet in request.facets
        ],
        indexed_through=Sequence(through),
        gone=len(result.hits) - len(there),
    )


def _edge(hit: TalentHit, request: TalentRequest, key: str | None) -> TalentEdge:
    fit = None
    if hit.fit is not None:
        receipt = None if key is None else _receipt(request, hit, hit.fit, key)
        fit = _fit(hit.fit, receipt, weights=weights_version(), taxonomy=request.expansion.version)
    return TalentEdge(
        cursor=hit.cursor,
        node=by_id(hit.id),
        score=hit.score,
        kilometres=hit.kilometres,
        highlights=[Highlight(field=name, fragments=list(found)) for name, found in hit.highlights.items()],
        fit=fit,
    )


def _receipt(request: TalentRequest, hit: TalentHit, fit: fitting.Fit, key: str) -> str | None:
    return sealed(receipt_of(request, hit.id, fit), key)


def _fit(fit: fitting.Fit, receipt: str | None, *, weights: str, taxonomy: str) -> Fit:
    return Fit(
        score=fit.score,
        reasons=[
            MatchReason(
                clause=reason.clause,
                field=reason.field,
                demand=reason.demand,
                verdict=reason.verdict,
                contribution=reason.contribution,
                evidence=[Evidence(field=each.field, fragment=each.fragment) for each in reason.evidence],
            )
            for reason in fit.reasons
        ],
        weights_version=weights,
        taxonomy_version=taxonomy,
        index_version=fit.index.rpartition("-candidates-")[2],
        receipt_id=None if receipt is None else strawberry.ID(receipt),
    )
