"""How fast the outbox reaches the index, beside the same documents written straight into Elasticsearch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psutil
from elasticsearch import AsyncElasticsearch

from bench.indexing import bodies_of, call_again, raw, searchable, worker
from bench.side_by_side.servers import cpu_seconds
from graph.client import Graph
from graph.settings import GraphSettings
from search.client import open_client
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.settings import ElasticsearchSettings

OUTBOX = "outbox"
RAW = "raw bulk"
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One index filled: documents per second, and seconds of CPU per 1,000 documents by process."""

    rate: float
    cpu: Mapping[str, float]


async def measure(
    engines: Mapping[str, psutil.Process], rounds: int, show: Callable[[str], None]
) -> tuple[dict[str, list[Filled]], int]:
    """Fill new indices in turn, from the outbox and straight; return the rounds, and the bytes of a document.

    Everybody is marked as unindexed before a worker starts; the time runs from the moment that it is ready until all
    is searchable and marked as indexed.
    """
    settings = ElasticsearchSettings()
    index = candidate_index(settings.index_prefix)
    found: dict[str, list[Filled]] = {OUTBOX: [], RAW: []}
    async with Graph.open(GraphSettings()) as graph, open_client(settings) as client:
        patient = client.options(request_timeout=PATIENCE_SECONDS)
        bodies = await bodies_of(patient, index)
        documents = (await client.count(index=index.name))["count"]
        for turn in range(rounds):
            for subject in (OUTBOX, RAW) if turn % 2 else (RAW, OUTBOX):
                if subject == RAW:
                    filled = await _raw(patient, engines, bodies, documents)
                else:
                    filled = await _from_outbox(graph, patient, index, engines, documents)
                found[subject].append(filled)
                cpu = ", ".join(f"{name} {seconds:.2f}" for name, seconds in filled.cpu.items())
                show(f"{subject}: {filled.rate:,.0f} documents/s; CPU s/1000: {cpu}")
    return found, sum(map(len, bodies)) // documents


async def settle() -> None:
    """Merge the index into one segment, since scores and times move while Elasticsearch merges."""
    settings = ElasticsearchSettings()
    async with open_client(settings) as client:
        alias = candidate_index(settings.index_prefix).alias
        await client.options(request_timeout=10 * PATIENCE_SECONDS).indices.forcemerge(
            index=alias, max_num_segments=1
        )


async def _raw(
    client: AsyncElasticsearch, engines: Mapping[str, psutil.Process], bodies: list[bytes], documents: int
) -> Filled:
    index = candidate_index("kith-raw")
    before = _cpu(engines)
    seconds = await raw(client, index, bodies)
    filled = Filled(rate=documents / seconds, cpu=_spent(engines, before, documents))
    await client.indices.delete(index=index.name)
    return filled


async def _from_outbox(
    graph: Graph,
    client: AsyncElasticsearch,
    index: CandidateIndex,
    engines: Mapping[str, psutil.Process],
    documents: int,
) -> Filled:
    await client.indices.delete(index=index.name)
    await ensure_indices(client, index)
    await call_again(graph, client, index)
    async with worker() as process:
        measured = {**engines, "worker": psutil.Process(process.pid)}
        before = _cpu(measured)
        seconds = await searchable(graph)
        spent = _spent(measured, before, documents)
    there = (await client.count(index=index.alias))["count"]
    if there != documents:
        raise SystemExit(f"of {documents} documents {there} are there")
    return Filled(rate=documents / seconds, cpu=spent)


def _cpu(processes: Mapping[str, psutil.Process]) -> dict[str, float]:
    return {name: cpu_seconds(process) for name, process in processes.items()}


def _spent(
    processes: Mapping[str, psutil.Process], before: Mapping[str, float], documents: int
) -> dict[str, float]:
    return {
        name: round((seconds - before[name]) * 1_000 / documents, 3)
        for name, seconds in _cpu(processes).items()
    }
