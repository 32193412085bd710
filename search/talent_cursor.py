"""Where a page of a talent search ends, as one opaque string."""

import base64
import math
from typing import Any, Final

import orjson

from search.errors import InvalidQuery

_LONGEST_CURSOR: Final = 512
_LONGEST_ID: Final = 256
_HIGHEST_SCORE: Final = 1e9
_LATEST_MILLISECOND: Final = 253_402_300_800_000
_KINDS: Final = {True: "score", False: "updated"}


def encode_cursor(sort: list[Any], *, by_score: bool) -> str:
    """Return the cursor for a hit's sort values: a score or a time in milliseconds, and the id."""
    return base64.urlsafe_b64encode(orjson.dumps([_KINDS[by_score], *sort])).decode()


def decode_cursor(cursor: str, *, by_score: bool) -> list[Any]:
    """Return the sort values to go on after.

    Raises InvalidQuery for a string that `encode_cursor` did not make, or made for the other order.
    """
    if len(cursor) > _LONGEST_CURSOR:
        raise _invalid()
    try:
        content = orjson.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except ValueError as error:
        raise _invalid() from error
    match content:
        case ["score", float(score), str(candidate_id)] if (
            by_score and _is_score(score) and _is_id(candidate_id)
        ):
            return [score, candidate_id]
        case ["updated", int(time), str(candidate_id)] if (
            not by_score and _is_time(time) and _is_id(candidate_id)
        ):
            return [time, candidate_id]
        case _:
            raise _invalid()


def _is_score(score: float) -> bool:
    return math.isfinite(score) and 0 <= score <= _HIGHEST_SCORE


def _is_time(time: int) -> bool:
    return not isinstance(time, bool) and 0 <= time <= _LATEST_MILLISECOND


def _is_id(candidate_id: str) -> bool:
    return 0 < len(candidate_id) <= _LONGEST_ID


def _invalid() -> InvalidQuery:
    return InvalidQuery(
        "BAD_CURSOR", "after", "This cursor does not belong to this search: start again from the first page."
    )
