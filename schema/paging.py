"""Pages of lists: arguments in, cursors and the place of a page out (Relay, keyset)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
import strawberry

from graph.composing import page_parameters
from graph.errors import Code, InvalidInput
from graph.reading import Key, PageShape, Pattern
from schema.filters import SortDirection, conditions_of

MOST_PER_PAGE = 100
LONGEST_CURSOR = 4_000

First = Annotated[int, strawberry.argument(description="How many to return, 1 to 100.")]
After = Annotated[
    str | None, strawberry.argument(description="The `cursor` or `endCursor` after which to go on.")
]


@strawberry.type(description="Where a page stands in its list (Relay).")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follows after `endCursor`.")
    has_previous_page: bool = strawberry.field(description="Whether the page was asked for with `after`.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge; give it as `after`.")


@dataclass(frozen=True, slots=True)
class BoundPage:
    """A page as its arguments ask for it."""

    first: int
    after: Key | None
    shape: PageShape
    values: tuple[Any, ...]

    def parameters(self, slot: int) -> dict[str, Any]:
        """Return the parameters of the page's Cypher."""
        return page_parameters(slot, first=self.first, after=self.after, values=self.values)

    def cursor(self, value: Any, id: str) -> str:
        """Return a place in the list as the opaque string that clients hand back."""
        return cursor_of(self.shape, Key(value, id))

    def info(self, keys: Sequence[tuple[Any, str]], *, has_next: bool) -> PageInfo:
        """Describe the page that has these keys."""
        return PageInfo(
            has_next_page=has_next,
            has_previous_page=self.after is not None,
            start_cursor=self.cursor(*keys[0]) if keys else None,
            end_cursor=self.cursor(*keys[-1]) if keys else None,
        )


def page_size(first: int) -> int:
    """Return `first` if a page may have that many items.

    Raises:
        InvalidInput: it may not.
    """
    if not 1 <= first <= MOST_PER_PAGE:
        raise InvalidInput(Code.OUT_OF_RANGE, f"`first` is 1 to {MOST_PER_PAGE}", field="first")
    return first


def bind_page(pattern: Pattern, arguments: Mapping[str, Any]) -> BoundPage:
    """Read the arguments of a connection: `first`, `after`, and `where` and `sort_by` where the field has them.

    Raises:
        InvalidInput: one of them is out of bounds; its `field` names it.
    """
    sort_by, where = arguments.get("sort_by"), arguments.get("where")
    name, sort = next(iter(pattern.sorts.items()))
    descending = sort.descending
    if sort_by is not None:
        name, descending = sort_by.field.value, sort_by.direction is SortDirection.DESC
    texts, values = conditions_of(where) if where is not None else ((), ())
    shape = PageShape(name, descending, texts, goes_on=arguments.get("after") is not None)
    return BoundPage(page_size(arguments["first"]), key_of(shape, arguments.get("after")), shape, values)


def key_of(shape: PageShape, after: str | None) -> Key | None:
    """Read a cursor made by `cursor_of` for a list in the same order.

    Raises:
        InvalidInput: it is none.
    """
    if after is None:
        return None
    try:
        if len(after) > LONGEST_CURSOR:
            raise ValueError(after[:10])
        content = orjson.loads(base64.b64decode(after, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        content = None
    match content:
        case [order, str() | int() | float() as value, str(id_)] if order == _order(shape):
            return Key(value, id_)
    message = "`after` is no cursor of this list in this order; start again without it"
    raise InvalidInput(Code.BAD_CURSOR, message, field="after")


def cursor_of(shape: PageShape, key: Key) -> str:
    """Return a key as the opaque string that clients hand back."""
    return base64.urlsafe_b64encode(orjson.dumps([_order(shape), key.value, key.id])).decode()


def _order(shape: PageShape) -> str:
    return f"{shape.sort} {'DESC' if shape.descending else 'ASC'}"
