"""What the driver allows: Cypher written by hand for each shape, one collected value, bytes by orjson.

No GraphQL, no tokens, no rights. Run as `python -m bench.reads.raw PORT`.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from typing import Any, Final, LiteralString

import orjson
import uvicorn
from elasticsearch import AsyncElasticsearch
from neo4j import AsyncDriver, AsyncGraphDatabase
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graph.settings import GraphSettings
from search.client import open_client
from search.embedding import embedder
from search.indices import candidate_index
from search.settings import ElasticsearchSettings
from search.talent.body import build_talent_query
from search.talent.request import TalentRequest

HITS: Final = 50

EMPLOYMENTS: Final = """
employments: COLLECT {
  MATCH (p)-[w:WORKED_AT]->(c) WITH w, c ORDER BY w.last_month DESC, w.first_month DESC
  RETURN {title: w.title, from: w.from, to: w.to, current: w.current, company: {id: c.id, name: c.name}}
}
"""
CANDIDATE: Final = f"""
{{id: p.id, name: p.name, headline: p.headline, emails: p.emails, createdAt: p.created_at, {EMPLOYMENTS}}}
"""
LOOKUP: Final = """
MATCH (p:Person:Candidate {id: $id})
RETURN {id: p.id, name: p.name, headline: p.headline, summary: p.summary, createdAt: p.created_at, version: p.version}
"""
FLAT: Final = """
MATCH (p:Candidate) WHERE p.created_at IS NOT NULL AND p.id IS NOT NULL
WITH p ORDER BY p.created_at DESC, p.id DESC LIMIT 100
RETURN collect({id: p.id, name: p.name, headline: p.headline, summary: p.summary, emails: p.emails,
  languages: p.languages, tags: p.tags, createdAt: p.created_at, updatedAt: p.updated_at, version: p.version})
"""
NESTED: Final = f"""
MATCH (j:Job {{id: $id}})
RETURN {{id: j.id, title: j.title, department: j.department, openings: j.openings, status: j.status,
  createdAt: j.created_at, applications: COLLECT {{
    MATCH (j)<-[:FOR]-(a:Application) WITH a ORDER BY a.applied_at DESC, a.id DESC LIMIT 50
    MATCH (a)-[:BY]->(p)
    RETURN {{id: a.id, status: a.status, appliedAt: a.applied_at, source: a.source, candidate: {CANDIDATE}}}
  }}}}
"""
CANDIDATES: Final = f"""
UNWIND $ids AS id
MATCH (p:Person:Candidate {{id: id}})
RETURN collect({CANDIDATE})
"""


class Reads:
    """The four reads over one driver and one Elasticsearch client."""

    def __init__(self, driver: AsyncDriver, elasticsearch: AsyncElasticsearch, alias: str) -> None:
        self._driver = driver
        self._elasticsearch = elasticsearch
        self._path = f"/{alias}/_search"

    async def lookup(self, variables: dict[str, Any]) -> Any:
        return {"node": await self._value(LOOKUP, variables)}

    async def flat(self, variables: dict[str, Any]) -> Any:
        return {"candidates": await self._value(FLAT, variables)}

    async def nested(self, variables: dict[str, Any]) -> Any:
        return {"job": await self._value(NESTED, variables)}

    async def search(self, variables: dict[str, Any]) -> Any:
        answer = await self._elasticsearch.perform_request(
            "POST",
            self._path,
            params={"filter_path": "hits.total.value,hits.hits._id,hits.hits._score"},
            headers={"content-type": "application/json", "accept": "application/json"},
            body=_search_body(variables["text"]),
        )
        hits = answer.body["hits"]
        people = await self._value(CANDIDATES, {"ids": [hit["_id"] for hit in hits["hits"]]})
        edges = [
            {"score": hit["_score"], "node": node} for hit, node in zip(hits["hits"], people, strict=True)
        ]
        return {"talentSearch": {"totalCount": hits["total"]["value"], "edges": edges}}

    async def _value(self, cypher: LiteralString, parameters: dict[str, Any]) -> Any:
        async with self._driver.session(database="neo4j", default_access_mode="READ") as session:
            result = await session.run(cypher, parameters)
            ((value,),) = await result.values()
            return value


@cache
def _search_body(text: str) -> bytes:
    """Return the project's own search for as many hits as are shown; it asks for one more, to know if another follows."""
    query = build_talent_query(TalentRequest(text=text, size=HITS), model=embedder())
    return orjson.dumps({**query.body, "size": HITS})


def _route(name: str) -> Route:
    async def answer(request: Request) -> Response:
        read: Callable[[dict[str, Any]], Awaitable[Any]] = getattr(request.app.state.reads, name)
        asked = orjson.loads(await request.body())
        data = await read(asked["variables"])
        return Response(orjson.dumps({"data": data}), media_type="application/json")

    return Route(f"/{name}", answer, methods=["POST"])


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        graph, elasticsearch = GraphSettings(), ElasticsearchSettings()
        driver = await stack.enter_async_context(
            AsyncGraphDatabase.driver(
                graph.uri,
                max_connection_pool_size=graph.pool_size,
                notifications_min_severity="OFF",
                telemetry_disabled=True,
            )
        )
        client = await stack.enter_async_context(open_client(elasticsearch))
        app.state.reads = Reads(driver, client, candidate_index(elasticsearch.index_prefix).alias)
        yield


APP = Starlette(routes=[_route(name) for name in ("lookup", "flat", "nested", "search")], lifespan=_lifespan)

if __name__ == "__main__":
    uvicorn.run(
        APP,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        server_header=False,
        log_level="warning",
    )
