"""A key makes a mutation safe to repeat: one change, one event, one answer, also for twenty at once."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import UploadFile

from graph.client import Graph, Statement
from graph.idempotency import forget
from graph.ids import from_now, new_id, now
from graph.tokens import AccessRole
from schema.idempotency import LONGEST_KEY
from search.resumes.store import ResumeStore, StoreSettings
from tests.schema.conftest import SCHEMA, context_of

WRITTEN = Statement(
    "tests.written",
    """
    RETURN COUNT { (n) WHERE NOT n:IdempotencyKey } AS nodes, COUNT { ()-[]->() } AS edges,
           COUNT { (:Event) } AS events
    """,
)
KEYS = Statement("tests.keys", "MATCH (k:IdempotencyKey) RETURN count(k) AS keys")
OF_ONE_INPUT = (
    "create",
    "register",
    "send",
    "apply",
    "hire",
    "merge",
    "import",
    "shortlist",
    "move",
    "contact",
    "invite",
    "issue",
    "submit",
)
SHOWN_ONCE = {"createToken", "issuePartnerToken"}
"""What they answer cannot be given again: a secret of which only the hash is kept."""
AT_ONCE = 20
ONE = "one"

Send = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class World:
    """Sends mutations, and what they can be about."""

    send: Send
    job: Any
    candidate: str
    application: str
    terms: list[str]
    partner: str


@pytest.fixture
async def send(empty: Graph, tmp_path: Path) -> Send:
    async def send(name: str, wanted: str, given: dict[str, Any], *, token: str = ONE) -> Any:
        context = context_of(empty, AccessRole.ADMIN)
        services = replace(context.services, store=ResumeStore(StoreSettings(path=tmp_path)))
        principal = replace(context.principal, id=token)
        type_ = name[0].upper() + name[1:] + "Input!"
        document = f"mutation($input: {type_}) {{ {name}(input: $input) {{ {wanted} userErrors {{ field code }} }} }}"
        answer = await SCHEMA.execute(
            document,
            {"input": given},
            context_value=replace(context, services=services, principal=principal),
        )
        assert answer.errors is None
        assert answer.data
        return answer.data[name]

    return send


@pytest.fixture
async def world(send: Send, empty: Graph) -> World:
    job = await send("createJob", "job { id stages { id } }", {"title": "Welder", "description": "Welds."})
    made = await send("createCandidate", "candidate { id }", {"name": "Kim", "emails": ["kim@example.org"]})
    given = {"job": {"id": job["job"]["id"]}, "candidate": {"email": "kim@example.org"}}
    applied = await send("applyToJob", "application { id }", given)
    await empty.execute(COLLEAGUE, id=new_id(), at=now())
    names = ("Cooking", "Cookery", "Baking")
    terms = [await send("createTerm", "term { id }", {"kind": "SKILL", "name": each}) for each in names]
    board = {"name": "Board", "contact": "board@example.com"}
    partner = await send("registerPartnerApplication", "application { id }", board)
    return World(
        send,
        job["job"],
        made["candidate"]["id"],
        applied["application"]["id"],
        [each["term"]["id"] for each in terms],
        partner["application"]["id"],
    )


COLLEAGUE = Statement(
    "tests.colleague",
    """
    CREATE (p:Person:Colleague {id: $id, created_at: $at, updated_at: $at})
    CREATE (p)-[:HAS_EMAIL]->(:EmailAddress {address: 'lee@example.org'})
    """,
)


def _file(content: bytes) -> UploadFile:
    return UploadFile(io.BytesIO(content), filename="a.txt")


CASES: dict[str, tuple[str, Callable[[World], tuple[dict[str, Any], dict[str, Any]]]]] = {
    "createCandidate": (
        "created candidate { id }",
        lambda _: ({"name": "Ada"}, {"name": "Eve"}),
    ),
    "createJob": (
        "job { id }",
        lambda _: (
            {
                "title": "Cook",
                "description": "Cooks.",
                "salary": {"minimum": 1, "maximum": 2, "currency": "EUR"},
            },
            {
                "title": "Cook",
                "description": "Cooks.",
                "salary": {"minimum": 1, "maximum": 3, "currency": "EUR"},
            },
        ),
    ),
    "registerPartnerApplication": (
        "application { id }",
        lambda _: (
            {"name": "Board", "contact": "board@example.com"},
            {"name": "Agency", "contact": "board@example.com"},
        ),
    ),
    "submitPartnerDocuments": (
        "application { id documents { hash } }",
        lambda world: (
            {"applicationId": world.partner, "documents": ["query A { viewer { id } }"]},
            {"applicationId": world.partner, "documents": ["query B { viewer { id } }"]},
        ),
    ),
    "applyToJob": (
        "application { id }",
        lambda world: (
            {"job": {"id": world.job["id"]}, "candidate": {"id": world.candidate}},
            {"job": {"id": world.job["id"]}, "candidate": {"id": world.candidate}, "source": "friend"},
        ),
    ),
    "moveApplication": (
        "application { id }",
        lambda world: (
            {
                "application": {"id": world.application},
                "stageId": world.job["stages"][5]["id"],
                "status": "HIRED",
            },
            {"application": {"id": world.application}, "stageId": world.job["stages"][2]["id"]},
        ),
    ),
    "shortlist": (
        "added job { id }",
        lambda world: (
            {"job": {"id": world.job["id"]}, "candidates": [{"id": world.candidate}]},
            {"job": {"id": world.job["id"]}, "candidates": [{"id": world.candidate}], "note": "good"},
        ),
    ),
    "createReferral": (
        "referral { id }",
        lambda world: (
            {"by": {"email": "lee@example.org"}, "candidate": {"id": world.candidate}},
            {"by": {"email": "lee@example.org"}, "candidate": {"id": world.candidate}, "note": "good"},
        ),
    ),
    "createTemplate": (
        "template { id }",
        lambda _: (
            {"name": "First", "subject": "Hello", "body": "Hello"},
            {"name": "First", "subject": "Hello", "body": "Goodbye"},
        ),
    ),
    "createTerm": (
        "term { id }",
        lambda _: (
            {"kind": "SKILL", "name": "Welding"},
            {"kind": "SKILL", "name": "Welding", "synonyms": ["Joining"]},
        ),
    ),
    "createSavedSearch": (
        "savedSearch { id name }",
        lambda _: (
            {"name": "Welders", "search": {"text": "welder"}},
            {"name": "Welders", "search": {"text": "welder", "where": {"skills": {"eq": "MIG"}}}},
        ),
    ),
    "mergeTerms": (
        "term { id synonyms }",
        lambda world: (
            {"termId": world.terms[0], "mergedId": world.terms[1]},
            {"termId": world.terms[0], "mergedId": world.terms[2]},
        ),
    ),
    "inviteUser": (
        "user { id }",
        lambda _: (
            {"email": "kay@example.org", "role": "EMPLOYEE", "colleague": {"email": "lee@example.org"}},
            {"email": "kay@example.org", "role": "RECRUITER", "colleague": {"email": "lee@example.org"}},
        ),
    ),
    "importResume": (
        "repeated intake { id }",
        lambda _: ({"file": b"Kim Example"}, {"file": b"Lee Example"}),
    ),
}


async def _answer(world: World, name: str, given: dict[str, Any], key: str, *, token: str = ONE) -> Any:
    wanted, _ = CASES[name]
    sent = {**given, "idempotencyKey": key}
    if "file" in sent:
        sent["file"] = _file(sent["file"])
    return await world.send(name, wanted, sent, token=token)


def test_whatever_makes_something_can_be_repeated() -> None:
    fields = SCHEMA._schema.mutation_type.fields  # type: ignore[union-attr]
    making = {name for name in fields if name.startswith(OF_ONE_INPUT)} - SHOWN_ONCE
    lacking = [
        name for name in making if "idempotencyKey" not in fields[name].args["input"].type.of_type.fields
    ]
    assert lacking == []
    assert making - {"contactCandidates"} <= set(CASES), "give the new mutation a case here"


@pytest.mark.parametrize("name", CASES)
async def test_a_key_makes_one_change_and_one_answer(empty: Graph, world: World, name: str) -> None:
    given, other = CASES[name][1](world)
    if name == "applyToJob":
        await _withdraw(world)
    (before,) = await empty.execute(WRITTEN)
    answers = await asyncio.gather(*(_answer(world, name, given, "key") for _ in range(AT_ONCE)))
    assert answers[0]["userErrors"] == []
    assert all(answer == answers[0] for answer in answers)
    (after,) = await empty.execute(WRITTEN)
    assert after["events"] == before["events"] + 1
    assert await _answer(world, name, given, "key") == answers[0]
    refused = await _answer(world, name, other, "key")
    assert refused["userErrors"] == [{"field": "idempotencyKey", "code": "IDEMPOTENCY_KEY_REUSED"}]
    assert await empty.execute(WRITTEN) == [after]


async def _withdraw(world: World) -> None:
    moved = await world.send(
        "moveApplication",
        "application { id }",
        {
            "application": {"id": world.application},
            "stageId": world.job["stages"][1]["id"],
            "status": "WITHDRAWN",
        },
    )
    assert moved["userErrors"] == []


async def test_keys_are_each_callers_own(empty: Graph, world: World) -> None:
    one = await _answer(world, "createCandidate", {"name": "Ada"}, "key", token=ONE)
    two = await _answer(world, "createCandidate", {"name": "Ada"}, "key", token="two")
    other = await _answer(world, "createCandidate", {"name": "Eve"}, "key", token="three")
    assert len({answer["candidate"]["id"] for answer in (one, two, other)}) == 3


async def test_a_key_is_for_one_mutation(empty: Graph, world: World) -> None:
    await _answer(world, "createCandidate", {"name": "Ada"}, "key")
    refused = await _answer(world, "createTemplate", CASES["createTemplate"][1](world)[0], "key")
    assert [error["code"] for error in refused["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]


async def test_a_refusal_keeps_no_key(empty: Graph, world: World) -> None:
    refused = await _answer(world, "createTemplate", {"name": "n", "subject": "s", "body": "{{no}}"}, "key")
    assert [error["code"] for error in refused["userErrors"]] == ["UNKNOWN_MERGE_FIELD"]
    assert await empty.execute(KEYS) == [{"keys": 0}]
    mended = await _answer(world, "createTemplate", {"name": "n", "subject": "s", "body": "Hello"}, "key")
    assert mended["userErrors"] == []


@pytest.mark.parametrize("key", ["", "x" * (LONGEST_KEY + 1)])
async def test_a_key_has_bounds(empty: Graph, world: World, key: str) -> None:
    before = await empty.execute(WRITTEN)
    refused = await _answer(world, "createCandidate", {"name": "Ada"}, key)
    assert refused["userErrors"] == [{"field": "idempotencyKey", "code": "OUT_OF_RANGE"}]
    assert await empty.execute(WRITTEN) == before


async def test_old_keys_are_forgotten_few_at_a_time(empty: Graph, world: World) -> None:
    for key in ("1", "2", "3"):
        await _answer(world, "createCandidate", {"name": "Ada"}, key)
    assert await empty.write(forget, before=from_now(timedelta(hours=-1)), limit=10) == 0
    assert await empty.write(forget, before=from_now(timedelta(hours=1)), limit=2) == 2
    assert await empty.write(forget, before=from_now(timedelta(hours=1)), limit=2) == 1
    assert await empty.execute(KEYS) == [{"keys": 0}]


async def test_a_campaigns_key_is_for_one_template_and_job(empty: Graph, world: World) -> None:
    first, second = [
        (await _answer(world, "createTemplate", {"name": n, "subject": n, "body": n}, n))["template"]["id"]
        for n in ("a", "b")
    ]
    given = {"idempotencyKey": "campaign", "candidates": [{"id": world.candidate}], "templateId": first}
    wanted = "outcomes { refusal repeated }"
    assert (await world.send("contactCandidates", wanted, given))["userErrors"] == []
    before = await empty.execute(WRITTEN)
    again = await world.send("contactCandidates", wanted, given, token="another")
    assert again["outcomes"] == [{"refusal": "NO_CONSENT", "repeated": True}]
    for change in ({"templateId": second}, {"job": {"id": world.job["id"]}}):
        refused = await world.send("contactCandidates", wanted, {**given, **change})
        assert refused["userErrors"] == [{"field": "idempotencyKey", "code": "IDEMPOTENCY_KEY_REUSED"}]
    assert await empty.execute(WRITTEN) == before
    assert await empty.write(forget, before=from_now(timedelta(days=900)), limit=10) == 2
    assert await empty.execute(KEYS) == [{"keys": 1}]
