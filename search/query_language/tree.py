"""What a query means, as a frozen tree, and the text that says the same.

Places (`at`) point into the text that was parsed and take no part in comparisons.
"""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

LIST_ITEMS = 3
"""So many items between commas make a run of words a list."""


class Field(StrEnum):
    """What a prefix such as `title:` narrows a search to."""

    TITLE = "title"
    SKILL = "skill"
    COMPANY = "company"
    LOCATION = "location"
    SCHOOL = "school"
    LANGUAGE = "language"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the query's text, counted in Unicode characters."""

    offset: int
    length: int


_NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Run:
    """Plain words side by side, grouped into the items that commas part; matched by stem."""

    items: tuple[tuple[str, ...], ...]
    at: Span = dataclasses.field(default=_NOWHERE, compare=False, repr=False)

    @property
    def words(self) -> tuple[str, ...]:
        """Return all words in their order."""
        return tuple(word for item in self.items for word in item)

    @property
    def required(self) -> int:
        """Return how many of the words must be there: all of up to four, fewer of what looks pasted."""
        count = len(self.words)
        if len(self.items) >= LIST_ITEMS:
            return max(1, count // 4)
        if count <= 4:  # noqa: PLR2004 - the numbers are the rule, see docs/search.md
            return count
        return count * 7 // 10 if count <= 10 else count // 2  # noqa: PLR2004 - likewise


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in quotes, exactly so and in this order; with `within`, near each other in any order.

    `within` is how many other words may stand among them.
    """

    text: str
    within: int | None = None
    at: Span = dataclasses.field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A word in which `*` stands for any letters and `?` for one."""

    pattern: str
    at: Span = dataclasses.field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word and those at most `edits` letters away; the first letter must agree."""

    word: str
    edits: int
    at: Span = dataclasses.field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Within:
    """A part that is looked for in one field only."""

    field: Field
    part: "Node"
    at: Span = dataclasses.field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class All:
    """Two or more parts that must all be there."""

    parts: tuple["Node", ...]
    at: Span = dataclasses.field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Any:
    """Two or more parts of which one must be there."""

    parts: tuple["Node", ...]
    at: Span = dataclasses.field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """A part that must not be there."""

    part: "Node"
    at: Span = dataclasses.field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Nice:
    """A part that ranks those higher who have it, and excludes nobody; only at the top of a query."""

    part: "Node"
    at: Span = dataclasses.field(default=_NOWHERE, compare=False, repr=False)


Term: TypeAlias = Run | Phrase | Wildcard | Fuzzy
Node: TypeAlias = Term | Within | All | Any | Not | Nice


def printed(node: Node) -> str:  # noqa: PLR0911 - a case for each kind of node
    """Return the text whose meaning is this tree: parsing it gives the same tree again."""
    match node:
        case Run(items=items):
            return ", ".join(" ".join(item) for item in items)
        case Phrase(text=text, within=within):
            return f'"{text}"' if within is None else f'"{text}"~{within}'
        case Wildcard(pattern=pattern):
            return pattern
        case Fuzzy(word=word, edits=edits):
            return f"{word}~{edits}"
        case Within(field=name, part=part):
            return f"{name}:{_operand(part)}"
        case Nice(part=part):
            return f"nice:{_operand(part)}"
        case Not(part=part):
            return f"NOT {_operand(part)}"
        case All(parts=parts):
            return " AND ".join(
                f"({printed(part)})" if isinstance(part, All | Any) else printed(part) for part in parts
            )
        case Any(parts=parts):
            return " OR ".join(
                f"({printed(part)})" if isinstance(part, Any) else printed(part) for part in parts
            )


def _operand(part: Node) -> str:
    plain = isinstance(part, Phrase | Wildcard | Fuzzy | Within)
    plain = plain or (isinstance(part, Run) and len(part.words) == 1)
    return printed(part) if plain else f"({printed(part)})"
