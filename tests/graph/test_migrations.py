import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest

from graph.client import Graph, Statement
from graph.errors import KithError
from graph.ids import new_id
from graph.migrations import runner
from graph.migrations.runner import FILE_NAME, LEASE, applied, migrate, migrations
from graph.outbox import give_up_lease, take_lease
from tests.workers.conftest import EMPTY

CONSTRAINTS = Statement(
    "tests.constraints", "SHOW CONSTRAINTS YIELD name, type RETURN name, type ORDER BY name"
)
INDEXES = Statement(
    "tests.indexes",
    "SHOW INDEXES YIELD name, type, state WHERE type <> 'LOOKUP' RETURN name, state ORDER BY name",
)
OWN_INDEXES = Statement(
    "tests.own_indexes",
    "SHOW INDEXES YIELD name, type, owningConstraint WHERE type <> 'LOOKUP' AND owningConstraint IS NULL RETURN name",
)
DROP_CONSTRAINT = Statement("tests.drop_constraint", "DROP CONSTRAINT $name")
DROP_INDEX = Statement("tests.drop_index", "DROP INDEX $name")
FORGET = Statement("tests.forget", "MATCH (m:Migration) DELETE m")
NOTED = Statement(
    "tests.noted",
    "MATCH (m:Migration) RETURN m.number AS number, m.name AS name, m.applied_at AS at ORDER BY number",
)

PROCESS = """
import asyncio
import json
import sys
from graph.client import Graph
from graph.migrations.runner import migrate
from graph.settings import GraphSettings

async def main():
    async with Graph.open(GraphSettings(uri=sys.argv[1])) as graph:
        sys.stdin.readline()
        for name in await migrate(graph):
            print(name)

print("ready", flush=True)
asyncio.run(main())
"""

CHECKOUT = str(Path(__file__).resolve().parents[2])
ALL = [f"{migration.number:04} {migration.name}" for migration in migrations()]


async def schema(graph: Graph) -> list[tuple[str, str]]:
    constraints = [(row["name"], row["type"]) for row in await graph.execute(CONSTRAINTS)]
    return constraints + [(row["name"], row["state"]) for row in await graph.execute(INDEXES)]


@pytest.fixture
async def bare(graph: Graph) -> AsyncIterator[Graph]:
    """A graph without data, constraints, indexes and migrations; in the end they are there again."""
    await graph.execute(EMPTY)
    await graph.execute(FORGET)
    for row in await graph.execute(CONSTRAINTS):
        await graph.execute(DROP_CONSTRAINT, name=row["name"])
    for row in await graph.execute(OWN_INDEXES):
        await graph.execute(DROP_INDEX, name=row["name"])
    assert await schema(graph) == []
    yield graph
    await graph.execute(EMPTY)
    await migrate(graph)


def test_migrations_are_numbered_in_order() -> None:
    found = migrations()
    numbers = [migration.number for migration in found]
    assert numbers[0] == 1
    assert numbers == sorted(set(numbers))
    files = [f.name for f in resources.files("graph.migrations").iterdir() if f.name.endswith(".cypher")]
    assert all(FILE_NAME.fullmatch(name) for name in files)
    assert len(files) == len(found)
    assert all(migration.statements for migration in found)


def test_every_statement_can_be_repeated() -> None:
    for migration in migrations():
        for statement in migration.statements:
            assert any(word in statement.text for word in ("IF NOT EXISTS", "IF EXISTS", "IS NULL"))


async def test_migrations_run_once_in_order(bare: Graph) -> None:
    assert await migrate(bare) == ALL
    whole = await schema(bare)
    noted = await bare.execute(NOTED)
    assert [f"{row['number']:04} {row['name']}" for row in noted] == ALL
    assert await bare.read(applied) == {migration.number for migration in migrations()}
    assert await migrate(bare) == []
    assert await schema(bare) == whole
    assert await bare.execute(NOTED) == noted
    assert {state for _, state in whole} == {"ONLINE", "UNIQUENESS"}


async def test_a_schema_that_is_there_without_a_note_of_it_is_no_obstacle(bare: Graph) -> None:
    await migrate(bare)
    whole = await schema(bare)
    await bare.execute(FORGET)
    assert await migrate(bare) == ALL
    assert await schema(bare) == whole


async def test_two_processes_at_once_on_an_empty_graph_migrate_it_once(
    bare: Graph, engines: dict[str, str]
) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            PROCESS,
            engines["neo4j"],
            env=os.environ | {"PYTHONPATH": CHECKOUT},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [process.returncode for process in processes] == [0, 0], said
    assert [errors for _, errors in said] == [b"", b""]
    names = [output.decode().splitlines() for output, _ in said]
    assert sorted(names) == [[], ALL]
    whole = await schema(bare)
    await bare.execute(FORGET)
    await migrate(bare)
    assert await schema(bare) == whole


async def test_who_waits_too_long_for_another_is_told_so(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "WAIT_SECONDS", 0.0)
    holder = new_id()
    assert await graph.write(take_lease, name=LEASE, holder=holder, milliseconds=60_000)
    with pytest.raises(KithError) as raised:
        await migrate(graph)
    assert raised.value.code == "MIGRATION_LOCKED"
    await graph.write(give_up_lease, name=LEASE, holder=holder)
    assert await migrate(graph) == []
