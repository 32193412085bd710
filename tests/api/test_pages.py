"""What is served beside GraphQL."""

import json
import re

import httpx
from graphql import DocumentNode, parse

from api import operations
from tests.api.conftest import System
from tests.waiting import eventually


async def _get(system: System, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        return await client.get(f"{system.url}{path}", headers=headers)


async def test_graphiql_needs_nothing_from_outside(system: System) -> None:
    page = await _get(system, "/graphql", Accept="text/html")
    assert page.status_code == 200
    assert "GraphiQL" in page.text
    assert "://" not in page.text
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(files) == 4
    for file in files:
        served = await _get(system, file)
        assert served.status_code == 200, file
        assert len(served.content) > 1_000
    assert (await _get(system, "/graphiql/../../etc/passwd")).status_code == 404
    assert (await _get(system, "/graphiql/none.js")).status_code == 404


async def test_graphiql_has_the_operations_as_tabs(system: System) -> None:
    tabs = (await _get(system, "/graphiql/operations")).json()
    assert len(tabs) == len(operations.names()) > 10
    for tab in tabs:
        assert isinstance(parse(tab["query"]), DocumentNode)
        assert isinstance(json.loads(tab["variables"]), dict)


async def test_health(system: System) -> None:
    assert (await _get(system, "/livez")).status_code == 200

    async def ready() -> bool:
        answer = await _get(system, "/readyz")
        return answer.status_code == 200 and answer.json() == {"ready": True, "failing": []}

    await eventually(ready)  # the tests of absent engines may just have given them back


async def test_a_query_by_get_needs_a_token_too(system: System) -> None:
    assert (await _get(system, "/graphql?query={__typename}")).status_code == 401
    token = system.tokens["recruiter"]
    answer = await _get(system, "/graphql?query={__typename}", Authorization=f"Bearer {token}")
    assert answer.json()["data"] == {"__typename": "Query"}
    mutation = "mutation{createTemplate(input:{name:%22x%22,subject:%22x%22,body:%22x%22}){template{id}}}"
    before = await system.fingerprint()
    refused = await _get(system, f"/graphql?query={mutation}", Authorization=f"Bearer {token}")
    assert refused.status_code == 405
    assert await system.fingerprint() == before
