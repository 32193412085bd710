import asyncio
import os
import signal
import sys
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import orjson
import pytest

from workers.mailbox import MOST_BYTES, as_json, catching, mails


def message(subject: str, body: str = "Hello") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Rita <rita@example.org>"
    made["To"] = "Ann <ann@example.net>"
    made["Date"] = "Mon, 15 Jun 2026 12:00:00 +0000"
    made["Subject"] = subject
    made["List-Unsubscribe"] = "<https://jobs.example.org/unsubscribe/key>"
    made.set_content(body)
    return made


async def deliver(port: int, mail: EmailMessage) -> None:
    await aiosmtplib.send(mail, hostname="127.0.0.1", port=port, start_tls=False, timeout=10)


async def test_what_is_sent_can_be_read_the_newest_first(tmp_path: Path) -> None:
    box = tmp_path / "deep" / "box"
    assert mails(box, limit=10) == ()
    async with catching(box, host="127.0.0.1", port=0) as port:
        await deliver(port, message("Grüße", "Zeile eins\n.Zeile zwei ä\n"))
        await deliver(port, message("Second"))
        await deliver(port, message("Third"))
    found = mails(box, limit=10)
    assert [mail.subject for mail in found] == ["Third", "Second", "Grüße"]
    assert [mail.subject for mail in mails(box, limit=1)] == ["Third"]
    first = found[-1]
    assert first.body == "Zeile eins\n.Zeile zwei ä\n"
    assert (first.sender, first.to) == ("Rita <rita@example.org>", "Ann <ann@example.net>")
    assert first.recipients == ("ann@example.net",)
    assert first.date == "Mon, 15 Jun 2026 12:00:00 +0000"
    assert first.unsubscribe == "https://jobs.example.org/unsubscribe/key"
    read = orjson.loads(as_json(found))
    assert [mail["subject"] for mail in read] == ["Third", "Second", "Grüße"]
    assert read[0]["id"] == found[0].id


async def test_many_at_once_are_all_kept(tmp_path: Path) -> None:
    async with catching(tmp_path / "box", host="127.0.0.1", port=0) as port:
        await asyncio.gather(*(deliver(port, message(f"No. {number}")) for number in range(30)))
    assert {mail.subject for mail in mails(tmp_path / "box", limit=100)} == {f"No. {n}" for n in range(30)}


async def test_a_message_without_a_head_or_a_text_is_readable(tmp_path: Path) -> None:
    async with catching(tmp_path / "box", host="127.0.0.1", port=0) as port:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        async with client:
            for raw in (b"\xff\xfe no header at all", b"Content-Type: multipart/mixed\r\n\r\nx"):
                await client.sendmail("a@example.org", ["b@example.org"], raw)
    assert len(mails(tmp_path / "box", limit=10)) == 2


async def test_too_large_a_message_is_refused(tmp_path: Path) -> None:
    async with catching(tmp_path / "box", host="127.0.0.1", port=0) as port:
        with pytest.raises(aiosmtplib.SMTPResponseException, match="552"):
            await deliver(port, message("Large", "x" * 70 + "\n" + ("y" * 70 + "\n") * (MOST_BYTES // 70)))
    assert mails(tmp_path / "box", limit=10) == ()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])  # noqa: S104 - refused
async def test_only_this_machine_is_served(tmp_path: Path, host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        async with catching(tmp_path / "box", host=host, port=0):
            pass


async def test_the_process_catches_until_it_is_told_to_end(tmp_path: Path) -> None:
    async with catching(tmp_path / "other", host="127.0.0.1", port=0) as free:
        port = free
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "workers.mailbox",
        env=os.environ
        | {
            "KITH_SMTP_HOST": "127.0.0.1",
            "KITH_SMTP_PORT": str(port),
            "KITH_MAIL_PATH": str(tmp_path / "box"),
        },
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    async with asyncio.timeout(60):
        while b"catching mail" not in await process.stderr.readline():
            pass
        await deliver(port, message("Caught"))
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    assert [mail.subject for mail in mails(tmp_path / "box", limit=10)] == ["Caught"]
