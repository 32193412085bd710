from dataclasses import dataclass

from graph import outbox
from graph.client import Statement, Transaction
from graph.events import EventType, NewEvent, Subject

ACTOR = "candidate"
"""Who opts out: the holder of the link, without a token."""

OPT_OUT = Statement(
    "opt_outs.opt_out",
    """
    MATCH (t:Touch {unsubscribe_key: $key})-[:TO]->(p:Person)
    SET p.locked = true
    REMOVE p.locked
    WITH t, p, p.opted_out_at AS before
    SET p.opted_out_at = coalesce(before, $at)
    WITH t, p, before
    OPTIONAL MATCH (t)-[:AT]->(a:EmailAddress)
    SET a.opted_out_at = coalesce(a.opted_out_at, $at)
    RETURN p.id AS person, p.opted_out_at AS at, before IS NULL AS first, t.id AS touch
    """,
)


@dataclass(frozen=True, slots=True)
class OptOut:
    """Who is not written to any more, and since when; `first` if this call made it so."""

    person_id: str
    at: str
    first: bool


async def opt_out(tx: Transaction, /, *, unsubscribe_key: str, at: str, event_id: str) -> OptOut | None:
    """Note that the receiver of a message wants no more of them; None for a key that was never given out.

    Both the person and the address that the message went to are opted out: the address stays so under another
    profile, the person under another address. Queued touches are cancelled when they are claimed.
    """
    row = await OPT_OUT.row(tx, key=unsubscribe_key, at=at)
    if row is None:
        return None
    if row["first"]:
        subject = Subject(candidate_id=row["person"], touch_id=row["touch"])
        event = NewEvent(id=event_id, type=EventType.CANDIDATE_OPTED_OUT, at=at, actor=ACTOR, subject=subject)
        await outbox.append(tx, [event])
    return OptOut(row["person"], row["at"], first=row["first"])
