"""Digests by mail: once, with what their owner may see, and whatever dies or refuses meanwhile."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from graph import digests
from graph.client import Statement
from graph.digests import DigestStatus, Finding, next_due, plan_due
from graph.ids import new_id, timestamp
from graph.standing.choosing import DigestRhythm
from graph.tokens import AccessRole
from graph.users import UserStatus, set_status, user_by_id
from tests.waiting import eventually
from tests.workers.conftest import System, running
from tests.workers.scenes import HIDE, Scene, opened
from tests.workers.test_outreach import Recorder, mail_settings, serving, unused_port
from workers.digests import DigestSender, _shown, waiting_digests
from workers.mail import Mailer
from workers.settings_mail import LinkSettings, MailSettings

WANT = Statement(
    "tests.want_digest",
    "MATCH (s:SavedSearch {id: $id}) SET s.digest = 'DAILY', s.digest_due_at = '2026-01-01T06:00:00.000000Z'",
)
DIGESTS = Statement("tests.digests", "MATCH (d:Digest) RETURN properties(d) AS digest ORDER BY d.id")
SEE = Statement("tests.see", "MATCH (:SavedSearch {id: $id})-[f:FOUND]->() SET f.seen_at = 'now'")
AGE = Statement(
    "tests.age_digest", "MATCH (d:Digest {id: $id}) SET d.touched_at = '2026-01-01T00:00:00.000000Z'"
)
AGE_PLANNED = Statement(
    "tests.age_planned", "MATCH (d:Digest {id: $id}) SET d.created_at = '2026-01-01T00:00:00.000000Z'"
)
RENAME = Statement("tests.rename", "MATCH (p:Person {id: $id}) SET p.name = $name")
LINKS = LinkSettings(organization="Acme\r\nBcc: eve@example.net")


@pytest_asyncio.fixture
async def scene(system: System) -> Scene:
    return await opened(system)


async def send(scene: Scene, settings: MailSettings, digest: str) -> None:
    await DigestSender(scene.system.graph, Mailer(settings), settings, LINKS).send(digest)


async def planned(scene: Scene) -> list[str]:
    return list(await waiting_digests(scene.system.graph, limit=100))


async def due(scene: Scene, search: str) -> list[str]:
    """Let a digest be due; return those that wait."""
    await scene.system.graph.execute(WANT, id=search)
    return await planned(scene)


async def status(scene: Scene, id_: str) -> object:
    rows = await scene.system.graph.execute(DIGESTS)
    return next(row["digest"]["status"] for row in rows if row["digest"]["id"] == id_)


async def found(scene: Scene, number: int, owner: str | None = None) -> tuple[str, str, list[str]]:
    """Return an owner, a standing search of theirs, and whom it found."""
    owner = owner or await scene.user()
    search = await scene.standing(owner)
    people = [await scene.welder() for _ in range(number)]
    for i, person in enumerate(people):
        await scene.system.graph.execute(RENAME, id=person, name=f"Kim {i}")
    await scene.settle()
    assert len(await scene.told(search)) == number
    return owner, search, people


def text_of(recorder: Recorder) -> str:
    (message,) = recorder.seen
    body = message.get_body()
    assert body is not None
    return "\n".join(body.get_content().splitlines())


async def test_a_digest_called_for_many_times_is_sent_once_with_what_was_found(scene: Scene) -> None:
    owner, search, _ = await found(scene, 12)
    (digest,) = await due(scene, search)
    recorder = Recorder()
    async with serving(recorder) as settings:
        await asyncio.gather(*(send(scene, settings, digest) for _ in range(10)))
        assert await planned(scene) == []
        assert await due(scene, search) == []
    user = await scene.system.graph.read(user_by_id, id=owner.partition(":")[2])
    assert user
    assert recorder.recipients == [user.email]
    text = text_of(recorder)
    assert "Welders: 12\n" in text
    assert text.count("- Kim ") == digests.MOST_NAMED
    assert "and 2 more" in text
    (message,) = recorder.seen
    assert (message["Bcc"], message["Auto-Submitted"]) == (None, "auto-generated")
    assert await status(scene, digest) == DigestStatus.SENT
    new = await scene.welder()
    await scene.system.graph.execute(RENAME, id=new, name="Ada New")
    await scene.settle()
    (digest,) = await plan_later(scene, search)
    recorder = Recorder()
    async with serving(recorder) as settings:
        await send(scene, settings, digest)
    assert "Welders: 1\n- Ada New\n" in text_of(recorder)


async def test_searches_of_an_owner_come_in_one_digest(scene: Scene) -> None:
    owner, first, _ = await found(scene, 1)
    _, second, _ = await found(scene, 1, owner)
    await scene.system.graph.execute(WANT, id=first)
    (digest,) = await due(scene, second)
    recorder = Recorder()
    async with serving(recorder) as settings:
        await send(scene, settings, digest)
    assert text_of(recorder).count("Welders: ") == 2


async def test_where_nothing_is_new_no_mail_goes_out(scene: Scene) -> None:
    owner = await scene.user()
    search = await scene.standing(owner)
    assert await due(scene, search) == []
    _, seen, _ = await found(scene, 1, owner)
    await scene.system.graph.execute(SEE, id=seen)
    await scene.system.graph.execute(SEE, id=search)
    assert await due(scene, seen) == []
    assert await scene.system.graph.execute(DIGESTS) == []


@pytest.mark.parametrize("way", ["disabled", "role", "private", "seen"])
async def test_rights_are_those_of_the_moment_of_sending(scene: Scene, way: str) -> None:
    owner, search, people = await found(scene, 2)
    (digest,) = await due(scene, search)
    graph, id_ = scene.system.graph, owner.partition(":")[2]
    match way:
        case "disabled":
            await graph.write(set_status, id=id_, status=UserStatus.DISABLED)
        case "role":
            await scene.set_role(owner, AccessRole.EMPLOYEE)
        case "seen":
            await graph.execute(SEE, id=search)
        case _:
            for person in people:
                await graph.execute(HIDE, id=person, private=True)
    recorder = Recorder()
    async with serving(recorder) as settings:
        await send(scene, settings, digest)
    assert recorder.seen == []
    assert await status(scene, digest) == DigestStatus.CANCELLED


async def test_whom_the_owner_does_not_see_is_neither_named_nor_counted(scene: Scene) -> None:
    _, search, (shown, hidden) = await found(scene, 2)
    await scene.system.graph.execute(HIDE, id=hidden, private=True)
    await scene.system.graph.execute(RENAME, id=shown, name="Ada Shown")
    (digest,) = await due(scene, search)
    recorder = Recorder()
    async with serving(recorder) as settings:
        await send(scene, settings, digest)
    assert "Welders: 1\n- Ada Shown\n" in text_of(recorder)
    assert "Kim" not in text_of(recorder)


async def test_a_digest_whose_worker_died_is_not_sent_again_and_the_next_has_what_was_in_it(
    scene: Scene,
) -> None:
    _, search, _ = await found(scene, 1)
    (digest,) = await due(scene, search)
    recorder = Recorder()
    graph = scene.system.graph
    long_ago = timestamp(datetime.now(UTC) - timedelta(hours=1))
    claimed = {"claim_id": new_id(), "at": timestamp(datetime.now(UTC)), "lost_before": long_ago}
    assert await graph.write(digests.claim_digest, id=digest, **claimed, given_up_before=long_ago)
    async with serving(recorder) as settings:
        await send(scene, settings, digest)
        assert await status(scene, digest) == DigestStatus.SENDING
        await graph.execute(AGE, id=digest)
        assert digest in await planned(scene)
        await send(scene, settings, digest)
        assert await status(scene, digest) == DigestStatus.UNCERTAIN
        assert recorder.seen == []
        (later,) = await plan_later(scene, search)
        await send(scene, settings, later)
    assert "Welders: 1\n" in text_of(recorder)


async def plan_later(scene: Scene, search: str) -> list[str]:
    """Let the next digest be due, a day after the one that `due` makes."""
    await scene.system.graph.execute(
        Statement(
            "tests.want_later",
            "MATCH (s:SavedSearch {id: $id}) SET s.digest_due_at = '2026-01-02T06:00:00.000000Z'",
        ),
        id=search,
    )
    return await planned(scene)


@pytest.mark.parametrize(
    ("recorder", "end"),
    [
        (Recorder(rcpt="550 nobody"), DigestStatus.FAILED),
        (Recorder(hang_up=True), DigestStatus.UNCERTAIN),
        (Recorder(data="451 later"), DigestStatus.QUEUED),
    ],
    ids=["refused", "unclear", "later"],
)
async def test_a_mail_that_did_not_go_out_for_sure(
    scene: Scene, recorder: Recorder, end: DigestStatus
) -> None:
    _, search, _ = await found(scene, 1)
    (digest,) = await due(scene, search)
    async with serving(recorder) as settings:
        await send(scene, settings, digest)
        seen = len(recorder.seen)
        assert await status(scene, digest) == end
        recorder.data = "250 OK"
        await send(scene, settings, digest)
    assert len(recorder.seen) == seen + (end is DigestStatus.QUEUED)


async def test_what_is_never_taken_is_given_up(scene: Scene) -> None:
    _, search, _ = await found(scene, 1)
    (digest,) = await due(scene, search)
    await send(scene, mail_settings(unused_port()), digest)
    assert await status(scene, digest) == DigestStatus.QUEUED
    await scene.system.graph.execute(AGE_PLANNED, id=digest)
    await send(scene, mail_settings(unused_port()), digest)
    assert await status(scene, digest) == DigestStatus.FAILED


async def test_planned_by_many_at_once_there_is_one(scene: Scene) -> None:
    _, search, _ = await found(scene, 1)
    await scene.system.graph.execute(WANT, id=search)
    present = datetime.now(UTC)
    await asyncio.gather(*(scene.system.graph.write(plan_due, at=present, limit=10) for _ in range(5)))
    assert len(await scene.system.graph.execute(DIGESTS)) == 1


async def test_the_relay_calls_for_what_is_due(scene: Scene) -> None:
    _, search, _ = await found(scene, 1)
    await scene.system.graph.execute(WANT, id=search)
    recorder = Recorder()
    async with serving(recorder) as settings, running(scene.system.relay().run()):
        with scene.system.worker(KITH_SMTP_PORT=str(settings.port), KITH_SMTP_SENDER=settings.sender):

            async def sent() -> bool:
                return bool(recorder.seen)

            await eventually(sent, within=60)
    assert "Welders: 1\n" in text_of(recorder)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - given one
def test_digests_are_due_at_six(after: datetime) -> None:
    daily, weekly = next_due(DigestRhythm.DAILY, after), next_due(DigestRhythm.WEEKLY, after)
    assert next_due(DigestRhythm.NONE, after) is None
    assert daily
    assert weekly
    for due_at, most in ((daily, timedelta(days=1)), (weekly, timedelta(days=7))):
        moment = datetime.fromisoformat(due_at)
        assert timedelta() < moment - after <= most
        assert (moment.hour, moment.minute, moment.second) == (6, 0, 0)
    assert datetime.fromisoformat(weekly).weekday() == 0


@given(
    st.text(max_size=300), st.lists(st.none() | st.text(max_size=300), max_size=10), st.integers(0, 10_000)
)
def test_what_is_shown_is_bounded_and_keeps_its_lines(
    search: str, names: list[str | None], more: int
) -> None:
    lines = _shown(Finding(search, len(names) + more, names)).split("\n")
    assert len(lines) <= len(names) + 2
    assert all(len(line) <= 120 for line in lines)
