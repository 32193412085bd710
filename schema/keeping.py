"""What is kept because it may be asked for again, within a bound."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values of which those asked for again are protected from those asked for once.

    New values are on trial in one half of the room; what is asked for there moves to the other half, and back when that is full.
    So a flood of things that are asked for once only drives out others of its kind.
    """

    def __init__(self, *, most: int, most_weight: int) -> None:
        """`most` bounds the number of values, `most_weight` the sum of their weights."""
        self._halves: tuple[OrderedDict[K, tuple[V, int]], ...] = (OrderedDict(), OrderedDict())
        self._weights = [0, 0]
        self._most = most // 2
        self._most_weight = most_weight // 2

    def __len__(self) -> int:
        return sum(map(len, self._halves))

    @property
    def weight(self) -> int:
        """The sum of all weights."""
        return sum(self._weights)

    def __contains__(self, key: K) -> bool:
        return any(key in half for half in self._halves)

    def get(self, key: K) -> V | None:
        """Return the value of the key, if it is kept."""
        trial, proven = self._halves
        found = proven.get(key)
        if found is not None:
            proven.move_to_end(key)
            return found[0]
        found = trial.pop(key, None)
        if found is None:
            return None
        self._weights[0] -= found[1]
        for demoted, entry in self._add(1, key, found):
            self._add(0, demoted, entry)
        return found[0]

    def put(self, key: K, value: V, weight: int = 1) -> None:
        """Keep a value; what weighs more than half of the room is not kept."""
        if weight <= self._most_weight and key not in self:
            self._add(0, key, (value, weight))

    def _add(self, half: int, key: K, entry: tuple[V, int]) -> list[tuple[K, tuple[V, int]]]:
        """Add to a half; return what has to go."""
        kept = self._halves[half]
        kept[key] = entry
        self._weights[half] += entry[1]
        gone = []
        while len(kept) > self._most or self._weights[half] > self._most_weight:
            gone.append(kept.popitem(last=False))
            self._weights[half] -= gone[-1][1][1]
        return gone
