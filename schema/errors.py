"""What a client is told when something fails: a code, a sentence, and nothing from inside."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from enum import Enum
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError

from graph.errors import Conflict, InvalidInput, KithError, NotFound
from search.errors import InvalidQuery, SearchOutOfTime, SearchUnavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")


@strawberry.enum(description="Why an input was refused.")
class UserErrorCode(Enum):
    NOT_FOUND = strawberry.enum_value(
        "NOT_FOUND", description="What an id refers to is not there, or not for you."
    )
    INVALID_INPUT = strawberry.enum_value(
        "INVALID_INPUT", description="A value breaks a rule; the message names it."
    )
    CONFLICT = strawberry.enum_value("CONFLICT", description="The input does not fit what is there already.")


@strawberry.type(description="A refusal that the caller can mend: nothing of the mutation was kept.")
class UserError:
    field: str | None = strawberry.field(description="The input field at fault, as a path with dots.")
    message: str = strawberry.field(description="What to do, for people.")
    code: UserErrorCode = strawberry.field(description="What went wrong, for programs.")


async def attempt(work: Awaitable[T], refused: Callable[[list[UserError]], T]) -> T:
    """Await `work`; where the input is at fault, answer with the payload that `refused` makes of the errors."""
    try:
        return await work
    except (NotFound, InvalidInput, Conflict) as error:
        return refused([UserError(field=error.field, message=error.message, code=UserErrorCode[error.code])])


def publish(errors: Iterable[GraphQLError]) -> None:
    """Give each error a stable `extensions.code`, in place, and mask what was not meant for the client."""
    for error in errors:
        original = error.original_error
        if isinstance(original, GraphQLError):
            original = original.original_error or original
        code, message = _published(error, original)
        error.message = message
        error.extensions = {"code": code}
        if isinstance(original, KithError | InvalidQuery) and original.field:
            error.extensions["field"] = original.field


def published(errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
    """Return errors as they go out."""
    publish(errors)
    return [dict(error.formatted) for error in errors]


def _published(error: GraphQLError, original: BaseException | None) -> tuple[str, str]:
    return _expected(original) or _unexpected(error, original)


def _expected(original: BaseException | None) -> tuple[str, str] | None:
    match original:
        case KithError():
            return original.code, original.message
        case InvalidQuery():
            return original.reason, original.message
        case SearchOutOfTime():
            return "TIMEOUT", str(original)
        case SearchUnavailable():
            return "UNAVAILABLE", "the search does not answer; try again in a few seconds"
    return None


def _unexpected(error: GraphQLError, original: BaseException | None) -> tuple[str, str]:
    if isinstance(error, GraphQLSyntaxError) or isinstance(original, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED", error.message
    in_document = error.path is None
    refused_by_scalar = in_document and error.nodes and isinstance(original, ValueError | TypeError)
    if original is None or isinstance(original, GraphQLError) or refused_by_scalar:
        return "GRAPHQL_VALIDATION_FAILED" if in_document else "BAD_USER_INPUT", error.message
    frame = original.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "unknown"
    logger.error("a resolver failed: %s at %s, path %s", type(original).__name__, place, error.path)
    return "INTERNAL", "something went wrong on our side; it was logged"
