"""Time what a document costs that was never seen before: parse and validate, and compile beside them.

Usage: `python -m bench.cold`, or `make bench-cold`. It takes the documents of docs/operations, and no cache is asked; the
figures are processor time of this process, so that other work on the machine counts little.
"""

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, get_operation_ast, parse, validate

from api import operations
from api.app import settle_memory
from bench.side_by_side import report
from graph.ids import now
from graph.tokens import AccessRole
from schema.page_sizes import RULES
from schema.permissions import Principal
from schema.plan.plan import Document, compile_plan
from schema.plan.values import Unplanned
from schema.root import build_schema

RESULTS = Path(__file__).parent / "results" / "cold.json"
ROUNDS = 60
GOAL = 5.0
"""Most times the cost of parsing and validating that a new document may cost in all."""


def main() -> None:
    """Print the cost of each documented operation, cold, in milliseconds and as a multiple of parse + validate; write it."""
    parser = argparse.ArgumentParser(prog="python -m bench.cold")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each document; the medians count")
    rounds = parser.parse_args().rounds
    found = _measure(rounds)
    print(f"{'operation':32} {'parse + validate':>17} {'compile':>9} {'all : parse + validate':>23}")
    for name, row in found.items():
        if "falls back" in row:
            print(f"{name:32} falls back: {row['falls back']}")
        else:
            met = "met" if row["ratio"] <= GOAL else f"MISSED (goal {GOAL})"
            print(
                f"{name:32} {row['parse + validate ms']:14.2f} ms {row['compile ms']:6.2f} ms {row['ratio']:17.2f}  {met}"
            )
    ratios = [row["ratio"] for row in found.values() if "ratio" in row]
    goal = {
        "at most": GOAL,
        "worst": max(ratios),
        "median": statistics.median(ratios),
        "met": max(ratios) <= GOAL,
    }
    print(f"worst {goal['worst']}, median {goal['median']}, goal {GOAL}")
    versions = report.python_versions("graphql-core", "strawberry-graphql")
    content = {
        "at": now(),
        "machine": report.machine(),
        "versions": versions,
        "rounds": rounds,
        "operations": found,
        "goal": goal,
    }
    RESULTS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"written: {RESULTS}")


def _measure(rounds: int) -> dict[str, dict[str, Any]]:
    schema = build_schema()
    executable: GraphQLSchema = schema._schema  # noqa: SLF001 - Strawberry has no other way to it
    principal = Principal(id="bench", role=AccessRole.ADMIN, label="bench", expires_at=None)
    settle_memory()
    texts = {name: operations.read_operation(name, []).document for name in operations.names()}
    return {name: _one(text, rounds, executable, schema, principal) for name, text in texts.items()}


def _one(
    text: str, rounds: int, executable: GraphQLSchema, schema: Any, principal: Principal
) -> dict[str, Any]:
    judged: list[float] = []
    compiled: list[float] = []
    for _ in range(rounds):
        begin = time.process_time()
        node = parse(text)
        assert not validate(executable, node, RULES)
        middle = time.process_time()
        operation = get_operation_ast(node)
        assert operation is not None
        try:
            document = Document(node=node, operation=operation, fragments={})
            compile_plan(executable, schema, document, principal, {})
        except Unplanned as error:
            return {"falls back": str(error)}
        judged.append(middle - begin)
        compiled.append(time.process_time() - middle)
    one, other = statistics.median(judged) * 1000, statistics.median(compiled) * 1000
    return {
        "parse + validate ms": round(one, 3),
        "compile ms": round(other, 3),
        "ratio": round((one + other) / one, 2),
    }


if __name__ == "__main__":
    main()
