from collections.abc import Sequence
from enum import StrEnum

from graph import outbox
from graph.client import Statement, Transaction
from graph.errors import NotFound
from graph.events import EventType, NewEvent, Subject
from graph.ids import derived_id
from graph.reading import Pattern, Shown, Sort, Source, edge
from graph.visibility import SYSTEM, Viewer, require, seen

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


class ShortlistOrder(StrEnum):
    """What a job's shortlist can be sorted by."""

    AT = "AT"
    NAME = "NAME"


OF_JOB = Pattern(
    name="shortlists.of_job",
    match="(@parent)<-[@edge:SHORTLISTED_FOR]-(@node:Person)",
    shows=Shown.CANDIDATE,
    sorts={
        ShortlistOrder.AT: Sort(edge("at"), descending=True),
        ShortlistOrder.NAME: Sort(Source("coalesce(@node.name, '')")),
    },
)


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
    viewer: Viewer = SYSTEM,
) -> tuple[str, ...]:
    """Put candidates on a job's shortlist; return those who were not on it. All of them, or none.

    Raises:
        NotFound: the job, or one of the candidates, is not there for the viewer.
    """
    wanted = list(dict.fromkeys(candidate_ids))
    await require(tx, viewer=viewer, shown=Shown.JOB, id=job_id, what="job", field="job")
    visible = await seen(tx, viewer=viewer, shown=Shown.CANDIDATE, ids=wanted)
    rows = await LOOK_UP.rows(tx, job=job_id, candidates=wanted, at=at)
    if not all(row["job"] for row in rows):
        raise NotFound("job", field="job")
    for i, row in enumerate(rows):
        if not row["found"] or row["candidate"] not in visible:
            raise NotFound("candidate", field=f"candidates.{i}")
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
