"""Whoever sets what was there before may say which version they have seen; of many who saw one, one is heard."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from graph.client import Graph, Statement
from graph.ids import new_id, now
from graph.tokens import AccessRole
from graph.users import NewUser, UserStatus, add_user
from schema.documents import digest_of
from schema.node import Kind, global_id
from tests.schema.conftest import SCHEMA, Ask

SETTING = ("set", "update", "approve", "move", "merge", "delete")
EVENTS = Statement("tests.events", "MATCH (e:Event) RETURN count(e) AS events")
DOCUMENT = "query A { viewer { id } }"
AT_ONCE = 20


async def job(ask: Ask, graph: Graph) -> tuple[dict[str, Any], str]:
    made = await sent(ask, "createJob", "job { id }", {"title": "Welder", "description": "Welds."})
    return {"job": {"id": made["job"]["id"]}, "confidential": False, "members": []}, "job"


async def candidate(ask: Ask, graph: Graph) -> tuple[dict[str, Any], str]:
    made = await sent(ask, "createCandidate", "candidate { id }", {"name": "Kim"})
    given = {"candidate": {"id": made["candidate"]["id"]}, "private": True, "sharedWith": []}
    return given, "candidate"


async def user(ask: Ask, graph: Graph) -> tuple[dict[str, Any], str]:
    wanted = NewUser(id=new_id(), email="kay@example.org", role=AccessRole.EMPLOYEE, status=UserStatus.ACTIVE)
    id_ = await graph.write(add_user, user=wanted, at=now())
    return {"userId": global_id(Kind.USER, id_), "role": "RECRUITER"}, "user"


async def application(ask: Ask, graph: Graph) -> tuple[dict[str, Any], str]:
    given = {"name": "Board", "contact": "board@example.com"}
    made = await sent(ask, "registerPartnerApplication", "application { id }", given)
    id_ = made["application"]["id"]
    handed_in = {"applicationId": id_, "documents": [DOCUMENT]}
    await sent(ask, "submitPartnerDocuments", "application { id }", handed_in)
    return {"applicationId": id_, "hashes": [digest_of(DOCUMENT)]}, "application"


CASES: dict[str, Callable[[Ask, Graph], Awaitable[tuple[dict[str, Any], str]]]] = {
    "setJobAccess": job,
    "setCandidatePrivacy": candidate,
    "setUserRole": user,
    "approvePartnerApplication": application,
}


async def sent(ask: Ask, name: str, wanted: str, given: dict[str, Any]) -> Any:
    type_ = name[0].upper() + name[1:] + "Input!"
    document = (
        f"mutation($input: {type_}) {{ {name}(input: $input) {{ {wanted} userErrors {{ field code }} }} }}"
    )
    data, errors = await ask(document, {"input": given})
    assert errors == []
    return data[name]


def test_whatever_sets_what_was_there_before_takes_a_version() -> None:
    fields = SCHEMA._schema.mutation_type.fields  # type: ignore[union-attr]
    setting = [name for name in fields if name.startswith(SETTING)]
    assert set(CASES) < set(setting)
    assert [
        name for name in setting if "expectedVersion" not in fields[name].args["input"].type.of_type.fields
    ] == []


@pytest.mark.parametrize("name", CASES)
async def test_of_twenty_who_saw_one_version_one_is_heard(empty: Graph, ask: Ask, name: str) -> None:
    given, shown = await CASES[name](ask, empty)
    document = f"query($id: ID!) {{ node(id: $id) {{ ... on {shown_type(name)} {{ version }} }} }}"
    data, _ = await ask(document, {"id": id_of(given)})
    seen = data["node"]["version"]
    (before,) = await empty.execute(EVENTS)
    wanted = f"{shown} {{ version }}"
    answers = await asyncio.gather(
        *(sent(ask, name, wanted, {**given, "expectedVersion": seen}) for _ in range(AT_ONCE))
    )
    refused = [answer["userErrors"] for answer in answers if answer["userErrors"]]
    assert refused == [[{"field": "expectedVersion", "code": "VERSION_CONFLICT"}]] * (AT_ONCE - 1)
    assert [answer[shown] for answer in answers if answer[shown]] == [{"version": seen + 1}]
    (after,) = await empty.execute(EVENTS)
    assert after["events"] == before["events"] + 1
    assert (await sent(ask, name, wanted, given))["userErrors"] == []


def shown_type(name: str) -> str:
    payload = SCHEMA._schema.mutation_type.fields[name].type.of_type  # type: ignore[union-attr]
    return next(str(field.type) for field in payload.fields.values() if "version" in fields_of(field.type))


def fields_of(type_: Any) -> Any:
    return getattr(type_, "fields", {})


def id_of(given: dict[str, Any]) -> str:
    named = next(iter(given.values()))
    return str(named["id"] if isinstance(named, dict) else named)
