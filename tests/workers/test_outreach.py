import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph.client import Graph, Statement, Transaction
from graph.ids import derived_id, new_id, now, timestamp
from graph.migrations.runner import migrate
from graph.outreach.opt_outs import opt_out
from graph.outreach.sending import ClaimedTouch, claim_touch
from graph.outreach.templates import NewTemplate, create_template
from graph.outreach.touches import Sender, TouchStatus, queue_touches
from graph.profiles import Consent, Profile, RecordKind
from graph.records import NewRecord, save_records
from graph.settings import GraphSettings
from tests.graph.conftest import TouchState, touch_state
from workers.mail import Mailer, MailError, NotTaken, Refused, Unclear, compose, message_id
from workers.outreach import GAVE_UP, LOST_SECONDS, TouchSender, send_touch, waiting_touches
from workers.settings_mail import MailSettings

AGE = Statement("tests.age", "MATCH (t:Touch {id: $id}) SET t.touched_at = $at, t.queued_at = $at")
EVENTS = Statement(
    "tests.touch_events", "MATCH (e:Event {touch_id: $id}) RETURN e.type AS type ORDER BY e.at"
)
PRESENT = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
async def outreach_graph(engines: dict[str, str]) -> AsyncIterator[Graph]:
    async with Graph.open(GraphSettings(uri=engines["neo4j"])) as opened:
        await migrate(opened)
        yield opened


@dataclass
class Recorder:
    """A mail server that keeps what it takes, answers as it is told, or hangs up once it has everything."""

    rcpt: str = "250 OK"
    data: str = "250 OK"
    hang_up: bool = False
    seen: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd looks for
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - likewise
        if self.hang_up or self.data.startswith("250"):
            self.seen.append(BytesParser(EmailMessage, policy=policy.default).parsebytes(envelope.content))
            self.recipients += envelope.rcpt_tos
        if self.hang_up:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return self.data


@contextlib.asynccontextmanager
async def serving(recorder: Recorder) -> AsyncIterator[MailSettings]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(recorder, hostname="localhost", loop=loop), "127.0.0.1", 0)
    try:
        yield mail_settings(server.sockets[0].getsockname()[1])
    finally:
        server.close()


def mail_settings(port: int) -> MailSettings:
    return MailSettings(
        port=port, sender="jobs@example.org", step_seconds=5, public_url="https://jobs.example.org/"
    )


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Queued:
    graph: Graph
    candidate_id: str
    touch_id: str
    unsubscribe_key: str

    async def send(self, settings: MailSettings) -> TouchStatus | None:
        return await send_touch(self.graph, Mailer(settings), settings, touch_id=self.touch_id)

    async def touch(self) -> TouchState:
        return await touch_state(self.graph, self.touch_id)

    async def age(self, by: timedelta) -> None:
        await self.graph.write(set_age, id_=self.touch_id, at=timestamp(datetime.now(UTC) - by))

    async def events(self) -> list[str]:
        return await self.graph.read(event_types, id_=self.touch_id)


async def set_age(tx: Transaction, /, *, id_: str, at: str) -> None:
    await AGE.run(tx, id=id_, at=at)


async def event_types(tx: Transaction, /, *, id_: str) -> list[str]:
    return [row["type"] for row in await EVENTS.rows(tx, id=id_)]


async def queue(graph: Graph, *, name: str = "Ann Lee", subject: str = "Hello {{candidate.name}}") -> Queued:
    salt = new_id()
    record = NewRecord(
        id=new_id(),
        kind=RecordKind.FORM,
        origin="test",
        received_at=now(),
        person_id=derived_id("person", salt),
        event_id=new_id(),
        consent=Consent(granted=True, at=now(), basis="form"),
        profile=Profile(name=name, emails=(f"{salt}@example.net",)),
    )
    saved = await graph.write(save_records, records=[record], actor="test", at=now())
    template = NewTemplate(
        id=new_id(), event_id=new_id(), name="t", subject=subject, body="Hi {{candidate.first_name}},\nbye"
    )
    await graph.write(create_template, template=template, actor="test", at=now())
    outcomes = await graph.write(
        queue_touches,
        key=salt,
        candidate_ids=[saved[0].person_id],
        template_id=template.id,
        job_id=None,
        sender=Sender(name="Rita Roe"),
        unsubscribe_seed=salt + salt,
        actor="test",
        at=now(),
    )
    touch_id = outcomes[0].touch_id
    assert touch_id
    key = await graph.read(key_of, id_=touch_id)
    return Queued(graph, saved[0].person_id, touch_id, key)


KEY = Statement("tests.key_of", "MATCH (t:Touch {id: $id}) RETURN t.unsubscribe_key AS key")


async def key_of(tx: Transaction, /, *, id_: str) -> str:
    row = await KEY.row(tx, id=id_)
    assert row
    return str(row["key"])


async def test_a_touch_delivered_twenty_times_at_once_is_sent_once(outreach_graph: Graph) -> None:
    queued = await queue(outreach_graph, name="Ängström, Zoë")
    recorder = Recorder()
    async with serving(recorder) as settings:
        results = await asyncio.gather(*(queued.send(settings) for _ in range(20)))
        results.append(await queued.send(settings))
    assert results.count(TouchStatus.SENT) >= 1
    assert set(results) <= {TouchStatus.SENT, TouchStatus.SENDING}
    assert len(recorder.seen) == 1
    message = recorder.seen[0]
    assert message["Subject"] == "Hello Ängström, Zoë"
    assert message["From"] == "Rita Roe <jobs@example.org>"
    assert recorder.recipients == [message["To"]]
    assert message["Message-ID"] == message_id(queued.touch_id, "jobs@example.org")
    assert message["Date"].datetime.tzinfo is not None
    link = f"https://jobs.example.org/unsubscribe/{queued.unsubscribe_key}"
    assert message["List-Unsubscribe"] == f"<{link}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    body = message.get_content().replace("\r\n", "\n")
    assert body.startswith("Hi Zoë,\nbye\n")
    assert link in body
    touch = await queued.touch()
    assert (touch.status, touch.attempts) == (TouchStatus.SENT, 1)
    assert await queued.events() == ["touch.queued", "touch.sent"]


async def test_a_worker_that_died_after_claiming_leaves_it_uncertain(outreach_graph: Graph) -> None:
    queued = await queue(outreach_graph)
    claimed = await outreach_graph.write(
        claim_touch,
        touch_id=queued.touch_id,
        claim_id="dead",
        event_id=new_id(),
        at=now(),
        lost_before="2020",
        actor="test",
    )
    assert isinstance(claimed, ClaimedTouch)
    recorder = Recorder()
    async with serving(recorder) as settings:
        assert await queued.send(settings) is TouchStatus.SENDING
        await queued.age(timedelta(seconds=LOST_SECONDS + 1))
        assert queued.touch_id in await waiting_touches(outreach_graph, limit=10_000)
        assert await queued.send(settings) is TouchStatus.UNCERTAIN
        await queued.age(timedelta(days=1))
        assert await queued.send(settings) is TouchStatus.UNCERTAIN
    assert recorder.seen == []
    assert queued.touch_id not in await waiting_touches(outreach_graph, limit=10_000)


async def test_nothing_goes_out_after_an_opt_out(outreach_graph: Graph) -> None:
    queued = await queue(outreach_graph)
    await outreach_graph.write(opt_out, unsubscribe_key=queued.unsubscribe_key, at=now(), event_id=new_id())
    recorder = Recorder()
    async with serving(recorder) as settings:
        assert await queued.send(settings) is TouchStatus.CANCELLED
        assert await queued.send(settings) is TouchStatus.CANCELLED
    assert recorder.seen == []
    assert (await queued.touch()).reason == "OPTED_OUT"


async def test_a_server_that_is_down_gets_it_later(outreach_graph: Graph) -> None:
    queued = await queue(outreach_graph)
    down = mail_settings(unused_port())
    assert await queued.send(down) is TouchStatus.QUEUED
    assert queued.touch_id not in await waiting_touches(outreach_graph, limit=10_000)
    await queued.age(timedelta(minutes=5))
    assert queued.touch_id in await waiting_touches(outreach_graph, limit=10_000)
    recorder = Recorder()
    async with serving(recorder) as settings:
        await TouchSender(outreach_graph, Mailer(settings), settings).send(queued.touch_id)
    assert len(recorder.seen) == 1
    assert (await queued.touch()).attempts == 2


async def test_a_message_that_the_server_never_takes_is_given_up_after_days(outreach_graph: Graph) -> None:
    queued = await queue(outreach_graph)
    await queued.age(timedelta(days=5))
    assert await queued.send(mail_settings(unused_port())) is TouchStatus.FAILED
    assert (await queued.touch()).reason == GAVE_UP
    assert await queued.events() == ["touch.queued", "touch.failed"]


@pytest.mark.parametrize(
    ("recorder", "status", "reason"),
    [
        (lambda: Recorder(rcpt="451 later"), TouchStatus.QUEUED, "RCPT_451"),
        (lambda: Recorder(data="451 later"), TouchStatus.QUEUED, "DATA_451"),
        (lambda: Recorder(rcpt="550 nobody"), TouchStatus.FAILED, "RCPT_550"),
        (lambda: Recorder(data="554 spam"), TouchStatus.FAILED, "DATA_554"),
        (lambda: Recorder(hang_up=True), TouchStatus.UNCERTAIN, "DATA_SMTPServerDisconnected"),
    ],
)
async def test_what_the_server_answers_decides(
    outreach_graph: Graph, recorder: Callable[[], Recorder], status: TouchStatus, reason: str
) -> None:
    queued = await queue(outreach_graph)
    server = recorder()
    async with serving(server) as settings:
        assert await queued.send(settings) is status
        touch = await queued.touch()
        assert (touch.status, touch.reason) == (status, reason)
        before = len(server.seen)
        await queued.send(settings)
    assert len(server.seen) == before == (1 if status is TouchStatus.UNCERTAIN else 0)


async def test_encryption_that_the_server_lacks_is_insisted_on(outreach_graph: Graph) -> None:
    queued = await queue(outreach_graph)
    recorder = Recorder()
    async with serving(recorder) as settings:
        assert await queued.send(settings.model_copy(update={"starttls": True})) is TouchStatus.QUEUED
    assert recorder.seen == []


async def test_a_server_that_does_not_answer_is_not_waited_for_long() -> None:
    held = []

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    settings = mail_settings(server.sockets[0].getsockname()[1]).model_copy(update={"step_seconds": 0.2})
    with pytest.raises(NotTaken):
        await Mailer(settings).send(compose(touch(), settings, at=PRESENT), recipient="ann@example.net")
    server.close()
    for writer in held:
        writer.close()


def touch(**changes: str) -> ClaimedTouch:
    given: dict[str, Any] = {
        "id": "touch",
        "claim_id": "claim",
        "address": "ann@example.net",
        "subject": "Hello",
        "body": "Hi Ann",
        "sender_name": "Rita Roe",
        "reply_to": None,
        "unsubscribe_key": "k" * 64,
        "queued_at": now(),
    }
    return ClaimedTouch(**(given | changes))


HEADERS = {
    "Date",
    "Message-ID",
    "From",
    "To",
    "Subject",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
}
HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(
            ["\r\n", "\n", "\r", "Bcc: all@example.org", "\x00", "=?utf-8?q?=0d=0a?=", '"', "<", ">", ","]
        ),
        st.text(max_size=10),
    ),
    max_size=8,
).map("".join)


@settings(deadline=None, max_examples=200)
@example(subject="", sender="Bcc: all@example.org" * 4, body="")
@given(subject=HOSTILE, sender=HOSTILE, body=HOSTILE.map(lambda s: s.encode(errors="ignore").decode()))
def test_no_text_adds_a_header(subject: str, sender: str, body: str) -> None:
    sent = compose(
        touch(subject=subject, sender_name=sender, body=body), mail_settings(25), at=PRESENT
    ).as_bytes()
    read = BytesParser(EmailMessage, policy=policy.default).parsebytes(sent)
    assert set(read.keys()) <= HEADERS
    assert read["To"] == "ann@example.net"
    assert [address.addr_spec for address in read["From"].addresses] == ["jobs@example.org"]
    assert read["List-Unsubscribe"] == f"<https://jobs.example.org/unsubscribe/{'k' * 64}>"
    assert max(len(line) for line in sent.splitlines()) <= 998


def test_the_unsubscribe_header_is_not_encoded() -> None:
    sent = compose(touch(), mail_settings(25), at=PRESENT).as_bytes()
    assert b"\r\nList-Unsubscribe: <https://jobs.example.org/unsubscribe/" + b"k" * 64 + b">\r\n" in sent


@pytest.mark.parametrize(
    "address", ["ännä@example.net", "a b@example.net", "ann@", "@example.net", "a@b\r\nBcc: c@d.e"]
)
def test_an_address_that_mail_can_not_reach_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        compose(touch(address=address), mail_settings(25), at=PRESENT)


def test_a_foreign_domain_is_written_as_mail_servers_know_it() -> None:
    message = compose(touch(address="ann@bücher.example"), mail_settings(25), at=PRESENT)
    assert message["To"] == "ann@xn--bcher-kva.example"


def test_each_outcome_is_one_kind_of_failure() -> None:
    assert all(issubclass(kind, MailError) for kind in (NotTaken, Refused, Unclear))
    with pytest.raises(ValueError, match="plain mail address"):
        MailSettings(sender="no address")
