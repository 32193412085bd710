"""The connection to Elasticsearch: opened and closed by the entry point, on the event loop that uses it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

from elastic_transport import AiohttpHttpNode
from elasticsearch import AsyncElasticsearch, OrjsonSerializer

from search.settings import ElasticsearchSettings

_BACKOFF_SECONDS = 0.2
_BACKOFF_LIMIT_SECONDS = 2.0
_BOUNDED: WeakKeyDictionary[AsyncElasticsearch, dict[float, AsyncElasticsearch]] = WeakKeyDictionary()


@asynccontextmanager
async def open_client(settings: ElasticsearchSettings) -> AsyncIterator[AsyncElasticsearch]:
    """Yield a client that lives as long as the block.

    Opening sends nothing: a stopped Elasticsearch shows at the first request. All that this layer sends may be
    repeated (reads, and writes with external versions), so time-outs are retried, `retries` times at most.
    """
    secured: dict[str, Any] = {}
    if settings.username is not None and settings.password is not None:
        secured["basic_auth"] = (settings.username, settings.password.get_secret_value())
    if settings.ca_certs is not None:
        secured["ca_certs"] = settings.ca_certs
    client = AsyncElasticsearch(
        settings.url,
        node_class=AiohttpHttpNode,
        serializer=OrjsonSerializer(),
        connections_per_node=settings.connections,
        request_timeout=settings.timeout_seconds,
        max_retries=settings.retries,
        retry_on_timeout=True,
        retry_backoff_base=_BACKOFF_SECONDS,
        retry_backoff_cap=_BACKOFF_LIMIT_SECONDS,
        **secured,
    )
    try:
        yield client
    finally:
        await client.close()


def bounded(client: AsyncElasticsearch, seconds: float) -> AsyncElasticsearch:
    """Return the client for requests that somebody waits for, so long at most: what took too long is not tried again.

    It is made once for each number of seconds, since making it takes the time of a small request.
    """
    made = _BOUNDED.setdefault(client, {})
    if seconds not in made:
        made[seconds] = client.options(request_timeout=seconds, retry_on_timeout=False)
    return made[seconds]
