"""A term and a link as a list or another taxonomy has them, on their way into the graph."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

SKILL: Final = "SKILL"
TITLE: Final = "TITLE"


class Name(NamedTuple):
    """What names a term: its kind and its name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class TermEntry:
    """A term; `everyday` are those of its spellings that are everyday words."""

    kind: str
    name: str
    synonyms: tuple[str, ...] = ()
    everyday: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkEntry:
    """A link to a broader term, or to one that is only related."""

    term: Name
    to: Name
    broader: bool = True


class Entries(Protocol):
    """A taxonomy that can be read again and again, one entry at a time."""

    def terms(self) -> Iterator[TermEntry]: ...
    def links(self) -> Iterator[LinkEntry]: ...


class UnknownLayoutError(Exception):
    """A file or folder is none of the taxonomy that it should be; the message says what was looked for."""
