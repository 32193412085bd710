"""How callers name a thing: by its id, or by what other systems and people call it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import strawberry
from strawberry import UNSET

from graph.client import Statement
from graph.errors import Code, InvalidInput, NotFound
from graph.reading import Shown
from graph.references import ExternalId, Referable, by_email, by_external_id
from graph.visibility import Viewer
from schema.node import Kind, any_id

MOST_EXTERNAL_IDS = 20
LONGEST_EXTERNAL_ID = 400
_UNNAMED = "an external id has a system and a value, at most {} characters together"


@strawberry.input(description="What another system calls a thing.")
class ExternalIdInput:
    system: str = strawberry.field(description="The other system's name.")
    value: str = strawberry.field(description="The id there.")


@strawberry.input(one_of=True, description="A candidate, named in one of these ways.")
class CandidateRef:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By the global id.")
    email: str | None = strawberry.field(
        default=UNSET, description="By an e-mail address, which takes `contacts:read`; capitals don't matter."
    )
    external_id: ExternalIdInput | None = strawberry.field(
        default=UNSET, description="By what another system calls the person."
    )


@strawberry.input(one_of=True, description="A colleague, named in one of these ways.")
class ColleagueRef:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By the global id.")
    email: str | None = strawberry.field(
        default=UNSET, description="By an e-mail address; capitals don't matter."
    )
    external_id: ExternalIdInput | None = strawberry.field(
        default=UNSET, description="By what another system calls the person."
    )


@strawberry.input(one_of=True, description="A job, named in one of these ways.")
class JobRef:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By the global id.")
    external_id: ExternalIdInput | None = strawberry.field(
        default=UNSET, description="By what another system calls the job."
    )


@strawberry.input(one_of=True, description="An application, named in one of these ways.")
class ApplicationRef:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="By the global id.")
    external_id: ExternalIdInput | None = strawberry.field(
        default=UNSET, description="By what another system calls the application."
    )


Ref: TypeAlias = CandidateRef | ColleagueRef | JobRef | ApplicationRef

_KINDS: dict[type, tuple[Kind, Referable, Shown]] = {
    CandidateRef: (Kind.PERSON, Referable.PERSON, Shown.CANDIDATE),
    ColleagueRef: (Kind.PERSON, Referable.PERSON, Shown.COLLEAGUE),
    JobRef: (Kind.JOB, Referable.JOB, Shown.JOB),
    ApplicationRef: (Kind.APPLICATION, Referable.APPLICATION, Shown.APPLICATION),
}


class Reader(Protocol):
    """What runs one reading statement for a viewer and returns the one value it gives."""

    @property
    def viewer(self) -> Viewer: ...

    async def value(self, statement: Statement, parameters: Mapping[str, Any]) -> Any: ...


async def find(reader: Reader, refs: Sequence[Ref]) -> list[str | None]:
    """Return the local ids of what is named, None where the viewer sees nothing of that name; in at most two reads.

    An id is taken as it is: what is done with it has to ask the rights. By an e-mail address nobody finds a candidate who may not
    be shown it.
    """
    emails: dict[str, str | None] = {email: None for ref in refs if (email := _email(ref))}
    pairs: dict[ExternalId, str | None] = {pair: None for ref in refs if (pair := _pair(ref))}
    if not emails and not pairs:
        return [_found(ref, emails, pairs) for ref in refs]
    kind_of_ref = type(refs[0])
    _, kind, shown = _KINDS[kind_of_ref]
    sights = reader.viewer.sights
    if emails and (kind_of_ref is not CandidateRef or reader.viewer.knows_contacts):
        emails |= dict(await reader.value(by_email(shown, sights), {"keys": list(emails)}))
    if pairs:
        parameters = {"kind": str(kind), "keys": [list(pair) for pair in pairs]}
        found = await reader.value(by_external_id(shown, sights), parameters)
        pairs |= {(key[0], key[1]): id_ for key, id_ in found}
    return [_found(ref, emails, pairs) for ref in refs]


async def local_ids_of(reader: Reader, refs: Sequence[Ref], *, field: str) -> list[str]:
    """Return the local ids of all that is named.

    Raises:
        NotFound: there is nothing of one of these names.
    """
    ids: list[str] = []
    for i, id_ in enumerate(await find(reader, refs)):
        if id_ is None:
            raise NotFound(str(_KINDS[type(refs[i])][2]), field=f"{field}.{i}")
        ids.append(id_)
    return ids


async def local_id_of(reader: Reader, ref: Ref, *, field: str) -> str:
    """Return the local id of what is named.

    Raises:
        NotFound: there is nothing of this name.
    """
    (id_,) = await find(reader, [ref])
    if id_ is None:
        raise NotFound(str(_KINDS[type(ref)][2]), field=field)
    return id_


async def local_id_if_given(reader: Reader, ref: Ref | None, *, field: str) -> str | None:
    """Return the local id of what is named, None where nothing is.

    Raises:
        NotFound: there is nothing of this name.
    """
    return None if ref is None else await local_id_of(reader, ref, field=field)


def external_ids_of(given: Sequence[ExternalIdInput]) -> tuple[ExternalId, ...]:
    """Read external ids that a thing is to have.

    Raises:
        InvalidInput: there are too many, or one is empty or too long.
    """
    if len(given) > MOST_EXTERNAL_IDS:
        raise InvalidInput(Code.TOO_MANY, f"at most {MOST_EXTERNAL_IDS} external ids", field="externalIds")
    for i, each in enumerate(given):
        if not each.system or not each.value:
            raise InvalidInput(Code.REQUIRED, _UNNAMED.format(LONGEST_EXTERNAL_ID), field=f"externalIds.{i}")
        if len(each.system + each.value) > LONGEST_EXTERNAL_ID:
            raise InvalidInput(Code.TOO_LONG, _UNNAMED.format(LONGEST_EXTERNAL_ID), field=f"externalIds.{i}")
    return tuple((each.system, each.value) for each in given)


def _email(ref: Ref) -> str | None:
    if isinstance(ref, CandidateRef | ColleagueRef) and ref.email:
        return ref.email.strip().lower()
    return None


def _pair(ref: Ref) -> ExternalId | None:
    return (ref.external_id.system, ref.external_id.value) if ref.external_id else None


def _found(ref: Ref, emails: Mapping[str, str | None], pairs: Mapping[ExternalId, str | None]) -> str | None:
    if email := _email(ref):
        return emails[email]
    if pair := _pair(ref):
        return pairs[pair]
    known = any_id(ref.id) if ref.id else None
    return known[1] if known and known[0] is _KINDS[type(ref)][0] else None
