import base64
from dataclasses import replace

import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch
from hypothesis import given
from hypothesis import strategies as st

from search.documents import CandidateDocument, EmploymentEntry
from search.errors import InvalidQuery
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.talent import explaining
from search.talent.conditions import Check, Entry, Every
from search.talent.explaining import Explanation, MatchChange, explain_match
from search.talent.fit import Verdict
from search.talent.points import PointsInTime
from search.talent.receipts import Receipt, opened, receipt_of, sealed
from search.talent.request import TalentRequest
from search.talent.searching import search_talent
from search.writer import write

KEY = "ab" * 32
REQUEST = TalentRequest(
    text="cook (lyon OR paris) nice:pastry",
    where=(Entry("employments", (Check("employments.company", "in", ["Acme", "Bistro"]),)),),
    should=(Check("consent", "eq", value=True),),
    reasons=True,
    evidence=True,
)


def person(id: str, headline: str) -> CandidateDocument:
    return CandidateDocument(
        id=id,
        updated_at="2026-01-01T00:00:00.000000Z",
        headline=headline,
        city="Lyon",
        employments=[EmploymentEntry("Acme", "Cook")],
        resume_text="Cooks pastry in Lyon",
    )


@pytest_asyncio.fixture
async def kitchen(elasticsearch: AsyncElasticsearch, index_prefix: str) -> CandidateIndex:
    names = candidate_index(f"{index_prefix}-kitchen")
    await elasticsearch.indices.delete(index=names.name, ignore_unavailable=True)
    await ensure_indices(elasticsearch, names)
    people = [person("ann", "Head cook"), person("bob", "Cook"), person("cid", "Waiter")]
    await write(elasticsearch, names, [(each.id, 1, each.to_source()) for each in people], refresh=True)
    return names


async def receipt_for(client: AsyncElasticsearch, index: CandidateIndex, id: str) -> str:
    result = await search_talent(client, index, PointsInTime(client, index), REQUEST)
    (fit,) = [hit.fit for hit in result.hits if hit.id == id]
    assert fit is not None
    receipt = sealed(receipt_of(REQUEST, id, fit), KEY)
    assert receipt is not None
    return receipt


async def explained(client: AsyncElasticsearch, index: CandidateIndex, receipt: str) -> Explanation:
    return await explain_match(client, index, PointsInTime(client, index), opened(receipt, KEY))


async def test_without_changes_the_numbers_are_the_same(
    elasticsearch: AsyncElasticsearch, kitchen: CandidateIndex
) -> None:
    receipt = await receipt_for(elasticsearch, kitchen, "ann")
    assert receipt == await receipt_for(elasticsearch, kitchen, "ann")
    found = await explained(elasticsearch, kitchen, receipt)
    assert found.changes == ()
    assert found.recorded == found.today
    assert found.recorded.reasons[0].evidence


async def test_other_candidates_change_statistics_not_what_was_recorded(
    elasticsearch: AsyncElasticsearch, kitchen: CandidateIndex
) -> None:
    receipt = await receipt_for(elasticsearch, kitchen, "ann")
    before = (await explained(elasticsearch, kitchen, receipt)).recorded
    dan = person("dan", "Cook of cooks, cook")
    await write(elasticsearch, kitchen, [("dan", 1, dan.to_source())], refresh=True)
    found = await explained(elasticsearch, kitchen, receipt)
    assert found.changes == (MatchChange.STATISTICS,)
    assert found.recorded == before
    assert found.today is not None
    assert found.today.score != before.score


async def test_a_changed_candidate_is_said_and_shows_no_evidence_of_today(
    elasticsearch: AsyncElasticsearch, kitchen: CandidateIndex
) -> None:
    receipt = await receipt_for(elasticsearch, kitchen, "ann")
    changed = person("ann", "Cook in Paris")
    await write(elasticsearch, kitchen, [("ann", 2, changed.to_source())], refresh=True)
    found = await explained(elasticsearch, kitchen, receipt)
    assert found.changes == (MatchChange.CANDIDATE,)
    assert not any(reason.evidence for reason in found.recorded.reasons)
    paris = {reason.clause: reason.verdict for reason in found.recorded.reasons}["paris"]
    assert paris is Verdict.MISSING
    assert found.today is not None
    assert {reason.clause: reason.verdict for reason in found.today.reasons}["paris"] is Verdict.MATCHED


async def test_a_candidate_who_matches_no_more_has_no_fit_of_today(
    elasticsearch: AsyncElasticsearch, kitchen: CandidateIndex
) -> None:
    receipt = await receipt_for(elasticsearch, kitchen, "ann")
    left = replace(person("ann", "Retired"), employments=(), resume_text=None)
    await write(elasticsearch, kitchen, [("ann", 2, left.to_source())], refresh=True)
    found = await explained(elasticsearch, kitchen, receipt)
    assert (found.today, found.changes) == (None, (MatchChange.CANDIDATE,))
    assert found.recorded.score > 0


async def test_rights_are_asked_again(elasticsearch: AsyncElasticsearch, kitchen: CandidateIndex) -> None:
    receipt = opened(await receipt_for(elasticsearch, kitchen, "ann"), KEY)
    points = PointsInTime(elasticsearch, kitchen)
    found = await explain_match(elasticsearch, kitchen, points, receipt, [{"term": {"id": "bob"}}])
    assert found.today is None
    assert not any(reason.evidence for reason in found.recorded.reasons)


async def test_other_weights_are_said(
    elasticsearch: AsyncElasticsearch, kitchen: CandidateIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = await receipt_for(elasticsearch, kitchen, "bob")
    monkeypatch.setattr(explaining, "weights_version", lambda: "other")
    assert (await explained(elasticsearch, kitchen, receipt)).changes == (MatchChange.WEIGHTS,)


RECEIPT = Receipt(
    candidate_id="ann",
    text="cook",
    where=(Every((Check("skills", "eq", "Négociation"), Check("near", "within", (1.0, 2.0, 3.0)))),),
    should=(),
    meaning=bytes(range(256)),
    contacts=True,
    score=1.25,
    matched={"0": 1.25},
    version=3,
    index="kith-candidates-v1-abc",
    weights="w",
    taxonomy="t",
)


def test_a_receipt_comes_back() -> None:
    text = sealed(RECEIPT, KEY)
    assert text is not None
    read = opened(text, KEY)
    assert replace(read, where=()) == replace(RECEIPT, where=())
    assert sealed(read, KEY) == text


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_receipt_that_was_altered_is_none(place: int, change: int) -> None:
    text = sealed(RECEIPT, KEY)
    assert text is not None
    content = bytearray(base64.urlsafe_b64decode(text))
    content[place % len(content)] ^= change
    with pytest.raises(InvalidQuery):
        opened(base64.urlsafe_b64encode(bytes(content)).decode(), KEY)


@given(
    st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
)
def test_rubbish_is_no_receipt(text: str) -> None:
    for key in (KEY, ""):
        with pytest.raises(InvalidQuery):
            opened(text, key)


def test_a_receipt_of_another_key_is_none() -> None:
    text = sealed(RECEIPT, KEY)
    assert text is not None
    with pytest.raises(InvalidQuery):
        opened(text, "cd" * 32)


def test_a_search_that_is_too_long_has_no_receipt() -> None:
    words = " ".join(f"{number * 7919:x}{number * 104729:x}" for number in range(2_000))
    assert sealed(replace(RECEIPT, text=words), KEY) is None
