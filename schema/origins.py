"""Where the value of a field can come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

import strawberry

from graph.reading import Anchor, Pattern, Source
from graph.rights import Permission
from schema.node import Kind, any_id

Values = Mapping[Source, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A value that is made of sources of the match; of one source it is the value itself where nothing makes it."""

    sources: tuple[Source, ...]
    make: Callable[..., Any] | None = None

    def value(self, values: Values) -> Any:
        """Return the value; may raise what `make` raises."""
        loaded = [values[source] for source in self.sources]
        if self.make is None or (loaded[0] is None and self.is_state):
            return loaded[0]
        return self.make(*loaded)

    @property
    def is_state(self) -> bool:
        """Whether the value is one of an enum; where none is stored it is null."""
        return isinstance(self.make, type) and issubclass(self.make, Enum)


@dataclass(frozen=True, slots=True)
class Same:
    """Another type read of the same match, null where `when` does not hold."""

    when: Source | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """What a pattern leads to: one thing, or a list where the field is one."""

    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Paged:
    """A connection over what a pattern leads to, from the parent or from nothing."""

    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Referenced:
    """Things found by the ids that the field's attribute holds."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What the argument names: a global id in `id`, several in `ids`, or a reference in `by`, which has only one kind.

    `kinds` has for each kind the type, and what reading it takes.
    """

    kinds: Mapping[Kind, tuple[Callable[[], type], Permission | None]]

    def kind_of(self, id: str) -> tuple[Kind, str] | None:
        """Return the kind and the local id where it is one of these kinds."""
        found = any_id(id)
        return found if found and found[0] in self.kinds else None


@dataclass(frozen=True, slots=True)
class EdgesOf:
    """The items of a page with their places."""


@dataclass(frozen=True, slots=True)
class NodesOf:
    """The items of a page alone."""


@dataclass(frozen=True, slots=True)
class InfoOf:
    """Where a page stands in its list."""


@dataclass(frozen=True, slots=True)
class CountOf:
    """How many items the whole list has."""


@dataclass(frozen=True, slots=True)
class PlaceOf:
    """An item's cursor."""


Origin = (
    Stored | Same | Related | Paged | Referenced | LookedUp | EdgesOf | NodesOf | InfoOf | CountOf | PlaceOf
)


@strawberry.type
class Read:
    """What was read of one match."""

    values: strawberry.Private[Values]
    anchor: ClassVar[Anchor]
    """How one of this type is found by its id; only such types have relations."""


@dataclass(frozen=True, slots=True)
class Variants:
    """Which type of an interface a match is: the source's value says it."""

    source: Source
    types: Mapping[Any, Callable[[], type]]
