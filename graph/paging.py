from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page ended: the value that the list is sorted by, then the id that makes the order total."""

    value: str
    id: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A stretch of a sorted list, each item with its key."""

    items: tuple[tuple[Key, T], ...]
    has_next: bool


def page_parameters(first: int, after: Key | None) -> dict[str, str | int | None]:
    """Return what a page's Cypher takes: where to go on, and one row more than asked for, to see whether more follow."""
    return {
        "after": after.value if after else None,
        "after_id": after.id if after else None,
        "limit": first + 1,
    }


def page_of(rows: Sequence[U], *, first: int, key: Callable[[U], Key], item: Callable[[U], T]) -> Page[T]:
    """Make a page of `first` items from the rows that `page_parameters` asked for."""
    return Page(tuple((key(row), item(row)) for row in rows[:first]), has_next=len(rows) > first)
