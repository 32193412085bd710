import strawberry

from graph.errors import Code, InvalidInput
from schema.talent.inputs import TalentFilter, TalentSort, condition_of, order_of, preferences_of
from search.errors import InvalidQuery
from search.query_language.errors import QuerySyntaxError
from search.talent.request import TalentRequest
from search.talent.saved import content_of


@strawberry.input(description="A talent search: what `talentSearch` takes, without facets and page.")
class TalentSearchInput:
    text: str = strawberry.field(default="", description="What to look for; empty finds all.")
    where: TalentFilter | None = strawberry.field(default=None, description="What candidates must fulfil.")
    should: list[TalentFilter] | None = strawberry.field(
        default=None, description="What ranks those higher who fulfil it, and excludes nobody; at most 30."
    )
    sort_by: TalentSort | None = strawberry.field(
        default=None,
        description="Another order than the best first, or the latest change first where nothing ranks.",
    )


def content_of_input(given: TalentSearchInput) -> str:
    """Return a search as it is saved.

    Raises:
        NotFound: an id is none of its kind.
        InvalidInput: nobody could run it.
    """
    try:
        return content_of(
            TalentRequest(
                text=given.text,
                where=() if given.where is None else (condition_of(given.where),),
                should=preferences_of(given.should or []),
                order=order_of(given.sort_by),
            )
        )
    except QuerySyntaxError as error:
        message = f"{error.message} ({error.reason} at {error.at.offset})"
        raise InvalidInput(Code.INVALID_SEARCH, message, field="search.text") from error
    except InvalidQuery as error:
        message = f"{error.message} ({error.reason})"
        raise InvalidInput(Code.INVALID_SEARCH, message, field="search") from error
