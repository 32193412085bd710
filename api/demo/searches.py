"""The saved searches of the demo, shared with all who may search; the last one stands from before anybody comes in."""

from api.demo.seeds import item_id
from graph.searches import NewSavedSearch
from search.talent.conditions import Check, Entry, Every
from search.talent.request import TalentRequest
from search.talent.saved import content_of

OWNER_ID = item_id("token", 0)
"""The token whose searches these are: the one that `kith up` gives out."""
OWNER = f"token:{OWNER_ID}"

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
    ("Nurses who know intensive care", TalentRequest(text='title:nurse skill:"intensive care"')),
)


def searches() -> tuple[NewSavedSearch, ...]:
    """Return the saved searches, the same in every demo."""
    return tuple(
        NewSavedSearch(
            id=item_id("saved search", number), name=name, shared=True, content=content_of(request)
        )
        for number, (name, request) in enumerate(_SEARCHES)
    )
