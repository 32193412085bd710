"""No request that a client can send is answered by a failure of ours, and the server outlives them all.

`FUZZ_EXAMPLES` says how many requests are sent (`make fuzz`: 10,000), `FUZZ_SEED` which.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil
import pytest
from graphql import build_schema, is_scalar_type, specified_scalar_types
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.api import fuzzing
from tests.api.conftest import System, kith
from tests.api.fuzzing import SCALARS, SDL, Answered, Sent

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "500"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
MOST_GROWTH = 300 * 2**20
"""Bytes that the API's process may hold more afterwards: what is kept of documents and plans, and what the allocator keeps."""
SCHEMA = build_schema(SDL)

pytestmark = [
    pytest.mark.timeout(120 + EXAMPLES),
    pytest.mark.filterwarnings("ignore:Generating overly large repr:hypothesis.errors.HypothesisWarning"),
]


@dataclass(slots=True)
class Server:
    """The running API, its process, and how it answered."""

    client: httpx.Client
    tokens: dict[str, str]
    process: psutil.Process
    seen: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def server(system: System) -> Iterator[Server]:
    pid = json.loads(kith("status", "--json").stdout)["processes"]["api"]
    process = psutil.Process(pid)
    before = process.memory_info().rss
    with httpx.Client(base_url=system.url, trust_env=False, timeout=60) as client:
        made = Server(client, system.tokens, process)
        yield made
    assert process.is_running()
    grown = process.memory_info().rss - before
    summary = (
        f"{EXAMPLES} requests, seed {SEED}: {grown / 2**20:.0f} MiB more; {dict(made.seen.most_common())}"
    )
    print(summary)  # noqa: T201 - `make fuzz` shows it
    assert grown < MOST_GROWTH


def test_values_of_every_scalar_are_sent() -> None:
    own = {name for name, type_ in SCHEMA.type_map.items() if is_scalar_type(type_)}
    assert set(SCALARS) == own - set(specified_scalar_types)


@seed(SEED)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(sent=fuzzing.requests(SCHEMA))
def test_every_request_is_answered_as_promised(server: Server, sent: Sent) -> None:
    answered = sent.to(server.client, server.tokens)
    server.seen[str(answered.status)] += 1
    assert answered.status < 500, answered.body[:2_000]
    for code in _codes(sent, answered):
        server.seen[code] += 1
        assert code != "INTERNAL", answered.body[:2_000]


def _codes(sent: Sent, answered: Answered) -> list[str]:
    """Return the codes of an answer's errors; fail where it is no answer of GraphQL."""
    kind = answered.content_type
    if sent.method in {"HEAD", "OPTIONS"} or kind.startswith("text/html"):
        return []
    if kind.startswith("text/event-stream") and not answered.body:
        return ["a subscription began"]
    answer: Any = json.loads(answered.body)
    assert "data" in answer or "errors" in answer, answer
    assert answer.get("errors", [1]), "errors is absent or not empty"
    return [error["extensions"]["code"] for error in answer.get("errors", [])]
