"""Who asks for much at once waits for itself, and nobody else for it."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.turns import Turns


@given(asked=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3))), at_once=st.integers(1, 3))
async def test_nobody_has_more_turns_at_once_and_each_comes_in_its_order(
    asked: list[tuple[str, int]], at_once: int
) -> None:
    turns, running, begun = Turns(at_once), Counter[str](), list[int]()

    async def work(number: int, principal: str, steps: int) -> None:
        async with turns.of(principal):
            running[principal] += 1
            begun.append(number)
            assert running[principal] <= at_once
            for _ in range(steps):
                await asyncio.sleep(0)
            running[principal] -= 1

    await asyncio.gather(*(work(number, *each) for number, each in enumerate(asked)))
    for principal in "abc":
        ours = [number for number in begun if asked[number][0] == principal]
        assert ours == sorted(ours)
    assert sorted(begun) == list(range(len(asked)))
    assert len(turns) == 0


async def test_others_need_not_wait() -> None:
    turns = Turns(1)
    async with turns.of("busy"):
        async with asyncio.timeout(5), turns.of("other"):
            pass
        waiting = asyncio.create_task(_turn(turns, "busy"))
        await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await _turn(turns, "busy")
    assert len(turns) == 0


async def _turn(turns: Turns, principal: str) -> None:
    async with turns.of(principal):
        pass
