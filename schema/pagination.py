import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Annotated, Generic, TypeVar

import orjson
import strawberry

from graph.errors import InvalidInput
from graph.paging import Key, Page

NodeT = TypeVar("NodeT")
RecordT = TypeVar("RecordT")

MOST_PER_PAGE = 100
LONGEST_CURSOR = 1_000

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


@strawberry.type(description="An item in a list with its place.")
class Edge(Generic[NodeT]):
    cursor: str = strawberry.field(
        description="This item's place in the list; stays valid when items are added."
    )
    node: NodeT = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list (Relay).")
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]] = strawberry.field(description="The items with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="The items without their cursors.")
    def nodes(self) -> list[NodeT]:
        return [edge.node for edge in self.edges]

    @strawberry.field(description="How many items the whole list has; counted only when asked for.")
    async def total_count(self) -> int:
        return await self.count()


def page_size(first: int) -> int:
    """Return `first` if a page may have that many items.

    Raises:
        InvalidInput: it may not.
    """
    if not 1 <= first <= MOST_PER_PAGE:
        raise InvalidInput(f"`first` is 1 to {MOST_PER_PAGE}", field="first")
    return first


def key_of(after: str | None) -> Key | None:
    """Read a cursor made by `cursor_of`.

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
        case [str(value), str(id_)]:
            return Key(value, id_)
    raise InvalidInput("`after` is no cursor of this list; start again without it", field="after")


def cursor_of(key: Key) -> str:
    """Return a key as the opaque string that clients hand back."""
    return base64.urlsafe_b64encode(orjson.dumps([key.value, key.id])).decode()


def connection_of(
    page: Page[RecordT],
    *,
    node: Callable[[RecordT], NodeT],
    count: Callable[[], Awaitable[int]],
    after: str | None,
) -> Connection[NodeT]:
    """Make a connection of a page of records."""
    edges = [Edge(cursor=cursor_of(key), node=node(item)) for key, item in page.items]
    return Connection(
        edges=edges,
        page_info=page_info_of([edge.cursor for edge in edges], has_next=page.has_next, after=after),
        count=count,
    )


def page_info_of(cursors: list[str], *, has_next: bool, after: str | None) -> PageInfo:
    """Describe a page by the cursors of its edges."""
    return PageInfo(
        has_next_page=has_next,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
