"""The words in which `graph` says how things are read: Cypher with `@names` that the composer fills in.

`@node` and `@edge` stand for what is being read and for the relationship that led to it, `@parent` for what it
hangs on, `@id` for a given id, each `@value` for one value of a filter. ` WHERE @seen(job, j)`, or with `AND`, stands
for the condition that the viewer sees the job `j` (`graph/visibility.py`). All text is written here in `graph`; values
only ever become parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import LiteralString, TypeAlias


class Shown(StrEnum):
    """What a match is, as far as it matters who may see it."""

    JOB = "job"
    STAGE = "stage"
    CANDIDATE = "candidate"
    COLLEAGUE = "colleague"
    PERSON = "person"
    RECORD = "record"
    APPLICATION = "application"
    REFERRAL = "referral"
    TOUCH = "touch"
    INTAKE = "intake"
    SAVED_SEARCH = "saved_search"
    OPEN = "open"
    """Seen by all who come there: companies, skills and terms, and the parts of what was seen, such as a job's stages."""


@dataclass(frozen=True, slots=True)
class Source:
    """A value that can be read of a match: `@node.title`, or any expression over `@node` and `@edge`."""

    text: LiteralString


def node(name: LiteralString) -> Source:
    """Return a property of what is read."""
    return Source("@node.`" + name + "`")


def edge(name: LiteralString) -> Source:
    """Return a property of the relationship that led to it."""
    return Source("@edge.`" + name + "`")


ID = node("id")


@dataclass(frozen=True, slots=True)
class Anchor:
    """How one thing is found by its id, such as `(@node:Job {id: @id})`."""

    name: str
    match: LiteralString
    shows: Shown


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of a list; things with the same value come in the order of their ids, the same way round.

    The source must never be null. `seek` is a condition that holds for everything in the list and lets Neo4j walk an
    index instead of sorting.
    """

    by: Source
    descending: bool = False
    seek: LiteralString | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """How further things are found from `@parent`, or from nothing: the way there, and the order where it has one.

    `most` bounds a list that has no pages. `sorts` are the orders of a list with pages; the first is the usual one.
    """

    name: str
    match: LiteralString
    shows: Shown
    order: LiteralString | None = None
    most: int | None = None
    sorts: Mapping[str, Sort] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Key:
    """A place in a list: the value that the list is sorted by, then the id that makes the order total."""

    value: str | float
    id: str


@dataclass(frozen=True, slots=True)
class Row:
    """What is read of one match, as a list in this order."""

    items: tuple["Item", ...]


@dataclass(frozen=True, slots=True)
class SortKey:
    """The value that a page is sorted by, in the rows of the page."""

    slot: int


@dataclass(frozen=True, slots=True)
class One:
    """The row of the one thing that a pattern leads to, or null."""

    pattern: Pattern
    row: Row


@dataclass(frozen=True, slots=True)
class Many:
    """The rows of all that a pattern leads to."""

    pattern: Pattern
    row: Row


@dataclass(frozen=True, slots=True)
class PageRows:
    """The rows of a page in the order of its shape, one more than asked for; `slot` is the page's number in the read."""

    pattern: Pattern
    row: Row
    slot: int


@dataclass(frozen=True, slots=True)
class PageCount:
    """How many things the whole list of a page has."""

    pattern: Pattern
    slot: int


Item: TypeAlias = Source | SortKey | One | Many | PageRows | PageCount


@dataclass(frozen=True, slots=True)
class PageShape:
    """What decides the text of a page besides its pattern: its order, its conditions, and which ends it has.

    The order is the one it is read in: a page at a list's end is read backwards, so it has the text of a page at the
    beginning of the opposite order. `goes_on` is whether it begins after a key, `stops` whether it ends before one.
    Each condition holds one `@value` per value; the values themselves are no part of the shape.
    """

    sort: str
    descending: bool
    conditions: tuple[str, ...] = ()
    goes_on: bool = False
    stops: bool = False
