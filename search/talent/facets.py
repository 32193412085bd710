"""Counting hits by their values."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from search.talent.request import Facet

FACET_VALUES: Final = 20
YEARS_BANDS: Final = ((0, 2), (2, 5), (5, 10), (10, 15), (15, None))
CONTACT_BANDS: Final = ((0, 30), (30, 90), (90, 365), (365, None))
"""Days since the last contact."""
NEVER: Final = "never"

_FIELDS: Final = {
    Facet.SKILLS: "skills",
    Facet.CITIES: "city",
    Facet.COUNTRIES: "country",
    Facet.COMPANIES: "companies",
    Facet.TITLES: "titles",
    Facet.SCHOOLS: "schools",
    Facet.LANGUAGES: "languages",
    Facet.TAGS: "tags",
    Facet.STAGES: "stages",
}


def facet_clause(facet: Facet, at: str | None) -> Mapping[str, Any]:
    """Return the aggregation of a facet; `at` is the moment from which days since a contact are counted."""
    match facet:
        case Facet.YEARS:
            ranges = [
                {"key": band(low, high), "from": low, **({} if high is None else {"to": high})}
                for low, high in YEARS_BANDS
            ]
            return {"range": {"field": "years_experience", "ranges": ranges}}
        case Facet.LAST_CONTACT:
            if at is None:
                raise ValueError("counting by last contact needs the present moment")
            return {"filters": {"filters": _contact_filters(datetime.fromisoformat(at))}}
        case _:
            return {"terms": {"field": _FIELDS[facet], "size": FACET_VALUES}}


def facet_counts(answer: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Read an aggregation's answer: the most frequent values first, bands in their order."""
    buckets = answer["buckets"]
    if isinstance(buckets, dict):
        bands = [*(band(*days) for days in CONTACT_BANDS), NEVER]
        return [(name, buckets[name]["doc_count"]) for name in bands if buckets[name]["doc_count"]]
    return [(bucket["key"], bucket["doc_count"]) for bucket in buckets if bucket["doc_count"]]


def band(low: int, high: int | None) -> str:
    """Return the name of the band of at least `low` and less than `high`, as `2-5` or `15+`."""
    return f"{low}+" if high is None else f"{low}-{high}"


def _contact_filters(now: datetime) -> dict[str, Any]:
    filters: dict[str, Any] = {}
    for low, high in CONTACT_BANDS:
        bounds = {} if high is None else {"gt": (now - timedelta(days=high)).isoformat()}
        if low:
            bounds["lte"] = (now - timedelta(days=low)).isoformat()
        filters[band(low, high)] = {"range": {"last_contact": bounds}}
    filters[NEVER] = {"bool": {"must_not": [{"exists": {"field": "last_contact"}}]}}
    return filters
