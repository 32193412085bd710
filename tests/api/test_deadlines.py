"""What takes too long, and what nobody waits for any more, is stopped where it runs."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

import httpx
import pytest
import pytest_asyncio

from graph import jobs
from graph.client import Statement
from graph.deadlines import within
from graph.errors import OutOfTime
from graph.ids import new_id
from schema.node import Kind, global_id
from schema.operations import JUDGED_AT_ONCE, JUDGES
from schema.plan.plan import RootPlan
from search.talent import searching
from search.talent.body import TalentQuery, build_talent_query
from tests.api.conftest import System
from tests.api.serving import LOOPBACK, Served, client, serving
from tests.waiting import eventually

SECONDS = 1.5
BUSY = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a, b WHERE sin(a + b) > 2"
SLOW_READ = Statement("tests.slow", BUSY + " RETURN collect(a)")
SLOW_WRITE = Statement("tests.slow", BUSY + " CREATE (:TestsSlow) RETURN count(*)")
RUNNING = Statement(
    "tests.running",
    "SHOW TRANSACTIONS YIELD currentQuery, status WHERE currentQuery CONTAINS 'sin(a + b)' "
    "AND NOT currentQuery STARTS WITH 'SHOW' RETURN currentQuery, status",
)
WRITTEN = Statement(
    "tests.written", "RETURN COUNT { (:TestsSlow) } + COUNT { (:Job {title: 'Too late'}) } AS n"
)
JOBS = "{ jobs(first: 2) { nodes { title } } }"
CREATE = 'mutation { createJob(input: { title: "Too late", description: "d" }) { job { id } } }'
SEARCH = '{ talentSearch(first: 2, text: "a") { totalCount } }'


@pytest_asyncio.fixture(loop_scope="session")
async def served(system: System) -> AsyncIterator[Served]:
    await system.settled()
    async with serving(environment={"KITH_API_REQUEST_SECONDS": str(SECONDS)}) as running:
        yield running


@pytest.fixture
def slow_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every planned read takes for ever."""
    monkeypatch.setattr(RootPlan, "_composed", lambda *_: [SLOW_READ])


@pytest.fixture
def slow_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every search takes minutes."""

    def slow(*arguments: Any) -> TalentQuery:
        query = build_talent_query(*arguments)
        busy = "double x = 0; for (int i = 0; i < 900000; ++i) { x += Math.sin(i) } return x > -1e9"
        query.body["query"] = {"bool": {"filter": [{"script": {"script": {"source": busy}}}]}}
        query.body["timeout"] = "10m"
        return query

    monkeypatch.setattr(searching, "build_talent_query", slow)


async def _post(served: Served, system: System, query: str, *, patience: float = 30) -> Any:
    async with httpx.AsyncClient(trust_env=False, timeout=patience) as one:
        headers = {"Authorization": f"Bearer {system.tokens['admin']}"}
        url = f"http://{LOOPBACK}:{served.port}/graphql"
        return (await one.post(url, json={"query": query}, headers=headers)).json()


def _codes(answer: Any) -> set[str]:
    return {error["extensions"]["code"] for error in answer["errors"]}


async def _runs(system: System) -> bool:
    return bool(await system.graph.execute(RUNNING))


async def _nothing_runs(system: System) -> None:
    async def nothing() -> bool:
        return not await _runs(system)

    await eventually(nothing, within=15)


async def _nothing_searches(engines: Mapping[str, str]) -> None:
    async with httpx.AsyncClient(base_url=engines["elasticsearch"], trust_env=False, timeout=30) as one:

        async def nothing() -> bool:
            found = (await one.get("/_tasks?actions=indices:data/read/search*")).json()
            running = [task for node in found["nodes"].values() for task in node["tasks"].values()]
            return all(task.get("cancelled") for task in running)

        await eventually(nothing, within=15)


@pytest.mark.usefixtures("slow_reads")
async def test_a_slow_read_is_stopped_in_neo4j(system: System, served: Served) -> None:
    asked = asyncio.create_task(_post(served, system, JOBS))
    await eventually(lambda: _runs(system))
    assert _codes(await asked) == {"TIMEOUT"}
    await _nothing_runs(system)


@pytest.mark.usefixtures("slow_reads")
async def test_a_read_that_nobody_waits_for_is_stopped_in_neo4j(system: System, served: Served) -> None:
    served.operations._seconds = 600
    asked = asyncio.create_task(_post(served, system, JOBS))
    await eventually(lambda: _runs(system))
    asked.cancel()
    with suppress(asyncio.CancelledError):
        await asked
    await _nothing_runs(system)


@pytest.mark.usefixtures("slow_reads")
async def test_a_read_of_a_socket_is_stopped_with_its_operation(system: System, served: Served) -> None:
    served.operations._seconds = 600
    async with client(served, system.tokens["admin"]) as one:
        await one.subscribe(JOBS)
        await eventually(lambda: _runs(system))
        await one.send(id="1", type="complete")
        await _nothing_runs(system)


async def test_what_graphql_core_reads_is_stopped_too(
    system: System, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.operations, "_planned", False)
    monkeypatch.setattr("schema.loaders.from_nothing", lambda *_, **__: SLOW_READ)
    assert _codes(await _post(served, system, JOBS)) == {"TIMEOUT"}
    await _nothing_runs(system)
    served.operations._seconds = 600
    with pytest.raises(httpx.ReadTimeout):
        await _post(served, system, JOBS, patience=SECONDS)
    await _nothing_runs(system)


async def test_a_slow_write_keeps_nothing(
    system: System, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = jobs.create_job

    async def slow(tx: Any, **given: Any) -> Any:
        made = await create(tx, **given)
        await SLOW_WRITE.run(tx)
        return made

    monkeypatch.setattr("schema.jobs.mutations.create_job", slow)
    assert _codes(await _post(served, system, CREATE)) == {"TIMEOUT"}
    await _nothing_runs(system)
    assert (await system.graph.execute(WRITTEN))[0]["n"] == 0


async def test_a_write_goes_on_where_nobody_waits_any_more(
    system: System, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    create = jobs.create_job

    async def held(tx: Any, **given: Any) -> Any:
        begun.set()
        await go_on.wait()
        return await create(tx, **given)

    monkeypatch.setattr("schema.jobs.mutations.create_job", held)
    served.operations._seconds = 600
    title = f"Written although the client left {new_id()}"
    asked = asyncio.create_task(_post(served, system, CREATE.replace("Too late", title)))
    await begun.wait()
    asked.cancel()
    with suppress(asyncio.CancelledError):
        await asked
    await asyncio.sleep(0)
    go_on.set()
    count = Statement("tests.count", "RETURN COUNT { (:Job {title: $title}) } AS n")

    async def written() -> bool:
        return bool((await system.graph.execute(count, title=title))[0]["n"] == 1)

    await eventually(written)


async def test_reads_that_nobody_waits_for_leave_room_to_graphql_core(
    system: System, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.operations, "_planned", False)
    served.operations._seconds = 600
    node = f'{{ node(id: "{global_id(Kind.JOB, new_id())}") {{ id }} }}'

    async def all_run() -> bool:
        return len(await system.graph.execute(RUNNING)) == JUDGED_AT_ONCE

    with monkeypatch.context() as patched:
        patched.setattr("schema.loaders.by_ids", lambda *_, **__: SLOW_READ)
        for _ in range(JUDGES // JUDGED_AT_ONCE):
            asked = [asyncio.create_task(_post(served, system, node)) for _ in range(JUDGED_AT_ONCE)]
            await eventually(all_run)
            for each in asked:
                each.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
            await _nothing_runs(system)
    assert (await _post(served, system, node))["data"] == {"node": None}


@pytest.mark.usefixtures("slow_search")
async def test_a_slow_search_is_stopped_in_elasticsearch(
    system: System, served: Served, engines: dict[str, str]
) -> None:
    assert _codes(await _post(served, system, SEARCH)) == {"TIMEOUT"}
    await _nothing_searches(engines)
    served.operations._seconds = 600
    with pytest.raises(httpx.ReadTimeout):
        await _post(served, system, SEARCH, patience=SECONDS)
    await _nothing_searches(engines)


async def test_nothing_begins_after_the_deadline(system: System) -> None:
    with within(0), pytest.raises(OutOfTime):
        await system.graph.value(SLOW_READ, {})
