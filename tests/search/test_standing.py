"""Matched in reverse, a search finds just those whom it finds forward, whatever else is looked for at the same time."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.documents import ApplicationEntry, CandidateDocument
from search.errors import SearchUnavailable
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.query_language.tree import printed
from search.rights import clauses_of
from search.talent import standing
from search.talent.conditions import Check, Clause, Condition, Entry, Every, Some, Unless
from search.talent.request import Order, SortBy, TalentRequest
from search.talent.standing import MOST_AT_ONCE, all_found, filter_of, found_among
from search.writer import write
from tests.search.conftest import Find
from tests.search.query_trees import trees
from tests.search.terms import TermRow, vocabulary
from tests.search.test_query_meaning import PEOPLE, VOCABULARY

TERMS = vocabulary(
    TermRow("java", ("kotlin",)), TermRow("golf", ("gold",), broader=("rust",)), TermRow("rust")
)
BROKEN: Clause = {"term": {"name": {"no": "such thing"}}}


def _drawn(number: int, person: CandidateDocument) -> CandidateDocument:
    rng = random.Random(number)
    jobs = rng.sample(["j1", "j2"], rng.randint(0, 2))
    return replace(
        person,
        private=rng.random() < 0.3,
        visible_to=rng.sample(["r1", "r2"], rng.randint(0, 2)),
        jobs=jobs,
        applications=[ApplicationEntry(job, "APPLIED", "ACTIVE") for job in jobs[:1]],
        years_experience=rng.randint(0, 9),
        consent=rng.random() < 0.5,
    )


CANDIDATES = [_drawn(number, person) for number, person in enumerate(PEOPLE)]
IDS = [each.id for each in CANDIDATES]
CHECKS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(
        Check, st.just("skills"), st.sampled_from(["contains", "starts_with"]), st.sampled_from(VOCABULARY)
    ),
    st.builds(Check, st.just("years_experience"), st.sampled_from(["gte", "lte"]), st.integers(0, 9)),
    st.builds(Check, st.just("consent"), st.just("eq"), st.booleans()),
    st.builds(Check, st.just("id"), st.just("in"), st.lists(st.sampled_from(IDS), min_size=1, max_size=9)),
    st.builds(
        lambda job: Entry("applications", (Check("applications.job_id", "eq", job),)),
        st.sampled_from(["j1", "j2"]),
    ),
)
CONDITIONS = st.recursive(
    CHECKS,
    lambda inner: (
        st.builds(Unless, inner)
        | st.lists(inner, max_size=3).map(tuple).map(Every)
        | st.lists(inner, max_size=3).map(tuple).map(Some)
    ),
    max_leaves=5,
)
REQUESTS = st.builds(
    lambda tree, where, should, order: TalentRequest(
        text="" if tree is None else printed(tree),
        where=tuple(where),
        should=tuple(should),
        order=order,
        expansion=TERMS,
        size=100,
    ),
    st.none() | trees(VOCABULARY),
    st.lists(CONDITIONS, max_size=2),
    st.lists(CONDITIONS, max_size=2),
    st.none() | st.builds(Order, st.sampled_from([SortBy.NAME, SortBy.EXPERIENCE]), descending=st.booleans()),
)
RIGHTS = st.builds(
    lambda sight, person, jobs: clauses_of(sight, person_id=person, jobs=jobs),
    st.sampled_from(["ALL", "RECRUITING", "MEMBER", "NONE"]),
    st.sampled_from([None, "r1", "r2"]),
    st.lists(st.sampled_from(["j1", "j2"]), unique=True),
)


@pytest_asyncio.fixture(scope="module")
async def corpus(elasticsearch: AsyncElasticsearch, index_prefix: str) -> CandidateIndex:
    names = candidate_index(f"{index_prefix}-standing")
    await ensure_indices(elasticsearch, names)
    await write(elasticsearch, names, [(each.id, 1, each.to_source()) for each in CANDIDATES], refresh=True)
    return names


async def matched(
    client: AsyncElasticsearch,
    index: CandidateIndex,
    searches: Mapping[str, Sequence[Clause]],
    ids: Sequence[str],
) -> tuple[dict[str, set[str]], set[str]]:
    """Return whom each search finds, and which are broken; each search is answered once."""
    matches: dict[str, set[str]] = {}
    broken: set[str] = set()
    async for found in found_among(client, index.alias, searches, ids):
        assert not matches.keys() & found.matches.keys()
        matches |= {name: set(matching) for name, matching in found.matches.items()}
        broken |= found.broken
    return matches, broken


async def test_matched_in_reverse_searches_find_just_whom_they_find(
    elasticsearch: AsyncElasticsearch, find: Find, corpus: CandidateIndex
) -> None:
    loop = asyncio.get_running_loop()
    told = 0

    async def compare(asked: Sequence[tuple[TalentRequest, list[Clause]]], looked_at: frozenset[str]) -> int:
        searches = {
            str(number): [filter_of(request), *rights] for number, (request, rights) in enumerate(asked)
        }
        matches, broken = await matched(elasticsearch, corpus, searches, sorted(looked_at))
        assert not broken
        for number, (request, rights) in enumerate(asked):
            fields = {
                name: getattr(request, name)
                for name in ("text", "where", "should", "order", "size", "expansion")
            }
            forward = {hit.id for hit in (await find(corpus, rights, **fields)).hits}
            assert matches[str(number)] == forward & looked_at
            assert set(await all_found(elasticsearch, corpus.alias, searches[str(number)]) or ()) == forward
        return sum(map(len, matches.values()))

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(st.tuples(REQUESTS, RIGHTS), min_size=1, max_size=4),
        st.frozensets(st.sampled_from([*IDS, "nobody"]), min_size=1),
    )
    def check(asked: list[tuple[TalentRequest, list[Clause]]], looked_at: frozenset[str]) -> None:
        nonlocal told
        told += asyncio.run_coroutine_threadsafe(compare(asked, looked_at), loop).result(60)

    await asyncio.to_thread(check)
    assert told > 100


async def test_what_cannot_be_run_holds_up_no_others(
    elasticsearch: AsyncElasticsearch, corpus: CandidateIndex
) -> None:
    number = 2 * MOST_AT_ONCE + 7
    searches: dict[str, Sequence[Clause]] = {
        str(i): [filter_of(TalentRequest(where=(Check("id", "eq", IDS[i % 40]),)))] for i in range(number)
    }
    bad = {"3", str(MOST_AT_ONCE + 1), str(number - 1)}
    searches |= {name: [BROKEN] for name in bad}
    matches, broken = await matched(elasticsearch, corpus, searches, IDS)
    assert broken == bad
    assert matches == {str(i): {IDS[i % 40]} for i in range(number) if str(i) not in bad}


async def test_many_broad_searches_are_told_apart(
    elasticsearch: AsyncElasticsearch, corpus: CandidateIndex
) -> None:
    """More words at once than Elasticsearch takes in one query, were they not parted."""
    words = " OR ".join(f"{word}*" for word in VOCABULARY)
    broad = filter_of(TalentRequest(text=words))
    matches, broken = await matched(elasticsearch, corpus, {str(i): [broad] for i in range(300)}, IDS)
    assert not broken
    assert len({frozenset(matching) for matching in matches.values()}) == 1


async def test_one_that_finds_too_many_has_no_list(
    elasticsearch: AsyncElasticsearch, corpus: CandidateIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = [filter_of(TalentRequest())]
    monkeypatch.setattr(standing, "MOST_LISTED", len(IDS))
    assert sorted(await all_found(elasticsearch, corpus.alias, everybody) or ()) == sorted(IDS)
    monkeypatch.setattr(standing, "MOST_LISTED", len(IDS) - 1)
    assert await all_found(elasticsearch, corpus.alias, everybody) is None


async def test_an_absent_engine_is_no_fault_of_the_searches(corpus: CandidateIndex) -> None:
    async with AsyncElasticsearch("http://127.0.0.1:9") as nobody:
        with pytest.raises(SearchUnavailable):
            await matched(nobody, corpus, {"one": [filter_of(TalentRequest())]}, IDS)
