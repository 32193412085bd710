"""The two that are asked: Kith's API, and Elasticsearch for what the API itself asks it for."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.search.questions import Question
from bench.side_by_side.load import Target
from bench.side_by_side.servers import Server, free_ports, running
from engines import ports

KITH = "kith"
STRAIGHT = "elasticsearch"
_FIRST_PORT = 18_500
_UNLIMITED = str(1_000_000_000)
_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Straight:
    """What the API asks Elasticsearch for, to answer each body of a question, in the order of the bodies."""

    headers: Mapping[str, str]
    paths: Sequence[str]
    bodies: Sequence[bytes]


def api(name: str, port: int, **environment: str) -> Server:
    """Return the API in a process of its own, as it is served, with a budget that no load empties."""
    return Server(
        name=name,
        port=port,
        command=[sys.executable, "-m", "api.cli.app", "run-api"],
        environment={
            "KITH_API_HOST": ports.LOOPBACK,
            "KITH_API_PORT": str(port),
            "KITH_API_COST_CAPACITY": _UNLIMITED,
            "KITH_API_COST_RESTORE_RATE": _UNLIMITED,
            **environment,
        },
        probe="/readyz",
    )


def url_of(port: int) -> str:
    """Return where an API on this port takes operations."""
    return f"http://{ports.LOOPBACK}:{port}/graphql"


def headers_of(token: str) -> dict[str, str]:
    """Return the headers of an operation."""
    return {**_JSON, "authorization": f"Bearer {token}"}


def kith(question: Question, port: int, token: str) -> Target:
    """Return how the API is asked."""
    return Target(url=url_of(port), headers=headers_of(token), bodies=question.bodies)


def straight(url: str, asked: Straight) -> Target:
    """Return how Elasticsearch is asked for the same."""
    return Target(url=url, headers=asked.headers, bodies=asked.bodies, paths=asked.paths)


def record(questions: Sequence[Question], token: str, url: str, logs: Path) -> dict[str, Straight]:
    """Ask each question once and return what the API asked Elasticsearch for; end where the two disagree on who is found."""
    between, port = free_ports(_FIRST_PORT, 2)
    file = logs / "recorded.jsonl"
    file.write_bytes(b"")
    recorder = Server(
        name="recorder",
        port=between,
        command=[sys.executable, "-m", "bench.search.recorder", str(between), str(file)],
        environment={},
    )
    through = api("recorded", port, KITH_ELASTICSEARCH_URL=f"http://{ports.LOOPBACK}:{between}")
    found: dict[str, Straight] = {}
    with (
        running([recorder], logs),
        running([through], logs),
        httpx.Client(trust_env=False, timeout=60) as client,
    ):
        for question in questions:
            asked: list[dict[str, Any]] = []
            for body in question.bodies:
                before = len(file.read_bytes().splitlines())
                answer = client.post(url_of(port), content=body, headers=headers_of(token)).json()
                if "errors" in answer:
                    raise SystemExit(f"{question.name} is refused: {json.dumps(answer['errors'])[:500]}")
                (line,) = file.read_bytes().splitlines()[before:]
                asked.append(json.loads(line))
                _compare(client, url, asked[-1], answer["data"])
            found[question.name] = Straight(
                headers=asked[0]["headers"],
                paths=[one["path"] for one in asked],
                bodies=[one["body"].encode() for one in asked],
            )
    return found


def _compare(client: httpx.Client, url: str, asked: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    answer = client.post(url + asked["path"], content=asked["body"].encode(), headers=asked["headers"]).json()
    shown = data.get("talentSearch")
    if shown is None:
        return
    hits = answer["hits"]
    if hits["total"]["value"] != shown["totalCount"]:
        raise SystemExit(f"Elasticsearch finds {hits['total']['value']}, the API {shown['totalCount']}")
    if "edges" in shown:
        scores = [hit["_score"] for hit in hits["hits"]][: len(shown["edges"])]
        if shown["totalCount"] and scores != [edge["score"] for edge in shown["edges"]]:
            raise SystemExit("Elasticsearch and the API give other scores")
