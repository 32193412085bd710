"""`kith explain`: how an operation is answered."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from engines.errors import EngineError

commands = typer.Typer()


@commands.command()
def explain(
    file: Annotated[Path, typer.Argument(help="A GraphQL document.", exists=True, dir_okay=False)],
    variables: Annotated[
        Path | None,
        typer.Option(
            help="JSON with variables; by default FILE's name with .variables.json.", dir_okay=False
        ),
    ] = None,
    operation: Annotated[str | None, typer.Option(help="Which operation, where there are several.")] = None,
    role: Annotated[str, typer.Option(help="For whom: ADMIN, RECRUITER, PARTNER …")] = "ADMIN",
) -> None:
    """Print the plan of a document: its Cypher, what is computed, what falls back and why, rows and times."""
    beside = variables or file.with_suffix(".variables.json")
    try:
        given = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
    except (ValueError, OSError) as error:
        raise EngineError(f"{beside} is no JSON that can be read: {error}") from None
    typer.echo(asyncio.run(_explain(file.read_text(encoding="utf-8"), given, operation, role.upper())))


async def _explain(document: str, variables: dict[str, Any], operation: str | None, role: str) -> str:
    from api.services import open_services  # noqa: PLC0415 - loaded only by the command that needs it
    from graph.tokens import AccessRole  # noqa: PLC0415
    from schema.context import Context  # noqa: PLC0415
    from schema.loaders import Loaders  # noqa: PLC0415
    from schema.operations import Operations, Request  # noqa: PLC0415
    from schema.permissions import Principal  # noqa: PLC0415
    from schema.root import build_schema  # noqa: PLC0415

    if role not in set(AccessRole):
        raise EngineError(f"{role} is no role: they are {', '.join(AccessRole)}")
    principal = Principal(id="explain", role=AccessRole(role), label="kith explain", expires_at=None)
    async with open_services() as (services, _):
        operations = Operations(build_schema())
        context = Context(
            principal=principal, services=services, loaders=Loaders(services.graph, principal.viewer)
        )
        request = Request(query=document, variables=variables, operation_name=operation)
        try:
            return await operations.explain(request, context)
        finally:
            operations.close()
