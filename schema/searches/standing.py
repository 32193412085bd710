from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import strawberry

from graph.digests import next_due
from graph.errors import Code, InvalidInput
from graph.ids import now
from graph.indexing import indexed_through
from graph.rights import Permission
from graph.searches import saved_content
from graph.standing.choosing import Baseline, DigestRhythm, note_seen, stand, stand_down, too_broad
from schema.context import Context, Info
from schema.errors import UserError, attempt
from schema.node import Kind, local_id
from schema.permissions import PrincipalKind, Requires
from schema.reads import by_id, referenced
from schema.scalars import DateTime
from schema.searches.types import SavedSearch
from schema.talent.rights import may_find_contacts, search_rights, visible_conditions
from schema.versions import expected_version
from search.talent.saved import request_of
from search.talent.standing import all_found, filter_of


@strawberry.input(description="Whether you are told of new matches of a saved search of yours.")
class SetSavedSearchStandingInput:
    saved_search_id: strawberry.ID = strawberry.field(description="The saved search.")
    standing: bool = strawberry.field(
        description="Whether it stands: whoever matches from now on, and did not before, is told of."
    )
    digest: DigestRhythm | None = strawberry.field(
        default=None,
        description="How often new matches come by e-mail; absent it stays as it is, and is NONE as the search begins to stand.",
    )
    expected_version: int | None = expected_version()


@strawberry.input(description="Which matches you have seen.")
class MarkSavedSearchMatchesSeenInput:
    saved_search_id: strawberry.ID = strawberry.field(description="The saved search.")
    until: DateTime | None = strawberry.field(
        default=None,
        description="`matchedAt` of the newest match that you have seen; absent, all of them until now.",
    )


@strawberry.type(description="The answer to `setSavedSearchStanding`.")
class SetSavedSearchStandingPayload:
    saved_search: SavedSearch | None = referenced("The saved search as it is now, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type(description="The answer to `markSavedSearchMatchesSeen`.")
class MarkSavedSearchMatchesSeenPayload:
    saved_search: SavedSearch | None = referenced("The saved search, null on refusal.")
    seen: int = strawberry.field(description="How many matches had not been seen before.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type
class StandingMutations:
    @strawberry.mutation(
        description="Makes a saved search of yours stand, at most 20 for each owner, or ends that. Each candidate who newly matches "
        "is told of once, for as long as they go on matching: by an event `SAVED_SEARCH_MATCHED`, in `matches`, and by a digest "
        "where you want one. Who matches as it begins is no news. Where nothing is different, nothing happens.",
        extensions=[Requires(Permission.TALENT_SEARCH), Requires(Permission.CANDIDATES_READ)],
    )
    async def set_saved_search_standing(
        self,
        info: Info,
        input: Annotated[SetSavedSearchStandingInput, strawberry.argument(description="Which, and how.")],
    ) -> SetSavedSearchStandingPayload:
        return await attempt(
            _set_standing(info.context, input),
            lambda errors: SetSavedSearchStandingPayload(saved_search=None, user_errors=errors),
        )

    @strawberry.mutation(
        description="Notes that you have seen matches of a standing search of yours.",
        extensions=[Requires(Permission.TALENT_SEARCH), Requires(Permission.CANDIDATES_READ)],
    )
    async def mark_saved_search_matches_seen(
        self,
        info: Info,
        input: Annotated[MarkSavedSearchMatchesSeenInput, strawberry.argument(description="Which matches.")],
    ) -> MarkSavedSearchMatchesSeenPayload:
        return await attempt(
            _mark_seen(info.context, input),
            lambda errors: MarkSavedSearchMatchesSeenPayload(saved_search=None, seen=0, user_errors=errors),
        )


async def baseline_of(context: Context, content: str) -> Baseline:
    """Return whom the principal finds by a search now.

    Raises:
        KithError: it tells of what the principal may not see of any candidate.
        InvalidInput: it finds too many.
    """
    request = request_of(content)
    services = context.services
    where = await visible_conditions(context, request.where)
    rights = await search_rights(context)
    terms = await services.taxonomy.current()
    through = await context.graph.read(indexed_through)
    contacts = may_find_contacts(context.principal)
    clause = filter_of(replace(request, where=where, expansion=terms, contacts=contacts))
    found = await all_found(services.elasticsearch, services.index.alias, [clause, *rights])
    if found is None:
        raise too_broad()
    return Baseline(content=content, candidates=found, through=through)


async def _set_standing(
    context: Context, given: SetSavedSearchStandingInput
) -> SetSavedSearchStandingPayload:
    id_ = local_id(Kind.SAVED_SEARCH, given.saved_search_id, field="savedSearchId")
    viewer, version, change = context.principal.viewer, given.expected_version, context.change()
    if not given.standing:
        await context.graph.write(stand_down, id=id_, expected_version=version, viewer=viewer, change=change)
        return SetSavedSearchStandingPayload(saved_search=by_id(id_), user_errors=[])
    digest = given.digest
    if digest not in {None, DigestRhythm.NONE} and context.principal.kind is not PrincipalKind.USER:
        raise InvalidInput(Code.NO_ADDRESS, "nobody with an e-mail address stands behind you", field="digest")
    saved = await context.graph.read(saved_content, id=id_, viewer=viewer, field="savedSearchId")
    await context.graph.write(
        stand,
        id=id_,
        expected_version=version,
        digest=digest,
        due_at=next_due(digest or DigestRhythm.NONE, datetime.now(UTC)),
        baseline=None if saved.stands else await baseline_of(context, saved.content),
        viewer=viewer,
        change=change,
    )
    return SetSavedSearchStandingPayload(saved_search=by_id(id_), user_errors=[])


async def _mark_seen(
    context: Context, given: MarkSavedSearchMatchesSeenInput
) -> MarkSavedSearchMatchesSeenPayload:
    id_ = local_id(Kind.SAVED_SEARCH, given.saved_search_id, field="savedSearchId")
    at = now()
    seen = await context.graph.write(
        note_seen, id=id_, until=given.until or at, viewer=context.principal.viewer, at=at
    )
    return MarkSavedSearchMatchesSeenPayload(saved_search=by_id(id_), seen=seen, user_errors=[])
