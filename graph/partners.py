"""Partner applications: the documents that they may run, and the tokens with which they do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from graph import outbox
from graph.client import Statement, Transaction
from graph.errors import Code, Conflict, NotFound
from graph.events import Change, EventType, Subject
from graph.ids import derived_id
from graph.reading import Anchor, Pattern, Shown, Sort, Source, node
from graph.tokens import NewToken, create_token
from graph.versions import check_version

MOST_DOCUMENTS = 200
"""Documents that one application has at most."""

REGISTER = Statement("partners.register", "CREATE (a:PartnerApplication) SET a = $properties")
LOCKED = Statement(
    "partners.locked",
    """
    MATCH (a:PartnerApplication {id: $id})
    SET a.changed_at = $at
    RETURN a.status AS status, a.version AS version,
           COLLECT { MATCH (a)-[:HAS_DOCUMENT]->(d) RETURN [d.hash, d.operation_kind, d.permissions] } AS documents
    """,
)
ADD_DOCUMENTS = Statement(
    "partners.add_documents",
    """
    MATCH (a:PartnerApplication {id: $id})
    UNWIND $documents AS row
    MERGE (d:PartnerDocument {id: row.id})
    ON CREATE SET d = row
    MERGE (a)-[:HAS_DOCUMENT]->(d)
    """,
)
CHANGE = Statement(
    "partners.change",
    "MATCH (a:PartnerApplication {id: $id}) SET a += $properties, a.version = a.version + 1",
)
APPROVE_DOCUMENTS = Statement(
    "partners.approve_documents",
    """
    MATCH (:PartnerApplication {id: $id})-[:HAS_DOCUMENT]->(d)
    SET d.approved_at = CASE WHEN d.hash IN $hashes THEN coalesce(d.approved_at, $at) END
    """,
)
BIND_TOKEN = Statement(
    "partners.bind_token",
    "MATCH (a:PartnerApplication {id: $id}), (t:Token {id: $token}) CREATE (t)-[:OF]->(a)",
)
ACCESS = Statement(
    "partners.access",
    """
    MATCH (:Token {id: $token})-[:OF]->(a:PartnerApplication)
    RETURN a.id AS id, a.status AS status, a.documents_only AS documents_only,
           COLLECT { MATCH (a)-[:HAS_DOCUMENT]->(d) WHERE d.approved_at IS NOT NULL
                     RETURN [d.hash, d.text, d.permissions] } AS documents
    """,
)
PUBLIC = Statement(
    "partners.public",
    """
    MATCH (a:PartnerApplication {anonymous: true})-[:HAS_DOCUMENT]->(d)
    WHERE a.status = 'APPROVED' AND d.approved_at IS NOT NULL
    RETURN d.hash AS hash, d.text AS text, d.permissions AS permissions
    ORDER BY d.hash LIMIT $limit
    """,
)

APPLICATION = Anchor("partners.application", "(@node:PartnerApplication {id: @id})", Shown.OPEN)


class PartnerOrder(StrEnum):
    """What partner applications can be sorted by."""

    REGISTERED_AT = "REGISTERED_AT"
    NAME = "NAME"


APPLICATIONS = Pattern(
    name="partners.applications",
    match="(@node:PartnerApplication)",
    shows=Shown.OPEN,
    sorts={
        PartnerOrder.REGISTERED_AT: Sort(
            node("registered_at"), descending=True, seek="@node.registered_at IS NOT NULL"
        ),
        PartnerOrder.NAME: Sort(node("name")),
    },
)
DOCUMENTS = Pattern(
    name="partners.documents",
    match="(@parent)-[:HAS_DOCUMENT]->(@node:PartnerDocument)",
    shows=Shown.OPEN,
    order="@node.submitted_at, @node.hash",
    most=MOST_DOCUMENTS,
)
IS_APPROVED = Source("(@node.approved_at IS NOT NULL)")


class PartnerStatus(StrEnum):
    """How far a partner application has come."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"
    SUSPENDED = "SUSPENDED"


class OperationKind(StrEnum):
    """What a document does, in the words of GraphQL."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document with all that was computed from it once: what it asks for, costs at most, and reaches of people."""

    hash: str
    text: str
    operation_name: str
    operation_kind: OperationKind
    permissions: Sequence[str]
    depth: int
    fields: int
    rows: int
    values: int
    personal_data: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAccess:
    """What the bearer of an application's token may run: the texts of approved documents by hash, and their permissions."""

    application_id: str
    status: PartnerStatus
    documents_only: bool
    documents: Mapping[str, str]
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDocument:
    """A document that anybody may run."""

    text: str
    permissions: frozenset[str]


async def register_application(
    tx: Transaction, /, *, id: str, name: str, contact: str, change: Change
) -> None:
    """Keep a new application, as a draft."""
    properties = {
        "id": id,
        "name": name,
        "contact": contact,
        "status": str(PartnerStatus.DRAFT),
        "documents_only": True,
        "anonymous": False,
        "registered_at": change.at,
        "version": 1,
    }
    await REGISTER.run(tx, properties=properties)
    await _note(tx, EventType.PARTNER_REGISTERED, id, change)


async def submit_documents(
    tx: Transaction, /, *, id: str, documents: Sequence[NewDocument], change: Change
) -> None:
    """Add documents that wait for approval; those known already stay as they are, and of them alone nothing happens.

    Raises:
        NotFound: there is no such application.
        Conflict: it is suspended, or would have too many documents.
    """
    found = await _locked(tx, id, change)
    if found.status is PartnerStatus.SUSPENDED:
        raise Conflict(Code.APPLICATION_SUSPENDED, "this application is suspended", field="applicationId")
    handed_in = {document.hash for document in documents}
    if handed_in <= found.documents.keys():
        return
    if len(found.documents.keys() | handed_in) > MOST_DOCUMENTS:
        message = f"an application has at most {MOST_DOCUMENTS} documents"
        raise Conflict(Code.TOO_MANY, message, field="documents")
    rows = [
        {
            "id": derived_id("partner-document", id, document.hash),
            "hash": document.hash,
            "text": document.text,
            "operation_name": document.operation_name,
            "operation_kind": str(document.operation_kind),
            "permissions": list(document.permissions),
            "depth": document.depth,
            "fields": document.fields,
            "rows": document.rows,
            "values": document.values,
            "personal_data": list(document.personal_data),
            "submitted_at": change.at,
        }
        for document in documents
    ]
    await ADD_DOCUMENTS.run(tx, id=id, documents=rows)
    status = PartnerStatus.SUBMITTED if found.status is PartnerStatus.DRAFT else found.status
    await CHANGE.run(tx, id=id, properties={"status": str(status)})
    await _note(tx, EventType.PARTNER_DOCUMENTS_SUBMITTED, id, change)


async def approve_application(
    tx: Transaction,
    /,
    *,
    id: str,
    hashes: Sequence[str],
    documents_only: bool,
    anonymous: bool,
    anonymous_permissions: Sequence[str],
    change: Change,
    expected_version: int | None = None,
) -> None:
    """Approve exactly the documents with these hashes; whatever else was approved before is so no longer.

    With `anonymous`, anybody may run them: then they only read, and ask for none but `anonymous_permissions`.

    Raises:
        NotFound: there is no such application, or it has no document of one of the hashes.
        Conflict: a document cannot be for everybody, or the application was changed since the version that is expected.
    """
    found = await _locked(tx, id, change)
    check_version(expected_version, found.version)
    for position, hash_ in enumerate(hashes):
        if hash_ not in found.documents:
            raise NotFound("document of this application", field=f"hashes.{position}")
        kind, permissions = found.documents[hash_]
        if anonymous and (kind != OperationKind.QUERY or set(permissions) - set(anonymous_permissions)):
            raise Conflict(
                Code.NOT_PUBLIC,
                "for anybody without a token there are only queries of what is public; this document asks for more",
                field=f"hashes.{position}",
            )
    await APPROVE_DOCUMENTS.run(tx, id=id, hashes=list(hashes), at=change.at)
    properties = {
        "status": str(PartnerStatus.APPROVED),
        "documents_only": documents_only,
        "anonymous": anonymous,
        "approved_at": change.at,
        "approved_by": change.actor,
    }
    await CHANGE.run(tx, id=id, properties=properties)
    await _note(tx, EventType.PARTNER_APPROVED, id, change)


async def suspend_application(tx: Transaction, /, *, id: str, change: Change) -> None:
    """Let nothing of an application run any more, until it is approved again.

    Raises:
        NotFound: there is no such application.
    """
    if (await _locked(tx, id, change)).status is not PartnerStatus.SUSPENDED:
        await CHANGE.run(tx, id=id, properties={"status": str(PartnerStatus.SUSPENDED)})
        await _note(tx, EventType.PARTNER_SUSPENDED, id, change)


async def issue_token(tx: Transaction, /, *, id: str, token: NewToken, change: Change) -> None:
    """Make a token of an application.

    Raises:
        NotFound: there is no such application.
        Conflict: it is suspended.
    """
    if (await _locked(tx, id, change)).status is PartnerStatus.SUSPENDED:
        raise Conflict(Code.APPLICATION_SUSPENDED, "this application is suspended", field="applicationId")
    made = replace(change, event_id=derived_id("partner-token", change.event_id))
    await create_token(tx, token=token, change=made)
    await BIND_TOKEN.run(tx, id=id, token=token.id)
    await _note(tx, EventType.PARTNER_TOKEN_ISSUED, id, change)


async def access_of(tx: Transaction, /, *, token_id: str) -> PartnerAccess | None:
    """Return what a token's application may do; None where it belongs to none."""
    row = await ACCESS.row(tx, token=token_id)
    if row is None:
        return None
    return PartnerAccess(
        application_id=row["id"],
        status=PartnerStatus(row["status"]),
        documents_only=row["documents_only"],
        documents={hash_: text for hash_, text, _ in row["documents"]},
        permissions=frozenset(each for *_, permissions in row["documents"] for each in permissions),
    )


async def public_documents(tx: Transaction, /, *, limit: int) -> dict[str, PublicDocument]:
    """Return by hash what anybody may run."""
    rows = await PUBLIC.rows(tx, limit=limit)
    return {
        row["hash"]: PublicDocument(text=row["text"], permissions=frozenset(row["permissions"]))
        for row in rows
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Locked:
    """An application that no other transaction changes until this one ends; kind and permissions of documents by hash."""

    status: PartnerStatus
    version: int
    documents: Mapping[str, tuple[str, Sequence[str]]]


async def _locked(tx: Transaction, id: str, change: Change) -> _Locked:
    row = await LOCKED.row(tx, id=id, at=change.at)
    if row is None:
        raise NotFound("partner application", field="applicationId")
    return _Locked(
        status=PartnerStatus(row["status"]),
        version=row["version"],
        documents={hash_: (kind, permissions) for hash_, kind, permissions in row["documents"]},
    )


async def _note(tx: Transaction, kind: EventType, id: str, change: Change) -> None:
    await outbox.append(tx, [change.event(kind, Subject(partner_application_id=id))])
