import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch

from search.documents import (
    ApplicationEntry,
    CandidateDocument,
    EducationEntry,
    EmploymentEntry,
    SkillUseEntry,
)
from search.errors import InvalidQuery
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.talent.conditions import Check, Condition, Entry, Every, Some, Unless, as_json, from_json
from search.talent.facets import CONTACT_BANDS, FACET_VALUES, NEVER, YEARS_BANDS, band
from search.talent.request import Facet, Order, SortBy
from search.writer import write
from tests.search.conftest import Find

SKILLS = ("Python", "Java", "C++", "C#", "Machine Learning", "Négociation", "SQL", "Cooking")
COMPANIES = ("Acme", "Bistro Zoë", "Globex", "Initech")
TITLES = ("Software Engineer", "Senior Software Engineer", "Chef", "Accountant")
CITIES = (("Lyon", None, "FR"), ("Łódź", "Łódzkie", "PL"), ("Austin", "Texas", "US"), (None, None, "IN"))
COORDINATES = {"Lyon": (45.75, 4.85), "Łódź": (51.76, 19.46), "Austin": (30.27, -97.74)}
GENEVA = (46.2, 6.15)
SCHOOLS = ("Université de Lyon", "MIT", "Cookery School")
JOBS = ("job-1", "job-2", "job-3")
STAGES = ("LEAD", "APPLIED", "SCREEN", "INTERVIEW", "OFFER", "HIRED")
STATUSES = ("ACTIVE", "REJECTED", "WITHDRAWN")
TAGS = ("relocates", "remote")
NOW = "2026-11-25T12:00:00.000000+00:00"


def person(number: int, rng: random.Random) -> CandidateDocument:
    city, region, country = rng.choice(CITIES)
    skills = rng.sample(SKILLS, rng.randint(0, 4))
    jobs = rng.sample(JOBS, rng.randint(0, 3))
    contacted = datetime.fromisoformat(NOW) - timedelta(days=rng.choice([0, 29, 30, 89, 90, 364, 365, 900]))
    return CandidateDocument(
        id=f"p{number:04}",
        updated_at=f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 3):02}T00:00:00.000000Z",
        name=rng.choice([None, "Ada Łoś", "bob Zed", "Émile Q"]),
        headline=rng.choice(TITLES),
        emails=["a@example.com"] if rng.random() < 0.5 else [],
        phones=["+14155550100"] if rng.random() < 0.5 else [],
        skills=skills,
        skill_uses=[
            SkillUseEntry(skill, (number * 7 + i * 13) % 60 + 1, 24_200 + (number + i) % 100)
            for i, skill in enumerate(skills)
        ],
        seniority=(None, "SENIOR", "LEAD")[number % 3],
        city=city,
        region=region,
        country=country,
        coordinates=COORDINATES.get(city or ""),
        employments=[
            EmploymentEntry(
                rng.choice(COMPANIES),
                rng.choice(TITLES),
                rng.choice([None, 24_000, 24_100, 24_200]),
                rng.choice([None, 24_210, 24_300]),
                current=rng.random() < 0.4,
            )
            for _ in range(rng.randint(0, 3))
        ],
        educations=[
            EducationEntry(rng.choice(SCHOOLS), rng.choice(["BA", "MSc"])) for _ in range(rng.randint(0, 2))
        ],
        years_experience=rng.choice([None, 0.0, 1.99, 2.0, 4.5, 5.0, 9.9, 10.0, 15.0, 30.0]),
        languages=rng.sample(["French", "English", "Polish"], rng.randint(0, 2)),
        tags=rng.sample(TAGS, rng.randint(0, 2)),
        applications=[ApplicationEntry(job, rng.choice(STAGES), rng.choice(STATUSES)) for job in jobs],
        shortlisted_jobs=rng.sample(JOBS, rng.randint(0, 1)),
        consent=rng.random() < 0.5,
        last_contact=contacted.isoformat() if rng.random() < 0.7 else None,
        resume_text=" ".join(rng.choices(["works", "with", "people", "and", "numbers", *skills], k=20)),
    )


PEOPLE = [
    *(person(number, random.Random(number)) for number in range(400)),
    CandidateDocument(id="p0400", updated_at="2026-02-03T00:00:00.000000Z"),
]


@pytest_asyncio.fixture(scope="module")
async def crowd(elasticsearch: AsyncElasticsearch, index_prefix: str) -> CandidateIndex:
    index = candidate_index(f"{index_prefix}-crowd")
    await ensure_indices(elasticsearch, index)
    outcome = await write(
        elasticsearch, index, [(each.id, 1, each.to_source()) for each in PEOPLE], refresh=True
    )
    assert outcome.failures == ()
    return index


Accepts = Callable[[CandidateDocument], bool]


def years(each: CandidateDocument) -> float:
    return -1.0 if each.years_experience is None else each.years_experience


def job_of(each: CandidateDocument, accepts: Callable[[EmploymentEntry], bool]) -> bool:
    return any(accepts(employment) for employment in each.employments)


WHERE: dict[str, tuple[Condition, Accepts]] = {
    "eq": (Check("skills", "eq", " PYTHON "), lambda each: "Python" in each.skills),
    "in": (
        Check("skills", "in", ["c++", "negociation"]),
        lambda each: bool({"C++", "Négociation"} & set(each.skills)),
    ),
    "all": (Check("skills", "all", ["java", "sql"]), lambda each: {"Java", "SQL"} <= set(each.skills)),
    "starts with": (
        Check("companies", "starts_with", "BISTRO"),
        lambda each: job_of(each, lambda job: job.company == "Bistro Zoë"),
    ),
    "contains": (
        Check("titles", "contains", "software engineer"),
        lambda each: job_of(each, lambda job: "Software Engineer" in (job.title or "")),
    ),
    "contains no part of a word": (Check("titles", "contains", "soft"), lambda _: False),
    "unknown": (Check("city", "is_null", value=True), lambda each: each.city is None),
    "known": (Check("skills", "is_null", value=False), lambda each: bool(each.skills)),
    "no headline": (Check("headline", "is_null", value=True), lambda each: each.headline is None),
    "a name": (Check("name", "is_null", value=False), lambda each: each.name is not None),
    "no place": (
        Check("place", "is_null", value=True),
        lambda each: not (each.city or each.region or each.country),
    ),
    "not": (Unless(Check("skills", "in", ["c#", "sql"])), lambda each: not {"C#", "SQL"} & set(each.skills)),
    "or": (
        Some((Check("city", "eq", "lodz"), Check("region", "eq", "texas"))),
        lambda each: each.city == "Łódź" or each.region == "Texas",
    ),
    "or of nothing": (Some(()), lambda _: False),
    "and of nothing": (Every(()), lambda _: True),
    "words of a place": (Check("place", "contains", "poland lodz"), lambda each: each.country == "PL"),
    "words of a name": (Check("name", "contains", "los"), lambda each: each.name == "Ada Łoś"),
    "one employment": (
        Entry(
            "employments",
            (Check("employments.company", "eq", "acme"), Check("employments.title", "eq", "chef")),
        ),
        lambda each: job_of(each, lambda job: job.company == "Acme" and job.title == "Chef"),
    ),
    "one skill long and lately": (
        Entry(
            "skill_uses",
            (
                Check("skill_uses.skill", "eq", "python"),
                Check("skill_uses.months", "gte", 20),
                Check("skill_uses.last_month", "gte", 24_250),
            ),
        ),
        lambda each: any(
            use.skill == "Python" and use.months >= 20 and (use.last_month or 0) >= 24_250
            for use in each.skill_uses
        ),
    ),
    "seniority": (Check("seniority", "in", ["LEAD"]), lambda each: each.seniority == "LEAD"),
    "two employments": (
        Every(
            (
                Entry("employments", (Check("employments.company", "eq", "acme"),)),
                Entry("employments", (Check("employments.title", "eq", "chef"),)),
            )
        ),
        lambda each: (
            job_of(each, lambda job: job.company == "Acme") and job_of(each, lambda job: job.title == "Chef")
        ),
    ),
    "employed now": (
        Entry(
            "employments",
            (
                Check("employments.company", "in", ["Acme", "Globex"]),
                Check("employments.current", "eq", value=True),
            ),
        ),
        lambda each: job_of(each, lambda job: job.current and job.company in {"Acme", "Globex"}),
    ),
    "employed at a time": (
        Entry(
            "employments",
            (
                Check("employments.end_month", "gte", 24_250),
                Check("employments.start_month", "lte", 24_150),
                Check("employments.company", "contains", "zoe"),
            ),
        ),
        lambda each: job_of(
            each,
            lambda job: (
                job.company == "Bistro Zoë"
                and (job.end_month is None or job.end_month >= 24_250)
                and (job.start_month is None or job.start_month <= 24_150)
            ),
        ),
    ),
    "no such employment": (
        Unless(Entry("employments", (Check("employments.company", "eq", "acme"),))),
        lambda each: not job_of(each, lambda job: job.company == "Acme"),
    ),
    "education": (
        Entry(
            "educations",
            (
                Check("educations.school", "contains", "universite de lyon"),
                Check("educations.degree", "eq", "msc"),
            ),
        ),
        lambda each: any(e.school == "Université de Lyon" and e.degree == "MSc" for e in each.educations),
    ),
    "school": (Check("schools", "eq", "mit"), lambda each: any(e.school == "MIT" for e in each.educations)),
    "language": (Check("languages", "eq", "french"), lambda each: "French" in each.languages),
    "years at least": (Check("years_experience", "gte", 2.0), lambda each: years(each) >= 2),
    "years at most": (Check("years_experience", "lte", 5.0), lambda each: 0 <= years(each) <= 5),
    "years exactly": (Check("years_experience", "eq", 4.5), lambda each: years(each) == 4.5),
    "changed since": (
        Check("updated_at", "gte", "2026-06-02T00:00:00.000000Z"),
        lambda each: each.updated_at >= "2026-06-02",
    ),
    "contacted before": (
        Check("last_contact", "lt", "2026-11-01T00:00:00Z"),
        lambda each: each.last_contact is not None and each.last_contact < "2026-11-01",
    ),
    "never contacted": (Check("last_contact", "is_null", value=True), lambda each: each.last_contact is None),
    "near": (Check("near", "within", (*GENEVA, 150.0)), lambda each: each.city == "Lyon"),
    "not near": (Unless(Check("near", "within", (*GENEVA, 150.0))), lambda each: each.city != "Lyon"),
    "near by less": (Check("near", "within", (*GENEVA, 90.0)), lambda _: False),
    "application": (
        Entry(
            "applications",
            (
                Check("applications.job_id", "in", ["job-1", "job-2"]),
                Check("applications.stage", "eq", "SCREEN"),
                Check("applications.status", "eq", "ACTIVE"),
            ),
        ),
        lambda each: any(
            a.job_id in {"job-1", "job-2"} and a.stage == "SCREEN" and a.status == "ACTIVE"
            for a in each.applications
        ),
    ),
    "shortlist": (Check("shortlisted_jobs", "eq", "job-3"), lambda each: "job-3" in each.shortlisted_jobs),
    "tag": (Check("tags", "eq", "REMOTE"), lambda each: "remote" in each.tags),
    "consent": (Check("consent", "eq", value=True), lambda each: each.consent),
    "no consent": (Check("consent", "eq", value=False), lambda each: not each.consent),
    "has e-mail": (Check("has_email", "eq", value=True), lambda each: bool(each.emails)),
    "has no phone": (Check("has_phone", "eq", value=False), lambda each: not each.phones),
    "ids": (Unless(Check("id", "in", ["p0000", "p0399"])), lambda each: each.id not in {"p0000", "p0399"}),
    "several": (
        Every(
            (
                Check("skills", "in", ["python", "java"]),
                Check("years_experience", "gte", 5.0),
                Some((Check("country", "eq", "us"), Unless(Check("consent", "eq", value=True)))),
            )
        ),
        lambda each: (
            bool({"Python", "Java"} & set(each.skills))
            and years(each) >= 5
            and (each.country == "US" or not each.consent)
        ),
    ),
}
NOBODY = {"contains no part of a word", "or of nothing", "near by less"}


async def everybody(find: Find, index: CandidateIndex, **fields: Any) -> list[str]:
    """Return the ids of all hits, page by page."""
    ids: list[str] = []
    after = None
    while True:
        result = await find(index, after=after, **fields)
        ids += [hit.id for hit in result.hits]
        if not result.has_next:
            assert result.total == len(ids)
            return ids
        after = result.hits[-1].cursor


@pytest.mark.parametrize("name", WHERE)
async def test_conditions_agree_with_a_plain_count(find: Find, crowd: CandidateIndex, name: str) -> None:
    condition, accepts = WHERE[name]
    expected = {each.id for each in PEOPLE if accepts(each)}
    assert (name in NOBODY) == (not expected)
    assert len(expected) < len(PEOPLE) or name == "and of nothing"
    assert from_json(as_json(condition)) == condition or name.startswith(("in", "all"))
    assert set(await everybody(find, crowd, where=(condition,), size=100)) == expected


@pytest.mark.parametrize("name", WHERE)
async def test_preferences_put_those_first_who_fulfil_them(
    find: Find, crowd: CandidateIndex, name: str
) -> None:
    condition, accepts = WHERE[name]
    ids = await everybody(find, crowd, should=(condition,), size=100)
    expected = sorted(each.id for each in PEOPLE if accepts(each))
    assert ids == expected + sorted(each.id for each in PEOPLE if not accepts(each))


@pytest.mark.parametrize("size", [1, 7, 100])
async def test_paging_gives_each_candidate_once_and_in_order(
    find: Find, crowd: CandidateIndex, size: int
) -> None:
    whole = (await find(crowd, text="software", size=100)).hits
    ranked = [(-(hit.score or 0), hit.id) for hit in whole]
    assert ranked == sorted(ranked)
    ids = await everybody(find, crowd, text="software", size=size)
    assert len(ids) > 100
    assert len(set(ids)) == len(ids)
    assert ids[:100] == [hit.id for hit in whole]


def _key(by: SortBy, each: CandidateDocument) -> object:
    match by:
        case SortBy.UPDATED_AT:
            return each.updated_at
        case SortBy.EXPERIENCE:
            return each.years_experience
        case SortBy.NAME:
            return next(iter(folded([each.name])), None)
        case _:
            return {"Lyon": 1, "Łódź": 2, "Austin": 3}.get(each.city or "")


@pytest.mark.parametrize("by", [SortBy.UPDATED_AT, SortBy.EXPERIENCE, SortBy.NAME, SortBy.DISTANCE])
@pytest.mark.parametrize("descending", [False, True])
async def test_hits_are_sorted_by_what_was_asked(
    find: Find, crowd: CandidateIndex, by: SortBy, *, descending: bool
) -> None:
    known = sorted((each for each in PEOPLE if _key(by, each) is not None), key=lambda each: each.id)
    known.sort(key=lambda each: _key(by, each), reverse=descending)  # type: ignore[arg-type,return-value]
    unknown = sorted(each.id for each in PEOPLE if _key(by, each) is None)
    everywhere = Some((Check("near", "within", (*GENEVA, 10.0)), Check("consent", "in", [True, False])))
    near = (Every((Check("near", "within", (*GENEVA, 20_000.0)),)),) if by is SortBy.DISTANCE else ()
    ids = await everybody(
        find, crowd, where=near, order=Order(by, descending=descending), size=37, should=(everywhere,)
    )
    assert ids == [each.id for each in known] + ([] if near else unknown)


async def test_without_words_the_latest_change_comes_first(find: Find, crowd: CandidateIndex) -> None:
    ids = await everybody(find, crowd, size=37)
    by_id = sorted(PEOPLE, key=lambda each: each.id)
    assert ids == [each.id for each in sorted(by_id, key=lambda each: each.updated_at, reverse=True)]
    assert {hit.score for hit in (await find(crowd)).hits} == {None}


async def test_distances_are_told(find: Find, crowd: CandidateIndex) -> None:
    near = (Check("near", "within", (*GENEVA, 500.0)),)
    hits = (await find(crowd, where=near, order=Order(SortBy.DISTANCE, descending=False))).hits
    assert {round(hit.kilometres or 0) for hit in hits} == {112}


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"order": Order(SortBy.DISTANCE, descending=False)}, "NO_PLACE", "sortBy"),
        ({"order": Order(SortBy.RELEVANCE, descending=True)}, "NOTHING_RANKS", "sortBy"),
        ({"size": 0}, "BAD_SIZE", "size"),
        ({"size": 101}, "BAD_SIZE", "size"),
        ({"where": (Check("skills", "all", ["s"] * 101),)}, "TOO_MANY_VALUES", "skills"),
        ({"where": (Check("id", "in", ["i"] * 101),)}, "TOO_MANY_VALUES", "id"),
        ({"where": (Check("companies", "eq", "c" * 257),)}, "VALUE_TOO_LONG", "companies"),
        ({"where": (Check("tags", "eq", " \x00 "),)}, "EMPTY_VALUE", "tags"),
        ({"where": (Check("years_experience", "lte", float("nan")),)}, "BAD_RANGE", "years_experience"),
        ({"where": (Check("near", "within", (0.0, 0.0, 0.0)),)}, "BAD_RANGE", "near"),
        ({"where": (Check("near", "within", (0.0, 0.0, float("inf"))),)}, "BAD_RANGE", "near"),
        ({"should": (Every((Check("consent", "eq", value=True),) * 30),)}, "TOO_MANY_CONDITIONS", "where"),
    ],
)
async def test_what_is_out_of_bounds_is_refused(
    find: Find, crowd: CandidateIndex, fields: dict[str, Any], reason: str, field: str
) -> None:
    with pytest.raises(InvalidQuery) as refusal:
        await find(crowd, **fields)
    assert (refusal.value.reason, refusal.value.field) == (reason, field)


def folded(values: Iterable[str | None]) -> set[str]:
    accents = str.maketrans("éëźóŁłśÉ", "eezoLlsE")
    return {value.translate(accents).lower() for value in values if value}


def in_band(value: float | None, bands: Iterable[tuple[int, int | None]]) -> set[str]:
    return {
        band(low, high)
        for low, high in bands
        if value is not None and low <= value and (high is None or value < high)
    }


def contacted(each: CandidateDocument) -> set[str]:
    if each.last_contact is None:
        return {NEVER}
    days = (datetime.fromisoformat(NOW) - datetime.fromisoformat(each.last_contact)).days
    return in_band(days, CONTACT_BANDS)


FACET_VALUES_OF: dict[Facet, Callable[[CandidateDocument], set[str]]] = {
    Facet.SKILLS: lambda each: folded(each.skills),
    Facet.CITIES: lambda each: folded([each.city]),
    Facet.COUNTRIES: lambda each: folded([each.country]),
    Facet.COMPANIES: lambda each: folded(entry.company for entry in each.employments),
    Facet.TITLES: lambda each: folded(entry.title for entry in each.employments),
    Facet.SCHOOLS: lambda each: folded(entry.school for entry in each.educations),
    Facet.LANGUAGES: lambda each: folded(each.languages),
    Facet.TAGS: lambda each: folded(each.tags),
    Facet.STAGES: lambda each: {entry.stage for entry in each.applications if entry.status == "ACTIVE"},
    Facet.YEARS: lambda each: in_band(each.years_experience, YEARS_BANDS),
    Facet.LAST_CONTACT: contacted,
}
BANDS = {
    Facet.YEARS: [band(*bounds) for bounds in YEARS_BANDS],
    Facet.LAST_CONTACT: [*(band(*bounds) for bounds in CONTACT_BANDS), NEVER],
}


@pytest.mark.parametrize(
    "name", ["and of nothing", "in", "employed now", "application", "no consent", "several"]
)
async def test_facets_agree_with_a_plain_count(find: Find, crowd: CandidateIndex, name: str) -> None:
    condition, accepts = WHERE[name]
    matching = [each for each in PEOPLE if accepts(each)]
    result = await find(crowd, where=(condition,), size=1, facets=tuple(Facet), at=NOW)
    assert set(result.facets) == set(Facet)
    for facet, values_of in FACET_VALUES_OF.items():
        counts = Counter(value for each in matching for value in values_of(each))
        if facet in BANDS:
            expected = [(key, counts[key]) for key in BANDS[facet] if counts[key]]
        else:
            expected = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:FACET_VALUES]
        assert list(result.facets[facet]) == expected


async def test_what_is_not_asked_for_is_not_counted(find: Find, crowd: CandidateIndex) -> None:
    assert (await find(crowd)).facets == {}


async def test_the_last_page_says_so(find: Find, crowd: CandidateIndex) -> None:
    (only,) = [each.id for each in PEOPLE[:1]]
    result = await find(crowd, where=(Check("id", "eq", only),), size=1)
    assert (len(result.hits), result.has_next, result.total) == (1, False, 1)
