from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Concatenate, LiteralString, NamedTuple, ParamSpec, TypeVar, cast

from neo4j import (
    AsyncDriver,
    AsyncGraphDatabase,
    AsyncManagedTransaction,
    AsyncSession,
    Bookmarks,
    Query,
    basic_auth,
    unit_of_work,
)
from neo4j.exceptions import (
    ClientError,
    ConfigurationError,
    ConstraintError,
    DriverError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)
from opentelemetry.trace import SpanKind

from graph.deadlines import seconds_left
from graph.errors import GraphUnavailable, KithError, OutOfTime
from graph.pulse import Absent, Pulse
from graph.settings import GraphSettings
from graph.tracing import span

_BAD_BOOKMARKS = {
    "Neo.ClientError.Transaction.InvalidBookmark",
    "Neo.ClientError.Transaction.InvalidBookmarkMixture",
}
_OUT_OF_TIME = {
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
}

_NEO4J = {"db.system.name": "neo4j"}

P = ParamSpec("P")
T = TypeVar("T")

Transaction = AsyncManagedTransaction
Row = Mapping[str, Any]


class Statement(NamedTuple):
    """One named piece of Cypher; the name is what logs, metrics and spans call it."""

    name: str
    text: LiteralString

    async def rows(self, tx: Transaction, /, **parameters: Any) -> list[Row]:
        """Run in `tx` and return every row as a mapping."""
        with span(self.name, _NEO4J, kind=SpanKind.CLIENT):
            result = await tx.run(self.text, parameters)
            return cast("list[Row]", await result.data())

    async def row(self, tx: Transaction, /, **parameters: Any) -> Row | None:
        """Run in `tx` and return the first row, or None."""
        rows = await self.rows(tx, **parameters)
        return rows[0] if rows else None

    async def value(self, tx: Transaction, /, **parameters: Any) -> Any:
        """Run in `tx` a statement that returns one row, and return its first value as the driver gives it.

        Unlike `row` it does not walk through the value to look for nodes, which takes longer than reading a big one.
        """
        with span(self.name, _NEO4J, kind=SpanKind.CLIENT):
            record = await (await tx.run(self.text, parameters)).single(strict=True)
            return record[0]

    async def run(self, tx: Transaction, /, **parameters: Any) -> None:
        """Run in `tx` for its effect."""
        with span(self.name, _NEO4J, kind=SpanKind.CLIENT):
            result = await tx.run(self.text, parameters)
            await result.consume()


SIGN_OF_LIFE = Statement("client.sign_of_life", "RETURN 1")


class Graph:
    """Neo4j as the rest of Kith sees it: functions of `graph` run in managed transactions."""

    def __init__(
        self,
        driver: AsyncDriver,
        settings: GraphSettings,
        pulse: Pulse,
        bookmarks: Sequence[str] | None = None,
    ) -> None:
        self._driver = driver
        self._settings = settings
        self._pulse = pulse
        self.bookmarks = None if bookmarks is None else tuple(bookmarks)
        """What this graph's reads wait for; None where it keeps no account of that."""

    def after(self, bookmarks: Sequence[str]) -> "Graph":
        """Return the same graph for one course of events: its reads see what the bookmarks stand for, and its writes."""
        return Graph(self._driver, self._settings, self._pulse, bookmarks)

    @staticmethod
    @asynccontextmanager
    async def open(settings: GraphSettings) -> "AsyncIterator[Graph]":
        """Connect for as long as the context lasts; the graph may be absent and come back meanwhile."""
        async with _driver(settings, settings.pool_size) as driver, _driver(settings, 1) as asking:
            pulse = Pulse(partial(_sign_of_life, asking), silence_seconds=settings.silence_seconds)
            try:
                yield Graph(driver, settings, pulse)
            finally:
                await pulse.close()

    async def read(
        self,
        work: Callable[Concatenate[Transaction, P], Awaitable[T]],
        /,
        *args: P.args,
        **arguments: P.kwargs,
    ) -> T:
        """Run `work` in a read transaction.

        Raises:
            GraphUnavailable: Neo4j did not answer.
            OutOfTime: it took longer than it may.
        """
        async with self._available(), self._session("READ") as session:
            return cast("T", await session.execute_read(self._unit(work), *args, **arguments))

    async def write(
        self,
        work: Callable[Concatenate[Transaction, P], Awaitable[T]],
        /,
        *args: P.args,
        **arguments: P.kwargs,
    ) -> T:
        """Run `work` in a write transaction: all of it is kept, or nothing.

        Where another transaction has just made what this one would make too, `work` runs once more and finds it.

        Raises:
            GraphUnavailable: Neo4j did not answer.
            OutOfTime: it took longer than it may.
        """
        async with self._available(), self._session("WRITE") as session:
            try:
                done = await session.execute_write(self._unit(work), *args, **arguments)
            except ConstraintError:
                done = await session.execute_write(self._unit(work), *args, **arguments)
            if self.bookmarks is not None:
                self.bookmarks = tuple((await session.last_bookmarks()).raw_values)
            return cast("T", done)

    async def value(self, statement: Statement, parameters: Mapping[str, Any]) -> Any:
        """Run one reading statement and return the one value it gives.

        It runs without a transaction of ours, which saves two round trips; where the connection breaks, it runs again.

        Raises:
            GraphUnavailable: Neo4j did not answer.
            OutOfTime: it took longer than it may.
        """
        query = Query(
            statement.text,
            metadata={"app": "kith", "work": statement.name},
            timeout=seconds_left(self._settings.query_seconds),
        )
        with span(statement.name, _NEO4J, kind=SpanKind.CLIENT):
            async with self._available():
                try:
                    return await self._value(query, parameters)
                except (ServiceUnavailable, SessionExpired, TransientError):
                    return await self.read(_only_value, statement, parameters)

    async def _value(self, query: Query, parameters: Mapping[str, Any]) -> Any:
        async with self._session("READ") as session:
            record = await (await session.run(query, dict(parameters))).single(strict=True)
            return record[0]

    async def execute(self, statement: Statement, **parameters: Any) -> list[Row]:
        """Run one statement in a transaction of its own, as schema commands and `CALL … IN TRANSACTIONS` demand."""
        with span(statement.name, _NEO4J, kind=SpanKind.CLIENT):
            async with self._available(), self._driver.session(database=self._settings.database) as session:
                result = await session.run(statement.text, parameters)
                return cast("list[Row]", await result.data())

    @asynccontextmanager
    async def _available(self) -> AsyncIterator[None]:
        with _unavailable_as_domain_error():
            async with self._pulse.watched():
                yield

    def _session(self, mode: str) -> AsyncSession:
        return self._driver.session(
            database=self._settings.database,
            default_access_mode=mode,
            bookmarks=Bookmarks.from_raw_values(self.bookmarks) if self.bookmarks else None,
        )

    def _unit(self, work: Callable[..., Any]) -> Any:
        metadata = {"app": "kith", "work": f"{work.__module__}.{work.__name__}"}
        return unit_of_work(metadata=metadata, timeout=seconds_left(self._settings.query_seconds))(work)


def _driver(settings: GraphSettings, connections: int) -> AsyncDriver:
    password = settings.password
    return AsyncGraphDatabase.driver(
        settings.uri,
        auth=basic_auth(settings.user, password.get_secret_value()) if password else None,
        max_connection_pool_size=connections,
        # Others may hold all connections for as long as a query may take; whether Neo4j lives is not seen by that.
        connection_acquisition_timeout=settings.query_seconds,
        connection_timeout=settings.connect_seconds,
        max_transaction_retry_time=settings.retry_seconds,
        notifications_min_severity="OFF",
        telemetry_disabled=True,
        user_agent="kith",
    )


async def _sign_of_life(driver: AsyncDriver) -> None:
    """Ask for as little as there is: unlike the driver's own check, a session gives its connection back when it is cancelled."""
    async with driver.session() as session:
        await (await session.run(SIGN_OF_LIFE.text)).consume()


async def _only_value(tx: Transaction, /, statement: Statement, parameters: Mapping[str, Any]) -> Any:
    record = await (await tx.run(statement.text, dict(parameters))).single(strict=True)
    return record[0]


class _unavailable_as_domain_error:  # noqa: N801 - reads as the phrase it is
    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Absent | ServiceUnavailable | SessionExpired | TransientError) or (
            isinstance(error, DriverError) and not isinstance(error, ConfigurationError)
        ):
            raise GraphUnavailable from error
        if isinstance(error, ClientError) and error.code in _OUT_OF_TIME:
            raise OutOfTime from error
        if isinstance(error, ClientError) and error.code in _BAD_BOOKMARKS:
            message = "a bookmark is what an earlier answer gave, unchanged; start again without it"
            raise KithError("INVALID_BOOKMARK", message) from error
