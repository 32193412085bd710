"""Enums of the domain as enums of the schema: each value with what it means."""

from collections.abc import Mapping
from enum import Enum

import strawberry


def described(enum: type[Enum], *, name: str, description: str, values: Mapping[Enum, str]) -> None:
    """Publish an enum under a name, with a description of each of its values.

    Raises:
        KeyError: a value has no description.
    """
    strawberry.enum(enum, name=name, description=description)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[enum[value.name]]
