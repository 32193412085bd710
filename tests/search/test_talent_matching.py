"""Matching: the search that a job or some profiles make, and whom it finds."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch
from hypothesis import given
from hypothesis import strategies as st

from search.documents import CandidateDocument, EmploymentEntry
from search.embedding import embedder
from search.errors import InvalidQuery
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.meanings import profile_text
from search.query_language.parser import parse
from search.query_language.tree import printed
from search.talent.matching import (
    ProfileDocument,
    Wanted,
    job_request,
    profile_documents,
    query_of,
    similar_request,
)
from search.talent.request import TalentRequest
from search.talent.searching import TalentResult
from search.writer import write
from tests.search.conftest import Find

DAY = "2026-01-01T00:00:00Z"
PEOPLE = {
    "data": ("Data Engineer", ["Python", "SQL"], "Lyon"),
    "web": ("Web Developer", ["JavaScript", "CSS"], "Lyon"),
    "both": ("Engineer", ["Python", "JavaScript"], "Oslo"),
    "chef": ("Pastry Chef", ["Baking", "Menu planning"], "Lyon"),
    "cook": ("Cook", ["Baking"], "Oslo"),
}
TEXT = st.text(max_size=60) | st.sampled_from(
    ['C++ "x"', "R&D (m/f/d)", "AND OR NOT", "nice:to have", "a", "the of", "title:(", "C#", "Кухар", "–"]
)


def someone(id_: str) -> CandidateDocument:
    title, skills, city = PEOPLE[id_]
    document = CandidateDocument(
        id=id_,
        updated_at=DAY,
        headline=title,
        skills=skills,
        city=city,
        employments=[EmploymentEntry("Acme", title)],
        private=id_ == "cook",
    )
    return replace(document, meaning=embedder().embed(profile_text(document)))


@pytest_asyncio.fixture(scope="module")
async def five(elasticsearch: AsyncElasticsearch, index_prefix: str) -> AsyncIterator[CandidateIndex]:
    index = candidate_index(f"{index_prefix}-matching")
    await ensure_indices(elasticsearch, index)
    await write(elasticsearch, index, [(id_, 1, someone(id_).to_source()) for id_ in PEOPLE], refresh=True)
    yield index


async def run(find: Find, index: CandidateIndex, request: TalentRequest) -> TalentResult:
    return await find(index, text=request.text, meaning=request.meaning, where=request.where, reasons=True)


def test_a_job_becomes_a_query_of_the_language() -> None:
    wanted = Wanted(titles=("Data Engineer (m/f/d)",), skills=("Python", 'say "SQL"'), place="Lyon")
    assert query_of(wanted) == (
        '("Python" OR "say SQL" OR data OR engineer) AND nice:title:(data engineer) AND nice:location:"Lyon"'
    )
    assert query_of(Wanted()) == query_of(Wanted(titles=("–",), place="Lyon")) == ""


@given(st.lists(TEXT, max_size=4), st.lists(TEXT, max_size=40), TEXT)
def test_whatever_a_job_says_makes_a_query(titles: list[str], skills: list[str], place: str) -> None:
    text = query_of(Wanted(titles=tuple(titles), skills=tuple(skills), place=place))
    tree = parse(text)
    assert ("" if tree is None else printed(tree)) == text


async def test_who_has_more_of_what_a_job_wants_comes_first(find: Find, five: CandidateIndex) -> None:
    wanted = Wanted(titles=("Data Engineer",), skills=("Python", "SQL"), place="Lyon")
    found = await run(find, five, job_request(wanted, "Builds pipelines.", embedder()))
    assert [hit.id for hit in found.hits] == ["data", "both"]
    first, second = (hit.fit for hit in found.hits)
    assert first is not None
    assert second is not None
    verdicts = {reason.clause: (reason.demand, reason.verdict) for reason in second.reasons}
    assert verdicts['"Python"'] == ("REQUIRED", "MATCHED")
    assert verdicts['"SQL"'] == ("REQUIRED", "MISSING")
    assert verdicts['"Lyon"'] == ("PREFERRED", "MISSING")
    for hit in found.hits:
        assert hit.fit is not None
        assert hit.score == pytest.approx(sum(each.contribution for each in hit.fit.reasons), rel=1e-6)


async def test_similar_ones_share_and_are_not_those_named(
    elasticsearch: AsyncElasticsearch, find: Find, five: CandidateIndex
) -> None:
    profiles = await profile_documents(elasticsearch, five, ["data", "both", "chef"], [])
    assert profiles["data"].meaning == someone("data").meaning
    assert profiles["data"].skills == ("Python", "SQL")
    request = similar_request([profiles["both"]], [], ["both"])
    assert [hit.id for hit in (await run(find, five, request)).hits] == ["data", "web"]
    pushed = similar_request([profiles["both"]], [profiles["data"]], ["both", "data"])
    assert [hit.id for hit in (await run(find, five, pushed)).hits] == ["web"]
    assert pushed.meaning != request.meaning


async def test_profiles_out_of_sight_are_not_read(
    elasticsearch: AsyncElasticsearch, five: CandidateIndex
) -> None:
    open_to_all: dict[str, Any] = {"bool": {"must_not": [{"term": {"private": True}}]}}
    assert set(await profile_documents(elasticsearch, five, ["chef", "cook"], [open_to_all])) == {"chef"}


def test_profiles_that_say_nothing_cannot_be_compared() -> None:
    with pytest.raises(InvalidQuery) as refused:
        similar_request([ProfileDocument(None, (), None)], [], ["a"])
    assert refused.value.reason == "NOTHING_RANKS"
    said = similar_request([ProfileDocument(None, (), embedder().embed("cook"))], [], ["a"])
    assert said.text == ""
    assert said.meaning is not None
