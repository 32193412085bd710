"""What a client is told when something fails: a code, a sentence, and nothing from inside."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError

from graph.errors import Code, KithError, Refused
from schema.enums import described
from search.errors import InvalidQuery, SearchOutOfTime, SearchUnavailable
from search.query_language.errors import QuerySyntaxError

logger = logging.getLogger(__name__)

T = TypeVar("T")

TOP_LEVEL: dict[str, str] = {
    "UNAUTHENTICATED": "There is no valid token: get one, and send it.",
    "FORBIDDEN": "Your role or scopes do not allow it.",
    "NOT_FOUND": "What an argument names is not there, or not for you.",
    "INVALID_INPUT": "An argument breaks a rule; `extensions.field` names it.",
    "INVALID_BOOKMARK": "`Kith-Bookmark` is not what an earlier answer gave: start again without it.",
    "BAD_USER_INPUT": "A value could not be read as its type.",
    "BAD_REQUEST": "The request is no GraphQL request.",
    "PERSISTED_DOCUMENT_NOT_FOUND": "No approved document has this hash.",
    "DOCUMENT_NOT_REGISTERED": "This partner application runs approved documents only: hand this one in first.",
    "BODY_TOO_LARGE": "The request has more bytes than are taken.",
    "GRAPHQL_PARSE_FAILED": "The document is no GraphQL, or has too many tokens.",
    "GRAPHQL_VALIDATION_FAILED": "The document, or a variable, does not fit the schema.",
    "QUERY_TOO_COSTLY": "The document asks for more than one request may: ask for less, or in parts.",
    "TOO_MANY_OPERATIONS": "More operations run on one socket than may: end one.",
    "TOO_SLOW": "You read a subscription too slowly: go on with `after`, the cursor of the last event you got.",
    "UNAVAILABLE": "A part of the system does not answer: try again in a few seconds.",
    "INTERNAL": "Something went wrong on our side, and was logged.",
    "BAD_CURSOR": "Talent search: `after` is no cursor of this search.",
    "BAD_RANGE": "Talent search: a range is empty or out of bounds.",
    "BAD_SIZE": "Talent search: `first` is out of bounds.",
    "EMPTY_VALUE": "Talent search: a value to look for is empty.",
    "TEXT_TOO_LONG": "Talent search: the text has too many characters.",
    "VALUE_TOO_LONG": "Talent search: a value to look for has too many characters.",
    "TOO_MANY_TERMS": "Talent search: the text has too many words.",
    "TOO_MANY_VALUES": "Talent search: a list has too many values.",
    "BAD_RECEIPT": "Talent search: this is no receipt of ours.",
    "CURSOR_EXPIRED": "Talent search: the cursor's list is no longer kept: start again without `after`.",
    "NOTHING_RANKS": "Talent search: sorting by relevance needs a text or `should`.",
    "NO_PLACE": "Talent search: sorting by distance needs `near`.",
    "UNKNOWN_PLACE": "Talent search: `near` names a city that is not known.",
    "TOO_MANY_CONDITIONS": "Talent search: `where` or `should` has too many conditions.",
    "TOO_MANY_PATTERNS": "Talent search: the text has too many wildcards and fuzzy words.",
    "TOO_DEEP": "Talent search: the text nests too deep.",
    "UNCLOSED_QUOTE": "Talent search: a quote is not closed; `extensions` say where, as with all that follow.",
    "UNCLOSED_PARENTHESIS": "Talent search: a parenthesis is not closed.",
    "UNOPENED_PARENTHESIS": "Talent search: a parenthesis closes none.",
    "MISSING_TERM": "Talent search: an operator or a prefix has nothing to work on.",
    "UNKNOWN_FIELD": "Talent search: a prefix is no field's.",
    "FIELD_IN_FIELD": "Talent search: a prefix stands within another's parentheses.",
    "NICE_INSIDE": "Talent search: `nice:` stands within something else.",
    "LEADING_WILDCARD": "Talent search: a wildcard stands in front of a word.",
    "BAD_WILDCARD": "Talent search: a wildcard stands where none can.",
    "BAD_FUZZY": "Talent search: `~` stands behind what is no word, or with a number out of bounds.",
    "BAD_DISTANCE": "Talent search: `~` behind quotes has no number, or one out of bounds.",
}
"""Every `extensions.code` of an error outside a payload, with what it means."""


described(
    Code,
    name="UserErrorCode",
    description="Why an input was refused: first what can happen to any input, then the words of each domain.",
    values={
        Code.NOT_FOUND: "What is named is not there, or not for you; both look the same.",
        Code.REQUIRED: "A value is empty that must not be.",
        Code.TOO_LONG: "A text has too many characters.",
        Code.TOO_MANY: "A list has too many items.",
        Code.OUT_OF_RANGE: "A number, or how many items there are, is outside its bounds.",
        Code.MALFORMED: "A value has not the form it must have.",
        Code.BAD_CURSOR: "`after` or `before` is no cursor of this list in this order.",
        Code.VERSION_CONFLICT: "Somebody changed it since the `expectedVersion`: read it again and decide anew.",
        Code.IDEMPOTENCY_KEY_REUSED: "Another input came under this `idempotencyKey`: use a new key.",
        Code.ID_TAKEN: "The id belongs to something else.",
        Code.EXTERNAL_ID_TAKEN: "Another thing of this kind has this external id.",
        Code.JOB_CLOSED: "The job takes no applications.",
        Code.ALREADY_APPLIED: "The candidate has an active application for this job.",
        Code.PIPELINE_INCOMPLETE: "The pipeline lacks a stage of the category that is needed.",
        Code.PERSON_REQUIRED: "Nobody stands behind your token, and what you ask for would leave it without anyone who sees it.",
        Code.SAME_PERSON: "Two people are meant, and one is named twice.",
        Code.UNKNOWN_MERGE_FIELD: "A template has braces that are none of the known merge fields.",
        Code.MERGE_VALUE_MISSING: "The template asks for something that was not given.",
        Code.FILE_MISSING: "There is no file in the request.",
        Code.FILE_TOO_LARGE: "The file is larger than files may be.",
        Code.INTAKE_NOT_FAILED: "Only what failed can be tried again.",
        Code.USER_EXISTS: "The address or the colleague has a user already.",
        Code.NO_OPEN_INVITATION: "The user has no invitation that could still be accepted.",
        Code.NOT_YOURSELF: "Nobody does this to themself: ask another administrator.",
        Code.MORE_THAN_YOURS: "It would give away more than you may do yourself.",
        Code.ROLE_BY_LINK_ONLY: "Candidates come in by links that are sent to them: nobody is given their role.",
        Code.SCOPE_OUTSIDE_ROLE: "A scope is none of the role's permissions.",
        Code.TOKEN_ENDED: "The token is expired or revoked: make another.",
        Code.APPLICATION_SUSPENDED: "The partner application is suspended: approve it again first.",
        Code.NOT_PUBLIC: "The document asks for more than anybody without a token may have.",
        Code.NOT_FOR_PARTNERS: "The document asks for more than partners may have.",
        Code.SPELLING_TAKEN: "Another term of this kind is spelt so: change that one, or merge both.",
        Code.NAME_NEEDED: "A term's name is not taken away: give it another first.",
        Code.SAME_TERM: "Two terms are meant, and one is named twice.",
        Code.OTHER_KIND: "One is a skill and one a title: they can be related, and no more.",
        Code.TERM_CIRCLE: "The broader term is narrower than this already.",
        Code.INVALID_SEARCH: "Nobody could run the search; `message` says why, with the code that `talentSearch` gives.",
        Code.NOT_THE_OWNER: "Only its owner changes it.",
    },
)


@strawberry.type(description="A refusal that the caller can mend: nothing of the mutation was kept.")
class UserError:
    field: str | None = strawberry.field(description="The input field at fault, as a path with dots.")
    message: str = strawberry.field(description="What to do, for people.")
    code: Code = strawberry.field(description="What went wrong, for programs.")


async def attempt(work: Awaitable[T], refused: Callable[[list[UserError]], T]) -> T:
    """Await `work`; where the input is at fault, answer with the payload that `refused` makes of the errors."""
    try:
        return await work
    except Refused as error:
        return refused([UserError(field=error.field, message=error.message, code=error.reason)])


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
        if isinstance(original, QuerySyntaxError):
            error.extensions |= {"offset": original.at.offset, "length": original.at.length}
            error.extensions |= {"suggestion": original.suggestion} if original.suggestion else {}


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
