"""What plain words of a search also stand for: other spellings of the same skill or title, and what stands below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from search.query_language.tree import Field

SAME: Final = 0.25
"""How much of its score another spelling counts."""
NARROWER: Final = 0.1
"""Likewise a narrower term."""
MOST_IN_QUERY: Final = 200
"""Spellings that a whole search looks for besides its own words; the first words come first."""

SPELT_IN: Final = frozenset({"titles.text", "headline", "skills.text", "summary", "resume_text"})
"""The fields in which other spellings are looked for."""
EVERYDAY_IN: Final = frozenset({"titles.text", "headline", "skills.text"})
"""Likewise those that are everyday words too."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """Something else to look for, how much of its score counts, and whether it is an everyday word as well."""

    text: str
    weight: float
    everyday: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """`length` words side by side from `start` on that spell a term, and what else is to be looked for."""

    start: int
    length: int
    spellings: tuple[Spelling, ...]


class Expansion(Protocol):
    """Knows terms; equal versions give equal stretches."""

    @property
    def version(self) -> str: ...

    def stretches(self, words: Sequence[str], within: Field | None) -> Sequence[Stretch]:
        """Return the stretches of words that spell terms of the field, in their order and not overlapping."""


class _AsWritten:
    """Knows no term."""

    version = ""

    def stretches(self, words: Sequence[str], within: Field | None) -> Sequence[Stretch]:
        return ()


AS_WRITTEN: Final[Expansion] = _AsWritten()
