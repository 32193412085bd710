from collections.abc import Sequence
from dataclasses import dataclass

from graph import outbox
from graph.client import Row, Statement, Transaction
from graph.errors import Code, Conflict, InvalidInput, NotFound
from graph.events import EventType, NewEvent, Subject
from graph.reading import Anchor, Pattern, Shown, Source
from graph.visibility import SYSTEM, Viewer, require

LONGEST_NOTE = 5_000
LONGEST_RELATIONSHIP = 200

LOOK_UP = Statement(
    "referrals.look_up",
    """
    OPTIONAL MATCH (by:Person:Colleague {id: $by})
    OPTIONAL MATCH (of:Person:Candidate {id: $of})
    OPTIONAL MATCH (j:Job {id: $job})
    RETURN by IS NOT NULL AS by, of IS NOT NULL AS of, j IS NOT NULL AS job
    """,
)
CREATE = Statement(
    "referrals.create",
    """
    MATCH (by:Person {id: $by}), (of:Person {id: $of})
    MERGE (r:Referral {id: $properties.id})
    WITH r, by, of
    WHERE r.at IS NULL
    SET r = $properties
    CREATE (r)-[:BY]->(by), (r)-[:OF]->(of)
    WITH r
    OPTIONAL MATCH (j:Job {id: $job})
    FOREACH (job IN CASE WHEN j IS NULL THEN [] ELSE [j] END | CREATE (r)-[:FOR]->(job))
    RETURN r.id AS created
    """,
)
BY_IDS = Statement(
    "referrals.by_ids",
    """
    UNWIND $ids AS id
    MATCH (by:Person)<-[:BY]-(r:Referral {id: id})-[:OF]->(of:Person)
    RETURN r{.*, by_id: by.id, of_id: of.id, job_id: [(r)-[:FOR]->(j:Job) | j.id][0]} AS referral
    """,
)
REFERRAL = Anchor("referrals.referral", "(@node:Referral {id: @id})", Shown.REFERRAL)
JOB_ID = Source("[(@node)-[:FOR]->(j:Job) WHERE @seen(job, j) | j.id][0]")
BY_VIEWER = Source("EXISTS { (@node)-[:BY]->(:Person {id: $viewer}) }")
BY = Pattern(name="referrals.by", match="(@parent)-[:BY]->(@node:Person)", shows=Shown.PERSON)
OF = Pattern(name="referrals.of", match="(@parent)-[:OF]->(@node:Person)", shows=Shown.PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReferral:
    """A referral on its way in; `id` is the same each time the same referral comes in."""

    id: str
    event_id: str
    by_id: str
    of_id: str
    job_id: str | None = None
    note: str | None = None
    relationship: str | None = None
    """How the two know each other, in the words of the one who refers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A colleague's word for a candidate."""

    id: str
    at: str
    by_id: str
    of_id: str
    job_id: str | None
    note: str | None
    relationship: str | None


async def create_referral(
    tx: Transaction, /, *, referral: NewReferral, actor: str, at: str, viewer: Viewer = SYSTEM
) -> Referral:
    """Note that a colleague refers a candidate; a repeated id returns what it made the first time.

    Raises:
        InvalidInput: someone refers themselves, or a text is too long.
        NotFound: there is no such colleague, candidate or job for the viewer.
        Conflict: the id belongs to a referral between other people.
    """
    _check(referral)
    named = [
        (Shown.COLLEAGUE, referral.by_id, "colleague", "by"),
        (Shown.CANDIDATE, referral.of_id, "candidate", "candidate"),
        *([(Shown.JOB, referral.job_id, "job", "job")] if referral.job_id else []),
    ]
    for shown, id_, what, field in named:
        await require(tx, viewer=viewer, shown=shown, id=id_, what=what, field=field)
    found = await LOOK_UP.row(tx, by=referral.by_id, of=referral.of_id, job=referral.job_id)
    if found is None or not found["by"]:
        raise NotFound("colleague", field="by")
    if not found["of"]:
        raise NotFound("candidate", field="candidate")
    if referral.job_id is not None and not found["job"]:
        raise NotFound("job", field="job")
    created = await CREATE.row(
        tx,
        by=referral.by_id,
        of=referral.of_id,
        job=referral.job_id,
        properties={
            "id": referral.id,
            "at": at,
            "note": referral.note,
            "relationship": referral.relationship,
        },
    )
    kept = (await referrals_by_ids(tx, ids=[referral.id])).get(referral.id)
    if kept is None or (kept.by_id, kept.of_id) != (referral.by_id, referral.of_id):
        raise Conflict(
            Code.ID_TAKEN, "this id belongs to a referral between other people; use a new one", field="id"
        )
    if created:
        subject = Subject(candidate_id=referral.of_id, job_id=referral.job_id, referral_id=referral.id)
        event = NewEvent(
            id=referral.event_id,
            type=EventType.REFERRAL_CREATED,
            at=at,
            actor=actor,
            subject=subject,
            detail={"by": referral.by_id},
        )
        await outbox.append(tx, [event])
    return kept


async def referrals_by_ids(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, Referral]:
    """Return those of the referrals that exist."""
    rows = await BY_IDS.rows(tx, ids=list(ids))
    return {row["referral"]["id"]: _referral(row["referral"]) for row in rows}


def _check(referral: NewReferral) -> None:
    if referral.by_id == referral.of_id:
        raise InvalidInput(Code.SAME_PERSON, "nobody can refer themselves; name two people", field="by")
    for field, text, longest in (
        ("note", referral.note, LONGEST_NOTE),
        ("relationship", referral.relationship, LONGEST_RELATIONSHIP),
    ):
        if text is not None and len(text) > longest:
            raise InvalidInput(
                Code.TOO_LONG, f"the {field} is longer than {longest:,} characters; shorten it", field=field
            )


def _referral(stored: Row) -> Referral:
    return Referral(
        id=stored["id"],
        at=stored["at"],
        by_id=stored["by_id"],
        of_id=stored["of_id"],
        job_id=stored["job_id"],
        note=stored.get("note"),
        relationship=stored.get("relationship"),
    )
