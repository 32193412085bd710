"""Messages from the mutation to the mailbox, and the way out of them."""

import json
from typing import Any

import httpx

from api.demo.jobs import jobs
from api.demo.templates import templates
from schema.node import Kind, global_id
from tests.api.conftest import PEOPLE, System, kith
from tests.waiting import eventually

CREATE = "mutation($input: CreateCandidateInput!) { createCandidate(input: $input) { candidate { id } userErrors { message } } }"
CONTACT = """
mutation($key: String!, $ids: [CandidateRef!]!, $template: ID!, $job: JobRef) {
  contactCandidates(input: { idempotencyKey: $key, candidates: $ids, templateId: $template, job: $job }) {
    outcomes { candidateId queued refusal repeated touch { id status } }
    userErrors { field message code }
  }
}
"""
TOUCH = "query($id: ID!) { node(id: $id) { ... on Touch { status subject sentAt reason } } }"
TEMPLATE = global_id(Kind.TEMPLATE, templates()[0]["id"])
JOB = global_id(Kind.JOB, next(iter(jobs(PEOPLE)))["id"])
CONSENT = {"granted": True, "at": "2026-11-01T09:00:00Z", "basis": "test"}


def _mails(address: str) -> list[Any]:
    listed = kith("mail", "--json")
    assert listed.returncode == 0, listed.stderr
    return [mail for mail in json.loads(listed.stdout) if address in mail["to"]]


async def _candidate(system: System, name: str, consent: Any = CONSENT) -> str:
    address = f"{name.lower()}@example.com"
    variables = {"input": {"name": f"{name} Probe", "emails": [address], "consent": consent}}
    created = (await system.data(CREATE, variables))["createCandidate"]
    assert created["userErrors"] == []
    id_: str = created["candidate"]["id"]
    return id_


async def _contact(system: System, key: str, *ids: str) -> Any:
    variables = {"key": key, "ids": [{"id": id_} for id_ in ids], "template": TEMPLATE, "job": {"id": JOB}}
    answer = (await system.data(CONTACT, variables))["contactCandidates"]
    assert answer["userErrors"] == []
    return answer["outcomes"]


async def _settled(system: System, touch_id: str) -> Any:
    async def settled() -> Any:
        touch = (await system.data(TOUCH, {"id": touch_id}))["node"]
        return touch if touch["status"] not in {"QUEUED", "SENDING"} else None

    return await eventually(settled)


async def test_one_message_is_sent_once_and_unsubscribing_works(system: System) -> None:
    candidate = await _candidate(system, "Ulla")
    (outcome,) = await _contact(system, "once", candidate)
    assert outcome["queued"]
    touch = await _settled(system, outcome["touch"]["id"])
    assert touch["status"] == "SENT", touch
    (again,) = await _contact(system, "once", candidate)
    assert again["repeated"]
    (mail,) = _mails("ulla@example.com")
    assert mail["subject"] == touch["subject"]
    assert "Ulla" in mail["body"]
    assert "{{" not in mail["body"] + mail["subject"]
    link = mail["unsubscribe"]
    assert link.startswith(f"{system.url}/unsubscribe/")
    async with httpx.AsyncClient(trust_env=False) as client:
        asked = await client.get(link)
        assert asked.status_code == 200
        assert (await _profile(system, candidate))["optedOutAt"] is None, "a GET must not opt out"
        done = await client.post(link, data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
        assert (await client.post(f"{system.url}/unsubscribe/unknown")).status_code == 200
    assert (await _profile(system, candidate))["optedOutAt"]
    (refused,) = await _contact(system, "second", candidate)
    assert refused["refusal"] == "OPTED_OUT"
    assert len(_mails("ulla@example.com")) == 1


async def _profile(system: System, candidate: str) -> Any:
    document = "query($id: ID!) { candidate(by: { id: $id }) { optedOutAt touches { status } } }"
    return (await system.data(document, {"id": candidate}))["candidate"]


async def test_refusals_are_data_and_send_nothing(system: System) -> None:
    unasked = await _candidate(system, "Nora", None)
    refusing = await _candidate(system, "Rolf", {**CONSENT, "granted": False})
    outcomes = await _contact(system, "refusals", unasked, refusing)
    assert [outcome["refusal"] for outcome in outcomes] == ["NO_CONSENT", "NO_CONSENT"]
    assert not any(outcome["queued"] for outcome in outcomes)
    marker = await _candidate(system, "Last")
    (sent,) = await _contact(system, "marker", marker)
    assert (await _settled(system, sent["touch"]["id"]))["status"] == "SENT"
    assert _mails("nora@example.com") == []
    assert _mails("rolf@example.com") == []


async def test_a_template_with_unknown_fields_is_refused(system: System) -> None:
    document = "mutation($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id } userErrors { field message code } } }"
    before = await system.fingerprint()
    for body in (
        "Hi {{candidate.salary}}",
        "{% for x in y %}",
        "{{candidate.name",
        "{{ candidate.__class__ }}",
    ):
        given = {"input": {"name": "n", "subject": "s", "body": body}}
        payload = (await system.data(document, given))["createTemplate"]
        assert payload["template"] is None
        assert payload["userErrors"][0]["code"] == "UNKNOWN_MERGE_FIELD", body
    assert await system.fingerprint() == before
