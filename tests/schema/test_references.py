"""Things are found by any of their names, with the same rights; external ids are one thing's of its kind."""

import asyncio
from typing import Any

import pytest

from graph.client import Graph
from graph.ids import new_id
from graph.tokens import AccessRole
from schema.node import Kind, global_id
from tests.schema.conftest import Ask

CANDIDATE = "mutation($input: CreateCandidateInput!) { createCandidate(input: $input) { candidate { id } userErrors { field code } } }"
JOB = "mutation($input: CreateJobInput!) { createJob(input: $input) { job { id stages { id } } userErrors { field code } } }"
APPLY = "mutation($input: ApplyToJobInput!) { applyToJob(input: $input) { application { id stage { id } } userErrors { field code } } }"
MOVE = "mutation($input: MoveApplicationInput!) { moveApplication(input: $input) { application { id } userErrors { field code } } }"
FOUND = "query($by: CandidateRef!) { candidate(by: $by) { id externalIds { system value } records { id } } }"
FOUND_JOB = "query($by: JobRef!) { job(by: $by) { id externalIds { system value } skills { id } } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"


async def payload(ask: Ask, document: str, given: dict[str, Any]) -> Any:
    data, errors = await ask(document, {"input": given})
    assert errors == []
    (answer,) = data.values()
    return answer


async def candidate(ask: Ask, value: str) -> str:
    names = {"emails": [f"{value}@example.org"], "externalIds": [{"system": "hr", "value": value}]}
    made = await payload(ask, CANDIDATE, {"name": "Kim", **names})
    id_: str = made["candidate"]["id"]
    return id_


async def job(ask: Ask, value: str) -> Any:
    given = {
        "title": "Welder",
        "description": "Joins steel.",
        "skills": ["Welding"],
        "externalIds": [{"system": "hr", "value": value}],
    }
    return await payload(ask, JOB, given)


async def test_a_candidate_is_found_by_any_name(empty: Graph, ask: Ask) -> None:
    value = new_id()
    id_ = await candidate(ask, value)
    named = {"system": "hr", "value": value}
    for by in ({"id": id_}, {"email": f"{value.upper()}@Example.org"}, {"externalId": named}):
        data, errors = await ask(FOUND, {"by": by})
        assert errors == []
        assert data["candidate"]["id"] == id_
        assert data["candidate"]["externalIds"] == [named]


async def test_what_nobody_is_called_is_not_there(empty: Graph, ask: Ask) -> None:
    await job(ask, "1")
    for by in (
        {"id": global_id(Kind.PERSON, new_id())},
        {"email": "nobody@example.org"},
        {"externalId": {"system": "hr", "value": "1"}},  # a job is called so
        {"id": ""},
        {"email": ""},
    ):
        assert await ask(FOUND, {"by": by}) == ({"candidate": None}, [])
        given = {"job": {"externalId": {"system": "hr", "value": "1"}}, "candidate": by}
        refused = await payload(ask, APPLY, given)
        assert refused["userErrors"] == [{"field": "candidate", "code": "NOT_FOUND"}]


async def test_another_name_opens_nothing_that_the_id_does_not(empty: Graph, ask: Ask) -> None:
    value = new_id()
    await candidate(ask, value)
    for by in ({"email": f"{value}@example.org"}, {"externalId": {"system": "hr", "value": value}}):
        _, errors = await ask(FOUND, {"by": by}, role=AccessRole.EMPLOYEE)
        assert [error["extensions"]["code"] for error in errors] == ["FORBIDDEN"]


async def test_jobs_and_applications_by_external_id(empty: Graph, ask: Ask) -> None:
    made, other = await job(ask, "7"), await job(ask, "8")
    data, _ = await ask(FOUND_JOB, {"by": {"externalId": {"system": "hr", "value": "7"}}})
    assert data["job"]["id"] == made["job"]["id"]
    assert data["job"]["externalIds"] == [{"system": "hr", "value": "7"}]
    assert (await job(ask, "7"))["userErrors"] == [{"field": "externalIds.0", "code": "EXTERNAL_ID_TAKEN"}]
    await candidate(ask, "7")
    application = {
        "job": {"externalId": {"system": "hr", "value": "7"}},
        "candidate": {"email": "7@example.org"},
        "externalIds": [{"system": "hr", "value": "7"}],  # the same words for another kind of thing
    }
    taken = await payload(ask, APPLY, application)
    assert taken["userErrors"] == []
    again = {**application, "job": {"id": other["job"]["id"]}}
    assert (await payload(ask, APPLY, again))["userErrors"] == [
        {"field": "externalIds.0", "code": "EXTERNAL_ID_TAKEN"}
    ]
    stage = made["job"]["stages"][2]["id"]
    moved = await payload(
        ask, MOVE, {"application": {"externalId": {"system": "hr", "value": "7"}}, "stageId": stage}
    )
    assert moved["application"]["id"] == taken["application"]["id"]


async def test_of_twenty_jobs_at_once_one_gets_the_external_id(empty: Graph, ask: Ask) -> None:
    answers = await asyncio.gather(*(job(ask, "same") for _ in range(20)))
    assert sum(answer["job"] is not None for answer in answers) == 1
    data, _ = await ask("{ jobs(first: 100) { totalCount } }")
    assert data["jobs"]["totalCount"] == 1


async def test_everything_with_a_global_id_is_a_node(empty: Graph, ask: Ask) -> None:
    """`Event` is none: decision 13 says why; a viewer's id is that of the token, user or person who asks."""
    interface = '{ __type(name: "Node") { possibleTypes { name } } }'
    data, _ = await ask(interface)
    nodes = {each["name"] for each in data["__type"]["possibleTypes"]}
    types = "{ __schema { types { name kind fields { name type { kind ofType { name } } } } } }"
    data, _ = await ask(types)
    with_ids = {
        each["name"]
        for each in data["__schema"]["types"]
        if each["kind"] == "OBJECT"
        and any(f["name"] == "id" and (f["type"]["ofType"] or {}).get("name") == "ID" for f in each["fields"])
    }
    assert with_ids - nodes == {"Event", "Viewer"}


@pytest.mark.parametrize("role", [AccessRole.ADMIN, AccessRole.EMPLOYEE])
async def test_new_kinds_of_nodes_ask_their_rights(empty: Graph, ask: Ask, role: AccessRole) -> None:
    made = await job(ask, "9")
    await candidate(ask, "9")
    found, _ = await ask(FOUND, {"by": {"email": "9@example.org"}})
    skill, _ = await ask(FOUND_JOB, {"by": {"id": made["job"]["id"]}})
    ids = [
        made["job"]["stages"][0]["id"],
        found["candidate"]["records"][0]["id"],
        skill["job"]["skills"][0]["id"],
    ]
    data, errors = await ask(NODES, {"ids": ids}, role=role)
    assert errors == []
    names = [node and node["__typename"] for node in data["nodes"]]
    assert names == (["Stage", "Record", "Skill"] if role is AccessRole.ADMIN else [None, None, "Skill"])
