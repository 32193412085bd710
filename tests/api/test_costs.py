"""Each answer says what it cost; who asks for too much waits, and nobody else does."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest

from api.registered import ANONYMOUS
from graph.tokens import AccessRole
from schema.context import Context
from schema.loaders import Loaders
from schema.operations import Request
from tests.api.conftest import System
from tests.api.serving import LOOPBACK, Served, client, serving

TEN_JOBS = "{ jobs(first: 10) { nodes { id title } } }"
PRICE = 12
ENVIRONMENT = {"KITH_API_COST_CAPACITY": "60", "KITH_API_COST_RESTORE_RATE": "1"}


async def _post(served: Served, token: str, query: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as one:
        return await one.post(
            f"http://{LOOPBACK}:{served.port}/graphql",
            json={"query": query},
            headers={"Authorization": f"Bearer {token}"},
        )


async def _spend(served: Served, token: str) -> httpx.Response:
    """Ask until it is refused."""
    for _ in range(20):
        response = await _post(served, token, TEN_JOBS)
        if response.status_code != 200:
            return response
    raise AssertionError("nothing was refused")


async def test_each_answer_says_what_it_cost(system: System) -> None:
    answer = await system.post(TEN_JOBS)
    cost = answer["extensions"]["cost"]
    assert cost["requested"] == PRICE
    assert cost["actual"] == 2 + len(answer["data"]["jobs"]["nodes"])
    assert cost.keys() == {"requested", "actual", "remaining", "restoreRate"}
    for wrong in ("{ nothing }", "{"):
        refused = await system.post(wrong)
        assert refused["errors"]
        assert refused["extensions"]["cost"]["requested"] == 0, wrong


async def test_who_asks_for_too_much_is_told_when_to_come_again(system: System) -> None:
    async with serving(environment=ENVIRONMENT) as served:
        refused = await _spend(served, system.tokens["recruiter"])
        assert refused.status_code == 429
        (error,) = refused.json()["errors"]
        assert error["extensions"]["code"] == "THROTTLED"
        assert 1 <= error["extensions"]["retryAfter"] <= PRICE
        assert refused.headers["Retry-After"] == str(error["extensions"]["retryAfter"])
        assert refused.json()["extensions"]["cost"]["requested"] in {0, PRICE, 1}
        other = await _post(served, system.tokens["admin"], TEN_JOBS)
        assert other.status_code == 200, "others are not held back"


async def test_sockets_draw_from_the_same_bucket(system: System) -> None:
    async with serving(environment=ENVIRONMENT) as served, client(served, system.tokens["recruiter"]) as one:
        await _spend(served, system.tokens["recruiter"])
        for query in (TEN_JOBS, "subscription { events { type job { id } } }"):
            await one.subscribe(query, id=query)
            message = await one.receive()
            assert (message["id"], message["type"]) == (query, "error")
            assert message["payload"][0]["extensions"]["code"] == "THROTTLED"


async def test_a_query_that_costs_more_than_a_bucket_is_too_costly(system: System) -> None:
    async with serving(environment=ENVIRONMENT) as served:
        answer = await _post(served, system.tokens["recruiter"], "{ jobs(first: 90) { nodes { id } } }")
        assert answer.json()["errors"][0]["extensions"]["code"] == "QUERY_TOO_COSTLY"


async def test_a_flood_of_wrong_documents_is_throttled(system: System) -> None:
    async with serving(environment=ENVIRONMENT) as served:
        statuses = await asyncio.gather(
            *(_post(served, system.tokens["recruiter"], f"{{ wrong{i} }}") for i in range(30))
        )
        assert {response.status_code for response in statuses} >= {429}


TELLING = pytest.mark.parametrize(
    ("query", "told"),
    [
        ("{ __schema { queryType { name } } }", "introspection is off"),
        ("{ jobz(first: 1) { totalCount } }", "Cannot query field 'jobz' on type 'Query'."),
        ("{ jobs(first: 1, where: {titel: {}}) { totalCount } }", "unknown field 'titel'"),
    ],
)


@TELLING
async def test_partners_are_told_nothing_of_the_schema_in_production(
    system: System, query: str, told: str
) -> None:
    async with serving(environment={"KITH_API_PRODUCTION": "true"}) as served:
        answer: Any = (await _post(served, system.tokens["partner"], query)).json()
        assert told in answer["errors"][0]["message"], answer
        assert "Did you mean" not in str(answer)
        assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        colleague = (await _post(served, system.tokens["recruiter"], query)).json()
        assert colleague.get("data") or "Did you mean" in str(colleague)


@TELLING
@pytest.mark.parametrize("role", [AccessRole.CANDIDATE, AccessRole.ANONYMOUS])
async def test_no_outsider_is_told_of_the_schema_in_production(
    system: System, role: AccessRole, query: str, told: str
) -> None:
    async with serving(environment={"KITH_API_PRODUCTION": "true"}) as served:
        services = served.app.state.services
        principal = replace(ANONYMOUS, id=role.lower(), role=role)
        loaders = Loaders(services.graph, principal.viewer)
        context = Context(principal=principal, services=services, loaders=loaders)
        answer = orjson.loads(await served.operations.answer(Request(query=query), context))
        assert told in answer["errors"][0]["message"], answer
        assert "Did you mean" not in str(answer)
        assert "data" not in answer
