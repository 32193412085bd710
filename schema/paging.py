"""Pages of lists: arguments in, cursors and the place of a page out (Relay, keyset)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import orjson
import strawberry

from graph.composing import page_parameters
from graph.errors import Code, InvalidInput
from graph.reading import Key, PageShape, Pattern
from schema.filters import SortDirection, conditions_of

T = TypeVar("T")

MOST_PER_PAGE = 100
LONGEST_CURSOR = 4_000

First = Annotated[int, strawberry.argument(description="How many to return, 1 to 100.")]
After = Annotated[
    str | None, strawberry.argument(description="The `cursor` or `endCursor` after which to go on.")
]
FirstOrNot = Annotated[
    int | None,
    strawberry.argument(
        description="How many to return from the beginning, 1 to 100. One of `first` and `last` is required, and only one."
    ),
]
Last = Annotated[
    int | None,
    strawberry.argument(description="How many to return from the end, 1 to 100, in the order of the list."),
]
Before = Annotated[
    str | None,
    strawberry.argument(description="The `cursor` or `startCursor` before which to end; goes with either."),
]


@strawberry.type(description="Where a page stands in its list (Relay).")
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether more follows after `endCursor`; of a page with `before` always, since that is a place in the list."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether more stands before `startCursor`, where `last` was asked for; of a page with `after` always, since "
        "that is a place in the list."
    )
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first edge; give it as `before`, with `last`."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last edge; give it as `after`, with `first`."
    )


@dataclass(frozen=True, slots=True)
class ListOrder:
    """The order in which a list is shown, from whichever end its pages are read."""

    sort: str
    descending: bool

    def __str__(self) -> str:
        return f"{self.sort} {'DESC' if self.descending else 'ASC'}"


@dataclass(frozen=True, slots=True)
class BoundPage:
    """A page as its arguments ask for it; one that is `backward` is at the end of what its keys leave of the list.

    Its shape says how it is read: backwards in the opposite order, so that Neo4j begins at the end.
    """

    size: int
    backward: bool
    after: Key | None
    before: Key | None
    order: ListOrder
    shape: PageShape
    values: tuple[Any, ...]

    def parameters(self, slot: int) -> dict[str, Any]:
        """Return the parameters of the page's Cypher."""
        after, before = (self.before, self.after) if self.backward else (self.after, self.before)
        return page_parameters(slot, size=self.size, after=after, before=before, values=self.values)

    def shown(self, rows: Sequence[T]) -> tuple[Sequence[T], bool]:
        """Return of the rows that were read those of the page, in the list's order, and whether there are more."""
        more = len(rows) > self.size
        if more:
            rows = rows[:-1]
        return rows[::-1] if self.backward else rows, more

    def cursor(self, value: Any, id: str) -> str:
        """Return a place in the list as the opaque string that clients hand back."""
        return cursor_of(self.order, Key(value, id))

    def info(self, keys: Sequence[tuple[Any, str]], *, more: bool) -> PageInfo:
        """Describe the page that has these keys; `more` is whether there are more in the direction in which it was read."""
        return PageInfo(
            has_next_page=self.before is not None or (more and not self.backward),
            has_previous_page=self.after is not None or (more and self.backward),
            start_cursor=self.cursor(*keys[0]) if keys else None,
            end_cursor=self.cursor(*keys[-1]) if keys else None,
        )


def page_size(size: int, *, field: str = "first") -> int:
    """Return the value of an argument, `first` or `last`, if a page may have that many items.

    Raises:
        InvalidInput: it may not.
    """
    if not 1 <= size <= MOST_PER_PAGE:
        raise InvalidInput(Code.OUT_OF_RANGE, f"`{field}` is 1 to {MOST_PER_PAGE}", field=field)
    return size


def check_one_size(*, first: bool, last: bool, of: str) -> None:
    """Refuse a page of which both sizes were given, or none; `of` is what has the pages.

    Raises:
        InvalidInput: so it is.
    """
    if first and last:
        message = f"give `{of}` one of `first` and `last`, not both"
        raise InvalidInput(Code.MALFORMED, message, field="last")
    if not first and not last:
        message = f"give `{of}` one of `first` and `last`: how many to return, 1 to {MOST_PER_PAGE}"
        raise InvalidInput(Code.REQUIRED, message, field="first")


def bind_page(pattern: Pattern, arguments: Mapping[str, Any]) -> BoundPage:
    """Read the arguments of a connection: `first` or `last`, `after`, `before`, and `where` and `sort_by` where the field has them.

    Raises:
        InvalidInput: one of them is out of bounds; its `field` names it.
    """
    first, last, after, before, where, sort_by = (
        arguments.get(name) for name in ("first", "last", "after", "before", "where", "sort_by")
    )
    name, sort = next(iter(pattern.sorts.items()))
    order = ListOrder(name, sort.descending)
    if sort_by is not None:
        order = ListOrder(sort_by.field.value, sort_by.direction is SortDirection.DESC)
    check_one_size(first=first is not None, last=last is not None, of=pattern.name)
    backward = last is not None
    texts, values = conditions_of(where) if where is not None else ((), ())
    ends = (before is not None, after is not None) if backward else (after is not None, before is not None)
    return BoundPage(
        size=page_size(last, field="last") if last is not None else page_size(first or 0),
        backward=backward,
        after=key_of(order, after),
        before=key_of(order, before, field="before"),
        order=order,
        shape=PageShape(order.sort, order.descending != backward, texts, *ends),
        values=values,
    )


def key_of(order: ListOrder, cursor: str | None, *, field: str = "after") -> Key | None:
    """Read a cursor made by `cursor_of` for a list in the same order; `field` is the argument that it stands in.

    Raises:
        InvalidInput: it is none.
    """
    if cursor is None:
        return None
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError(cursor[:10])
        content = orjson.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        content = None
    match content:
        case [written, str() | int() | float() as value, str(id_)] if written == str(order):
            return Key(value, id_)
    message = f"`{field}` is no cursor of this list in this order; start again without it"
    raise InvalidInput(Code.BAD_CURSOR, message, field=field)


def cursor_of(order: ListOrder, key: Key) -> str:
    """Return a key as the opaque string that clients hand back."""
    return base64.urlsafe_b64encode(orjson.dumps([str(order), key.value, key.id])).decode()
