"""The talent search as Elasticsearch takes it: a pure function from a request to a body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from search.embedding import Embedder
from search.errors import InvalidQuery
from search.query_language.parser import parse
from search.talent.clauses import Clause, Clauses, Demand, Part, clauses_of
from search.talent.conditions import Check, Condition, Every, condition_clause, described
from search.talent.cursors import Place, decode_cursor
from search.talent.facets import facet_clause
from search.talent.meaning import meaning_of
from search.talent.request import MOST_RESULTS, Order, SortBy, TalentRequest
from search.talent.weights import PREFERRED_BOOST, literal

TIMEOUT_SECONDS: Final = 5
_LONGEST_HIGHLIGHTED: Final = 200_000
# An index of an older make, which answers until this one is filled, may lack a field.
_SORTED_BY: Final = {
    SortBy.UPDATED_AT: ("updated_at", "date"),
    SortBy.EXPERIENCE: ("years_experience", "float"),
    SortBy.NAME: ("name.sort", "keyword"),
}


@dataclass(frozen=True, slots=True)
class TalentQuery:
    """The body for the search API without its page, the order, where the page begins, and the named parts."""

    body: dict[str, Any]
    order: Order
    after: Place | None
    parts: tuple[Part, ...]
    scored: bool
    fragments_of: tuple[str, ...]


def build_talent_query(
    request: TalentRequest, rights: Sequence[Clause] = (), model: Embedder | None = None
) -> TalentQuery:
    """Return the query for a request; `rights` are filter clauses, all of which a candidate must pass.

    Without a `model` only words rank, and the meaning that a request gives as a vector. One hit more is asked for than the page has, to know whether another follows.

    Raises InvalidQuery where the input is out of bounds, and QuerySyntaxError for a text that is no query.
    """
    if not 1 <= request.size <= MOST_RESULTS:
        raise InvalidQuery("BAD_SIZE", "size", f"Ask for 1 to {MOST_RESULTS} results.")
    tree = parse(request.text)
    clauses = clauses_of(tree, named=request.reasons, expansion=request.expansion, contacts=request.contacts)
    texts = clauses.parts.copy()
    _add_conditions(clauses, request)
    if meaning := meaning_of(tree, request.meaning, model):
        clauses.optional.append(meaning.clause(named=request.reasons))
    scored = clauses.ranks
    order = request.order or Order(SortBy.RELEVANCE if scored else SortBy.UPDATED_AT, descending=True)
    if order.by is SortBy.RELEVANCE and not scored:
        raise InvalidQuery("NOTHING_RANKS", "sortBy", "Sorting by relevance needs a text or `should`.")
    body: dict[str, Any] = {
        "query": {
            "bool": {
                "must": clauses.required,
                "should": clauses.optional,
                "filter": [{"match_all": {}}, *clauses.filters, *rights],
            }
        },
        "sort": [_sort(order, request), {"id": "asc"}],
        "track_scores": scored,
        "size": request.size + 1,
        "track_total_hits": True if request.count else 1,
        "timeout": f"{TIMEOUT_SECONDS}s",
        "_source": False,
        "version": request.reasons,
    }
    if request.facets:
        body["aggs"] = {facet.value: facet_clause(facet, request.at) for facet in request.facets}
    if request.highlight and texts:
        found = {(part.text, part.field): part.clause for part in texts if part.demand is not Demand.EXCLUDED}
        body["highlight"] = highlight({"bool": {"should": list(found.values())}}, request.fragments_of)
    after = None if request.after is None else decode_cursor(request.after, order)
    return TalentQuery(body, order, after, tuple(clauses.parts), scored, request.fragments_of)


def _add_conditions(clauses: Clauses, request: TalentRequest) -> None:
    for condition in request.where:
        for each in condition.parts if isinstance(condition, Every) else (condition,):
            clauses.filters.append(_weighed(clauses, each, Demand.REQUIRED, boost=0))
    for condition in request.should:
        clauses.optional.append(_weighed(clauses, condition, Demand.PREFERRED, boost=PREFERRED_BOOST))


def _weighed(clauses: Clauses, condition: Condition, demand: Demand, *, boost: int) -> Clause:
    clause = condition_clause(condition)
    name = clauses.add_part(Part(described(condition), None, demand, clause, in_texts=False))
    if not boost and not name:
        return clause
    return {"constant_score": {"filter": clause, "boost": boost, **name}}


def _sort(order: Order, request: TalentRequest) -> Mapping[str, Any]:
    direction = "desc" if order.descending else "asc"
    if order.by is SortBy.RELEVANCE:
        return {"_score": direction}
    if order.by is SortBy.DISTANCE:
        latitude, longitude = _origin(request)
        spot = {"lat": latitude, "lon": longitude}
        where = {"coordinates": spot, "order": direction, "unit": "km", "ignore_unmapped": True}
        return {"_geo_distance": where}
    field, kind = _SORTED_BY[order.by]
    return {field: {"order": direction, "missing": "_last", "unmapped_type": kind}}


def _origin(request: TalentRequest) -> tuple[float, float]:
    """Return the place of the first `near`."""
    pending: list[Condition] = [*request.where, *request.should]
    while pending:
        match pending.pop(0):
            case Check(field="near", value=(latitude, longitude, _)):
                return latitude, longitude
            case Every(parts=parts):
                pending += parts
            case _:
                pass
    raise InvalidQuery("NO_PLACE", "sortBy", "Sorting by distance needs `near` in `where` or `should`.")


def highlight(found: Clause, fields: Sequence[str]) -> dict[str, Any]:
    """Return how fragments of these fields are cut: escaped HTML with `<em>` around what `found` finds."""
    return {
        "type": "unified",
        "encoder": "html",
        "pre_tags": ["<em>"],
        "post_tags": ["</em>"],
        "order": "score",
        "fragment_size": 150,
        "number_of_fragments": 3,
        "max_analyzed_offset": _LONGEST_HIGHLIGHTED,
        "highlight_query": found,
        "fields": {name: {"matched_fields": [name, literal(name)]} for name in fields},
    }
