from collections.abc import Sequence
from dataclasses import dataclass

from graph.client import Statement, Transaction
from graph.paging import Key, Page, page_of, page_parameters

BY_IDS = Statement(
    "companies.by_ids", "UNWIND $ids AS id MATCH (c:Company {id: id}) RETURN c.id AS id, c.name AS name"
)
PAGE = Statement(
    "companies.page",
    """
    MATCH (c:Company)
    WHERE c.name IS NOT NULL
      AND ($after IS NULL OR c.name > $after OR (c.name = $after AND c.id > $after_id))
    RETURN c.id AS id, c.name AS name ORDER BY c.name, c.id LIMIT $limit
    """,
)
COUNT = Statement("companies.count", "MATCH (c:Company) RETURN count(c) AS total")

HEADCOUNTS = Statement(
    "companies.headcounts",
    """
    UNWIND $ids AS id
    MATCH (c:Company {id: id})
    RETURN id, COUNT { (c)<-[w:WORKED_AT]-() } AS people
    """,
)


@dataclass(frozen=True, slots=True)
class Company:
    """An employer that somebody worked for."""

    id: str
    name: str


async def companies_by_ids(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, Company]:
    """Return those of the companies that exist."""
    return {row["id"]: Company(row["id"], row["name"]) for row in await BY_IDS.rows(tx, ids=list(ids))}


async def companies_page(tx: Transaction, /, *, first: int, after: Key | None) -> Page[Company]:
    """Return companies by name."""
    rows = await PAGE.rows(
        tx,
        **page_parameters(first, after),
    )
    return page_of(
        rows, first=first, key=lambda r: Key(r["name"], r["id"]), item=lambda r: Company(r["id"], r["name"])
    )


async def count_companies(tx: Transaction, /) -> int:
    """Count the companies."""
    row = await COUNT.row(tx)
    return row["total"] if row else 0


async def headcounts(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, int]:
    """Count the employments that we know of at each company."""
    return {row["id"]: row["people"] for row in await HEADCOUNTS.rows(tx, ids=list(ids))}
