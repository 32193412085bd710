"""What standing searches told of."""

import strawberry

from graph.reading import edge
from graph.standing.choosing import DigestRhythm, StandingFault
from schema.candidates.types import Candidate
from schema.enums import described
from schema.filters import DateTimeFilter, filtered, joined
from schema.origins import CountOf, EdgesOf, InfoOf, NodesOf, PlaceOf, Read
from schema.paging import PageInfo
from schema.reads import part_of_page, same, stored
from schema.resolving import LoadedPage
from schema.scalars import DateTime

described(
    DigestRhythm,
    name="DigestRhythm",
    description="How often new matches of standing searches come by e-mail: at 6 in the morning, UTC, where there are any.",
    values={
        DigestRhythm.NONE: "Never.",
        DigestRhythm.DAILY: "Every day.",
        DigestRhythm.WEEKLY: "On Mondays.",
    },
)
described(
    StandingFault,
    name="StandingFault",
    description="Why a standing search tells of nobody.",
    values={
        StandingFault.TOO_BROAD: "More than 10,000 candidates match: it was ended. Narrow it and let it stand again.",
        StandingFault.BROKEN: "Nobody can run it any more, or it takes too long: change it.",
        StandingFault.NOT_ALLOWED: "You may not search so any more.",
    },
)


@strawberry.type(description="A candidate who came to match a standing search.")
class SavedSearchMatchEdge(Read):
    page: strawberry.Private[LoadedPage]
    cursor: str = part_of_page("This match's place in the list.", PlaceOf())
    node: Candidate = same("The candidate.")
    matched_at: DateTime = stored("When that was noticed.", edge("at"))
    seen_at: DateTime | None = stored(
        "When you had seen it; see `markSavedSearchMatchesSeen`.", edge("seen_at")
    )
    ended_at: DateTime | None = stored(
        "When it was noticed that they match no more; if they come to match again, it is a new match.",
        edge("ended_at"),
    )


@strawberry.type(description="A page of what a standing search told of.")
class SavedSearchMatchConnection:
    page: strawberry.Private[LoadedPage]
    edges: list[SavedSearchMatchEdge] = part_of_page("The matches, the newest first.", EdgesOf())
    nodes: list[Candidate] = part_of_page("The candidates without their cursors.", NodesOf())
    page_info: PageInfo = part_of_page("Where the page stands.", InfoOf())
    total_count: int = part_of_page("How many matches there are; counted only when asked for.", CountOf())


@strawberry.input(description="Which matches; all that is given must hold.")
class SavedSearchMatchFilter:
    all: list["SavedSearchMatchFilter"] | None = joined("AND", "All of these hold.")
    any: list["SavedSearchMatchFilter"] | None = joined("OR", "One of these holds.")
    none: "SavedSearchMatchFilter | None" = joined("NOT", "This does not hold.")
    matched_at: DateTimeFilter | None = filtered("By when that was noticed.", edge("at"))
    seen_at: DateTimeFilter | None = filtered("By when you had seen it; `isNull`: not yet.", edge("seen_at"))
    ended_at: DateTimeFilter | None = filtered(
        "By when they matched no more; `isNull`: they do.", edge("ended_at")
    )
