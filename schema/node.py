"""Global ids: the kind of a thing and its id, as one opaque string."""

import base64
import binascii
import re
from binascii import b2a_base64
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

import strawberry

from graph.errors import NotFound

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONGEST_ID = 100


class Kind(StrEnum):
    """What a global id can name; people have one kind, since roles come and go."""

    PERSON = "Person"
    COMPANY = "Company"
    JOB = "Job"
    APPLICATION = "Application"
    INTAKE = "Intake"
    TEMPLATE = "Template"
    REFERRAL = "Referral"
    TOUCH = "Touch"
    EVENT = "Event"
    STAGE = "Stage"
    SKILL = "Skill"
    RECORD = "Record"
    USER = "User"
    TOKEN = "Token"  # noqa: S105 - the name of a kind
    PARTNER_APPLICATION = "PartnerApplication"
    TERM = "Term"
    SAVED_SEARCH = "SavedSearch"


_KINDS = {str(kind): kind for kind in Kind}
_WORDS = {Kind.SAVED_SEARCH: "saved search"}


@strawberry.interface(description="Anything that `node(id)` finds again (Relay).")
class Node:
    id: strawberry.ID = strawberry.field(description="Names this object for ever; opaque.")


_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_SHARED = {Kind.COMPANY, Kind.SKILL, Kind.STAGE, Kind.JOB, Kind.TERM}
"""Kinds of which many things in one answer name the same: their ids are remembered."""
_REMEMBERED = 4_096
"""Ids of one such kind that are remembered."""


def global_id(kind: Kind, id: str) -> strawberry.ID:
    """Return the id that clients know."""
    return _encoded(f"{kind}:{id}")


def global_ids(kind: Kind) -> Callable[[str | None], strawberry.ID | None]:
    """Return what makes the global ids of a kind, and none of none."""
    prefix = f"{kind}:"

    def global_(id_: str | None) -> strawberry.ID | None:
        return None if id_ is None else _encoded(prefix + id_)

    return lru_cache(maxsize=_REMEMBERED)(global_) if kind in _SHARED else global_


def _encoded(plain: str) -> strawberry.ID:
    return b2a_base64(plain.encode(), newline=False).translate(_URL_SAFE).decode()  # type: ignore[return-value]


def any_id(global_: str) -> tuple[Kind, str] | None:
    """Read a global id; None if it is none."""
    if len(global_) > LONGEST_ID:
        return None
    try:
        kind, _, id_ = base64.b64decode(global_, altchars=b"-_", validate=True).decode("ascii").partition(":")
    except (ValueError, binascii.Error):
        return None
    known = _KINDS.get(kind)
    return (known, id_) if known and _UUID.fullmatch(id_) else None


def local_id(kind: Kind, global_: str, *, field: str) -> str:
    """Read a global id that must be of a kind.

    Raises:
        NotFound: it is none, or of another kind: the caller learns no more than of an unknown id.
    """
    match any_id(global_):
        case (found, id_) if found is kind:
            return id_
    raise NotFound(_WORDS.get(kind, str(kind).lower()), field=field)
