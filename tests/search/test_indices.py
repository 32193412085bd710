import asyncio

import pytest
from elasticsearch import AsyncElasticsearch

from search import indices
from search.client import open_client
from search.documents import (
    ApplicationEntry,
    CandidateDocument,
    EducationEntry,
    EmploymentEntry,
    SkillUseEntry,
)
from search.errors import SearchUnavailable
from search.indices import CandidateIndex, candidate_index, ensure_indices, promote
from search.settings import ElasticsearchSettings
from search.talent.points import PointsInTime
from search.talent.request import TalentRequest
from search.talent.searching import search_talent
from search.writer import write
from tests.search.conftest import Find

UPDATED = "2026-11-23T06:01:34.123456Z"


def everything(candidate_id: str) -> CandidateDocument:
    return CandidateDocument(
        id=candidate_id,
        updated_at=UPDATED,
        name="Zoë Example",
        headline="Cook",
        summary="Cooks.",
        emails=["zoe@example.org"],
        skills=["Baking"],
        skill_uses=[SkillUseEntry("Baking", 12, 24_000)],
        seniority="SENIOR",
        city="Lyon",
        region="Rhône",
        country="FR",
        coordinates=(45.75, 4.85),
        employments=[
            EmploymentEntry("Acme", "Cook", 24_000, 24_012),
            EmploymentEntry("Bistro", current=True),
        ],
        educations=[EducationEntry("School", "BA", "Food")],
        years_experience=1.08,
        languages=["fr"],
        certificates=["Food Safety"],
        tags=["tag"],
        roles=["EMPLOYEE"],
        applications=[ApplicationEntry("job", "SCREEN", "ACTIVE")],
        shortlisted_jobs=["job"],
        jobs=["job"],
        visible_to=["person"],
        consent=True,
        last_contact=UPDATED,
        resume_text="Zoë cooks.",
        meaning=bytes(range(1, 129)) * 2,
    )


async def analysed(client: AsyncElasticsearch, index: CandidateIndex, analyzer: str, text: str) -> list[str]:
    answer = await client.indices.analyze(index=index.name, analyzer=analyzer, text=text)
    return [token["token"] for token in answer["tokens"]]


async def test_a_whole_document_fits_the_mapping(
    elasticsearch: AsyncElasticsearch, index: CandidateIndex
) -> None:
    outcome = await write(elasticsearch, index, [("whole", 1, everything("whole").to_source())], refresh=True)
    assert outcome.failures == ()
    mapped = set(
        (await elasticsearch.indices.get_mapping(index=index.name))[index.name]["mappings"]["properties"]
    )
    assert set(everything("whole").to_source()) == mapped


async def test_unknown_fields_are_refused(elasticsearch: AsyncElasticsearch, index: CandidateIndex) -> None:
    source = everything("strict").to_source()
    strange = [
        ("strict-1", 1, source | {"surprise": 1}),
        ("strict-2", 1, source | {"employments": [{"company": "Acme", "surprise": 1}]}),
        ("strict-3", 1, source | {"educations": [{"school": "School", "surprise": 1}]}),
    ]
    outcome = await write(elasticsearch, index, strange)
    assert outcome.written == 0
    assert [failure.id for failure in outcome.failures] == ["strict-1", "strict-2", "strict-3"]
    assert {failure.reason for failure in outcome.failures} == {"strict_dynamic_mapping_exception"}
    assert not any(failure.retryable for failure in outcome.failures)


async def test_english_is_stemmed_and_names_of_symbols_survive(
    elasticsearch: AsyncElasticsearch, index: CandidateIndex
) -> None:
    assert await analysed(elasticsearch, index, "kith_english", "The managers' Café") == ["manag", "cafe"]
    assert await analysed(elasticsearch, index, "kith_literal", "The managers' Café") == [
        "the",
        "managers",
        "cafe",
    ]
    names = "C++ c++ C# F# .NET .Net ASP.NET node.js"
    expected = ["cplusplus", "cplusplus", "csharp", "fsharp", "dotnet", "dotnet", "asp", "dotnet", "node.js"]
    assert await analysed(elasticsearch, index, "kith_literal", names) == expected


async def test_ensuring_is_repeatable(
    elasticsearch: AsyncElasticsearch, index_prefix: str, find: Find
) -> None:
    names = candidate_index(f"{index_prefix}-repeat")
    assert await ensure_indices(elasticsearch, names)
    await write(elasticsearch, names, [("kept", 1, everything("kept").to_source())], refresh=True)
    assert await ensure_indices(elasticsearch, names)
    assert (await find(names)).total == 1


async def test_ensuring_at_once_makes_one_index(elasticsearch: AsyncElasticsearch, index_prefix: str) -> None:
    names = candidate_index(f"{index_prefix}-race")
    lives = await asyncio.gather(*(ensure_indices(elasticsearch, names) for _ in range(8)))
    assert all(lives)
    found = await elasticsearch.indices.get_alias(name=names.alias)
    assert list(found.body) == [names.name]


async def test_a_changed_mapping_takes_over_only_when_promoted(
    elasticsearch: AsyncElasticsearch, index_prefix: str, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = candidate_index(f"{index_prefix}-change")
    assert await ensure_indices(elasticsearch, old)
    await write(elasticsearch, old, [("old", 1, everything("old").to_source())], refresh=True)

    changed = {
        **indices.MAPPINGS,
        "properties": {**indices.MAPPINGS["properties"], "extra": {"type": "keyword"}},
    }
    monkeypatch.setattr(indices, "MAPPINGS", changed)
    new = candidate_index(f"{index_prefix}-change")
    assert new.name != old.name
    assert new.alias == old.alias
    assert not await ensure_indices(elasticsearch, new)
    await write(elasticsearch, new, [("new", 1, everything("new").to_source())], refresh=True)
    assert [hit.id for hit in (await find(new)).hits] == ["old"]

    await promote(elasticsearch, new)
    await promote(elasticsearch, new)
    assert await ensure_indices(elasticsearch, new)
    assert [hit.id for hit in (await find(new)).hits] == ["new"]
    assert not await elasticsearch.indices.exists(index=old.name)


async def test_a_stopped_elasticsearch_is_unavailable(index: CandidateIndex, unused_tcp_port: int) -> None:
    settings = ElasticsearchSettings(url=f"http://127.0.0.1:{unused_tcp_port}", retries=0)
    async with open_client(settings) as client:
        with pytest.raises(SearchUnavailable, match="is it running"):
            await search_talent(client, index, PointsInTime(client, index), TalentRequest(text="cook"))
        with pytest.raises(SearchUnavailable):
            await write(client, index, [("1", 1, None)])
        with pytest.raises(SearchUnavailable):
            await ensure_indices(client, index)
