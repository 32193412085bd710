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
from schema.context import Context, Info
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
from search.talent.searching import MANY_REASONS, TalentHit, TalentResult, beside, search_talent
from search.talent.weights import weights_version

RECEIPTS = "receipts"
"""The name of the key that receipts are signed with."""


async def answer(info: Info, request: TalentRequest) -> TalentConnection:
    """Run a search with the principal's rights, and say as much of each hit as the operation selects.

    Raises:
        KithError: a condition or a facet tells of what the principal may not see of any candidate.
    """
    asked = selected_names(info)
    context = info.context
    check_facets(context.principal, request.facets)
    request = replace(
        request,
        where=await visible_conditions(context, request.where),
        should=await visible_conditions(context, request.should),
        highlight="highlights" in asked,
        reasons="fit" in asked,
        evidence="evidence" in asked,
        count="totalCount" in asked,
        fragments_of=fragments_for(context.principal),
        expansion=await context.services.taxonomy.current(),
        contacts=may_find_contacts(context.principal),
    )
    rights = await search_rights(context)
    through = await context.graph.read(indexed_through) if "indexedThrough" in asked else 0
    services = context.services
    result = await search_talent(services.elasticsearch, services.index, services.points, request, rights)
    key = await receipt_key(info, asked)
    there = result.hits
    if "gone" in asked or not (context.planned and _reads_each_hit(info)):
        there = await _there(context, result.hits)
    reasons = sum(len(hit.fit.reasons) for hit in there if hit.fit is not None)
    edges = await beside(
        lambda: [_edge(hit, request, asked, key) for hit in there], when=reasons > MANY_REASONS
    )
    return _connection(request, result, there, edges, through=through)


def selected_names(info: Info) -> frozenset[str]:
    """Return the names of all fields that the operation selects below this one."""
    names: set[str] = set()
    pending: list[Selection] = list(info.selected_fields)
    while pending:
        selection = pending.pop()
        if isinstance(selection, SelectedField):
            names.add(selection.name)
        pending += selection.selections
    return frozenset(names)


async def receipt_key(info: Info, asked: frozenset[str]) -> str | None:
    """Return the key that receipts are signed with, None where the operation asks for none."""
    if "receiptId" not in asked:
        return None
    return await signing_key(info.context.graph, name=RECEIPTS, fresh=token_hex(32))


def _reads_each_hit(info: Info) -> bool:
    """Say whether nothing of a hit is answered without its candidate being read: what is skipped or in fragments does not count."""
    for field in info.selected_fields:
        for selection in field.selections:
            if not isinstance(selection, SelectedField):
                return False
            if selection.name == "edges" and not any(
                isinstance(each, SelectedField) and each.name == "node" and not each.directives
                for each in selection.selections
            ):
                return False
    return True


async def _there(context: Context, hits: Several[TalentHit]) -> Several[TalentHit]:
    """Return the hits that the graph has and the principal sees now: the index may be a moment behind."""
    known = await seen_alone(
        context.graph,
        viewer=context.principal.viewer,
        shown=Shown.CANDIDATE,
        ids=[hit.id for hit in hits],
    )
    return [hit for hit in hits if hit.id in known]


def _connection(
    request: TalentRequest,
    result: TalentResult,
    there: Several[TalentHit],
    edges: list[TalentEdge],
    *,
    through: int,
) -> TalentConnection:
    hits = result.hits
    return TalentConnection(
        edges=edges,
        nodes=by_id([hit.id for hit in there]),
        page_info=PageInfo(
            has_next_page=result.has_next,
            has_previous_page=request.after is not None,
            start_cursor=hits[0].cursor if hits else None,
            end_cursor=hits[-1].cursor if hits else None,
        ),
        total_count=result.total,
        facets=[
            FacetCount(facet=facet, buckets=[FacetBucket(value=v, count=n) for v, n in result.facets[facet]])
            for facet in request.facets
        ],
        indexed_through=Sequence(through),
        gone=len(hits) - len(there),
    )


def _edge(hit: TalentHit, request: TalentRequest, asked: frozenset[str], key: str | None) -> TalentEdge:
    fit = None
    if hit.fit is not None:
        receipt = None if key is None else _receipt(request, hit, hit.fit, key)
        fit = fit_of(hit.fit, receipt, weights=weights_version(), taxonomy=request.expansion.version)
    return TalentEdge(
        cursor=hit.cursor if "cursor" in asked else "",
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
