"""One-time links by mail: once, with a secret that only the mail holds, and whatever the mail server does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from graph import admission
from graph.access_links import LinkKind, Mailing, use_link
from graph.client import Graph, Statement
from graph.events import Change
from graph.ids import from_now, new_id, now
from graph.migrations.runner import migrate
from graph.settings import GraphSettings
from graph.tokens import AccessRole
from graph.users import NewUser, UserStatus
from tests.workers.test_outreach import Recorder, mail_settings, serving, unused_port
from workers.access_mail import LinkSender, address_of, waiting_links
from workers.mail import Mailer
from workers.settings_mail import LinkSettings, MailSettings

LINK = Statement("tests.link", "MATCH (l:AccessLink {id: $id}) RETURN properties(l) AS link")
AGE = Statement(
    "tests.age_link",
    "MATCH (l:AccessLink {id: $id}) SET l.touched_at = '2026-01-01T00:00:00.000000Z'",
)
LINKS = LinkSettings(organization="Acme\r\nBcc: eve@example.net", invitation_url="https://app.example.org/in")


@pytest.fixture(scope="session")
async def links_graph(engines: dict[str, str]) -> AsyncIterator[Graph]:
    async with Graph.open(GraphSettings(uri=engines["neo4j"])) as opened:
        await migrate(opened)
        yield opened


async def invited(graph: Graph, email: str) -> str:
    user = NewUser(id=new_id(), email=email, role=AccessRole.RECRUITER, status=UserStatus.INVITED)
    invitation = admission.Invitation(link_id=new_id(), user=user, expires_at=from_now(timedelta(days=1)))
    change = Change(event_id=new_id(), actor="test", at=now())
    await graph.write(admission.invite, invitation=invitation, change=change)
    return invitation.link_id


async def send(graph: Graph, settings: MailSettings, link_id: str) -> None:
    await LinkSender(graph, Mailer(settings), settings, LINKS).send(link_id)


async def mailing(graph: Graph, link_id: str) -> str:
    (row,) = await graph.execute(LINK, id=link_id)
    found: str = row["link"]["mailing"]
    return found


async def test_a_link_called_for_many_times_is_mailed_once_and_works(links_graph: Graph) -> None:
    email, recorder = f"{new_id()}@example.net", Recorder()
    link_id = await invited(links_graph, email)
    async with serving(recorder) as settings:
        await asyncio.gather(*(send(links_graph, settings, link_id) for _ in range(10)))
        await send(links_graph, settings, link_id)
    (message,) = recorder.seen
    assert recorder.recipients == [email]
    assert message["Bcc"] is None
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_body()
    assert body is not None
    (address,) = [line for line in body.get_content().splitlines() if line.startswith("https://")]
    assert address.startswith("https://app.example.org/in#")
    assert await mailing(links_graph, link_id) == Mailing.SENT
    token = address.partition("#")[2]
    (row,) = await links_graph.execute(LINK, id=link_id)
    assert token.partition(".")[2] not in repr(row)
    assert await links_graph.write(use_link, token=token, kind=LinkKind.INVITATION, at=now()) is not None


async def test_a_mail_that_was_not_taken_goes_out_later_with_another_secret(links_graph: Graph) -> None:
    recorder = Recorder(data="451 later")
    link_id = await invited(links_graph, f"{new_id()}@example.net")
    await send(links_graph, mail_settings(unused_port()), link_id)
    async with serving(recorder) as settings:
        await send(links_graph, settings, link_id)
        assert await mailing(links_graph, link_id) == Mailing.QUEUED
        assert link_id not in await waiting_links(links_graph, limit=1_000)
        await links_graph.execute(AGE, id=link_id)
        assert link_id in await waiting_links(links_graph, limit=1_000)
        recorder.data = "250 OK"
        await send(links_graph, settings, link_id)
    assert await mailing(links_graph, link_id) == Mailing.SENT
    assert len(recorder.seen) == 1


@pytest.mark.parametrize(
    ("recorder", "end"),
    [(Recorder(rcpt="550 nobody"), Mailing.FAILED), (Recorder(hang_up=True), Mailing.UNCERTAIN)],
    ids=["refused", "unclear"],
)
async def test_a_mail_ends_without_a_second_try(links_graph: Graph, recorder: Recorder, end: Mailing) -> None:
    link_id = await invited(links_graph, f"{new_id()}@example.net")
    async with serving(recorder) as settings:
        await send(links_graph, settings, link_id)
        seen = len(recorder.seen)
        await send(links_graph, settings, link_id)
    assert await mailing(links_graph, link_id) == end
    assert len(recorder.seen) == seen


async def test_nothing_is_sent_for_what_is_over(links_graph: Graph) -> None:
    recorder = Recorder()
    link_id = await invited(links_graph, email := f"{new_id()}@example.net")
    newer = await invited(links_graph, email)
    async with serving(recorder) as settings:
        await send(links_graph, settings, link_id)
        await send(links_graph, settings, new_id())
        assert recorder.seen == []
        await send(links_graph, settings, newer)
    assert len(recorder.seen) == 1


def test_links_lead_to_our_pages_or_to_yours() -> None:
    given = {"token": "t", "public_url": "https://kith.example.org/"}
    assert address_of(LinkKind.INVITATION, links=LINKS, **given) == "https://app.example.org/in#t"
    assert address_of(LinkKind.SIGN_IN, links=LINKS, **given) == "https://kith.example.org/auth/link#t"
    with pytest.raises(ValueError, match="invitation_url"):
        LinkSettings(invitation_url="https://app.example.org/#there")
