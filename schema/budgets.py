"""How much each principal may ask for: a bucket of points that fills again by itself.

Buckets are of one process: with four API processes a principal has four times as much.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from pydantic import BaseModel, Field

from graph.errors import KithError
from graph.tokens import AccessRole
from schema.permissions import Principal

MOST_BUCKETS = 10_000
"""Principals whose buckets are kept; whoever was not seen for longest has a full one again."""
CHARACTERS_A_POINT = 2
"""Of a document that this process does not know yet: reading and checking it is work too."""
QUERY_TOO_COSTLY = "QUERY_TOO_COSTLY"


class Allowance(BaseModel, frozen=True):
    """A bucket: how many points it holds, and how many come back each second."""

    capacity: int = Field(gt=0, description="points in a full bucket")
    restore_rate: float = Field(gt=0, description="points that come back each second")


class Throttled(KithError):
    """The principal has asked for more than its bucket holds now."""

    def __init__(self, retry_after: int, cost: Mapping[str, Any]) -> None:
        super().__init__("THROTTLED", f"too much was asked for lately; try again in {retry_after} s")
        self.retry_after = retry_after
        """Whole seconds until the same would be answered."""
        self.cost = cost
        """The `extensions.cost` of the refusal."""

    @property
    def formatted(self) -> dict[str, Any]:
        """The error as it goes out."""
        extensions = {"code": self.code, "retryAfter": self.retry_after, "cost": self.cost}
        return {"message": self.message, "extensions": extensions}


class Budgets:
    """The buckets of all principals."""

    def __init__(
        self,
        usual: Allowance,
        by_role: Mapping[AccessRole, Allowance] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._usual = usual
        self._by_role = dict(by_role or {})
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """What is in each bucket, and when that was so."""

    def take(self, principal: Principal, points: int) -> None:
        """Take what an operation asks for.

        Raises:
            Throttled: there is too little now.
            KithError: it is more than a full bucket.
        """
        allowance = self._allowance(principal)
        if points > allowance.capacity:
            message = f"the query costs {points} points and your bucket holds {allowance.capacity}; ask for less at once"
            raise KithError(QUERY_TOO_COSTLY, message)
        there = self._there(principal, allowance)
        if there < points:
            raise self._throttled(allowance, there, points)
        self._put(principal, there - points)

    def charge(self, principal: Principal, characters: int) -> None:
        """Take what preparing a document costs, also where that leaves less than nothing.

        Raises:
            Throttled: there is nothing left to take from.
        """
        allowance = self._allowance(principal)
        there = self._there(principal, allowance)
        if there < 1:
            raise self._throttled(allowance, there, 1)
        self._put(principal, there - characters // CHARACTERS_A_POINT)

    def settle(self, principal: Principal, requested: int, actual: int) -> dict[str, Any]:
        """Give back what was taken and not needed; return the `extensions.cost` of the answer."""
        allowance = self._allowance(principal)
        there = min(self._there(principal, allowance) + requested - actual, allowance.capacity)
        self._put(principal, there)
        return _cost(allowance, there, requested, actual)

    def _allowance(self, principal: Principal) -> Allowance:
        return self._by_role.get(principal.role, self._usual)

    def _there(self, principal: Principal, allowance: Allowance) -> float:
        found = self._buckets.get(principal.id)
        if found is None:
            return allowance.capacity
        left, since = found
        return min(allowance.capacity, left + (self._clock() - since) * allowance.restore_rate)

    def _put(self, principal: Principal, there: float) -> None:
        self._buckets[principal.id] = (there, self._clock())
        self._buckets.move_to_end(principal.id)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)

    @staticmethod
    def _throttled(allowance: Allowance, there: float, points: int) -> Throttled:
        seconds = ceil((points - there) / allowance.restore_rate)
        return Throttled(max(1, seconds), _cost(allowance, there, points, 0))


def _cost(allowance: Allowance, there: float, requested: int, actual: int) -> dict[str, Any]:
    return {
        "requested": requested,
        "actual": actual,
        "remaining": max(0, int(there)),
        "restoreRate": allowance.restore_rate,
    }
