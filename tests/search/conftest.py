"""A client and candidate indices of this test session's own."""

import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch

from search.client import open_client
from search.documents import CandidateDocument, EmploymentEntry
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.settings import ElasticsearchSettings
from search.talent.clauses import Clause
from search.talent.points import PointsInTime
from search.talent.request import TalentRequest
from search.talent.searching import TalentResult, search_talent
from search.writer import write


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


class Find(Protocol):
    """Runs a search of the given fields."""

    async def __call__(
        self, index: CandidateIndex, rights: Sequence[Clause] = (), **fields: Any
    ) -> TalentResult: ...


@pytest.fixture(scope="session")
def find(elasticsearch: AsyncElasticsearch) -> Find:
    """What searches, with points in time for each index of its own."""
    points: dict[str, PointsInTime] = {}

    async def search(index: CandidateIndex, rights: Sequence[Clause] = (), **fields: Any) -> TalentResult:
        opened = points.setdefault(index.alias, PointsInTime(elasticsearch, index))
        return await search_talent(elasticsearch, index, opened, TalentRequest(**fields), rights)

    return search


@pytest_asyncio.fixture(scope="session")
async def few(elasticsearch: AsyncElasticsearch, index_prefix: str) -> CandidateIndex:
    """People written by hand, for what words find."""
    day = "2026-01-0{}T00:00:00.000000Z"
    people = [
        CandidateDocument(
            id="zoe",
            updated_at=day.format(1),
            name="Zoë Müller",
            headline="Data engineer",
            skills=["C++", "Python"],
            city="Lyon",
            country="FR",
            employments=[EmploymentEntry("Acme", "Data Engineer", current=True)],
            resume_text="Managing pipelines <script>alert(1)</script> of data for an engineer team.",
        ),
        CandidateDocument(
            id="sam",
            updated_at=day.format(2),
            name="Sam Jones",
            headline="Cook",
            skills=["C", "C#"],
            summary="Once shared a kitchen with a data engineer and a manager.",
            resume_text="Manages a kitchen. Team lead of lead cooks.",
        ),
        CandidateDocument(
            id="ann",
            updated_at=day.format(3),
            headline="Engineer of machines",
            employments=[
                EmploymentEntry("Machine Works", "Engineer"),
                EmploymentEntry("Learning Inc", "Teacher"),
            ],
            resume_text="Data was never of interest.",
        ),
    ]
    names = candidate_index(f"{index_prefix}-few")
    await ensure_indices(elasticsearch, names)
    await write(elasticsearch, names, [(each.id, 1, each.to_source()) for each in people], refresh=True)
    return names
