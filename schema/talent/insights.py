from datetime import UTC, datetime
from typing import Annotated

import strawberry

from graph.ids import timestamp
from graph.rights import Permission
from graph.visibility import Sight
from schema.context import Context, Info
from schema.permissions import Requires
from schema.reads import by_id, referenced
from schema.scalars import DateTime
from schema.talent.rights import search_rights
from schema.taxonomy.types import Term
from search.insights.listing import Insight, search_insights
from search.talent.request import TalentRequest

WIDE_SIGHTS = frozenset({Sight.ALL, Sight.RECRUITING})
"""Of those who see less, nobody knows whether the words are to blame that they find nobody."""


def note_search(context: Context, request: TalentRequest, total: int) -> None:
    """Count a search by its text; a search waits for nothing here, and cannot fail."""
    if request.after is None and context.principal.viewer.sights.candidates in WIDE_SIGHTS:
        context.services.searches.note(request.text, found=total > 0, filtered=bool(request.where))


@strawberry.type(description="A text that may be meant.")
class MendedSearch:
    text: str = strawberry.field(
        description="The text with one word replaced by one that is spelt much like it."
    )
    term: Term | None = referenced("The term that it spells.")


@strawberry.type(description="A text that people search for without finding anybody.")
class SearchInsight:
    text: str = strawberry.field(description="Its words, in small letters and without operators.")
    searches: int = strawberry.field(description="How often it was searched for.")
    without_hits: int = strawberry.field(
        description="How often it found nobody, since it last found somebody."
    )
    last_at: DateTime = strawberry.field(description="When it was last searched for.")
    mended: list[MendedSearch] = strawberry.field(description="Texts that may be meant, the likeliest first.")
    related: list[Term] = referenced(
        "Terms that its words, or those of the texts that may be meant, spell, and what belongs to them; where one of "
        "them is meant, `updateTerm(input: {addSynonyms})` teaches it."
    )


@strawberry.type
class InsightQueries:
    @strawberry.field(
        description="What people search for and do not find, the most frequent first. Texts are counted for everybody "
        "together, with the words of skills, titles and plain words alone, and forgotten 30 days after the last search. "
        "Who searched is kept nowhere; what was searched fewer than three times, or names a candidate, is not shown.",
        extensions=[
            Requires(Permission.TAXONOMY_WRITE),
            Requires(Permission.TALENT_SEARCH),
            Requires(Permission.CANDIDATES_READ),
        ],
    )
    async def search_insights(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="How many to return, 1 to 50.")],
    ) -> list[SearchInsight]:
        services = info.context.services
        found = await search_insights(
            services.elasticsearch,
            services.index,
            services.searches,
            await services.taxonomy.current(),
            size=first,
            rights=await search_rights(info.context),
        )
        return [_shown(each) for each in found]


def _shown(insight: Insight) -> SearchInsight:
    searched = insight.searched
    return SearchInsight(
        text=searched.text,
        searches=searched.searches,
        without_hits=searched.without_hits,
        last_at=DateTime(timestamp(datetime.fromtimestamp(searched.last, UTC))),
        mended=[MendedSearch(text=each.text, term=by_id(each.term_id)) for each in insight.mended],
        related=by_id(insight.related_ids),
    )
