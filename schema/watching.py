"""What is noted of an operation while it is answered, for logs, metrics and traces: names, numbers and codes, never values."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode

from schema.plan.leaves import Unfit

OK = "OK"
PLANNED = "planned"


@dataclass(slots=True, kw_only=True)
class Noted:
    """One operation, or one HTTP request that is none.

    `way` is `planned`, or why graphql-core answered instead. `operation` is the client's own word: it must be
    compared with known names before it goes anywhere.
    """

    principal: str | None = None
    operation: str | None = None
    kind: str | None = None
    document: str | None = None
    way: str | None = None
    code: str = OK

    def begin(self, document: str, operation: OperationDefinitionNode | None) -> None:
        """Note what is asked: the document by its hash, and which of its operations."""
        self.document = document
        if operation is not None:
            self.kind = operation.operation.value
            self.operation = operation.name.value if operation.name else None

    def end(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """Note how it ended: the code of the first error counts."""
        for error in errors:
            self.fail(str(error.get("extensions", {}).get("code", "UNKNOWN")))

    def fail(self, code: str) -> None:
        """Note a failure, unless there was one before."""
        if self.code == OK:
            self.code = code


@dataclass(slots=True)
class Plans:
    """How often a plan was found or had to be compiled, and why graphql-core answered instead."""

    hits: int = 0
    misses: int = 0
    fallbacks: Counter[str] = field(default_factory=Counter)


_CURRENT: ContextVar[Noted | None] = ContextVar("noted", default=None)


def noted() -> Noted:
    """Return what is noted of the current operation; where nobody watches, it goes nowhere."""
    return _CURRENT.get() or Noted()


@contextmanager
def noting(note: Noted) -> Iterator[Noted]:
    """Note in `note` what happens inside the block, also in its tasks and threads."""
    before = _CURRENT.set(note)
    try:
        yield note
    finally:
        _CURRENT.reset(before)


def fallback_reason(error: Exception) -> str:
    """Return why graphql-core answers, as one of few words."""
    if isinstance(error, GraphQLError):
        return "argument"
    return "unfit" if isinstance(error, Unfit) else "unplanned"
