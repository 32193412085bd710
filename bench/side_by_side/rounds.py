"""Interleaved rounds: every subject in every round, each time in another order, and the median of the rounds."""

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import psutil

from bench.side_by_side.load import Target, load
from bench.side_by_side.servers import cpu_seconds, resident_megabytes

_WARM_SECONDS = 2
_WARM_CLIENTS = 16
_ANSWERS_PER_CLIENT = 6
_LONGEST = 3


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """What one figure is about."""

    shape: str
    clients: int
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One measurement: times in milliseconds, CPU in seconds per 1,000 requests, memory in MiB.

    `engines_cpu` is what the engines behind the subject took meanwhile.
    """

    rate: float
    p50: float
    p95: float
    cpu: float
    engines_cpu: float
    memory: float
    answer_bytes: float
    failed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to measure, for how long: `targets` by shape, then by subject."""

    targets: Mapping[str, Mapping[str, Target]]
    clients: Sequence[int]
    rounds: int
    seconds: int
    look: bool
    """Whether each answer is searched for errors, which costs the load generator CPU."""


def measure(
    plan: Plan,
    processes: Mapping[str, psutil.Process],
    engines: Sequence[psutil.Process],
    show: Callable[[str], None],
) -> dict[Cell, list[Sample]]:
    """Warm every subject up, then measure all of them, round after round."""
    seconds = {}
    for shape, targets in plan.targets.items():
        for subject, target in targets.items():
            warm = load(target, clients=_WARM_CLIENTS, seconds=_WARM_SECONDS, seed=0, look=plan.look)
            for clients in plan.clients:
                seconds[Cell(shape, clients, subject)] = _long_enough(plan.seconds, clients, warm.rate)
    show(f"warm; {plan.rounds} rounds of {sum(seconds.values())} s follow")
    found: dict[Cell, list[Sample]] = {cell: [] for cell in _order(plan, 0)}
    for number in range(plan.rounds):
        for cell in _order(plan, number):
            target = plan.targets[cell.shape][cell.subject]
            process = processes[cell.subject]
            before, engines_before = cpu_seconds(process), sum(map(cpu_seconds, engines))
            outcome = load(
                target, clients=cell.clients, seconds=seconds[cell], seed=number + 1, look=plan.look
            )
            thousands = max(1, outcome.requests) / 1_000
            found[cell].append(
                Sample(
                    rate=outcome.rate,
                    p50=outcome.p50,
                    p95=outcome.p95,
                    cpu=(cpu_seconds(process) - before) / thousands,
                    engines_cpu=(sum(map(cpu_seconds, engines)) - engines_before) / thousands,
                    memory=resident_megabytes(process),
                    answer_bytes=outcome.answer_bytes,
                    failed=outcome.failed,
                )
            )
        show(f"round {number + 1} of {plan.rounds} is done")
    return found


def medians(found: Mapping[Cell, Sequence[Sample]]) -> dict[Cell, Sample]:
    """Return the median of each figure over the rounds; of failures the sum."""
    names = [field.name for field in fields(Sample) if field.name != "failed"]
    return {
        cell: Sample(
            **{name: statistics.median(getattr(sample, name) for sample in samples) for name in names},
            failed=sum(sample.failed for sample in samples),
        )
        for cell, samples in found.items()
    }


def _order(plan: Plan, number: int) -> Iterator[Cell]:
    for shape, targets in plan.targets.items():
        subjects = list(targets)
        turn = number % len(subjects)
        for clients in plan.clients:
            for subject in (*subjects[turn:], *subjects[:turn]):
                yield Cell(shape, clients, subject)


def _long_enough(seconds: int, clients: int, rate: float) -> int:
    """Give slow subjects more time: requests still under way at the end are not counted."""
    needed = math.ceil(_ANSWERS_PER_CLIENT * clients / max(rate, 0.1))
    return min(max(seconds, needed), _LONGEST * seconds)
