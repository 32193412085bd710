from typing import ClassVar

import strawberry

from graph import searches
from graph.reading import ID, Anchor, node
from graph.rights import Permission
from graph.searches import SavedSearchOrder
from graph.standing import choosing
from graph.standing.choosing import DigestRhythm, StandingFault
from schema.actors import Actor, actor_of
from schema.enums import described
from schema.filters import DateTimeFilter, IdFilter, SortDirection, TextFilter, filtered, ids_of, joined
from schema.node import Kind, Node
from schema.origins import Read
from schema.reads import identity, paged, stored
from schema.scalars import DateTime
from schema.searches.matches import SavedSearchMatchConnection, SavedSearchMatchFilter
from schema.talent.inputs import direction_of
from search.talent import conditions
from search.talent.request import SortBy
from search.talent.saved import request_of, unnamed

_CONTENT = node("content")


def _text(content: str) -> str:
    return request_of(content).text


def _where(content: str) -> list[str]:
    return [conditions.described(unnamed(each)) for each in request_of(content).where]


def _should(content: str) -> list[str]:
    return [conditions.described(unnamed(each)) for each in request_of(content).should]


def _sorted_by(content: str) -> SortBy | None:
    order = request_of(content).order
    return None if order is None else order.by


def _direction(content: str) -> SortDirection | None:
    order = request_of(content).order
    return None if order is None else direction_of(order)


described(
    SavedSearchOrder,
    name="SavedSearchSortField",
    description="What saved searches are sorted by.",
    values={
        SavedSearchOrder.NAME: "What its owner calls it.",
        SavedSearchOrder.UPDATED_AT: "When it last changed.",
    },
)


@strawberry.type(description="A talent search under a name; `savedSearchResults` runs it.")
class SavedSearch(Read, Node):
    anchor: ClassVar[Anchor] = searches.SAVED_SEARCH
    id: strawberry.ID = identity(Kind.SAVED_SEARCH)
    name: str = stored("What its owner calls it.", node("name"))
    shared: bool = stored("Whether all who may search talent see it, or its owner alone.", node("shared"))
    owner: Actor = stored("Who saved it.", node("owner"), make=actor_of)
    text: str = stored("What it looks for; empty finds all.", _CONTENT, make=_text)
    where: list[str] = stored(
        "What candidates must fulfil, in words; ids of candidates and jobs are left out.",
        _CONTENT,
        make=_where,
    )
    should: list[str] = stored("What ranks those higher who fulfil it, likewise.", _CONTENT, make=_should)
    sorted_by: SortBy | None = stored(
        "What hits are sorted by; null for the usual order.", _CONTENT, make=_sorted_by
    )
    sort_direction: SortDirection | None = stored("Which way round.", _CONTENT, make=_direction)
    standing: bool = stored(
        "Whether its owner is told of new matches; see `setSavedSearchStanding`.", node("standing"), make=bool
    )
    standing_since: DateTime | None = stored("Since when.", node("standing_since"))
    standing_fault: StandingFault | None = stored(
        "Why you are told of nobody; null where all is well, and for others than the owner.",
        choosing.OWN_FAULT,
        make=StandingFault,
    )
    digest: DigestRhythm | None = stored(
        "How often new matches come by e-mail; null for others than the owner.",
        choosing.OWN_DIGEST,
        make=DigestRhythm,
    )
    matches: SavedSearchMatchConnection | None = paged(
        "Whom you were told of, the newest first, as far as you see them now; for others than the owner there are none. "
        "Kept for as long as the saved search.",
        choosing.FOUND,
        where=SavedSearchMatchFilter,
        requires=Permission.CANDIDATES_READ,
    )
    version: int = stored("Grows with each change; see `expectedVersion`.", node("version"))
    created_at: DateTime = stored("When it was saved.", node("created_at"))
    updated_at: DateTime = stored("When it last changed.", node("updated_at"))


@strawberry.input(description="Which saved searches; all that is given must hold.")
class SavedSearchFilter:
    all: list["SavedSearchFilter"] | None = joined("AND", "All of these hold.")
    any: list["SavedSearchFilter"] | None = joined("OR", "One of these holds.")
    none: "SavedSearchFilter | None" = joined("NOT", "This does not hold.")
    id: IdFilter | None = filtered("By id.", ID, ids_of(Kind.SAVED_SEARCH))
    name: TextFilter | None = filtered("By name.", node("name"))
    standing_since: DateTimeFilter | None = filtered(
        "By since when its owner is told of new matches; `isNull`: they are not.", node("standing_since")
    )
    updated_at: DateTimeFilter | None = filtered("By when it last changed.", node("updated_at"))


@strawberry.input(description="How saved searches are sorted.")
class SavedSearchSort:
    field: SavedSearchOrder = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.ASC, description="Which way round.")
