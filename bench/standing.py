"""Time from a commit until a standing search tells of it, and what standing searches cost the indexing.

Usage: python -m bench.standing [PEOPLE] with KITH_NEO4J_URI, KITH_ELASTICSEARCH_URL and KITH_REDIS_URL naming engines
whose data may be deleted. For 0, 100 and 1,000 standing searches, in turns, all people are committed, and numbered once one
worker process is ready: how long until all are indexed, and until all were looked at. Then candidates come in one by one.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from itertools import cycle, islice

from redis.asyncio import Redis

from api.demo.words.occupations import OCCUPATIONS
from api.taxonomy import seed_taxonomy
from bench.indexing import PREFIX, commit_people, drop, empty, searchable, until, worker
from graph import outbox
from graph.client import Graph, Statement
from graph.events import Change
from graph.ids import new_id, now
from graph.migrations.runner import migrate
from graph.owners import owners
from graph.profiles import Profile, RecordKind
from graph.records import NewRecord, save_records
from graph.searches import NewSavedSearch, create_saved_search
from graph.settings import GraphSettings
from graph.standing.choosing import MOST_OF_OWNER, Baseline, DigestRhythm, stand
from graph.tokens import AccessRole
from graph.users import NewUser, UserStatus, add_user
from search.client import open_client
from search.indices import candidate_index, ensure_indices
from search.settings import ElasticsearchSettings
from search.talent.conditions import Check
from search.talent.request import TalentRequest
from search.talent.saved import content_of
from workers.relay import LEASE as RELAY
from workers.settings import RedisSettings

NUMBERS = (0, 100, 1_000)
ROUNDS = 2
NEWCOMERS = 20
LOOKED_THROUGH = Statement(
    "bench.looked_through",
    """
    MATCH (s:Sequence {name: 'events'})
    OPTIONAL MATCH (c:StandingSearches)
    RETURN s.published - coalesce(c.through, s.published) AS left
    """,
)
TOLD = Statement(
    "bench.told",
    "RETURN EXISTS { MATCH (e:Event {candidate_id: $id, type: 'saved_search.matched'}) WHERE e.sequence > 0 } AS told",
)
FOUND = Statement("bench.found", "MATCH (:SavedSearch)-[f:FOUND]->() RETURN count(f) AS found")


def searches() -> list[TalentRequest]:
    """Return searches as people save them: a title, one of two skills, some years; each differs from all others."""
    made = []
    for years in range(20):
        for occupation in OCCUPATIONS:
            for one, other in zip(occupation.skills, occupation.skills[1:], strict=False):
                text = (
                    f'title:("{occupation.titles[1]}" OR {occupation.name}) AND ({one} OR {other}) nice:{one}'
                )
                made.append(TalentRequest(text=text, where=(Check("years_experience", "gte", years),)))
    return made


async def let_stand(graph: Graph, number: int) -> None:
    wanted = iter(searches()[:number])
    while some := list(islice(wanted, MOST_OF_OWNER)):
        user = NewUser(
            id=new_id(),
            email=f"{new_id()}@example.net",
            role=AccessRole.RECRUITER,
            status=UserStatus.ACTIVE,
        )
        actor = f"user:{await graph.write(add_user, user=user, at=now())}"
        viewer = (await graph.read(owners, actors=[actor], at=now()))[actor].viewer
        for request in some:
            content = content_of(request)
            search = NewSavedSearch(id=new_id(), name="Bench", shared=False, content=content)
            await graph.write(create_saved_search, search=search, change=Change.by(actor))
            await graph.write(
                stand,
                id=search.id,
                expected_version=None,
                digest=DigestRhythm.NONE,
                due_at=None,
                baseline=Baseline(content=content, candidates=(), through=0),
                viewer=viewer,
                change=Change.by(actor),
            )


def newcomer(request: TalentRequest) -> NewRecord:
    """Return somebody whom the search finds."""
    words = request.text.replace("title:", "").translate(str.maketrans("()", "  "))
    return NewRecord(
        id=new_id(),
        kind=RecordKind.FORM,
        origin="bench",
        received_at=now(),
        profile=Profile(
            name="Kim New", headline=words.replace('"', "").replace(" OR ", " ").replace(" AND ", " ")
        ),
        person_id=new_id(),
        event_id=new_id(),
    )


async def looked_through(graph: Graph) -> float:
    async def everything() -> bool:
        (row,) = await graph.execute(LOOKED_THROUGH)
        return bool(row["left"] <= 0)

    return await until(everything)


async def told_after(graph: Graph, number: int) -> list[float]:
    """Let newcomers in one by one; return the seconds from each commit until a numbered event tells of them."""
    seconds = []
    fitting = cycle(
        [each for each in searches()[:number] if each.where[0] == Check("years_experience", "gte", 0)]
    )
    for request in islice(fitting, NEWCOMERS):
        (saved,) = await graph.write(save_records, records=[newcomer(request)], actor="bench", at=now())

        async def told(id_: str = saved.person_id) -> bool:
            (row,) = await graph.execute(TOLD, id=id_)
            return bool(row["told"])

        seconds.append(await until(told))
    return seconds


async def main(number: int) -> None:
    os.environ.setdefault("KITH_STORE_PATH", tempfile.mkdtemp())
    os.environ["KITH_ELASTICSEARCH_INDEX_PREFIX"] = PREFIX
    index = candidate_index(PREFIX)
    async with (
        Graph.open(GraphSettings()) as graph,
        open_client(ElasticsearchSettings()) as client,
        Redis.from_url(RedisSettings().url) as redis,
    ):
        await migrate(graph)
        for turn in range(ROUNDS):
            for standing in NUMBERS if turn % 2 == 0 else NUMBERS[::-1]:
                await empty(graph)
                await redis.flushall()
                await drop(client)
                await ensure_indices(client, index)
                await seed_taxonomy(graph)
                await let_stand(graph, standing)
                await commit_people(graph, number)
                hold = {"name": RELAY, "holder": "bench"}
                await graph.write(outbox.take_lease, **hold, milliseconds=600_000)
                async with worker():
                    await graph.write(outbox.give_up_lease, **hold)
                    begin = time.perf_counter()
                    await searchable(graph)
                    indexed = time.perf_counter() - begin
                    await looked_through(graph)
                    whole = time.perf_counter() - begin
                    (row,) = await graph.execute(FOUND)
                    seconds = sorted(await told_after(graph, standing)) if standing else []
                print(
                    f"{standing} standing searches: {number} candidates indexed at {number / indexed:.0f}/s, "
                    f"all looked at after {whole:.1f} s, {row['found']} matches"
                )
                if seconds:
                    print(
                        f"  told of one newcomer: p50 {statistics.median(seconds):.2f} s, "
                        f"p95 {seconds[int(len(seconds) * 0.95)]:.2f} s"
                    )
        await empty(graph)
        await drop(client)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000))
