"""Touches: each dated contact with a person, queued once for a key and candidate, or refused with a reason.

A refusal is kept too, as a touch that was never queued: a repeated call must answer what the first one did, and the
timeline shows that nothing was sent and why. Only an unknown id leaves nothing behind, as there is nobody to hang it on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from hmac import new as hmac

from graph import outbox
from graph.client import Row, Statement, Transaction
from graph.errors import Code, InvalidInput, NotFound
from graph.events import EventType, NewEvent, Subject
from graph.idempotency import key_of, reserve
from graph.ids import derived_id
from graph.outreach.merging import MergeField, fields_of, first_name, one_line
from graph.reading import Anchor, Pattern, Shown, Source
from graph.visibility import SYSTEM, Viewer, require, seen

MOST_CANDIDATES = 500
LONGEST_KEY = 200
SHORTEST_SEED = 32
MOST_OF_A_PERSON = 200
NAME_FIELDS = frozenset({MergeField.CANDIDATE_NAME, MergeField.CANDIDATE_FIRST_NAME})

SOURCES = Statement(
    "touches.sources",
    """
    OPTIONAL MATCH (t:Template {id: $template})
    OPTIONAL MATCH (j:Job {id: $job})
    OPTIONAL MATCH (p:Person:Colleague {id: $sender})
    RETURN t.subject AS subject, t.body AS body, j.title AS job_title, p IS NOT NULL AS sender
    """,
)
RECIPIENTS = Statement(
    "touches.recipients",
    """
    UNWIND $ids AS id
    MATCH (p:Person:Candidate {id: id})
    RETURN p.id AS id, p.name AS name, p.emails AS emails, p.consent_granted AS consent,
           p.opted_out_at AS opted_out_at,
           [(p)-[:HAS_EMAIL]->(a) | a{.address, .opted_out_at}] AS addresses
    """,
)
FIRST_OUTCOMES = Statement(
    "touches.first_outcomes",
    "UNWIND $ids AS id MATCH (t:Touch {id: id}) RETURN t.id AS id, t.status AS status, t.reason AS reason",
)
KEEP = Statement(
    "touches.keep",
    """
    MATCH (template:Template {id: $template})
    UNWIND $touches AS row
    MATCH (p:Person {id: row.candidate})
    MERGE (t:Touch {id: row.properties.id})
    WITH template, row, p, t
    WHERE t.status IS NULL
    SET t = row.properties
    CREATE (t)-[:TO]->(p), (t)-[:USING]->(template)
    WITH t
    OPTIONAL MATCH (j:Job {id: $job})
    FOREACH (job IN CASE WHEN j IS NULL THEN [] ELSE [j] END | CREATE (t)-[:FOR]->(job))
    WITH t
    OPTIONAL MATCH (sender:Person {id: $sender})
    FOREACH (s IN CASE WHEN sender IS NULL THEN [] ELSE [sender] END | CREATE (t)-[:SENT_BY]->(s))
    RETURN t.id AS id
    """,
)
TOUCH = Anchor("touches.touch", "(@node:Touch {id: @id})", Shown.TOUCH)
TEMPLATE_ID = Source("[(@node)-[:USING]->(t:Template) | t.id][0]")
OF_PERSON = Pattern(
    name="touches.of_person",
    match="(@parent)<-[:TO]-(@node:Touch)",
    shows=Shown.TOUCH,
    order="@node.queued_at DESC, @node.id DESC",
    most=MOST_OF_A_PERSON,
)


class TouchStatus(StrEnum):
    """How far a touch has come. REFUSED was never queued; CANCELLED was queued, but may no longer be sent.

    UNCERTAIN may or may not have been taken by the mail server, and is not sent again by itself.
    """

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    UNCERTAIN = "UNCERTAIN"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"


class Refusal(StrEnum):
    """Why a person is not written to."""

    NOT_FOUND = "NOT_FOUND"
    OPTED_OUT = "OPTED_OUT"
    NO_CONSENT = "NO_CONSENT"
    NO_EMAIL = "NO_EMAIL"
    NO_NAME = "NO_NAME"
    """The template calls the candidate by a name that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """In whose name a message is written; `id` where that is a colleague in the graph."""

    name: str
    company_name: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchOutcome:
    """What the first call with this key did for a candidate; `repeated` if that was an earlier call."""

    candidate_id: str
    touch_id: str | None
    queued: bool
    refusal: Refusal | None
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """What decides whether and where a person may be written to; `addresses` are the usable ones, best first."""

    id: str
    name: str | None
    consent: bool
    opted_out: bool
    addresses: tuple[str, ...]


async def queue_touches(
    tx: Transaction,
    /,
    *,
    key: str,
    candidate_ids: Sequence[str],
    template_id: str,
    job_id: str | None,
    sender: Sender,
    unsubscribe_seed: str,
    actor: str,
    at: str,
    viewer: Viewer = SYSTEM,
) -> tuple[TouchOutcome, ...]:
    """Queue one e-mail to each candidate, once for a key and candidate; refusals are part of the result.

    `unsubscribe_seed` is a fresh secret of at least 32 characters, from which the unsubscribe keys are made; event ids
    are derived from those of the touches. A candidate whom the viewer does not see is refused as not found, whatever an
    earlier call with the key did.

    Raises:
        InvalidInput: too many candidates, a bad key, or the template asks for a job or company that is not given.
        NotFound: there is no such template, job or sender for the viewer.
        Conflict: the key belongs to messages with another template or job.
    """
    _check(key, candidate_ids, unsubscribe_seed)
    fields = await _checked_sources(tx, viewer, template_id=template_id, job_id=job_id, sender=sender)
    await reserve(tx, key=key_of("campaign", key, f"{template_id} {job_id or ''}"))
    visible = await seen(tx, viewer=viewer, shown=Shown.CANDIDATE, ids=set(candidate_ids))
    touch_ids = {id_: derived_id("touch", key, id_) for id_ in sorted(set(candidate_ids))}
    first = await _first_outcomes(tx, [touch for id_, touch in touch_ids.items() if id_ in visible])
    fresh = [id_ for id_, touch in touch_ids.items() if touch not in first]
    recipients = await recipients_of(tx, ids=[id_ for id_ in fresh if id_ in visible])
    refusals = {id_: refusal(recipients.get(id_), fields) for id_ in fresh}
    rows = [
        {
            "candidate": id_,
            "properties": {
                "id": touch_ids[id_],
                "key": key,
                "channel": "EMAIL",
                "status": str(TouchStatus.REFUSED if refusals[id_] else TouchStatus.QUEUED),
                "reason": refusals[id_] and str(refusals[id_]),
                "sender_name": sender.name,
                "company_name": sender.company_name,
                "queued_at": at,
                "touched_at": at,
                "attempts": 0,
                "unsubscribe_key": hmac(
                    unsubscribe_seed.encode(), touch_ids[id_].encode(), sha256
                ).hexdigest(),
            },
        }
        for id_ in fresh
        if refusals[id_] != Refusal.NOT_FOUND
    ]
    kept = await KEEP.rows(tx, template=template_id, job=job_id, sender=sender.id, touches=rows)
    made = {row["id"] for row in kept}
    lost = [
        touch
        for id_, touch in touch_ids.items()
        if id_ in visible and touch not in made and touch not in first
    ]
    first |= await _first_outcomes(tx, lost)
    queued = [id_ for id_ in fresh if touch_ids[id_] in made and refusals[id_] is None]
    await outbox.append(
        tx,
        [
            NewEvent(
                id=derived_id("event", touch_ids[id_], "queued"),
                type=EventType.TOUCH_QUEUED,
                at=at,
                actor=actor,
                subject=Subject(
                    candidate_id=id_, job_id=job_id, template_id=template_id, touch_id=touch_ids[id_]
                ),
            )
            for id_ in queued
        ],
    )
    outcomes = {
        id_: TouchOutcome(
            candidate_id=id_,
            touch_id=touch if touch in made or touch in first else None,
            queued=(found := first[touch] if touch in first else refusals[id_]) is None,
            refusal=found,
            repeated=touch in first,
        )
        for id_, touch in touch_ids.items()
    }
    return tuple(outcomes[id_] for id_ in dict.fromkeys(candidate_ids))


async def recipients_of(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, Recipient]:
    """Return those of the candidates that exist, as far as writing to them goes."""
    return {row["id"]: recipient_of(row) for row in await RECIPIENTS.rows(tx, ids=list(ids))}


def recipient_of(row: Row) -> Recipient:
    """Read a recipient from a row with a person's consent and addresses; the profile's order decides."""
    order = {address: place for place, address in enumerate(row["emails"] or ())}
    usable = [a["address"] for a in row["addresses"] if not a["opted_out_at"]]
    return Recipient(
        id=row["id"],
        name=row["name"],
        consent=row["consent"] is True,
        opted_out=row["opted_out_at"] is not None or (bool(row["addresses"]) and not usable),
        addresses=tuple(sorted(usable, key=lambda a: (order.get(a, len(order)), a))),
    )


def refusal(recipient: Recipient | None, fields: frozenset[MergeField]) -> Refusal | None:
    """Return why this recipient is not written to with a template of these fields, or None."""
    if recipient is None:
        return Refusal.NOT_FOUND
    if recipient.opted_out:
        return Refusal.OPTED_OUT
    if not recipient.consent:
        return Refusal.NO_CONSENT
    if not recipient.addresses:
        return Refusal.NO_EMAIL
    if fields & NAME_FIELDS and first_name(recipient.name) is None:
        return Refusal.NO_NAME
    return None


def _check(key: str, candidate_ids: Sequence[str], unsubscribe_seed: str) -> None:
    if not key.strip() or len(key) > LONGEST_KEY:
        raise InvalidInput(
            Code.OUT_OF_RANGE, f"the key has 1 to {LONGEST_KEY} characters; give one", field="idempotencyKey"
        )
    if not 1 <= len(candidate_ids) <= MOST_CANDIDATES:
        message = f"one call reaches 1 to {MOST_CANDIDATES} candidates; give that many ids"
        raise InvalidInput(Code.TOO_MANY, message, field="candidates")
    if len(unsubscribe_seed) < SHORTEST_SEED:
        raise InvalidInput(
            Code.MALFORMED, f"the unsubscribe seed has at least {SHORTEST_SEED} characters; make a longer one"
        )


async def _checked_sources(
    tx: Transaction, viewer: Viewer, *, template_id: str, job_id: str | None, sender: Sender
) -> frozenset[MergeField]:
    """Return the template's fields."""
    found = await SOURCES.row(tx, template=template_id, job=job_id, sender=sender.id)
    if found is None or found["body"] is None:
        raise NotFound("template", field="templateId")
    if job_id is not None:
        await require(tx, viewer=viewer, shown=Shown.JOB, id=job_id, what="job", field="job")
        if found["job_title"] is None:
            raise NotFound("job", field="job")
    if sender.id is not None and not found["sender"]:
        raise NotFound("colleague", field="sender")
    fields = fields_of(found["subject"], found["body"])
    given = {
        MergeField.JOB_TITLE: ("job", found["job_title"]),
        MergeField.SENDER_NAME: ("sender", sender.name),
        MergeField.COMPANY_NAME: ("companyName", sender.company_name),
    }
    for field, (argument, value) in given.items():
        if field in fields and not one_line(value or ""):
            raise InvalidInput(
                Code.MERGE_VALUE_MISSING, f"the template asks for {field}; give it", field=argument
            )
    if not one_line(sender.name):
        raise InvalidInput(Code.REQUIRED, "a message needs a sender's name; give one", field="sender")
    return fields


async def _first_outcomes(tx: Transaction, touch_ids: Iterable[str]) -> dict[str, Refusal | None]:
    rows = await FIRST_OUTCOMES.rows(tx, ids=list(touch_ids))
    return {
        row["id"]: Refusal(row["reason"]) if row["status"] == TouchStatus.REFUSED else None for row in rows
    }
