"""Audit the running system: `make audit-http`.

The public audit of GraphQL over HTTP (the npm package `graphql-http`) and the public clients of graphql-transport-ws and of
server-sent events (`graphql-ws`, `graphql-sse`) run against the API of `kith up`. Fails where a MUST or a SHOULD does not hold.
"""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from api.cli.services import api_url
from api.cli.surroundings import enter
from api.setup import entrance_token
from bench.side_by_side import node
from graph.errors import GraphUnavailable

HERE = Path(__file__).parent
PATIENCE_SECONDS = 120
EVENT = "events"


def main() -> int:
    """Print what does not hold and how many rules do; return the exit code."""
    here = enter()
    url = f"{api_url()}/graphql"
    try:
        token = asyncio.run(entrance_token(here.token_file))
    except GraphUnavailable:
        print("nothing runs here to audit: start it with `make up`", file=sys.stderr)
        return 1
    done = subprocess.run(
        [str(node.NODE), str(node.script(HERE / "audit.mjs", packages=HERE)), url, token],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    found = json.loads(done.stdout)
    counts: Counter[tuple[str, str]] = Counter()
    for audit in found["audits"]:
        level = audit["name"].split()[0]
        counts[level, audit["status"]] += 1
        if audit["status"] != "ok":
            print(f"{audit['status']}: {audit['id']} {audit['name']}: {audit['reason']}")
    for level in ("MUST", "SHOULD", "MAY"):
        total = sum(number for (each, _), number in counts.items() if each == level)
        print(f"{level}: {counts[level, 'ok']} of {total} hold")
    talk = [_talks(name, answers) for name, answers in found["clients"].items()]
    holds = all(counts[level, "ok"] and not _broken(counts, level) for level in ("MUST", "SHOULD"))
    return 0 if holds and all(talk) else 1


def _broken(counts: "Counter[tuple[str, str]]", level: str) -> int:
    return sum(number for (each, status), number in counts.items() if each == level and status != "ok")


def _talks(name: str, answers: list[dict[str, object]]) -> bool:
    event, answer = answers
    data = event.get("data")
    follows = isinstance(data, dict) and EVENT in data and "errors" not in event
    holds = follows and answer.get("data") == {"__typename": "Query"} and "errors" not in answer
    print(f"{name}: {'a subscription and a query are answered' if holds else answers}")
    return holds


if __name__ == "__main__":
    sys.exit(main())
