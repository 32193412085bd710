"""Which media type an answer has: what `Accept` prefers of what there is (RFC 9110, section 12.5.1)."""

from functools import lru_cache

from python_multipart.multipart import parse_options_header

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"
MULTIPART = "multipart/form-data"

MOST_RANGES = 50
"""Entries of an `Accept` header that are looked at."""
_LONGEST_KEPT = 256
"""Characters of an `Accept` header whose answer is kept: clients send few, and always the same."""


def preferences(accept: str | None, offered: tuple[str, ...]) -> list[str]:
    """Return those of the offered media types that are accepted, the most wanted first.

    Where the header wants two equally, its own order decides, then that of the offer.
    """
    if accept is None or not accept.strip():
        return list(offered)
    weigh = _weighed_and_kept if len(accept) <= _LONGEST_KEPT else _weighed
    return list(weigh(accept, offered))


def _weighed(accept: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    ranges = [_range(each) for each in accept.split(",")[:MOST_RANGES]]
    found = []
    for place, media_type in enumerate(offered):
        best = max((_match(media_type, name, -i), quality) for i, (name, quality) in enumerate(ranges))
        (precision, order), quality = best
        if precision and quality > 0:
            found.append(((-quality, -order, place), media_type))
    return tuple(media_type for _, media_type in sorted(found))


_weighed_and_kept = lru_cache(maxsize=256)(_weighed)


def _match(media_type: str, name: str, order: int) -> tuple[int, int]:
    """Return how precisely a range names the media type, 0 where it does not; among equals the first counts."""
    kind = media_type.partition("/")[0]
    return {media_type: 3, f"{kind}/*": 2, "*/*": 1}.get(name, 0), order


def _range(text: str) -> tuple[str, float]:
    name, parameters = parse_options_header(text)
    try:
        quality = float(parameters.get(b"q", b"1"))
    except ValueError:
        quality = 0.0
    return name.decode("latin-1").strip(), quality if 0 <= quality <= 1 else 0.0
