"""Identifiers and timestamps; both are inputs of every graph function, since a transaction may run twice."""

import secrets
import time
import uuid
from datetime import UTC, datetime, timedelta

_NAMESPACE = uuid.UUID("6f1d2c1a-4a53-5f0e-9d6b-2f5c8d1b7a10")
_RANDOM_BITS = 80


def new_id() -> str:
    """Return a UUID version 7 (RFC 9562): milliseconds first, so that ids sort by creation."""
    value = (time.time_ns() // 1_000_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def derived_id(kind: str, *parts: str) -> str:
    """Return the same id for the same kind and parts, always: what makes a repeated input find its first result."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join((kind, *parts))))


def now() -> str:
    """Return the present in UTC as ISO 8601 of fixed width, so that text order is time order."""
    return timestamp(datetime.now(UTC))


def from_now(delta: timedelta) -> str:
    """Return the moment that is so long from now, in the same form."""
    return timestamp(datetime.now(UTC) + delta)


def timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
