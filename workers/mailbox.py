"""A mail server for one machine: takes every message on the loopback address and keeps it in a Maildir, unsent."""

import asyncio
import contextlib
import ipaddress
import logging
import mailbox
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import orjson
from aiosmtpd.smtp import SMTP

from graph.ids import timestamp
from workers.logs import LogSettings, start_logging
from workers.settings_mail import MailboxSettings, MailSettings

LOG = logging.getLogger("workers.mailbox")

MOST_BYTES = 5 * 1024 * 1024
MOST_RECIPIENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A caught message; `recipients` are those of the envelope."""

    id: str
    caught_at: str
    sender: str
    recipients: tuple[str, ...]
    to: str
    date: str
    subject: str
    unsubscribe: str
    body: str


class Catcher:
    """Keeps what arrives; aiosmtpd calls it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._box = mailbox.Maildir(path, factory=None, create=True)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd looks for
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - likewise
        try:
            await asyncio.to_thread(self._keep, envelope.content, envelope.rcpt_tos)
        except OSError as error:
            LOG.warning("a message can't be kept (%s): make room or check the folder's rights", error)
            return "452 no room; try again later"
        return "250 OK"

    def _keep(self, content: bytes, recipients: list[str]) -> None:
        envelope = "".join(f"X-Envelope-To: {recipient}\r\n" for recipient in recipients)
        self._box.add(envelope.encode(errors="replace") + content)


@contextlib.asynccontextmanager
async def catching(path: Path, *, host: str, port: int) -> AsyncIterator[int]:
    """Catch mail for as long as the context lasts; yields the port (a free one for port 0).

    Raises:
        ValueError: `host` is not a loopback address: a mailbox that takes everything is not for a network.
        OSError: the port is taken.
    """
    if not ipaddress.ip_address("127.0.0.1" if host == "localhost" else host).is_loopback:
        raise ValueError(f"{host} is no loopback address: set KITH_SMTP_HOST to 127.0.0.1 to catch mail here")
    catcher = Catcher(path)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            catcher,
            hostname="localhost",
            ident="Kith mailbox",
            data_size_limit=MOST_BYTES,
            loop=loop,
            enable_SMTPUTF8=True,
        ),
        host,
        port,
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def mails(path: Path, *, limit: int) -> tuple[Mail, ...]:
    """Return the caught messages, the newest first; none where nothing was ever caught."""
    if not (path / "new").is_dir():
        return ()
    files = [file for folder in ("new", "cur") for file in (path / folder).glob("*")]
    files.sort(key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True)
    return tuple(_read(file) for file in files[:limit])


def as_json(found: tuple[Mail, ...]) -> bytes:
    """Return messages as a JSON array of objects with the fields of `Mail`."""
    return orjson.dumps(found, option=orjson.OPT_INDENT_2)


def main() -> None:
    """Catch mail in the foreground until SIGTERM or Ctrl-C."""
    start_logging(LogSettings())
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    asyncio.run(_serve(MailSettings(), MailboxSettings()))


async def _serve(settings: MailSettings, box: MailboxSettings) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    async with catching(box.path, host=settings.host, port=settings.port) as port:
        LOG.info("catching mail at %s:%s in %s", settings.host, port, box.path)
        await over.wait()


def _read(file: Path) -> Mail:
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(file.read_bytes())
    body = message.get_body(("plain", "html"))
    return Mail(
        id=file.name.partition(":")[0],
        caught_at=timestamp(datetime.fromtimestamp(file.stat().st_mtime, UTC)),
        sender=str(message.get("From", "")),
        recipients=tuple(str(value) for value in message.get_all("X-Envelope-To", [])),
        to=str(message.get("To", "")),
        date=str(message.get("Date", "")),
        subject=str(message.get("Subject", "")),
        unsubscribe=str(message.get("List-Unsubscribe", "")).strip("<>"),
        body=str(body.get_content()).replace("\r\n", "\n") if body else "",
    )


if __name__ == "__main__":
    main()
