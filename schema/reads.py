"""How a type says, once for each field, where its value comes from.

    @strawberry.type
    class Stage(Read):
        name: str = stored("The customer's own name.", node("name"))
        jobs: list[Job] = related("Where it is used.", stages.JOBS)

The planner reads these declarations to make one Cypher of a whole operation; where it does not cover an operation, the
same declarations resolve field by field, with one batched read for each kind of thing on each level.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import strawberry
from strawberry import UNSET
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from graph.reading import ID, Pattern, Source
from schema.node import Kind, global_ids
from schema.origins import (
    CountOf,
    EdgesOf,
    InfoOf,
    LookedUp,
    NodesOf,
    Origin,
    Paged,
    PlaceOf,
    Referenced,
    Related,
    Same,
    Stored,
)
from schema.paging import After, Before, FirstOrNot, Last
from schema.permissions import Permission, Requires
from schema.references import Ref
from schema.resolving import ReadField


def stored(
    description: str,
    *sources: Source,
    make: Callable[..., Any] | None = None,
    name: str | None = None,
    requires: Permission | None = None,
    unless: Source | None = None,
) -> Any:
    """Declare a field whose value is a source, or what `make` makes of several; where `unless` holds, all may see it."""
    return _field(description, Stored(sources, make), name=name, requires=requires, unless=unless)


def identity(kind: Kind, description: str = "Names this object for ever; opaque.") -> Any:
    """Declare a field that is the global id of what was read."""
    return _field(description, Stored((ID,), global_ids(kind)))


def same(
    description: str,
    *,
    when: Source | None = None,
    name: str | None = None,
    requires: Permission | None = None,
    unless: Source | None = None,
) -> Any:
    """Declare a field whose object is read of the same match, null where `when` does not hold.

    Where `unless` holds, all may see it.
    """
    return _field(description, Same(when), name=name, requires=requires, unless=unless)


def related(description: str, pattern: Pattern, *, requires: Permission | None = None) -> Any:
    """Declare a field with what a pattern leads to: one object, or a list."""
    return _field(description, Related(pattern), requires=requires)


def paged(
    description: str,
    pattern: Pattern,
    *,
    where: type | None = None,
    sort_by: type | None = None,
    requires: Permission | None = None,
) -> Any:
    """Declare a connection over what a pattern leads to."""
    arguments = [
        _argument("first", FirstOrNot, None),
        _argument("after", After, None),
        _argument("last", Last, None),
        _argument("before", Before, None),
    ]
    if where is not None:
        given = Annotated[where | None, strawberry.argument(description="Only those that fulfil this.")]  # type: ignore[valid-type]
        arguments.append(_argument("where", given, None))
    if sort_by is not None:
        order = Annotated[sort_by | None, strawberry.argument(description="Another order.")]  # type: ignore[valid-type]
        arguments.append(_argument("sort_by", order, None))
    return _field(description, Paged(pattern), requires=requires, arguments=arguments)


def referenced(description: str, *, requires: Permission | None = None) -> Any:
    """Declare a field that shows what its attribute's ids name: `Payload(job=by_id(id))`."""
    return _field(description, Referenced(), requires=requires)


def by_id(ids: str | Sequence[str] | None) -> Any:
    """Return the ids for a field that is `referenced`, where its type is asked for."""
    return ids


def looked_up(
    description: str,
    kinds: Mapping[Kind, tuple[Callable[[], type], Permission | None]],
    *,
    id: str | None = None,
    ids: str | None = None,
    by: type[Ref] | None = None,
    requires: Permission | None = None,
) -> Any:
    """Declare a field that finds what its argument `id`, `ids` or `by` names; texts describe the argument."""
    if by is not None:
        argument = _argument("by", Annotated[by, strawberry.argument(description="What names it.")])
    elif id is not None:
        argument = _argument("id", Annotated[strawberry.ID, strawberry.argument(description=id)])
    else:
        argument = _argument("ids", Annotated[list[strawberry.ID], strawberry.argument(description=ids)])
    return _field(description, LookedUp(kinds), requires=requires, arguments=[argument])


def part_of_page(description: str, origin: EdgesOf | NodesOf | InfoOf | CountOf | PlaceOf) -> Any:
    """Declare a field of a connection or an edge."""
    return _field(description, origin)


def _field(
    description: str,
    origin: Origin,
    *,
    name: str | None = None,
    requires: Permission | None = None,
    unless: Source | None = None,
    arguments: Sequence[StrawberryArgument] = (),
) -> Any:
    field = ReadField(
        graphql_name=name,
        description=description,
        metadata={"origin": origin},
        extensions=[Requires(requires, unless)] if requires else [],
    )
    field.arguments = list(arguments)
    return field


def _argument(name: str, type_: Any, *default: None) -> StrawberryArgument:
    return StrawberryArgument(
        name, None, StrawberryAnnotation(type_), default=default[0] if default else UNSET
    )
