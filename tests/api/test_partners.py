"""Partner applications at the door: what they may run, what nobody may, and that refusals write nothing."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from api import operations
from api.registered import RegisteredDocuments
from graph.client import Graph
from graph.settings import GraphSettings
from schema.budgets import Allowance, Budgets, Throttled
from schema.documents import digest_of
from schema.operations import Operations
from schema.root import build_schema
from tests.api.conftest import System
from tests.api.test_subscriptions import _code, _init, _receive, _send, _socket
from tests.waiting import eventually

JOBS = "query OpenJobs($first: Int!) { jobs(first: $first) { nodes { title } } }"
COUNT = "query CountJobs { jobs(first: 1) { totalCount } }"
CREATE_JOB = 'mutation { createJob(input: { title: "Intruder", description: "x" }) { job { id } } }'
REGISTER = operations.read_operation("register_partner_application", []).document
SUBMIT = operations.read_operation("submit_partner_documents", []).document
APPROVE = operations.read_operation("approve_partner_application", []).document
LIST = operations.read_operation("partner_applications", []).document
SUSPEND = "mutation($id: ID!) { suspendPartnerApplication(input: { applicationId: $id }) { application { status } } }"
ISSUE = 'mutation($id: ID!) { issuePartnerToken(input: { applicationId: $id, label: "test" }) { token userErrors { code } } }'


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner application and its token."""

    system: System
    id: str
    token: str

    async def post(self, **body: Any) -> httpx.Response:
        return await self.system.raw(role=None, headers={"Authorization": f"Bearer {self.token}"}, json=body)

    async def approve(self, *documents: str, **given: Any) -> Any:
        variables = {"applicationId": self.id, "hashes": [digest_of(text) for text in documents], **given}
        answer = await self.system.data(APPROVE, {"input": variables})
        return answer["approvePartnerApplication"]

    async def runs(self, text: str) -> bool:
        response = await self.post(documentId=f"sha256:{digest_of(text)}", variables={"first": 1})
        return response.status_code == 200 and "errors" not in response.json()


async def submitted(system: System, *documents: str) -> Partner:
    given = {"input": {"name": "Board", "contact": "board@example.com"}}
    registered = (await system.data(REGISTER, given))["registerPartnerApplication"]
    assert registered["application"]["status"] == "DRAFT"
    id_ = registered["application"]["id"]
    answer = await system.data(SUBMIT, {"input": {"applicationId": id_, "documents": list(documents)}})
    assert answer["submitPartnerDocuments"]["userErrors"] == []
    issued = (await system.data(ISSUE, {"id": id_}))["issuePartnerToken"]
    assert issued["userErrors"] == []
    return Partner(system, id_, issued["token"])


async def approved(system: System, *documents: str, **given: Any) -> Partner:
    partner = await submitted(system, *documents)
    answer = await partner.approve(*documents, **given)
    assert answer["userErrors"] == []
    assert answer["application"]["status"] == "APPROVED"
    return partner


def code(response: httpx.Response) -> Any:
    return response.json()["errors"][0]["extensions"]["code"]


async def test_approved_documents_run_by_hash_and_by_text(system: System) -> None:
    partner = await approved(system, JOBS, COUNT)
    named = f"sha256:{digest_of(JOBS)}"
    by_id = await partner.post(documentId=named, variables={"first": 2})
    apollo = {"persistedQuery": {"version": 1, "sha256Hash": digest_of(JOBS)}}
    by_extension = await partner.post(extensions=apollo, variables={"first": 2})
    by_text = await partner.post(query=JOBS, variables={"first": 2})
    assert len(by_id.json()["data"]["jobs"]["nodes"]) == 2
    assert by_id.json()["data"] == by_extension.json()["data"] == by_text.json()["data"]
    async with httpx.AsyncClient(trust_env=False) as client:
        by_url = await client.get(
            f"{system.url}/graphql",
            params={"documentId": named, "variables": json.dumps({"first": 2})},
            headers={"Authorization": f"Bearer {partner.token}"},
        )
    assert by_url.json()["data"] == by_id.json()["data"]


async def test_nothing_else_runs_and_nothing_is_written(system: System) -> None:
    partner = await approved(system, JOBS)
    before = await system.fingerprint()
    for text in (CREATE_JOB, COUNT, JOBS + " ", "{ __typename }", "{ not even valid"):
        response = await partner.post(query=text, variables={"first": 1})
        assert (response.status_code, code(response)) == (403, "DOCUMENT_NOT_REGISTERED"), text
    for named in (digest_of(COUNT), digest_of("never seen")):
        response = await partner.post(documentId=f"sha256:{named}")
        assert (response.status_code, code(response)) == (400, "PERSISTED_DOCUMENT_NOT_FOUND")
    for wrong in ("sha256:abc", 7, "md5:" + "0" * 64, {"sha256": "x"}):
        response = await partner.post(documentId=wrong)
        assert (response.status_code, code(response)) == (400, "INVALID_INPUT"), wrong
    assert await system.fingerprint() == before


async def test_an_application_that_is_not_approved_runs_nothing(system: System) -> None:
    partner = await submitted(system, JOBS)
    response = await partner.post(query=JOBS, variables={"first": 1})
    assert (response.status_code, code(response)) == (403, "FORBIDDEN")


async def test_approval_is_of_exact_documents(system: System) -> None:
    partner = await approved(system, JOBS)
    await system.data(SUBMIT, {"input": {"applicationId": partner.id, "documents": [COUNT]}})
    assert not await partner.runs(COUNT)
    assert (await partner.approve(COUNT))["userErrors"] == []
    await eventually(lambda: partner.runs(COUNT))
    assert not await partner.runs(JOBS)
    unknown = await partner.approve("query Unknown { __typename }")
    assert [error["code"] for error in unknown["userErrors"]] == ["NOT_FOUND"]
    assert await partner.runs(COUNT)


async def test_a_suspended_application_stops(system: System) -> None:
    partner = await approved(system, JOBS)
    assert await partner.runs(JOBS)
    answer = await system.data(SUSPEND, {"id": partner.id})
    assert answer["suspendPartnerApplication"]["application"]["status"] == "SUSPENDED"

    async def stopped() -> bool:
        return not await partner.runs(JOBS)

    await eventually(stopped)
    assert (await system.data(ISSUE, {"id": partner.id}))["issuePartnerToken"]["token"] is None


async def test_other_texts_run_where_the_application_may_send_them(system: System) -> None:
    partner = await approved(system, JOBS, documentsOnly=False)
    response = await partner.post(query=COUNT)
    assert response.json()["data"]["jobs"]["totalCount"] > 0
    refused = await partner.post(query="{ candidates(first: 1) { totalCount } }")
    assert code(refused) == "FORBIDDEN"


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        (
            "query People { candidates(first: 1) { nodes { name } } }",
            "NOT_FOR_PARTNERS",
            "candidates:read",
        ),
        ("query Wrong { nothing }", "MALFORMED", "nothing"),
        ("{ __typename }", "MALFORMED", "one operation"),
        ("query Long { __typename }" + " " * 20_000, "TOO_LONG", "20000 characters"),
    ],
)
async def test_what_cannot_be_handed_in(system: System, document: str, code: str, words: str) -> None:
    partner = await submitted(system, JOBS)
    before = await system.fingerprint()
    answer = await system.data(
        SUBMIT, {"input": {"applicationId": partner.id, "documents": [JOBS, document]}}
    )
    (error,) = answer["submitPartnerDocuments"]["userErrors"]
    assert (error["code"], error["field"]) == (code, "documents.1")
    assert words in error["message"]
    assert await system.fingerprint() == before


async def test_number_of_documents_is_bounded(system: System) -> None:
    partner = await submitted(system, JOBS)
    for batch in range(4):
        documents = [f"query N{batch}x{i} {{ jobs(first: 1) {{ totalCount }} }}" for i in range(50)]
        answer = await system.data(SUBMIT, {"input": {"applicationId": partner.id, "documents": documents}})
    assert [error["code"] for error in answer["submitPartnerDocuments"]["userErrors"]] == ["TOO_MANY"]
    many = {"applicationId": partner.id, "documents": [JOBS] * 51}
    answer = await system.data(SUBMIT, {"input": many})
    assert [error["code"] for error in answer["submitPartnerDocuments"]["userErrors"]] == ["OUT_OF_RANGE"]


async def test_the_administrator_sees_what_documents_may_do(system: System) -> None:
    partner = await submitted(system, JOBS)
    listed = (await system.data(LIST, {"first": 100}))["partnerApplications"]["nodes"]
    (application,) = [each for each in listed if each["id"] == partner.id]
    assert application["documents"] == [
        {
            "operationName": "OpenJobs",
            "operationKind": "QUERY",
            "permissions": ["JOBS_READ"],
            "personalData": [],
            "cost": {"rows": 100, "values": 300},
            "approved": False,
            "text": JOBS,
        }
    ]


async def test_without_a_token_only_public_documents_run(system: System) -> None:
    public = "query Careers { jobs(first: 1) { nodes { title } } }"
    body = {"documentId": f"sha256:{digest_of(public)}"}
    before = await system.raw(role=None, json=body)
    assert (before.status_code, code(before)) == (401, "UNAUTHENTICATED")
    await approved(system, public, anonymous=True)

    async def open_to_all() -> bool:
        return (await system.raw(role=None, json=body)).status_code == 200

    await eventually(open_to_all)
    assert (await system.raw(role=None, json={"query": public})).json()["data"]["jobs"]["nodes"]
    fingerprint = await system.fingerprint()
    for text in (
        CREATE_JOB,
        COUNT,
        "{ candidates(first: 1) { totalCount } }",
        "{ __schema { types { name } } }",
    ):
        response = await system.raw(role=None, json={"query": text})
        assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
    form = {"operations": json.dumps(body), "map": "{}"}
    upload = await system.raw(role=None, data=form, files={"0": b"x"}, headers={"GraphQL-Preflight": "1"})
    assert (upload.status_code, code(upload)) == (401, "UNAUTHENTICATED")
    bad_token = await system.raw(role=None, json=body, headers={"Authorization": "Bearer kith_nonsense"})
    assert bad_token.status_code == 401
    assert await system.fingerprint() == fingerprint


async def test_callers_without_a_token_have_a_bucket_for_each_network(system: System) -> None:
    public = "query Openings { jobs(first: 1) { nodes { id } } }"
    await approved(system, public, anonymous=True)
    async with Graph.open(GraphSettings()) as graph:
        registered = RegisteredDocuments(graph, Operations(build_schema()), remember_seconds=0)
        first, again, other = [
            (await registered.admit_anybody(named=None, text=public, network=network)).principal
            for network in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
        ]
    budgets = Budgets(Allowance(capacity=10, restore_rate=0.001))
    budgets.take(first, 10)
    with pytest.raises(Throttled):
        budgets.take(again, 10)
    budgets.take(other, 10)
    assert "192.0.2" not in first.id


async def test_a_token_that_is_over_already_is_not_issued(system: System) -> None:
    partner = await submitted(system, JOBS)
    fingerprint = await system.fingerprint()
    document = ISSUE.replace('label: "test"', 'label: "test", expiresAt: "2020-01-01T00:00:00Z"')
    answer = (await system.data(document, {"id": partner.id}))["issuePartnerToken"]
    assert (answer["token"], answer["userErrors"][0]["code"]) == (None, "OUT_OF_RANGE")
    assert await system.fingerprint() == fingerprint


async def test_what_is_not_public_cannot_be_made_so(system: System) -> None:
    subscription = "subscription Heard { events(types: [JOB_CREATED]) { type } }"
    partner = await submitted(system, subscription)
    answer = await partner.approve(subscription, anonymous=True)
    assert [error["code"] for error in answer["userErrors"]] == ["NOT_PUBLIC"]
    assert (await partner.approve(subscription))["userErrors"] == []


async def test_documents_are_named_over_websockets_too(system: System) -> None:
    partner = await approved(system, JOBS)
    async with _socket(system) as socket:
        await _init(socket, partner.token)
        payload = {"documentId": f"sha256:{digest_of(JOBS)}", "variables": {"first": 1}}
        await _send(socket, id="1", type="subscribe", payload=payload)
        assert len((await _receive(socket))["payload"]["data"]["jobs"]["nodes"]) == 1
        assert (await _receive(socket))["type"] == "complete"
        await _send(socket, id="2", type="subscribe", payload={"documentId": f"sha256:{digest_of(COUNT)}"})
        assert _code(await _receive(socket)) == "PERSISTED_DOCUMENT_NOT_FOUND"
        await _send(socket, id="3", type="subscribe", payload={"query": COUNT})
        assert _code(await _receive(socket)) == "DOCUMENT_NOT_REGISTERED"


async def test_ids_of_applications_are_for_administrators(system: System) -> None:
    partner = await submitted(system, JOBS)
    document = "query($id: ID!) { node(id: $id) { id } }"
    assert (await system.data(document, {"id": partner.id}))["node"] == {"id": partner.id}
    assert (await system.data(document, {"id": partner.id}, role="recruiter"))["node"] is None
