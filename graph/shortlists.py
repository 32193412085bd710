from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from graph import outbox
from graph.client import Statement, Transaction
from graph.errors import NotFound
from graph.events import EventType, NewEvent, Subject
from graph.ids import derived_id
from graph.paging import Key, Page, page_of, page_parameters

LOOK_UP = Statement(
    "shortlists.look_up",
    """
    OPTIONAL MATCH (j:Job {id: $job})
    SET j.shortlisted_at = $at
    WITH j
    UNWIND $candidates AS candidate
    OPTIONAL MATCH (p:Person:Candidate {id: candidate})
    RETURN candidate, j IS NOT NULL AS job, p IS NOT NULL AS found,
           EXISTS { (p)-[:SHORTLISTED_FOR]->(j) } AS listed
    """,
)
ADD = Statement(
    "shortlists.add",
    """
    UNWIND $candidates AS candidate
    MATCH (p:Person:Candidate {id: candidate}), (j:Job {id: $job})
    CREATE (p)-[:SHORTLISTED_FOR {at: $at, by: $actor, note: $note}]->(j)
    """,
)
OF_JOBS = Statement(
    "shortlists.of_jobs",
    """
    UNWIND $ids AS id
    CALL (id) {
      MATCH (:Job {id: id})<-[s:SHORTLISTED_FOR]-(p:Person)
      WHERE $after IS NULL OR s.at < $after OR (s.at = $after AND p.id < $after_id)
      RETURN s, p ORDER BY s.at DESC, p.id DESC LIMIT $limit
    }
    RETURN id AS parent, p.id AS candidate, s.at AS at, s.by AS by, s.note AS note ORDER BY at DESC, candidate DESC
    """,
)
COUNT_OF_JOBS = Statement(
    "shortlists.count_of_jobs",
    "UNWIND $ids AS id MATCH (:Job {id: id})<-[s:SHORTLISTED_FOR]-() RETURN id AS parent, count(s) AS total",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortlistEntry:
    """A candidate whom somebody put on a job's shortlist."""

    candidate_id: str
    at: str
    by: str
    note: str | None


async def shortlist(
    tx: Transaction,
    /,
    *,
    job_id: str,
    candidate_ids: Sequence[str],
    note: str | None,
    request_id: str,
    actor: str,
    at: str,
) -> tuple[str, ...]:
    """Put candidates on a job's shortlist; return those who were not on it. All of them, or none.

    Raises:
        NotFound: the job, or one of the candidates, is not there.
    """
    wanted = list(dict.fromkeys(candidate_ids))
    rows = await LOOK_UP.rows(tx, job=job_id, candidates=wanted, at=at)
    if not all(row["job"] for row in rows):
        raise NotFound("job", field="jobId")
    for i, row in enumerate(rows):
        if not row["found"]:
            raise NotFound("candidate", field=f"candidateIds.{i}")
    added = [row["candidate"] for row in rows if not row["listed"]]
    await ADD.run(tx, candidates=added, job=job_id, at=at, actor=actor, note=note)
    events = (
        NewEvent(
            id=derived_id("event", request_id, candidate),
            type=EventType.CANDIDATE_SHORTLISTED,
            at=at,
            actor=actor,
            subject=Subject(candidate_id=candidate, job_id=job_id),
        )
        for candidate in added
    )
    await outbox.append(tx, events)
    return tuple(added)


async def shortlists_of_jobs(
    tx: Transaction, /, *, ids: Sequence[str], first: int, after: Key | None
) -> dict[str, Page[ShortlistEntry]]:
    """Return a page of each job's shortlist, the newest first."""
    found: dict[str, list[ShortlistEntry]] = defaultdict(list)
    rows = await OF_JOBS.rows(
        tx,
        ids=list(ids),
        **page_parameters(first, after),
    )
    for row in rows:
        found[row["parent"]].append(
            ShortlistEntry(candidate_id=row["candidate"], at=row["at"], by=row["by"], note=row["note"])
        )
    return {
        id_: page_of(
            found.get(id_, []), first=first, key=lambda e: Key(e.at, e.candidate_id), item=lambda e: e
        )
        for id_ in ids
    }


async def count_shortlists_of_jobs(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, int]:
    """Count the candidates on each job's shortlist."""
    rows = await COUNT_OF_JOBS.rows(tx, ids=list(ids))
    return dict.fromkeys(ids, 0) | {row["parent"]: row["total"] for row in rows}
