"""What can go wrong between Kith and Elasticsearch; no message holds text of a searcher or a candidate."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from elastic_transport import SerializationError, TlsError, TransportError
from elasticsearch import ApiError

_TOO_MANY_REQUESTS = 429
_SERVER_ERRORS = 500
_ACCESS_ERRORS = (401, 403)
_INDEX_MISSING = "index_not_found_exception"


class SearchError(Exception):
    """Base of all errors of the search layer; `code` is stable."""

    code: ClassVar[str] = "SEARCH_FAILED"


class SearchUnavailable(SearchError):
    """Elasticsearch does not answer, is overloaded or ran out of time. The same call may succeed later."""

    code = "SEARCH_UNAVAILABLE"


class SearchOutOfTime(SearchError):
    """The search took longer than it may, and was stopped."""

    code = "SEARCH_OUT_OF_TIME"


class SearchIndexMissing(SearchError):
    """The candidate index is not there: `ensure_indices` creates it, then it is filled from the graph."""

    code = "SEARCH_INDEX_MISSING"


class SearchAccessDenied(SearchError):
    """Elasticsearch refuses the user, the password or the certificate."""

    code = "SEARCH_ACCESS_DENIED"


class SearchRejected(SearchError):
    """Elasticsearch understood the request and refuses it; repeating it will not help."""

    code = "SEARCH_REJECTED"


class InvalidQuery(SearchError):
    """The searcher's input is out of bounds. `reason` is a stable code, `field` names the input."""

    code = "INVALID_QUERY"

    def __init__(self, reason: str, field: str, message: str) -> None:
        """Keep the reason and the field beside the message."""
        super().__init__(message)
        self.reason = reason
        self.field = field
        self.message = message


def unavailable(action: str, cause: str) -> SearchUnavailable:
    """Build the error for an Elasticsearch that could not `action` because of `cause`."""
    return SearchUnavailable(f"Elasticsearch could not {action} ({cause}): is it running? Try again later.")


def index_missing() -> SearchIndexMissing:
    """Build the error for a missing index."""
    return SearchIndexMissing(
        "The candidate index is missing: create it (kith up) and index the graph again."
    )


def _error_type(error: ApiError) -> str:
    """Return Elasticsearch's name of the root cause; its `reason` may quote what a user typed."""
    cause = error.body.get("error") if isinstance(error.body, dict) else None
    if not isinstance(cause, dict):
        return "unknown"
    roots = cause.get("root_cause") or [cause]
    return str(roots[0].get("type", "unknown"))


def _from_response(error: ApiError, action: str) -> SearchError:
    status = error.status_code
    kind = _error_type(error)
    if status == _TOO_MANY_REQUESTS or status >= _SERVER_ERRORS:
        return unavailable(action, f"status {status}, {kind}")
    if status in _ACCESS_ERRORS:
        return SearchAccessDenied(
            f"Elasticsearch refused to {action} (status {status}): check KITH_ELASTICSEARCH_USERNAME and "
            "KITH_ELASTICSEARCH_PASSWORD and the rights of that user."
        )
    if kind == _INDEX_MISSING:
        return index_missing()
    return SearchRejected(f"Elasticsearch refused to {action} (status {status}, {kind}).")


def _from_transport(error: TransportError, action: str) -> SearchError:
    if isinstance(error, TlsError):
        return SearchAccessDenied(
            f"No trusted connection to Elasticsearch to {action}: check KITH_ELASTICSEARCH_CA_CERTS."
        )
    if isinstance(error, SerializationError):
        return SearchRejected(
            f"What was sent or came back to {action} is not JSON: check KITH_ELASTICSEARCH_URL."
        )
    return unavailable(action, type(error).__name__)


@contextmanager
def search_errors(action: str) -> Iterator[None]:
    """Turn the client's exceptions inside the block into those of this module.

    `action` completes "Elasticsearch could not …".
    """
    try:
        yield
    except ApiError as error:
        raise _from_response(error, action) from error
    except TransportError as error:
        raise _from_transport(error, action) from error
