"""What plans promise besides the right answer: rights, bounds, parameters only, and an event loop that stays free."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from graphql import get_introspection_query

from graph.client import Graph, Statement
from graph.rights import Permission
from graph.tokens import AccessRole
from schema import documents, operations
from schema.node import Kind, global_id
from schema.operations import Operations, Request
from tests.probing import MOST_SECONDS, probing
from tests.schema.conftest import SCHEMA, context_of

JOBS, APPLICATIONS = 25, 100
USUAL = 20
"""How often a well-behaved client asks while others flood."""
CLEAR = Statement("test.clear_query_caches", "CALL db.clearQueryCaches() YIELD value RETURN value")
JOBS_THERE = Statement("test.jobs_there", "MATCH (j:Job) RETURN count(j) AS jobs")
UNREADABLE_EVENT = Statement(
    "test.unreadable_event",
    """
    CREATE (:Event {id: 'event-1', sequence: 1, type: 'taxonomy.imported', at: '2026-01-01T00:00:00.000000Z', actor: 0.5, detail: '{}'}),
           (:Sequence {name: 'events', value: 1, published: 1})
    """,
)
FILL = Statement(
    "test.fill",
    """
    UNWIND range(1, $jobs) AS j
    CREATE (job:Job {id: 'job-' + j, title: 'Job ' + j, description: 'text', status: 'OPEN', openings: 1,
                     employment_type: 'FULL_TIME', created_at: '2026-01-01T00:00:00.000000Z'})
    CREATE (job)-[:HAS_STAGE]->(stage:Stage {id: 'stage-' + j, name: 'New', category: 'APPLIED', position: 0})
    WITH job, stage, j
    UNWIND range(1, $applications) AS a
    CREATE (app:Application {id: 'app-' + j + '-' + a, status: 'ACTIVE', source: 'board',
                             applied_at: '2026-01-01T00:00:00.000000Z'})-[:FOR]->(job)
    CREATE (app)-[:IN_STAGE {since: '2026-01-01T00:00:00.000000Z'}]->(stage)
    """,
)


@pytest.fixture
def planner() -> Iterator[Operations]:
    """What answers operations, with nothing prepared yet."""
    made = Operations(SCHEMA)
    yield made
    made.close()


@pytest.fixture
async def full(empty: Graph) -> Graph:
    """A graph with jobs enough for the biggest answers that are allowed."""
    await empty.execute(FILL, jobs=JOBS, applications=APPLICATIONS)
    return empty


async def _answer(planner: Operations, graph: Graph, query: str, role: AccessRole = AccessRole.ADMIN) -> Any:
    return orjson.loads(await planner.answer(Request(query=query), context_of(graph, role)))


async def test_no_plan_serves_principals_with_other_rights(planner: Operations, full: Graph) -> None:
    query = "{ jobs(first: 1) { nodes { title stages { name } } } }"
    for role in (AccessRole.ADMIN, AccessRole.PARTNER, AccessRole.RECRUITER, AccessRole.EMPLOYEE):
        answer = await _answer(planner, full, query, role)
        (job,) = answer["data"]["jobs"]["nodes"]
        if role in (AccessRole.ADMIN, AccessRole.RECRUITER):
            assert job["stages"] == [{"name": "New"}]
            assert "errors" not in answer
        else:
            assert job["stages"] is None
            assert "errors" not in answer
            assert answer["extensions"]["redactions"] == [
                {"path": ["jobs", "nodes", 0, "stages"], "reason": "needs applications:read"}
            ]


async def test_no_plan_serves_tokens_with_other_scopes(planner: Operations, full: Graph) -> None:
    """One planner, one role, one document: what a scope leaves out is masked for that token alone."""
    query = "{ jobs(first: 1) { nodes { title stages { name } } } }"
    jobs, applications = Permission.JOBS_READ, Permission.APPLICATIONS_READ
    for scopes in (None, [jobs], [jobs, applications], [applications], None, [jobs]):
        context = context_of(full, AccessRole.RECRUITER)
        allowed = None if scopes is None else frozenset(scopes)
        principal = replace(context.principal, scopes=allowed)
        answer = orjson.loads(
            await planner.answer(Request(query=query), replace(context, principal=principal))
        )
        if scopes == [applications]:
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
            continue
        assert "errors" not in answer
        (job,) = answer["data"]["jobs"]["nodes"]
        sees_stages = scopes is None or applications in scopes
        assert job["stages"] == ([{"name": "New"}] if sees_stages else None), scopes
        assert ("redactions" in answer.get("extensions", {})) is not sees_stages, scopes


async def test_what_is_masked_is_not_read(planner: Operations, full: Graph) -> None:
    query = "{ jobs(first: 1) { nodes { title stages { name } applications(first: 1) { totalCount } } } }"
    read = {
        role: await planner.explain(Request(query=query), context_of(full, role))
        for role in (AccessRole.ADMIN, AccessRole.PARTNER)
    }
    assert "HAS_STAGE" in read[AccessRole.ADMIN]
    assert "Application" in read[AccessRole.ADMIN]
    assert "HAS_STAGE" not in read[AccessRole.PARTNER]
    assert "Application" not in read[AccessRole.PARTNER]
    assert "stages is masked: it needs applications:read" in read[AccessRole.PARTNER]


async def test_explaining_tells_rows_and_times_what_is_computed_and_why_one_falls_back(
    planner: Operations, full: Graph
) -> None:
    context = context_of(full, AccessRole.ADMIN)
    told = await planner.explain(
        Request(query="{ jobs(first: 3) { nodes { title } } candidates(first: 1) { nodes { seniority } } }"),
        context,
    )
    assert re.search(r"^costs \d+ points at most$", told, re.MULTILINE)
    reads = re.findall(r"^  \S+: (\d+) lists read in (\d+\.\d) ms$", told, re.MULTILINE)
    assert len(reads) == told.count("MATCH (") == 2
    assert all(int(rows) >= 1 and float(milliseconds) > 0 for rows, milliseconds in reads)
    assert "  computed in Python: seniority: latest_seniority(" in told
    fallen = await planner.explain(
        Request(query="query($n: Int!) { jobs(first: $n) { totalCount } }", variables={}), context
    )
    assert fallen.endswith("falls back to graphql-core: the variables are not as declared")
    change = 'mutation { createJob(input: {title: "a", description: "b"}) { job { title } } }'
    before = await full.execute(JOBS_THERE)
    kept = await planner.explain(Request(query=change), context)
    assert "not run, since it is no query" in kept
    assert "a resolver does its work" in kept
    assert await full.execute(JOBS_THERE) == before
    deep = "{ jobs(first: 100) { nodes { applications(first: 100) { nodes { candidate { applications(first: 9) { totalCount } } } } } } }"
    assert (await planner.explain(Request(query=deep), context)).startswith("refused: ")


async def test_one_shape_is_planned_once_by_neo4j(planner: Operations, full: Graph) -> None:
    await full.execute(CLEAR)
    for i in range(100):
        query = (
            f'{{ jobs(first: {1 + i % 20}, where: {{title: {{startsWith: "Job {i}"}}}}) {{ nodes {{ title '
            f'applications(first: {1 + i % 50}, where: {{source: {{eq: "b{i}"}}}}) {{ nodes {{ id }} }} }} }} }}'
        )
        assert "errors" not in await _answer(planner, full, query)
    (cleared,) = await full.execute(CLEAR)
    kept = int(next(word for word in cleared["value"].split() if word.isdigit()))
    assert kept <= 5  # the read, and what clears the caches


async def test_a_flood_of_documents_stays_within_bounds_and_lets_others_through(
    full: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_DOCUMENTS", 50)
    monkeypatch.setattr(operations, "MOST_PLANS", 50)
    planner = Operations(SCHEMA)
    usual = "{ jobs(first: 3) { nodes { title } } }"
    expected = await _answer(planner, full, usual)

    async def flood(kind: int) -> None:
        for i in range(150):
            await _answer(planner, full, f"{{ a{kind}_{i}: jobs(first: 1) {{ nodes {{ id title }} }} }}")

    floods = [asyncio.create_task(flood(kind)) for kind in range(4)]
    for _ in range(USUAL):
        assert await _answer(planner, full, usual) == expected
    assert not all(task.done() for task in floods), "the flood was over before anybody could suffer from it"
    await asyncio.gather(*floods)
    documents_kept, plans_kept = planner.kept()
    assert 25 <= documents_kept <= 50
    assert 25 <= plans_kept <= 50
    assert usual in planner._documents
    misses = planner.plans.misses
    assert await _answer(planner, full, usual) == expected
    assert planner.plans.misses == misses, "the flood displaced the plan of what is asked all the time"
    planner.close()


async def test_a_field_whose_resolver_fails_leaves_the_others(planner: Operations, full: Graph) -> None:
    await full.execute(UNREADABLE_EVENT)
    answer = await _answer(
        planner, full, '{ node(id: "x") { id } jobs(first: 1) { nodes { title } } __typename }'
    )
    assert answer["data"]["jobs"]["nodes"]
    broken = '{ node(id: "x") { id } events(first: 1) { lastSequence } }'
    answer = await _answer(planner, full, broken)
    assert [(each["path"], each["extensions"]["code"]) for each in answer["errors"]] == [
        (["events"], "INTERNAL")
    ]
    assert "partition" not in orjson.dumps(answer).decode()


async def test_long_documents_are_answered_but_not_kept(planner: Operations, full: Graph) -> None:
    query = '{ jobs(first: 1, where: {title: {eq: "' + "x" * 900 + '"}}) { nodes { title } } }'
    padded = query + "#" * documents.MOST_CHARACTERS_KEPT
    assert (await _answer(planner, full, padded))["data"] == {"jobs": {"nodes": []}}
    assert planner.kept() == (0, 0)


PAGES = " ".join(
    f"a{i}: applications(first: 100) {{ nodes {{ id status source stageSince }} }}" for i in range(3)
)
HARDEST = {
    "many values": f"{{ jobs(first: 25) {{ nodes {{ title {PAGES} }} }} }}",
    "many values, one of them wrong": f"{{ jobs(first: 25) {{ nodes {{ title {PAGES} "
    'b: applications(first: 1, after: "x") { totalCount } } } }',
    "many roots": "{"
    + " ".join(
        f'a{i}: job(by: {{ id: "{global_id(Kind.JOB, "x")}" }}) {{ id title description openings }}'
        for i in range(55)
    )
    + "}",
    "many fields": "{ jobs(first: 25) { nodes {"
    + " ".join(f"f{i}: title" for i in range(95))
    + " title" * 15
    + "} } }",
    "introspection": get_introspection_query(),
}


@pytest.mark.parametrize("name", HARDEST)
@pytest.mark.usefixtures("memory_as_in_the_api")
async def test_no_allowed_request_holds_the_event_loop(planner: Operations, full: Graph, name: str) -> None:
    for _ in ("cold", "warm"):
        await asyncio.sleep(0)
        with probing() as probe:
            request = Request(query=HARDEST[name])
            body = await asyncio.create_task(planner.answer(request, context_of(full, AccessRole.ADMIN)))
        answer = orjson.loads(body)
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert "QUERY_TOO_COSTLY" not in codes
        assert answer["data"] is not None
        assert probe.seconds < MOST_SECONDS, probe.told
