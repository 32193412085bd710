"""Whatever comes, the answer is clear, has a stable code, and nothing is written."""

import gzip
import json
from typing import Any

import pytest

from graph.ids import new_id
from schema.node import Kind, global_id
from tests.api.conftest import System

CREATE = "mutation($input: CreateCandidateInput!) { createCandidate(input: $input) { candidate { id } userErrors { field message code } } }"
UPLOAD = "mutation($file: Upload!) { importResume(input: { file: $file }) { intake { id status } userErrors { field code } } }"
MIB = 1024 * 1024
PREFLIGHT = {"GraphQL-Preflight": "1"}


async def _nothing_written(system: System, **request: Any) -> Any:
    before = await system.fingerprint()
    response = await system.raw(**request)
    assert response.status_code < 500, response.text
    assert await system.fingerprint() == before
    return response


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"123", 400),
        (b"null", 400),
        (b'"x"', 400),
        (b"[]", 400),
        (b"[" * 200_000, 400),
        (b"\xff\xfe", 400),
        (b'{"query": ' + b"9" * 5_000 + b"}", 400),
        (gzip.compress(b'{"query": "{ __typename }"}'), 400),
        (b'[{"query": "{ __typename }"}, {"query": "{ __typename }"}]', 400),
        (b'{"query": null}', 400),
        (b'{"query": 7}', 400),
        (b'{"query": "{ __typename }", "variables": 5}', 400),
        (b"{}", 400),
        (b"", 400),
        (b"x" * (2 * MIB), 413),
    ],
    ids=lambda value: str(value)[:24],
)
async def test_a_body_that_is_no_request(system: System, body: bytes, status: int) -> None:
    response = await _nothing_written(system, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == status, response.text
    assert response.json()["errors"][0]["extensions"]["code"] in {
        "BAD_REQUEST",
        "BODY_TOO_LARGE",
        "QUERY_TOO_COSTLY",
    }


async def test_a_ten_megabyte_string(system: System) -> None:
    body = json.dumps({"query": CREATE, "variables": {"input": {"name": "x" * 10 * MIB}}}).encode()
    response = await _nothing_written(system, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"]["code"] == "BODY_TOO_LARGE"


async def test_a_long_body_in_chunks(system: System) -> None:
    async def chunks() -> Any:
        for _ in range(64):
            yield b"x" * 65_536

    response = await _nothing_written(system, content=chunks(), headers={"Content-Type": "application/json"})
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": ""}, "name", "REQUIRED"),
        ({"name": "   "}, "name", "REQUIRED"),
        ({"name": "x" * 201}, "name", "TOO_LONG"),
        ({"emails": ["no address"]}, "emails.0", "MALFORMED"),
        ({"emails": [f"a{i}@example.com" for i in range(21)]}, "emails", "TOO_MANY"),
        ({"employments": [{"company": ""}]}, "employments.0.company", "REQUIRED"),
        (
            {"consent": {"granted": True, "at": "2026-01-01T00:00:00Z", "basis": "x" * 401}},
            "consent.basis",
            "TOO_LONG",
        ),
        ({"summary": "x" * 20_001}, "summary", "TOO_LONG"),
        ({"origin": "x" * 201}, "origin", "TOO_LONG"),
        ({"externalIds": [{"system": "hr", "value": ""}]}, "externalIds.0", "REQUIRED"),
    ],
    ids=str,
)
async def test_an_input_that_breaks_a_rule(
    system: System, change: dict[str, Any], field: str, code: str
) -> None:
    variables = {"input": {"name": "Ada"} | change}
    response = await _nothing_written(system, json={"query": CREATE, "variables": variables})
    payload = response.json()["data"]["createCandidate"]
    assert payload["candidate"] is None
    assert payload["userErrors"][0]["code"] == code
    assert payload["userErrors"][0]["field"] == field


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ events { lastSequence } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ jobs(first: 0) { nodes { id } } }", "INVALID_INPUT"),
        ("{ jobs(first: 101) { nodes { id } } }", "INVALID_INPUT"),
        ('{ jobs(first: 1, after: "Zm9v") { nodes { id } } }', "INVALID_INPUT"),
        ('{ jobs(first: 1, after: "%%%") { nodes { id } } }', "INVALID_INPUT"),
        ("{ jobs { nodes { id } } }", "INVALID_INPUT"),
        ("{ jobs(first: null) { nodes { id } } }", "INVALID_INPUT"),
        ("{ jobs(first: 1, last: 1) { nodes { id } } }", "INVALID_INPUT"),
        ("query($n: Int) { jobs(last: $n) { nodes { id } } }", "INVALID_INPUT"),
        ("{ jobs(last: 0) { nodes { id } } }", "INVALID_INPUT"),
        ('{ jobs(last: 1, before: "Zm9v") { nodes { id } } }', "INVALID_INPUT"),
        ("{ jobs(last: 101) { nodes { applications(last: 100) { nodes { id } } } } }", "QUERY_TOO_COSTLY"),
        ('{ events(first: 1, after: "x") { lastSequence } }', "INVALID_INPUT"),
        ("{ events(first: 1, types: [NO_SUCH]) { lastSequence } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ talentSearch(first: 1, where: { near: { kilometres: 5 } }) { totalCount } }", "INVALID_INPUT"),
        ('{ talentSearch(first: 1, where: { id: { eq: "x" } }) { totalCount } }', "NOT_FOUND"),
        ('{ talentSearch(first: 1, text: "(java") { totalCount } }', "UNCLOSED_PARENTHESIS"),
        ("{ talentSearch(first: 1, sortBy: { field: DISTANCE }) { totalCount } }", "NO_PLACE"),
        ('{ explainMatch(receiptId: "x") { text } }', "BAD_RECEIPT"),
        ('{ matchCandidates(job: { id: "x" }, first: 1) { totalCount } }', "NOT_FOUND"),
        ('{ matchJobs(candidate: { id: "x" }, first: 1) { totalCount } }', "NOT_FOUND"),
        ('{ matchJobs(candidate: { id: "x" }, first: 1, after: "x") { totalCount } }', "BAD_CURSOR"),
        ('{ similarCandidates(candidates: [{ id: "x" }], first: 1) { totalCount } }', "NOT_FOUND"),
        ("{ similarCandidates(candidates: [], first: 1) { totalCount } }", "TOO_MANY_VALUES"),
        ('{ savedSearchResults(id: "x", first: 1) { totalCount } }', "NOT_FOUND"),
        ('{ savedSearchResults(id: "x", first: 0) { totalCount } }', "INVALID_INPUT"),
        ('{ savedSearches(first: 1, after: "rubbish") { totalCount } }', "INVALID_INPUT"),
        ("{ savedSearches(first: 1) { nodes { matches(first: 0) { totalCount } } } }", "INVALID_INPUT"),
        ('{ talentSearch(first: 1, after: "rubbish") { totalCount } }', "BAD_CURSOR"),
        (
            '{ talentSearch(first: 1, where: { near: { city: "Nowhereville", kilometres: 5 } }) { totalCount } }',
            "UNKNOWN_PLACE",
        ),
        ('{ referralPaths(candidate: { id: "x" }) { truncated } }', "NOT_FOUND"),
        ('{ candidate(by: { id: "x", email: "x@example.com" }) { id } }', "GRAPHQL_VALIDATION_FAILED"),
        ("{ candidate(by: {}) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        (
            'mutation { createCandidate(input: { name: "A", location: { country: "Germany" } }) { created } }',
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("{ a" + " a" * 1_100 + " }", "GRAPHQL_PARSE_FAILED"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_query_that_is_wrong(system: System, document: str, code: str) -> None:
    response = await _nothing_written(system, json={"query": document})
    assert response.json()["errors"][0]["extensions"]["code"] == code, response.text


async def test_unknown_ids_and_foreign_kinds_look_the_same(system: System) -> None:
    document = "query($id: ID!) { node(id: $id) { id } candidate(by: { id: $id }) { id } job(by: { id: $id }) { id } }"
    for id_ in (global_id(Kind.PERSON, new_id()), global_id(Kind.SKILL, new_id()), "x", "", "é", "A" * 5_000):
        answer = (await _nothing_written(system, json={"query": document, "variables": {"id": id_}})).json()
        assert answer["data"] == {"node": None, "candidate": None, "job": None}, id_


async def test_a_mutation_with_unknown_ids(system: System) -> None:
    document = "mutation($input: ApplyToJobInput!) { applyToJob(input: $input) { application { id } userErrors { field code } } }"
    variables = {
        "input": {
            "job": {"id": global_id(Kind.JOB, new_id())},
            "candidate": {"id": global_id(Kind.PERSON, new_id())},
        }
    }
    answer = (await _nothing_written(system, json={"query": document, "variables": variables})).json()
    assert answer["data"]["applyToJob"]["userErrors"] == [{"field": "candidate", "code": "NOT_FOUND"}]


async def test_an_upload_that_is_none(system: System) -> None:
    for form in (
        {"operations": "null", "map": "{}"},
        {"operations": "{}", "map": "null"},
        {
            "operations": json.dumps({"query": UPLOAD, "variables": {"file": None}}),
            "map": '{"0": ["variables.file"]}',
        },
        {"operations": json.dumps({"query": UPLOAD, "variables": {"file": "text"}}), "map": "{}"},
        {"operations": "{", "map": "{"},
    ):
        response = await _nothing_written(system, data=form, files={"other": b"x"}, headers=PREFLIGHT)
        answer = response.json()
        refused = answer.get("errors") or answer["data"]["importResume"]["userErrors"]
        assert refused, response.text


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=x"])
async def test_a_form_that_is_none(system: System, content_type: str) -> None:
    response = await _nothing_written(
        system, content=b"\xcf\x0bl%K", headers={"Content-Type": content_type, **PREFLIGHT}
    )
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_file_that_is_too_large(system: System) -> None:
    form = {
        "operations": json.dumps({"query": UPLOAD, "variables": {"file": None}}),
        "map": '{"0": ["variables.file"]}',
    }
    response = await _nothing_written(
        system, data=form, files={"0": b"x" * (10 * MIB + 1)}, headers=PREFLIGHT
    )
    assert response.json()["data"]["importResume"]["userErrors"] == [
        {"field": "file", "code": "FILE_TOO_LARGE"}
    ]
    response = await _nothing_written(system, data=form, files={"0": b"x" * (12 * MIB)}, headers=PREFLIGHT)
    assert response.status_code == 413


async def test_a_search_text_that_is_wrong_says_where(system: System) -> None:
    document = "query($text: String!) { talentSearch(first: 1, text: $text) { totalCount } }"
    response = await system.raw(json={"query": document, "variables": {"text": "java titel:lead"}})
    (error,) = response.json()["errors"]
    assert error["extensions"] == {
        "code": "UNKNOWN_FIELD",
        "field": "text",
        "offset": 5,
        "length": 6,
        "suggestion": "java title:lead",
    }
