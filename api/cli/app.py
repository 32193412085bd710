"""The root of the `kith` command. A module of commands is added by one line in `_MODULES`."""

import importlib
import sys

import typer
from rich.console import Console

from api.cli import surroundings
from engines.errors import EngineError
from graph.errors import KithError

_MODULES = (
    "api.cli.system",
    "api.cli.data",
    "api.cli.operations",
    "api.cli.explaining",
    "api.cli.dead_letters",
    "api.cli.index",
    "api.cli.users",
    "api.cli.taxonomy",
)
"""Modules with an attribute `commands`, a `typer.Typer` whose commands become commands of `kith`."""

app = typer.Typer(
    help="Kith: recruiting on one graph.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
for _name in _MODULES:
    app.add_typer(importlib.import_module(_name).commands)


@app.callback()
def root(context: typer.Context) -> None:
    """Look around before any command runs."""
    context.obj = surroundings.enter()


def main() -> None:
    """Run the command line; failures that the user can mend are one line and exit code 1."""
    try:
        app()
    except (EngineError, KithError) as error:
        Console(stderr=True, soft_wrap=True).print(f"[bold red]kith:[/] {error}", highlight=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
