"""Commands that bring data in: imports, the demo, tokens."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engines.errors import EngineError

if TYPE_CHECKING:
    from graph.client import Graph

commands = typer.Typer()
token_commands = typer.Typer(help="Make and revoke access tokens.", no_args_is_help=True)
commands.add_typer(token_commands, name="token")

console = Console(soft_wrap=True, highlight=False)

_SHOWN_FAILURES = 20
_POLL_SECONDS = 0.5
_IDS_PER_QUESTION = 1_000


@commands.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.")],
    wait: Annotated[bool, typer.Option(help="Wait until the workers have read the résumés.")] = True,
) -> None:
    """Import résumés (PDF, DOCX, TXT, HTML, JSON Resume) and rows (JSONL, CSV); safe to stop and to repeat."""
    asyncio.run(_import(paths, wait=wait))


@commands.command()
def demo(
    people: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many people.")] = 2_000,
) -> None:
    """Load a generated demo; a larger one grows from a smaller one, and what is there is not repeated."""
    asyncio.run(_demo(people))


@token_commands.command("create")
def create_token(
    role: Annotated[
        str, typer.Option(help="admin, recruiter, sourcer, hiring_manager, interviewer, employee, partner.")
    ],
    expires: Annotated[
        str | None, typer.Option(help="When it ends: a number of days such as 30d, or an ISO 8601 moment.")
    ] = None,
    label: Annotated[str, typer.Option(help="What it is for.")] = "kith token",
    scope: Annotated[
        list[str] | None,
        typer.Option(help="Narrow the role to this permission, such as jobs:read; may be repeated."),
    ] = None,
) -> None:
    """Make a token and print it; it is kept only as a hash."""
    from api.setup import make_token  # noqa: PLC0415 - the product is loaded only by the commands that need it
    from graph.rights import GRANTS, OF_NO_TOKEN  # noqa: PLC0415
    from graph.tokens import AccessRole  # noqa: PLC0415

    roles = {each.lower(): each for each in AccessRole if each not in OF_NO_TOKEN}
    granted = roles.get(role.lower().replace("-", "_"))
    if granted is None:
        raise EngineError(f"there is no role {role} for tokens: they are {', '.join(roles)}")
    for each in scope or ():
        if each not in GRANTS[granted]:
            raise EngineError(f"{role} has no permission {each}: it has {', '.join(sorted(GRANTS[granted]))}")
    made = make_token(role=granted, label=label, expires_at=_moment(expires), scopes=scope or None)
    typer.echo(asyncio.run(made))


def _moment(expires: str | None) -> str | None:
    from graph.ids import from_now, timestamp  # noqa: PLC0415 - as above

    if expires is None:
        return None
    if expires.endswith("d") and expires[:-1].isdigit():
        return from_now(timedelta(days=int(expires[:-1])))
    try:
        moment = datetime.fromisoformat(expires)
    except ValueError:
        raise EngineError(f"{expires} is no moment: give days such as 30d, or 2027-01-31T00:00:00Z") from None
    return timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


async def _demo(people: int) -> None:
    from api.demo.loading import load_demo  # noqa: PLC0415 - the product is loaded only by the commands that need it
    from graph.client import Graph  # noqa: PLC0415
    from graph.settings import GraphSettings  # noqa: PLC0415
    from search.resumes.store import ResumeStore, StoreSettings  # noqa: PLC0415

    async with Graph.open(GraphSettings()) as graph:
        await load_demo(graph, ResumeStore(StoreSettings()), people=people)


async def _import(paths: list[Path], *, wait: bool) -> None:
    from api.importing import import_files, inputs  # noqa: PLC0415 - as above
    from graph.client import Graph  # noqa: PLC0415
    from graph.settings import GraphSettings  # noqa: PLC0415
    from search.resumes.store import ResumeStore, StoreSettings  # noqa: PLC0415

    try:
        files = inputs(paths)
    except FileNotFoundError as error:
        raise EngineError(str(error)) from None
    columns = (TextColumn("{task.description:>8}"), BarColumn(), MofNCompleteColumn())
    rate = TextColumn("{task.fields[rate]}")
    async with Graph.open(GraphSettings()) as graph:
        with Progress(*columns, rate, TimeRemainingColumn(), console=console) as progress:
            taking = progress.add_task("taking in", total=len(files), rate="")

            def advance(count: int) -> None:
                progress.advance(taking, count)
                speed = progress.tasks[taking].speed or progress.tasks[taking].finished_speed
                progress.update(taking, rate=f"{speed:.1f}/s" if speed else "")

            outcome = await import_files(graph, ResumeStore(StoreSettings()), files, advance=advance)
            failures = await _await_reading(graph, outcome.intakes, progress) if wait else []
    for end, count in sorted(outcome.counts.items()):
        console.print(f"{end}: {count}")
    failed = [*outcome.refusals, *failures]
    if wait and outcome.intakes:
        console.print(f"read: {len(outcome.intakes) - len(failures)}, failed: {len(failures)}")
    for name, reason in failed[:_SHOWN_FAILURES]:
        console.print(f"  {name}: {reason}", markup=False)
    if len(failed) > _SHOWN_FAILURES:
        console.print(
            f"  … and {len(failed) - _SHOWN_FAILURES} more; the query `intakes(where: {{status: {{eq: FAILED}}}})` lists them"
        )


async def _await_reading(graph: "Graph", intakes: list[str], progress: Progress) -> list[tuple[str, str]]:
    from graph.intakes import IntakeStatus, settled  # noqa: PLC0415 - as above

    waiting, failures = set(intakes), []
    reading = progress.add_task("reading", total=len(waiting), rate="")
    while waiting:
        some = list(waiting)[:_IDS_PER_QUESTION]
        for id_, intake in (await graph.read(settled, ids=some)).items():
            waiting.discard(id_)
            if intake.status is IntakeStatus.FAILED:
                failures.append((intake.file_name, f"{intake.code}: {intake.reason}"))
        progress.update(reading, completed=len(set(intakes)) - len(waiting))
        speed = progress.tasks[reading].speed
        progress.update(reading, rate=f"{speed:.1f}/s" if speed else "")
        if waiting:
            await asyncio.sleep(_POLL_SECONDS)
    return failures
