"""Commands that use the running system: the documented operations, and the mail that it sent."""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.cli.services import api_url
from api.cli.surroundings import current
from engines.errors import EngineError

commands = typer.Typer()

console = Console(soft_wrap=True, highlight=False)

_TOKEN_MINUTES = 10
_LONGEST_CELL = 60
_MOST_MAILS = 1_000


@commands.command()
def run(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="An operation of docs/operations/.")],
    variables: Annotated[
        list[str] | None,
        typer.Option("-v", "--variable", help="path=value; dots lead into objects, @file sends a file."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the raw answer.")] = False,
    count: Annotated[int, typer.Option(min=1, help="End a subscription after so many answers.")] = 20,
) -> None:
    """Run a documented operation and print a table; the token is KITH_TOKEN, that of `kith up`, or one made for ten minutes."""
    from api.operations import OperationError, read_operation  # noqa: PLC0415 - loaded only by the command that needs it

    try:
        operation = read_operation(name, variables or [])
        kept = current(context).token_file
        asyncio.run(
            _follow(operation, kept, as_json=as_json, count=count)
            if operation.is_subscription
            else _run(operation, kept, as_json=as_json)
        )
    except OperationError as error:
        raise EngineError(str(error)) from None


@commands.command()
def mail(
    number: Annotated[int | None, typer.Argument(help="Which message to read; 1 is the newest.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List the messages that the local mail catcher took, the newest first, or read one."""
    from workers.mailbox import as_json as mails_as_json  # noqa: PLC0415 - loaded only by the command that needs it
    from workers.mailbox import mails  # noqa: PLC0415
    from workers.settings_mail import MailboxSettings  # noqa: PLC0415

    found = mails(MailboxSettings().path, limit=_MOST_MAILS)
    if number is not None:
        if not 1 <= number <= len(found):
            raise EngineError(f"there is no message {number}: there are {len(found)}")
        found = found[number - 1 : number]
    if as_json:
        typer.echo(mails_as_json(found).decode())
    elif number is not None:
        one = found[0]
        console.print(
            f"{one.caught_at}\nTo: {one.to}\nSubject: {one.subject}\nUnsubscribe: {one.unsubscribe}\n\n{one.body}",
            markup=False,
        )
    else:
        table = Table("", "received", "to", "subject", box=None)
        for i, one in enumerate(found, start=1):
            table.add_row(str(i), one.caught_at, one.to, one.subject)
        console.print(table)


async def _run(operation: Any, kept: Path, *, as_json: bool) -> None:
    from api.operations import execute  # noqa: PLC0415 - as above

    answer = await execute(f"{api_url()}/graphql", await _token(kept), operation)
    _show(answer, as_json=as_json)


async def _follow(operation: Any, kept: Path, *, as_json: bool, count: int) -> None:
    from api.operations import follow  # noqa: PLC0415 - as above

    seen = 0
    async for answer in follow(f"{api_url()}/graphql", await _token(kept), operation):
        if as_json or answer.get("errors"):
            _show(answer, as_json=as_json)
        else:
            event = next(iter(answer["data"].values()))
            console.print(
                "  ".join(_cell(value) for value in event.values() if value not in (None, [])), markup=False
            )
        seen += 1
        if seen == count:
            return


async def _token(kept: Path) -> str:
    from api.setup import kept_token, make_token  # noqa: PLC0415 - as above
    from graph.ids import from_now  # noqa: PLC0415
    from graph.tokens import AccessRole  # noqa: PLC0415

    if given := os.environ.get("KITH_TOKEN"):
        return given
    if found := await kept_token(kept):
        return found
    expires = from_now(timedelta(minutes=_TOKEN_MINUTES))
    return await make_token(role=AccessRole.ADMIN, label="kith run", expires_at=expires)


def _show(answer: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        for name, value in (answer.get("data") or {}).items():
            console.print(f"[bold]{name}[/]")
            _show_object(value)
    for error in answer.get("errors") or []:
        code = error.get("extensions", {}).get("code", "")
        if not as_json:
            console.print(f"[red]{code}[/] {error['message']}")
    if answer.get("errors"):
        raise typer.Exit(1)


def _show_object(value: Any) -> None:
    """Print an object: what it says in a line each, and each list of objects as a table."""
    if not isinstance(value, dict):
        console.print(_cell(value), markup=False)
        return
    for key, found in value.items():
        if isinstance(found, list) and found and isinstance(found[0], dict):
            _show_rows(key, found)
        elif isinstance(found, dict) and any(isinstance(inner, list | dict) for inner in found.values()):
            console.print(f"[bold]{key}[/]")
            _show_object(found)
        else:
            console.print(f"{key}: {_cell(found)}", markup=False)


def _show_rows(name: str, rows: Sequence[dict[str, Any]]) -> None:
    flat = [_flat(row) for row in rows]
    columns = list(dict.fromkeys(key for row in flat for key in row))
    table = Table(*columns, title=name, title_justify="left", box=None)
    for row in flat:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    console.print(table, markup=False)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if key == "node" and isinstance(value, dict):
            flat.update(_flat(value))
        else:
            flat[key] = value
    return flat


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case dict():
            text = " ".join(cell for inner in value.values() if (cell := _cell(inner)))
        case list():
            text = ", ".join(cell for inner in value if (cell := _cell(inner)))
        case bool():
            text = "yes" if value else "no"
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"
