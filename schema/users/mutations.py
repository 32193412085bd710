from collections.abc import Awaitable
from typing import Annotated

import strawberry

from graph import admission
from graph.admission import Invitation
from graph.errors import Code, Conflict, InvalidInput
from graph.ids import from_now, new_id
from graph.rights import OF_NO_TOKEN, Permission, permissions_of
from graph.tokens import AccessRole
from graph.users import NewUser, UserStatus, set_role
from schema.context import Context, Info
from schema.errors import UserError, attempt
from schema.idempotency import idempotency_key, write_once
from schema.node import Kind, local_id
from schema.permissions import Requires, check_not_wider
from schema.reads import by_id, referenced
from schema.references import ColleagueRef, local_id_if_given
from schema.users.types import User
from schema.versions import expected_version


@strawberry.input(description="Whom to invite.")
class InviteUserInput:
    email: str = strawberry.field(
        description="The address that the invitation goes to; they sign in with it."
    )
    role: AccessRole = strawberry.field(description="What they may do; no more than you may.")
    colleague: ColleagueRef | None = strawberry.field(
        default=None, description="The colleague they are; by default the one with this address."
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Which user.")
class UserInput:
    user_id: strawberry.ID = strawberry.field(description="The user.")


@strawberry.input(description="Which user, and what they may do.")
class SetUserRoleInput:
    user_id: strawberry.ID = strawberry.field(description="The user; not yourself.")
    role: AccessRole = strawberry.field(description="What they may do; no more than you may.")
    expected_version: int | None = expected_version("the user has changed")


@strawberry.type(description="The answer to what changes a user.")
class UserPayload:
    user: User | None = referenced("The user, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


GivenUser = Annotated[UserInput, strawberry.argument(description="Which user.")]


@strawberry.type
class UserMutations:
    @strawberry.mutation(
        description="Sends an invitation by e-mail. Whoever was invited before and has not come in gets a new one.",
        extensions=[Requires(Permission.USERS_MANAGE)],
    )
    async def invite_user(
        self,
        info: Info,
        input: Annotated[InviteUserInput, strawberry.argument(description="Whom to invite.")],
    ) -> UserPayload:
        return await _answered(_invite(info, input))

    @strawberry.mutation(
        description="Ends an invitation that was not accepted yet.",
        extensions=[Requires(Permission.USERS_MANAGE)],
    )
    async def revoke_invitation(self, info: Info, input: GivenUser) -> UserPayload:
        return await _answered(_revoke_invitation(info.context, input))

    @strawberry.mutation(
        description="Gives a user another role, at once and in all their sessions.",
        extensions=[Requires(Permission.USERS_MANAGE)],
    )
    async def set_user_role(
        self,
        info: Info,
        input: Annotated[SetUserRoleInput, strawberry.argument(description="Which user, and which role.")],
    ) -> UserPayload:
        return await _answered(_set_role(info.context, input))

    @strawberry.mutation(
        description="Keeps a user out: sessions and invitations end at once. Not for yourself.",
        extensions=[Requires(Permission.USERS_MANAGE)],
    )
    async def disable_user(self, info: Info, input: GivenUser) -> UserPayload:
        return await _answered(_disable(info.context, input))

    @strawberry.mutation(
        description="Lets a disabled user sign in again; who never came in needs a new invitation.",
        extensions=[Requires(Permission.USERS_MANAGE)],
    )
    async def enable_user(self, info: Info, input: GivenUser) -> UserPayload:
        return await _answered(_enable(info.context, input))


async def _answered(work: Awaitable[str]) -> UserPayload:
    async def answer() -> UserPayload:
        return UserPayload(user=by_id(await work), user_errors=[])

    return await attempt(answer(), lambda errors: UserPayload(user=by_id(None), user_errors=errors))


async def _invite(info: Info, given: InviteUserInput) -> str:
    context = info.context
    _check_role(context, given.role)
    user = NewUser(
        id=new_id(),
        email=given.email,
        role=given.role,
        status=UserStatus.INVITED,
        person_id=await local_id_if_given(context.loaders, given.colleague, field="colleague"),
    )
    ends = from_now(context.services.invitation_valid)
    invitation = Invitation(link_id=new_id(), user=user, expires_at=ends)
    answer = await write_once(
        info,
        given,
        lambda invited: {"user": invited.user_id},
        admission.invite,
        invitation=invitation,
        change=context.change(),
    )
    return str(answer["user"])


async def _revoke_invitation(context: Context, given: UserInput) -> str:
    user_id = local_id(Kind.USER, given.user_id, field="userId")
    await context.graph.write(admission.revoke_invitation, user_id=user_id, change=context.change())
    return user_id


async def _set_role(context: Context, given: SetUserRoleInput) -> str:
    _check_role(context, given.role)
    user_id = _somebody_else(context, given.user_id)
    await context.graph.write(
        set_role,
        id=user_id,
        role=given.role,
        change=context.change(),
        expected_version=given.expected_version,
    )
    return user_id


async def _disable(context: Context, given: UserInput) -> str:
    user_id = _somebody_else(context, given.user_id)
    await context.graph.write(admission.disable_user, user_id=user_id, change=context.change())
    return user_id


async def _enable(context: Context, given: UserInput) -> str:
    user_id = local_id(Kind.USER, given.user_id, field="userId")
    await context.graph.write(admission.enable_user, user_id=user_id, change=context.change())
    return user_id


def _check_role(context: Context, role: AccessRole) -> None:
    if role in OF_NO_TOKEN:
        raise InvalidInput(Code.ROLE_BY_LINK_ONLY, "candidates come in by a link, not as users", field="role")
    check_not_wider(context.principal, permissions_of(role), field="role")


def _somebody_else(context: Context, global_: str) -> str:
    """Read the id of a user other than who is asking: so there is always an administrator left.

    Raises:
        NotFound: it is no user's.
        Conflict: it is who is asking.
    """
    user_id = local_id(Kind.USER, global_, field="userId")
    if user_id == context.principal.id:
        message = "ask another administrator: nobody does this to themself"
        raise Conflict(Code.NOT_YOURSELF, message, field="userId")
    return user_id
