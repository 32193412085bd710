import asyncio
import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import outbox
from graph.client import Graph, Statement, Transaction
from graph.events import CHANGES_DOCUMENT, EventType, NewEvent, Subject
from graph.ids import new_id
from tests.graph.conftest import AT, Refused, size
from tests.workers.conftest import EMPTY

LEASE = "relay"
STORED = Statement(
    "tests.stored", "MATCH (e:Event) RETURN e.id AS id, e.sequence AS sequence, labels(e) AS labels"
)
STAMP = Statement("tests.stamp", "MATCH (e:Event {id: $id}) SET e.appended = $appended")
EXPIRE = Statement("tests.expire", "MATCH (l:Lease {name: $name}) SET l.until = 0")


def event(at: str = AT, *, id: str | None = None, kind: EventType = EventType.JOB_CREATED) -> NewEvent:
    subject = Subject(job_id="j", candidate_id="c")
    return NewEvent(id=id or new_id(), type=kind, at=at, actor="test", subject=subject)


async def append(graph: Graph, events: Sequence[NewEvent]) -> None:
    await graph.write(outbox.append, events)


async def take(graph: Graph, holder: str, milliseconds: int = 60_000) -> bool:
    return await graph.write(outbox.take_lease, name=LEASE, holder=holder, milliseconds=milliseconds)


async def number(graph: Graph, holder: str, limit: int) -> int:
    return await graph.write(outbox.number_pending, name=LEASE, holder=holder, limit=limit)


async def number_all(graph: Graph, limit: int = 1_000) -> int:
    assert await take(graph, "test")
    while await number(graph, "test", limit):
        pass
    return await graph.write(outbox.publish)


async def numbers(graph: Graph) -> dict[str, int | None]:
    return {row["id"]: row["sequence"] for row in await graph.execute(STORED)}


async def walk(
    graph: Graph, *, limit: int, types: Sequence[EventType] | None = None
) -> tuple[list[str], list[int]]:
    """Read the log to its end; return the ids of the events and where each page ended."""
    ids: list[str] = []
    ends: list[int] = []
    after = 0
    while True:
        page = await graph.read(outbox.events_after, after=after, types=types, limit=limit)
        ids += [found.id for found in page.events]
        ends.append(page.through)
        if not page.has_next:
            return ids, ends
        assert page.through > after
        after = page.through


MOMENTS = st.lists(st.integers(0, 3), min_size=1, max_size=12)


@given(MOMENTS, st.integers(1, 5))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_numbers_follow_time_without_gaps_whatever_the_batches(
    graph: Graph, moments: list[int], limit: int
) -> None:
    await graph.execute(EMPTY)
    events = [event(f"2026-01-01T00:00:00.{moment:06}Z") for moment in moments]
    await append(graph, events)
    assert await number_all(graph, limit) == len(events)
    in_time = sorted(events, key=lambda e: (e.at, e.id))
    assert await numbers(graph) == {e.id: i for i, e in enumerate(in_time, start=1)}
    assert await walk(graph, limit=limit) == ([e.id for e in in_time], await _ends(len(events), limit))


async def _ends(total: int, limit: int) -> list[int]:
    return [*range(limit, total, limit), total]


async def test_a_late_commit_of_an_early_event_gets_the_next_number(empty: Graph) -> None:
    late = event("2026-01-02T00:00:00.000000Z")
    await append(empty, [late])
    await number_all(empty)
    early = event("2026-01-01T00:00:00.000000Z")
    await append(empty, [early])
    await number_all(empty)
    assert await numbers(empty) == {late.id: 1, early.id: 2}


async def test_what_was_written_first_is_numbered_first_whatever_its_time(empty: Graph) -> None:
    first, second = event("2026-01-02T00:00:00.000000Z"), event("2026-01-01T00:00:00.000000Z")
    await append(empty, [second, first])
    await empty.execute(STAMP, id=first.id, appended=1)
    await empty.execute(STAMP, id=second.id, appended=2)
    await number_all(empty)
    assert await numbers(empty) == {first.id: 1, second.id: 2}


async def test_two_holders_that_contend_number_everything_once(empty: Graph) -> None:
    chance = random.Random(5)
    total = 300
    done = asyncio.Event()

    async def write() -> None:
        for _ in range(total // 10):
            await append(empty, [event() for _ in range(10)])

    async def contend(holder: str) -> int:
        given_ = 0
        while True:
            last = done.is_set()
            await take(empty, holder, 1)
            found = await number(empty, holder, chance.randrange(1, 9))
            given_ += found
            if last and not found and (await empty.read(outbox.backlog)).pending == 0:
                return given_

    async def writers() -> None:
        await asyncio.gather(write(), write())
        done.set()

    one, two, _ = await asyncio.gather(contend("one"), contend("two"), writers())
    assert one + two == 2 * total
    assert min(one, two) > 0
    given_ = [n for n in (await numbers(empty)).values() if n is not None]
    assert sorted(given_) == list(range(1, 2 * total + 1))


async def test_a_lease_has_one_holder_until_it_ends(empty: Graph) -> None:
    taken = await asyncio.gather(*(take(empty, f"holder {i}") for i in range(10)))
    assert taken.count(True) == 1
    holder = f"holder {taken.index(True)}"
    assert await take(empty, holder)
    assert not await take(empty, "other")
    await append(empty, [event()])
    assert await number(empty, "other", 10) == 0
    await empty.write(outbox.give_up_lease, name=LEASE, holder="other")
    assert not await take(empty, "other")
    assert await number(empty, holder, 10) == 1
    await empty.write(outbox.give_up_lease, name=LEASE, holder=holder)
    assert await take(empty, "other")
    assert not await take(empty, holder)
    await empty.execute(EXPIRE, name=LEASE)
    assert await take(empty, holder)
    assert await empty.write(outbox.take_lease, name="another", holder="other", milliseconds=60_000)


async def test_nothing_is_numbered_without_a_lease(empty: Graph) -> None:
    await append(empty, [event()])
    assert await number(empty, "nobody", 10) == 0
    assert list((await numbers(empty)).values()) == [None]


async def test_a_filter_pages_completely_through_gaps(empty: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SCAN_WINDOW", 7)
    rare = {3, 4, 29, 50}
    kinds = [EventType.INTAKE_FAILED if i in rare else EventType.JOB_CREATED for i in range(60)]
    events = [event(f"2026-01-01T00:00:00.{i:06}Z", kind=kind) for i, kind in enumerate(kinds)]
    await append(empty, events)
    await number_all(empty)
    wanted = [e.id for i, e in enumerate(events) if i in rare]
    for limit in (1, 2, 3, 10):
        ids, ends = await walk(empty, limit=limit, types=[EventType.INTAKE_FAILED])
        assert ids == wanted
        assert ends[-1] == 60
    others = [e.id for i, e in enumerate(events) if i not in rare]
    assert (await walk(empty, limit=5, types=[EventType.JOB_CREATED]))[0] == others
    both = [EventType.JOB_CREATED, EventType.INTAKE_FAILED]
    assert (await walk(empty, limit=5, types=both))[0] == (await walk(empty, limit=9))[0]
    assert await walk(empty, limit=5, types=[]) == ([], [*range(7, 60, 7), 60])
    beyond = await empty.read(outbox.events_after, after=99, types=None, limit=5)
    assert beyond == outbox.LogPage((), 99, has_next=False)


async def test_readers_see_numbers_once_they_are_published(empty: Graph) -> None:
    await append(empty, [event(), event()])
    assert await take(empty, "test")
    assert await number(empty, "test", 10) == 2
    assert await empty.read(outbox.last_sequence) == 0
    assert await walk(empty, limit=10) == ([], [0])
    assert await empty.write(outbox.publish) == 2
    assert await empty.read(outbox.last_sequence) == 2
    assert len((await walk(empty, limit=10))[0]) == 2


async def test_an_event_comes_out_as_it_went_in(empty: Graph) -> None:
    subject = Subject(
        candidate_id="c", job_id="j", application_id="a", referral_id="r", intake_id="i", template_id="t"
    )
    given_ = NewEvent(
        id=new_id(),
        type=EventType.APPLICATION_MOVED,
        at=AT,
        actor="somebody",
        subject=subject,
        detail={"status": "HIRED", "stage": 'ü "quoted"'},
    )
    await append(empty, [given_])
    await number_all(empty)
    (found,) = await empty.read(outbox.undelivered, limit=10)
    assert found.sequence == 1
    for name in ("id", "type", "at", "actor", "subject", "detail"):
        assert getattr(found, name) == getattr(given_, name)
    assert (await empty.read(outbox.events_after, after=0, types=None, limit=1)).events == (found,)


async def test_what_waits_is_counted_until_it_is_handed_on(empty: Graph) -> None:
    assert not await empty.read(outbox.waiting)
    assert await empty.read(outbox.backlog) == outbox.Backlog(0, 0, 0, 0, 0.0)
    events = [event(f"2026-01-01T00:00:00.{i:06}Z") for i in range(3)]
    await append(empty, events)
    assert await empty.read(outbox.waiting)
    behind = await empty.read(outbox.backlog)
    assert (behind.pending, behind.undelivered) == (3, 0)
    assert 0 < behind.oldest_pending_seconds < 600
    await number_all(empty)
    assert await empty.read(outbox.waiting)
    assert await empty.read(outbox.backlog) == outbox.Backlog(0, 3, 0, 0, 0.0)
    assert [found.id for found in await empty.read(outbox.undelivered, limit=2)] == [e.id for e in events[:2]]
    await empty.write(outbox.mark_delivered, ids=[events[0].id, events[2].id])
    assert [found.id for found in await empty.read(outbox.undelivered, limit=9)] == [events[1].id]
    await empty.write(outbox.mark_delivered, ids=[events[1].id])
    assert not await empty.read(outbox.waiting)


@pytest.mark.parametrize("kind", EventType)
async def test_what_changes_a_search_document_waits_for_the_index(empty: Graph, kind: EventType) -> None:
    await append(empty, [event(kind=kind)])
    assert (await empty.read(outbox.backlog)).unindexed == (kind in CHANGES_DOCUMENT)


async def refused_after_append(tx: Transaction, /) -> None:
    await outbox.append(tx, [event(), event(kind=EventType.CANDIDATE_CREATED)])
    raise Refused


async def test_a_transaction_that_fails_leaves_no_event(empty: Graph) -> None:
    with pytest.raises(Refused):
        await empty.write(refused_after_append)
    assert await size(empty) == (0, 0)
    await append(empty, [])
    assert await size(empty) == (0, 0)
    await append(empty, [event()])
    assert await number_all(empty) == 1
