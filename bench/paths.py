"""Time referral paths on a graph of generated people, one of whose employers holds a third of them.

Usage: python -m bench.paths [PEOPLE] with KITH_NEO4J_URI naming an empty Neo4j, or one that an earlier run filled.
"""

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable

from graph.client import Graph, Statement, Transaction
from graph.ids import derived_id, new_id, now
from graph.migrations.runner import migrate
from graph.people import count_candidates, count_colleagues
from graph.profiles import Education, Employment, Profile, RecordKind, Role
from graph.records import NewRecord, save_records
from graph.referrals.paths import referral_paths
from graph.referrals.referrals import NewReferral, create_referral
from graph.settings import GraphSettings

BIG_SHARE = 0.34
COLLEAGUES = 0.02
BATCH = 1_000
ASKED = 100

FLOOR = Statement("bench.floor", "RETURN 1 AS one")
LARGEST = Statement(
    "bench.largest",
    "MATCH (c:Company) RETURN c.name AS name, COUNT { (c)<-[:WORKED_AT]-() } AS people ORDER BY people DESC LIMIT 3",
)


def person(number: int, people: int, random_: random.Random) -> Profile:
    """Someone with one to four employments; company sizes follow a power law below the one big employer."""
    start = random_.randint(1985, 2022)
    employments = []
    companies = max(10, people // 20)
    big = random_.random() < BIG_SHARE
    stints = random_.choice((1, 2, 2, 3, 4))
    at_big = random_.randrange(stints)
    for stint in range(stints):
        company = "Big" if big and stint == at_big else f"Company {int(companies * random_.random() ** 2.5)}"
        end = min(start + random_.randint(0, 5), 2026)
        month = random_.randint(1, 12)
        current = stint == stints - 1 and random_.random() < 0.7
        employments.append(
            Employment(
                company=company,
                title="Engineer",
                start=f"{start}-{month:02}",
                end=None if current else f"{end}-12",
                current=current,
                team=f"Team {random_.randrange(200)}",
            )
        )
        start = end
        if start >= 2026:
            break
    studied = random_.randint(1980, 2018)
    school = f"School {int(500 * random_.random() ** 2)}"
    return Profile(
        name=f"Person {number}",
        employments=tuple(employments),
        educations=(Education(school=school, start=str(studied), end=str(studied + 4)),),
    )


async def fill(graph: Graph, people: int) -> None:
    """Write the people and 5 referrals for each hundred."""
    random_ = random.Random(11)
    at = now()
    for base in range(0, people, BATCH):
        records = [
            NewRecord(
                id=derived_id("record", "bench", str(number)),
                kind=RecordKind.IMPORT,
                origin="bench",
                received_at=at,
                profile=person(number, people, random_),
                person_id=derived_id("person", "bench", str(number)),
                event_id=derived_id("event", "bench", str(number)),
                roles=(Role.EMPLOYEE,) if number < people * COLLEAGUES else (),
            )
            for number in range(base, min(base + BATCH, people))
        ]
        await graph.write(save_records, records=records, actor="bench", at=at)
        print(f"\r{base + len(records):,} of {people:,} people", end="", flush=True)
    print()
    colleagues = int(people * COLLEAGUES)
    for number in range(people // 20):
        referral = NewReferral(
            id=derived_id("referral", "bench", str(number)),
            event_id=new_id(),
            by_id=derived_id("person", "bench", str(random_.randrange(colleagues))),
            of_id=derived_id("person", "bench", str(random_.randrange(colleagues, people))),
        )
        await graph.write(create_referral, referral=referral, actor="bench", at=at)


async def floor(tx: Transaction) -> None:
    await FLOOR.rows(tx)


async def largest(tx: Transaction) -> str:
    return ", ".join(f"{row['name']} {row['people']:,}" for row in await LARGEST.rows(tx))


async def clock(name: str, work: Callable[[int], Awaitable[str]]) -> None:
    """Run `work` for numbers 0 to ASKED - 1 and print the percentiles; `work` says what it found in a word."""
    seconds, words = [], []
    for number in range(ASKED):
        began = time.perf_counter()
        words.append(await work(number))
        seconds.append(time.perf_counter() - began)
    seconds.sort()
    p50, p95, most = (seconds[int(ASKED * part) - 1] * 1e3 for part in (0.5, 0.95, 1))
    counts = ", ".join(f"{word} {words.count(word)}" for word in sorted(set(words)) if word)
    print(f"{name:28} p50 {p50:8.1f} ms   p95 {p95:8.1f} ms   most {most:8.1f} ms   {counts}", flush=True)


async def main(people: int) -> None:
    async with Graph.open(GraphSettings()) as graph:
        await migrate(graph)
        if not await graph.read(count_colleagues):
            await fill(graph, people)
        print(
            f"{await graph.read(count_candidates):,} candidates, {await graph.read(count_colleagues):,} colleagues;"
            f" largest employers: {await graph.read(largest)}"
        )
        random_ = random.Random(5)
        colleagues = int(people * COLLEAGUES)
        candidates = [
            derived_id("person", "bench", str(random_.randrange(colleagues, people))) for _ in range(ASKED)
        ]
        askers = [derived_id("person", "bench", str(random_.randrange(colleagues))) for _ in range(ASKED)]
        at = now()

        async def driver_floor(_: int) -> str:
            await graph.read(floor)
            return ""

        for _ in range(2):
            await clock("driver floor", driver_floor)
            for hops in (1, 2, 3):
                for asker in (False, True):

                    async def ask(number: int, hops: int = hops, asker: bool = asker) -> str:
                        found = await graph.read(
                            referral_paths,
                            candidate_id=candidates[number],
                            max_hops=hops,
                            limit=50,
                            at=at,
                            from_person_id=askers[number] if asker else None,
                        )
                        return ("found" if found.paths else "none") + (
                            "+truncated" if found.truncated else ""
                        )

                    await clock(f"{hops} hops{', one colleague' if asker else ''}", ask)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
