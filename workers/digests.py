"""Mails owners of standing searches what these found: each digest once, with what its owner may see then."""

import logging
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from graph import digests
from graph.client import Graph
from graph.digests import ClaimedDigest, DigestStatus, Finding
from graph.ids import new_id, timestamp
from graph.outreach.merging import one_line
from workers.broker import Queue, Task
from workers.mail import Mailer, envelope, outcome_of
from workers.settings_mail import LinkSettings, MailSettings

LOG = logging.getLogger(__name__)

SEND_DIGEST = Task("send_digest", Queue.OUTREACH, interruptible=False)

RETRY_SECONDS = 30.0
"""Pause before a mail that the server did not take, or whose message got lost, is called for again."""
LOST_SECONDS = 600.0
"""Age of a claim, well above the longest sending, from which its worker counts as dead."""
GIVE_UP = timedelta(days=1)
"""After so long a digest that the server never took is given up; the next one has what was in it."""
OWNERS_AT_ONCE = 100
LONGEST_NAME = 100
"""Characters of a name that are shown."""

_SUBJECT = "New matches of your standing searches"
_TEXT = """Hello,

since the last such message your standing searches found these candidates:

{findings}

How often you get this is set with each of your standing searches at {organization}.
"""


class DigestSender:
    """Mails digests one by one; each may be asked for any number of times, and at once."""

    def __init__(self, graph: Graph, mailer: Mailer, mail: MailSettings, links: LinkSettings) -> None:
        self._graph = graph
        self._mailer = mailer
        self._mail = mail
        self._organization = links.organization

    async def send(self, digest_id: str) -> None:
        """Mail a digest unless that was done; one that the server did not take waits for its next call."""
        present = datetime.now(UTC)
        claim_id = new_id()
        claimed = await self._graph.write(
            digests.claim_digest,
            id=digest_id,
            claim_id=claim_id,
            at=timestamp(present),
            lost_before=timestamp(present - timedelta(seconds=LOST_SECONDS)),
            given_up_before=timestamp(present - GIVE_UP),
        )
        if claimed is None:
            return
        outcome, reason = await outcome_of(self._send(claimed, present))
        if reason is not None:
            LOG.warning("digest %s was not sent for sure: %s", digest_id, reason)
        await self._graph.write(
            digests.settle_digest,
            id=digest_id,
            claim_id=claim_id,
            status=DigestStatus(outcome),
            reason=reason,
            at=timestamp(datetime.now(UTC)),
        )

    async def _send(self, digest: ClaimedDigest, at: datetime) -> None:
        message = compose_digest(digest, self._mail, self._organization, at=at)
        await self._mailer.send(message, recipient=digest.address)


def compose_digest(
    digest: ClaimedDigest, settings: MailSettings, organization: str, *, at: datetime
) -> EmailMessage:
    """Compose a digest's message. Nobody wrote it in person, so automatic answers have no place (RFC 3834).

    Raises:
        Refused: the address can't be written to.
    """
    message = envelope(
        digest.id, to=digest.address, sender_name=organization, subject=_SUBJECT, settings=settings, at=at
    )
    message["Auto-Submitted"] = "auto-generated"
    text = _TEXT.format(
        findings="\n\n".join(map(_shown, digest.findings)), organization=one_line(organization)
    )
    message.set_content(text, cte="quoted-printable")
    return message


async def waiting_digests(graph: Graph, *, limit: int) -> tuple[str, ...]:
    """Plan the digests that are due; return those that want a (further) `SEND_DIGEST`."""
    present = datetime.now(UTC)
    if await graph.read(digests.any_due, at=timestamp(present)):
        await graph.write(digests.plan_due, at=present, limit=OWNERS_AT_ONCE)
    return await graph.read(
        digests.stale_digests,
        queued_before=timestamp(present - timedelta(seconds=RETRY_SECONDS)),
        sending_before=timestamp(present - timedelta(seconds=LOST_SECONDS)),
        limit=limit,
    )


def _shown(finding: Finding) -> str:
    lines = [f"{one_line(finding.search)[:LONGEST_NAME]}: {finding.number}"]
    lines += [f"- {one_line(name)[:LONGEST_NAME]}" for name in finding.names if name]
    rest = finding.number - len(lines) + 1
    return "\n".join([*lines, f"and {rest} more"] if rest else lines)
