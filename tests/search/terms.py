"""Terms as the graph gives them, for tests of what searches make of them."""

from dataclasses import dataclass

from search.taxonomy.entries import SKILL
from search.taxonomy.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term; ids are names, so that links can be written by name."""

    name: str
    synonyms: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    kind: str = SKILL
    everyday: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.name}"


def vocabulary(*rows: TermRow) -> Vocabulary:
    """Return the vocabulary of terms whose links are names of the same kind."""
    return Vocabulary.of(
        TermRow(
            row.name,
            row.synonyms,
            tuple(f"{row.kind}:{name}" for name in row.broader),
            row.kind,
            row.everyday,
            tuple(f"{row.kind}:{name}" for name in row.related),
        )
        for row in rows
    )
