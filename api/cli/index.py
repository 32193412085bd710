"""Commands for the search index: make it anew, and compare it with the graph."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from engines.errors import EngineError

if TYPE_CHECKING:
    from workers.verifying import Findings, Verifier

commands = typer.Typer()

console = Console(soft_wrap=True, highlight=False)

_POLL_SECONDS = 0.5
_PATIENCE_SECONDS = 60.0
_SHOWN = 20


@commands.command()
def reindex(
    wait: Annotated[bool, typer.Option(help="Wait until searches answer from the new index.")] = True,
) -> None:
    """Have a worker make the search index anew from the graph, while searches and writes go on."""
    asyncio.run(_reindex(wait=wait))


@commands.command()
def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Have the workers mend what differs.")] = False,
) -> None:
    """Compare every search document with the graph; exit code 1 if something differs and was not mended."""
    if not asyncio.run(_verify(repair=repair)):
        raise typer.Exit(1)


async def _reindex(*, wait: bool) -> None:
    from graph import rebuilds  # noqa: PLC0415 - the product is loaded only by the commands that need it
    from graph.client import Graph  # noqa: PLC0415
    from graph.ids import new_id, now  # noqa: PLC0415
    from graph.settings import GraphSettings  # noqa: PLC0415

    async with Graph.open(GraphSettings()) as graph:
        asked = await graph.write(rebuilds.ask_for_rebuild, id=new_id(), at=now())
        seen, silent = asked, 0.0
        while wait:
            newest = await graph.read(rebuilds.newest_rebuild)
            if newest is None or newest.id != asked.id or newest.finished_at is not None:
                written = newest.written if newest else 0
                console.print(f"searches answer from the new index: {written} candidates")
                return
            silent = silent + _POLL_SECONDS if newest == seen else 0.0
            seen = newest
            if silent > _PATIENCE_SECONDS:
                raise EngineError(
                    f"no worker has gone on with it for {_PATIENCE_SECONDS:.0f} seconds; is one up? `kith status`"
                )
            await asyncio.sleep(_POLL_SECONDS)
    console.print("asked for")


async def _verify(*, repair: bool) -> bool:
    async with _verifier() as verifier:
        findings = await verifier.verify()
        _show(findings)
        if not findings.drift or not repair:
            return findings.drift == 0
        mended = await verifier.repair(findings, actor="command_line:kith verify")
    console.print("mended" if mended else "not mended yet: the workers go on, or none is up")
    return mended


@asynccontextmanager
async def _verifier() -> "AsyncIterator[Verifier]":
    from graph.client import Graph  # noqa: PLC0415 - as above
    from graph.settings import GraphSettings  # noqa: PLC0415
    from search.client import open_client  # noqa: PLC0415
    from search.errors import SearchError  # noqa: PLC0415
    from search.indices import candidate_index  # noqa: PLC0415
    from search.resumes.store import ResumeStore, StoreSettings  # noqa: PLC0415
    from search.settings import ElasticsearchSettings  # noqa: PLC0415
    from workers.verifying import Verifier  # noqa: PLC0415

    settings = ElasticsearchSettings()
    try:
        async with Graph.open(GraphSettings()) as graph, open_client(settings) as client:
            index = candidate_index(settings.index_prefix)
            yield Verifier(graph, client, index, ResumeStore(StoreSettings()))
    except SearchError as error:
        raise EngineError(str(error)) from None


def _show(findings: "Findings") -> None:
    counts = ", ".join(f"{kind}: {number}" for kind, number in findings.counts.items())
    console.print(f"compared: {findings.compared}, {counts}")
    if findings.changing or findings.refused:
        console.print(f"changing all the time: {findings.changing}, refused: {findings.refused}")
    for kind, ids in findings.ids.items():
        for id_ in ids[:_SHOWN]:
            console.print(f"  {kind}: {id_}")
