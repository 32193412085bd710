"""Filter clauses that keep a talent search to the candidates whom someone may see."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

NOBODY: Final[dict[str, Any]] = {"match_none": {}}
MOST_JOBS: Final = 1_000
"""Most jobs of one viewer that a search looks at, the newest."""


def clauses_of(sight: str, *, person_id: str | None, jobs: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the clauses that every candidate must pass whom someone with this sight of candidates may find.

    Sights are named as in `graph.visibility`; `jobs` matter to MEMBER alone.
    """
    match sight:
        case "ALL":
            return []
        case "RECRUITING":
            return [made_known_to(person_id)]
        case "MEMBER":
            return [made_known_to(person_id), on_jobs(jobs)]
        case _:
            return [NOBODY]


def made_known_to(person_id: str | None) -> dict[str, Any]:
    """Return the clause of candidates who are not private, or owned by the person or shared with them."""
    for_all = {"bool": {"must_not": [{"term": {"private": True}}]}}
    if person_id is None:
        return for_all
    return {"bool": {"should": [for_all, {"term": {"visible_to": person_id}}], "minimum_should_match": 1}}


def on_jobs(job_ids: Sequence[str]) -> dict[str, Any]:
    """Return the clause of candidates who applied for one of the jobs or are on its shortlist."""
    return {"terms": {"jobs": list(job_ids)}}
