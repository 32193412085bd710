"""Numbered migrations: files beside this one, each run once, in order, safe to repeat and to start twice at once."""

import asyncio
import re
import time
from importlib import resources
from typing import NamedTuple

from neo4j.exceptions import Neo4jError

from graph.client import Graph, Statement, Transaction
from graph.errors import GraphUnavailable, KithError
from graph.ids import new_id, now
from graph.outbox import give_up_lease, take_lease

LEASE = "migrations"
LEASE_MILLISECONDS = 60_000
WAIT_SECONDS = 120.0
PATIENCE_SECONDS = 60.0
RETRY_SECONDS = 0.5
FILE_NAME = re.compile(r"(?P<number>\d{4})_(?P<name>\w+)\.cypher")

BOOTSTRAP = (
    Statement(
        "migrations.lease_constraint",
        "CREATE CONSTRAINT lease_name IF NOT EXISTS FOR (l:Lease) REQUIRE l.name IS UNIQUE",
    ),
    Statement(
        "migrations.migration_constraint",
        "CREATE CONSTRAINT migration_number IF NOT EXISTS FOR (m:Migration) REQUIRE m.number IS UNIQUE",
    ),
)

APPLIED = Statement("migrations.applied", "MATCH (m:Migration) RETURN m.number AS number ORDER BY number")

NOTE = Statement(
    "migrations.note", "MERGE (m:Migration {number: $number}) SET m.name = $name, m.applied_at = $at"
)

AWAIT_INDEXES = Statement("migrations.await_indexes", "CALL db.awaitIndexes(300)")


class Migration(NamedTuple):
    number: int
    name: str
    statements: tuple[Statement, ...]


def migrations() -> list[Migration]:
    """Read the numbered files of this package, in order."""
    found = []
    for file in resources.files("graph.migrations").iterdir():
        if match := FILE_NAME.fullmatch(file.name):
            texts = (part.strip() for part in file.read_text(encoding="utf-8").split(";"))
            statements = tuple(
                Statement(f"migrations.{match['number']}.{i}", text)
                for i, text in enumerate(text for text in texts if text)
            )
            found.append(Migration(int(match["number"]), match["name"], statements))
    return sorted(found)


async def migrate(graph: Graph) -> list[str]:
    """Bring the schema of the graph up to date; return the names of what was applied.

    Raises:
        KithError: another process has held the migration lease for two minutes.
    """
    for statement in BOOTSTRAP:
        await _create(graph, statement)
    holder = new_id()
    deadline = time.monotonic() + WAIT_SECONDS
    while not await graph.write(take_lease, name=LEASE, holder=holder, milliseconds=LEASE_MILLISECONDS):
        if time.monotonic() > deadline:
            raise KithError(
                "MIGRATION_LOCKED", "another process is migrating the graph; wait for it and try again"
            )
        await asyncio.sleep(0.2)
    try:
        return await _apply_missing(graph)
    finally:
        await graph.write(give_up_lease, name=LEASE, holder=holder)


async def _apply_missing(graph: Graph) -> list[str]:
    done = await graph.read(applied)
    names = []
    for migration in migrations():
        if migration.number in done:
            continue
        for statement in migration.statements:
            await _create(graph, statement)
        await graph.write(note, migration=migration, at=now())
        names.append(f"{migration.number:04} {migration.name}")
    await graph.execute(AWAIT_INDEXES)
    return names


async def applied(tx: Transaction, /) -> set[int]:
    """Return the numbers of the migrations that this graph has seen."""
    return {row["number"] for row in await APPLIED.rows(tx)}


async def note(tx: Transaction, /, *, migration: Migration, at: str) -> None:
    """Remember that a migration was applied."""
    await NOTE.run(tx, number=migration.number, name=migration.name, at=at)


async def _create(graph: Graph, statement: Statement) -> None:
    """Run a schema command; on a busy machine, or while another process runs the same, it may need several tries."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            await graph.execute(statement)
        except GraphUnavailable:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(RETRY_SECONDS)
        except Neo4jError as error:
            if error.code != "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists":
                raise
            return
        else:
            return
