"""What was found: a table for people and a JSON file for later comparison."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

from bench.side_by_side.rounds import Cell, Sample, medians
from graph.ids import now

_TITLES = {
    "rate": "req/s",
    "p50": "p50 ms",
    "p95": "p95 ms",
    "cpu": "CPU s/1000",
    "engines_cpu": "engines' CPU",
    "memory": "MiB",
    "answer_bytes": "bytes",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A ratio that must be reached."""

    what: str
    at_least: float
    ratio: float

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.ratio >= self.at_least


def ratio(
    found: Mapping[Cell, Sequence[Sample]], shape: str, clients: int, figure: str, above: str, below: str
) -> float | None:
    """Return one subject's figure divided by another's in the same round, the median of the rounds.

    None where one of them was not measured.
    """
    over, under = (found.get(Cell(shape, clients, subject)) for subject in (above, below))
    if over is None or under is None:
        return None
    ratios: list[float] = [
        getattr(one, figure) / getattr(other, figure)
        for one, other in zip(over, under, strict=True)
        if getattr(other, figure)
    ]
    return statistics.median(ratios) if ratios else None


def goal(what: str, at_least: float, found: float | None) -> list[Goal]:
    """Return the goal, or nothing where it was not measured."""
    return [] if found is None else [Goal(what=what, at_least=at_least, ratio=round(found, 3))]


def show(found: Mapping[Cell, Sequence[Sample]], goals: Sequence[Goal], notes: Sequence[str]) -> None:
    """Print the medians by shape and number of clients, then the goals."""
    samples = medians(found)
    last: tuple[str, int] | None = None
    width = max(len(cell.subject) for cell in samples)
    for cell, sample in samples.items():
        if (cell.shape, cell.clients) != last:
            last = (cell.shape, cell.clients)
            print(f"\n{cell.shape}, {cell.clients} client{'s' if cell.clients > 1 else ''}")
            print(" " * width, *(f"{title:>12}" for title in _TITLES.values()))
        row = (f"{getattr(sample, name):12,.{_digits(name)}f}" for name in _TITLES)
        print(f"{cell.subject:{width}}", *row)
    print()
    for note in notes:
        print(note)
    for one in goals:
        print(f"{'met   ' if one.met else 'MISSED'} {one.what}: {one.ratio:.2f} (goal {one.at_least:g})")


def write(
    path: Path,
    found: Mapping[Cell, Sequence[Sample]],
    goals: Sequence[Goal],
    **facts: Any,
) -> None:
    """Write everything as JSON, `facts` first."""
    content = {
        "at": now(),
        "machine": machine(),
        **facts,
        "units": {
            "rate": "requests per second",
            "p50, p95": "milliseconds",
            "cpu, engines_cpu": "seconds per 1,000 requests",
            "memory": "MiB resident",
            "answer_bytes": "bytes with headers",
        },
        "figures": [
            {
                **asdict(cell),
                **{name: round(value, 3) for name, value in asdict(sample).items()},
                "rates of the rounds": [round(one.rate, 1) for one in found[cell]],
            }
            for cell, sample in medians(found).items()
        ],
        "goals": [{**asdict(one), "met": one.met} for one in goals],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"written: {path}")


def machine() -> dict[str, Any]:
    """Say what the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "load_average": [round(value, 2) for value in os.getloadavg()],
    }


def python_versions(*packages: str) -> dict[str, str]:
    """Return the versions of Python and of packages."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in packages}}


def _digits(name: str) -> int:
    return 2 if name in {"p50", "p95", "cpu", "engines_cpu"} else 0
