"""What changed and deleted documents leave behind in an index: it counts in scores until it is merged away."""

from dataclasses import dataclass
from typing import Final

from elasticsearch import AsyncElasticsearch

from search.errors import search_errors
from search.indices import CandidateIndex

_TIMEOUT_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Leftovers:
    """How many documents are left behind; where two have the same `mark`, nothing was written in between."""

    documents: int
    mark: str


async def leftovers(client: AsyncElasticsearch, index: CandidateIndex) -> Leftovers:
    """Return what is left behind in an index.

    Raises the errors of `search.errors`.
    """
    with search_errors("count deleted documents"):
        found = await client.indices.stats(index=index.name, metric=["docs", "indexing"])
    shards = found["_all"]["primaries"]
    written = shards["indexing"]
    mark = f"{found['indices'][index.name]['uuid']}:{written['index_total']}:{written['delete_total']}"
    return Leftovers(shards["docs"]["deleted"], mark)


async def merge_away(client: AsyncElasticsearch, index: CandidateIndex) -> None:
    """Have Elasticsearch write those parts of an index anew that have deleted documents in them; do not wait for that.

    It keeps what was written within the last half minute, in case a copy of the index needs it.

    Raises the errors of `search.errors`.
    """
    patient = client.options(request_timeout=_TIMEOUT_SECONDS)
    with search_errors("merge deleted documents away"):
        await patient.indices.flush(index=index.name, force=True)
        await patient.indices.forcemerge(
            index=index.name, only_expunge_deletes=True, wait_for_completion=False
        )
