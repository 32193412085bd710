"""What the answer needs of each match, position by position.

In: the sources that the completion of an object asks for, one after the other, such as `node("title")`, then
`Many(STAGES, …)`. Out: the `Row` to read, and for each source its place in it; a source asked for twice is read once.
"""

from collections.abc import Callable

from graph.reading import Item, Row, SortKey, Source


class Layout:
    """A row that grows while an object is compiled; its values are local variables of the compiled code."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._items: list[Source | SortKey | Callable[[], Item]] = []
        self._places: dict[Source | SortKey, int] = {}

    def place(self, source: Source | SortKey) -> int:
        """Return where the source's value stands in the row."""
        if source not in self._places:
            self._places[source] = len(self._items)
            self._items.append(source)
        return self._places[source]

    def variable(self, source: Source | SortKey) -> str:
        """Return the variable that holds the source's value once the row is unpacked."""
        return self._variable(self.place(source))

    def nested(self, item: Callable[[], Item]) -> str:
        """Add what is read below the match, known in full only later; return the variable that holds it."""
        self._items.append(item)
        return self._variable(len(self._items) - 1)

    def targets(self) -> str:
        """Return the variables as the target of an assignment."""
        names = ", ".join(self._variable(place) for place in range(len(self._items)))
        return f"[{names}]"

    def row(self) -> Row:
        """Return what is to be read."""
        return Row(tuple(item if isinstance(item, Source | SortKey) else item() for item in self._items))

    def _variable(self, place: int) -> str:
        return f"r{self._number}_{place}"
