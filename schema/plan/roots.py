"""A root field of an operation, compiled: by what it is, a connection, something looked up, or what a resolver returns.

In: `job(by: {id: $id}) { title }`. Out: a `Compiled` that reads one title by id and completes it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import prod
from typing import Any

from graph.reading import Row
from graph.rights import Permission
from schema.origins import LookedUp
from schema.paging import BoundPage
from schema.plan.code import Lines, Path, indented
from schema.plan.complete import Compiler, Reference, read_field
from schema.plan.paging import Slot
from schema.plan.pattern import Layout
from schema.plan.select import Selected
from schema.plan.values import InRow

LIST_LENGTH = 5
"""Guessed length of a list that has no pages, such as someone's employments."""


@dataclass(slots=True)
class Compiled:
    """A root field's code and what it needs read; `own` is the row that hangs on nothing, of a connection at the root."""

    key: str
    source: str
    complete: Callable[..., Any]
    gather: Callable[..., None]
    references: list[Reference]
    slots: list[Slot]
    masks: list[tuple[Selected, Permission]]
    computed: list[str]
    weights: Mapping[tuple[int | None, ...], int]
    """How many values there are inside which loops: over the pages with these numbers, and over lists (None)."""
    own: Row | None = None

    @property
    def nests_lists(self) -> bool:
        """Whether there are lists without pages in one another, so that their usual length says little."""
        return any(scope.count(None) > 1 for scope in self.weights)

    def size(self, pages: Sequence[BoundPage]) -> int:
        """Return how many values the answer may have, if all pages are full and lists of usual length."""
        return sum(
            number * prod(LIST_LENGTH if slot is None else pages[slot].size for slot in scope)
            for scope, number in self.weights.items()
        )


def volume_of(value: Any) -> int:
    """Return about how many values there are in what a resolver returned: of each list the first item speaks for all."""
    if isinstance(value, list | tuple):
        return len(value) * volume_of(value[0]) if value else 0
    inner = getattr(value, "__dict__", None)
    return 1 + sum(map(volume_of, inner.values())) if inner and not isinstance(value, Enum) else 1


class RootCompiler(Compiler):
    """Compiles one root field for one kind of principal."""

    def paged(self, selected: Selected) -> Compiled:
        """Compile a connection that hangs on nothing."""
        layout = Layout(self._next())
        emitted = self._connection(selected, InRow(layout), (repr(selected.key),))
        lines: Lines = [f"{layout.targets()} = value", *emitted.lines, f"return {emitted.expression}"]
        return self._finished(selected, lines, [], own=layout.row())

    def looked_up(self, selected: Selected, lookup: LookedUp) -> Compiled:
        """Compile what global ids name; the value is a list of pairs: the number of the kind, and the local id."""
        path: Path = (repr(selected.key),)
        many = "ids" in {argument.python_name for argument in read_field(selected).arguments}
        counter = self._counter()
        item_path = (*path, counter) if many else path
        key, item, kinds = f"k{self._next()}", f"v{self._next()}", list(lookup.kinds)
        body: Lines = [f"{item} = None"]
        for number, kind in enumerate(kinds):
            cls, _ = lookup.kinds[kind]
            reference, emitted = self._referenced_object(cls(), selected, item_path)
            body += [
                f"{'if' if number == 0 else 'elif'} {key} is not None and {key}[0] == {number}:",
                [
                    f"row = found[{reference}].get({key}[1])",
                    "if row is not None:",
                    [
                        f"{self._references[reference].layout.targets()} = row",
                        *emitted.lines,
                        f"{item} = {emitted.expression}",
                    ],
                ],
            ]
        gather: Lines = [
            f"for {key} in value:",
            [f"if {key} is not None:", [f"keys[{key}[0]].append({key}[1])"]],
        ]
        if many:
            lines: Lines = [
                "out = []",
                f"for {counter}, {key} in enumerate(value):",
                [*body, f"out.append({item})"],
                "return out",
            ]
        else:
            lines = [f"{key} = value[0]", *body, f"return {item}"]
        return self._finished(selected, lines, gather)

    def called(self, selected: Selected) -> Compiled:
        """Compile the completion of what a resolver returns."""
        type_ = selected.definition.type if selected.definition else None
        assert type_ is not None
        emitted = self._value(type_, "value", selected, (repr(selected.key),))
        return self._finished(selected, [*emitted.lines, f"return {emitted.expression}"], emitted.gather)

    def _finished(
        self, selected: Selected, lines: Lines, gather: Lines, *, own: Row | None = None
    ) -> Compiled:
        source = "\n".join(
            [
                "def complete(value, found, pages, masked):",
                *indented(lines, 1),
                "def gather(value, keys):",
                *indented([*gather, "return None"], 1),
            ]
        )
        names = dict(self._environment)
        exec(compile(source, f"<plan of {selected.key}>", "exec"), names)  # noqa: S102 - our own code; see the decision
        for reference in self._references:
            reference.row = reference.layout.row()
        return Compiled(
            key=selected.key,
            source=source,
            complete=names["complete"],
            gather=names["gather"],
            references=self._references,
            slots=self._slots,
            masks=self._masks,
            computed=self._computed,
            weights=self._weights,
            own=own,
        )
