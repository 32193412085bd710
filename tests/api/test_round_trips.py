"""A list costs as many round trips as its query has levels, however long it is.

Here what stands behind Elasticsearch; all other lists: `tests/schema/test_round_trips.py`.
"""

from typing import Any, TypeVar

import pytest
from redis.asyncio import Redis

from graph.client import Graph
from graph.settings import GraphSettings
from graph.taxonomy.loading import TermsOfGraph
from graph.tokens import AccessRole
from schema.context import Context, Services
from schema.loaders import Loaders
from schema.permissions import Principal
from schema.root import build_schema
from search.client import open_client
from search.indices import candidate_index
from search.insights.log import SearchLog
from search.resumes.store import ResumeStore, StoreSettings
from search.settings import ElasticsearchSettings
from search.talent.points import PointsInTime
from search.taxonomy.live import LiveTaxonomy
from tests.api.conftest import System

T = TypeVar("T")

CANDIDATE = (
    "id name employments { title company { name knownEmployments } } educations { school } skills { name } "
    "records { kind } externalIds { system } touches { status } "
    "applications(first: 5) { totalCount nodes { stage { name } job { title skills { name } } } }"
)
LISTS = {
    "talentSearch": "talentSearch(first: $first, facets: [SKILLS]) { totalCount facets { buckets { value } } "
    f"edges {{ highlights {{ field }} fit {{ reasons {{ clause }} }} node {{ {CANDIDATE} }} }} }}",
    "suggest": 'few: suggest(text: "p", kind: SKILL, first: 2) { text term { name broader { name } } } '
    'many: suggest(text: "p", kind: SKILL, first: 20) { text term { name broader { name } } } '
    "jobs(first: $first) { totalCount }",
}


class _Counting(Graph):
    """Counts the transactions that it runs."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph._driver, graph._settings, graph._pulse)
        self.count = 0

    async def read(self, work: Any, /, *args: Any, **arguments: Any) -> Any:
        self.count += 1
        return await super().read(work, *args, **arguments)


@pytest.mark.parametrize("name", LISTS)
async def test_a_longer_list_costs_no_more_round_trips(system: System, name: str) -> None:
    await system.settled()
    schema = build_schema()
    settings = ElasticsearchSettings()
    counts = {}
    async with Graph.open(GraphSettings()) as graph, open_client(settings) as client:
        for first in (10, 100):
            counting = _Counting(graph)
            index = candidate_index(settings.index_prefix)
            services = Services(
                graph=counting,
                elasticsearch=client,
                index=index,
                points=PointsInTime(client, index),
                taxonomy=LiveTaxonomy(TermsOfGraph(graph)),
                searches=SearchLog(Redis()),
                store=ResumeStore(StoreSettings(path="/nowhere")),
                feed=_NoFeed(),
                organization="Kith Demo",
            )
            principal = Principal(id="test", role=AccessRole.ADMIN, label="test", expires_at=None)
            context = Context(
                principal=principal, services=services, loaders=Loaders(counting, principal.viewer)
            )
            result = await schema.execute(
                f"query($first: Int!) {{ {LISTS[name]} }}", {"first": first}, context_value=context
            )
            assert result.errors is None
            counts[first] = counting.count
    levels_that_short_lists_miss = 3
    assert counts[100] <= counts[10] + levels_that_short_lists_miss, counts


class _NoFeed:
    def events(self, *, after: int, types: Any) -> Any:
        raise NotImplementedError
