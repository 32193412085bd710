"""What a job asks for, as those who match people and jobs need it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph.client import Row, Statement, Transaction
from graph.reading import Shown
from graph.visibility import Viewer, seen, seen_by

ASKED = Statement(
    "matching.asked",
    """
    UNWIND $ids AS id
    MATCH (j:Job {id: id})
    RETURN collect(j{.id, .title, .description, .city, .region, .country,
      skills: COLLECT { MATCH (j)-[r:REQUIRES]->(s) RETURN s.name ORDER BY r.position, s.id }}) AS jobs
    """,
)

OPEN_JOBS = Statement(
    "matching.open_jobs",
    """
    MATCH (j:Job {status: 'OPEN'}) WHERE @seen(job, j)
    WITH j ORDER BY j.created_at DESC, j.id LIMIT $limit
    RETURN collect(j.id) AS jobs
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfJob:
    """What a job asks for: its texts, its skills, the most important first, and the city of the work."""

    id: str
    title: str
    description: str
    skills: tuple[str, ...]
    city: str | None


async def open_jobs(tx: Transaction, /, *, viewer: Viewer, limit: int) -> list[str]:
    """Return the open jobs that the viewer sees, the newest first, at most `limit`."""
    row = await seen_by(OPEN_JOBS, viewer.sights).row(tx, limit=limit, **viewer.parameters)
    return row["jobs"] if row else []


async def asked_of_jobs(tx: Transaction, /, *, viewer: Viewer, ids: Sequence[str]) -> dict[str, AskedOfJob]:
    """Return those of the jobs that are there for the viewer."""
    visible = await seen(tx, viewer=viewer, shown=Shown.JOB, ids=ids)
    row = await ASKED.row(tx, ids=sorted(visible))
    return {job["id"]: _asked(job) for job in (row["jobs"] if row else [])}


def _asked(stored: Row | Any) -> AskedOfJob:
    return AskedOfJob(
        id=stored["id"],
        title=stored["title"],
        description=stored["description"],
        skills=tuple(stored["skills"]),
        city=stored.get("city"),
    )
