"""All terms, page by page, for those who hold them in memory, and the stamp that says whether to read them again."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from graph.client import Graph, Statement, Transaction

PAGE = 500
"""Terms read at once: few enough to leave the loop soon."""

STAMP = Statement("taxonomy.last_stamp", "MATCH (t:Taxonomy {name: 'taxonomy'}) RETURN t.stamp AS stamp")
TERMS = Statement(
    "taxonomy.page",
    """
    MATCH (t:Term)
    WHERE t.id > $after
    WITH t ORDER BY t.id LIMIT $limit
    RETURN t.id AS id, t.kind AS kind, t.name AS name, t.synonyms AS synonyms, t.everyday AS everyday,
           COLLECT { MATCH (t)-[:BROADER]->(o) RETURN o.id ORDER BY o.id } AS broader,
           COLLECT { MATCH (t)-[:RELATED]-(o) RETURN DISTINCT o.id ORDER BY o.id LIMIT 10 } AS related
    """,
)


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term with its links as ids."""

    id: str
    kind: str
    name: str
    synonyms: tuple[str, ...]
    everyday: tuple[str, ...]
    broader: tuple[str, ...]
    related: tuple[str, ...]


class TermsOfGraph:
    """The terms of a graph, for `search.taxonomy.live`."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def stamp(self) -> str:
        """Return what is another text after each change; empty before the first."""
        return await self._graph.read(last_stamp)

    async def pages(self) -> AsyncIterator[Sequence[TermRow]]:
        """Yield all terms in the order of their ids."""
        after = ""
        while page := await self._graph.read(page_of_terms, after=after, limit=PAGE):
            yield page
            after = page[-1].id


async def last_stamp(tx: Transaction, /) -> str:
    """Return the stamp of the last change; empty where there was none."""
    row = await STAMP.row(tx)
    return row["stamp"] if row else ""


async def page_of_terms(tx: Transaction, /, *, after: str, limit: int) -> list[TermRow]:
    """Return the terms whose ids come after this one, `limit` at most."""
    return [
        TermRow(
            row["id"],
            row["kind"],
            row["name"],
            tuple(row["synonyms"]),
            tuple(row["everyday"]),
            tuple(row["broader"]),
            tuple(row["related"]),
        )
        for row in await TERMS.rows(tx, after=after, limit=limit)
    ]
