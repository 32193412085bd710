"""Where a page of a talent search ends, as one opaque string: the order, the hit's values in it, the point in time."""

import base64
import math
from dataclasses import dataclass
from typing import Any, Final

import orjson

from search.errors import InvalidQuery
from search.talent.request import Order, SortBy

_LONGEST_CURSOR: Final = 2_000
_LONGEST_TEXT: Final = 1_000
_GREATEST: Final = 1e15
_LEAST_WHOLE: Final = -(2**63)


@dataclass(frozen=True, slots=True)
class Place:
    """The sort values of a hit, its id the last of them, and the point in time that it was read from."""

    values: tuple[Any, ...]
    point: str | None


def encode_cursor(order: Order, place: Place) -> str:
    """Return a place in a list of this order as the string that clients hand back."""
    content = [order.by, order.descending, place.point, *place.values]
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode()


def decode_cursor(cursor: str, order: Order) -> Place:
    """Read a cursor.

    Raises InvalidQuery for a string that `encode_cursor` did not make, or made for another order.
    """
    if len(cursor) > _LONGEST_CURSOR:
        raise bad_cursor()
    try:
        content = orjson.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except ValueError as error:
        raise bad_cursor() from error
    match content:
        case [by, bool(descending), None | str() as point, value, str(id_)] if (
            by == order.by
            and descending == order.descending
            and point != ""
            and _fits(order.by, value)
            and _is_text(id_)
        ):
            return Place((value, id_), point)
        case _:
            raise bad_cursor()


def bad_cursor() -> InvalidQuery:
    """Build the refusal of a string that is no cursor of this search."""
    return InvalidQuery(
        "BAD_CURSOR",
        "after",
        "This cursor does not belong to this search in this order: start again from the first page.",
    )


def _fits(by: SortBy, value: Any) -> bool:
    match by:
        case SortBy.NAME:
            return value is None or (isinstance(value, str) and len(value) <= _LONGEST_TEXT)
        case SortBy.UPDATED_AT:
            return type(value) is int and _LEAST_WHOLE <= value <= _GREATEST
        case SortBy.DISTANCE | SortBy.EXPERIENCE if isinstance(value, str):
            return value in {"Infinity", "-Infinity"}
        case _:
            return type(value) in {int, float} and math.isfinite(value) and 0 <= value <= _GREATEST


def _is_text(id_: str) -> bool:
    return 0 < len(id_) <= _LONGEST_TEXT
