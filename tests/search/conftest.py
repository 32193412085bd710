"""A client and candidate indices of this test session's own."""

import secrets
from collections.abc import AsyncIterator

import pytest_asyncio
from elasticsearch import AsyncElasticsearch

from search.client import open_client
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.settings import ElasticsearchSettings


@pytest_asyncio.fixture(scope="session")
async def elasticsearch(engines: dict[str, str]) -> AsyncIterator[AsyncElasticsearch]:
    async with open_client(ElasticsearchSettings(url=engines["elasticsearch"])) as client:
        yield client


@pytest_asyncio.fixture(scope="session")
async def index_prefix(elasticsearch: AsyncElasticsearch) -> AsyncIterator[str]:
    """A prefix nobody else uses; all indices under it are deleted in the end."""
    prefix = f"kith-test-{secrets.token_hex(4)}"
    yield prefix
    names = await elasticsearch.indices.get(index=f"{prefix}*", allow_no_indices=True)
    for name in names.body:
        await elasticsearch.indices.delete(index=name)


@pytest_asyncio.fixture(scope="session")
async def index(elasticsearch: AsyncElasticsearch, index_prefix: str) -> CandidateIndex:
    """An index shared by tests that use ids of their own."""
    names = candidate_index(f"{index_prefix}-shared")
    await ensure_indices(elasticsearch, names)
    return names
