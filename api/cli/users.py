"""Commands about those who sign in: the first administrator comes in by them."""

import asyncio
from typing import Annotated

import typer

from engines.errors import EngineError

commands = typer.Typer()
user_commands = typer.Typer(help="Invite, list and disable users.", no_args_is_help=True)
commands.add_typer(user_commands, name="user")

ACTOR = "command_line:kith user"


@user_commands.command()
def invite(
    email: Annotated[str, typer.Argument(help="The address that they will sign in with.")],
    role: Annotated[
        str, typer.Option(help="admin, recruiter, sourcer, hiring_manager, interviewer, employee, partner.")
    ] = "admin",
) -> None:
    """Invite somebody and print the link, which can be used once; no mail is sent."""
    from graph.rights import OF_NO_TOKEN  # noqa: PLC0415
    from graph.tokens import AccessRole  # noqa: PLC0415 - the product is loaded only by the commands that need it

    roles = {each.lower(): each for each in AccessRole if each not in OF_NO_TOKEN}
    granted = roles.get(role.lower().replace("-", "_"))
    if granted is None:
        raise EngineError(f"there is no role {role} for users: they are {', '.join(roles)}")
    typer.echo(asyncio.run(_invite(email, granted)))


@user_commands.command("list")
def list_users() -> None:
    """List all users, the oldest first."""
    rows = [("e-mail", "role", "status", "since"), *asyncio.run(_list())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        typer.echo("  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip())


@user_commands.command()
def disable(email: Annotated[str, typer.Argument(help="The user's address.")]) -> None:
    """Keep a user out; their sessions end at once."""
    asyncio.run(_disable(email))
    typer.echo(f"{email} is disabled")


async def _invite(email: str, role: str) -> str:
    from api.auth.settings import AuthSettings  # noqa: PLC0415 - as above
    from graph import admission  # noqa: PLC0415
    from graph.access_links import LinkKind, new_link_secret  # noqa: PLC0415
    from graph.client import Graph  # noqa: PLC0415
    from graph.events import Change  # noqa: PLC0415
    from graph.ids import from_now, new_id  # noqa: PLC0415
    from graph.settings import GraphSettings  # noqa: PLC0415
    from graph.tokens import AccessRole  # noqa: PLC0415
    from graph.users import NewUser, UserStatus  # noqa: PLC0415
    from workers.access_mail import address_of  # noqa: PLC0415
    from workers.settings_mail import LinkSettings, MailSettings  # noqa: PLC0415

    invitation = admission.Invitation(
        link_id=new_id(),
        user=NewUser(id=new_id(), email=email, role=AccessRole(role), status=UserStatus.INVITED),
        expires_at=from_now(AuthSettings().invitation),
        secret=new_link_secret(),
    )
    async with Graph.open(GraphSettings()) as graph:
        change = Change.by(ACTOR)
        invited = await graph.write(admission.invite, invitation=invitation, change=change)
    assert invited.token is not None
    public_url = MailSettings().public_url
    return address_of(LinkKind.INVITATION, invited.token, LinkSettings(), public_url=public_url)


async def _list() -> list[tuple[str, str, str, str]]:
    from graph.client import Graph  # noqa: PLC0415 - as above
    from graph.settings import GraphSettings  # noqa: PLC0415
    from graph.users import everyone  # noqa: PLC0415

    async with Graph.open(GraphSettings()) as graph:
        users = await graph.read(everyone)
    return [(user.email, user.role, user.status, user.created_at[:10]) for user in users]


async def _disable(email: str) -> None:
    from graph import admission  # noqa: PLC0415 - as above
    from graph.client import Graph  # noqa: PLC0415
    from graph.errors import NotFound  # noqa: PLC0415
    from graph.events import Change  # noqa: PLC0415
    from graph.settings import GraphSettings  # noqa: PLC0415
    from graph.users import user_by_email  # noqa: PLC0415

    async with Graph.open(GraphSettings()) as graph:
        user = await graph.read(user_by_email, email=email)
        if user is None:
            raise NotFound("user", field="email")
        change = Change.by(ACTOR)
        await graph.write(admission.disable_user, user_id=user.id, change=change)
