import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch

from search.documents import ApplicationEntry, CandidateDocument, EmploymentEntry
from search.errors import SearchIndexMissing
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.talent import search_talent
from search.talent_query import (
    FACET_VALUES,
    YEARS_BANDS,
    Facet,
    Place,
    TalentRequest,
    years_band,
)
from search.writer import write

SKILLS = ("Python", "Java", "C++", "C#", "Machine Learning", "Négociation", "SQL", "Cooking")
COMPANIES = ("Acme", "Bistro Zoë", "Globex", "Initech")
TITLES = ("Software Engineer", "Senior Software Engineer", "Chef", "Accountant")
CITIES = (("Lyon", None, "FR"), ("Łódź", "Łódzkie", "PL"), ("Austin", "Texas", "US"), (None, None, "IN"))
JOBS = ("job-1", "job-2", "job-3")
STAGES = ("LEAD", "APPLIED", "SCREEN", "INTERVIEW", "OFFER", "HIRED")
STATUSES = ("ACTIVE", "REJECTED", "WITHDRAWN")
TAGS = ("relocates", "remote")


def person(number: int, rng: random.Random) -> CandidateDocument:
    city, region, country = rng.choice(CITIES)
    skills = rng.sample(SKILLS, rng.randint(0, 4))
    jobs = rng.sample(JOBS, rng.randint(0, 3))
    return CandidateDocument(
        id=f"p{number:04}",
        updated_at=f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 3):02}T00:00:00.000000Z",
        headline=rng.choice(TITLES),
        skills=skills,
        city=city,
        region=region,
        country=country,
        employments=[
            EmploymentEntry(rng.choice(COMPANIES), rng.choice(TITLES), 24_000, current=rng.random() < 0.4)
            for _ in range(rng.randint(0, 3))
        ],
        years_experience=rng.choice([None, 0.0, 1.99, 2.0, 4.5, 5.0, 9.9, 10.0, 15.0, 30.0]),
        tags=rng.sample(TAGS, rng.randint(0, 2)),
        applications=[ApplicationEntry(job, rng.choice(STAGES), rng.choice(STATUSES)) for job in jobs],
        consent=rng.random() < 0.5,
        resume_text=" ".join(rng.choices(["works", "with", "people", "and", "numbers", *skills], k=20)),
    )


PEOPLE = [person(number, random.Random(number)) for number in range(400)]


@pytest_asyncio.fixture(scope="module")
async def crowd(elasticsearch: AsyncElasticsearch, index_prefix: str) -> CandidateIndex:
    index = candidate_index(f"{index_prefix}-crowd")
    await ensure_indices(elasticsearch, index)
    outcome = await write(
        elasticsearch, index, [(each.id, 1, each.to_source()) for each in PEOPLE], refresh=True
    )
    assert outcome.failures == ()
    return index


async def found(client: AsyncElasticsearch, index: CandidateIndex, text: str, **fields: Any) -> list[str]:
    return [hit.id for hit in (await search_talent(client, index, TalentRequest(text=text, **fields))).hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zoe muller", ["zoe"]),
        ("manager", ["zoe", "sam"]),
        ("managing", ["zoe", "sam"]),
        ('"managing"', ["zoe"]),
        ("cook -managing", ["sam"]),
        ("c++", ["zoe"]),
        ("C#", ["sam"]),
        ("c", ["sam"]),
        ('"team lead"', ["sam"]),
        ('"lead team"', []),
        ('"machine learning"', []),
        ('"works learning"', []),
        ('"engineer teacher"', []),
        ("data -cook", ["zoe", "ann"]),
        ('data -"machine works"', ["zoe", "sam"]),
        ("python lyon", ["zoe"]),
        ("python kitchen", []),
        ("python, kitchen, haskell", ["zoe", "sam"]),
        ("-cook", ["ann", "zoe"]),
        ("", ["ann", "sam", "zoe"]),
        ("the", ["ann", "sam", "zoe"]),
        ("xyzzy", []),
        ("<script>", ["zoe"]),
    ],
)
async def test_words_find(
    elasticsearch: AsyncElasticsearch, few: CandidateIndex, text: str, expected: list[str]
) -> None:
    ids = await found(elasticsearch, few, text)
    ordered = text in {"", "-cook"}
    assert (ids if ordered else sorted(ids)) == (expected if ordered else sorted(expected))


async def test_titles_weigh_more_than_mentions(
    elasticsearch: AsyncElasticsearch, few: CandidateIndex
) -> None:
    assert (await found(elasticsearch, few, "data engineer"))[0] == "zoe"
    assert (await found(elasticsearch, few, "engineer machines"))[0] == "ann"


async def test_a_hit_says_what_matched(elasticsearch: AsyncElasticsearch, few: CandidateIndex) -> None:
    request = TalentRequest(
        text='engineer "data engineer"',
        skills_any=["python", "Java"],
        companies=["ACME"],
        titles=["engineer"],
    )
    (hit,) = (await search_talent(elasticsearch, few, request)).hits
    assert {"words", "phrases", "headline", "titles", "resume_text"} <= set(hit.matched)
    assert {"skill:python", "company:ACME", "title:engineer"} <= set(hit.matched)
    assert "skill:Java" not in hit.matched
    assert hit.score == pytest.approx(sum(hit.matched.values()), rel=1e-4)
    assert hit.matched["skill:python"] == 0


async def test_highlights_are_escaped_and_marked(
    elasticsearch: AsyncElasticsearch, few: CandidateIndex
) -> None:
    request = TalentRequest(text='pipelines "data engineer"', highlight=True)
    (hit,) = (await search_talent(elasticsearch, few, request)).hits
    assert hit.highlights["titles"] == ["<em>Data Engineer</em>"]
    (fragment,) = hit.highlights["resume_text"]
    assert "<em>pipelines</em> &lt;script&gt;" in fragment
    assert "<script>" not in fragment
    (plain,) = (await search_talent(elasticsearch, few, TalentRequest(text="pipelines"))).hits
    assert plain.highlights == {}


async def test_rights_limit_everything(elasticsearch: AsyncElasticsearch, few: CandidateIndex) -> None:
    rights = [{"terms": {"id": ["sam", "ann"]}}]
    for text, expected in (("data", {"sam", "ann"}), ("", {"sam", "ann"}), ("zoe", set())):
        request = TalentRequest(text=text, facets=[Facet.COMPANIES])
        result = await search_talent(elasticsearch, few, request, rights)
        assert {hit.id for hit in result.hits} == expected
        assert result.total == len(expected)
        assert "acme" not in dict(result.facets["companies"])


def has_skill(each: CandidateDocument, skill: str) -> bool:
    return skill in each.skills


def active(each: CandidateDocument, stages: set[str], jobs: set[str]) -> bool:
    return any(
        entry.status == "ACTIVE" and entry.stage in stages and entry.job_id in jobs
        for entry in each.applications
    )


FILTERS: dict[str, tuple[dict[str, Any], Callable[[CandidateDocument], bool]]] = {
    "all skills": (
        {"skills_all": ["python", " JAVA "]},
        lambda each: has_skill(each, "Python") and has_skill(each, "Java"),
    ),
    "any skill": (
        {"skills_any": ["c++", "negociation"]},
        lambda each: has_skill(each, "C++") or has_skill(each, "Négociation"),
    ),
    "no skill": (
        {"skills_none": ["c#", "sql"]},
        lambda each: not (has_skill(each, "C#") or has_skill(each, "SQL")),
    ),
    "company ever": (
        {"companies": ["bistro zoe"]},
        lambda each: any(entry.company == "Bistro Zoë" for entry in each.employments),
    ),
    "company now": (
        {"companies": ["Acme", "Globex"], "current_companies_only": True},
        lambda each: any(entry.current and entry.company in {"Acme", "Globex"} for entry in each.employments),
    ),
    "title": (
        {"titles": ["software engineer"]},
        lambda each: any("Software Engineer" in (entry.title or "") for entry in each.employments),
    ),
    "whole title": (
        {"titles": ["senior software engineer", "chef"]},
        lambda each: any(entry.title in {"Senior Software Engineer", "Chef"} for entry in each.employments),
    ),
    "city and country": (
        {"places": [Place(city="łódź", country="pl")]},
        lambda each: each.city == "Łódź",
    ),
    "one of two places": (
        {"places": [Place(region="texas"), Place(country="FR")]},
        lambda each: each.country in {"US", "FR"},
    ),
    "place by text": ({"places": [Place(text="lodz, poland")]}, lambda each: each.country == "PL"),
    "contradicting place by text": ({"places": [Place(text="lyon poland")]}, lambda _: False),
    "contradicting place": ({"places": [Place(city="Lyon", country="PL")]}, lambda _: False),
    "years at least": ({"years_min": 2.0}, lambda each: (each.years_experience or 0) >= 2),
    "years at most": (
        {"years_max": 5.0},
        lambda each: each.years_experience is not None and each.years_experience <= 5,
    ),
    "years between": (
        {"years_min": 1.99, "years_max": 4.5},
        lambda each: each.years_experience is not None and 1.99 <= each.years_experience <= 4.5,
    ),
    "stage": ({"stages": ["SCREEN", "OFFER"]}, lambda each: active(each, {"SCREEN", "OFFER"}, set(JOBS))),
    "job": (
        {"job_ids": ["job-1"]},
        lambda each: any(entry.job_id == "job-1" for entry in each.applications),
    ),
    "stage of one job": (
        {"job_ids": ["job-1", "job-2"], "stages": ["SCREEN", "INTERVIEW"]},
        lambda each: active(each, {"SCREEN", "INTERVIEW"}, {"job-1", "job-2"}),
    ),
    "tag": ({"tags": ["REMOTE"]}, lambda each: "remote" in each.tags),
    "consent": ({"consent": True}, lambda each: each.consent),
    "no consent": ({"consent": False}, lambda each: not each.consent),
    "excluded": ({"exclude_ids": ["p0000", "p0399"]}, lambda each: each.id not in {"p0000", "p0399"}),
    "several": (
        {"skills_any": ["python"], "years_min": 5.0, "consent": True, "places": [Place(country="us")]},
        lambda each: (
            has_skill(each, "Python")
            and (each.years_experience or 0) >= 5
            and each.consent
            and each.country == "US"
        ),
    ),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_filters_agree_with_a_plain_count(
    elasticsearch: AsyncElasticsearch, crowd: CandidateIndex, name: str
) -> None:
    fields, accepts = FILTERS[name]
    expected = {each.id for each in PEOPLE if accepts(each)}
    assert name.startswith("contradicting") or 0 < len(expected) < len(PEOPLE)
    ids, _ = await every_page(elasticsearch, crowd, TalentRequest(size=100, **fields))
    assert set(ids) == expected


async def every_page(
    client: AsyncElasticsearch, index: CandidateIndex, request: TalentRequest
) -> tuple[list[str], list[float | None]]:
    ids: list[str] = []
    scores: list[float | None] = []
    while True:
        result = await search_talent(client, index, request)
        if not result.hits:
            assert result.total == len(ids)
            return ids, scores
        ids += [hit.id for hit in result.hits]
        scores += [hit.score for hit in result.hits]
        request = replace(request, after=result.hits[-1].cursor)


@pytest.mark.parametrize("size", [1, 7, 100])
async def test_paging_gives_each_candidate_once_and_in_order(
    elasticsearch: AsyncElasticsearch, crowd: CandidateIndex, size: int
) -> None:
    ids, scores = await every_page(elasticsearch, crowd, TalentRequest(text="software", size=size))
    assert len(ids) > 100
    assert len(set(ids)) == len(ids)
    ranked = [
        (-score, candidate_id) for score, candidate_id in zip(scores, ids, strict=True) if score is not None
    ]
    assert ranked == sorted(ranked)
    assert len(ranked) == len(ids)


async def test_without_words_the_latest_change_comes_first(
    elasticsearch: AsyncElasticsearch, crowd: CandidateIndex
) -> None:
    ids, scores = await every_page(elasticsearch, crowd, TalentRequest(size=37))
    by_id = sorted(PEOPLE, key=lambda each: each.id)
    assert ids == [each.id for each in sorted(by_id, key=lambda each: each.updated_at, reverse=True)]
    assert set(scores) == {None}


def folded(values: Iterable[str | None]) -> set[str]:
    accents = str.maketrans("éëźóŁł", "eezoLl")
    return {value.translate(accents).lower() for value in values if value}


def band(years: float | None) -> set[str]:
    return {
        years_band(low, high)
        for low, high in YEARS_BANDS
        if years is not None and low <= years and (high is None or years < high)
    }


FACET_VALUES_OF: dict[Facet, Callable[[CandidateDocument], set[str]]] = {
    Facet.SKILLS: lambda each: folded(each.skills),
    Facet.CITIES: lambda each: folded([each.city]),
    Facet.COUNTRIES: lambda each: folded([each.country]),
    Facet.COMPANIES: lambda each: folded(entry.company for entry in each.employments),
    Facet.TITLES: lambda each: folded(entry.title for entry in each.employments),
    Facet.STAGES: lambda each: {entry.stage for entry in each.applications if entry.status == "ACTIVE"},
    Facet.YEARS: lambda each: band(each.years_experience),
}


@pytest.mark.parametrize(
    "name", [None, "any skill", "company now", "stage of one job", "no consent", "several"]
)
async def test_facets_agree_with_a_plain_count(
    elasticsearch: AsyncElasticsearch, crowd: CandidateIndex, name: str | None
) -> None:
    fields, accepts = FILTERS[name] if name else ({}, lambda _: True)
    matching = [each for each in PEOPLE if accepts(each)]
    result = await search_talent(elasticsearch, crowd, TalentRequest(size=1, facets=list(Facet), **fields))
    assert set(result.facets) == set(Facet)
    for facet, values_of in FACET_VALUES_OF.items():
        counts = Counter(value for each in matching for value in values_of(each))
        if facet is Facet.YEARS:
            expected = [
                (key, counts[key]) for key in (years_band(*bounds) for bounds in YEARS_BANDS) if counts[key]
            ]
        else:
            expected = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:FACET_VALUES]
        assert list(result.facets[facet]) == expected


async def test_what_is_not_asked_for_is_not_counted(
    elasticsearch: AsyncElasticsearch, crowd: CandidateIndex
) -> None:
    assert (await search_talent(elasticsearch, crowd, TalentRequest())).facets == {}


async def test_a_missing_index_says_so(elasticsearch: AsyncElasticsearch, index_prefix: str) -> None:
    with pytest.raises(SearchIndexMissing):
        await search_talent(
            elasticsearch, candidate_index(f"{index_prefix}-nowhere"), TalentRequest(text="cook")
        )
