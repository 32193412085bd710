"""GraphQL over HTTP, rule by rule: https://graphql.github.io/graphql-over-http/draft/."""

import json
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.api.conftest import System

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
QUERY = "{ __typename }"
ANSWER = {"__typename": "Query"}
TYPE = "query Type($name: String!) { __type(name: $name) { name } }"
CREATE = 'mutation { createJob(input: { title: "Over HTTP", description: "d" }) { job { title } } }'
UPLOAD = "mutation($file: Upload!) { importResume(input: { file: $file }) { userErrors { code } } }"
FORM = {
    "operations": json.dumps({"query": UPLOAD, "variables": {"file": None}}),
    "map": json.dumps({"0": ["variables.file"]}),
}


def answered(response: httpx.Response) -> Any:
    """Return the data of an answer without errors."""
    answer = response.json()
    assert set(answer) == {"data", "extensions"}, answer
    return answer["data"]


class Door:
    """The endpoint for one signed-in recruiter."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def post(self, body: Any = None, *, accept: str | None = None, **request: Any) -> httpx.Response:
        if body is not None:
            request["json"] = body
        return await self._send("POST", accept, **request)

    async def get(self, *, accept: str | None = None, **parameters: str) -> httpx.Response:
        return await self._send("GET", accept, params=parameters)

    async def _send(self, method: str, accept: str | None, **request: Any) -> httpx.Response:
        headers = dict(request.pop("headers", {})) | ({} if accept is None else {"Accept": accept})
        return await self.client.request(method, "/graphql", headers=headers, **request)


@pytest_asyncio.fixture(loop_scope="session")
async def door(system: System) -> Any:
    headers = {"Authorization": f"Bearer {system.tokens['recruiter']}"}
    async with httpx.AsyncClient(base_url=system.url, headers=headers, timeout=60, trust_env=False) as client:
        del client.headers["accept"]
        yield Door(client)


NO_TEXTS: tuple[Any, ...] = ({"obj": "ect"}, 0, False, ["array"], None, "")
NO_OBJECTS: tuple[Any, ...] = ("string", 0, False, ["array"])
NO_NAMES: tuple[Any, ...] = ({}, 0, False, ["array"])


def media_type(response: httpx.Response) -> str:
    kind, _, charset = response.headers["content-type"].partition("; ")
    assert charset == "charset=utf-8"
    response.content.decode("utf-8")
    return str(kind)


def code(response: httpx.Response) -> Any:
    answer = response.json()
    assert "data" not in answer
    return answer["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (f"{JSON}; charset=utf-8", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON};q=0.5, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0.1, {JSON}", JSON),
        (f"{GRAPHQL};q=0, */*", JSON),
        (f"{JSON};q=0, application/*", GRAPHQL),
        (f"text/plain, {GRAPHQL.upper()}", GRAPHQL),
        (f"{GRAPHQL}, {JSON}, {EVENT_STREAM}, multipart/mixed", GRAPHQL),
        ("text/html, */*;q=0.1", JSON),
        (f",;q=x,{GRAPHQL}", GRAPHQL),
    ],
)
async def test_the_answer_has_the_media_type_that_is_wanted_most(
    door: Door, accept: str | None, expected: str
) -> None:
    response = await door.post({"query": QUERY}, accept=accept)
    assert (response.status_code, media_type(response), answered(response)) == (200, expected, ANSWER)
    assert response.headers["vary"] == "Accept"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("accept", ["text/plain", "image/*", f"{JSON};q=0", f"{JSON};q=x", "rubbish", ";;,"])
async def test_nothing_that_is_accepted_is_406_and_nothing_runs(
    system: System, door: Door, accept: str
) -> None:
    before = await system.fingerprint()
    response = await door.post({"query": CREATE}, accept=accept)
    assert (response.status_code, media_type(response), code(response)) == (406, JSON, "NOT_ACCEPTABLE")
    assert await system.fingerprint() == before


@pytest.mark.parametrize("content_type", [JSON, f"{JSON}; charset=utf-8", f'{JSON.upper()};charset="UTF-8"'])
async def test_a_request_is_json_in_utf_8(door: Door, content_type: str) -> None:
    body = json.dumps({"query": '{ __type(name: "Run🏃Swim🏊") { name } }'}, ensure_ascii=False)
    response = await door.post(content=body.encode(), headers={"Content-Type": content_type})
    assert (response.status_code, answered(response)) == (200, {"__type": None})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/graphql"},
        {"Content-Type": f"{JSON}; charset=utf-16"},
        {"Content-Type": JSON, "Content-Encoding": "gzip"},
    ],
    ids=str,
)
async def test_other_bodies_are_415_and_nothing_runs(
    system: System, door: Door, headers: dict[str, str]
) -> None:
    before = await system.fingerprint()
    response = await door.post(content=json.dumps({"query": CREATE}).encode(), headers=headers)
    assert (response.status_code, code(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert await system.fingerprint() == before


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
@pytest.mark.parametrize(
    "body",
    [
        "",
        '{ "not a JSON',
        "[]",
        json.dumps([{"query": QUERY}]),
        json.dumps({"qeury": QUERY}),
        *(json.dumps({"query": wrong}) for wrong in NO_TEXTS),
        *(
            json.dumps({"query": QUERY, name: wrong})
            for name in ("variables", "extensions")
            for wrong in NO_OBJECTS
        ),
        *(json.dumps({"query": QUERY, "operationName": wrong}) for wrong in NO_NAMES),
    ],
)
async def test_what_is_not_well_formed_is_400(door: Door, accept: str, body: str) -> None:
    response = await door.post(content=body.encode(), headers={"Content-Type": JSON}, accept=accept)
    assert (response.status_code, media_type(response), code(response)) == (400, accept, "BAD_REQUEST")


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_all_parameters_can_be_given_or_be_null(door: Door, accept: str) -> None:
    for name in ("variables", "operationName", "extensions"):
        response = await door.post({"query": QUERY, name: None}, accept=accept)
        assert (response.status_code, answered(response)) == (200, ANSWER)
    request = {
        "query": f"{TYPE} query Other {{ __typename }}",
        "variables": {"name": "Job"},
        "operationName": "Type",
        "extensions": {"some": "value"},
    }
    response = await door.post(request, accept=accept)
    assert (response.status_code, answered(response)) == (200, {"__type": {"name": "Job"}})


@pytest.mark.parametrize("accept", [None, JSON, GRAPHQL])
async def test_queries_go_by_get_too(door: Door, accept: str | None) -> None:
    assert answered(await door.get(query=QUERY, accept=accept)) == ANSWER
    response = await door.get(
        query=f"{TYPE} query Other {{ __typename }}",
        variables=json.dumps({"name": "Job"}),
        operationName="Type",
        extensions="{}",
        accept=accept,
    )
    assert (response.status_code, answered(response)) == (200, {"__type": {"name": "Job"}})
    assert answered(await door.get(query=QUERY, variables="", operationName="", accept=accept)) == ANSWER


@pytest.mark.parametrize(
    "parameters",
    [{}, {"query": ""}, {"query": QUERY, "variables": "{"}, {"query": QUERY, "extensions": "[]"}],
    ids=str,
)
async def test_a_get_that_is_not_well_formed_is_400(door: Door, parameters: dict[str, str]) -> None:
    response = await door.get(**parameters, accept=GRAPHQL)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_mutations_do_not_go_by_get(system: System, door: Door) -> None:
    before = await system.fingerprint()
    for accept in (JSON, GRAPHQL, EVENT_STREAM):
        response = await door.get(query=CREATE, accept=accept)
        assert (response.status_code, code(response)) == (405, "METHOD_NOT_ALLOWED")
        assert response.headers["allow"] == "POST"
    assert await system.fingerprint() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD"])
async def test_other_methods_are_405(door: Door, method: str) -> None:
    response = await door.client.request(method, "/graphql", json={"query": QUERY})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothingLikeIt }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { __typename } query B { __typename }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": QUERY, "operationName": "Other"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": TYPE, "variables": {"name": None}}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": TYPE, "variables": {"name": {}}}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": TYPE}, "GRAPHQL_VALIDATION_FAILED"),
    ],
    ids=str,
)
async def test_what_is_not_executed_has_no_data_and_its_status_depends_on_the_media_type(
    door: Door, request_: dict[str, Any], expected: str
) -> None:
    for accept, status in ((None, 200), (JSON, 200), (GRAPHQL, 400)):
        response = await door.post(request_, accept=accept)
        assert (response.status_code, code(response)) == (status, expected)


async def test_what_is_executed_is_200_with_errors_and_data_too(door: Door) -> None:
    for accept in (JSON, GRAPHQL):
        response = await door.post({"query": "{ __typename jobs(first: 0) { totalCount } }"}, accept=accept)
        answer = response.json()
        assert (response.status_code, answer["errors"][0]["path"]) == (200, ["jobs"])
        assert "data" in answer


async def test_without_a_token_it_is_401_in_the_media_type_that_is_wanted(system: System) -> None:
    for accept in (JSON, GRAPHQL):
        response = await system.raw(role=None, json={"query": QUERY}, headers={"Accept": accept})
        assert (response.status_code, media_type(response), code(response)) == (
            401,
            accept,
            "UNAUTHENTICATED",
        )
        assert response.headers["www-authenticate"] == "Bearer"


async def test_a_browser_gets_a_page_and_programs_do_not(system: System, door: Door) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    async with httpx.AsyncClient(trust_env=False) as anyone:
        page = await anyone.get(f"{system.url}/graphql", headers={"Accept": browser})
    assert page.status_code == 200
    assert page.text.startswith("<!doctype html>")
    assert answered(await door.post({"query": QUERY}, accept=browser)) == ANSWER


async def test_an_upload_without_a_preflight_header_is_refused_and_nothing_runs(
    system: System, door: Door
) -> None:
    before = await system.fingerprint()
    for headers in ({}, {"GraphQL-Preflight": ""}, {"X-Other": "1"}):
        response = await door.post(data=FORM, files={"0": b"text"}, headers=headers)
        assert (response.status_code, code(response)) == (400, "PREFLIGHT_REQUIRED")
    assert await system.fingerprint() == before


@pytest.mark.parametrize(
    "header",
    [
        "GraphQL-Preflight",
        "GraphQL-Require-Preflight",
        "Apollo-Require-Preflight",
        "X-Apollo-Operation-Name",
        "X-Requested-With",
    ],
)
async def test_an_upload_with_a_preflight_header_runs(door: Door, header: str) -> None:
    response = await door.post(data=FORM, files={"0": b"Ada Lovelace"}, headers={header: "1"})
    assert (response.status_code, answered(response)) == (200, {"importResume": {"userErrors": []}})


async def test_a_subscription_is_not_answered_with_json(door: Door) -> None:
    for accept in (JSON, GRAPHQL, "application/*"):
        response = await door.post({"query": "subscription { events { sequence } }"}, accept=accept)
        assert (response.status_code, code(response)) == (406, "NOT_ACCEPTABLE")
