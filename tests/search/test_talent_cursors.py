import asyncio
import base64
import random

import orjson
import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch
from hypothesis import given
from hypothesis import strategies as st

from search.documents import CandidateDocument
from search.errors import InvalidQuery
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.talent import points as points_module
from search.talent.conditions import Check
from search.talent.cursors import Place, decode_cursor, encode_cursor
from search.talent.points import MOST_OPEN, SHARED_SECONDS, PointsInTime
from search.talent.request import Order, SortBy, TalentRequest
from search.talent.searching import TalentResult, search_talent
from search.writer import write

BEST = Order(SortBy.RELEVANCE, descending=True)


def person(number: int, words: str) -> CandidateDocument:
    return CandidateDocument(id=f"p{number:04}", updated_at="2026-01-01T00:00:00.000000Z", headline=words)


@pytest_asyncio.fixture
async def changing(elasticsearch: AsyncElasticsearch, index_prefix: str) -> CandidateIndex:
    names = candidate_index(f"{index_prefix}-changing")
    await elasticsearch.indices.delete(index=names.name, ignore_unavailable=True)
    await ensure_indices(elasticsearch, names)
    people = [person(number, "cook " * (number % 7 + 1)) for number in range(300)]
    await write(elasticsearch, names, [(each.id, 1, each.to_source()) for each in people], refresh=True)
    return names


async def test_pages_stand_still_while_the_index_changes(
    elasticsearch: AsyncElasticsearch, changing: CandidateIndex
) -> None:
    time = [0.0]
    points = PointsInTime(elasticsearch, changing, lambda: time[0])
    rng = random.Random(5)

    async def page(after: str | None) -> TalentResult:
        request = TalentRequest(text="cook", size=20, after=after)
        return await search_talent(elasticsearch, changing, points, request)

    result = await page(None)
    pages = [result]
    version = 2
    while result.has_next:
        result = await page(result.hits[-1].cursor)
        pages.append(result)
        spoilt = [
            person(number, rng.choice(["waiter", "cook", "cook cook cook cook"])) for number in range(300)
        ]
        gone = [(f"p{number:04}", version, None) for number in rng.sample(range(300), 20)]
        changes = [(each.id, version, each.to_source()) for each in spoilt]
        await write(elasticsearch, changing, [*changes[: 10 * version], *gone], refresh=True)
        version += 1
    ids = [hit.id for each in pages for hit in each.hits]
    assert len(ids) == len(set(ids)) == 300
    assert {each.total for each in pages} == {300}
    scores = [hit.score or 0.0 for each in pages for hit in each.hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.cursor for each in pages for hit in each.hits}) == 300
    time[0] += SHARED_SECONDS
    again = await page(pages[0].hits[-1].cursor)
    assert again.total < 300
    await points.close()


async def test_a_list_that_is_no_longer_kept_is_refused(
    elasticsearch: AsyncElasticsearch, changing: CandidateIndex
) -> None:
    points = PointsInTime(elasticsearch, changing)
    first = await search_talent(elasticsearch, changing, points, TalentRequest(text="cook"))
    second = TalentRequest(text="cook", after=first.hits[-1].cursor)
    third = TalentRequest(
        text="cook",
        after=(await search_talent(elasticsearch, changing, points, second)).hits[-1].cursor,
    )
    await elasticsearch.close_point_in_time(id=await points.current())
    with pytest.raises(InvalidQuery) as refusal:
        await search_talent(elasticsearch, changing, points, third)
    assert (refusal.value.reason, refusal.value.field) == ("CURSOR_EXPIRED", "after")
    assert (await search_talent(elasticsearch, changing, points, second)).total == 300
    await points.close()


async def test_a_point_that_is_over_is_replaced_for_a_first_cursor(
    elasticsearch: AsyncElasticsearch, changing: CandidateIndex
) -> None:
    points = PointsInTime(elasticsearch, changing)
    first = await search_talent(elasticsearch, changing, points, TalentRequest(text="cook"))
    await elasticsearch.close_point_in_time(id=await points.current())
    request = TalentRequest(text="cook", after=first.hits[-1].cursor)
    assert (await search_talent(elasticsearch, changing, points, request)).total == 300
    await points.close()


@pytest.mark.parametrize("point", ["", "abc", "x" * 200, "é", "AAAA"])
async def test_a_forged_point_is_refused(
    elasticsearch: AsyncElasticsearch, changing: CandidateIndex, point: str
) -> None:
    cursor = encode_cursor(BEST, Place((1.5, "p0001"), point))
    request = TalentRequest(text="cook", after=cursor)
    with pytest.raises(InvalidQuery) as refusal:
        await search_talent(elasticsearch, changing, PointsInTime(elasticsearch, changing), request)
    assert refusal.value.reason in {"BAD_CURSOR", "CURSOR_EXPIRED"}


async def open_points(elasticsearch: AsyncElasticsearch, index: CandidateIndex) -> int:
    stats = await elasticsearch.indices.stats(index=index.name, metric="search")
    return int(stats["_all"]["total"]["search"]["open_contexts"])


async def test_many_searches_open_few_points(
    elasticsearch: AsyncElasticsearch, changing: CandidateIndex
) -> None:
    now = 0.0
    points = PointsInTime(elasticsearch, changing, clock=lambda: now)
    assert len(set(await asyncio.gather(*(points.current() for _ in range(200))))) == 1
    assert await open_points(elasticsearch, changing) == 1
    for _ in range(2 * MOST_OPEN):
        now += 2.5
        await points.current()
    assert await open_points(elasticsearch, changing) == MOST_OPEN
    now += points_module.LONGEST_SECONDS
    await points.current()
    assert await open_points(elasticsearch, changing) == 1
    await points.close()
    assert await open_points(elasticsearch, changing) == 0


@given(
    st.floats(min_value=0, max_value=1e6, width=32),
    st.uuids(),
    st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=200),
)
def test_cursors_come_back(score: float, candidate_id: object, point: str | None) -> None:
    place = Place((score, str(candidate_id)), point)
    assert decode_cursor(encode_cursor(BEST, place), BEST) == place


@pytest.mark.parametrize(
    "content",
    [
        ["relevance", True, None, "1.5", "id"],
        ["relevance", True, None, True, "id"],
        ["relevance", True, None, -1.5, "id"],
        ["relevance", True, None, 1e300, "id"],
        ["relevance", True, None, None, "id"],
        ["relevance", True, None, 1.5, ""],
        ["relevance", True, None, 1.5, "i" * 1_001],
        ["relevance", True, None, 1.5, {"a": 1}],
        ["relevance", True, 7, 1.5, "id"],
        ["relevance", False, None, 1.5, "id"],
        ["updated_at", True, None, 1, "id"],
        ["name", True, None, "a", "id"],
        ["relevance", True, None, 1.5],
        {"relevance": 1},
        None,
    ],
)
def test_cursors_of_another_making_are_refused(content: object) -> None:
    with pytest.raises(InvalidQuery, match="first page"):
        decode_cursor(base64.urlsafe_b64encode(orjson.dumps(content)).decode(), BEST)


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.hex()), st.sampled_from(SortBy))
def test_rubbish_is_no_cursor(cursor: str, by: SortBy) -> None:
    with pytest.raises(InvalidQuery):
        decode_cursor(cursor, Order(by, descending=True))


async def test_cursors_of_values_that_are_missing_go_on(
    elasticsearch: AsyncElasticsearch, changing: CandidateIndex
) -> None:
    points = PointsInTime(elasticsearch, changing)
    for by in (SortBy.NAME, SortBy.EXPERIENCE, SortBy.DISTANCE):
        for descending in (True, False):
            where = (Check("id", "in", ["p0001", "p0002"]),)
            should = (Check("near", "within", (1.0, 1.0, 10.0)),)
            request = TalentRequest(
                where=where, should=should, order=Order(by, descending=descending), size=1
            )
            first = await search_talent(elasticsearch, changing, points, request)
            after = TalentRequest(
                where=where, should=should, order=request.order, size=1, after=first.hits[0].cursor
            )
            second = await search_talent(elasticsearch, changing, points, after)
            assert [first.hits[0].id, second.hits[0].id] == ["p0001", "p0002"]
            assert (first.has_next, second.has_next) == (True, False)
    await points.close()
