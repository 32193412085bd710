"""Who is let see a confidential job or a private candidate."""

from collections.abc import Sequence

from graph import outbox
from graph.client import Row, Statement, Transaction
from graph.errors import Code, InvalidInput, NotFound
from graph.events import EventType, NewEvent, Subject
from graph.ids import derived_id
from graph.reading import Pattern, Shown
from graph.versions import check_version
from graph.visibility import Viewer, require

MOST_PEOPLE = 100
"""Most members of a job, and most people with whom a candidate is shared."""

SET_CONFIDENTIAL = Statement(
    "access.set_confidential",
    """
    MATCH (j:Job {id: $job})
    SET j.version = j.version + 1, j.updated_at = $at
    WITH j, coalesce(j.confidential, false) AS before
    SET j.confidential = $confidential
    WITH j, before
    OPTIONAL MATCH (j)-[old:MEMBER]->()
    DELETE old
    RETURN DISTINCT before <> $confidential AS changed, j.version AS version,
      COLLECT {
        MATCH (j)<-[:FOR]-(:Application)-[:BY]->(p:Person) RETURN p.id
        UNION MATCH (j)<-[:SHORTLISTED_FOR]-(p:Person) RETURN p.id
        UNION MATCH (j)<-[:FOR]-(:Touch)-[:TO]->(p:Person) RETURN p.id
      } AS candidates
    """,
)
ADD_MEMBERS = Statement(
    "access.add_members",
    """
    MATCH (j:Job {id: $job})
    UNWIND $people AS id
    MATCH (p:Person:Colleague {id: id})
    MERGE (j)-[:MEMBER]->(p)
    RETURN id
    """,
)
ADD_VIEWER = Statement(
    "access.add_viewer", "MATCH (j:Job {id: $job}), (p:Person {id: $viewer}) MERGE (j)-[:MEMBER]->(p)"
)
SET_PRIVATE = Statement(
    "access.set_private",
    """
    MATCH (c:Person:Candidate {id: $candidate})
    SET c.private = $private, c.version = c.version + 1
    WITH c
    OPTIONAL MATCH (c)-[old:SHARED_WITH]->()
    DELETE old
    RETURN DISTINCT c.version AS version
    """,
)
OWN = Statement(
    "access.own",
    """
    MATCH (c:Person {id: $candidate}), (p:Person {id: $viewer})
    WHERE NOT EXISTS { (c)-[:OWNED_BY]->() }
    CREATE (c)-[:OWNED_BY]->(p)
    """,
)
SHARE = Statement(
    "access.share",
    """
    MATCH (c:Person {id: $candidate})
    UNWIND $people AS id
    MATCH (p:Person:Colleague {id: id})
    MERGE (c)-[:SHARED_WITH]->(p)
    RETURN id
    """,
)

MEMBERS = Pattern(
    name="access.members",
    match="(@parent)-[:MEMBER]->(@node:Person)",
    shows=Shown.COLLEAGUE,
    order="@node.id",
    most=MOST_PEOPLE,
)
OWNER = Pattern(name="access.owner", match="(@parent)-[:OWNED_BY]->(@node:Person)", shows=Shown.COLLEAGUE)
SHARED_WITH = Pattern(
    name="access.shared_with",
    match="(@parent)-[:SHARED_WITH]->(@node:Person)",
    shows=Shown.COLLEAGUE,
    order="@node.id",
    most=MOST_PEOPLE,
)


async def set_job_access(
    tx: Transaction,
    /,
    *,
    viewer: Viewer,
    job_id: str,
    confidential: bool,
    member_ids: Sequence[str],
    event_id: str,
    actor: str,
    at: str,
    expected_version: int | None = None,
) -> None:
    """Say whether a job is confidential, and who its members are; who makes it confidential is one of them.

    Where that changes, the log says so once more for each candidate of the job: the search knows of no confidential job.

    Raises:
        InvalidInput: there are too many members, or nobody stands behind the token that makes the job confidential.
        NotFound: there is no such job or colleague.
        Conflict: the job was changed since the version that is expected.
    """
    await require(tx, viewer=viewer, shown=Shown.JOB, id=job_id, what="job", field="job")
    row = await SET_CONFIDENTIAL.row(tx, job=job_id, confidential=confidential, at=at)
    if row is None:
        raise NotFound("job", field="job")
    check_version(expected_version, row["version"] - 1)
    await add_members(tx, viewer=viewer, job_id=job_id, member_ids=member_ids, confidential=confidential)
    affected = sorted(row["candidates"]) if row["changed"] else []
    await outbox.append(
        tx,
        [
            NewEvent(
                id=derived_id("event", event_id, candidate) if candidate else event_id,
                type=EventType.JOB_ACCESS_CHANGED,
                at=at,
                actor=actor,
                subject=Subject(job_id=job_id, candidate_id=candidate),
                detail={"confidential": str(confidential).lower()},
            )
            for candidate in (None, *affected)
        ],
    )


async def add_members(
    tx: Transaction, /, *, viewer: Viewer, job_id: str, member_ids: Sequence[str], confidential: bool
) -> None:
    """Make colleagues members of a job, and the viewer too where the job is confidential.

    Raises:
        InvalidInput: there are too many, or nobody stands behind the token that makes the job confidential.
        NotFound: there is no such colleague.
    """
    _check_viewer(viewer, closed=confidential, field="confidential")
    people = _bounded(member_ids, field="members")
    _check_found(people, await ADD_MEMBERS.rows(tx, job=job_id, people=people), field="members")
    if confidential and viewer.person_id is not None:
        await ADD_VIEWER.run(tx, job=job_id, viewer=viewer.person_id)


async def set_candidate_privacy(
    tx: Transaction,
    /,
    *,
    viewer: Viewer,
    candidate_id: str,
    private: bool,
    shared_with_ids: Sequence[str],
    event_id: str,
    actor: str,
    at: str,
    expected_version: int | None = None,
) -> None:
    """Say whether a candidate is private, and with whom they are shared; who makes them private first owns them.

    Raises:
        InvalidInput: they are shared with too many, or nobody stands behind the token that makes them private.
        NotFound: there is no such candidate or colleague.
        Conflict: the candidate was changed since the version that is expected.
    """
    await require(
        tx, viewer=viewer, shown=Shown.CANDIDATE, id=candidate_id, what="candidate", field="candidate"
    )
    row = await SET_PRIVATE.row(tx, candidate=candidate_id, private=private)
    if row is None:
        raise NotFound("candidate", field="candidate")
    check_version(expected_version, row["version"] - 1)
    _check_viewer(viewer, closed=private, field="private")
    people = _bounded(shared_with_ids, field="sharedWith")
    _check_found(people, await SHARE.rows(tx, candidate=candidate_id, people=people), field="sharedWith")
    if private and viewer.person_id is not None:
        await OWN.run(tx, candidate=candidate_id, viewer=viewer.person_id)
    await outbox.append(
        tx,
        [
            NewEvent(
                id=event_id,
                type=EventType.CANDIDATE_PRIVACY_CHANGED,
                at=at,
                actor=actor,
                subject=Subject(candidate_id=candidate_id),
                detail={"private": str(private).lower()},
            )
        ],
    )


def _check_viewer(viewer: Viewer, *, closed: bool, field: str) -> None:
    if closed and viewer.person_id is None and not viewer.sees_everything:
        message = "nobody stands behind this token who would still see it; use one that is a person's"
        raise InvalidInput(Code.PERSON_REQUIRED, message, field=field)


def _bounded(ids: Sequence[str], *, field: str) -> list[str]:
    people = list(dict.fromkeys(ids))
    if len(people) > MOST_PEOPLE:
        raise InvalidInput(Code.TOO_MANY, f"at most {MOST_PEOPLE} people", field=field)
    return people


def _check_found(people: Sequence[str], rows: Sequence[Row], *, field: str) -> None:
    found = {row["id"] for row in rows}
    for i, person in enumerate(people):
        if person not in found:
            raise NotFound("colleague", field=f"{field}.{i}")
