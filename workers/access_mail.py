"""Mails one-time links: a colleague's invitation, a candidate's link to sign in.

The secret is made here, for this mail, and nothing but its hash is kept.
"""

import logging
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from graph.access_links import (
    ClaimedLink,
    LinkKind,
    Mailing,
    claim_link,
    new_link_secret,
    settle_link,
    stale_links,
)
from graph.client import Graph
from graph.ids import new_id, timestamp
from workers.broker import Queue, Task
from workers.mail import Mailer, envelope, outcome_of
from workers.settings_mail import LinkSettings, MailSettings

LOG = logging.getLogger(__name__)

SEND_LINK = Task("send_link", Queue.ACCESS, interruptible=False)

RETRY_SECONDS = 30.0
"""Pause before a mail that the server did not take, or whose message got lost, is called for again."""
LOST_SECONDS = 600.0
"""Age of a claim, well above the longest sending, from which its worker counts as dead."""

_SUBJECTS = {
    LinkKind.INVITATION: "You are invited to {organization}'s recruiting",
    LinkKind.SIGN_IN: "Your link to sign in at {organization}",
}
_TEXTS = {
    LinkKind.INVITATION: """Hello,

you are invited to recruit for {organization} in Kith. Choose a password here; the link can be used once, until {until}:

{link}

If you did not expect this message, nothing happens as long as you don't follow the link.
""",
    LinkKind.SIGN_IN: """Hello,

here is your link to sign in at {organization}. It can be used once, until {until}:

{link}

If you did not ask for it, nothing happens as long as you don't follow the link.
""",
}


class LinkSender:
    """Mails links one by one; each may be asked for any number of times, and at once."""

    def __init__(self, graph: Graph, mailer: Mailer, mail: MailSettings, links: LinkSettings) -> None:
        self._graph = graph
        self._mailer = mailer
        self._mail = mail
        self._links = links

    async def send(self, link_id: str) -> None:
        """Mail a link unless that was done; one that the server did not take waits for its next call."""
        present = datetime.now(UTC)
        claim_id = new_id()
        claimed = await self._graph.write(
            claim_link,
            id=link_id,
            claim_id=claim_id,
            secret=new_link_secret(),
            at=timestamp(present),
            lost_before=timestamp(present - timedelta(seconds=LOST_SECONDS)),
        )
        if claimed is None:
            return
        outcome, reason = await outcome_of(self._send(claimed, present))
        if reason is not None:
            LOG.warning("the mail of link %s was not sent for sure: %s", link_id, reason)
        await self._graph.write(
            settle_link,
            id=link_id,
            claim_id=claim_id,
            mailing=Mailing(outcome),
            reason=reason,
            at=timestamp(datetime.now(UTC)),
        )

    async def _send(self, link: ClaimedLink, at: datetime) -> None:
        message = compose_link(link, self._mail, self._links, at=at)
        await self._mailer.send(message, recipient=link.address)


def compose_link(link: ClaimedLink, mail: MailSettings, links: LinkSettings, *, at: datetime) -> EmailMessage:
    """Compose a link's message. Nobody wrote it in person, so automatic answers have no place (RFC 3834).

    Raises:
        Refused: the address can't be written to.
    """
    message = envelope(
        link.id,
        to=link.address,
        sender_name=links.organization,
        subject=_SUBJECTS[link.kind].format(organization=links.organization),
        settings=mail,
        at=at,
    )
    message["Auto-Submitted"] = "auto-generated"
    text = _TEXTS[link.kind].format(
        organization=links.organization,
        until=f"{link.expires_at[:10]} {link.expires_at[11:16]} UTC",
        link=address_of(link.kind, link.token, links, public_url=mail.public_url),
    )
    message.set_content(text, cte="quoted-printable")
    return message


def address_of(kind: LinkKind, token: str, links: LinkSettings, *, public_url: str) -> str:
    """Return the address that a link leads to."""
    ours = public_url.rstrip("/")
    if kind is LinkKind.INVITATION:
        page = links.invitation_url or f"{ours}/auth/invitation"
    else:
        page = links.sign_in_url or f"{ours}/auth/link"
    return f"{page}#{token}"


async def waiting_links(graph: Graph, *, limit: int) -> tuple[str, ...]:
    """Return links that want a (further) `SEND_LINK`: not taken by the server, or whose message or worker is lost."""
    present = datetime.now(UTC)
    return await graph.read(
        stale_links,
        queued_before=timestamp(present - timedelta(seconds=RETRY_SECONDS)),
        sending_before=timestamp(present - timedelta(seconds=LOST_SECONDS)),
        at=timestamp(present),
        limit=limit,
    )
