"""Python code as it is written: lines, blocks, and names that do not collide.

In: `["if a:", ["b = 1"]]`. Out: the two lines, the second indented.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from schema.plan.leaves import Unfit
from schema.plan.pattern import Layout

Lines: TypeAlias = list["str | Callable[[], str] | Lines"]
"""Lines of code, some written when the rest is known, and indented blocks of them."""
Path: TypeAlias = tuple[str, ...]
"""The place in the answer as Python expressions: quoted keys, and variables that count."""


@dataclass(slots=True)
class Emitted:
    """Code before an expression that has the value; `gather` is what collects ids in the same places."""

    expression: str
    lines: Lines = field(default_factory=list)
    gather: Lines = field(default_factory=list)


class Writer:
    """Hands out names, and remembers which counters of loops the code needs."""

    def __init__(self) -> None:
        self._numbers = 0
        self._environment: dict[str, Any] = {"Unfit": Unfit}
        self._names: dict[Any, str] = {}
        self._counters: set[str] = set()
        self._scope: tuple[int | None, ...] = ()
        self._weights: Counter[tuple[int | None, ...]] = Counter()

    @contextmanager
    def _repeated(self, slot: int | None = None) -> Iterator[None]:
        """Say that what is written inside is done for each item of a page, or of a list."""
        outer, self._scope = self._scope, (*self._scope, slot)
        yield
        self._scope = outer

    def _loop(self, counter: str, layout: Layout | str, iterable: str) -> Callable[[], str]:
        def line() -> str:
            targets = layout if isinstance(layout, str) else layout.targets()
            if counter in self._counters:
                return f"for {counter}, {targets} in enumerate({iterable}):"
            return f"for {targets} in {iterable}:"

        return line

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    def _counter(self) -> str:
        return f"n{self._next()}"

    def _constant(self, value: Any, prefix: str) -> str:
        return self._constant_of(value, lambda: value, prefix)

    def _constant_of(self, key: Any, make: Callable[[], Any], prefix: str) -> str:
        if key not in self._names:
            self._names[key] = f"{prefix}{self._next()}"
            self._environment[self._names[key]] = make()
        return self._names[key]


def indented(lines: Lines, depth: int) -> Iterator[str]:
    """Yield the finished lines."""
    for line in lines:
        if isinstance(line, list):
            yield from indented(line, depth + 1)
        else:
            yield "    " * depth + (line if isinstance(line, str) else line())
