"""Conditions that a filter may set, as Cypher over a source; `@value` is a parameter."""

from collections.abc import Sequence
from typing import LiteralString

from graph.reading import Source

OPERATORS: dict[str, LiteralString] = {
    "eq": "@source = @value",
    "in": "@source IN @value",
    "starts_with": "toLower(@source) STARTS WITH toLower(@value)",
    "contains": "toLower(@source) CONTAINS toLower(@value)",
    "gte": "@source >= @value",
    "gt": "@source > @value",
    "lte": "@source <= @value",
    "lt": "@source < @value",
    "has": "@value IN @source",
    "is_null": "(@source IS NULL) = @value",
}


def condition(source: Source, operator: str) -> str:
    """Return one condition; where the source is null it is false, so that `NOT` means what it says."""
    text = OPERATORS[operator].replace("@source", source.text)
    return text if operator == "is_null" else f"coalesce({text}, false)"


def every(conditions: Sequence[str]) -> str:
    """Return the condition that all of them hold; of none it is true."""
    return "(" + " AND ".join(conditions) + ")" if conditions else "true"


def some(conditions: Sequence[str]) -> str:
    """Return the condition that one of them holds; of none it is false."""
    return "(" + " OR ".join(conditions) + ")" if conditions else "false"


def none_of(conditions: Sequence[str]) -> str:
    """Return the condition that the conditions do not hold together."""
    return f"NOT {every(conditions)}"
