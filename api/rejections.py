"""HTTP requests that never reach GraphQL."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from starlette.responses import Response

from api.media_types import JSON


class Rejected(Exception):
    """The HTTP request cannot be answered by GraphQL; status, code and message say why."""

    def __init__(
        self, status: HTTPStatus, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def response(self, media_type: str = JSON) -> Response:
        """Return the answer: a GraphQL response without data."""
        error = {"message": self.message, "extensions": {"code": self.code}}
        return Response(
            orjson.dumps({"errors": [error]}),
            status_code=self.status,
            headers=self.headers | {"Content-Type": f"{media_type}; charset=utf-8"},
        )


def bad_request(message: str) -> Rejected:
    """Return the rejection of a request that is not well-formed."""
    return Rejected(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", message)


def unavailable() -> Rejected:
    """Return the rejection of what cannot even begin without the graph."""
    return Rejected(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "UNAVAILABLE",
        "the graph does not answer; try again in a few seconds",
        {"Retry-After": "5"},
    )
