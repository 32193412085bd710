"""What lists can be filtered and sorted by: typed operators, joined by `AND`, `OR` and `NOT`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

import strawberry
from strawberry.types.field import StrawberryField

from graph.errors import Code, InvalidInput
from graph.filtering import condition, every, none_of, some
from graph.reading import Source
from schema.node import Kind, local_id
from schema.scalars import DateTime

EnumT = TypeVar("EnumT", bound=Enum)

MOST_CONDITIONS = 30
MOST_VALUES = 100
LONGEST_TEXT = 1_000


@strawberry.enum(description="Which way round a list is sorted.")
class SortDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="From the least to the greatest.")
    DESC = strawberry.enum_value("DESC", description="From the greatest to the least.")


@strawberry.input(
    description="Conditions on a text; all that is given must hold. Capitals don't matter in parts."
)
class TextFilter:
    eq: str | None = strawberry.field(default=None, description="Is exactly this.")
    in_: list[str] | None = strawberry.field(default=None, name="in", description="Is one of these.")
    starts_with: str | None = strawberry.field(default=None, description="Begins so.")
    contains: str | None = strawberry.field(default=None, description="Has this part.")
    is_null: bool | None = strawberry.field(default=None, description="Is not known.")


@strawberry.input(description="Conditions on a number, bounds included; all that is given must hold.")
class NumberFilter:
    eq: float | None = strawberry.field(default=None, description="Is this.")
    gte: float | None = strawberry.field(default=None, description="Is at least this.")
    lte: float | None = strawberry.field(default=None, description="Is at most this.")


@strawberry.input(description="Conditions on a moment; all that is given must hold.")
class DateTimeFilter:
    gte: DateTime | None = strawberry.field(default=None, description="Is then or later.")
    lt: DateTime | None = strawberry.field(default=None, description="Is before.")
    is_null: bool | None = strawberry.field(default=None, description="Is not known.")


@strawberry.input(description="Conditions on a list of texts; all that is given must hold.")
class TextsFilter:
    has: str | None = strawberry.field(default=None, description="Has this one.")


@strawberry.input(description="Conditions on a state; all that is given must hold.")
class EnumFilter(Generic[EnumT]):
    eq: EnumT | None = strawberry.field(default=None, description="Is this.")
    in_: list[EnumT] | None = strawberry.field(default=None, name="in", description="Is one of these.")


@strawberry.input(description="Which things; all that is given must hold.")
class IdFilter:
    eq: strawberry.ID | None = strawberry.field(default=None, description="Is this one.")
    in_: list[strawberry.ID] | None = strawberry.field(
        default=None, name="in", description="Is one of these."
    )


@dataclass(frozen=True, slots=True)
class _Filtered:
    source: Source
    stored: Callable[[Any], Any]


def filtered(description: str, source: Source, stored: Callable[[Any], Any] | None = None) -> Any:
    """Declare a filter on a source; `stored` turns a value given into the value kept in the graph."""
    return strawberry.field(
        default=None,
        description=description,
        metadata={"filtered": _Filtered(source, stored or _as_stored)},
    )


def joined(name: str, description: str) -> Any:
    """Declare one of `AND`, `OR` and `NOT`."""
    return strawberry.field(default=None, name=name, description=description, metadata={"joined": name})


def ids_of(kind: Kind) -> Callable[[Any], Any]:
    """Return what turns global ids of a kind into stored ones."""

    def stored(value: Any) -> Any:
        if isinstance(value, list):
            return [local_id(kind, id_, field="where") for id_ in value]
        return local_id(kind, value, field="where")

    return stored


def conditions_of(where: Any) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Return the conditions of a filter as Cypher, with their values in order.

    Raises:
        InvalidInput: there are too many conditions or values, or a text is too long.
    """
    found = _Found()
    texts = _conditions(where, found)
    return tuple(texts), tuple(found.values)


@dataclass(slots=True)
class _Found:
    """The values of the conditions found so far; `parts` counts conditions, and the filters within the outermost."""

    values: list[Any] = field(default_factory=list)
    parts: int = -1

    def one_more(self) -> None:
        self.parts += 1
        if self.parts > MOST_CONDITIONS:
            raise InvalidInput(
                Code.TOO_MANY, f"`where` has at most {MOST_CONDITIONS} conditions", field="where"
            )


def _conditions(where: Any, found: _Found) -> list[str]:
    texts: list[str] = []
    found.one_more()
    for declared in type(where).__strawberry_definition__.fields:
        given = getattr(where, declared.python_name)
        if given is None:
            continue
        match declared.metadata.get("joined"):
            case "AND":
                texts += [every(_conditions(part, found)) for part in given]
            case "OR":
                texts.append(some([every(_conditions(part, found)) for part in given]))
            case "NOT":
                texts.append(none_of(_conditions(given, found)))
            case _:
                texts += _of_field(declared, given, found)
    return texts


def _of_field(field: StrawberryField, given: Any, found: _Found) -> list[str]:
    filter_: _Filtered = field.metadata["filtered"]
    texts: list[str] = []
    for operator in type(given).__strawberry_definition__.fields:
        value = getattr(given, operator.python_name)
        if value is None:
            continue
        _check_size(value)
        found.one_more()
        found.values.append(value if operator.python_name == "is_null" else filter_.stored(value))
        texts.append(condition(filter_.source, operator.python_name.rstrip("_")))
    return texts


def _check_size(value: Any) -> None:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str) and len(one) > LONGEST_TEXT:
            raise InvalidInput(
                Code.TOO_LONG, f"a text in `where` has at most {LONGEST_TEXT} characters", field="where"
            )
    if isinstance(value, list) and len(value) > MOST_VALUES:
        raise InvalidInput(
            Code.TOO_MANY, f"a list in `where` has at most {MOST_VALUES} values", field="where"
        )


def _as_stored(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_stored(one) for one in value]
    return value.value if isinstance(value, Enum) else value
