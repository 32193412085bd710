"""Commands for messages whose work failed again and again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from engines.errors import EngineError

if TYPE_CHECKING:
    from dramatiq.brokers.redis import RedisBroker

commands = typer.Typer()
dead_letter_commands = typer.Typer(
    help="List and replay messages whose work failed for good.", no_args_is_help=True
)
commands.add_typer(dead_letter_commands, name="dead-letters")

console = Console(soft_wrap=True, highlight=False)


@dead_letter_commands.command("list")
def list_dead_letters(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most of each queue.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List the dead letters, the newest first, with the type of the error that ended each."""
    from workers.broker import count_dead_letters, dead_letters  # noqa: PLC0415 - only this needs it

    with _queues() as queues:
        counts, letters = count_dead_letters(queues), dead_letters(queues, limit=limit)
    if as_json:
        typer.echo(
            json.dumps({"counts": counts, "letters": [asdict(letter) for letter in letters]}, indent=2)
        )
        return
    table = Table("id", "task", "of", "failed at", "reason", box=None)
    for letter in letters:
        table.add_row(letter.id, letter.task, " ".join(letter.ids), letter.failed_at, letter.reason)
    console.print(table)
    console.print(", ".join(f"{queue}: {number}" for queue, number in counts.items()))


@dead_letter_commands.command("replay")
def replay(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids out of the list.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All there are.")] = False,
) -> None:
    """Send dead letters again as if they were new."""
    from workers.broker import dead_letters, replay_dead_letters  # noqa: PLC0415 - as above

    if bool(ids) == everything:
        raise EngineError("name the letters to replay, or say --all")
    replayed = 0
    with _queues() as queues:
        if ids:
            replayed = replay_dead_letters(queues, ids)
        while everything and (found := dead_letters(queues)):
            replayed += replay_dead_letters(queues, [letter.id for letter in found])
    console.print(f"replayed: {replayed}")


@contextmanager
def _queues() -> "Iterator[RedisBroker]":
    from redis.exceptions import RedisError  # noqa: PLC0415 - as above

    from workers.broker import open_broker  # noqa: PLC0415 - as above
    from workers.settings import RedisSettings, WorkerSettings  # noqa: PLC0415 - as above

    queues = open_broker(RedisSettings(), WorkerSettings())
    try:
        yield queues
    except RedisError as error:
        raise EngineError(
            f"Redis does not answer ({type(error).__name__}); is it up? `kith status`"
        ) from None
    finally:
        queues.close()
