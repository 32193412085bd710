"""Measure the index and the search at 100,000 candidates: `python -m bench.search`, or `make bench-search`.

Filling the index from the outbox stands beside writing the same documents straight into Elasticsearch; searching
through the API beside sending Elasticsearch the same requests. Engines and data are the bench's own, in the folder that
KITH_BENCH_HOME names, `-search` added (else `.kith-bench-search` in the checkout); the data stay there for the next run.
"""

import argparse
import asyncio
import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from bench.search import data, filling
from bench.search.filling import OUTBOX, RAW, Filled
from bench.search.questions import QUESTIONS
from bench.search.subjects import KITH, STRAIGHT, api, kith, record, straight
from bench.side_by_side import report
from bench.side_by_side.load import require_wrk
from bench.side_by_side.report import Goal, goal, ratio
from bench.side_by_side.rounds import Cell, Plan, Sample, measure
from bench.side_by_side.servers import free_ports, running
from engines import elasticsearch, neo4j, places, stack
from engines.errors import EngineError
from search.settings import ElasticsearchSettings

RESULTS = Path(__file__).parents[1] / "results" / "search.json"
CLIENTS = (1, 8)
_FIRST_PORT = 18_550


def main() -> None:
    """Run the bench, print the figures, and write them if everything was measured."""
    options = _options()
    home = Path(f"{os.environ.get('KITH_BENCH_HOME') or places.CHECKOUT / '.kith-bench'}-search").resolve()
    wrk = require_wrk()
    try:
        facts, filled, found = _run(options, home)
    except EngineError as error:
        raise SystemExit(str(error)) from error
    finally:
        if not options.keep:
            stack.stop(home)
    goals = _goals(filled, found)
    if found:
        report.show(found, goals, [])
    if path := options.json or (None if _is_partial(options) else RESULTS):
        report.write(
            path,
            found,
            goals,
            versions={
                "neo4j": neo4j.VERSION,
                "elasticsearch": elasticsearch.VERSION,
                "wrk": wrk,
                **report.python_versions(
                    "neo4j", "neo4j-rust-ext", "elasticsearch", "wordllama", "orjson", "uvicorn"
                ),
            },
            data=facts,
            rounds={"filling": options.fillings, "searching": options.rounds},
            seconds=options.seconds,
            filling={
                "units": {"rate": "documents per second", "cpu": "seconds per 1,000 documents, by process"},
                **{subject: [asdict(one) for one in rounds] for subject, rounds in filled.items()},
            },
        )


def _run(
    options: argparse.Namespace, home: Path
) -> tuple[dict[str, Any], dict[str, list[Filled]], dict[Cell, list[Sample]]]:
    """Return what was measured with, the index filled in turn, and the figures of searches."""
    facts: dict[str, Any] = {"candidates": options.candidates}
    engines = _filled_engines(options, home, facts)
    filled: dict[str, list[Filled]] = {}
    if options.fillings:
        filled, size = asyncio.run(filling.measure(engines, options.fillings, _say))
        facts["bytes of a document"] = size
    found = _searched(options, home, engines) if options.rounds else {}
    return facts, filled, found


def _filled_engines(
    options: argparse.Namespace, home: Path, facts: dict[str, Any]
) -> dict[str, psutil.Process]:
    """Start the engines, and fill them where they do not hold the candidates yet; `facts` get how fast that was."""
    if data.has_made(home, options.candidates):
        engines = data.start_engines(home)
        if asyncio.run(data.is_whole(options.candidates)):
            return engines
    stack.remove(home)
    engines = data.start_engines(home)
    _say(f"committing {options.candidates:,} candidates, and indexing them")
    speeds = asyncio.run(data.fill(home, options.candidates))
    facts |= {f"{name} per second": round(speed) for name, speed in speeds.items()}
    _say(", ".join(f"{name}: {speed:,.0f} candidates/s" for name, speed in speeds.items()))
    return engines


def _searched(
    options: argparse.Namespace, home: Path, engines: Mapping[str, psutil.Process]
) -> dict[Cell, list[Sample]]:
    asyncio.run(filling.settle())
    token = asyncio.run(data.recruiter())
    logs = places.state(home, "logs")
    url = ElasticsearchSettings().url
    questions = [QUESTIONS[name] for name in options.questions]
    asked = record(questions, token, url, logs)
    (port,) = free_ports(_FIRST_PORT, 1)
    plan = Plan(
        targets={
            question.name: {
                KITH: kith(question, port, token),
                STRAIGHT: straight(url, asked[question.name]),
            }
            for question in questions
        },
        clients=options.clients,
        rounds=options.rounds,
        seconds=options.seconds,
        look=False,
    )
    with running([api(KITH, port)], logs) as processes:
        measured = {KITH: processes[KITH], STRAIGHT: engines["elasticsearch"]}
        return measure(plan, measured, list(engines.values()), _say)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.search", description=(__doc__ or "").split("\n", maxsplit=1)[0]
    )
    parser.add_argument("--candidates", type=int, default=data.CANDIDATES)
    parser.add_argument("--fillings", type=int, default=3, help="rounds of filling the index; 0 for none")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of searching; 0 for none")
    parser.add_argument("--seconds", type=int, default=5, help="of one measurement of searching")
    parser.add_argument("--clients", type=int, nargs="+", default=list(CLIENTS))
    parser.add_argument("--questions", nargs="+", choices=list(QUESTIONS), default=list(QUESTIONS))
    parser.add_argument("--keep", action="store_true", help="leave the engines running for the next run")
    parser.add_argument("--json", type=Path, help="write the figures here, also those of a partial run")
    return parser.parse_args()


def _is_partial(options: argparse.Namespace) -> bool:
    whole = (data.CANDIDATES, list(CLIENTS), list(QUESTIONS))
    asked = (options.candidates, options.clients, options.questions)
    return asked != whole or not options.fillings or not options.rounds


def _goals(filled: Mapping[str, Sequence[Filled]], found: Mapping[Cell, Sequence[Sample]]) -> list[Goal]:
    goals: list[Goal] = []
    if filled:
        pairs = zip(filled[OUTBOX], filled[RAW], strict=True)
        over_raw = statistics.median(outbox.rate / raw.rate for outbox, raw in pairs)
        goals += goal("documents/s of the outbox : raw bulk", 0.8, over_raw)
    for question in QUESTIONS.values():
        if question.held:
            over_straight = ratio(found, question.name, 8, "rate", KITH, STRAIGHT)
            goals += goal(
                f"requests/s of kith : elasticsearch, {question.name}, 8 at once", 0.7, over_straight
            )
    return goals


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
