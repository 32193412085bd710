"""The way of a queued touch: claimed by one worker, then sent, failed, given back, or uncertain.

A claim is committed before anything goes to the mail server, and a claimed touch goes back into the queue only when
its own claimant says that the server did not take it. So no message is sent twice; a claim whose worker died ends as
UNCERTAIN, for a human to decide.
"""

from dataclasses import dataclass

from graph import outbox
from graph.client import Row, Statement, Transaction
from graph.events import EventType, NewEvent, Subject
from graph.outreach.merging import MergeField, MissingValue, fields_of, first_name, render_line, render_text
from graph.outreach.touches import TouchStatus, recipient_of, refusal

WORKER_LOST = "WORKER_LOST"
"""Reason of an UNCERTAIN touch whose worker did not come back."""

LOCK = Statement(
    "sending.lock",
    "MATCH (t:Touch {id: $id}) SET t.locked = true REMOVE t.locked",
)
LOAD = Statement(
    "sending.load",
    """
    MATCH (template:Template)<-[:USING]-(t:Touch {id: $id})-[:TO]->(p:Person)
    RETURN p.id AS id, p.id AS candidate, p.name AS name, p.emails AS emails, p.consent_granted AS consent,
           p.opted_out_at AS opted_out_at,
           [(p)-[:HAS_EMAIL]->(a) | a{.address, .opted_out_at}] AS addresses,
           t.status AS status, t.touched_at AS touched_at, t.queued_at AS queued_at, t.attempts AS attempts,
           t.unsubscribe_key AS unsubscribe_key, t.sender_name AS sender_name, t.company_name AS company_name,
           template.id AS template_id, template.subject AS subject, template.body AS body,
           [(t)-[:FOR]->(j:Job) | j.id][0] AS job_id, [(t)-[:FOR]->(j:Job) | j.title][0] AS job_title,
           [(t)-[:SENT_BY]->(s)-[:HAS_EMAIL]->(e) | e.address] AS reply_to
    """,
)
CLAIM = Statement(
    "sending.claim",
    """
    MATCH (t:Touch {id: $id}), (a:EmailAddress {address: $address})
    OPTIONAL MATCH (t)-[old:AT]->()
    SET t.status = 'SENDING', t.reason = null, t.claim_id = $claim, t.touched_at = $at,
        t.attempts = t.attempts + 1, t.subject = $subject
    DELETE old
    MERGE (t)-[:AT]->(a)
    """,
)
SETTLE = Statement(
    "sending.settle",
    """
    MATCH (t:Touch {id: $id})
    SET t.status = $status, t.reason = $reason, t.touched_at = $at,
        t.sent_at = CASE $status WHEN 'SENT' THEN $at END,
        t.message_id = CASE $status WHEN 'SENT' THEN $message_id END
    """,
)
CLAIMED = Statement(
    "sending.claimed",
    """
    MATCH (template:Template)<-[:USING]-(t:Touch {id: $id})-[:TO]->(p:Person)
    WHERE t.claim_id = $claim AND t.status IN ['SENDING', 'UNCERTAIN']
    RETURN p.id AS candidate, template.id AS template_id, [(t)-[:FOR]->(j:Job) | j.id][0] AS job_id
    """,
)
STALE = Statement(
    "sending.stale",
    """
    UNWIND [['QUEUED', $queued_before], ['SENDING', $sending_before]] AS wanted
    CALL (wanted) {
      MATCH (t:Touch)
      WHERE t.status = wanted[0] AND t.touched_at < wanted[1]
      RETURN t ORDER BY t.touched_at, t.id LIMIT $limit
    }
    RETURN t.id AS id ORDER BY t.touched_at, t.id LIMIT $limit
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedTouch:
    """A message that is ours to send, merged and checked."""

    id: str
    claim_id: str
    address: str
    subject: str
    body: str
    sender_name: str
    reply_to: str | None
    unsubscribe_key: str
    queued_at: str


async def claim_touch(
    tx: Transaction,
    /,
    *,
    touch_id: str,
    claim_id: str,
    event_id: str,
    at: str,
    lost_before: str,
    actor: str,
) -> ClaimedTouch | TouchStatus | None:
    """Take a queued touch for sending, if the person may still be written to.

    A touch that was claimed before `lost_before` and never settled becomes UNCERTAIN; one that may no longer be sent
    CANCELLED. Returns the status where there is nothing to send, None where there is no such touch.
    """
    await LOCK.run(tx, id=touch_id)
    row = await LOAD.row(tx, id=touch_id)
    if row is None:
        return None
    status = TouchStatus(row["status"])
    end = _End(touch_id, event_id, actor, at)
    if status is TouchStatus.SENDING and row["touched_at"] < lost_before:
        await _settle(tx, end, row, status=TouchStatus.UNCERTAIN, reason=WORKER_LOST)
        return TouchStatus.UNCERTAIN
    if status is not TouchStatus.QUEUED:
        return status
    recipient = recipient_of(row)
    refused = refusal(recipient, fields_of(row["subject"], row["body"]))
    if refused is not None:
        await _settle(tx, end, row, status=TouchStatus.CANCELLED, reason=refused)
        return TouchStatus.CANCELLED
    values = {
        MergeField.CANDIDATE_FIRST_NAME: first_name(recipient.name),
        MergeField.CANDIDATE_NAME: recipient.name,
        MergeField.JOB_TITLE: row["job_title"],
        MergeField.SENDER_NAME: row["sender_name"],
        MergeField.COMPANY_NAME: row["company_name"],
    }
    try:
        subject, body = render_line(row["subject"], values), render_text(row["body"], values)
    except MissingValue as missing:
        await _settle(tx, end, row, status=TouchStatus.CANCELLED, reason=missing.code)
        return TouchStatus.CANCELLED
    address = recipient.addresses[0]
    await CLAIM.run(tx, id=touch_id, address=address, claim=claim_id, at=at, subject=subject)
    return ClaimedTouch(
        id=touch_id,
        claim_id=claim_id,
        address=address,
        subject=subject,
        body=body,
        sender_name=row["sender_name"],
        reply_to=min(row["reply_to"], default=None),
        unsubscribe_key=row["unsubscribe_key"],
        queued_at=row["queued_at"],
    )


async def mark_sent(
    tx: Transaction, /, *, touch_id: str, claim_id: str, message_id: str, event_id: str, at: str, actor: str
) -> bool:
    """Note that the server took the message; says whether the claim was still ours."""
    return await _end(
        tx, _End(touch_id, event_id, actor, at), claim_id, TouchStatus.SENT, None, message_id=message_id
    )


async def mark_failed(
    tx: Transaction, /, *, touch_id: str, claim_id: str, reason: str, event_id: str, at: str, actor: str
) -> bool:
    """Note that the message was refused for good; says whether the claim was still ours."""
    return await _end(tx, _End(touch_id, event_id, actor, at), claim_id, TouchStatus.FAILED, reason)


async def mark_uncertain(
    tx: Transaction, /, *, touch_id: str, claim_id: str, reason: str, event_id: str, at: str, actor: str
) -> bool:
    """Note that nobody knows whether the server took the message; says whether the claim was still ours."""
    return await _end(tx, _End(touch_id, event_id, actor, at), claim_id, TouchStatus.UNCERTAIN, reason)


async def release(tx: Transaction, /, *, touch_id: str, claim_id: str, reason: str, at: str) -> bool:
    """Give a touch back that the server surely did not take; says whether the claim was still ours."""
    await LOCK.run(tx, id=touch_id)
    if await CLAIMED.row(tx, id=touch_id, claim=claim_id) is None:
        return False
    await SETTLE.run(tx, id=touch_id, status=TouchStatus.QUEUED, reason=reason, at=at, message_id=None)
    return True


async def stale_touches(
    tx: Transaction, /, *, queued_before: str, sending_before: str, limit: int
) -> tuple[str, ...]:
    """Return touches that nobody has worked on since, the longest waiting first: each wants `send_touch` again."""
    rows = await STALE.rows(tx, queued_before=queued_before, sending_before=sending_before, limit=limit)
    return tuple(row["id"] for row in rows)


@dataclass(frozen=True, slots=True)
class _End:
    touch_id: str
    event_id: str
    actor: str
    at: str


_EVENTS = {
    TouchStatus.SENT: EventType.TOUCH_SENT,
    TouchStatus.FAILED: EventType.TOUCH_FAILED,
    TouchStatus.UNCERTAIN: EventType.TOUCH_UNCERTAIN,
    TouchStatus.CANCELLED: EventType.TOUCH_CANCELLED,
}


async def _end(
    tx: Transaction,
    end: _End,
    claim_id: str,
    status: TouchStatus,
    reason: str | None,
    *,
    message_id: str | None = None,
) -> bool:
    await LOCK.run(tx, id=end.touch_id)
    row = await CLAIMED.row(tx, id=end.touch_id, claim=claim_id)
    if row is None:
        return False
    await _settle(tx, end, row, status=status, reason=reason, message_id=message_id)
    return True


async def _settle(
    tx: Transaction,
    end: _End,
    row: Row,
    *,
    status: TouchStatus,
    reason: str | None,
    message_id: str | None = None,
) -> None:
    await SETTLE.run(tx, id=end.touch_id, status=status, reason=reason, at=end.at, message_id=message_id)
    event = NewEvent(
        id=end.event_id,
        type=_EVENTS[status],
        at=end.at,
        actor=end.actor,
        subject=Subject(
            candidate_id=row["candidate"],
            job_id=row["job_id"],
            template_id=row["template_id"],
            touch_id=end.touch_id,
        ),
        detail={"reason": reason} if reason else {},
    )
    await outbox.append(tx, [event])
