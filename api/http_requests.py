"""From an HTTP request to a GraphQL request, as GraphQL over HTTP and the multipart request specification say."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request as HTTPRequest

from api.media_types import JSON, MULTIPART
from api.registered import document_named
from api.rejections import Rejected, bad_request
from graph.errors import InvalidInput
from schema.operations import Request

PREFLIGHT_HEADERS = (
    "GraphQL-Preflight",
    "GraphQL-Require-Preflight",
    "Apollo-Require-Preflight",
    "X-Apollo-Operation-Name",
    "X-Requested-With",
)
"""A browser lets a foreign page send none of these without asking first. A form it sends unasked, with the cookies that
a front end in front of this API may use; so an upload must carry one of them."""
MOST_FILES = 10
MOST_FORM_FIELDS = 10
MOST_PLACES = 100
"""Places of the variables in which a form's files may stand."""
MOST_SEPARATORS = 100_000
"""Commas and opening brackets in a JSON body, those in texts too: reading one that says little in many values keeps everybody waiting."""
_MOST_STEPS = 50
SHAPE = "a GraphQL request is a JSON object with `query`, and with `variables`, `operationName` and `extensions` if need be"


async def graphql_request(request: HTTPRequest, *, uploads: bool) -> Request:
    """Read the GraphQL request that an HTTP request holds; without `uploads` no form is read.

    Raises:
        Rejected: it holds none.
    """
    if request.method == "GET":
        return _shaped(_from_query(request))
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise _unsupported("send the body as it is, not compressed", {"Accept-Encoding": "identity"})
    content_type, parameters = parse_options_header(request.headers.get("content-type"))
    if parameters.get(b"charset", b"utf-8").lower() not in {b"utf-8", b"utf8"}:
        raise _unsupported("send the body in UTF-8")
    if content_type == JSON.encode():
        return _shaped(_json(await request.body()))
    if content_type == MULTIPART.encode() and uploads:
        return _shaped(await _from_form(request))
    raise _unsupported(f"send `Content-Type: {JSON}`, or {MULTIPART} for uploads")


def _unsupported(message: str, headers: dict[str, str] | None = None) -> Rejected:
    accepted = {"Accept-Post": f"{JSON}, {MULTIPART}"}
    return Rejected(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message, headers or accepted)


def _shaped(given: Any) -> Request:
    if not isinstance(given, dict):
        raise bad_request(SHAPE)
    query, variables, name = given.get("query"), given.get("variables"), given.get("operationName")
    extensions = given.get("extensions")
    try:
        named = None if query else document_named(given)
    except InvalidInput as error:
        raise Rejected(HTTPStatus.BAD_REQUEST, error.code, error.message) from None
    if named is None and (not isinstance(query, str) or not query):
        raise bad_request(f"`query` is a text; {SHAPE}")
    if not isinstance(variables, dict | None) or not isinstance(extensions, dict | None):
        raise bad_request("`variables` and `extensions` are JSON objects")
    if not isinstance(name, str | None):
        raise bad_request("`operationName` is a text")
    return Request(query=query or "", named=named, variables=variables, operation_name=name or None)


def _json(text: str | bytes) -> Any:
    marks: list[Any] = [b",", b"[", b"{"] if isinstance(text, bytes) else [",", "[", "{"]
    if len(text) > MOST_SEPARATORS and sum(map(text.count, marks)) > MOST_SEPARATORS:
        message = (
            f"what was sent has more than {MOST_SEPARATORS} commas and opening brackets; send less at once"
        )
        raise Rejected(HTTPStatus.BAD_REQUEST, "QUERY_TOO_COSTLY", message)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise bad_request(f"what was sent is no JSON; {SHAPE}") from None


def _from_query(request: HTTPRequest) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _json(given[name]) if given[name] else None
    return given


async def _from_form(request: HTTPRequest) -> Any:
    if not any(request.headers.get(name) for name in PREFLIGHT_HEADERS):
        raise Rejected(
            HTTPStatus.BAD_REQUEST,
            "PREFLIGHT_REQUIRED",
            "uploads carry a header that no foreign page can send, such as `GraphQL-Preflight: 1`",
        )
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FORM_FIELDS)
    except HTTPException as error:
        raise bad_request(f"the form cannot be read: {error.detail}") from None
    operations, places = form.get("operations"), form.get("map")
    if not isinstance(operations, str) or not isinstance(places, str):
        raise bad_request("an upload is a form with `operations`, `map` and the files, in this order")
    try:
        return _with_files(_json(operations), _json(places), dict(form))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise bad_request("`map` names files of the form and places in `operations`") from None


def _with_files(operations: Any, places: Any, files: Mapping[str, Any]) -> Any:
    """Put files where `map` says, such as `variables.input.file`; the nulls there give way to them."""
    named = ((name, path) for name, paths in places.items() for path in paths)
    for number, (name, path) in enumerate(named):
        if number == MOST_PLACES:
            raise bad_request(f"`map` names more than {MOST_PLACES} places")
        file, (*parents, last) = files[name], path.split(".", _MOST_STEPS)
        target = operations
        for step in parents:
            target = target[int(step) if isinstance(target, list) else step]
        target[int(last) if isinstance(target, list) else last] = file
    return operations
