from typing import ClassVar

import strawberry

from graph import partners
from graph.partners import OperationKind, PartnerOrder, PartnerStatus
from graph.reading import ID, Anchor, node
from graph.rights import Permission
from schema.enums import described
from schema.filters import (
    DateTimeFilter,
    EnumFilter,
    IdFilter,
    SortDirection,
    TextFilter,
    filtered,
    ids_of,
    joined,
)
from schema.node import Kind, Node
from schema.origins import Read
from schema.reads import identity, related, same, stored
from schema.scalars import DateTime
from schema.tokens.types import scopes_of

described(
    PartnerStatus,
    name="PartnerApplicationStatus",
    description="How far a partner application has come; nothing of it runs unless it is APPROVED.",
    values={
        PartnerStatus.DRAFT: "It has no documents yet.",
        PartnerStatus.SUBMITTED: "Its documents wait for approval.",
        PartnerStatus.APPROVED: "Its approved documents run.",
        PartnerStatus.SUSPENDED: "Nothing of it runs.",
    },
)

described(
    OperationKind,
    name="OperationKind",
    description="What an operation does.",
    values={
        OperationKind.QUERY: "It reads.",
        OperationKind.MUTATION: "It writes.",
        OperationKind.SUBSCRIPTION: "It hears of events.",
    },
)

described(
    PartnerOrder,
    name="PartnerApplicationSortField",
    description="What partner applications are sorted by.",
    values={
        PartnerOrder.REGISTERED_AT: "When it was registered.",
        PartnerOrder.NAME: "What it is called.",
    },
)


@strawberry.type(
    description="What a document costs at most, with full pages of 100 where a variable decides."
)
class PartnerDocumentCost(Read):
    depth: int = stored("Levels of fields.", node("depth"))
    field_count: int = stored("Fields, with all fragments spread.", node("fields"), name="fields")
    rows: int = stored("Rows, by the product of page sizes.", node("rows"))
    value_count: int = stored("Values, by the product of page sizes.", node("values"), name="values")


@strawberry.type(description="A GraphQL document that a partner hands in, and what was computed from it.")
class PartnerDocument(Read):
    document_id: strawberry.ID = stored(
        "What requests name it by: `sha256:` and its hash.", node("hash"), make="sha256:{}".format
    )
    hash: str = stored("The SHA-256 of its text, in hexadecimal; this is what is approved.", node("hash"))
    text: str = stored("The document.", node("text"))
    operation_name: str = stored("The name of its operation.", node("operation_name"))
    operation_kind: OperationKind = stored(
        "What its operation is.", node("operation_kind"), make=OperationKind
    )
    permissions: list[Permission] = stored(
        "The permissions that its fields ask for: its scopes.", node("permissions"), make=scopes_of
    )
    personal_data: list[str] = stored(
        "The fields with personal data that it can reach, as `Type.field`.", node("personal_data")
    )
    cost: PartnerDocumentCost = same("What it costs at most.")
    approved: bool = stored("Whether an administrator approved it.", partners.IS_APPROVED)
    submitted_at: DateTime = stored("When it was handed in.", node("submitted_at"))
    approved_at: DateTime | None = stored("When it was approved.", node("approved_at"))


@strawberry.type(description="A program of another company that uses this API.")
class PartnerApplication(Read, Node):
    anchor: ClassVar[Anchor] = partners.APPLICATION
    id: strawberry.ID = identity(Kind.PARTNER_APPLICATION)
    name: str = stored("What it is called.", node("name"))
    contact: str = stored("Whom to write to about it.", node("contact"))
    status: PartnerStatus = stored("How far it has come.", node("status"), make=PartnerStatus)
    documents_only: bool = stored("Whether its tokens run approved documents only.", node("documents_only"))
    anonymous: bool = stored(
        "Whether anybody, also without a token, may run its approved documents.", node("anonymous")
    )
    registered_at: DateTime = stored("When it was registered.", node("registered_at"))
    approved_at: DateTime | None = stored("When it was last approved.", node("approved_at"))
    approved_by: str | None = stored("By whom: an actor as in the event log.", node("approved_by"))
    version: int = stored("Grows by one with each change; give it as `expectedVersion`.", node("version"))
    documents: list[PartnerDocument] = related(
        "Its documents, in the order of handing in.", partners.DOCUMENTS
    )


@strawberry.input(description="How partner applications are sorted.")
class PartnerApplicationSort:
    field: PartnerOrder = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.DESC, description="Which way round.")


@strawberry.input(description="Which partner applications; all that is given must hold.")
class PartnerApplicationFilter:
    all: list["PartnerApplicationFilter"] | None = joined("AND", "All of these hold.")
    any: list["PartnerApplicationFilter"] | None = joined("OR", "One of these holds.")
    none: "PartnerApplicationFilter | None" = joined("NOT", "This does not hold.")
    id: IdFilter | None = filtered("By id.", ID, ids_of(Kind.PARTNER_APPLICATION))
    name: TextFilter | None = filtered("By name.", node("name"))
    status: EnumFilter[PartnerStatus] | None = filtered("By how far it has come.", node("status"))
    registered_at: DateTimeFilter | None = filtered("By when it was registered.", node("registered_at"))
