import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from strawberry.dataloader import DataLoader

from graph.client import Graph, Statement
from graph.composing import by_ids, from_nothing
from graph.deadlines import current
from graph.errors import OutOfTime
from graph.reading import Anchor, PageShape, Row
from graph.visibility import Viewer

MOST_IDS = 1_000


class Loaders:
    """Batches the reads of one operation where the planner is not in charge.

    Each level of a query costs one round trip per kind of read.
    """

    def __init__(self, graph: Graph, viewer: Viewer, home: asyncio.AbstractEventLoop | None = None) -> None:
        """`home` is the event loop that the graph lives on, where it is not the one that loads."""
        self._graph = graph
        self.viewer = viewer
        self._home = home
        self._loaders: dict[Any, DataLoader[str, Any]] = {}

    async def read(
        self,
        anchor: Anchor,
        row: Row,
        id: str,
        pages: Sequence[PageShape] = (),
        parameters: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the row of what has the id, or None; asked together with all ids of this moment."""
        given = dict(parameters or {})
        key = (anchor, row, tuple(pages), repr(given))
        if key not in self._loaders:
            load = self._load_function(by_ids(anchor, row, pages, sights=self.viewer.sights), given)
            self._loaders[key] = DataLoader(load, max_batch_size=MOST_IDS)
        return await self._loaders[key].load(id)

    async def read_from_nothing(
        self, name: str, row: Row, pages: Sequence[PageShape], parameters: Mapping[str, Any]
    ) -> Any:
        """Return the row of lists that hang on nothing."""
        statement = from_nothing(name, row, pages, sights=self.viewer.sights)
        return await self.value(statement, dict(parameters))

    async def value(self, statement: Statement, parameters: Mapping[str, Any]) -> Any:
        """Run one reading statement for the viewer, unbatched, and return the one value it gives.

        Raises:
            OutOfTime: the operation has ended meanwhile, since its time was over or its client left.
        """
        parameters = {**parameters, **self.viewer.parameters}
        if self._home is None:
            return await self._graph.value(statement, parameters)
        reading = self._at_home(statement, parameters)
        try:
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(reading, self._home))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # It was stopped at home. A batch that ends by being cancelled leaves those waiting who asked for its rows.
            raise OutOfTime from None

    async def _at_home(self, statement: Statement, parameters: Mapping[str, Any]) -> Any:
        deadline, task = current(), asyncio.current_task()
        if deadline is None or task is None:
            return await self._graph.value(statement, parameters)
        with deadline.including(task):
            return await self._graph.value(statement, parameters)

    def clear(self) -> None:
        """Forget what was read: a subscription reads anew for each event."""
        self._loaders.clear()

    def _load_function(
        self, statement: Statement, parameters: Mapping[str, Any]
    ) -> Callable[[Sequence[str]], Awaitable[Sequence[Any]]]:
        async def load(ids: Sequence[str]) -> Sequence[Any]:
            found = dict(await self.value(statement, {**parameters, "ids": list(ids)}))
            return [found.get(id_) for id_ in ids]

        return load
