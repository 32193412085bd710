"""A frozen Neo4j takes connections and answers nothing."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from engines import processes
from graph.client import Graph
from graph.errors import GraphUnavailable
from graph.outbox import last_sequence
from graph.settings import GraphSettings
from tests import conftest
from tests.waiting import eventually

pytestmark = pytest.mark.fault

PROMISED_SECONDS = 5.0


@asynccontextmanager
async def frozen() -> AsyncIterator[None]:
    record = processes.find(conftest.tests_home(), "neo4j")
    assert record is not None
    os.kill(record.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(record.pid, signal.SIGCONT)


async def test_whoever_waits_is_told_in_time_and_each_time_all_goes_on_afterwards(
    engines: dict[str, str],
) -> None:
    async with Graph.open(GraphSettings(uri=engines["neo4j"], pool_size=2)) as graph:

        async def answers() -> bool:
            return await graph.read(last_sequence) >= 0

        for _ in range(3):
            await eventually(answers)
            async with frozen(), asyncio.timeout(PROMISED_SECONDS):
                waiting = [graph.read(last_sequence) for _ in range(6)]
                told = await asyncio.gather(*waiting, return_exceptions=True)
                assert [type(each) for each in told] == [GraphUnavailable] * 6
                with pytest.raises(GraphUnavailable):
                    await graph.read(last_sequence)
        await eventually(answers)


async def test_who_waits_for_a_connection_waits_as_long_as_neo4j_lives(engines: dict[str, str]) -> None:
    settings = GraphSettings(uri=engines["neo4j"], pool_size=1, connect_seconds=0.5, silence_seconds=30)
    async with Graph.open(settings) as graph:
        numbers = await asyncio.gather(*(graph.read(last_sequence) for _ in range(200)))
        assert len(set(numbers)) == 1
