"""`expectedVersion`: nothing is changed that its author has not seen."""

from typing import Any

import strawberry


def expected_version(changed: str = "it has changed") -> Any:
    """Declare the field of an input with the version that its author has seen."""
    return strawberry.field(
        default=None,
        description=f"The `version` that you have seen; where {changed} since, nothing is done.",
    )
