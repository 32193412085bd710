"""Bringing a taxonomy into the graph: batch by batch, so that memory is bounded and a stopped import can be repeated."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from graph.client import Graph
from graph.events import Change
from graph.taxonomy.importing import (
    ImportedLink,
    ImportedTerm,
    Tally,
    end_import,
    import_links,
    import_terms,
)
from graph.taxonomy.terms import TermKind, TermSource
from search.taxonomy.entries import Entries, LinkEntry, Name, TermEntry
from search.taxonomy.shipped import Shipped

T = TypeVar("T")

BATCH = 1_000


async def import_taxonomy(
    graph: Graph,
    entries: Entries,
    *,
    source: TermSource,
    actor: str,
    advance: Callable[[int], None] | None = None,
) -> Tally:
    """Add what is new of a taxonomy; call `advance`, if any, with the number of entries after each batch.

    Raises:
        Conflict: there are too many terms.
    """
    tally = Tally()
    for terms in _batches(entries.terms()):
        imported = [_term(term) for term in terms]
        tally += await graph.write(import_terms, terms=imported, source=source, change=Change.by(actor))
        if advance:
            advance(len(terms))
    for links in _batches(entries.links()):
        tally += await graph.write(import_links, links=list(dict.fromkeys(map(_link, links))))
        if advance:
            advance(len(links))
    await graph.write(end_import, source=source, tally=tally, change=Change.by(actor))
    return tally


async def seed_taxonomy(graph: Graph) -> Tally:
    """Add what is new of the compact set that comes with the package."""
    return await import_taxonomy(graph, Shipped(), source=TermSource.SHIPPED, actor="command_line:kith up")


def _batches(entries: Iterable[T]) -> Iterator[list[T]]:
    source = iter(entries)
    while batch := list(islice(source, BATCH)):
        yield batch


def _term(entry: TermEntry) -> ImportedTerm:
    return ImportedTerm(
        kind=TermKind(entry.kind), name=entry.name, synonyms=entry.synonyms, everyday=entry.everyday
    )


def _link(entry: LinkEntry) -> ImportedLink:
    return ImportedLink(term=_name(entry.term), to=_name(entry.to), broader=entry.broader)


def _name(name: Name) -> tuple[TermKind, str]:
    return TermKind(name.kind), name.name
