"""What a talent search answers with, whatever the search was made from."""

from collections.abc import Sequence as Several
from dataclasses import replace
from secrets import token_hex

import strawberry
from strawberry.types.nodes import SelectedField, Selection

from graph.indexing import indexed_through
from graph.reading import Shown
from graph.signing import signing_key
from graph.visibility import seen_alone
from schema.context import Info
from schema.paging import PageInfo
from schema.reads import by_id
from schema.scalars import Sequence
from schema.talent.rights import (
    check_facets,
    fragments_for,
    may_find_contacts,
    search_rights,
    visible_conditions,
)
from schema.talent.types import (
    Evidence,
    FacetBucket,
    FacetCount,
    Fit,
    Highlight,
    MatchReason,
    TalentConnection,
    TalentEdge,
)
from search.talent import fit as fitting
from search.talent.receipts import receipt_of, sealed
from search.talent.request import TalentRequest
from search.talent.searching import TalentHit, TalentResult, search_talent
from search.talent.weights import weights_version

RECEIPTS = "receipts"
"""The name of the key that receipts are signed with."""


async def answer(info: Info, request: TalentRequest) -> TalentConnection:
    """Run a search with the principal's rights, and say as much of each hit as the operation selects.

    Raises:
        KithError: a condition or a facet tells of what the principal may not see of any candidate.
    """
    asked = info.selected_fields
    context = info.context
    check_facets(context.principal, request.facets)
    request = replace(
        request,
        where=await visible_conditions(context, request.where),
        should=await visible_conditions(context, request.should),
        highlight=asks_for(asked, "highlights"),
        reasons=asks_for(asked, "fit"),
        evidence=asks_for(asked, "evidence"),
        count=asks_for(asked, "totalCount"),
        fragments_of=fragments_for(context.principal),
        contacts=may_find_contacts(context.principal),
    )
    rights = await search_rights(context)
    request = replace(request, expansion=await context.services.taxonomy.current())
    through = await context.graph.read(indexed_through) if asks_for(asked, "indexedThrough") else 0
    services = context.services
    result = await search_talent(services.elasticsearch, services.index, services.points, request, rights)
    return await _connection(info, request, result, through=through, key=await receipt_key(info))


def asks_for(selections: Several[Selection], name: str) -> bool:
    return any(
        (isinstance(selection, SelectedField) and selection.name == name)
        or asks_for(selection.selections, name)
        for selection in selections
    )


async def receipt_key(info: Info) -> str | None:
    """Return the key that receipts are signed with, None where the operation asks for none."""
    if not asks_for(info.selected_fields, "receiptId"):
        return None
    return await signing_key(info.context.graph, name=RECEIPTS, fresh=token_hex(32))


async def _connection(
    info: Info, request: TalentRequest, result: TalentResult, *, through: int, key: str | None
) -> TalentConnection:
    known = await seen_alone(
        info.context.graph,
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
        fit = fit_of(hit.fit, receipt, weights=weights_version(), taxonomy=request.expansion.version)
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


def fit_of(fit: fitting.Fit, receipt: str | None, *, weights: str, taxonomy: str) -> Fit:
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
