import strawberry

from graph.rights import Permission
from graph.tokens import TOKENS
from schema.pagination import Connection
from schema.reads import paged
from schema.tokens.types import Token, TokenFilter, TokenSort


@strawberry.type
class TokenQueries:
    tokens: Connection[Token] = paged(
        "Service tokens, the newest first.",
        TOKENS,
        where=TokenFilter,
        sort_by=TokenSort,
        requires=Permission.TOKENS_MANAGE,
    )
