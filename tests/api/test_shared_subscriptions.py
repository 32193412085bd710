"""Subscriptions over real sockets, the real log and the real graph: shared, bounded, and resumed."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from api import transport, wire
from graph import outbox
from graph.events import EventType
from schema.operations import Request
from tests.api.conftest import System
from tests.api.serving import SMALL_BUFFER, Client, Served, abort, client, serving
from tests.waiting import eventually

EVENTS = "subscription($after: String) { events(after: $after) { sequence cursor type candidateId } }"


@pytest.fixture
def executed(served: Served, monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How often each event was executed, by its number."""
    count: Counter[int] = Counter()
    frames = served.operations.frames

    async def counted(request: Request, context: Any, values: Sequence[Any]) -> list[bytes]:
        count.update(value.sequence for value in values)
        return await frames(request, context, values)

    monkeypatch.setattr(served.operations, "frames", counted)
    return count


async def clients(stack: AsyncExitStack, served: Served, token: str, number: int) -> list[Client]:
    return [await stack.enter_async_context(client(served, token)) for _ in range(number)]


async def listen(listeners: Sequence[Client], last: int) -> None:
    await asyncio.gather(*(one.listen(last) for one in listeners))


async def test_all_who_ask_alike_share_each_event_while_others_come_and_go(
    system: System, served: Served, executed: Counter[int]
) -> None:
    async with AsyncExitStack() as stack:
        stay = await clients(stack, served, system.tokens["recruiter"], 30)
        for one in stay:
            await one.subscribe(EVENTS)
        await served.all_live(30)
        first = await system.graph.read(outbox.last_sequence)
        last = await system.append(20)
        await listen(stay, last)
        assert executed == dict.fromkeys(range(first + 1, last + 1), 1)
        for turn in range(10):
            guests = await clients(stack, served, system.tokens["recruiter"], 3)
            for one in guests:
                await one.subscribe(EVENTS, {"after": str(first)} if turn % 2 else None)
            last = await system.append(3)
            await guests[0].connection.close()
            abort(guests[1])
            await guests[2].send(id="1", type="complete")
        await listen(stay, last)
        assert [one.numbers() for one in stay] == [list(range(first + 1, last + 1))] * len(stay)
        await served.all_live(30)
    await served.none_left()


async def test_two_hundred_subscriptions_of_one_socket_share_too(
    system: System, served: Served, executed: Counter[int]
) -> None:
    async with client(served, system.tokens["recruiter"]) as one:
        for number in range(200):
            await one.subscribe(EVENTS, id=f'"{number}" é\\')
        await served.all_live(200)
        first = await system.graph.read(outbox.last_sequence)
        last = await system.append(120)
        await one.listen(last)
        expected = list(range(first + 1, last + 1))
        assert all(one.numbers(each) == expected for each in one.events)
        assert executed == dict.fromkeys(expected, 1)


async def test_other_rights_share_nothing_and_equal_rights_do(
    system: System, served: Served, executed: Counter[int]
) -> None:
    async with AsyncExitStack() as stack:
        recruiters = await clients(stack, served, system.tokens["recruiter"], 2)
        (partner,) = await clients(stack, served, system.tokens["partner"], 1)
        for one in (*recruiters, partner):
            await one.subscribe(EVENTS)
        await served.all_live(3)
        first = await system.graph.read(outbox.last_sequence)
        await system.append(2, EventType.TEMPLATE_CREATED)
        last = await system.append(1)
        await listen([*recruiters, partner], last)
        assert [one.numbers() for one in recruiters] == [[first + 1, first + 2, last]] * 2
        assert partner.numbers() == [last]
        assert executed == {first + 1: 1, first + 2: 1, last: 2}
        assert len(served.feeds._groups) == 2


async def test_only_what_changes_the_payload_separates_groups(
    system: System, served: Served, executed: Counter[int]
) -> None:
    start = await system.append(3)
    query = "subscription($after: String, $with: Boolean!) { events(after: $after) { sequence type @include(if: $with) } }"
    async with AsyncExitStack() as stack:
        some = await clients(stack, served, system.tokens["recruiter"], 3)
        await some[0].subscribe(query, {"after": str(start), "with": True})
        await some[1].subscribe(query, {"with": True, "after": str(start - 2)})
        await some[2].subscribe(query, {"with": False, "after": str(start)})
        await served.all_live(3)
        executed.clear()
        last = await system.append(1)
        await listen(some, last)
        assert len(served.feeds._groups) == 2
        assert executed == {last: 2}
        assert [len(one.events["1"]) for one in some] == [1, 3, 1]
        assert [set(one.events["1"][-1]) for one in some] == [{"sequence", "type"}] * 2 + [{"sequence"}]


async def test_joining_at_any_moment_from_any_place_makes_no_gap(system: System, served: Served) -> None:
    chance = random.Random(7)
    start = await system.append(250)
    done = asyncio.Event()

    async def write() -> None:
        for _ in range(15):
            await system.append(chance.choice([1, 7, 40]))
        done.set()

    async def join(stack: AsyncExitStack) -> tuple[Client, int]:
        one = await stack.enter_async_context(client(served, system.tokens["recruiter"]))
        after = chance.randint(start - 250, await system.graph.read(outbox.last_sequence))
        await one.subscribe(EVENTS, {"after": str(after)})
        return one, after

    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        tasks.create_task(write())
        joined: list[tuple[Client, int]] = []
        while not done.is_set() or len(joined) < 30:
            joined.append(await join(stack))
        last = await system.append(1)
        await listen([one for one, _ in joined], last)
        for one, after in joined:
            assert one.numbers() == list(range(after + 1, last + 1))


async def test_who_does_not_read_is_closed_and_resumes_while_others_lose_nothing(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MOST_EVENTS", 300)
    gave_up = asyncio.Event()
    monkeypatch.setattr(transport.Transport, "_lose_patience", lambda _: gave_up.set())
    token = system.tokens["recruiter"]
    async with (
        serving(send_buffer=SMALL_BUFFER) as served,
        client(served, token, reads=False) as slow,
        AsyncExitStack() as stack,
    ):
        fast = await clients(stack, served, token, 5)
        for one in (slow, *fast):
            await one.subscribe(EVENTS)
        await served.all_live(6)
        first = await system.graph.read(outbox.last_sequence)
        while not gave_up.is_set():
            last = await system.append(100)
            await listen(fast, last)
            assert last - first < 5_000, "the slow reader should have been given up"
        closed = await slow.closed()
        assert closed.rcvd is not None
        assert (closed.rcvd.code, closed.rcvd.reason) == (wire.TOO_SLOW, wire.TOO_SLOW_REASON)
        got = slow.numbers()
        assert 0 < len(got) < last - first
        async with client(served, token) as again:
            await again.subscribe(EVENTS, {"after": slow.events["1"][-1]["cursor"]})
            last = await system.append(1)
            await listen([again, *fast], last)
            assert got + again.numbers() == list(range(first + 1, last + 1))
        assert [one.numbers() for one in fast] == [list(range(first + 1, last + 1))] * len(fast)


async def test_who_never_reads_again_is_dropped(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_EVENTS", 300)
    monkeypatch.setattr(transport, "FAREWELL_SECONDS", 0)
    async with (
        serving(send_buffer=SMALL_BUFFER) as served,
        client(served, system.tokens["recruiter"], reads=False) as slow,
    ):
        await slow.subscribe(EVENTS)
        await served.all_live(1)
        for _ in range(40):
            await system.append(100)
            if not served.feeds._groups:
                break
        await served.none_left()
        abort(slow)


async def test_a_replay_waits_for_its_reader(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little may wait, a slow reader gets a long log whole: it is read at the reader's pace."""
    monkeypatch.setattr(wire, "MOST_EVENTS", 150)
    start = await system.append(1)
    last = await system.append(1_500)
    async with (
        serving(send_buffer=SMALL_BUFFER) as served,
        client(served, system.tokens["recruiter"], reads=False) as slow,
    ):
        await slow.subscribe(EVENTS, {"after": str(start)})
        await slow.listen(last)
        assert slow.numbers() == list(range(start + 1, last + 1))


async def test_a_broken_connection_leaves_nothing_behind(system: System, served: Served) -> None:
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        listeners = await clients(stack, served, system.tokens["recruiter"], 10)
        for one in listeners:
            await one.subscribe(EVENTS)
        await served.all_live(10)
        for one in listeners:
            await one.subscribe(EVENTS, {"after": "0"}, id="2")
            abort(one)
    await served.none_left()

    async def as_before() -> bool:
        return asyncio.all_tasks() <= before

    await eventually(as_before)


async def test_an_id_that_is_used_again_gets_nothing_of_the_operation_before(
    system: System, served: Served
) -> None:
    start = await system.append(300)
    async with client(served, system.tokens["recruiter"]) as one:
        await one.subscribe(EVENTS, {"after": "0"})
        await one.send(id="1", type="complete")
        await one.subscribe(
            "subscription($after: String) { events(after: $after) { sequence } }", {"after": str(start)}
        )
        last = await system.append(2)
        messages: list[Any] = []
        while not messages or messages[-1]["sequence"] < last:
            messages.append((await one.receive())["payload"]["data"]["events"])
        new = [event for event in messages if "cursor" not in event]
        assert messages[-len(new) :] == new == [{"sequence": start + 1}, {"sequence": start + 2}]


async def test_what_is_wrong_with_one_operation_does_not_touch_the_others(
    system: System, served: Served
) -> None:
    wrong = {
        "syntax": ("subscription {", None, "GRAPHQL_PARSE_FAILED"),
        "field": ("subscription { events { nothing } }", None, "GRAPHQL_VALIDATION_FAILED"),
        "cursor": (EVENTS, {"after": "x"}, "INVALID_INPUT"),
        "variable": (EVENTS, {"after": 7}, "GRAPHQL_VALIDATION_FAILED"),
    }
    async with client(served, system.tokens["recruiter"]) as one:
        await one.subscribe(EVENTS)
        await served.all_live(1)
        for name, (query, variables, code) in wrong.items():
            payload = {"query": query, "variables": variables}
            await one.send(id=name, type="subscribe", payload=payload)
            message = await one.receive()
            assert (message["id"], message["type"]) == (name, "error")
            assert message["payload"][0]["extensions"]["code"] == code
        await one.listen(await system.append(1))


async def test_queries_and_mutations_answer_as_over_http(system: System, served: Served) -> None:
    query = "query($first: Int!) { jobs(first: $first) { nodes { id title } } }"
    create = 'mutation { createJob(input: { title: "Over a socket", description: "d" }) { job { title } } }'
    async with client(served, system.tokens["recruiter"]) as one:
        await one.send(id="q", type="subscribe", payload={"query": query, "variables": {"first": 3}})
        answer = await system.post(query, {"first": 3}, role="recruiter")
        message = await one.receive()
        assert (message["id"], message["type"], message["payload"]["data"]) == ("q", "next", answer["data"])
        assert await one.receive() == {"id": "q", "type": "complete"}
        await one.send(id="m", type="subscribe", payload={"query": create})
        created = (await one.receive())["payload"]
        assert created["data"] == {"createJob": {"job": {"title": "Over a socket"}}}
        assert await one.receive() == {"id": "m", "type": "complete"}
