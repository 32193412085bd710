"""A talent search as it is saved: what it asks for, without its page and without anybody's rights."""

from typing import Any, Final

import orjson

from search.talent.body import build_talent_query
from search.talent.conditions import Check, Condition, Entry, Every, Some, Unless, as_json, from_json
from search.talent.request import Order, SortBy, TalentRequest

_LAYOUT: Final = 1
_NAMES_THINGS: Final = frozenset({"id", "applications.job_id", "shortlisted_jobs"})
UNNAMED: Final = "…"


def content_of(request: TalentRequest) -> str:
    """Return what a search asks for as JSON.

    Raises:
        InvalidQuery: nobody could run it, as `build_talent_query` says.
    """
    build_talent_query(request)
    order = None if request.order is None else [request.order.by, request.order.descending]
    content = [
        _LAYOUT,
        request.text,
        [as_json(condition) for condition in request.where],
        [as_json(condition) for condition in request.should],
        order,
    ]
    return orjson.dumps(content).decode()


def request_of(content: str) -> TalentRequest:
    """Read what `content_of` made; ValueError for anything else."""
    match orjson.loads(content):
        case [1, str(text), list(where), list(should), order]:
            return TalentRequest(
                text=text,
                where=tuple(map(from_json, where)),
                should=tuple(map(from_json, should)),
                order=_order(order),
            )
    raise ValueError(len(content))


def unnamed(condition: Condition) -> Condition:
    """Return a condition to be shown to those who may not see what it names: ids of candidates and jobs left out."""
    match condition:
        case Check(field=field, operator=operator) if field in _NAMES_THINGS:
            return Check(field, operator, UNNAMED)
        case Every(parts=parts):
            return Every(tuple(map(unnamed, parts)))
        case Some(parts=parts):
            return Some(tuple(map(unnamed, parts)))
        case Entry(field=field, parts=parts):
            return Entry(field, tuple(map(unnamed, parts)))
        case Unless(part=part):
            return Unless(unnamed(part))
        case _:
            return condition


def _order(content: Any) -> Order | None:
    match content:
        case None:
            return None
        case [str(by), bool(descending)]:
            return Order(SortBy(by), descending=descending)
    raise ValueError(type(content).__name__)
