"""The schema over a graph of its own tests, without the API in front of it."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol, cast

import orjson
import pytest

from graph.client import Graph
from graph.migrations.runner import migrate
from graph.settings import GraphSettings
from graph.taxonomy.loading import TermsOfGraph
from graph.tokens import AccessRole
from schema.context import Context, Services
from schema.loaders import Loaders
from schema.operations import Operations, Request
from schema.permissions import Principal
from schema.root import build_schema
from search.resumes.store import ResumeStore, StoreSettings
from search.taxonomy.live import LiveTaxonomy
from tests.workers.conftest import EMPTY

SCHEMA = build_schema()


class Ask(Protocol):
    """Sends an operation; returns its data and its errors."""

    async def __call__(
        self, document: str, variables: dict[str, Any] | None = None, *, role: AccessRole = AccessRole.ADMIN
    ) -> tuple[Any, list[dict[str, Any]]]: ...


@pytest.fixture(scope="session")
async def graph(engines: dict[str, str]) -> AsyncIterator[Graph]:
    """The migrated graph, with whatever earlier tests left in it."""
    async with Graph.open(GraphSettings(uri=engines["neo4j"], retry_seconds=30.0)) as opened:
        await migrate(opened)
        yield opened


@pytest.fixture
async def empty(graph: Graph) -> Graph:
    """The migrated graph without any data."""
    await graph.execute(EMPTY)
    return graph


@pytest.fixture
def ask(graph: Graph) -> Iterator[Ask]:
    """What sends operations that ask the graph alone."""
    operations = Operations(SCHEMA)

    async def send(
        document: str, variables: dict[str, Any] | None = None, *, role: AccessRole = AccessRole.ADMIN
    ) -> tuple[Any, list[dict[str, Any]]]:
        request = Request(query=document, variables=variables)
        answer = orjson.loads(await operations.answer(request, context_of(graph, role)))
        return answer.get("data"), answer.get("errors", [])

    yield send
    operations.close()


def context_of(graph: Graph, role: AccessRole, person_id: str | None = None) -> Context:
    """Make the context of one operation; there is no search behind it."""
    nothing = cast("Any", None)
    services = Services(
        graph=graph,
        elasticsearch=nothing,
        index=nothing,
        points=nothing,
        taxonomy=LiveTaxonomy(TermsOfGraph(graph)),
        searches=nothing,
        store=ResumeStore(StoreSettings(path="/nowhere")),
        feed=nothing,
        organization="Test",
    )
    principal = Principal(id="test", role=role, label="test", expires_at=None, person_id=person_id)
    return Context(principal=principal, services=services, loaders=Loaders(graph, principal.viewer))
