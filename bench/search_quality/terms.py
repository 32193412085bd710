"""The taxonomy that every installation begins with, as a search knows it."""

from collections import defaultdict
from dataclasses import dataclass

from search.taxonomy.shipped import Shipped
from search.taxonomy.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    kind: str
    name: str
    synonyms: tuple[str, ...]
    everyday: tuple[str, ...]
    broader: tuple[str, ...]
    related: tuple[str, ...] = ()


def shipped_vocabulary() -> Vocabulary:
    """Return the compact set of skills and titles that comes with the package."""
    shipped = Shipped()
    broader: dict[str, list[str]] = defaultdict(list)
    for link in shipped.links():
        broader[_id(*link.term)].append(_id(*link.to))
    return Vocabulary.of(
        _Row(id_, term.kind, term.name, term.synonyms, term.everyday, tuple(broader[id_]))
        for term in shipped.terms()
        for id_ in [_id(term.kind, term.name)]
    )


def _id(kind: str, name: str) -> str:
    return f"{kind}:{name.lower()}"
