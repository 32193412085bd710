from typing import Annotated

import strawberry

from graph.ids import new_id
from graph.rights import Permission
from graph.searches import (
    NewSavedSearch,
    SavedSearchChange,
    create_saved_search,
    delete_saved_search,
    saved_content,
)
from graph.standing.choosing import update_search
from schema.context import Context, Info
from schema.errors import UserError, attempt
from schema.idempotency import idempotency_key, write_once
from schema.node import Kind, global_id, local_id
from schema.permissions import Requires
from schema.reads import by_id, referenced
from schema.searches.inputs import TalentSearchInput, content_of_input
from schema.searches.standing import baseline_of
from schema.searches.types import SavedSearch
from schema.versions import expected_version


@strawberry.input(description="A talent search to be saved; you become its owner.")
class CreateSavedSearchInput:
    name: str = strawberry.field(description="What you call it, in 1 to 200 characters.")
    search: TalentSearchInput = strawberry.field(description="The search.")
    shared: bool = strawberry.field(
        default=False, description="Whether all who may search talent see it, or you alone."
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="What is to be different about a saved search; what is absent stays as it is.")
class UpdateSavedSearchInput:
    saved_search_id: strawberry.ID = strawberry.field(description="The saved search.")
    expected_version: int | None = expected_version()
    name: str | None = strawberry.field(default=None, description="Another name, in 1 to 200 characters.")
    search: TalentSearchInput | None = strawberry.field(
        default=None, description="Another search, in place of the whole one before."
    )
    shared: bool | None = strawberry.field(
        default=None, description="Whether all who may search talent see it."
    )


@strawberry.input(description="Which saved search.")
class DeleteSavedSearchInput:
    saved_search_id: strawberry.ID = strawberry.field(description="The saved search.")
    expected_version: int | None = expected_version()


@strawberry.type(description="The answer to `createSavedSearch`.")
class CreateSavedSearchPayload:
    saved_search: SavedSearch | None = referenced("The saved search, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type(description="The answer to `updateSavedSearch`.")
class UpdateSavedSearchPayload:
    saved_search: SavedSearch | None = referenced("The saved search as it is now, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type(description="The answer to `deleteSavedSearch`.")
class DeleteSavedSearchPayload:
    saved_search_id: strawberry.ID | None = strawberry.field(
        description="The saved search that is no more, null on refusal."
    )
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type
class SavedSearchMutations:
    @strawberry.mutation(
        description="Saves a talent search under a name, at most 200 for each owner. A search that nobody could run is refused.",
        extensions=[Requires(Permission.TALENT_SEARCH)],
    )
    async def create_saved_search(
        self,
        info: Info,
        input: Annotated[CreateSavedSearchInput, strawberry.argument(description="The search.")],
    ) -> CreateSavedSearchPayload:
        return await attempt(
            _create(info, input),
            lambda errors: CreateSavedSearchPayload(saved_search=None, user_errors=errors),
        )

    @strawberry.mutation(
        description="Changes a saved search of yours; administrators also those that others share. Where nothing is "
        "different, nothing happens. One that stands begins anew where it looks for something else; where somebody else "
        "than its owner changes that, it stands no longer.",
        extensions=[Requires(Permission.TALENT_SEARCH)],
    )
    async def update_saved_search(
        self,
        info: Info,
        input: Annotated[UpdateSavedSearchInput, strawberry.argument(description="What is to be different.")],
    ) -> UpdateSavedSearchPayload:
        return await attempt(
            _update(info.context, input),
            lambda errors: UpdateSavedSearchPayload(saved_search=None, user_errors=errors),
        )

    @strawberry.mutation(
        description="Deletes a saved search of yours, for all who see it; administrators also those that others share.",
        extensions=[Requires(Permission.TALENT_SEARCH)],
    )
    async def delete_saved_search(
        self,
        info: Info,
        input: Annotated[DeleteSavedSearchInput, strawberry.argument(description="Which one.")],
    ) -> DeleteSavedSearchPayload:
        return await attempt(
            _delete(info.context, input),
            lambda errors: DeleteSavedSearchPayload(saved_search_id=None, user_errors=errors),
        )


async def _create(info: Info, given: CreateSavedSearchInput) -> CreateSavedSearchPayload:
    search = NewSavedSearch(
        id=new_id(), name=given.name, shared=given.shared, content=content_of_input(given.search)
    )
    change = info.context.change()
    answer = await write_once(
        info, given, lambda made: {"search": made}, create_saved_search, search=search, change=change
    )
    return CreateSavedSearchPayload(saved_search=by_id(answer["search"]), user_errors=[])


async def _update(context: Context, given: UpdateSavedSearchInput) -> UpdateSavedSearchPayload:
    viewer = context.principal.viewer
    wanted = SavedSearchChange(
        id=local_id(Kind.SAVED_SEARCH, given.saved_search_id, field="savedSearchId"),
        expected_version=given.expected_version,
        name=given.name,
        shared=given.shared,
        content=None if given.search is None else content_of_input(given.search),
    )
    baseline = None
    if wanted.content is not None:
        saved = await context.graph.read(saved_content, id=wanted.id, viewer=viewer, field="savedSearchId")
        if saved.stands and saved.content != wanted.content:
            baseline = await baseline_of(context, wanted.content)
    changed = await context.graph.write(
        update_search, wanted=wanted, baseline=baseline, viewer=viewer, change=context.change()
    )
    return UpdateSavedSearchPayload(saved_search=by_id(changed), user_errors=[])


async def _delete(context: Context, given: DeleteSavedSearchInput) -> DeleteSavedSearchPayload:
    gone = await context.graph.write(
        delete_saved_search,
        id=local_id(Kind.SAVED_SEARCH, given.saved_search_id, field="savedSearchId"),
        expected_version=given.expected_version,
        viewer=context.principal.viewer,
        change=context.change(),
    )
    return DeleteSavedSearchPayload(saved_search_id=global_id(Kind.SAVED_SEARCH, gone), user_errors=[])
