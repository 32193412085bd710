"""A job is changed field by field; whoever has not seen the last version is told so."""

import asyncio
from typing import Any

import pytest

from graph.client import Graph
from tests.graph.conftest import EVENTS
from tests.schema.conftest import Ask

CREATE = "mutation($input: CreateJobInput!) { createJob(input: $input) { job { id version stages { id } } } }"
UPDATE = """
mutation($input: UpdateJobInput!) {
  updateJob(input: $input) {
    job {
      version title description department employmentType openings status
      location { city region country } salary { minimum maximum currency } skills { name }
    }
    userErrors { field code }
  }
}
"""
GIVEN: dict[str, Any] = {
    "title": "Welder",
    "description": "Joins steel.",
    "department": "Hull",
    "location": {"city": "Kiel", "country": "DE"},
    "salary": {"minimum": 1, "maximum": 2, "currency": "EUR"},
    "skills": ["Welding"],
}


async def created(ask: Ask) -> str:
    data, errors = await ask(CREATE, {"input": GIVEN})
    assert errors == []
    assert data["createJob"]["job"]["version"] == 1
    id_: str = data["createJob"]["job"]["id"]
    return id_


async def updated(ask: Ask, id_: str, **change: Any) -> Any:
    data, errors = await ask(UPDATE, {"input": {"job": {"id": id_}, **change}})
    assert errors == []
    return data["updateJob"]


async def events(graph: Graph) -> list[str]:
    return [row["type"] for row in await graph.execute(EVENTS)]


async def test_what_is_absent_stays_and_what_is_null_is_cleared(empty: Graph, ask: Ask) -> None:
    id_ = await created(ask)
    answer = await updated(
        ask, id_, title="Senior Welder", department=None, location=None, skills=["Welding", "Pipes"]
    )
    assert answer == {
        "userErrors": [],
        "job": {
            "version": 2,
            "title": "Senior Welder",
            "description": "Joins steel.",
            "department": None,
            "employmentType": "FULL_TIME",
            "openings": 1,
            "status": "OPEN",
            "location": None,
            "salary": {"minimum": 1, "maximum": 2, "currency": "EUR"},
            "skills": [{"name": "Welding"}, {"name": "Pipes"}],
        },
    }
    cleared = (await updated(ask, id_, salary=None, skills=[], openings=3, employmentType="CONTRACT"))["job"]
    assert (cleared["salary"], cleared["skills"], cleared["openings"]) == (None, [], 3)
    assert await events(empty) == ["job.created", "job.updated", "job.updated"]


async def test_where_nothing_is_different_nothing_happens(empty: Graph, ask: Ask) -> None:
    id_ = await created(ask)
    answer = await updated(
        ask, id_, title=" Welder ", skills=["welding"], status="OPEN", salary=GIVEN["salary"]
    )
    assert answer["job"]["version"] == 1
    assert await events(empty) == ["job.created"]


async def test_closing_and_reopening_have_their_events(empty: Graph, ask: Ask) -> None:
    id_ = await created(ask)
    assert (await updated(ask, id_, status="CLOSED"))["job"]["status"] == "CLOSED"
    assert (await updated(ask, id_, status="OPEN", title="Joiner"))["job"]["version"] == 3
    assert sorted(await events(empty)) == ["job.closed", "job.created", "job.reopened", "job.updated"]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"title": None}, "title", "REQUIRED"),
        ({"description": " "}, "description", "REQUIRED"),
        ({"openings": 0}, "openings", "OUT_OF_RANGE"),
        ({"status": None}, "status", "REQUIRED"),
        ({"title": "x" * 201}, "title", "TOO_LONG"),
        ({"salary": {"minimum": 2, "maximum": 1, "currency": "EUR"}}, "salary", "OUT_OF_RANGE"),
        ({"skills": ["x"] * 51}, "skills", "TOO_MANY"),
        ({"expectedVersion": 2, "title": "New"}, "expectedVersion", "VERSION_CONFLICT"),
        ({"job": {"id": "x"}, "title": "New"}, "job", "NOT_FOUND"),
    ],
    ids=str,
)
async def test_a_refusal_changes_nothing(
    empty: Graph, ask: Ask, change: dict[str, Any], field: str, code: str
) -> None:
    id_ = await created(ask)
    answer = await updated(ask, id_, **change)
    assert answer == {"job": None, "userErrors": [{"field": field, "code": code}]}
    assert await events(empty) == ["job.created"]
    assert (await updated(ask, id_))["job"]["version"] == 1


async def test_of_twenty_who_saw_one_version_one_changes_the_job(empty: Graph, ask: Ask) -> None:
    id_ = await created(ask)
    answers = await asyncio.gather(
        *(updated(ask, id_, expectedVersion=1, title=f"Title {i}") for i in range(20))
    )
    assert sum(answer["job"] is not None for answer in answers) == 1
    refused = [answer["userErrors"] for answer in answers if answer["userErrors"]]
    assert refused == [[{"field": "expectedVersion", "code": "VERSION_CONFLICT"}]] * 19
    assert await events(empty) == ["job.created", "job.updated"]


async def test_an_application_is_moved_by_who_saw_where_it_is(empty: Graph, ask: Ask) -> None:
    data, _ = await ask(CREATE, {"input": GIVEN})
    job = data["createJob"]["job"]
    candidate = (
        'mutation { createCandidate(input: { name: "Kim", emails: ["kim@example.org"] }) { created } }'
    )
    await ask(candidate)
    apply = "mutation($input: ApplyToJobInput!) { applyToJob(input: $input) { application { id version } } }"
    given = {"job": {"id": job["id"]}, "candidate": {"email": "kim@example.org"}}
    data, _ = await ask(apply, {"input": given})
    application = data["applyToJob"]["application"]
    assert application["version"] == 1
    move = """
    mutation($input: MoveApplicationInput!) {
      moveApplication(input: $input) { application { version } userErrors { field code } }
    }
    """
    answers = []
    for stage in (2, 3):
        to = {"application": {"id": application["id"]}, "stageId": job["stages"][stage]["id"]}
        data, _ = await ask(move, {"input": {**to, "expectedVersion": 1}})
        answers.append(data["moveApplication"])
    assert answers == [
        {"application": {"version": 2}, "userErrors": []},
        {"application": None, "userErrors": [{"field": "expectedVersion", "code": "VERSION_CONFLICT"}]},
    ]
