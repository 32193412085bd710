"""The saved searches of the demo, shared with all who may search."""

from api.demo.seeds import item_id
from graph.searches import NewSavedSearch
from search.talent.conditions import Check, Entry, Every
from search.talent.request import TalentRequest
from search.talent.saved import content_of

_SEARCHES = (
    (
        "Python with some years behind them",
        TalentRequest(
            text="python nice:(kubernetes docker)", where=(Every((Check("years_experience", "gte", 2),)),)
        ),
    ),
    (
        "Engineers of today",
        TalentRequest(
            where=(
                Every(
                    (
                        Entry(
                            "employments",
                            (
                                Check("employments.title", "contains", "engineer"),
                                Check("employments.current", "eq", value=True),
                            ),
                        ),
                    )
                ),
            )
        ),
    ),
)


def searches() -> tuple[NewSavedSearch, ...]:
    """Return the saved searches, the same in every demo."""
    return tuple(
        NewSavedSearch(
            id=item_id("saved search", number), name=name, shared=True, content=content_of(request)
        )
        for number, (name, request) in enumerate(_SEARCHES)
    )
