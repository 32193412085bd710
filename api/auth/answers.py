"""What goes in and out under `/auth/`: JSON objects of a fixed shape, and errors as GraphQL has them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.auth.attempts import TooMany
from graph.errors import KithError

LONGEST_TEXT = 2_000
RETRY_SECONDS = 5
STATUS = {"UNAUTHENTICATED": 401, "UNAVAILABLE": 503, "NOT_FOUND": 404}
"""By the code of an error; others are the client's, 400."""
NOT_KEPT = {"Cache-Control": "no-store"}

Endpoint = Callable[[Request], Awaitable[Response]]


def answering(endpoint: Endpoint) -> Endpoint:
    """Have an endpoint's failures answered, and nothing of its answers kept by caches."""

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            response = await endpoint(request)
        except TooMany as error:
            headers = {"Retry-After": str(error.retry_seconds)}
            response = failure(429, "TOO_MANY_ATTEMPTS", str(error), headers=headers)
        except KithError as error:
            response = _failed(error)
        response.headers.update(NOT_KEPT)
        return response

    return answer


def failure(
    status: int,
    code: str,
    message: str,
    *,
    field: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an error in the form that GraphQL answers have."""
    extensions = {"code": code} | ({"field": field} if field else {})
    content = {"errors": [{"message": message, "extensions": extensions}]}
    return JSONResponse(content, status_code=status, headers=headers)


async def texts(request: Request, names: Sequence[str]) -> list[str]:
    """Read the body: a JSON object with exactly these texts.

    Raises:
        KithError: it is something else.
    """
    shape = f"send a JSON object with {' and '.join(names)}, as texts, and Content-Type: application/json"
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise KithError("BAD_REQUEST", shape)
    try:
        content: Any = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise KithError("BAD_REQUEST", shape) from None
    if not isinstance(content, dict) or content.keys() != set(names):
        raise KithError("BAD_REQUEST", shape)
    found = [content[name] for name in names]
    if not all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in found):
        raise KithError("BAD_REQUEST", shape)
    return found


def _failed(error: KithError) -> Response:
    status = STATUS.get(error.code, 400)
    headers = {}
    if error.code == "UNAVAILABLE":
        headers["Retry-After"] = str(RETRY_SECONDS)
    if error.code == "UNAUTHENTICATED":
        headers["WWW-Authenticate"] = "Bearer"
    return failure(status, error.code, error.message, field=error.field, headers=headers)
