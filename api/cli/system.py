"""Commands that start, stop, describe and check the whole system and its single parts."""

import asyncio
import importlib.metadata
import json
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import filelock
import typer
from rich.console import Console
from rich.table import Table

from api.cli import doctor as examination
from api.cli import services
from api.cli.surroundings import (
    API,
    MAIL,
    complete_environment,
    current,
    login,
    reserve_port,
    without_credentials,
)
from api.settings import ApiSettings
from engines import graphiql, places, stack
from engines.engine import NotReadyError
from engines.errors import EngineError

commands = typer.Typer()
engine_commands = typer.Typer(help="Start, stop and list the engines alone.", no_args_is_help=True)
commands.add_typer(engine_commands, name="engines")

console = Console(soft_wrap=True, highlight=False)

_DEMO_PEOPLE = 300
_LOCK_SECONDS = 15 * 60
_QUERY = (
    "{ candidates(first: 3) { edges { node { name headline employments { title company { name } } } } } }"
)

EngineNames = Annotated[list[str], typer.Argument(help=f"Which: {', '.join(stack.ENGINES)}; none means all.")]


@commands.command()
def up(
    context: typer.Context,
    people: Annotated[
        int, typer.Option(min=1, max=100_000, help="Size of the demo for an empty graph.")
    ] = _DEMO_PEOPLE,
) -> None:
    """Start everything that isn't running, fill an empty graph with the demo, and say where it is."""
    from api import setup  # noqa: PLC0415 - the product is loaded only by the commands that need it

    here = current(context)
    with _alone(here.home):
        with _timed("engines"):
            stack.start(here.home, here.local_engines, console)
            complete_environment(here)
            graphiql.assets(console)
        with _timed("migrations and indices"):
            asyncio.run(setup.prepare())
        with _timed("API, worker and mail catcher"):
            for one in services.start(here):
                console.print(f"{one.name}: process {one.pid}{'' if one.fresh else ', was running'}")
        token = asyncio.run(setup.entrance_token(here.token_file))
        with _timed("demo"):
            asyncio.run(setup.load_demo_if_empty(people=people))
    _show_entrance(token)


@commands.command()
def down(context: typer.Context) -> None:
    """Stop what `kith up` started. All data stay."""
    here = current(context)
    with _alone(here.home), _timed("stopping"):
        ended = [*services.stop(here), *stack.stop(here.home)]
    console.print(f"stopped: {', '.join(ended)}" if ended else "nothing was running")


@commands.command()
def prepare() -> None:
    """Run migrations and create indices; safe to repeat, also by several at once."""
    from api import setup  # noqa: PLC0415 - the product is loaded only by the commands that need it

    with _timed("migrations and indices"):
        asyncio.run(setup.prepare())


@commands.command()
def reset(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm: all data of the home are deleted.")] = False,
) -> None:
    """Stop everything and delete the home with all its data."""
    here = current(context)
    if not yes:
        raise EngineError(f"all data in {here.home} would be deleted: confirm with --yes")
    services.stop(here)
    stack.remove(here.home)
    console.print(f"deleted {here.home}")


@commands.command()
def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Show addresses, process ids and versions."""
    here = current(context)
    engines = {}
    for state in stack.status(here.home, here.environ_given()):
        version = _version(state) if state.given or state.pid else None
        address = without_credentials(state.address) if state.address else None
        engines[state.name] = {"address": address, "pid": state.pid, "given": state.given, "version": version}
    found = {
        "graphql_url": f"{services.api_url()}/graphql",
        "home": str(here.home),
        "engines": engines,
        "processes": services.pids(here),
        "versions": {"kith": importlib.metadata.version("kith"), "python": platform.python_version()},
    }
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        _show_status(found)


@commands.command()
def doctor(context: typer.Context) -> None:
    """Check everything the system needs and say what to mend; exit code 1 if there is something."""
    to_mend = 0
    for finding in examination.examine(current(context)):
        mark = "[red]MEND[/]" if finding.advice else "[green]OK[/]  "
        console.print(f"{mark} {finding.subject}: ", end="")
        console.print(f"{finding.seen}{f' -> {finding.advice}' if finding.advice else ''}", markup=False)
        to_mend += bool(finding.advice)
    if to_mend:
        console.print(f"{to_mend} to mend")
        raise typer.Exit(1)
    console.print("nothing to mend")


@engine_commands.command("start")
def start_engines(context: typer.Context, names: EngineNames = []) -> None:  # noqa: B006 - Typer copies it
    """Start engines and wait until they are ready."""
    here = current(context)
    for name in _checked(names):
        if name in here.local_engines:
            stack.start(here.home, [name], console)
        else:
            console.print(f"{name}: its address is given in the environment, so it isn't ours to start")


@engine_commands.command("stop")
def stop_engines(context: typer.Context, names: EngineNames = []) -> None:  # noqa: B006 - Typer copies it
    """Stop engines that were started here. Their data stay."""
    ended = stack.stop(current(context).home, _checked(names))
    console.print(f"stopped: {', '.join(ended)}" if ended else "none was running")


@engine_commands.command("status")
def engine_status(context: typer.Context) -> None:
    """List the engines."""
    here = current(context)
    for state in stack.status(here.home, here.environ_given()):
        what = "given" if state.given else f"process {state.pid}" if state.pid else "not running"
        console.print(f"{state.name}: {what} {without_credentials(state.address or '')}")


@commands.command()
def run_api(context: typer.Context) -> None:
    """Serve the API in the foreground until SIGTERM or Ctrl-C."""
    from api import app, server  # noqa: PLC0415 - the product is loaded only by the commands that need it
    from workers.logs import LogSettings, start_logging  # noqa: PLC0415 - as above

    start_logging(LogSettings())
    reserve_port(current(context), API)
    settings = ApiSettings()
    server.serve(app.create_app(), settings.host, settings.port)


@commands.command()
def run_worker() -> None:
    """Run a worker process in the foreground until SIGTERM or Ctrl-C."""
    from workers import process  # noqa: PLC0415 - only this command needs it

    process.main()


@commands.command()
def run_mail(context: typer.Context) -> None:
    """Catch mail in the foreground until SIGTERM or Ctrl-C, instead of sending it."""
    from workers import mailbox  # noqa: PLC0415 - only this command needs it

    reserve_port(current(context), MAIL)
    mailbox.main()


def _checked(names: list[str]) -> list[str]:
    unknown = [name for name in names if name not in stack.ENGINES]
    if unknown:
        raise EngineError(f"no engine is called {', '.join(unknown)}: they are {', '.join(stack.ENGINES)}")
    return names or list(stack.ENGINES)


def _version(state: stack.State) -> str | None:
    try:
        return stack.version(state.name, state.address or "", login(state.name))
    except NotReadyError:
        return None


def _show_status(found: dict[str, Any]) -> None:
    table = Table("part", "process", "version", "address", box=None)
    for name, engine in found["engines"].items():
        what = "given" if engine["given"] else str(engine["pid"] or "not running")
        table.add_row(name, what, engine["version"] or "", engine["address"] or "")
    for name, pid in found["processes"].items():
        address = found["graphql_url"] if name == API else ""
        table.add_row(name, str(pid or "not running"), found["versions"]["kith"], address)
    console.print(table)


def _show_entrance(token: str) -> None:
    console.print(
        f"""
GraphiQL  {services.api_url()}/graphql
token     {token}  (an administrator's; put it into GraphiQL's headers: {{"Authorization": "Bearer {token}"}})
query     {_QUERY}
stop      make down""",
        markup=False,
    )


@contextmanager
def _timed(step: str) -> Iterator[None]:
    console.print(f"[bold]{step}[/]")
    begin = time.monotonic()
    yield
    console.print(f"[bold]{step}[/]: {time.monotonic() - begin:.1f} s")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    lock = filelock.FileLock(places.state(home, "run") / "up.lock", timeout=_LOCK_SECONDS)
    try:
        with lock:
            yield
    except filelock.Timeout as error:
        raise EngineError(
            f"another `kith up` or `kith down` of {home} doesn't end: end it, then try again"
        ) from error
