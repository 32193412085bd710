"""Commands about the taxonomy of skills and titles."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from engines.errors import EngineError

if TYPE_CHECKING:
    from graph.taxonomy.importing import Tally
    from search.taxonomy.entries import Entries

commands = typer.Typer()
taxonomy_commands = typer.Typer(help="Skills and titles that searches know.", no_args_is_help=True)
commands.add_typer(taxonomy_commands, name="taxonomy")

ACTOR = "command_line:kith taxonomy"

console = Console(soft_wrap=True, highlight=False)


class Layout(StrEnum):
    """Whose files they are."""

    ESCO = "esco"
    ONET = "onet"


@taxonomy_commands.command("import")
def import_(
    layout: Annotated[Layout, typer.Argument(help="esco: CSV files; onet: tables of text.")],
    path: Annotated[Path, typer.Argument(help="The folder as published; of ESCO also one file of terms.")],
) -> None:
    """Add the terms of a taxonomy; safe to stop and to repeat, and nothing that you changed is undone."""
    from search.taxonomy.entries import UnknownLayoutError  # noqa: PLC0415 - the product is loaded only by the commands that need it
    from search.taxonomy.esco import Esco  # noqa: PLC0415
    from search.taxonomy.onet import Onet  # noqa: PLC0415

    try:
        entries: Entries = Esco(path) if layout is Layout.ESCO else Onet(path)
    except UnknownLayoutError as error:
        raise EngineError(f"{path}: {error}") from None
    tally = asyncio.run(_import(entries, layout))
    console.print(
        f"new terms: {tally.created}, with new spellings: {tally.changed}, new links: {tally.linked}"
    )


async def _import(entries: "Entries", layout: Layout) -> "Tally":
    from api.taxonomy import import_taxonomy  # noqa: PLC0415 - as above
    from graph.client import Graph  # noqa: PLC0415
    from graph.settings import GraphSettings  # noqa: PLC0415
    from graph.taxonomy.terms import TermSource  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn())
    async with Graph.open(GraphSettings()) as graph:
        with Progress(*columns, TextColumn("{task.fields[rate]}"), console=console) as progress:
            reading = progress.add_task("entries", total=None, rate="")

            def advance(count: int) -> None:
                progress.advance(reading, count)
                speed = progress.tasks[reading].speed
                progress.update(reading, rate=f"{speed:.0f}/s" if speed else "")

            source = TermSource[layout.name]
            return await import_taxonomy(graph, entries, source=source, actor=ACTOR, advance=advance)
