"""A flood of documents that nobody saw before: the process does not grow with it, and others get their answers."""

import asyncio
from collections import Counter
from itertools import pairwise

import httpx
import psutil

from schema.documents import MOST_TEXT
from tests.api.api_process import ApiProcess, api_process
from tests.api.conftest import System

FLOOD = 450
"""Documents of one wave, of 3,000 characters each: more than there is room for."""
FLOODING = 4
WAVES = 3
MOST_GROWTH = 32 * 2**20
"""Bytes that a wave may add once the caches are full; kept, its documents and plans would take twice as much."""
USUAL = {"query": "{ jobs(first: 3) { nodes { id title status } } }"}
FIELDS = " ".join(f"what_is_said_of_it_{number}: title" for number in range(90))


async def test_memory_stays_and_others_are_answered(system: System) -> None:
    assert FLOOD * len(FIELDS) > MOST_TEXT
    async with api_process(
        KITH_API_COST_CAPACITY="1000000000", KITH_API_COST_RESTORE_RATE="1000000000"
    ) as api:
        process = psutil.Process(api.process.pid)
        held: list[int] = []
        for wave in range(WAVES):
            answers, statuses = await _flooded(api, system, wave)
            assert statuses == {200: FLOOD}
            assert set(map(repr, answers)) == {repr(answers[0])}
            assert len(answers) > WAVES
            held.append(process.memory_info().rss)
    grown = [after - before for before, after in pairwise(held)]
    assert max(grown) < MOST_GROWTH, [round(each / 2**20) for each in held]


async def _flooded(api: ApiProcess, system: System, wave: int) -> tuple[list[object], Counter[int]]:
    """Send a wave; return what a well-behaved client was answered meanwhile, and the statuses of the flood."""
    numbers, statuses, answers = iter(range(FLOOD)), Counter[int](), []

    async def flood(client: httpx.AsyncClient) -> None:
        for number in numbers:
            query = f"{{ w{wave}_{number}: jobs(first: 1) {{ nodes {{ {FIELDS} }} }} }}"
            statuses[(await client.post("/graphql", json={"query": query})).status_code] += 1

    clients = [
        httpx.AsyncClient(
            base_url=api.url,
            trust_env=False,
            timeout=60,
            headers={"Authorization": f"Bearer {system.tokens[role]}"},
        )
        for role in ("recruiter", "admin")
    ]
    async with clients[0] as bad, clients[1] as good:
        floods = asyncio.gather(*(flood(bad) for _ in range(FLOODING)))
        while not floods.done():
            response = await good.post("/graphql", json=USUAL)
            assert response.status_code == httpx.codes.OK
            answers.append(response.json()["data"])
        await floods
    return answers, statuses
