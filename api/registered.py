"""Registered documents at the door: who may run what, and what a request means that names a document by its hash."""

import asyncio
import hashlib
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graph.client import Graph
from graph.errors import Code, InvalidInput, KithError
from graph.partners import PartnerAccess, PartnerStatus, PublicDocument, access_of, public_documents
from graph.rights import Permission
from graph.tokens import AccessRole
from schema.documents import digest_of
from schema.operations import Operations
from schema.permissions import Principal

MOST_PUBLIC = 1_000
MOST_REMEMBERED = 1_000
ANONYMOUS = Principal(id="anonymous", role=AccessRole.ANONYMOUS, label="anybody", expires_at=None)
NOT_FOUND = "PERSISTED_DOCUMENT_NOT_FOUND"
_DOCUMENT_ID = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Admitted:
    """What is run, and with whose rights."""

    principal: Principal
    text: str


class RegisteredDocuments:
    """Decides what requests run; what it read of applications counts for `remember_seconds`."""

    def __init__(
        self,
        graph: Graph,
        operations: Operations,
        *,
        remember_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._graph = graph
        self._operations = operations
        self._remember = remember_seconds
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, PartnerAccess | None]] = OrderedDict()
        self._public: dict[str, PublicDocument] = {}
        self._public_until = float("-inf")
        self._reading = asyncio.Lock()
        self._secret = secrets.token_bytes(16)
        """Nobody learns a network address from the name that stands for it."""

    async def admit(self, principal: Principal, *, named: str | None, text: str | None) -> Admitted:
        """Return the document that a request names by hash or brings as text, and the rights to run it with.

        Raises:
            KithError: PERSISTED_DOCUMENT_NOT_FOUND for a hash that is not approved, DOCUMENT_NOT_REGISTERED for a text where
                only approved ones run, FORBIDDEN where the application itself is not approved.
            GraphUnavailable: Neo4j did not answer in time.
        """
        if principal.role is AccessRole.PARTNER:
            access = await self._access(principal.id)
            if access is not None:
                return _for_partner(principal, access, named, text)
        if named is None:
            return Admitted(principal, text or "")
        public = (await self._publicly()).get(named)
        if public is None:
            raise _not_found()
        return Admitted(principal, public.text)

    async def admit_anybody(self, *, named: str | None, text: str | None, network: str) -> Admitted:
        """Return the same for a caller without a token; each network counts as one caller, with a bucket of its own.

        Raises:
            KithError: UNAUTHENTICATED where anybody may not run it.
            GraphUnavailable: Neo4j did not answer in time.
        """
        public = (await self._publicly()).get(named or digest_of(text or ""))
        if public is None:
            raise KithError("UNAUTHENTICATED", "send a valid token: `Authorization: Bearer …`")
        name = hashlib.blake2b(network.encode(), key=self._secret, digest_size=8).hexdigest()
        caller = replace(ANONYMOUS, id=f"{ANONYMOUS.id}:{name}", scopes=_scopes(public.permissions))
        return Admitted(caller, public.text)

    async def _access(self, token_id: str) -> PartnerAccess | None:
        known = self._known.get(token_id)
        if known is not None and known[0] > self._clock():
            return known[1]
        access = await self._graph.read(access_of, token_id=token_id)
        if access is not None:
            self._operations.register(access.documents.values())
        self._known[token_id] = (self._clock() + self._remember, access)
        self._known.move_to_end(token_id)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return access

    async def _publicly(self) -> Mapping[str, PublicDocument]:
        async with self._reading:
            if self._public_until <= self._clock():
                self._public = await self._graph.read(public_documents, limit=MOST_PUBLIC)
                self._operations.register(document.text for document in self._public.values())
                self._public_until = self._clock() + self._remember
        return self._public


def document_named(given: Mapping[str, Any]) -> str | None:
    """Return the hash by which a request names its document: `documentId`, or as Apollo's clients write it.

    Raises:
        InvalidInput: what stands there is no SHA-256.
    """
    named = given.get("documentId")
    if named is None:
        extensions = given.get("extensions")
        persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
        named = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if named is None:
        return None
    found = _DOCUMENT_ID.fullmatch(named) if isinstance(named, str) else None
    if found is None:
        message = "a document is named by `sha256:` and 64 small hexadecimal digits"
        raise InvalidInput(Code.MALFORMED, message, field="documentId")
    return found[1]


def _for_partner(
    principal: Principal, access: PartnerAccess, named: str | None, text: str | None
) -> Admitted:
    if access.status is not PartnerStatus.APPROVED:
        raise KithError("FORBIDDEN", "this partner application is not approved; ask whoever runs this server")
    found = access.documents.get(named or digest_of(text or ""))
    if found is None and named is not None:
        raise _not_found()
    if found is None and access.documents_only:
        raise KithError(
            "DOCUMENT_NOT_REGISTERED", "this application runs approved documents only; hand this one in first"
        )
    scopes = _scopes(access.permissions)
    if principal.scopes is not None:
        scopes &= principal.scopes
    return Admitted(replace(principal, scopes=scopes), found or text or "")


def _scopes(permissions: frozenset[str]) -> frozenset[Permission]:
    return frozenset(permission for permission in Permission if permission in permissions)


def _not_found() -> KithError:
    return KithError(
        "PERSISTED_DOCUMENT_NOT_FOUND", "no approved document has this hash; send one that is registered"
    )
