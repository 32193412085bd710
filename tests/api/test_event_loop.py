"""Nothing that one caller may send keeps the event loop, and so everybody else, for more than 20 ms.

The application runs in the test's process, so that its loop can be measured; requests are sent from another thread.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from graph.ids import new_id
from schema.node import Kind, global_id
from schema.talent.inputs import MOST_PREFERENCES
from search.query_language.lexer import LONGEST_TEXT
from search.query_language.parser import MOST_TERMS
from search.resumes.store import MAX_BYTES
from tests.api.conftest import System
from tests.api.serving import LOOPBACK, Served, client
from tests.probing import MOST_SECONDS, probing

JSON_BYTES = 1_048_576
FRAME_BYTES = 262_144
PREFLIGHT = {"GraphQL-Preflight": "1"}
UPLOAD = (
    "mutation($file: Upload!) { importResume(input: { file: $file }) { intake { id } userErrors { code } } }"
)
IDS = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
JOBS = "query($where: JobFilter) { jobs(first: 5, where: $where) { nodes { id } } }"
TALENT = """
    query($text: String!, $where: TalentFilter, $should: [TalentFilter!], $facets: [TalentFacet!]) {
      talentSearch(first: 100, text: $text, where: $where, should: $should, facets: $facets) {
        totalCount gone indexedThrough facets { facet buckets { value count } } pageInfo { endCursor }
        edges { cursor score highlights { field fragments } node { id name headline summary emails skills { name } }
          fit { receiptId score reasons { clause field demand verdict contribution evidence { field fragment } } } }
      }
    }
"""
FACETS = ["SKILLS", "CITIES", "COUNTRIES", "COMPANIES", "TITLES", "SCHOOLS", "LANGUAGES", "TAGS", "STAGES",
          "YEARS", "LAST_CONTACT"]  # fmt: skip
WORDS = ("python", "manager", "engineer", "sales", "nurse", "java", "design", "data", "cloud", "team")
PEOPLE = """
    { candidates(first: 100) { totalCount pageInfo { endCursor } edges { cursor node {
      id name headline summary emails phones links languages certificates tags createdAt updatedAt version yearsOfExperience
      location { city region country } consent { granted at basis } seniority
      employments { title normalisedTitle from to current team location summary company { id name } }
      educations { degree from to school } skills { id name }
      applications(first: 10) { nodes { id status source appliedAt job { id title stages { id name category } } } }
    } } } }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hard:
    """A request at some limit; `code` is what it is refused with, None where it is answered."""

    request: Callable[[], dict[str, Any]]
    code: str | None = None
    seen: dict[str, Any] = field(default_factory=dict)


def _query(document: str, **variables: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"json": {"query": document, "variables": variables}}


def _filled(before: str, unit: str, after: str) -> Callable[[], dict[str, Any]]:
    """Return a JSON body of just the size that is allowed."""

    def request() -> dict[str, Any]:
        number = (JSON_BYTES - len(before) - len(after)) // len(unit)
        headers = {"Content-Type": "application/json"}
        return {"content": (before + unit * number + after).encode(), "headers": headers}

    return request


def _form(operations: str, places: str, file: bytes) -> Callable[[], dict[str, Any]]:
    return lambda: {
        "data": {"operations": operations, "map": places},
        "files": {"0": file},
        "headers": PREFLIGHT,
    }


def _upload(file: bytes) -> Callable[[], dict[str, Any]]:
    operations = json.dumps({"query": UPLOAD, "variables": {"file": None}})
    return _form(operations, '{"0": ["variables.file"]}', file)


def _mutation(mutation: str, document: str, **input_: Any) -> Callable[[], dict[str, Any]]:
    type_ = mutation[0].upper() + mutation[1:] + "Input"
    return _query(
        f"mutation($input: {type_}!) {{ {mutation}(input: $input) {{ {document} userErrors {{ field code }} }} }}",
        input=input_,
    )


def _documents(number: int) -> list[str]:
    fields = "id title description openings status createdAt version "
    body = " ".join(f"a{i}: jobs(first: 1) {{ nodes {{ {fields} }} }}" for i in range(40))
    return [f"query Q{i} {{ {body} }}" for i in range(number)]


_MANY_FILTERS = [{"skills": {"in": [f"word {i}" for i in range(99)]}} for _ in range(MOST_PREFERENCES)]
_EMPLOYMENT = {
    "company": "Works",
    "title": "Engineer",
    "from": "2001-02",
    "to": "2003",
    "summary": "of this and that " * 400,
}
HARD = {
    "as many ids as variables hold": Hard(request=_query(IDS, ids=[global_id(Kind.JOB, str(i)) for i in range(9_990)]), code="INVALID_INPUT"),
    "more objects than variables hold": Hard(
        request=_query(JOBS, where={"AND": [{"title": {"eq": "x"}}] * 3_000}), code="QUERY_TOO_COSTLY"
    ),
    "as many conditions as variables hold": Hard(
        request=_query(JOBS, where={"AND": [{"title": {"eq": "x"}}] * 990}), code="INVALID_INPUT"
    ),
    "as many conditions of a search as variables hold": Hard(
        request=_query(TALENT, text="", where={"OR": [{"skills": {"eq": "x"}}] * 990}), code="TOO_MANY_CONDITIONS"
    ),
    "variables of another type": Hard(request=_query(IDS, ids=[[]] * 9_990), code="GRAPHQL_VALIDATION_FAILED"),
    "a body of empty lists": Hard(request=_filled('{"query":"{ __typename }","variables":{"a":[', "[],", "0]}}"), code="QUERY_TOO_COSTLY"),
    "a body of one text": Hard(
        request=_filled('{"query":"query($t: String!) { talentSearch(first: 1, text: $t) { totalCount } }","variables":{"t":"', "a", '"}}'),
        code="TEXT_TOO_LONG",
    ),
    "a body of escapes": Hard(
        request=_filled('{"query":"query($t: String!) { talentSearch(first: 1, text: $t) { totalCount } }","variables":{"t":"', r"\u00e9", '"}}'),
        code="TEXT_TOO_LONG",
    ),
    "a body of commas": Hard(
        request=_filled('{"query":"query($t: String!) { talentSearch(first: 1, text: $t) { totalCount } }","variables":{"t":"', ",          ", '"}}'),
        code="TEXT_TOO_LONG",
    ),
    "a long document": Hard(request=_query("{ __typename }" + "#" * 49_900)),
    "the largest file": Hard(request=_upload(b"x" * MAX_BYTES)),
    "a file of what looks like the end of a part": Hard(request=_upload(b"\r\n--" * (MAX_BYTES // 4))),
    "a form that names too many places": Hard(
        request=_form(json.dumps({"query": UPLOAD, "variables": {}}), json.dumps({"0": ["variables.file"] * 50_000}), b"x"),
        code="BAD_REQUEST",
    ),
    "a form of empty lists": Hard(
        request=_form('{"query":"{ __typename }","variables":{"a":[' + "[]," * 340_000 + "0]}}", "{}", b"x"), code="QUERY_TOO_COSTLY"
    ),
    "a search at its limits": Hard(
        request=_query(
            TALENT,
            text=" OR ".join(f"{word}" for word in (WORDS * 10)[:MOST_TERMS]),
            where={"OR": [{"yearsOfExperience": {"gte": i}} for i in range(10)]},
            should=_MANY_FILTERS[:5],
            facets=FACETS,
        )
    ),
    "a search for as many values as it takes": Hard(request=_query(TALENT, text="", should=_MANY_FILTERS[:25], facets=FACETS)),
    "a search that is wrong at its end": Hard(
        request=_query(TALENT, text="(" * (LONGEST_TEXT - 1) + "a"), code="TOO_DEEP"
    ),
    "the largest page": Hard(request=_query(PEOPLE)),
    "the longest list of candidates to write to": Hard(
        request=_mutation(
            "contactCandidates",
            "outcomes { queued }",
            templateId=global_id(Kind.TEMPLATE, new_id()),
            candidates=[{"externalId": {"system": "none", "value": f"none {i}"}} for i in range(500)],
            idempotencyKey="event loop",
        )
    ),
    "the longest list of a shortlist": Hard(
        request=_mutation(
            "shortlist",
            "job { id }",
            job={"id": global_id(Kind.JOB, new_id())},
            candidates=[{"email": f"nobody.{i}@example.org"} for i in range(100)],
            note="n" * 2_000,
        )
    ),
    "the longest candidate": Hard(
        request=_mutation(
            "createCandidate",
            "candidate { id employments { summary } skills { name } }",
            name="Longest Candidate",
            summary="of this and that " * 1_100,
            employments=[_EMPLOYMENT] * 100,
            skills=[f"skill of many {i}" for i in range(200)],
            tags=[f"tag of many {i}" for i in range(50)],
        )
    ),
    "the longest job": Hard(
        request=_mutation(
            "createJob",
            "job { id stages { name } }",
            title="t" * 200,
            description="of this and that " * 1_100,
            skills=[f"skill of many {i}" for i in range(50)],
            stages=[{"name": f"stage {i}", "category": "APPLIED" if i == 0 else "SCREEN"} for i in range(29)] + [{"name": "last", "category": "HIRED"}],
        )
    ),
    "the most documents of a partner": Hard(
        request=_mutation(
            "submitPartnerDocuments",
            "application { id }",
            applicationId=global_id(Kind.PARTNER_APPLICATION, new_id()),
            documents=_documents(50),
        )
    ),
    "a saved search at its limits": Hard(
        request=_mutation(
            "createSavedSearch", "savedSearch { id }", name="Limits", search={"text": "python", "should": _MANY_FILTERS[:10]}
        )
    ),
    "the longest term": Hard(
        request=_mutation(
            "createTerm", "term { id }", kind="SKILL", name="event loop", synonyms=[f"event loop {i} " + "x" * 150 for i in range(199)]
        )
    ),
}  # fmt: skip


def _codes(response: httpx.Response) -> set[str]:
    return {error["extensions"]["code"] for error in response.json().get("errors", ())}


@pytest.mark.parametrize("name", HARD)
async def test_no_request_keeps_the_event_loop(served: Served, system: System, name: str) -> None:
    hard = HARD[name]
    url = f"http://{LOOPBACK}:{served.port}/graphql"
    request = hard.request()
    request["headers"] = {"Authorization": f"Bearer {system.tokens['admin']}", **request.get("headers", {})}

    def send() -> httpx.Response:
        return httpx.post(url, timeout=60, trust_env=False, **request)

    for _ in ("cold", "warm"):
        with probing() as probe:
            response = await asyncio.to_thread(send)
        assert _codes(response) == ({hard.code} if hard.code else set()), response.text[:2_000]
        assert probe.seconds < MOST_SECONDS, probe.told


FRAMES = {
    "as many ids as a frame holds": (IDS, {"ids": ["x" * 20] * 9_900}),
    "as many conditions as variables hold": (JOBS, {"where": {"AND": [{"title": {"eq": "x"}}] * 990}}),
    "as many types of events as variables hold": (
        "subscription($types: [EventType!]) { events(types: $types) { sequence } }",
        {"types": ["JOB_CREATED"] * 9_900},
    ),
}


@pytest.mark.parametrize("name", FRAMES)
async def test_no_frame_keeps_the_event_loop(served: Served, system: System, name: str) -> None:
    query, variables = FRAMES[name]
    frame = json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query, "variables": variables}})
    assert len(frame) < FRAME_BYTES
    async with client(served, system.tokens["admin"]) as one:
        with probing() as probe:
            await one.connection.send(frame)
            if query.startswith("subscription"):
                await served.all_live(1)
            else:
                assert (await one.receive())["type"] in {"next", "error"}
        assert probe.seconds < MOST_SECONDS, probe.told


async def test_a_frame_of_small_values_does_not_keep_the_event_loop(served: Served, system: System) -> None:
    frame = '{"type":"ping","payload":{"a":[' + "[]," * 87_000 + "0]}}"
    assert FRAME_BYTES * 0.99 < len(frame) < FRAME_BYTES
    async with client(served, system.tokens["admin"]) as one:
        with probing() as probe:
            await one.connection.send(frame)
            text = await one.connection.recv()
        assert isinstance(text, str)
        assert text.startswith('{"payload"')
        assert probe.seconds < MOST_SECONDS, probe.told


async def test_a_hundred_events_at_once_do_not_keep_the_event_loop(served: Served, system: System) -> None:
    """Each of them with a job, its stages and its applications, for three kinds of subscribers."""
    fields = "sequence type at actor { __typename } job { id title description stages { id name category } applications(first: 5) { nodes { id candidate { id name } } } }"
    async with client(served, system.tokens["admin"]) as one:
        for i in range(3):
            await one.subscribe(f"subscription {{ events {{ {fields} a{i}: sequence }} }}", id=str(i))
        await served.all_live(3)
        with probing() as probe:
            last = await system.append(100)
            await one.listen(last)
        assert probe.seconds < MOST_SECONDS, probe.told
