"""How good an order is: recall, precision, Kendall's tau, and whether one order is better than another by chance."""

import random
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from math import sqrt
from typing import Final

_RESAMPLES: Final = 10_000
_SEED: Final = 20261126
_TAIL: Final = 0.025


def recall(order: Sequence[str], relevant: Collection[str], depth: int) -> float:
    """Return the share of the relevant that stands among the first `depth`."""
    return len(set(order[:depth]) & set(relevant)) / len(relevant)


def precision(order: Sequence[str], relevant: Collection[str], depth: int) -> float:
    """Return the share of the first `depth` places that the relevant take; an empty place counts as wrong."""
    return len(set(order[:depth]) & set(relevant)) / depth


def kendall_tau(scores: Mapping[str, float], judged: Mapping[str, float]) -> float:
    """Return tau-b (Kendall 1945: ties on either side are allowed for); who has no score comes last, all alike.

    0 where all scores or all judgments are alike.
    """
    agreeing = tied_scores = tied_judged = 0
    pairs = list(combinations(judged, 2))
    for one, other in pairs:
        by_score = _sign(scores.get(one, float("-inf")), scores.get(other, float("-inf")))
        by_judgment = _sign(judged[one], judged[other])
        agreeing += by_score * by_judgment
        tied_scores += by_score == 0
        tied_judged += by_judgment == 0
    apart = sqrt((len(pairs) - tied_scores) * (len(pairs) - tied_judged))
    return agreeing / apart if apart else 0.0


def interval(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean difference of paired figures with its 95 % bootstrap interval (percentiles, 10,000 resamples)."""
    differences = [one - other for one, other in zip(ours, theirs, strict=True)]
    chance = random.Random(_SEED)
    means = sorted(mean(chance.choices(differences, k=len(differences))) for _ in range(_RESAMPLES))
    return mean(differences), means[int(_TAIL * _RESAMPLES)], means[int((1 - _TAIL) * _RESAMPLES) - 1]


def mean(figures: Sequence[float]) -> float:
    """Return the arithmetic mean."""
    return sum(figures) / len(figures)


def _sign(one: float, other: float) -> int:
    return (one > other) - (one < other)
