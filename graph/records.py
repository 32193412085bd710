"""Records about people: kept as they came, matched to a person by e-mail or external id, projected into the profile."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph import outbox
from graph.client import Statement, Transaction
from graph.events import EventType, NewEvent, Subject
from graph.profile_edges import write_edges
from graph.profiles import (
    PROFILE,
    Account,
    Consent,
    Profile,
    Projection,
    RecordKind,
    Role,
    experience_months,
    first_month,
    project,
)
from graph.reading import Shown
from graph.visibility import SYSTEM, Viewer, seen

ROLE_LABELS = {
    Role.EMPLOYEE: "Employee",
    Role.RECRUITER: "Recruiter",
    Role.HIRING_MANAGER: "HiringManager",
    Role.INTERVIEWER: "Interviewer",
}

KNOWN_RECORDS = Statement(
    "records.known",
    "UNWIND $ids AS id MATCH (r:Record {id: id})-[:ABOUT]->(p:Person) RETURN r.id AS record, p.id AS person",
)

CLAIM_ADDRESSES = Statement(
    "records.claim_addresses",
    """
    UNWIND $addresses AS address
    MERGE (a:EmailAddress {address: address})
    SET a.claimed_at = $at
    WITH a
    OPTIONAL MATCH (a)<-[:HAS_EMAIL]-(p:Person)
    RETURN a.address AS key, p.id AS person
    """,
)

CLAIM_EXTERNAL_IDS = Statement(
    "records.claim_external_ids",
    """
    UNWIND $external_ids AS x
    MERGE (e:ExternalId {kind: 'Person', system: x.system, value: x.value})
    SET e.claimed_at = $at
    WITH e
    OPTIONAL MATCH (e)-[:OF]->(p:Person)
    RETURN e.system AS system, e.value AS value, p.id AS person
    """,
)

ACCOUNTS = Statement(
    "records.accounts",
    """
    UNWIND $people AS id
    MATCH (p:Person {id: id})
    SET p.locked = true
    REMOVE p.locked
    WITH p
    MATCH (p)<-[:ABOUT]-(r:Record)
    RETURN p.id AS person, p:Candidate AS candidate, r.id AS record, r.kind AS kind,
           r.received_at AS received_at, r.profile AS profile,
           r.consent_granted AS consent_granted, r.consent_at AS consent_at, r.consent_basis AS consent_basis
    """,
)

WRITE_PEOPLE = Statement(
    "records.write_people",
    """
    UNWIND $people AS row
    MERGE (p:Person {id: row.id})
    ON CREATE SET p.created_at = $at, p.version = 0
    SET p += row.properties, p.version = p.version + 1, p.updated_at = $at, p:$(row.labels)
    WITH p, row
    WHERE row.known
    MATCH (p)-[old:WORKED_AT|STUDIED_AT|HAS_SKILL]->(place)
    DELETE old
    WITH place
    WHERE place:UnnamedCompany
    DELETE place
    """,
)

WRITE_RECORDS = Statement(
    "records.write_records",
    """
    UNWIND $records AS row
    MATCH (p:Person {id: row.person})
    CREATE (r:Record)-[:ABOUT]->(p)
    SET r = row.properties
    """,
)

LINK_ADDRESSES = Statement(
    "records.link_addresses",
    """
    UNWIND $links AS link
    MATCH (p:Person {id: link.person}), (a:EmailAddress {address: link.address})
    MERGE (p)-[:HAS_EMAIL]->(a)
    SET p.opted_out_at = coalesce(p.opted_out_at, a.opted_out_at)
    """,
)

LINK_EXTERNAL_IDS = Statement(
    "records.link_external_ids",
    """
    UNWIND $links AS link
    MATCH (p:Person {id: link.person}), (e:ExternalId {kind: 'Person', system: link.system, value: link.value})
    MERGE (e)-[:OF]->(p)
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A record on its way in.

    `id` is the same each time the same thing comes in; `person_id` and `event_id` are used if it makes a new person
    or changes one.
    """

    id: str
    kind: RecordKind
    origin: str
    received_at: str
    profile: Profile
    person_id: str
    event_id: str
    about: str | None = None
    """The person it is about, where the sender knows; otherwise e-mail and external ids decide."""
    external_ids: tuple[tuple[str, str], ...] = ()
    consent: Consent | None = None
    roles: tuple[Role, ...] = ()
    document: str | None = None
    """SHA-256 of the bytes that it was read from."""


@dataclass(frozen=True, slots=True)
class SavedRecord:
    """Where a record went: `created` if it made the person, `repeated` if it was there already."""

    record_id: str
    person_id: str
    created: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class _Matches:
    """Whom each fresh record is about, and the addresses and external ids that this makes theirs."""

    people: dict[str, str]
    addresses: list[dict[str, str]]
    external_ids: list[dict[str, str]]


async def save_records(
    tx: Transaction, /, *, records: Sequence[NewRecord], actor: str, at: str, viewer: Viewer = SYSTEM
) -> list[SavedRecord]:
    """Keep records, find or make the person of each, project the profiles anew and report each in the event log.

    A record whose id is there already changes nothing. A record's first e-mail address that belongs to someone decides
    whom it is about, then external ids; addresses that belong to somebody else stay theirs. Someone whom the viewer does
    not see decides nothing: the record makes another person, to whom the addresses belong as well, so that the answer
    tells nothing of the first.
    """
    known = {
        row["record"]: row["person"] for row in await KNOWN_RECORDS.rows(tx, ids=[r.id for r in records])
    }
    new: dict[str, NewRecord] = {}
    for record in records:
        if record.id not in known:
            new.setdefault(record.id, record)
    fresh = list(new.values())
    people: dict[str, str] = {}
    created: set[str] = set()
    if fresh:
        matches = await _match(tx, fresh, viewer, at=at)
        people = matches.people
        created = await _write(tx, fresh, matches, actor=actor, at=at)
    saved = []
    for record in records:
        repeated = record.id in known
        if not repeated:
            known[record.id] = people[record.id]
        person = known[record.id]
        saved.append(SavedRecord(record.id, person, created=person in created, repeated=repeated))
        created.discard(person)
    return saved


async def _match(tx: Transaction, records: Sequence[NewRecord], viewer: Viewer, *, at: str) -> _Matches:
    claims: dict[str | tuple[str, str], set[str]] = defaultdict(set)
    addresses = sorted({email for r in records for email in r.profile.emails})
    pairs = sorted({pair for r in records for pair in r.external_ids})
    for row in await CLAIM_ADDRESSES.rows(tx, addresses=addresses, at=at):
        claims[row["key"]] |= {row["person"]} - {None}
    external_ids = [{"system": system, "value": value} for system, value in pairs]
    for row in await CLAIM_EXTERNAL_IDS.rows(tx, external_ids=external_ids, at=at):
        claims[row["system"], row["value"]] |= {row["person"]} - {None}
    known = frozenset(person for claimed in claims.values() for person in claimed)
    if not viewer.sees_everything:
        known = await seen(tx, viewer=viewer, shown=Shown.PERSON, ids=known)
    owners: dict[str | tuple[str, str], str | None] = {
        key: min(claimed & known, default=None) for key, claimed in claims.items()
    }
    found = _Matches({}, [], [])
    for record in records:
        keys: tuple[str | tuple[str, str], ...] = (*record.profile.emails, *record.external_ids)
        person = record.about or next((owner for key in keys if (owner := owners[key])), record.person_id)
        found.people[record.id] = person
        for key in keys:
            if owners[key] is not None:
                continue
            owners[key] = person
            if isinstance(key, str):
                found.addresses.append({"person": person, "address": key})
            else:
                found.external_ids.append({"person": person, "system": key[0], "value": key[1]})
    return found


async def _write(
    tx: Transaction, records: Sequence[NewRecord], matches: _Matches, *, actor: str, at: str
) -> set[str]:
    """Write records and profiles; return the people that are new."""
    accounts: dict[str, list[Account]] = defaultdict(list)
    consents: dict[str, list[Consent]] = defaultdict(list)
    candidates: set[str] = set()
    for row in await ACCOUNTS.rows(tx, people=sorted(set(matches.people.values()))):
        accounts[row["person"]].append(
            Account(
                record_id=row["record"],
                kind=RecordKind(row["kind"]),
                received_at=row["received_at"],
                profile=PROFILE.validate_json(row["profile"]),
            )
        )
        if row["candidate"]:
            candidates.add(row["person"])
        if row["consent_at"]:
            consents[row["person"]].append(
                Consent(granted=row["consent_granted"], at=row["consent_at"], basis=row["consent_basis"])
            )
    known = set(accounts)
    labels: dict[str, set[str]] = defaultdict(set)
    for record in records:
        person = matches.people[record.id]
        accounts[person].append(
            Account(
                record_id=record.id, kind=record.kind, received_at=record.received_at, profile=record.profile
            )
        )
        if record.consent:
            consents[person].append(record.consent)
        labels[person] |= _labels(record)
    candidates |= {person for person, names in labels.items() if "Candidate" in names}
    projections = {person: project(accounts[person]) for person in labels}
    await WRITE_PEOPLE.run(
        tx,
        at=at,
        people=[
            {
                "id": person,
                "properties": _person_properties(projections[person], consents[person], at=at),
                "labels": sorted(labels[person]),
                "known": person in known,
            }
            for person in sorted(labels)
        ],
    )
    await WRITE_RECORDS.run(
        tx, records=[_record_row(record, matches.people[record.id]) for record in records]
    )
    await LINK_ADDRESSES.run(tx, links=matches.addresses)
    await LINK_EXTERNAL_IDS.run(tx, links=matches.external_ids)
    await write_edges(tx, projections, at=at)
    events, made = [], set(known)
    for record in records:
        person = matches.people[record.id]
        events.append(
            NewEvent(
                id=record.event_id,
                type=_event_type(candidate=person in candidates, known=person in made),
                at=at,
                actor=actor,
                subject=Subject(candidate_id=person),
                detail={"record": record.id, "kind": str(record.kind)},
            )
        )
        made.add(person)
    await outbox.append(tx, events)
    return set(labels) - known


def _labels(record: NewRecord) -> set[str]:
    if record.roles:
        return {"Colleague", *(ROLE_LABELS[role] for role in record.roles)}
    return {"Candidate"}


def _event_type(*, candidate: bool, known: bool) -> EventType:
    if candidate:
        return EventType.CANDIDATE_UPDATED if known else EventType.CANDIDATE_CREATED
    return EventType.COLLEAGUE_UPDATED if known else EventType.COLLEAGUE_CREATED


def _person_properties(projection: Projection, consents: Sequence[Consent], *, at: str) -> dict[str, Any]:
    profile = projection.profile
    location = profile.location
    consent = max(consents, key=lambda c: (c.at, not c.granted), default=None)
    return {
        "name": profile.name,
        "headline": profile.headline or _latest_title(projection),
        "summary": profile.summary,
        "emails": list(profile.emails),
        "phones": list(profile.phones),
        "links": list(profile.links),
        "languages": list(profile.languages),
        "certificates": list(profile.certificates),
        "tags": list(profile.tags),
        "city": location.city if location else None,
        "region": location.region if location else None,
        "country": location.country if location else None,
        "experience_months": experience_months(profile.employments, this_month=first_month(at[:7])),
        "consent_granted": consent.granted if consent else None,
        "consent_at": consent.at if consent else None,
        "consent_basis": consent.basis if consent else None,
    }


def _latest_title(projection: Projection) -> str | None:
    dated = [(span, e) for e in projection.profile.employments if e.title and (span := e.months())]
    return max(dated, key=lambda pair: (pair[0][1], pair[0][0]))[1].title if dated else None


def _record_row(record: NewRecord, person: str) -> dict[str, Any]:
    consent = record.consent
    return {
        "person": person,
        "properties": {
            "id": record.id,
            "kind": str(record.kind),
            "origin": record.origin,
            "received_at": record.received_at,
            "profile": PROFILE.dump_json(record.profile, exclude_defaults=True).decode(),
            "document": record.document,
            "consent_granted": consent.granted if consent else None,
            "consent_at": consent.at if consent else None,
            "consent_basis": consent.basis if consent else None,
        },
    }
