"""A résumé comes in by the door, and its text goes out by it: each value's span cuts its evidence out of the text."""

import re
from typing import Any

import httpx
import orjson
import pytest

from api import operations
from api.demo.files import ResumeKind, render
from api.demo.people import person
from graph.ids import new_id
from search.resumes.spans import Part
from tests.api.conftest import System
from tests.waiting import eventually

EVERYTHING = """
Zoë Brontë
Data Engineer
🦜 zoe.bronte.{number}@example.org | +44 20 7946 0{number}
https://github.com/zoebronte{number}
Leeds, England

Summary
Builds 𝔘nicode pipelines that nobody has to get up for at night.

Experience
Senior Data Engineer, Northwind Ltd, Leeds, England
Platform team
Mar 2019 - Present
- Ran Docker and Python services for 40 teams 🚀

Data Analyst, Contoso GmbH, Berlin, Germany
2015 - 2019
- Wrote SQL reports

Education
BSc Computer Science, University of Leeds
2011 - 2014

Skills
Python, Docker, SQL, C++

Languages
English, German

Certifications
AWS Certified Solutions Architect
"""
READ_OTHERWISE = {"PHONE", "EMPLOYMENT_DATES", "EDUCATION_DATES", "SKILL", "LANGUAGE", "LOCATION", "LINK"}
"""Of these the value is in a form of ours, such as a skill's usual name."""
IMPORT = (
    "mutation($file: Upload!) { importResume(input: { file: $file }) { intake { id } userErrors { code } } }"
)
READ = """
query($id: ID!) {
  node(id: $id) {
    ... on Intake {
      status
      candidate {
        id
        records {
          id kind
          parsedValues { ...told }
          parsedContacts { ...told }
          text { state characters offset content }
        }
      }
    }
  }
}
fragment told on ParsedValue { field index value span { start end } }
"""
MAKE = "mutation($input: CreateTokenInput!) { createToken(input: $input) { secret userErrors { code } } }"
PIECES = """
query($text: String!) { talentSearch(first: 2, text: $text) {
  edges { node { id } highlights { field fragments } fit { reasons { evidence { field } } receiptId } }
} }
"""
EXPLAIN = """
query($id: ID!) { explainMatch(receiptId: $id) {
  recorded { reasons { evidence { field } } } today { reasons { evidence { field } } }
} }
"""
TEXT = "query($id: ID!) { node(id: $id) { ... on Record { kind text { state content } } } }"


async def imported(system: System, name: str, content: bytes) -> Any:
    """Send a file as a recruiter; return the intake's candidate once it is read."""
    answer = await system.raw(
        role="recruiter",
        data={
            "operations": orjson.dumps({"query": IMPORT, "variables": {"file": None}}).decode(),
            "map": '{"0": ["variables.file"]}',
        },
        files={"0": (name, content)},
        headers={"GraphQL-Preflight": "1"},
    )
    taken = answer.json()["data"]["importResume"]
    assert taken["userErrors"] == []

    async def read() -> Any:
        data = await system.data(READ, {"id": taken["intake"]["id"]}, role="recruiter")
        return data["node"] if data["node"]["status"] in {"COMPLETED", "FAILED"} else None

    settled = await eventually(read)
    assert settled["status"] == "COMPLETED"
    return settled["candidate"]


def resume_of(candidate: Any) -> Any:
    """Return the record that was read from a file."""
    (found,) = (record for record in candidate["records"] if record["kind"] == "RESUME")
    return found


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def cut(record: Any, told: Any) -> str:
    """Return the words of the text that show a value."""
    content: str = record["text"]["content"]
    return content[told["span"]["start"] : told["span"]["end"]]


async def test_the_span_of_every_kind_of_value_cuts_its_evidence_out_of_the_text(system: System) -> None:
    number = new_id()[:3]
    digits = f"{int(number, 16) % 1000:03}"
    candidate = await imported(system, "zoe.txt", EVERYTHING.replace("{number}", digits).encode())
    record = resume_of(candidate)
    text = record["text"]
    assert (text["state"], text["offset"], text["characters"]) == ("KEPT", 0, len(text["content"]))
    told = [*record["parsedValues"], *record["parsedContacts"]]
    assert {each["field"] for each in told} == set(Part)
    for each in told:
        evidence = cut(record, each)
        assert evidence == evidence.strip()
        match each["field"]:
            case "PHONE":
                assert re.sub(r"\D", "", evidence)[-9:] == re.sub(r"\D", "", each["value"])[-9:]
            case "EMPLOYMENT_DATES" | "EDUCATION_DATES":
                assert re.findall(r"\d{4}", evidence) == re.findall(r"\d{4}", each["value"])
            case "EMPLOYMENT" | "EDUCATION" | "EMPLOYMENT_SUMMARY" | "SUMMARY":
                assert each["value"] is None
                assert evidence
            case _:
                assert words(evidence) == words(each["value"]), each["field"]


@pytest.mark.parametrize("kind", ResumeKind)
async def test_spans_fit_the_text_whatever_file_it_came_from(system: System, kind: ResumeKind) -> None:
    row = person(450 + list(ResumeKind).index(kind))
    record = resume_of(await imported(system, f"resume.{kind.rpartition('.')[2]}", render(row, kind)))
    assert row["name"] in record["text"]["content"]
    told = [*record["parsedValues"], *record["parsedContacts"]]
    if kind is ResumeKind.JSON:
        assert told == []
        return
    assert {"NAME", "EMAIL", "EMPLOYMENT_TITLE", "EDUCATION_SCHOOL", "SKILL"} <= {
        each["field"] for each in told
    }
    for each in told:
        if each["value"] is not None and each["field"] not in READ_OTHERWISE:
            assert words(cut(record, each)) == words(each["value"]), each["field"]


@pytest.mark.parametrize(
    ("scopes", "sees"), [(["CANDIDATES_READ"], False), (["CANDIDATES_READ", "CONTACTS_READ"], True)]
)
async def test_scopes_without_contacts_mask_the_text(
    system: System, scopes: list[str], *, sees: bool
) -> None:
    record = resume_of(await imported(system, "masked.txt", render(person(470), ResumeKind.TXT)))
    made = await system.data(MAKE, {"input": {"label": "texts", "role": "RECRUITER", "scopes": scopes}})
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        answer = (
            await client.post(
                f"{system.url}/graphql",
                json={"query": TEXT, "variables": {"id": record["id"]}},
                headers={"Authorization": f"Bearer {made['createToken']['secret']}"},
            )
        ).json()
    assert "errors" not in answer
    if sees:
        assert answer["data"]["node"]["text"]["content"] == record["text"]["content"]
        assert "redactions" not in answer["extensions"]
    else:
        assert answer["data"]["node"] == {"kind": "RESUME", "text": None}
        assert answer["extensions"]["redactions"] == [
            {"path": ["node", "text"], "reason": "needs contacts:read"}
        ]


@pytest.mark.parametrize("sees", [True, False])
async def test_a_search_shows_pieces_of_texts_to_those_who_may_see_contacts(
    system: System, *, sees: bool
) -> None:
    word = f"marker{new_id().replace('-', '')}"
    text = EVERYTHING.replace("{number}", "471").replace("Builds", f"{word} builds")
    text = text.replace("- Ran Docker", f"- Write to {word}@example.org. Ran Docker")
    candidate = await imported(system, "pieces.txt", text.encode())
    await system.settled()
    scopes = ["TALENT_SEARCH", "CANDIDATES_READ", *(["CONTACTS_READ"] if sees else [])]
    made = await system.data(MAKE, {"input": {"label": "pieces", "role": "RECRUITER", "scopes": scopes}})
    headers = {"Authorization": f"Bearer {made['createToken']['secret']}"}
    async with httpx.AsyncClient(base_url=system.url, headers=headers, trust_env=False, timeout=60) as client:

        async def asked(query: str, **variables: Any) -> Any:
            answer = await client.post("/graphql", json={"query": query, "variables": variables})
            assert "errors" not in answer.json()
            return answer.json()["data"]

        (edge,) = (await asked(PIECES, text=word))["talentSearch"]["edges"]
        explained = (await asked(EXPLAIN, id=edge["fit"]["receiptId"]))["explainMatch"]
    assert edge["node"] == {"id": candidate["id"]}
    evidence = [
        piece["field"]
        for fit in (edge["fit"], explained["recorded"], explained["today"])
        for reason in fit["reasons"]
        for piece in reason["evidence"]
    ]
    for fields in ({each["field"] for each in edge["highlights"]}, set(evidence)):
        assert "summary" in fields
        assert ("resume_text" in fields) is sees


@pytest.mark.parametrize("role", ["hiring_manager", "interviewer", "employee", "partner"])
async def test_who_does_not_see_the_candidate_does_not_find_the_text(system: System, role: str) -> None:
    record = resume_of(await imported(system, "masked.txt", render(person(470), ResumeKind.TXT)))
    answer = await system.post(TEXT, {"id": record["id"]}, role=role)
    assert answer["data"] == {"node": None}
    assert "redactions" not in answer.get("extensions", {})


async def test_a_record_that_is_no_resume_has_no_text(system: System) -> None:
    answer = await demo_resume(system)
    kinds = {record["kind"]: record["text"] for record in answer["data"]["candidate"]["records"]}
    assert kinds["IMPORT"] is None
    assert "redactions" not in answer["extensions"]


async def test_the_document_shows_a_resume_of_the_demo(system: System) -> None:
    candidate = (await demo_resume(system))["data"]["candidate"]
    record = resume_of(candidate)
    names = [each for each in record["parsedValues"] if each["field"] == "NAME"]
    assert [cut(record, each) for each in names] == [candidate["name"]]


async def demo_resume(system: System) -> Any:
    await system.settled()
    operation = operations.read_operation("resume_text", [])
    answer = await operations.execute(f"{system.url}/graphql", system.tokens["recruiter"], operation)
    assert "errors" not in answer
    return answer
