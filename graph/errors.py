class KithError(Exception):
    """A failure that a caller can act on: a stable code, a sentence that says what to do, the field it is about."""

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class NotFound(KithError):
    """Nothing with that id is there for this caller."""

    def __init__(self, what: str, *, field: str | None = None) -> None:
        super().__init__("NOT_FOUND", f"there is no such {what}; check the id", field=field)


class InvalidInput(KithError):
    """The input breaks a rule of the domain."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__("INVALID_INPUT", message, field=field)


class Conflict(KithError):
    """The input does not fit what is there already."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__("CONFLICT", message, field=field)


class GraphUnavailable(KithError):
    """Neo4j did not answer in time."""

    def __init__(self) -> None:
        super().__init__("UNAVAILABLE", "the graph does not answer; try again in a few seconds")


class OutOfTime(KithError):
    """The work took longer than it may, and was stopped; nothing of a change was kept."""

    def __init__(self) -> None:
        super().__init__("TIMEOUT", "it took longer than it may and was stopped; ask for less at once")
