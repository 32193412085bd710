from enum import StrEnum


class Code(StrEnum):
    """Why an input is refused; clients rely on these codes."""

    NOT_FOUND = "NOT_FOUND"
    REQUIRED = "REQUIRED"
    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    MALFORMED = "MALFORMED"
    BAD_CURSOR = "BAD_CURSOR"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    ID_TAKEN = "ID_TAKEN"
    EXTERNAL_ID_TAKEN = "EXTERNAL_ID_TAKEN"
    JOB_CLOSED = "JOB_CLOSED"
    ALREADY_APPLIED = "ALREADY_APPLIED"
    PIPELINE_INCOMPLETE = "PIPELINE_INCOMPLETE"
    PERSON_REQUIRED = "PERSON_REQUIRED"
    SAME_PERSON = "SAME_PERSON"
    UNKNOWN_MERGE_FIELD = "UNKNOWN_MERGE_FIELD"
    MERGE_VALUE_MISSING = "MERGE_VALUE_MISSING"
    FILE_MISSING = "FILE_MISSING"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    INTAKE_NOT_FAILED = "INTAKE_NOT_FAILED"
    USER_EXISTS = "USER_EXISTS"
    NO_OPEN_INVITATION = "NO_OPEN_INVITATION"
    NOT_YOURSELF = "NOT_YOURSELF"
    MORE_THAN_YOURS = "MORE_THAN_YOURS"
    ROLE_BY_LINK_ONLY = "ROLE_BY_LINK_ONLY"
    SCOPE_OUTSIDE_ROLE = "SCOPE_OUTSIDE_ROLE"
    TOKEN_ENDED = "TOKEN_ENDED"  # noqa: S105 - a code
    APPLICATION_SUSPENDED = "APPLICATION_SUSPENDED"
    NOT_PUBLIC = "NOT_PUBLIC"
    NOT_FOR_PARTNERS = "NOT_FOR_PARTNERS"
    SPELLING_TAKEN = "SPELLING_TAKEN"
    NAME_NEEDED = "NAME_NEEDED"
    SAME_TERM = "SAME_TERM"
    OTHER_KIND = "OTHER_KIND"
    TERM_CIRCLE = "TERM_CIRCLE"
    INVALID_SEARCH = "INVALID_SEARCH"
    NOT_THE_OWNER = "NOT_THE_OWNER"
    TOO_BROAD = "TOO_BROAD"
    NO_ADDRESS = "NO_ADDRESS"


class KithError(Exception):
    """A failure that a caller can act on: a stable code, a sentence that says what to do, the field it is about."""

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class Refused(KithError):
    """The input is at fault, and the caller can mend it; `reason` is what a payload's `userErrors` say."""

    def __init__(self, code: str, reason: Code, message: str, *, field: str | None = None) -> None:
        super().__init__(code, message, field=field)
        self.reason = reason


class NotFound(Refused):
    """Nothing with that id is there for this caller."""

    def __init__(self, what: str, *, field: str | None = None) -> None:
        super().__init__("NOT_FOUND", Code.NOT_FOUND, f"there is no such {what}; check the id", field=field)


class InvalidInput(Refused):
    """The input breaks a rule of the domain."""

    def __init__(self, reason: Code, message: str, *, field: str | None = None) -> None:
        super().__init__("INVALID_INPUT", reason, message, field=field)


class Conflict(Refused):
    """The input does not fit what is there already."""

    def __init__(self, reason: Code, message: str, *, field: str | None = None) -> None:
        super().__init__("CONFLICT", reason, message, field=field)


class GraphUnavailable(KithError):
    """Neo4j did not answer in time."""

    def __init__(self) -> None:
        super().__init__("UNAVAILABLE", "the graph does not answer; try again in a few seconds")


class OutOfTime(KithError):
    """The work took longer than it may, and was stopped; nothing of a change was kept."""

    def __init__(self) -> None:
        super().__init__("TIMEOUT", "it took longer than it may and was stopped; ask for less at once")
