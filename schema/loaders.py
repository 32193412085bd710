from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from graph.client import Graph

T = TypeVar("T")

MOST_IDS = 1_000


class Loaders:
    """Batches the reads of one operation: each level of a query costs one round trip per kind of read.

    A batch is a function of `graph` that takes `ids` and returns a map from id to result.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._loaders: dict[Any, DataLoader[str, Any]] = {}

    async def load(
        self, batch: Callable[..., Awaitable[Mapping[str, T]]], id: str, **arguments: Any
    ) -> T | None:
        """Return what `batch` finds for the id, asked together with all ids of this moment."""
        key = (batch, *sorted(arguments.items()))
        if key not in self._loaders:
            self._loaders[key] = DataLoader(self._load_function(batch, arguments), max_batch_size=MOST_IDS)
        found: T | None = await self._loaders[key].load(id)
        return found

    async def require(self, batch: Callable[..., Awaitable[Mapping[str, T]]], id: str, **arguments: Any) -> T:
        """Return what `batch` finds for an id that must be there: a reference inside the graph."""
        found = await self.load(batch, id, **arguments)
        if found is None:
            raise LookupError(f"{batch.__name__} did not find a referenced node")
        return found

    def clear(self) -> None:
        """Forget what was read: a subscription reads anew for each event."""
        self._loaders.clear()

    def _load_function(
        self, batch: Callable[..., Awaitable[Mapping[str, T]]], arguments: Mapping[str, Any]
    ) -> Callable[[Sequence[str]], Awaitable[Sequence[T | None]]]:
        async def load(ids: Sequence[str]) -> Sequence[T | None]:
            found = await self._graph.read(batch, ids=list(ids), **arguments)
            return [found.get(id_) for id_ in ids]

        return load
