"""A search finds, counts and totals nobody whom the clauses of rights keep out."""

from collections.abc import Sequence

import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch

from search.documents import CandidateDocument
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.rights import NOBODY, made_known_to, on_jobs
from search.talent.clauses import Clause
from search.talent.request import Facet
from search.writer import write
from tests.search.conftest import Find

PEOPLE = {
    "open": CandidateDocument(id="open", updated_at="2026-01-01", skills=["Welding"], jobs=["j1"]),
    "owned": CandidateDocument(
        id="owned", updated_at="2026-01-02", skills=["Welding"], private=True, visible_to=["me"], jobs=["j2"]
    ),
    "hidden": CandidateDocument(
        id="hidden",
        updated_at="2026-01-03",
        skills=["Forging"],
        private=True,
        visible_to=["she"],
        jobs=["j1"],
    ),
}


@pytest_asyncio.fixture(scope="module")
async def index(elasticsearch: AsyncElasticsearch, index_prefix: str) -> CandidateIndex:
    names = candidate_index(f"{index_prefix}-rights")
    await ensure_indices(elasticsearch, names)
    await write(elasticsearch, names, [(id_, 1, p.to_source()) for id_, p in PEOPLE.items()], refresh=True)
    return names


@pytest.mark.parametrize(
    ("rights", "expected"),
    [
        ([], {"open", "owned", "hidden"}),
        ([made_known_to(None)], {"open"}),
        ([made_known_to("me")], {"open", "owned"}),
        ([made_known_to("she")], {"open", "hidden"}),
        ([made_known_to("me"), on_jobs(["j1"])], {"open"}),
        ([made_known_to("me"), on_jobs(["j1", "j2"])], {"open", "owned"}),
        ([made_known_to("me"), on_jobs([])], set()),
        ([NOBODY], set()),
    ],
)
async def test_hits_totals_and_facets_keep_to_rights(
    find: Find, index: CandidateIndex, rights: Sequence[Clause], expected: set[str]
) -> None:
    found = await find(index, rights, facets=(Facet.SKILLS,))
    assert {hit.id for hit in found.hits} == expected
    assert found.total == len(expected)
    skills = [PEOPLE[id_].skills[0].lower() for id_ in expected]
    assert dict(found.facets["skills"]) == {skill: skills.count(skill) for skill in skills}
    forging = await find(index, rights, text="forging")
    assert forging.total == len(expected & {"hidden"})
