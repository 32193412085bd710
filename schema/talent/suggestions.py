from typing import Annotated

import strawberry

from graph.rights import Permission
from schema.context import Info
from schema.enums import described
from schema.permissions import Requires
from schema.reads import by_id, referenced
from schema.talent.rights import search_rights
from schema.taxonomy.types import Term
from search import typeahead
from search.typeahead import SuggestionKind, suggest

described(
    SuggestionKind,
    name="SuggestionKind",
    description="What is being typed.",
    values={
        SuggestionKind.SKILL: "A skill: of the taxonomy, or one that candidates have.",
        SuggestionKind.TITLE: "A job title: of the taxonomy, or one that candidates had.",
        SuggestionKind.COMPANY: "A company that candidates worked at.",
        SuggestionKind.PLACE: "A city that candidates live in.",
    },
)


@strawberry.type(description="What a text may become.")
class Suggestion:
    text: str = strawberry.field(description="The whole text; a term's name, else as a candidate wrote it.")
    candidates: int = strawberry.field(
        description="How many of the candidates whom you see have it, under the most frequent of its spellings."
    )
    term: Term | None = referenced("The term that it is, where the taxonomy knows it.")


@strawberry.type
class SuggestionQueries:
    @strawberry.field(
        description="Completes what is being typed into a search, the most frequent first. Tells nothing of candidates "
        "whom you don't see.",
        extensions=[Requires(Permission.TALENT_SEARCH), Requires(Permission.CANDIDATES_READ)],
    )
    async def suggest(
        self,
        info: Info,
        text: Annotated[
            str,
            strawberry.argument(description="How it begins, 1 to 100 characters, whatever case and accents."),
        ],
        kind: Annotated[SuggestionKind, strawberry.argument(description="What it is.")],
        first: Annotated[int, strawberry.argument(description="How many to return, 1 to 20.")],
    ) -> list[Suggestion]:
        context, services = info.context, info.context.services
        found = await suggest(
            services.elasticsearch,
            services.index,
            await services.taxonomy.current(),
            text=text,
            kind=kind,
            size=first,
            rights=await search_rights(context),
        )
        return [_shown(each) for each in found]


def _shown(found: typeahead.Suggestion) -> Suggestion:
    return Suggestion(text=found.text, candidates=found.candidates, term=by_id(found.term_id))
