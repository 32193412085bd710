"""Rows of an import: a profile as JSON, with what else a row may say about a person."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from graph.ids import derived_id, new_id
from graph.profiles import Consent, Name, Profile, RecordKind, Role
from graph.records import NewRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalId:
    """What another system calls the person."""

    system: Name
    value: Name


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class ImportRow(Profile):
    """A profile, and beside it consent, roles, and what other systems call the person."""

    external_ids: Annotated[tuple[ExternalId, ...], Field(max_length=20)] = ()
    consent: Consent | None = None
    roles: tuple[Role, ...] = ()


ROW = TypeAdapter(ImportRow)
_PROFILE_FIELDS = tuple(Profile.__dataclass_fields__)


def record_of(
    row: ImportRow, *, digest: str, origin: str, received_at: str, person_id: str | None = None
) -> NewRecord:
    """Return a row as a record; the same content makes the same record."""
    profile: Mapping[str, Any] = {name: getattr(row, name) for name in _PROFILE_FIELDS}
    return NewRecord(
        id=derived_id("record", digest),
        kind=RecordKind.IMPORT,
        origin=origin,
        received_at=received_at,
        profile=Profile(**profile),
        person_id=person_id or new_id(),
        event_id=new_id(),
        external_ids=tuple((x.system, x.value) for x in row.external_ids),
        consent=row.consent,
        roles=row.roles,
    )


def digest_of(line: bytes) -> str:
    """Return what names the content of a row."""
    return hashlib.sha256(line).hexdigest()
