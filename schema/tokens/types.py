from collections.abc import Sequence
from typing import ClassVar

import strawberry

from graph import tokens
from graph.reading import ID, Anchor, node
from graph.rights import Permission
from graph.tokens import AccessRole, TokenOrder
from schema.actors import Actor, actor_of
from schema.enums import described
from schema.filters import (
    DateTimeFilter,
    EnumFilter,
    IdFilter,
    SortDirection,
    TextFilter,
    filtered,
    ids_of,
    joined,
)
from schema.node import Kind, Node
from schema.origins import Read
from schema.reads import identity, stored
from schema.scalars import DateTime


def scopes_of(values: Sequence[str] | None) -> list[Permission] | None:
    """Return the permissions that are kept as scopes."""
    return None if values is None else [permission for permission in Permission if permission in values]


described(
    TokenOrder,
    name="TokenSortField",
    description="What tokens are sorted by.",
    values={
        TokenOrder.CREATED_AT: "When it was made.",
        TokenOrder.LABEL: "What it is for.",
    },
)


@strawberry.type(description="What a system bears; its secret is shown once, when it is made.")
class Token(Read, Node):
    anchor: ClassVar[Anchor] = tokens.TOKEN
    id: strawberry.ID = identity(Kind.TOKEN)
    label: str = stored("What it is for.", node("label"))
    role: AccessRole = stored("What it may do.", node("role"), make=AccessRole)
    scopes: list[Permission] | None = stored(
        "What narrows the role; null where nothing does.", node("scopes"), make=scopes_of
    )
    created_at: DateTime = stored("When it was made.", node("created_at"))
    created_by: Actor | None = stored("By whom.", node("created_by"), make=actor_of)
    expires_at: DateTime | None = stored("When it ends; null where it doesn't.", node("expires_at"))
    rotated_at: DateTime | None = stored("When it got its newest secret.", node("rotated_at"))
    previous_secret_until: DateTime | None = stored(
        "Until when the secret before the newest is valid.", node("previous_until")
    )
    last_used_at: DateTime | None = stored(
        "When it was last used; written at most once a minute.", node("last_used_at")
    )
    revoked_at: DateTime | None = stored("When it was revoked.", node("revoked_at"))


@strawberry.input(description="How tokens are sorted.")
class TokenSort:
    field: TokenOrder = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.DESC, description="Which way round.")


@strawberry.input(description="Which tokens; all that is given must hold.")
class TokenFilter:
    all: list["TokenFilter"] | None = joined("AND", "All of these hold.")
    any: list["TokenFilter"] | None = joined("OR", "One of these holds.")
    none: "TokenFilter | None" = joined("NOT", "This does not hold.")
    id: IdFilter | None = filtered("By id.", ID, ids_of(Kind.TOKEN))
    label: TextFilter | None = filtered("By what it is for.", node("label"))
    role: EnumFilter[AccessRole] | None = filtered("By what it may do.", node("role"))
    created_at: DateTimeFilter | None = filtered("By when it was made.", node("created_at"))
    expires_at: DateTimeFilter | None = filtered("By when it ends.", node("expires_at"))
    revoked_at: DateTimeFilter | None = filtered("By when it was revoked.", node("revoked_at"))
