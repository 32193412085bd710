from typing import Generic, TypeVar

import strawberry

from schema.origins import CountOf, EdgesOf, InfoOf, NodesOf, PlaceOf, Read
from schema.paging import PageInfo
from schema.reads import part_of_page, same
from schema.resolving import LoadedPage

NodeT = TypeVar("NodeT")


@strawberry.type(description="An item in a list with its place.")
class Edge(Read, Generic[NodeT]):
    page: strawberry.Private[LoadedPage]
    cursor: str = part_of_page("This item's place in the list; stays valid when items are added.", PlaceOf())
    node: NodeT = same("The item.")


@strawberry.type(description="A page of a list (Relay).")
class Connection(Generic[NodeT]):
    page: strawberry.Private[LoadedPage]
    edges: list[Edge[NodeT]] = part_of_page("The items with their cursors.", EdgesOf())
    nodes: list[NodeT] = part_of_page("The items without their cursors.", NodesOf())
    page_info: PageInfo = part_of_page("Where the page stands.", InfoOf())
    total_count: int = part_of_page(
        "How many items the whole list has; counted only when asked for.", CountOf()
    )
