"""Declared fields resolved one by one, as graphql-core asks for them: where the planner is not in charge."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from strawberry.types import Info as StrawberryInfo
from strawberry.types.base import StrawberryContainer, StrawberryList
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

from graph.errors import Code, InvalidInput
from graph.reading import ID, Anchor, Item, Many, One, PageCount, PageRows, Pattern, Row, Source
from schema.origins import (
    CountOf,
    EdgesOf,
    InfoOf,
    LookedUp,
    NodesOf,
    Origin,
    Paged,
    Read,
    Referenced,
    Related,
    Same,
    Stored,
    Values,
    Variants,
)
from schema.paging import BoundPage, bind_page
from schema.permissions import Permission, Requires
from schema.references import find

_LOADING = (Related, Paged, Referenced, LookedUp, CountOf)
MOST_NODES = 100


class ReadField(StrawberryField):
    """A field with an origin; resolves itself where the planner is not in charge."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.init = self.compare = self.repr = isinstance(self.origin_, Referenced)

    @property
    def origin_(self) -> Origin:
        """Where the value comes from."""
        found: Origin = self.metadata["origin"]
        return found

    @property
    def guard(self) -> Permission | None:
        """What a principal needs to see the field."""
        return next((e.permission for e in self.extensions if isinstance(e, Requires)), None)

    @property
    def unless(self) -> Source | None:
        """What lets every principal see the field where it holds."""
        return next((e.unless for e in self.extensions if isinstance(e, Requires)), None)

    @property
    def is_basic_field(self) -> bool:
        """Say whether the value is at hand without waiting or asking."""
        return not self.extensions and not isinstance(self.origin_, _LOADING)

    @property
    def is_async(self) -> bool:
        """Say whether something has to be read for it."""
        return isinstance(self.origin_, _LOADING) or (
            isinstance(self.origin_, Stored) and self.guard is not None
        )

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:
        """Resolve the field of an object that was read."""
        if self.is_async:
            return self._loading(source, info, kwargs)
        match self.origin_:
            case Stored() as stored:
                return stored.value(source.values)
            case Same(when):
                there = when is None or source.values[when]
                return instance(one_type(self), source.values) if there else None
        return self._of_page(source)

    def _of_page(self, source: Any) -> Any:
        match self.origin_:
            case EdgesOf():
                edge = one_type(self)
                return [edge(values=values, page=source.page) for values in source.page.values]
            case NodesOf():
                return [instance(one_type(self), values) for values in source.page.values]
            case InfoOf():
                return source.page.bound.info(source.page.keys, more=source.page.more)
            case _:
                return source.page.bound.cursor(*source.page.key(source.values))

    async def _loading(
        self, source: Any, info: StrawberryInfo[Any, Any], arguments: Mapping[str, Any]
    ) -> Any:
        match self.origin_:
            case Stored() as stored:
                result = self._guarded(stored, source, info)
            case Related(pattern):
                result = self._related(pattern, source, info)
            case Paged(pattern):
                result = self._page(pattern, source, info, arguments)
            case Referenced():
                result = self._referenced(getattr(source, self.python_name), info)
            case LookedUp() as lookup:
                result = self._looked_up(lookup, info, arguments)
            case _:
                result = source.page.count(info)
        return await result

    async def _guarded(self, stored: Stored, source: Read, info: StrawberryInfo[Any, Any]) -> Any:
        if all(each in source.values for each in stored.sources):
            return stored.value(source.values)
        key = source.values[ID]
        row = await info.context.loaders.read(type(source).anchor, Row(stored.sources), key)
        return stored.value(dict(zip(stored.sources, row, strict=True)))

    async def _related(self, pattern: Pattern, source: Read, info: StrawberryInfo[Any, Any]) -> Any:
        cls = one_type(self)
        row = full_row(cls)
        many = is_list(self)
        item = Many(pattern, row) if many else One(pattern, row)
        (found,) = await info.context.loaders.read(type(source).anchor, Row((item,)), source.values[ID])
        if many:
            return [loaded(cls, values) for values in found]
        return None if found is None else loaded(cls, found)

    async def _page(
        self, pattern: Pattern, source: Any, info: StrawberryInfo[Any, Any], arguments: Mapping[str, Any]
    ) -> Any:
        connection = one_type(self)
        bound = bind_page(pattern, arguments)
        edge = one_type(_role(connection, EdgesOf))
        anchor = type(source).anchor if isinstance(source, Read) else None
        key = source.values[ID] if isinstance(source, Read) else None
        asked = _Asked(pattern.name, anchor, key, bound)
        sort = pattern.sorts[bound.shape.sort].by
        sources = tuple(dict.fromkeys((*full_sources(edge), sort, ID)))
        found = await asked.read(info, PageRows(pattern, Row(sources), 0))
        rows, more = bound.shown(found)
        values: list[Values] = [dict(zip(sources, items, strict=True)) for items in rows]
        return connection(page=LoadedPage(values, more, sort, asked, pattern))

    async def _referenced(self, keys: Any, info: StrawberryInfo[Any, Any]) -> Any:
        cls = one_type(self)
        if isinstance(keys, Sequence) and not isinstance(keys, str):
            return await gather(*(_load(cls, key, info) for key in keys))
        return None if keys is None else await _load(cls, keys, info)

    async def _looked_up(
        self, lookup: LookedUp, info: StrawberryInfo[Any, Any], arguments: Mapping[str, Any]
    ) -> Any:
        async def one(id: str) -> Any:
            found = lookup.kind_of(id)
            if found is None:
                return None
            cls, guard = lookup.kinds[found[0]]
            if guard is not None and not info.context.principal.may(guard):
                return None
            return await _load(cls(), found[1], info)

        if "by" in arguments:
            ((cls, _),) = lookup.kinds.values()
            (key,) = await find(info.context.loaders, [arguments["by"]])
            return None if key is None else await _load(cls(), key, info)
        if "ids" in arguments:
            return await gather(*(one(id_) for id_ in bounded_ids(arguments["ids"])))
        return await one(arguments["id"])


@dataclass(frozen=True, slots=True)
class _Asked:
    name: str
    anchor: Anchor | None
    key: str | None
    bound: BoundPage

    async def read(self, info: StrawberryInfo[Any, Any], item: Item) -> Any:
        loaders, pages, parameters = info.context.loaders, (self.bound.shape,), self.bound.parameters(0)
        if self.anchor is None or self.key is None:
            (found,) = await loaders.read_from_nothing(self.name, Row((item,)), pages, parameters)
        else:
            (found,) = await loaders.read(self.anchor, Row((item,)), self.key, pages, parameters)
        return found


@dataclass(frozen=True, slots=True)
class LoadedPage:
    values: list[Values]
    more: bool
    sort: Source
    asked: _Asked
    pattern: Pattern

    @property
    def bound(self) -> BoundPage:
        return self.asked.bound

    @property
    def keys(self) -> list[tuple[Any, str]]:
        return [self.key(values) for values in self.values]

    def key(self, values: Values) -> tuple[Any, str]:
        return values[self.sort], values[ID]

    async def count(self, info: StrawberryInfo[Any, Any]) -> int:
        total: int = await self.asked.read(info, PageCount(self.pattern, 0))
        return total


async def _load(cls: type, key: str, info: StrawberryInfo[Any, Any]) -> Any:
    found = await info.context.loaders.read(cls.anchor, full_row(cls), key)  # type: ignore[attr-defined]
    return None if found is None else loaded(cls, found)


def loaded(cls: type, row: Sequence[Any]) -> Any:
    """Return an object of the type, or of the interface's fitting type, of its full row."""
    return instance(cls, dict(zip(full_sources(cls), row, strict=True)))


def instance(cls: type, values: Values) -> Any:
    """Return an object of the type, or of the interface's fitting type."""
    variants = variants_of(cls)
    if variants is not None:
        cls = variants.types[values[variants.source]]()
    return cls(values=values)


def variants_of(cls: type) -> Variants | None:
    """Return how a match of an interface tells its type; None of a type that is none."""
    return getattr(cls, "variants", None) if cls.__strawberry_definition__.is_interface else None  # type: ignore[attr-defined]


def full_row(cls: type) -> Row:
    """Return all that the fields of a type need of its match, apart from what is guarded and can be read by its id."""
    return Row(full_sources(cls))


@cache
def full_sources(cls: type) -> tuple[Source, ...]:
    """Return the sources of a type's full row."""
    found: dict[Source, None] = {ID: None} if hasattr(cls, "anchor") else {}
    variants = variants_of(cls)
    if variants is not None:
        found[variants.source] = None
        for variant in variants.types.values():
            found |= dict.fromkeys(full_sources(variant()))
    for field in cls.__strawberry_definition__.fields:  # type: ignore[attr-defined]
        if getattr(field, "unless", None) is not None:
            found[field.unless] = None
        match getattr(field, "origin_", None):
            case Stored(sources) if field.guard is None or not hasattr(cls, "anchor"):
                found |= dict.fromkeys(sources)
            case Same(when):
                found |= {when: None} if when else {}
                found |= dict.fromkeys(full_sources(one_type(field)))
    return tuple(found)


def one_type(field: StrawberryField) -> type:
    """Return the class that a field holds one or many of."""
    type_: Any = field.type
    while isinstance(type_, StrawberryContainer | LazyType):
        type_ = type_.resolve_type() if isinstance(type_, LazyType) else type_.of_type
    return type_  # type: ignore[no-any-return]


def is_list(field: StrawberryField) -> bool:
    """Say whether a field holds many."""
    type_: Any = field.type
    while isinstance(type_, StrawberryContainer):
        if isinstance(type_, StrawberryList):
            return True
        type_ = type_.of_type
    return False


def _role(cls: type, role: type[EdgesOf]) -> ReadField:
    return next(
        field
        for field in cls.__strawberry_definition__.fields  # type: ignore[attr-defined]
        if isinstance(field, ReadField) and isinstance(field.origin_, role)
    )


def bounded_ids(ids: Sequence[str]) -> Sequence[str]:
    """Return the ids if they are not too many.

    Raises:
        InvalidInput: they are, or there are none.
    """
    if not 1 <= len(ids) <= MOST_NODES:
        raise InvalidInput(Code.OUT_OF_RANGE, f"1 to {MOST_NODES} ids", field="ids")
    return ids
