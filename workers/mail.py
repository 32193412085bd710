"""One e-mail: composed, and handed to the mail server with a clear answer as to what became of it."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from enum import StrEnum

import aiosmtplib
from aiosmtplib.errors import SMTPAuthenticationError, SMTPException, SMTPResponseException

from graph.outreach.merging import one_line
from graph.outreach.sending import ClaimedTouch
from workers.settings_mail import MailSettings

SEND_SECONDS = 120.0
"""Longest time for one message, with all steps."""
_QUIT_SECONDS = 2.0
_LOGIN_REQUIRED = 530
_TEMPORARY = range(400, 500)
_PERMANENT = range(500, 600)
_LONGEST_IN_A_LINE = 70
"""Characters of a sender that surely stand in one line, behind `From: `."""
_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')
"""What a name has to be quoted for (RFC 5322, section 3.2.3)."""
_FOOTER = "\n\n-- \nYou do not want such messages? One click is enough: {link}\n"


class _Verbatim(UnstructuredHeader, BaseHeader):
    """A header that is written as it is: a long link must not become an encoded word, which nobody follows."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
for _name in ("list-unsubscribe", "message-id"):
    _HEADERS.map_to_type(_name, _Verbatim)
_POLICY = SMTP.clone(header_factory=_HEADERS)


class MailError(Exception):
    """What became of a message that did not simply go out; `reason` is a code without personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotTaken(MailError):
    """The server surely did not take the message, and may do so later."""


class Refused(MailError):
    """The server surely did not take the message, and never will."""


class Unclear(MailError):
    """The message was handed over, but the server's answer never came: it may have been taken."""


class Outcome(StrEnum):
    """How sending a message ended."""

    SENT = "SENT"
    QUEUED = "QUEUED"
    """It was surely not taken, and may be later."""
    FAILED = "FAILED"
    """It was surely not taken, and never will be."""
    UNCERTAIN = "UNCERTAIN"
    """It may have been taken."""


async def outcome_of(sending: Awaitable[None]) -> tuple[Outcome, str | None]:
    """Wait until a message is sent; return how it ended, and why if it was not sent for sure."""
    try:
        await sending
    except NotTaken as failure:
        return Outcome.QUEUED, failure.reason
    except Refused as failure:
        return Outcome.FAILED, failure.reason
    except Unclear as failure:
        return Outcome.UNCERTAIN, failure.reason
    return Outcome.SENT, None


def message_id(id: str, sender: str) -> str:
    """Return the Message-ID of what has the id, always the same."""
    return f"<{id}@{sender.rpartition('@')[2]}>"


def envelope(
    id: str, *, to: str, sender_name: str, subject: str, settings: MailSettings, at: datetime
) -> EmailMessage:
    """Return a message that has everything but its text; its Message-ID is made of `id`.

    Raises:
        Refused: the address can't be written to.
    """
    message = EmailMessage(policy=_POLICY)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(id, settings.sender)
    message["From"] = Address(_display_name(sender_name, settings.sender), addr_spec=settings.sender)
    message["To"] = _address(to)
    message["Subject"] = _header_text(subject)
    return message


def compose(touch: ClaimedTouch, settings: MailSettings, *, at: datetime) -> EmailMessage:
    """Compose a touch's message: plain text, with one-click unsubscription (RFC 8058).

    It is no automatic answer but written by a person to a person, so it has no `Auto-Submitted` (RFC 3834).

    Raises:
        Refused: the address can't be written to.
    """
    link = f"{settings.public_url.rstrip('/')}/unsubscribe/{touch.unsubscribe_key}"
    message = envelope(
        touch.id,
        to=touch.address,
        sender_name=touch.sender_name,
        subject=touch.subject,
        settings=settings,
        at=at,
    )
    if touch.reply_to:
        with contextlib.suppress(Refused):
            message["Reply-To"] = _address(touch.reply_to)
    message["List-Unsubscribe"] = f"<{link}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(touch.body.rstrip() + _FOOTER.format(link=link), cte="quoted-printable")
    return message


class Mailer:
    """The mail server as the workers see it: a connection for each message."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    async def send(self, message: EmailMessage, *, recipient: str) -> None:
        """Hand a message over; it was taken if this returns.

        Raises:
            NotTaken: it may be tried again.
            Refused: it may not.
            Unclear: nobody knows whether it was taken.
        """
        content = message.as_bytes()
        client = self._client()
        step = "CONNECT"
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await client.connect()
                step = "MAIL"
                await client.mail(self._settings.sender)
                step = "RCPT"
                await client.rcpt(str(_address(recipient)))
                step = "DATA"
                await client.data(content)
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            raise _verdict(step, error) from None
        except BaseException:
            client.close()
            raise
        with contextlib.suppress(SMTPException, OSError):
            await client.quit(timeout=_QUIT_SECONDS)
        client.close()

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.username,
            password=settings.password.get_secret_value() if settings.password else None,
            start_tls=settings.starttls,
            local_hostname=settings.sender.rpartition("@")[2],
            timeout=settings.step_seconds,
        )


def _verdict(step: str, error: Exception) -> MailError:
    """Judge a failure by how far the message had come: only an answer with a code is sure once it was handed over."""
    code = error.code if isinstance(error, SMTPResponseException) else 0
    reason = (
        f"{step}_{code}" if code in _TEMPORARY or code in _PERMANENT else f"{step}_{type(error).__name__}"
    )
    if code in _PERMANENT and step != "CONNECT" and code != _LOGIN_REQUIRED:
        return Refused(reason)
    if step == "DATA" and code not in _TEMPORARY and code not in _PERMANENT:
        return Unclear(reason)
    if isinstance(error, SMTPAuthenticationError):
        return NotTaken("LOGIN")
    return NotTaken(reason)


def _header_text(text: str) -> str:
    """Return text that is safe in a header: `=?` begins an encoded word, which may hold line breaks once decoded."""
    return one_line(text).replace("=?", "= ?")


def _display_name(text: str, address: str) -> str:
    """Return a name that can stand before an address; one that does not fit into a line has no characters that need quotes.

    Where `email` breaks a line within a quoted name, it loses the quotes, and what they held is read as addresses.
    """
    name = _header_text(text)
    if len(str(Address(name, addr_spec=address))) <= _LONGEST_IN_A_LINE:
        return name
    return " ".join(_SPECIALS.sub(" ", name).split())


def _address(text: str) -> Address:
    local, _, domain = text.rpartition("@")
    try:
        if not local.isascii():
            raise Refused("BAD_ADDRESS")
        return Address(addr_spec=f"{local}@{domain.encode('idna').decode()}")
    except (MessageError, ValueError, IndexError):
        raise Refused("BAD_ADDRESS") from None
