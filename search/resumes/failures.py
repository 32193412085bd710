"""Why a file can't be read as a résumé: stable codes with a reason for people."""

from enum import StrEnum


class FailureCode(StrEnum):
    """Stable codes of an unreadable résumé; clients may rely on them."""

    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    UNSUPPORTED_TYPE = "UNSUPPORTED_TYPE"
    ENCRYPTED = "ENCRYPTED"
    BROKEN = "BROKEN"
    NO_TEXT = "NO_TEXT"
    SCANNED = "SCANNED"
    TOO_MANY_PAGES = "TOO_MANY_PAGES"
    TIME_LIMIT = "TIME_LIMIT"
    MEMORY_LIMIT = "MEMORY_LIMIT"
    CRASHED = "CRASHED"
    MISSING = "MISSING"


class UnreadableResume(Exception):
    """A file that gives no résumé. `reason` says what is wrong and what to do; it holds no text of the file."""

    def __init__(self, code: FailureCode, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
