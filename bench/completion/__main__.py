"""Measure completion from memory side by side: `python -m bench.completion`, or `make bench-completion`.

No database: how fast does each server make the answer to a known document out of objects that it holds? One process
each, interleaved rounds. `ready` only encodes a finished answer.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from bench.completion.data import DOCUMENTS, READY
from bench.side_by_side import node, report
from bench.side_by_side.load import Target, require_wrk
from bench.side_by_side.report import Goal, goal, ratio
from bench.side_by_side.rounds import Cell, Plan, Sample, measure
from bench.side_by_side.servers import Server, free_ports, running
from engines import ports

RESULTS = Path(__file__).parents[1] / "results" / "completion.json"
NAMES = ("compiled", "strawberry", "mercurius", "yoga", "ready")
PYTHON = ("compiled", "strawberry", "ready")
CLIENTS = (1, 16)
_FIRST_PORT = 18_500


def main() -> None:
    """Run the bench, print the figures, and write them if everything was measured."""
    options = _options()
    wrk = require_wrk()
    servers = [
        _server(name, port)
        for name, port in zip(options.subjects, free_ports(_FIRST_PORT, len(options.subjects)), strict=True)
    ]
    with tempfile.TemporaryDirectory() as logs, running(servers, Path(logs)) as processes:
        plan = Plan(
            targets={
                shape: {server.name: _target(server, document) for server in servers}
                for shape, document in DOCUMENTS.items()
            },
            clients=CLIENTS,
            rounds=options.rounds,
            seconds=options.seconds,
            look=False,
        )
        for shape, targets in plan.targets.items():
            _compare(shape, targets)
        found = measure(plan, processes, [], lambda line: print(line, flush=True))
    goals = _goals(found)
    report.show(found, goals, [])
    path = options.json or (RESULTS if options.subjects == list(NAMES) else None)
    if path:
        report.write(
            path,
            found,
            goals,
            versions={
                "wrk": wrk,
                **node.versions(),
                **report.python_versions("strawberry-graphql", "graphql-core", "orjson", "uvicorn"),
            },
            rounds=options.rounds,
            seconds=options.seconds,
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.completion", description=(__doc__ or "").split("\n", maxsplit=1)[0]
    )
    parser.add_argument("--subjects", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="of one measurement")
    parser.add_argument("--json", type=Path, help="write the figures here, also those of a partial run")
    return parser.parse_args()


def _server(name: str, port: int) -> Server:
    if name in PYTHON:
        command = [sys.executable, "-m", "bench.completion.app", name, str(port)]
    else:
        command = [str(node.NODE), str(node.script(Path(__file__).with_name("peers.mjs"))), name, str(port)]
    return Server(name=name, port=port, command=command, environment={"NODE_ENV": "production"})


def _target(server: Server, document: str) -> Target:
    return Target(
        url=f"http://{ports.LOOPBACK}:{server.port}/graphql",
        headers={"content-type": "application/json"},
        bodies=[json.dumps({"query": document}).encode()],
    )


def _compare(shape: str, targets: Mapping[str, Target]) -> None:
    """End where an answer is not the right one."""
    sizes = {}
    for name, target in targets.items():
        response = httpx.post(
            target.url, content=target.bodies[0], headers=dict(target.headers), trust_env=False
        )
        if response.json() != {"data": READY[DOCUMENTS[shape]]}:
            raise SystemExit(f"{name} answers {shape} wrongly: {response.text[:500]}")
        sizes[name] = len(response.content)
    print(f"{shape}: all give the same answer; bytes: {sizes}", flush=True)


def _goals(found: Mapping[Cell, Sequence[Sample]]) -> list[Goal]:
    goals: list[Goal] = []
    for shape in DOCUMENTS:
        for clients in CLIENTS:
            for peer, at_least in (("strawberry", 20), ("mercurius", 1.0)):
                quicker = ratio(found, shape, clients, "rate", "compiled", peer)
                goals += goal(
                    f"requests/s of compiled : {peer}, {shape}, {clients} at once", at_least, quicker
                )
    return goals


if __name__ == "__main__":
    main()
