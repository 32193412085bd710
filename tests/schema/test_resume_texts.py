"""The text of a résumé as GraphQL answers it: stretches, what is missing, what is no résumé, who does not see it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from graph.client import Graph, Statement
from graph.ids import new_id
from graph.intakes import NewIntake, ReadResume, claim, complete, intake_id_of, receive
from graph.profiles import Profile
from graph.rights import Permission
from graph.tokens import AccessRole
from schema.limits import LONGEST_TEXT
from schema.loaders import Loaders
from schema.node import Kind, any_id, global_id
from schema.operations import Operations, Request
from search.resumes.store import ResumeStore, StoreSettings
from tests.schema.conftest import SCHEMA, context_of
from tests.schema.test_declarations import AT
from tests.schema.test_round_trips import Counting

TEXT = "Ælfgifu 🛠️ Smith\n" + "Ma\u0301 𝔘 word\n" * 3_000
RECORD_OF = Statement(
    "tests.record_of", "MATCH (r:Record)-[:ABOUT]->(:Person {id: $person}) RETURN r.id AS record"
)
HIDE = Statement("tests.hide", "MATCH (:Record {id: $record})-[:ABOUT]->(p) SET p.private = true")
STRETCH = """
query($id: ID!, $offset: Int!, $length: Int!) {
  node(id: $id) { ... on Record { kind text(offset: $offset, length: $length) { state characters offset content } } }
}
"""

SEVERAL = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Record { text { state } } } }"


@pytest.fixture
def store(tmp_path: Path) -> ResumeStore:
    return ResumeStore(StoreSettings(path=tmp_path))


@pytest.fixture
def operations() -> Iterator[Operations]:
    opened = Operations(SCHEMA)
    yield opened
    opened.close()


class Asked:
    """Asks for the text of one record."""

    def __init__(self, graph: Graph, store: ResumeStore, operations: Operations, record: str) -> None:
        base = context_of(graph, AccessRole.ADMIN)
        self._base = replace(base, services=replace(base.services, store=store))
        self._operations = operations
        self.record = record

    async def __call__(self, offset: int = 0, length: int = LONGEST_TEXT, **rights: Any) -> Any:
        """Return the whole answer; `rights` are those of the principal where they are not an administrator's."""
        principal = replace(self._base.principal, **rights)
        context = replace(
            self._base,
            principal=principal,
            loaders=Loaders(self._base.graph, principal.viewer),
            redactions=[],
        )
        variables = {"id": self.record, "offset": offset, "length": length}
        return orjson.loads(
            await self._operations.answer(Request(query=STRETCH, variables=variables), context)
        )


async def record_of(graph: Graph, text_document: str) -> str:
    """Let a file become a record; return the record's global id."""
    digest = (new_id() + new_id()).replace("-", "")
    file = NewIntake(sha256=digest, file_name="a.txt", size=1, source="test", event_id=new_id())
    await graph.write(receive, intakes=[file], actor="test", at=AT)
    claimed = await graph.write(claim, intake_id=intake_id_of(digest), milliseconds=60_000)
    assert claimed is not None
    read = ReadResume(
        kind="TXT",
        profile=Profile(name="Kim"),
        text_document=text_document,
        person_id=new_id(),
        record_event_id=new_id(),
    )
    person = await graph.write(complete, intake=claimed, read=read, event_id=new_id(), actor="test", at=AT)
    assert person is not None
    (row,) = await graph.execute(RECORD_OF, person=person)
    return global_id(Kind.RECORD, row["record"])


async def asked(graph: Graph, store: ResumeStore, operations: Operations, digest: str) -> Asked:
    return Asked(graph, store, operations, await record_of(graph, digest))


async def test_a_text_is_answered_in_stretches_of_characters(
    graph: Graph, store: ResumeStore, operations: Operations
) -> None:
    ask = await asked(graph, store, operations, store.put(TEXT.encode()))
    whole = ""
    while True:
        found = (await ask(offset=len(whole)))["data"]["node"]["text"]
        assert (found["state"], found["characters"], found["offset"]) == ("KEPT", len(TEXT), len(whole))
        if not found["content"]:
            break
        assert len(found["content"]) <= LONGEST_TEXT
        whole += found["content"]
    assert whole == TEXT


async def test_any_stretch_is_a_slice_of_the_text(
    graph: Graph, store: ResumeStore, operations: Operations
) -> None:
    ask = await asked(graph, store, operations, store.put(TEXT.encode()))
    for offset, length in (
        (0, 1),
        (8, 1),
        (9, 1),
        (10, 7),
        (17, 40),
        (len(TEXT) - 1, 5),
        (len(TEXT), 1),
        (2**31 - 1, 1),
    ):
        found = (await ask(offset, length))["data"]["node"]["text"]
        assert found["content"] == TEXT[offset : offset + length]


@pytest.mark.parametrize(
    ("offset", "length", "field"),
    [(-1, 5, "offset"), (0, 0, "length"), (0, -5, "length"), (0, LONGEST_TEXT + 1, "length")],
)
async def test_a_stretch_out_of_bounds_is_refused(
    graph: Graph, store: ResumeStore, operations: Operations, offset: int, length: int, field: str
) -> None:
    ask = await asked(graph, store, operations, store.put(TEXT.encode()))
    answer = await ask(offset, length)
    assert answer["data"] == {"node": {"kind": "RESUME", "text": None}}
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": field}


async def test_a_text_that_the_store_lacks_is_missing_and_comes_back_with_it(
    graph: Graph, store: ResumeStore, operations: Operations
) -> None:
    digest = store.put(TEXT.encode())
    ask = await asked(graph, store, operations, digest)
    store.delete(digest)
    lost = await ask()
    assert "errors" not in lost
    assert lost["data"]["node"]["text"] == {
        "state": "MISSING",
        "characters": None,
        "offset": 0,
        "content": None,
    }
    store.put(TEXT.encode())
    assert (await ask())["data"]["node"]["text"]["state"] == "KEPT"


async def test_who_lacks_the_permission_sees_no_text_and_is_told_so(
    graph: Graph, store: ResumeStore, operations: Operations
) -> None:
    """Not even that it is missing: the file is not looked for."""
    for digest in (store.put(TEXT.encode()), "0" * 64):
        ask = await asked(graph, store, operations, digest)
        answer = await ask(scopes=frozenset(Permission) - {Permission.CONTACTS_READ})
        assert answer["data"]["node"] == {"kind": "RESUME", "text": None}
        assert answer["extensions"]["redactions"] == [
            {"path": ["node", "text"], "reason": "needs contacts:read"}
        ]


@pytest.mark.parametrize("role", [AccessRole.RECRUITER, AccessRole.CANDIDATE])
async def test_a_hidden_candidate_hides_the_text(
    graph: Graph, store: ResumeStore, operations: Operations, role: AccessRole
) -> None:
    """A recruiter does not see private candidates, a candidate sees nobody but themself."""
    ask = await asked(graph, store, operations, store.put(TEXT.encode()))
    found = any_id(ask.record)
    assert found is not None
    await graph.execute(HIDE, record=found[1])
    answer = await ask(role=role)
    assert answer["data"] == {"node": None}


async def test_more_texts_take_no_more_reads_of_the_graph(
    graph: Graph, store: ResumeStore, operations: Operations
) -> None:
    digest = store.put(TEXT.encode())
    records = [await record_of(graph, digest) for _ in range(3)]
    counts = []
    for ids in (records[:1], records):
        counting = Counting(graph)
        base = context_of(counting, AccessRole.ADMIN)
        context = replace(base, services=replace(base.services, store=store))
        answer = orjson.loads(
            await operations.answer(Request(query=SEVERAL, variables={"ids": ids}), context)
        )
        assert [node["text"]["state"] for node in answer["data"]["nodes"]] == ["KEPT"] * len(ids)
        counts.append(counting.count)
    assert counts[0] == counts[1]
