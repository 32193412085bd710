"""What API and worker tell about themselves: metrics, traces and logs."""

import json
import re
import secrets
import time
from typing import Any

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from api.metrics import Figures
from api.metrics import told as engines_told
from engines import processes
from engines.places import CHECKOUT
from graph.client import Statement
from graph.ids import new_id, now
from graph.outbox import Backlog
from tests import conftest
from tests.api.collector import Collector
from tests.api.conftest import System, kith
from tests.api.serving import client, serving
from tests.api.signing_in import Caller
from tests.api.test_partners import SUBMIT, approved
from tests.api.test_subscriptions import _init, _receive, _send, _socket
from tests.waiting import eventually
from workers import metrics as worker_metrics
from workers.broker import NAMESPACE, open_broker
from workers.intake import PARSE_INTAKE
from workers.settings import RedisSettings, WorkerSettings

DOCUMENTS = CHECKOUT / "docs" / "operations"
CREATE_CANDIDATE = (DOCUMENTS / "create_candidate.graphql").read_text()
PROFILE = (DOCUMENTS / "candidate_profile.graphql").read_text()
UPLOAD = "mutation ImportResume($file: Upload!) { importResume(input: { file: $file }) { intake { id } userErrors { code } } }"
MARKED_EVENTS = Statement(
    "tests.marked_events",
    """
    MATCH (e:Event)
    RETURN count(CASE WHEN any(key IN keys(e) WHERE toString(e[key]) CONTAINS $mark) THEN 1 END) AS marked
    """,
)


def lines(name: str) -> list[dict[str, Any]]:
    """Return the log of a process, which holds nothing but JSON."""
    text = processes.log_path(conftest.tests_home(), name).read_text()
    return [json.loads(line) for line in text.splitlines()]


def logged(request_id: str) -> list[dict[str, Any]]:
    return [line for line in lines("api") if line.get("request_id") == request_id]


async def scrape(url: str, **headers: str) -> dict[str, float]:
    """Return samples by name and labels, as they are written."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        response = await client.get(f"{url}/metrics", headers=headers)
    response.raise_for_status()
    samples = [line.rpartition(" ") for line in response.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in samples}


def names(samples: dict[str, float]) -> set[str]:
    return {sample.partition("{")[0] for sample in samples}


def attributes(span: Span) -> dict[str, str]:
    return {each.key: each.value.string_value for each in span.attributes}


async def test_a_request_keeps_its_id_and_is_one_line_in_the_log(system: System) -> None:
    given = new_id()
    response = await system.raw(
        json={"query": PROFILE, "variables": {"id": "unknown"}}, headers={"X-Request-Id": given}
    )
    assert response.headers["x-request-id"] == given

    async def line() -> Any:
        return logged(given)

    (found,) = await eventually(line)
    assert found["message"] == "operation"
    assert (found["operation"], found["kind"], found["over"]) == ("CandidateProfile", "query", "http")
    assert found["way"] == "planned"
    assert found["milliseconds"] > 0
    assert re.fullmatch(r"[0-9a-f-]{36}", found["principal"])
    assert set(found) >= {"at", "level", "logger", "code", "document", "trace"}


@pytest.mark.parametrize("given", ["Camille Dupont", "camille@example.org", "x" * 20, "abc", "a" * 65])
async def test_an_id_that_could_be_a_name_is_replaced(system: System, given: str) -> None:
    response = await system.raw(json={"query": "{ __typename }"}, headers={"X-Request-Id": given})
    assert response.headers["x-request-id"] != given
    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["x-request-id"])


async def test_refusals_have_an_id_and_a_line(system: System) -> None:
    response = await system.raw(json={"query": "{ __typename }"}, role=None)
    assert response.status_code == 401

    async def line() -> Any:
        return logged(response.headers["x-request-id"])

    (found,) = await eventually(line)
    assert (found["message"], found["route"], found["status"]) == ("request", "/graphql", 401)


async def test_operations_are_counted_by_known_names_only(system: System) -> None:
    before = await scrape(system.url)
    await system.post(PROFILE, {"id": "unknown"})
    await system.post(PROFILE.replace("CandidateProfile", "SecretPlan"), {"id": "unknown"})
    await system.post("query TalentSearch { nothing }")
    after = await scrape(system.url)

    def grown(operation: str, kind: str, code: str) -> float:
        sample = f'kith_operations_total{{code="{code}",kind="{kind}",operation="{operation}"}}'
        return after.get(sample, 0) - before.get(sample, 0)

    assert grown("CandidateProfile", "query", "OK") == 1
    assert grown("other", "query", "OK") == 1
    assert grown("other", "none", "GRAPHQL_VALIDATION_FAILED") == 1
    assert not [sample for sample in after if "SecretPlan" in sample]
    assert after['kith_plan_lookups_total{found="miss"}'] > before['kith_plan_lookups_total{found="miss"}']


async def test_the_engines_figures_are_told(system: System) -> None:
    await system.settled()
    told = await scrape(system.url)
    assert [told[f'kith_engine_up{{engine="{name}"}}'] for name in ("neo4j", "redis", "elasticsearch")] == [
        1
    ] * 3
    assert told["kith_event_sequence_last"] == told["kith_event_sequence_indexed"] > 0
    assert told["kith_oldest_pending_event_seconds"] == 0
    assert told['kith_dead_letters{queue="indexing"}'] == 0


async def test_followers_and_times_are_counted(system: System) -> None:
    async with serving() as served:
        url = f"http://127.0.0.1:{served.port}"
        assert (await scrape(url))["kith_subscriptions"] == 0
        async with client(served, system.tokens["recruiter"]) as one:
            for number in ("1", "2"):
                await one.subscribe("subscription { events { sequence } }", id=number)
            await served.all_live(2)
            told = await scrape(url)
            assert (told["kith_subscriptions"], told["kith_sockets"]) == (2, 1)
            times = {name for name in told if name.startswith("kith_operation_seconds_count")}
            assert not times, "how long somebody follows is no latency"
            await one.send(
                id="3", type="subscribe", payload={"query": PROFILE, "variables": {"id": "unknown"}}
            )
            while (await one.receive())["id"] != "3":
                pass
        await served.none_left()
        told = await scrape(url)
        assert told["kith_subscriptions"] == 0
        labels = 'kind="query",operation="CandidateProfile"'
        assert told[f"kith_operation_seconds_count{{{labels}}}"] == 1
        assert told[f"kith_operation_seconds_sum{{{labels}}}"] > 0
        assert told['kith_operation_seconds_bucket{kind="query",le="+Inf",operation="CandidateProfile"}'] == 1


def test_what_waits_is_told_as_it_is() -> None:
    figures = Figures(
        backlog=Backlog(pending=4, undelivered=3, unindexed=2, refused=1, oldest_pending_seconds=7.5),
        last=12,
        indexed=9,
        dead={"indexing": 2, "mail": 0},
        waiting={"indexing": 5},
    )
    samples = [sample for metric in engines_told(figures) for sample in metric.samples]
    assert {(each.name, each.labels.get("queue", "")): each.value for each in samples} == {
        ("kith_events_pending", ""): 4,
        ("kith_oldest_pending_event_seconds", ""): 7.5,
        ("kith_events_undelivered", ""): 3,
        ("kith_events_unindexed", ""): 2,
        ("kith_events_refused", ""): 1,
        ("kith_event_sequence_last", ""): 12,
        ("kith_event_sequence_indexed", ""): 9,
        ("kith_dead_letters", "indexing"): 2,
        ("kith_dead_letters", "mail"): 0,
        ("kith_messages_waiting", "indexing"): 5,
    }


async def test_nobody_reads_metrics_through_a_proxy(system: System) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.get(f"{system.url}/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    assert response.status_code == 404


async def test_with_a_token_only_it_reads_metrics(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITH_METRICS_TOKEN", "a token for metrics")
    async with serving() as served, httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{served.port}/metrics"
        for given in ({}, {"Authorization": "Bearer another token"}):
            assert (await client.get(url, headers=given)).status_code == 404
        right = {"Authorization": "Bearer a token for metrics", "X-Forwarded-For": "10.0.0.1"}
        assert (await client.get(url, headers=right)).status_code == 200


async def test_metrics_are_told_while_engines_are_away(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITH_NEO4J_URI", "bolt://127.0.0.1:1")
    monkeypatch.setenv("KITH_ELASTICSEARCH_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("KITH_REDIS_URL", "redis://127.0.0.1:1/0")
    async with serving() as served:
        told = await scrape(f"http://127.0.0.1:{served.port}")
    assert [told[f'kith_engine_up{{engine="{name}"}}'] for name in ("neo4j", "redis", "elasticsearch")] == [
        0
    ] * 3
    assert not names(told) & {"kith_events_pending", "kith_event_sequence_last", "kith_dead_letters"}
    assert "kith_sockets" in told


async def test_the_worker_tells_its_own_metrics(system: System, watched: dict[str, str]) -> None:
    await system.settled()
    told = await scrape(f"http://127.0.0.1:{watched['KITH_WORKER_METRICS_PORT']}")
    assert told["kith_relay_leads"] == 1
    assert told['kith_relayed_events_total{step="handed_on"}'] > 0
    assert told['kith_tasks_total{outcome="done",task="drain_index"}'] > 0
    assert told['kith_indexed_documents_total{outcome="written"}'] > 0


async def test_the_document_lists_every_metric(system: System) -> None:
    await system.post(PROFILE, {"id": "unknown"})
    text = (CHECKOUT / "docs" / "operating.md").read_text()
    listed = set(re.findall(r"^\| `(kith_\w+)`", text, re.MULTILINE))
    worker = {
        metric.name + ("_total" if metric.type == "counter" else "")
        for metric in worker_metrics.REGISTRY.collect()
        if metric.name.startswith("kith_")
    }
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.get(f"{system.url}/metrics")
    api = set(re.findall(r"^# TYPE (kith_\w+) (?:gauge|counter|histogram)", response.text, re.MULTILINE))
    created = {name for name in api if name.endswith("_created")}
    assert listed == worker | (api - created)


async def test_a_trace_leads_from_the_mutation_to_its_effects(system: System, collector: Collector) -> None:
    trace_id = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
    variables = {"input": {"name": "Tracy Span", "emails": [f"{trace_id}@example.org"]}}
    response = await system.raw(json={"query": CREATE_CANDIDATE, "variables": variables}, headers=headers)
    assert response.json()["data"]["createCandidate"]["created"]

    async def indexed() -> Any:
        (operation,) = collector.trace(trace_id)["mutation CreateCandidate"]
        batches = [span for span in collector.spans() if span.name == "index batch"]
        linked = [span for span in batches if operation.span_id in {link.span_id for link in span.links}]
        return operation if linked else None

    operation = await eventually(indexed)
    assert attributes(operation)["kith.way"] == "planned"
    assert attributes(operation)["graphql.operation.type"] == "mutation"
    (append,) = collector.trace(trace_id)["outbox.append"]
    assert attributes(append) == {"db.system.name": "neo4j"}


async def test_a_trace_goes_on_in_the_task_that_an_event_calls_for(
    system: System, collector: Collector
) -> None:
    trace_id = secrets.token_hex(16)
    form = {
        "operations": json.dumps({"query": UPLOAD, "variables": {"file": None}}),
        "map": json.dumps({"0": ["variables.file"]}),
    }
    response = await system.raw(
        data=form,
        files={"0": ("tracy.txt", b"Tracy Span\nWelder\ntracy.span@example.org\n")},
        headers={
            "traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01",
            "GraphQL-Preflight": "1",
        },
    )
    assert response.json()["data"]["importResume"]["userErrors"] == []

    async def parsed() -> Any:
        return collector.trace(trace_id).get("task parse_intake")

    (task,) = await eventually(parsed)
    assert attributes(task)["kith.task"] == "parse_intake"


async def test_searches_are_traced(system: System, collector: Collector) -> None:
    trace_id = secrets.token_hex(16)
    response = await system.raw(
        json={"query": '{ talentSearch(text: "payroll", first: 1) { totalCount } }'},
        headers={"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"},
    )
    assert "errors" not in response.json()

    async def searched() -> Any:
        return collector.trace(trace_id).get("search")

    (search,) = await eventually(searched)
    assert attributes(search)["db.operation.name"] == "search"


def all_that_is_told(collector: Collector) -> str:
    logs = [processes.log_path(conftest.tests_home(), name).read_text() for name in ("api", "worker", "mail")]
    return "\n".join([*logs, *(body.decode(errors="replace") for body in collector.bodies)])


class Doors:
    """Sends a mark through every door."""

    def __init__(self, system: System, mark: str) -> None:
        self.system = system
        self.mark = mark

    async def over_http(self) -> None:
        mark, system = self.mark, self.system
        person = {
            "name": f"Kim {mark}",
            "emails": [f"{mark}@example.org"],
            "summary": mark,
            "skills": [mark],
            "employments": [{"company": mark, "title": mark, "from": "2020"}],
        }
        headers = {
            "X-Request-Id": mark,
            "User-Agent": mark,
            "Cookie": f"session={mark}",
            "traceparent": mark,
            "tracestate": f"{mark}=1",
            "baggage": f"{mark}=1",
            "Kith-Bookmark": mark,
        }
        bodies: list[dict[str, Any]] = [
            {"json": {"query": CREATE_CANDIDATE, "variables": {"input": person}}},
            {"json": {"query": CREATE_CANDIDATE, "variables": {"input": {"name": mark * 50}}}},
            {"json": {"query": CREATE_CANDIDATE, "variables": {mark: mark}}},
            {"json": {"query": f"query {mark} {{ __typename }}", "operationName": mark}},
            {"json": {"query": f'query {mark} {{ {mark}(x: "{mark}") {{ {mark} }} }}'}},
            {"json": {"query": f"{{ {mark}"}},
            *({"json": {"query": document}} for document in self._reaching()),
            {"json": {"query": f'{{ talentSearch(text: "{mark} \\"{mark}", first: 2) {{ totalCount }} }}'}},
            {"json": {"query": f'{{ talentSearch(text: "x", first: 2, after: "{mark}") {{ totalCount }} }}'}},
            {"json": {"query": f'{{ candidates(first: 1, after: "{mark}") {{ totalCount }} }}'}},
            {"json": {"query": "{ __typename }"}, "headers": headers},
            {
                "json": {"query": "{ __typename }"},
                "headers": {"Authorization": f"Bearer {mark}"},
                "role": None,
            },
            {"content": mark.encode(), "headers": {"Content-Type": "application/json"}},
            {"content": b"\xff" + mark.encode(), "headers": {"Content-Type": "application/json"}},
            {"content": mark.encode(), "headers": {"Content-Type": f"multipart/form-data; boundary={mark}"}},
            {"content": f'["{mark}"]'.encode(), "headers": {"Content-Type": mark}},
            *(self._upload(name, content) for name, content in self._files()),
        ]
        for body in bodies:
            response = await system.raw(**body)
            assert response.status_code < 500, response.text
            if body.get("json", {}).get("query") in self._reaching():
                assert "GRAPHQL_VALIDATION_FAILED" not in response.text, "it is to reach a resolver"
        async with httpx.AsyncClient(trust_env=False) as client:
            for path in (
                f"/graphql?query={mark}",
                f"/graphql?query={{__typename}}&variables={mark}&token={mark}",
                f"/unsubscribe/{mark}",
                f"/{mark}?{mark}",
                f"/graphiql/{mark}",
                f"/metrics?{mark}",
            ):
                await client.get(system.url + path, headers={"Authorization": f"Bearer {mark}"})
            await client.request(mark, f"{system.url}/graphql")

    async def over_websocket(self) -> None:
        mark, system = self.mark, self.system
        async with _socket(system) as socket:
            await _send(
                socket, type="connection_init", payload={"Authorization": f"Bearer {mark}", mark: mark}
            )
            with pytest.raises(Exception, match=r"4403|Forbidden|close"):
                await _receive(socket)
        async with _socket(system) as socket:
            await _init(socket, system.tokens["recruiter"])
            for number, query in enumerate(
                (
                    f"query {mark} {{ __typename }}",
                    f"subscription {mark} {{ {mark} }}",
                    f'subscription {{ events(after: "{mark}") {{ type }} }}',
                    *self._reaching(),
                )
            ):
                payload = {"query": query, "variables": {mark: mark}}
                await _send(socket, id=f"{mark}{number}", type="subscribe", payload=payload)
                await _receive(socket)
            await _send(socket, type=mark, payload={mark: mark})

    def _reaching(self) -> list[str]:
        """Return documents that are valid, so that the mark comes to resolvers, the graph, the index and the workers."""
        mark = self.mark
        refused = "userErrors { code }"
        return [
            f'{{ candidate(by: {{ id: "{mark}" }}) {{ name }} }}',
            f'{{ candidate(by: {{ email: "{mark}@example.org" }}) {{ name }} }}',
            f'{{ job(by: {{ externalId: {{ system: "{mark}", value: "{mark}" }} }}) {{ title }} }}',
            f'{{ events(after: "{mark}", first: 1) {{ lastSequence }} }}',
            f'{{ suggest(text: "{mark}", kind: SKILL, first: 1) {{ text }} }}',
            f'{{ taxonomyTerms(first: 1, where: {{ spelling: {{ has: "{mark}" }} }}) {{ totalCount }} }}',
            f'mutation {{ createTerm(input: {{ kind: SKILL, name: "{mark}", synonyms: ["{mark} too"] }}) {{ {refused} }} }}',
            f'mutation {{ createSavedSearch(input: {{ name: "{mark}", search: {{ text: "{mark}" }} }}) {{ {refused} }} }}',
            f'mutation {{ createSavedSearch(input: {{ name: "{mark}", search: {{ text: "{mark} (" }} }}) {{ {refused} }} }}',
            f'mutation {{ createTemplate(input: {{ name: "{mark}", subject: "{mark}", body: "{mark}" }}) {{ {refused} }} }}',
            f'mutation {{ createTemplate(input: {{ name: "{mark}", subject: "{{{{{mark}}}}}", body: "x" }}) {{ {refused} }} }}',
            f'mutation {{ registerPartnerApplication(input: {{ name: "{mark}", contact: "{mark}@example.org" }}) {{ {refused} }} }}',
            f'mutation {{ createToken(input: {{ label: "{mark}", role: EMPLOYEE }}) {{ {refused} }} }}',
            f'mutation {{ inviteUser(input: {{ email: "{mark}@example.org", role: EMPLOYEE }}) {{ {refused} }} }}',
        ]

    async def over_partners_documents(self) -> None:
        """Hand in documents with the mark, of which one is refused, and run the other."""
        text = f'query {self.mark} {{ job(by: {{ id: "{self.mark}" }}) {{ title }} }}'
        partner = await approved(self.system, text)
        answer = await partner.post(query=text)
        assert answer.status_code == 200, answer.text
        for wrong in (f"query A {{ {self.mark} }}", f"{{ {self.mark}"):
            given = {"input": {"applicationId": partner.id, "documents": [wrong]}}
            assert (await self.system.data(SUBMIT, given))["submitPartnerDocuments"]["userErrors"]

    async def over_outreach(self) -> None:
        """Have a message with the mark sent to somebody who agreed to it, and one refused."""
        mark, system = self.mark, self.system
        made = await system.data(
            "mutation($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id } } }",
            {"input": {"name": mark, "subject": mark, "body": f"Hello {mark}"}},
        )
        for number, consent in enumerate(({"granted": True, "basis": mark, "at": now()}, None)):
            person = {"name": f"Lee {mark}", "emails": [f"{mark}{number}@example.org"]}
            given = person | ({"consent": consent} if consent else {})
            added = await system.data(CREATE_CANDIDATE, {"input": given})
            contacted = await system.data(
                "mutation($input: ContactCandidatesInput!) { contactCandidates(input: $input) { userErrors { code } } }",
                {
                    "input": {
                        "idempotencyKey": f"{mark}{number}",
                        "candidates": [{"id": added["createCandidate"]["candidate"]["id"]}],
                        "templateId": made["createTemplate"]["template"]["id"],
                    }
                },
                role="recruiter",
            )
            assert contacted["contactCandidates"]["userErrors"] == []

    async def over_event_streams(self) -> None:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": self.mark}
        query = f'subscription {self.mark} {{ events(after: "{self.mark}") {{ type }} }}'
        for given in (headers, {"Accept": headers["Accept"]}):
            response = await self.system.raw(json={"query": query}, headers=given)
            assert response.status_code < 500, response.text
        response = await self.system.raw(
            json={"query": self._reaching()[0]}, headers={"Accept": headers["Accept"]}
        )
        assert response.status_code == 200, response.text

    async def over_sign_in(self) -> None:
        mark = self.mark
        bodies: dict[str, dict[str, str]] = {
            "sign-in": {"email": f"{mark}@example.org", "password": mark},
            "accept-invitation": {"invitation": mark, "password": f"{mark} long enough"},
            "change-password": {"currentPassword": mark, "newPassword": f"{mark} long enough"},
            "magic-link": {"email": f"{mark}@example.org"},
            "magic-link/redeem": {"link": mark},
            "sso/redeem": {"code": mark},
            "sign-out": {},
        }
        caller = Caller(self.system.url)
        for name, body in bodies.items():
            for given in (body, {mark: mark}):
                response = await caller.post(f"/auth/{name}", token=mark, json=given)
                assert response.status_code < 500, response.text
        for path in ("sso", "sso/callback", "link", "invitation"):
            await caller.get(
                f"/auth/{path}", params={"returnTo": mark, "code": mark, "state": mark, "error": mark}
            )

    def _files(self) -> list[tuple[str, bytes]]:
        text = self.mark.encode()
        return [
            (f"{self.mark}.txt", b"Kim " + text + b"\nWelder at " + text + b"\n" + text + b"@example.org\n"),
            (f"{self.mark}.pdf", b"%PDF-1.7\n" + text),
            (f"{self.mark}.docx", b"PK\x03\x04" + text),
            (f"{self.mark}.json", b'{"basics": {"name": "' + text + b'", "location": 7}}'),
            (f"{self.mark}.html", b"<html><h1>" + text + b"</h1>"),
            (f"{self.mark}.exe", b"MZ" + text),
        ]

    def _upload(self, name: str, content: bytes) -> dict[str, Any]:
        form = {
            "operations": json.dumps({"query": UPLOAD, "variables": {"file": None, self.mark: self.mark}}),
            "map": json.dumps({"0": ["variables.file"]}),
        }
        return {"data": form, "files": {"0": (name, content)}, "headers": {"GraphQL-Preflight": "1"}}


async def test_what_people_write_is_nowhere_told(
    system: System, collector: Collector, watched: dict[str, str]
) -> None:
    mark = f"Zq{secrets.token_hex(6)}xv"
    doors = Doors(system, mark)
    await doors.over_http()
    await doors.over_websocket()
    await doors.over_event_streams()
    await doors.over_partners_documents()
    await doors.over_outreach()
    await doors.over_sign_in()
    await system.settled()
    flushed = secrets.token_hex(16)
    await system.raw(
        json={"query": "{ __typename }"}, headers={"traceparent": f"00-{flushed}-{secrets.token_hex(8)}-01"}
    )

    async def sent() -> Any:
        return collector.trace(flushed)

    await eventually(sent)
    told = all_that_is_told(collector)
    assert len(told) > 10_000
    assert mark.lower() not in told.lower()
    async with httpx.AsyncClient(trust_env=False) as client:
        for port in (system.url, f"http://127.0.0.1:{watched['KITH_WORKER_METRICS_PORT']}"):
            assert mark.lower() not in (await client.get(f"{port}/metrics")).text.lower()
    (row,) = await system.graph.execute(MARKED_EVENTS, mark=mark)
    assert row["marked"] == 0


async def test_dead_letters_are_listed_and_replayed_from_the_command_line(system: System) -> None:
    dead = PARSE_INTAKE.message(new_id())
    dead.options["traceback"] = (
        "Traceback (most recent call last):\n  ...\nTaskFailed: SandboxUnavailableError"
    )
    queues = open_broker(RedisSettings(), WorkerSettings())
    queues.client.hset(f"{NAMESPACE}:intake.XQ.msgs", dead.message_id, dead.encode())
    queues.client.zadd(f"{NAMESPACE}:intake.XQ", {dead.message_id: time.time() * 1000})

    async def counted() -> bool:
        return (await scrape(system.url))['kith_dead_letters{queue="intake"}'] >= 1

    await eventually(counted)
    listed = json.loads(kith("dead-letters", "list", "--json").stdout)
    (letter,) = [each for each in listed["letters"] if each["id"] == dead.message_id]
    assert listed["counts"]["intake"] >= 1
    assert (letter["task"], letter["ids"]) == ("parse_intake", list(dead.args))
    assert letter["reason"] == "TaskFailed: SandboxUnavailableError"
    assert kith("dead-letters", "replay").returncode == 1
    replayed = kith("dead-letters", "replay", dead.message_id)
    assert "replayed: 1" in replayed.stdout, replayed.stderr
    assert "replayed: 0" in kith("dead-letters", "replay", dead.message_id).stdout

    async def done() -> bool:
        return any(line.get("ids") == dead.args[0] for line in lines("worker"))

    await eventually(done)
