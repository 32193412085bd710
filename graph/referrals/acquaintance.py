"""How well two people know each other, judged by dated evidence. Pure functions.

Strengths are whole numbers from 1 to 100, so that equal ones are exactly equal and the order of paths is total.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

STRONGEST = 100
REFERRED = 95
"""Strength of a referral made this month: somebody put their name to it."""
STUDIED = 0.5
"""Weight of a common school, beside 1 for a common company."""
HALF_MONTHS = 12
"""Months together after which half of the full strength is reached."""
HALF_LIFE_MONTHS = 96
"""Months since the last common one after which the strength has halved."""
CLOSE_CIRCLE = 50
"""How many people at one place know one another; beyond it the weight falls with the square root."""
MOST_EVIDENCE = 10
"""Most pieces of evidence that a hop carries; the best ones."""


class Span(NamedTuple):
    """A time at a place: first and last month as year × 12 + month - 1, the last far ahead where it is open."""

    first: int
    last: int
    team: str | None


class Overlap(NamedTuple):
    """The months that two people were at one place together."""

    first: int
    last: int
    months: int
    same_team: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedTogether:
    """Two people at one company; `end` is None while both are still there, `people` counts all who ever were."""

    company_id: str
    company_name: str
    people: int
    start: str
    end: str | None
    months: int
    same_team: bool
    strength: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StudiedTogether:
    """Two people at one school; `end` is None while both are still there, `people` counts all who ever were."""

    school_id: str
    school_name: str
    people: int
    start: str
    end: str | None
    months: int
    strength: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """One of the two referred the other."""

    referral_id: str
    at: str
    by_id: str
    strength: int


Evidence = WorkedTogether | StudiedTogether | Referred


def overlap(ours: Sequence[Span], theirs: Sequence[Span], *, this_month: int) -> Overlap | None:
    """Return the months up to `this_month` in which both were there; repeated stays are taken together."""
    if len(ours) == len(theirs) == 1:
        a, b = ours[0], theirs[0]
        first, last = max(a.first, b.first), min(a.last, b.last, this_month)
        return Overlap(first, last, last - first + 1, _same_team(a.team, b.team)) if first <= last else None
    common = sorted(
        (first, last, _same_team(a.team, b.team))
        for a in ours
        for b in theirs
        if (first := max(a.first, b.first)) <= (last := min(a.last, b.last, this_month))
    )
    if not common:
        return None
    months, reached = 0, -1
    for first, last, _ in common:
        months += max(0, last - max(first, reached + 1) + 1)
        reached = max(reached, last)
    return Overlap(common[0][0], reached, months, same_team=any(team for _, _, team in common))


def circle(people: int) -> float:
    """Return the weight, up to 1, of having been at a place where so many people ever were."""
    return min(1.0, math.sqrt(CLOSE_CIRCLE / max(people, 1)))


def strength(together: Overlap, *, weight: float, this_month: int) -> int:
    """Return 100 × m / (m + 12) × 0.5 ^ (a / 96) × weight, at least 1, for m common months that ended a months ago.

    `weight` is `circle(people)`, times `STUDIED` for a school; people of one team count as a close circle (1).
    """
    grown = together.months / (together.months + HALF_MONTHS)
    weight = 1.0 if together.same_team else weight
    return max(1, round(STRONGEST * grown * _recency(this_month - together.last) * weight))


def referral_strength(month: int, *, this_month: int) -> int:
    """Return 95 × 0.5 ^ (a / 96), at least 1, for a referral made a months ago."""
    return max(1, round(REFERRED * _recency(max(0, this_month - month))))


def month_text(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}"


def best_first(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the strongest pieces, at most `MOST_EVIDENCE`; ids break ties."""
    return tuple(sorted(evidence, key=lambda e: (-e.strength, _identity(e)))[:MOST_EVIDENCE])


def _same_team(ours: str | None, theirs: str | None) -> bool:
    return bool(ours and theirs and ours.split() and ours.casefold().split() == theirs.casefold().split())


def _recency(months_ago: int) -> float:
    return float(0.5 ** (months_ago / HALF_LIFE_MONTHS))


def _identity(evidence: Evidence) -> str:
    match evidence:
        case WorkedTogether():
            return evidence.company_id
        case StudiedTogether():
            return evidence.school_id
        case Referred():
            return evidence.referral_id
