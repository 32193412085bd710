"""Which candidates the search index does not show as they are, and what it has to hold about them.

An event that changes a search document is `:Unindexed` until the index holds that document, with the event's number as
its version; or `:Refused` where Elasticsearch does not take the document.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from graph import outbox
from graph.client import Graph, Row, Statement, Transaction
from graph.events import CHANGES_DOCUMENT
from graph.profiles import Role
from graph.records import ROLE_LABELS

REFILLED_AT_ONCE = 2_000

TAKE = Statement(
    "indexing.take",
    """
    MATCH (e:Unindexed) WHERE e.sequence > $after
    WITH e ORDER BY e.sequence LIMIT $limit
    RETURN collect([e.id, e.candidate_id, e.sequence, e.trace]) AS events
    """,
)

WAITING = Statement(
    "indexing.waiting", "RETURN EXISTS { MATCH (e:Unindexed) WHERE e.sequence > 0 } AS waiting"
)

FIRST_UNINDEXED = Statement(
    "indexing.first_unindexed",
    "MATCH (e:Unindexed) WHERE e.sequence > 0 RETURN e.sequence AS sequence ORDER BY e.sequence LIMIT 1",
)

CANDIDATES = Statement(
    "indexing.candidates",
    """
    UNWIND $ids AS id
    MATCH (p:Person {id: id}) WHERE p:Candidate
    RETURN collect({
      person: properties(p),
      labels: labels(p),
      employments: [(p)-[w:WORKED_AT]->(c) |
        [c.name, w.title, w.from, w.to, w.current, w.last_month, w.first_month, w.position]],
      educations: [(p)-[w:STUDIED_AT]->(s) | [s.name, w.degree, w.field, w.last_month, w.position]],
      skills: [(p)-[w:HAS_SKILL]->(s) | [w.position, s.name, w.months, w.last_used]],
      applications: [(p)<-[:BY]-(a:Application)-[:IN_STAGE]->(s) |
        [a.applied_at, a.id, [(a)-[:FOR]->(j) | [j.id, coalesce(j.confidential, false)]][0], s.category, a.status]],
      shortlisted: [(p)-[:SHORTLISTED_FOR]->(j) | [j.id, coalesce(j.confidential, false)]],
      visible_to: [(p)-[:OWNED_BY|SHARED_WITH]->(viewer) | viewer.id],
      contacts: [(p)<-[:TO]-(t:Touch {status: 'SENT'}) WHERE NOT EXISTS { (t)-[:FOR]->(:Job {confidential: true}) } |
        t.sent_at],
      texts: [(p)<-[:ABOUT]-(r:Record) WHERE r.text_document IS NOT NULL | [r.received_at, r.id, r.text_document]]
    }) AS candidates
    """,
)

MARK_INDEXED = Statement(
    "indexing.mark_indexed",
    """
    UNWIND $events AS id
    MATCH (e:Event {id: id})
    SET e.locked = true
    WITH e, e:Unindexed AS waited
    REMOVE e.locked, e:Unindexed
    WITH e WHERE NOT waited
    RETURN collect(DISTINCT e.candidate_id) AS candidates
    """,
)

_CALL_FOR = """
    CALL (id) {
      MATCH (e:Event)
      USING INDEX SEEK e:Event(candidate_id, sequence)
      WHERE e.candidate_id = id AND e.sequence > 0 AND e.type IN $types
      WITH e ORDER BY e.sequence DESC LIMIT 1
      SET e:Unindexed
    }
"""
"""Calls for a candidate's document by the newest event that changed it."""

CALL_AGAIN = Statement("indexing.call_again", "UNWIND $ids AS id" + _CALL_FOR)

CLEAR_REFUSED = Statement(
    "indexing.clear_refused",
    "MATCH (e:Refused) WHERE e.candidate_id IN $candidates REMOVE e:Refused, e.refusal",
)

MARK_REFUSED = Statement(
    "indexing.mark_refused",
    """
    UNWIND $refusals AS row
    UNWIND row.events AS id
    MATCH (e:Event {id: id})
    REMOVE e:Unindexed
    SET e:Refused, e.refusal = row.reason
    """,
)

COUNT_REFUSED = Statement("indexing.count_refused", "MATCH (e:Refused) RETURN count(e) AS total")

KNOWS_INDEX = Statement(
    "indexing.knows_index", "RETURN EXISTS { MATCH (:SearchIndex {identity: $identity}) } AS known"
)

REMEMBER_INDEX = Statement(
    "indexing.remember_index", "MERGE (i:SearchIndex {identity: $identity}) ON CREATE SET i.name = $name"
)

REFILL = Statement(
    "indexing.refill",
    """
    MATCH (p:Person)
    USING INDEX SEEK p:Person(id)
    WHERE p.id > $after AND p:Candidate
    WITH p.id AS id ORDER BY id LIMIT $limit
    """
    + _CALL_FOR
    + "RETURN max(id) AS through",
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Candidates to write: of each the highest number of its events, and those events; `through` ends the stretch.

    `traces` are the spans in which the events happened.
    """

    versions: Mapping[str, int]
    events: Mapping[str, Sequence[str]]
    through: int
    traces: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedEmployment:
    """An employment, with partial dates."""

    company: str | None
    title: str | None
    start: str | None
    end: str | None
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedEducation:
    """An education."""

    school: str
    degree: str | None
    field: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedSkillUse:
    """A skill that employments name: in how many months, and in which last (YYYY-MM)."""

    skill: str
    months: int
    last_used: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedApplication:
    """An application: its stage's category and its status."""

    job_id: str
    category: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedCandidate:
    """A candidate as the index has to hold it.

    `text_document` is the SHA-256 of the newest résumé's text. `applications` and `shortlisted_jobs` are those that
    anybody who recruits may know of, `last_contact` is when the last such message was sent; `jobs` are all that the
    candidate applied for or is on the shortlist of, confidential ones too. `visible_to` names who sees them while they
    are private.
    """

    id: str
    updated_at: str
    name: str | None
    headline: str | None
    summary: str | None
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    links: tuple[str, ...]
    city: str | None
    region: str | None
    country: str | None
    employments: tuple[IndexedEmployment, ...]
    educations: tuple[IndexedEducation, ...]
    skills: tuple[str, ...]
    skill_uses: tuple[IndexedSkillUse, ...]
    languages: tuple[str, ...]
    certificates: tuple[str, ...]
    tags: tuple[str, ...]
    roles: tuple[Role, ...]
    applications: tuple[IndexedApplication, ...]
    shortlisted_jobs: tuple[str, ...]
    jobs: tuple[str, ...]
    private: bool
    visible_to: tuple[str, ...]
    experience_months: int
    contactable: bool
    last_contact: str | None
    text_document: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A candidate whose document the index does not take, and Elasticsearch's name of the reason."""

    events: Sequence[str]
    reason: str


async def take(tx: Transaction, /, *, after: int, limit: int) -> Batch | None:
    """Return the candidates of the oldest `limit` unindexed events with a number above `after`; None without any."""
    taken = await TAKE.value(tx, after=after, limit=limit)
    if not taken:
        return None
    versions: dict[str, int] = {}
    events: dict[str, list[str]] = {}
    for event, candidate, sequence, _ in taken:
        versions[candidate] = sequence
        events.setdefault(candidate, []).append(event)
    traces = frozenset(trace for *_, trace in taken if trace is not None)
    return Batch(versions, events, through=taken[-1][2], traces=traces)


async def waiting(tx: Transaction, /) -> bool:
    """Say whether a numbered event is unindexed."""
    row = await WAITING.row(tx)
    return row is not None and row["waiting"]


async def indexed_through(tx: Transaction, /) -> int:
    """Return the number up to which the index shows every event of the log."""
    last = await outbox.last_sequence(tx)
    row = await FIRST_UNINDEXED.row(tx)
    return min(last, row["sequence"] - 1) if row else last


async def candidates(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, IndexedCandidate]:
    """Return those of the people that are candidates now."""
    found = [_candidate(item) for item in await CANDIDATES.value(tx, ids=list(ids))]
    return {candidate.id: candidate for candidate in found}


async def mark_indexed(
    tx: Transaction, /, *, candidates: Sequence[str], events: Sequence[str], written: AbstractSet[str]
) -> None:
    """Note that the index holds the documents that these events called for.

    `written` are the candidates whose documents were written for that, not found unchanged. Where another process noted one of
    their events meanwhile, it may have found unchanged what was then written over: such candidates are called for again.
    """
    row = await MARK_INDEXED.row(tx, events=list(events))
    if row and (doubtful := sorted(written & frozenset(row["candidates"]))):
        await CALL_AGAIN.run(tx, ids=doubtful, types=sorted(CHANGES_DOCUMENT))
    await CLEAR_REFUSED.run(tx, candidates=list(candidates))


async def mark_refused(tx: Transaction, /, *, refusals: Sequence[Refusal]) -> None:
    """Note that the index does not take these documents, so that they hold up no others."""
    rows = [{"events": list(refusal.events), "reason": refusal.reason} for refusal in refusals]
    await MARK_REFUSED.run(tx, refusals=rows)


async def count_refused(tx: Transaction, /) -> int:
    """Count the events whose documents the index did not take."""
    row = await COUNT_REFUSED.row(tx)
    return row["total"] if row else 0


async def knows_index(tx: Transaction, /, *, identity: str) -> bool:
    """Say whether every candidate was marked for this index (by Elasticsearch's own identifier) once."""
    row = await KNOWS_INDEX.row(tx, identity=identity)
    return row is not None and row["known"]


async def refill(graph: Graph, /, *, identity: str, name: str) -> None:
    """Call for every candidate's document again, for an index that is new or was lost. Safe to repeat.

    Some candidates at a time, each time in a transaction of its own, so that nobody waits for it. Whose events have no number yet is
    called for by these.
    """
    through: str | None = ""
    while through is not None:
        through = await graph.write(_refill, after=through, limit=REFILLED_AT_ONCE)
    await graph.write(_remember_index, identity=identity, name=name)


async def _refill(tx: Transaction, /, *, after: str, limit: int) -> str | None:
    row = await REFILL.row(tx, after=after, limit=limit, types=sorted(CHANGES_DOCUMENT))
    return row["through"] if row else None


async def _remember_index(tx: Transaction, /, *, identity: str, name: str) -> None:
    await REMEMBER_INDEX.run(tx, identity=identity, name=name)


def _candidate(item: Row) -> IndexedCandidate:
    person: Mapping[str, Any] = item["person"]
    labels = item["labels"]
    texts = max(item["texts"], default=None)
    skills = sorted(item["skills"], key=lambda row: row[:2])
    applied = [row for row in item["applications"] if row[2] is not None]
    jobs = {row[2][0] for row in applied} | {job for job, _ in item["shortlisted"]}
    return IndexedCandidate(
        id=person["id"],
        updated_at=person["updated_at"],
        name=person.get("name"),
        headline=person.get("headline"),
        summary=person.get("summary"),
        emails=tuple(person.get("emails", ())),
        phones=tuple(person.get("phones", ())),
        links=tuple(person.get("links", ())),
        city=person.get("city"),
        region=person.get("region"),
        country=person.get("country"),
        employments=tuple(
            IndexedEmployment(company=row[0], title=row[1], start=row[2], end=row[3], current=row[4])
            for row in sorted(item["employments"], key=lambda row: (*_latest_first(row[5], row[6]), row[7]))
        ),
        educations=tuple(
            IndexedEducation(school=row[0], degree=row[1], field=row[2])
            for row in sorted(item["educations"], key=lambda row: (*_latest_first(row[3]), row[4]))
        ),
        skills=tuple(row[1] for row in skills),
        skill_uses=tuple(
            IndexedSkillUse(skill=row[1], months=row[2], last_used=row[3]) for row in skills if row[3]
        ),
        languages=tuple(person.get("languages", ())),
        experience_months=person["experience_months"],
        certificates=tuple(person.get("certificates", ())),
        tags=tuple(person.get("tags", ())),
        roles=tuple(role for role, label in ROLE_LABELS.items() if label in labels),
        applications=tuple(
            IndexedApplication(job_id=row[2][0], category=row[3], status=row[4])
            for row in sorted(applied, key=lambda row: row[:2], reverse=True)
            if not row[2][1]
        ),
        shortlisted_jobs=tuple(sorted(job for job, confidential in item["shortlisted"] if not confidential)),
        jobs=tuple(sorted(jobs)),
        private=bool(person.get("private")),
        visible_to=tuple(sorted(set(item["visible_to"]))),
        last_contact=max(item["contacts"], default=None),
        contactable=bool(person.get("consent_granted")) and person.get("opted_out_at") is None,
        text_document=texts[2] if texts else None,
    )


def _latest_first(*months: int | None) -> tuple[int, ...]:
    return tuple(1 if month is None else -month for month in months)
