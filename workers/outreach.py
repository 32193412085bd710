"""Sends queued touches: claims one, composes it, hands it to the mail server and writes down what became of it."""

import logging
from datetime import UTC, datetime, timedelta

from graph.client import Graph
from graph.ids import new_id, timestamp
from graph.outreach.sending import (
    ClaimedTouch,
    claim_touch,
    mark_failed,
    mark_sent,
    mark_uncertain,
    release,
    stale_touches,
)
from graph.outreach.touches import TouchStatus
from workers.broker import Queue, Task
from workers.mail import Mailer, NotTaken, Refused, Unclear, compose, message_id
from workers.metrics import MAILS
from workers.settings_mail import MailSettings

LOG = logging.getLogger(__name__)

SEND_TOUCH = Task("send_touch", Queue.OUTREACH, interruptible=False)

ACTOR = "worker:outreach"
RETRY_SECONDS = 30.0
"""Pause before a touch that the server did not take, or whose message got lost, is called for again."""
LOST_SECONDS = 600.0
"""Age of a claim, well above the longest sending, from which its worker counts as dead."""
GIVE_UP_DAYS = 4
"""After so long a message that the server never took is given up (RFC 5321, 4.5.4.1)."""
GAVE_UP = "GAVE_UP"


class TouchSender:
    """Sends touches one by one; each may be asked for any number of times, and at once."""

    def __init__(self, graph: Graph, mailer: Mailer, settings: MailSettings) -> None:
        self._graph = graph
        self._mailer = mailer
        self._settings = settings

    async def send(self, touch_id: str) -> None:
        """Send a touch unless it is no longer queued; one that the server did not take waits for its next call."""
        await send_touch(self._graph, self._mailer, self._settings, touch_id=touch_id)


async def send_touch(
    graph: Graph, mailer: Mailer, settings: MailSettings, *, touch_id: str
) -> TouchStatus | None:
    """Send a touch at most once, however often this is called; return its status, None where there is none.

    Raises:
        GraphUnavailable: before anything was sent, or after; then the touch stays claimed and becomes UNCERTAIN.
    """
    present = datetime.now(UTC)
    claimed = await graph.write(
        claim_touch,
        touch_id=touch_id,
        claim_id=new_id(),
        event_id=new_id(),
        at=timestamp(present),
        lost_before=timestamp(present - timedelta(seconds=LOST_SECONDS)),
        actor=ACTOR,
    )
    if not isinstance(claimed, ClaimedTouch):
        return claimed
    try:
        await mailer.send(compose(claimed, settings, at=present), recipient=claimed.address)
    except NotTaken as failure:
        return await _not_taken(graph, claimed, failure.reason)
    except Refused as failure:
        return await _failed(graph, claimed, failure.reason)
    except Unclear as failure:
        return await _uncertain(graph, claimed, failure.reason)
    await graph.write(
        mark_sent,
        touch_id=touch_id,
        claim_id=claimed.claim_id,
        message_id=message_id(touch_id, settings.sender),
        event_id=new_id(),
        at=timestamp(datetime.now(UTC)),
        actor=ACTOR,
    )
    return _counted(TouchStatus.SENT)


async def waiting_touches(graph: Graph, *, limit: int) -> tuple[str, ...]:
    """Return touches that want a (further) `SEND_TOUCH`: not taken by the server, or whose message or worker is lost."""
    present = datetime.now(UTC)
    return await graph.read(
        stale_touches,
        queued_before=timestamp(present - timedelta(seconds=RETRY_SECONDS)),
        sending_before=timestamp(present - timedelta(seconds=LOST_SECONDS)),
        limit=limit,
    )


async def _not_taken(graph: Graph, claimed: ClaimedTouch, reason: str) -> TouchStatus:
    present = datetime.now(UTC)
    if claimed.queued_at < timestamp(present - timedelta(days=GIVE_UP_DAYS)):
        return await _failed(graph, claimed, GAVE_UP)
    LOG.warning("touch %s was not taken by the mail server: %s", claimed.id, reason)
    await graph.write(
        release, touch_id=claimed.id, claim_id=claimed.claim_id, reason=reason, at=timestamp(present)
    )
    return _counted(TouchStatus.QUEUED)


async def _failed(graph: Graph, claimed: ClaimedTouch, reason: str) -> TouchStatus:
    await graph.write(
        mark_failed,
        touch_id=claimed.id,
        claim_id=claimed.claim_id,
        reason=reason,
        event_id=new_id(),
        at=timestamp(datetime.now(UTC)),
        actor=ACTOR,
    )
    return _counted(TouchStatus.FAILED)


async def _uncertain(graph: Graph, claimed: ClaimedTouch, reason: str) -> TouchStatus:
    LOG.warning("nobody knows whether the mail server took touch %s: %s", claimed.id, reason)
    await graph.write(
        mark_uncertain,
        touch_id=claimed.id,
        claim_id=claimed.claim_id,
        reason=reason,
        event_id=new_id(),
        at=timestamp(datetime.now(UTC)),
        actor=ACTOR,
    )
    return _counted(TouchStatus.UNCERTAIN)


def _counted(outcome: TouchStatus) -> TouchStatus:
    MAILS.labels(outcome.lower()).inc()
    return outcome
