from datetime import timedelta
from typing import Annotated

import strawberry

from graph import tokens
from graph.errors import Code, InvalidInput
from graph.ids import from_now, new_id
from graph.rights import GRANTS, OF_NO_TOKEN, Permission, permissions_of
from graph.tokens import AccessRole, NewToken, new_secret, still_to_come
from schema.context import Context, Info
from schema.errors import UserError, attempt
from schema.node import Kind, local_id
from schema.permissions import Requires, check_not_wider
from schema.reads import by_id, referenced
from schema.scalars import DateTime
from schema.texts import required_text
from schema.tokens.types import Token, scopes_of

LONGEST_LABEL = 200
MOST_OVERLAP_HOURS = 7 * 24


@strawberry.input(description="A token.")
class CreateTokenInput:
    label: str = strawberry.field(description="What it is for, in 1 to 200 characters.")
    role: AccessRole = strawberry.field(description="What it may do; no more than you may.")
    scopes: list[Permission] | None = strawberry.field(
        default=None, description="Narrows the role to these of its permissions; null leaves it as it is."
    )
    expires_at: DateTime | None = strawberry.field(
        default=None, description="When it ends; null means that it doesn't."
    )


@strawberry.input(description="Which token, and how long its secret of now stays valid.")
class RotateTokenInput:
    token_id: strawberry.ID = strawberry.field(description="The token.")
    overlap_hours: int = strawberry.field(
        default=24, description="How long the secret of now stays valid beside the new one: 0 to 168 hours."
    )


@strawberry.input(description="Which token.")
class RevokeTokenInput:
    token_id: strawberry.ID = strawberry.field(description="The token.")


@strawberry.type(description="The answer to `createToken` and `rotateToken`.")
class TokenSecretPayload:
    token: Token | None = referenced("The token, null on refusal.")
    secret: str | None = strawberry.field(
        description="What its bearer sends: `Authorization: Bearer …`. Shown now and never again; null on refusal."
    )
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type(description="The answer to `revokeToken`.")
class RevokeTokenPayload:
    token: Token | None = referenced("The token, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type
class TokenMutations:
    @strawberry.mutation(
        description="Makes a token for a system and shows its secret, once.",
        extensions=[Requires(Permission.TOKENS_MANAGE)],
    )
    async def create_token(
        self, info: Info, input: Annotated[CreateTokenInput, strawberry.argument(description="What it is.")]
    ) -> TokenSecretPayload:
        return await attempt(_create(info.context, input), _no_secret)

    @strawberry.mutation(
        description="Gives a token another secret, shown once; the one before stays valid for a while.",
        extensions=[Requires(Permission.TOKENS_MANAGE)],
    )
    async def rotate_token(
        self, info: Info, input: Annotated[RotateTokenInput, strawberry.argument(description="Which one.")]
    ) -> TokenSecretPayload:
        return await attempt(_rotate(info.context, input), _no_secret)

    @strawberry.mutation(
        description="Makes a token invalid at once and for ever.",
        extensions=[Requires(Permission.TOKENS_MANAGE)],
    )
    async def revoke_token(
        self, info: Info, input: Annotated[RevokeTokenInput, strawberry.argument(description="Which one.")]
    ) -> RevokeTokenPayload:
        return await attempt(
            _revoke(info.context, input),
            lambda errors: RevokeTokenPayload(token=by_id(None), user_errors=errors),
        )


def _no_secret(errors: list[UserError]) -> TokenSecretPayload:
    return TokenSecretPayload(token=by_id(None), secret=None, user_errors=errors)


async def _create(context: Context, given: CreateTokenInput) -> TokenSecretPayload:
    label = required_text(given.label, LONGEST_LABEL, "label")
    if given.role in OF_NO_TOKEN:
        raise InvalidInput(Code.ROLE_BY_LINK_ONLY, "there are no tokens of this role", field="role")
    expires_at = still_to_come(given.expires_at)
    scopes = None if given.scopes is None else frozenset(given.scopes)
    if scopes is not None and not scopes:
        raise InvalidInput(Code.REQUIRED, "name one scope at least, or leave them out", field="scopes")
    if scopes is not None and not scopes <= GRANTS[given.role]:
        message = "scopes are permissions of the role"
        raise InvalidInput(Code.SCOPE_OUTSIDE_ROLE, message, field="scopes")
    allowed = permissions_of(given.role, scopes)
    check_not_wider(context.principal, allowed, field="role" if scopes is None else "scopes")
    secret = new_secret()
    token = NewToken(
        id=new_id(),
        secret=secret,
        role=given.role,
        label=label,
        scopes=None if scopes is None else sorted(scopes),
        expires_at=expires_at,
    )
    await context.graph.write(tokens.create_token, token=token, change=context.change())
    return TokenSecretPayload(token=by_id(token.id), secret=secret, user_errors=[])


async def _rotate(context: Context, given: RotateTokenInput) -> TokenSecretPayload:
    if not 0 <= given.overlap_hours <= MOST_OVERLAP_HOURS:
        message = f"an overlap is 0 to {MOST_OVERLAP_HOURS} hours"
        raise InvalidInput(Code.OUT_OF_RANGE, message, field="overlapHours")
    token_id = local_id(Kind.TOKEN, given.token_id, field="tokenId")
    found = await context.graph.read(tokens.token_by_id, id=token_id)
    scopes = scopes_of(found.scopes)
    allowed = permissions_of(found.role, None if scopes is None else frozenset(scopes))
    check_not_wider(context.principal, allowed, field="tokenId")
    secret = new_secret()
    await context.graph.write(
        tokens.rotate_token,
        id=token_id,
        secret=secret,
        previous_until=from_now(timedelta(hours=given.overlap_hours)),
        change=context.change(),
    )
    return TokenSecretPayload(token=by_id(token_id), secret=secret, user_errors=[])


async def _revoke(context: Context, given: RevokeTokenInput) -> RevokeTokenPayload:
    token_id = local_id(Kind.TOKEN, given.token_id, field="tokenId")
    await context.graph.write(tokens.revoke_token, id=token_id, change=context.change())
    return RevokeTokenPayload(token=by_id(token_id), user_errors=[])
