from collections.abc import Sequence
from typing import Annotated

import strawberry

from graph.errors import Code, InvalidInput
from graph.ids import new_id
from graph.rights import Permission
from graph.taxonomy.editing import NewTerm, TermChange, create_term, merge_terms, update_term
from graph.taxonomy.terms import MOST_LINKS, MOST_SPELLINGS, TermKind
from schema.context import Info
from schema.errors import UserError, attempt
from schema.idempotency import idempotency_key, write_once
from schema.node import Kind, local_id
from schema.permissions import Requires
from schema.reads import by_id, referenced
from schema.taxonomy.types import Term
from schema.versions import expected_version


def _texts(description: str) -> list[str]:
    field: list[str] = strawberry.field(default_factory=list, description=description)
    return field


def _ids(description: str) -> list[strawberry.ID]:
    field: list[strawberry.ID] = strawberry.field(default_factory=list, description=description)
    return field


@strawberry.input(description="A term of our own.")
class CreateTermInput:
    kind: TermKind = strawberry.field(description="What it is a word for.")
    name: str = strawberry.field(description="What we prefer to call it.")
    synonyms: list[str] = _texts("What else it is called.")
    broader: list[strawberry.ID] = _ids("Terms of the same kind that it is a part or a kind of.")
    related: list[strawberry.ID] = _ids("Terms that often come with it.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="What is to be different about a term; what is absent stays as it is.")
class UpdateTermInput:
    term_id: strawberry.ID = strawberry.field(description="The term.")
    expected_version: int | None = expected_version()
    name: str | None = strawberry.field(
        default=None, description="Another name; the one before stays as a synonym."
    )
    add_synonyms: list[str] = _texts("What else it is called.")
    remove_synonyms: list[str] = _texts("What it is not called; no import brings that back.")
    add_broader: list[strawberry.ID] = _ids("Terms of the same kind that it is a part or a kind of.")
    remove_broader: list[strawberry.ID] = _ids("Terms that it is no part of; no import brings that back.")
    add_related: list[strawberry.ID] = _ids("Terms that often come with it.")
    remove_related: list[strawberry.ID] = _ids(
        "Terms that have nothing to do with it; no import brings that back."
    )


@strawberry.input(description="Two terms that are one.")
class MergeTermsInput:
    term_id: strawberry.ID = strawberry.field(description="The term that stays, with its name.")
    merged_id: strawberry.ID = strawberry.field(
        description="The term that becomes part of it: its name and synonyms become synonyms, its links go over."
    )
    expected_version: int | None = expected_version()
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The answer to `createTerm`.")
class CreateTermPayload:
    term: Term | None = referenced("The term, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type(description="The answer to `updateTerm`.")
class UpdateTermPayload:
    term: Term | None = referenced("The term as it is now, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type(description="The answer to `mergeTerms`.")
class MergeTermsPayload:
    term: Term | None = referenced("The term as it is now, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type
class TaxonomyMutations:
    @strawberry.mutation(
        description="Makes a term of our own. Searches use it within seconds, as with all changes of terms.",
        extensions=[Requires(Permission.TAXONOMY_WRITE)],
    )
    async def create_term(
        self, info: Info, input: Annotated[CreateTermInput, strawberry.argument(description="The term.")]
    ) -> CreateTermPayload:
        return await attempt(
            _create(info, input), lambda errors: CreateTermPayload(term=None, user_errors=errors)
        )

    @strawberry.mutation(
        description="Renames a term, adds or removes synonyms and links; where nothing is different, nothing happens.",
        extensions=[Requires(Permission.TAXONOMY_WRITE)],
    )
    async def update_term(
        self,
        info: Info,
        input: Annotated[UpdateTermInput, strawberry.argument(description="What is to be different.")],
    ) -> UpdateTermPayload:
        return await attempt(
            _update(info, input), lambda errors: UpdateTermPayload(term=None, user_errors=errors)
        )

    @strawberry.mutation(
        description="Makes one term of two; it cannot be undone.",
        extensions=[Requires(Permission.TAXONOMY_WRITE)],
    )
    async def merge_terms(
        self, info: Info, input: Annotated[MergeTermsInput, strawberry.argument(description="Which two.")]
    ) -> MergeTermsPayload:
        return await attempt(
            _merge(info, input), lambda errors: MergeTermsPayload(term=None, user_errors=errors)
        )


async def _create(info: Info, given: CreateTermInput) -> CreateTermPayload:
    term = NewTerm(
        id=new_id(),
        kind=given.kind,
        name=given.name,
        synonyms=_spellings(given.synonyms, "synonyms"),
        broader=_terms(given.broader, "broader"),
        related=_terms(given.related, "related"),
    )
    change = info.context.change()
    answer = await write_once(info, given, lambda made: {"term": made}, create_term, term=term, change=change)
    return CreateTermPayload(term=by_id(answer["term"]), user_errors=[])


async def _update(info: Info, given: UpdateTermInput) -> UpdateTermPayload:
    wanted = TermChange(
        id=local_id(Kind.TERM, given.term_id, field="termId"),
        expected_version=given.expected_version,
        name=given.name,
        add_synonyms=_spellings(given.add_synonyms, "addSynonyms"),
        remove_synonyms=_spellings(given.remove_synonyms, "removeSynonyms"),
        add_broader=_terms(given.add_broader, "addBroader"),
        remove_broader=_terms(given.remove_broader, "removeBroader"),
        add_related=_terms(given.add_related, "addRelated"),
        remove_related=_terms(given.remove_related, "removeRelated"),
    )
    changed = await info.context.graph.write(update_term, wanted=wanted, change=info.context.change())
    return UpdateTermPayload(term=by_id(changed), user_errors=[])


async def _merge(info: Info, given: MergeTermsInput) -> MergeTermsPayload:
    answer = await write_once(
        info,
        given,
        lambda kept: {"term": kept},
        merge_terms,
        id=local_id(Kind.TERM, given.term_id, field="termId"),
        merged=local_id(Kind.TERM, given.merged_id, field="mergedId"),
        expected_version=given.expected_version,
        change=info.context.change(),
    )
    return MergeTermsPayload(term=by_id(answer["term"]), user_errors=[])


def _spellings(given: Sequence[str], field: str) -> tuple[str, ...]:
    if len(given) > MOST_SPELLINGS:
        raise InvalidInput(Code.TOO_MANY, f"at most {MOST_SPELLINGS} spellings", field=field)
    return tuple(given)


def _terms(given: Sequence[strawberry.ID], field: str) -> tuple[str, ...]:
    if len(given) > MOST_LINKS:
        raise InvalidInput(Code.TOO_MANY, f"at most {MOST_LINKS} links", field=field)
    return tuple(local_id(Kind.TERM, id_, field=field) for id_ in given)
