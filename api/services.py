"""What resolvers work with, opened with settings from the environment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from redis.asyncio import Redis

from api.auth.settings import AuthSettings
from api.settings import ApiSettings
from graph.client import Graph
from graph.settings import GraphSettings
from graph.taxonomy.loading import TermsOfGraph
from schema.context import Services
from search.client import open_client
from search.embedding import embedder
from search.indices import candidate_index
from search.insights.log import SearchLog
from search.resumes.store import ResumeStore, StoreSettings
from search.settings import ElasticsearchSettings
from search.talent.points import PointsInTime
from search.taxonomy.live import LiveTaxonomy
from workers.broker import CONNECT_SECONDS
from workers.bus import EventBus
from workers.settings import RedisSettings


@asynccontextmanager
async def open_services() -> AsyncIterator[tuple[Services, EventBus]]:
    """Open everything for as long as the context lasts; the bus is what the services call their feed."""
    async with AsyncExitStack() as stack:
        elasticsearch = ElasticsearchSettings()
        await asyncio.to_thread(embedder)
        graph = await stack.enter_async_context(Graph.open(GraphSettings()))
        bus = await stack.enter_async_context(EventBus.open(RedisSettings().url, graph))
        client = await stack.enter_async_context(open_client(elasticsearch))
        redis = Redis.from_url(
            RedisSettings().url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS
        )
        stack.push_async_callback(redis.aclose)
        index = candidate_index(elasticsearch.index_prefix)
        services = Services(
            graph=graph,
            elasticsearch=client,
            index=index,
            taxonomy=await stack.enter_async_context(LiveTaxonomy.open(TermsOfGraph(graph))),
            searches=await stack.enter_async_context(SearchLog.open(redis)),
            points=await stack.enter_async_context(PointsInTime.open(client, index)),
            store=ResumeStore(StoreSettings()),
            feed=bus,
            organization=ApiSettings().organization,
            invitation_valid=AuthSettings().invitation,
        )
        yield services, bus
