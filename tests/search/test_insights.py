"""What is kept of searches, how it is counted, and what it may have meant."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from search.documents import CandidateDocument
from search.errors import InvalidQuery
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.insights import log as logs
from search.insights.listing import search_insights
from search.insights.log import KEPT_SECONDS, KEYS, LEAST_SHOWN, MOST_WAITING, SearchLog
from search.insights.mending import Words, slips
from search.insights.texts import kept_text
from search.rights import made_known_to
from search.writer import write
from tests.search.terms import TermRow, vocabulary
from tests.waiting import eventually

KNOWN = vocabulary(
    TermRow("Kubernetes", ("k8s",), related=("Docker",)),
    TermRow("Docker"),
    TermRow("Helm", broader=("Kubernetes",)),
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Kubernetes", "kubernetes"),
        ('Python "Team Lead" title:Chef skill:(Go OR Rust)', "python team lead chef go rust"),
        ("name:Ada company:Acme location:Paris school:Oxford language:French", None),
        ("java NOT manager -boss", "java"),
        ("nice:kafka java", "kafka java"),
        ("ada@example.org https://example.org/ada 0301234567 java", "java"),
        ("develop* kubernetes~1", None),
        ("Café", "cafe"),
        ("one two three four five six seven eight nine", None),
        ('"unclosed', None),
        ("", None),
    ],
)
def test_only_words_of_skills_and_titles_are_kept(text: str, kept: str | None) -> None:
    assert kept_text(text) == kept


@pytest_asyncio.fixture
async def redis(engines: dict[str, str]) -> AsyncIterator[Redis]:
    async with Redis.from_url(engines["redis"]) as client:
        await client.delete(*KEYS)
        yield client
        await client.delete(*KEYS)


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


async def _searched(
    log: SearchLog, text: str, times: int, *, found: bool = False, filtered: bool = False
) -> None:
    for _ in range(times):
        log.note(text, found=found, filtered=filtered)
    await log.flush()


async def test_searches_are_counted_by_all_processes(redis: Redis) -> None:
    one, other = SearchLog(redis, Clock()), SearchLog(redis, Clock())
    await _searched(one, "Flink", 2)
    await _searched(other, "flink", 2)
    await _searched(other, "flink", 1, filtered=True)
    await _searched(other, "rare", LEAST_SHOWN - 1)
    await _searched(other, "java", 9, found=True)
    (shown,) = await one.without_hits(10)
    assert (shown.text, shown.searches, shown.without_hits, shown.last) == ("flink", 5, 4, Clock.now)


async def test_what_finds_somebody_again_is_no_longer_listed(redis: Redis) -> None:
    log = SearchLog(redis)
    await _searched(log, "flink", 5)
    assert await log.without_hits(10)
    await _searched(log, "flink", 1, found=True)
    assert await log.without_hits(10) == []


async def test_what_is_kept_is_bounded(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    log = SearchLog(redis, clock)
    await _searched(log, "old", 5)
    clock.now += KEPT_SECONDS + 1
    await _searched(log, "new", 5)
    assert [each.text for each in await log.without_hits(10)] == ["new"]
    monkeypatch.setattr(logs, "MOST_TEXTS", 3)
    for number in range(6):
        clock.now += 1
        await _searched(log, f"text{number}", 3)
    assert {each.text for each in await log.without_hits(10)} == {"text3", "text4", "text5"}
    for key in KEYS:
        assert await redis.zcard(key) <= 3
        assert 0 < await redis.ttl(key) <= KEPT_SECONDS
    for _ in range(MOST_WAITING * 3):
        log.note("flood", found=False, filtered=False)
    await log.flush()
    (flood,) = [each for each in await log.without_hits(10) if each.text == "flood"]
    assert flood.searches == MOST_WAITING


async def test_without_redis_nothing_fails() -> None:
    async with Redis.from_url("redis://127.0.0.1:1") as nowhere:
        log = SearchLog(nowhere)
        await _searched(log, "java", 3)
        assert await log.without_hits(10) == []


async def test_counting_goes_on_by_itself(redis: Redis) -> None:
    async with SearchLog.open(redis) as log:
        for _ in range(LEAST_SHOWN):
            log.note("flink", found=False, filtered=False)
        await eventually(lambda: log.without_hits(10))


@pytest_asyncio.fixture(scope="module")
async def staff(elasticsearch: AsyncElasticsearch, index_prefix: str) -> CandidateIndex:
    names = candidate_index(f"{index_prefix}-staff")
    await ensure_indices(elasticsearch, names)
    people = [
        CandidateDocument(id="ada", updated_at="2026-01-01", name="Ada Lovelace", private=True, visible_to=["me"],
                          skills=["Analytics engine"]),
        CandidateDocument(id="bob", updated_at="2026-01-01", name="Bob Stone", skills=["Terrazzo"]),
    ]  # fmt: skip
    await write(elasticsearch, names, [(each.id, 1, each.to_source()) for each in people], refresh=True)
    return names


async def test_insights_mend_relate_and_name_nobody(
    elasticsearch: AsyncElasticsearch, staff: CandidateIndex, redis: Redis
) -> None:
    log = SearchLog(redis)
    for times, text in enumerate(
        ("terazzo", "analitics", "k8s expert", "kuberntes", "lovelace", "ada lovelace java"),
        start=LEAST_SHOWN,
    ):
        await _searched(log, text, times)
    rights = [made_known_to("she")]
    found = await search_insights(elasticsearch, staff, log, KNOWN, size=10, rights=rights)
    assert [each.searched.text for each in found] == ["kuberntes", "k8s expert", "analitics", "terazzo"]
    by_text = {each.searched.text: each for each in found}
    (mended,) = by_text["kuberntes"].mended
    assert (mended.text, mended.term_id) == ("kubernetes", "SKILL:Kubernetes")
    related = ("SKILL:Kubernetes", "SKILL:Docker", "SKILL:Helm")
    assert by_text["kuberntes"].related_ids == by_text["k8s expert"].related_ids == related
    assert [each.text for each in by_text["terazzo"].mended] == ["terrazzo"]
    assert by_text["analitics"].mended == (), "a word that only a hidden candidate has"
    for_her = await search_insights(elasticsearch, staff, log, KNOWN, size=10, rights=[made_known_to("me")])
    assert [each.text for each in for_her[2].mended] == ["analytics"]
    with pytest.raises(InvalidQuery):
        await search_insights(elasticsearch, staff, log, KNOWN, size=51, rights=rights)


def test_known_and_short_words_are_left_alone() -> None:
    words = Words(["Kubernetes", "Java", "Data data", "date"])
    assert words.mended("java kubernetes jva") == []
    assert words.like("dats") == ["data", "date"]
    assert words.mended("senior kubernettes java") == ["senior kubernetes java"]


_TEXT = st.text(alphabet="abc", max_size=6)


def _distance(one: str, other: str) -> int:
    """Optimal string alignment by its recursive definition."""
    if not one or not other:
        return len(one) + len(other)
    costs = [
        _distance(one[:-1], other) + 1,
        _distance(one, other[:-1]) + 1,
        _distance(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    ]
    if len(one) > 1 and len(other) > 1 and one[-1] == other[-2] and one[-2] == other[-1]:
        costs.append(_distance(one[:-2], other[:-2]) + 1)
    return min(costs)


@given(_TEXT, _TEXT, st.integers(1, 2))
def test_slips_are_counted(one: str, other: str, most: int) -> None:
    assert slips(one, other, most) == min(_distance(one, other), most + 1)
    assert slips(one, other, most) == slips(other, one, most)
