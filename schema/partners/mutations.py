import asyncio
from collections.abc import Sequence
from typing import Annotated

import strawberry
from strawberry.extensions import FieldExtension

from graph import partners
from graph.errors import Code, InvalidInput
from graph.ids import new_id
from graph.partners import NewDocument
from graph.rights import GRANTS, Permission
from graph.tokens import AccessRole, NewToken, new_secret, still_to_come
from schema.context import Info
from schema.errors import UserError, attempt
from schema.idempotency import idempotency_key, write_once
from schema.node import Kind, local_id
from schema.partners.documents import read_document
from schema.partners.types import PartnerApplication
from schema.permissions import Requires
from schema.reads import by_id, referenced
from schema.scalars import DateTime
from schema.texts import required_text
from schema.versions import expected_version

LONGEST_TEXT = 200
MOST_AT_ONCE = 50


@strawberry.input(description="A new partner application.")
class RegisterPartnerApplicationInput:
    name: str = strawberry.field(description=f"What it is called, at most {LONGEST_TEXT} characters.")
    contact: str = strawberry.field(
        description=f"Whom to write to about it, such as a team's address; at most {LONGEST_TEXT} characters."
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Documents that are to be approved.")
class SubmitPartnerDocumentsInput:
    application_id: strawberry.ID = strawberry.field(description="The partner application.")
    documents: list[str] = strawberry.field(
        description=f"1 to {MOST_AT_ONCE} GraphQL documents, each with one named operation."
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="What is approved: exactly these documents, and nothing else.")
class ApprovePartnerApplicationInput:
    application_id: strawberry.ID = strawberry.field(description="The partner application.")
    hashes: list[str] = strawberry.field(
        description="The SHA-256 hashes of the documents, as `hash` gives them."
    )
    documents_only: bool = strawberry.field(
        default=True, description="Its tokens run approved documents only."
    )
    anonymous: bool = strawberry.field(
        default=False, description="Anybody, also without a token, may run these documents."
    )
    expected_version: int | None = expected_version("the application has changed")


@strawberry.input(description="Which partner application is to stop.")
class SuspendPartnerApplicationInput:
    application_id: strawberry.ID = strawberry.field(description="The partner application.")


@strawberry.input(description="A token for a partner application.")
class IssuePartnerTokenInput:
    application_id: strawberry.ID = strawberry.field(description="The partner application.")
    label: str = strawberry.field(description=f"What it is for, at most {LONGEST_TEXT} characters.")
    expires_at: DateTime | None = strawberry.field(default=None, description="When it ends; never without.")


@strawberry.type(description="The answer to whatever changes a partner application.")
class PartnerApplicationPayload:
    application: PartnerApplication | None = referenced("The application as it is now; null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type(description="The answer to `issuePartnerToken`.")
class IssuePartnerTokenPayload:
    token: str | None = strawberry.field(description="The token; it is not to be had again. Null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


_MANAGED: list[FieldExtension] = [Requires(Permission.PARTNERS_MANAGE)]


@strawberry.type
class PartnerMutations:
    @strawberry.mutation(description="Registers a partner application, as a draft.", extensions=_MANAGED)
    async def register_partner_application(
        self,
        info: Info,
        input: Annotated[RegisterPartnerApplicationInput, strawberry.argument(description="What it is.")],
    ) -> PartnerApplicationPayload:
        return await attempt(_register(info, input), _refused)

    @strawberry.mutation(
        description="Hands in documents for approval. What they ask for, cost and reach of people is computed once.",
        extensions=_MANAGED,
    )
    async def submit_partner_documents(
        self,
        info: Info,
        input: Annotated[SubmitPartnerDocumentsInput, strawberry.argument(description="The documents.")],
    ) -> PartnerApplicationPayload:
        return await attempt(_submit(info, input), _refused)

    @strawberry.mutation(
        description="Approves documents by their hashes, and takes approval from all others.",
        extensions=_MANAGED,
    )
    async def approve_partner_application(
        self,
        info: Info,
        input: Annotated[
            ApprovePartnerApplicationInput, strawberry.argument(description="What is approved.")
        ],
    ) -> PartnerApplicationPayload:
        return await attempt(_approve(info, input), _refused)

    @strawberry.mutation(
        description="Lets nothing of a partner application run, until it is approved again; within seconds.",
        extensions=_MANAGED,
    )
    async def suspend_partner_application(
        self,
        info: Info,
        input: Annotated[SuspendPartnerApplicationInput, strawberry.argument(description="Which one.")],
    ) -> PartnerApplicationPayload:
        return await attempt(_suspend(info, input), _refused)

    @strawberry.mutation(
        description="Makes a token with which a partner application calls this API, and shows it, once.",
        extensions=_MANAGED,
    )
    async def issue_partner_token(
        self,
        info: Info,
        input: Annotated[IssuePartnerTokenInput, strawberry.argument(description="What for.")],
    ) -> IssuePartnerTokenPayload:
        return await attempt(
            _issue(info, input), lambda errors: IssuePartnerTokenPayload(token=None, user_errors=errors)
        )


def _refused(errors: list[UserError]) -> PartnerApplicationPayload:
    return PartnerApplicationPayload(application=None, user_errors=errors)


def _done(id_: str) -> PartnerApplicationPayload:
    return PartnerApplicationPayload(application=by_id(id_), user_errors=[])


async def _register(info: Info, given: RegisterPartnerApplicationInput) -> PartnerApplicationPayload:
    id_ = new_id()
    name, contact = (
        required_text(given.name, LONGEST_TEXT, "name"),
        required_text(given.contact, LONGEST_TEXT, "contact"),
    )
    kept = await write_once(
        info,
        given,
        lambda _: {"application": id_},
        partners.register_application,
        id=id_,
        name=name,
        contact=contact,
        change=info.context.change(),
    )
    return _done(kept["application"])


async def _submit(info: Info, given: SubmitPartnerDocumentsInput) -> PartnerApplicationPayload:
    id_ = _application(given.application_id)
    if not 1 <= len(given.documents) <= MOST_AT_ONCE:
        message = f"hand in 1 to {MOST_AT_ONCE} documents at once"
        raise InvalidInput(Code.OUT_OF_RANGE, message, field="documents")
    documents = await asyncio.to_thread(_read, info, given.documents)
    kept = await write_once(
        info,
        given,
        lambda _: {"application": id_},
        partners.submit_documents,
        id=id_,
        documents=documents,
        change=info.context.change(),
    )
    return _done(kept["application"])


def _read(info: Info, texts: Sequence[str]) -> list[NewDocument]:
    schema = info.schema._schema  # noqa: SLF001 - Strawberry has no other way to the executable schema
    places = [(text, f"documents.{i}") for i, text in enumerate(texts)]
    return [_allowed(read_document(schema, text, field=place), field=place) for text, place in places]


async def _approve(info: Info, given: ApprovePartnerApplicationInput) -> PartnerApplicationPayload:
    id_ = _application(given.application_id)
    if not 1 <= len(given.hashes) <= partners.MOST_DOCUMENTS:
        message = f"approve 1 to {partners.MOST_DOCUMENTS} documents"
        raise InvalidInput(Code.OUT_OF_RANGE, message, field="hashes")
    await info.context.graph.write(
        partners.approve_application,
        id=id_,
        hashes=given.hashes,
        documents_only=given.documents_only,
        anonymous=given.anonymous,
        anonymous_permissions=sorted(GRANTS[AccessRole.ANONYMOUS]),
        change=info.context.change(),
        expected_version=given.expected_version,
    )
    return _done(id_)


async def _suspend(info: Info, given: SuspendPartnerApplicationInput) -> PartnerApplicationPayload:
    id_ = _application(given.application_id)
    await info.context.graph.write(partners.suspend_application, id=id_, change=info.context.change())
    return _done(id_)


async def _issue(info: Info, given: IssuePartnerTokenInput) -> IssuePartnerTokenPayload:
    secret = new_secret()
    await info.context.graph.write(
        partners.issue_token,
        id=_application(given.application_id),
        token=NewToken(
            id=new_id(),
            secret=secret,
            role=AccessRole.PARTNER,
            label=required_text(given.label, LONGEST_TEXT, "label"),
            expires_at=still_to_come(given.expires_at),
        ),
        change=info.context.change(),
    )
    return IssuePartnerTokenPayload(token=secret, user_errors=[])


def _allowed(document: NewDocument, *, field: str) -> NewDocument:
    beyond = set(document.permissions) - GRANTS[AccessRole.PARTNER]
    if beyond:
        message = f"partners never get {', '.join(sorted(beyond))}; leave out the fields that ask for it"
        raise InvalidInput(Code.NOT_FOR_PARTNERS, message, field=field)
    return document


def _application(given: str) -> str:
    return local_id(Kind.PARTNER_APPLICATION, given, field="applicationId")
