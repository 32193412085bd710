"""How long the work for one request may take: whatever it has Neo4j do ends with it, on the server too."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

from graph.errors import OutOfTime

_current: ContextVar["Deadline | None"] = ContextVar("deadline", default=None)


class Deadline:
    """A moment after which nothing more is begun, and what was begun elsewhere is stopped."""

    def __init__(self, seconds: float) -> None:
        self._until = monotonic() + seconds
        self._elsewhere: set[asyncio.Task[object]] = set()

    def remaining(self) -> float:
        """Return the seconds that are left.

        Raises:
            OutOfTime: none are.
        """
        left = self._until - monotonic()
        if left <= 0:
            raise OutOfTime
        return left

    def end(self) -> None:
        """Let nothing more begin, and stop what goes on."""
        self._until = 0.0
        for task in self._elsewhere:
            task.cancel()

    @contextmanager
    def including(self, task: "asyncio.Task[object]") -> Iterator[None]:
        """Stop the task too, if the end comes within the block."""
        self._elsewhere.add(task)
        try:
            yield
        finally:
            self._elsewhere.discard(task)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give all that the block does so much time; what it has begun in other tasks ends with it."""
    deadline = Deadline(seconds)
    token = _current.set(deadline)
    try:
        yield
    finally:
        _current.reset(token)
        deadline.end()


def current() -> Deadline | None:
    """Return the deadline of what is being done, if it has one."""
    return _current.get()


def seconds_left(most: float) -> float:
    """Return how long a transaction may run that may run for `most` seconds.

    Raises:
        OutOfTime: there is no time left.
    """
    deadline = _current.get()
    return most if deadline is None else min(most, deadline.remaining())
