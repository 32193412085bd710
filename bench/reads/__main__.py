"""Measure reads side by side: `python -m bench.reads`, or `make bench-reads`.

This project, its fallback path, `@neo4j/graphql` on Apollo and on Yoga, and the raw driver read the same data from
the same Neo4j, one process each, in interleaved rounds. Engines and data are the bench's own, in the folder that
KITH_BENCH_HOME names (else `.kith-bench` in the checkout); the data stay there for the next run.
"""

import argparse
import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from bench.reads import data
from bench.reads.shapes import SHAPES, Shape, leaves, root
from bench.reads.subjects import NAMES, Subject, subjects
from bench.side_by_side import node, report
from bench.side_by_side.load import require_wrk
from bench.side_by_side.report import Goal, goal, ratio
from bench.side_by_side.rounds import Cell, Plan, Sample, measure
from bench.side_by_side.servers import running
from engines import elasticsearch, neo4j, places, stack
from engines.errors import EngineError

RESULTS = Path(__file__).parents[1] / "results" / "reads.json"
CLIENTS = (1, 16)
COMPARED = 5
"""So many values of each shape are asked of every subject, and the answers compared, before anything is timed."""
NO_SEARCH = "search is not measured for apollo and yoga: @neo4j/graphql has none"


def main() -> None:
    """Run the bench, print the figures, and write them if everything was measured."""
    options = _options()
    home = Path(os.environ.get("KITH_BENCH_HOME") or places.CHECKOUT / ".kith-bench").resolve()
    wrk = require_wrk()
    try:
        found, compared = _run(options, home)
    except EngineError as error:
        raise SystemExit(str(error)) from error
    finally:
        if not options.keep:
            stack.stop(home)
    goals = _goals(found)
    report.show(found, goals, [NO_SEARCH] if "search" in options.shapes else [])
    if path := options.json or (None if _is_partial(options) else RESULTS):
        report.write(
            path,
            found,
            goals,
            versions={
                "neo4j": neo4j.VERSION,
                "elasticsearch": elasticsearch.VERSION,
                "wrk": wrk,
                **node.versions(),
                **report.python_versions(
                    "neo4j", "neo4j-rust-ext", "strawberry-graphql", "graphql-core", "orjson", "uvicorn"
                ),
            },
            data={
                "candidates": data.PEOPLE,
                "jobs": data.JOBS,
                "applications": data.JOBS * data.APPLICATIONS_PER_JOB,
                "answers compared": compared,
            },
            rounds=options.rounds,
            seconds=options.seconds,
            notes=[NO_SEARCH],
        )


def _run(options: argparse.Namespace, home: Path) -> tuple[dict[Cell, list[Sample]], dict[str, str]]:
    """Return the figures, and what was compared before they were taken."""
    engines = data.start_engines(home)
    chosen = subjects(options.subjects, asyncio.run(data.make_token()))
    shapes = [SHAPES[name] for name in options.shapes]
    plan = Plan(
        targets={
            shape.name: {name: one.target(shape) for name, one in chosen.items() if one.answers(shape)}
            for shape in shapes
        },
        clients=options.clients,
        rounds=options.rounds,
        seconds=options.seconds,
        look=True,
    )
    with running([one.server for one in chosen.values()], places.state(home, "logs")) as processes:
        compared = {shape.name: _compare(shape, chosen) for shape in shapes}
        found = measure(plan, processes, engines, lambda line: print(line, flush=True))
    return found, compared


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.reads", description=(__doc__ or "").split("\n", maxsplit=1)[0]
    )

    def several(known: Sequence[str]) -> Any:
        def read(text: str) -> list[str]:
            names = text.split(",")
            if unknown := set(names) - set(known):
                raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: they are {', '.join(known)}")
            return names

        return read

    parser.add_argument("--subjects", type=several(NAMES), default=list(NAMES), help=",".join(NAMES))
    parser.add_argument("--shapes", type=several(list(SHAPES)), default=list(SHAPES), help=",".join(SHAPES))
    parser.add_argument(
        "--clients", type=lambda text: [int(part) for part in text.split(",")], default=list(CLIENTS)
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--seconds", type=int, default=2, help="of one measurement; slow subjects get up to three times"
    )
    parser.add_argument("--keep", action="store_true", help="leave the engines running for the next run")
    parser.add_argument("--json", type=Path, help="write the figures here, also those of a partial run")
    return parser.parse_args()


def _is_partial(options: argparse.Namespace) -> bool:
    wanted = (list(NAMES), list(SHAPES), list(CLIENTS))
    return (options.subjects, options.shapes, options.clients) != wanted


def _compare(shape: Shape, chosen: Mapping[str, Subject]) -> str:
    """Ask all subjects for the same things and end where their answers differ; say what was compared."""
    answers: dict[str, list[Any]] = {}
    size: dict[str, int] = {}
    with httpx.Client(trust_env=False, timeout=30) as client:
        for name, subject in chosen.items():
            if not subject.answers(shape):
                continue
            target = subject.target(shape)
            bodies = target.bodies[:: max(1, len(target.bodies) // COMPARED)][:COMPARED]
            answers[name] = []
            for body in bodies:
                response = client.post(target.url, content=body, headers=dict(target.headers))
                content = response.json()
                if "errors" in content or "data" not in content:
                    raise SystemExit(f"{name} refuses {shape.name}: {response.text[:500]}")
                answers[name].append(subject.comparable(root(shape, content)))
                size[name] = len(response.content)
    first, *others = answers
    for other in others:
        for one, another in zip(answers[first], answers[other], strict=True):
            if one != another:
                raise SystemExit(
                    f"{first} and {other} answer {shape.name} differently:\n{one}\n{another}"[:4_000]
                )
    found = [leaves(answer) for answer in answers[first]]
    said = (
        f"{len(found)} answers of {min(found)} to {max(found)} values are the same for {', '.join(answers)}"
    )
    sizes = ", ".join(f"{name} {count / 1000:.1f}" for name, count in size.items())
    print(f"{shape.name}: {said}; kB: {sizes}", flush=True)
    return said


def _goals(found: Mapping[Cell, Sequence[Sample]]) -> list[Goal]:
    goals: list[Goal] = []
    for shape in SHAPES:
        for clients in CLIENTS:
            over_raw = ratio(found, shape, clients, "rate", "planned", "raw")
            goals += goal(f"requests/s of planned : raw, {shape}, {clients} at once", 0.7, over_raw)
    for figure in ("p50", "p95"):
        quicker = ratio(found, "nested", 1, figure, "yoga", "planned")
        goals += goal(f"{figure} of yoga : planned, nested, 1 at once", 3, quicker)
    over_yoga = ratio(found, "nested", 16, "rate", "planned", "yoga")
    goals += goal("requests/s of planned : yoga, nested, 16 at once", 2.5, over_yoga)
    return goals


if __name__ == "__main__":
    main()
