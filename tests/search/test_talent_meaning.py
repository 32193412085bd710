"""What texts mean adds to the score, in numbers that add up, and neither finds nor loses anybody."""

import math
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch
from hypothesis import given
from hypothesis import strategies as st

from search import indices
from search.documents import CandidateDocument
from search.embedding import DIMENSIONS, Vector, between, embedder, quantised
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.meanings import Meanings, profile_text
from search.resumes.store import ResumeStore, StoreSettings
from search.talent.body import build_talent_query
from search.talent.explaining import explain_match
from search.talent.fit import Verdict
from search.talent.meaning import meaning_of
from search.talent.points import PointsInTime
from search.talent.receipts import opened, receipt_of, sealed
from search.talent.request import TalentRequest
from search.talent.weights import MEANING_BOOST
from search.writer import write
from tests.search.conftest import Find

DAY = "2026-01-01T00:00:00Z"
KEY = "ab" * 32
TEXTS = {
    "kitchen": "A pastry cook in a hotel kitchen: bread, cakes, sauces and menus for the restaurant.",
    "office": "A clerk who filed invoices, ledgers and tax returns, and was called a cook of books.",
    "machine": "A mechanic of turbines and pumps.",
}


def someone(id_: str) -> CandidateDocument:
    return CandidateDocument(
        id=id_, updated_at=DAY, resume_text=TEXTS[id_], meaning=embedder().embed(TEXTS[id_])
    )


@pytest_asyncio.fixture(scope="module")
async def three(elasticsearch: AsyncElasticsearch, index_prefix: str) -> AsyncIterator[CandidateIndex]:
    index = candidate_index(f"{index_prefix}-vectors")
    await ensure_indices(elasticsearch, index)
    await write(elasticsearch, index, [(id_, 1, someone(id_).to_source()) for id_ in TEXTS], refresh=True)
    yield index


def direction(vector: Vector) -> list[float]:
    values = np.frombuffer(vector, np.int8).astype(float)
    return list(values / np.linalg.norm(values))


async def test_of_two_with_the_word_the_one_who_is_about_it_comes_first(
    find: Find, three: CandidateIndex
) -> None:
    found = await find(three, text="cook", reasons=True)
    assert [hit.id for hit in found.hits] == ["kitchen", "office"]
    shares = [reason.contribution for hit in found.hits if hit.fit for reason in hit.fit.reasons[-1:]]
    assert shares[0] > shares[1] > 0


async def test_contributions_add_up_and_say_what_meaning_adds(find: Find, three: CandidateIndex) -> None:
    for hit in (await find(three, text="pastry cook OR clerk", reasons=True)).hits:
        assert hit.fit is not None
        assert hit.score == pytest.approx(sum(reason.contribution for reason in hit.fit.reasons), rel=1e-6)
        (meaning,) = [reason for reason in hit.fit.reasons if reason.clause == "similar meaning"]
        assert (meaning.field, meaning.demand, meaning.verdict) == (None, None, Verdict.WEIGHED)
        wanted, has = embedder().embed("pastry cook, clerk"), embedder().embed(TEXTS[hit.id])
        assert wanted is not None
        assert has is not None
        cosine = sum(one * other for one, other in zip(direction(wanted), direction(has), strict=True))
        assert meaning.contribution == pytest.approx(3 * MEANING_BOOST * cosine, rel=1e-5)


@pytest.mark.parametrize("text", ["cook", "kitchen NOT cook", "nice:cook kitchen", "title:cook", "coo*", ""])
async def test_meaning_neither_finds_nor_loses_anybody(
    elasticsearch: AsyncElasticsearch, find: Find, three: CandidateIndex, text: str
) -> None:
    with_it = {hit.id for hit in (await find(three, text=text)).hits}
    body = build_talent_query(TalentRequest(text=text)).body
    answer = await elasticsearch.search(index=three.alias, query=body["query"])
    assert with_it == {hit["_id"] for hit in answer["hits"]["hits"]}


async def test_a_given_meaning_ranks_without_a_text(find: Find, three: CandidateIndex) -> None:
    found = await find(three, meaning=embedder().embed("repair of engines"), reasons=True)
    assert found.hits[0].id == "machine"
    assert {hit.id for hit in found.hits} == set(TEXTS)


async def test_the_same_query_gives_the_same_numbers(find: Find, three: CandidateIndex) -> None:
    answers = [await find(three, text="cook of menus and ledgers", reasons=True) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]


async def test_a_receipt_with_a_meaning_is_reproduced(
    elasticsearch: AsyncElasticsearch, find: Find, three: CandidateIndex
) -> None:
    request = TalentRequest(text="cook", meaning=embedder().embed("kitchen"), reasons=True)
    hit = (await find(three, text=request.text, meaning=request.meaning, reasons=True)).hits[0]
    assert hit.fit is not None
    text = sealed(receipt_of(request, hit.id, hit.fit), KEY)
    assert text is not None
    points = PointsInTime(elasticsearch, three)
    explanation = await explain_match(elasticsearch, three, points, opened(text, KEY))
    assert explanation.today is not None
    assert (explanation.today.score, explanation.today.matched) == (hit.fit.score, hit.fit.matched)
    assert explanation.changes == ()


async def test_an_index_of_an_older_make_answers_by_words(
    elasticsearch: AsyncElasticsearch, index_prefix: str, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = {name: field for name, field in indices.MAPPINGS["properties"].items() if name != "meaning"}
    monkeypatch.setitem(indices.MAPPINGS, "properties", without)
    index = candidate_index(f"{index_prefix}-old")
    await ensure_indices(elasticsearch, index)
    source = replace(someone("kitchen"), meaning=None).to_source()
    await write(elasticsearch, index, [("kitchen", 1, source)], refresh=True)
    assert [hit.id for hit in (await find(index, text="cook")).hits] == ["kitchen"]


def test_what_is_excluded_or_only_a_name_has_no_meaning() -> None:
    def words(text: str) -> float:
        request = TalentRequest(text=text, reasons=True)
        query = build_talent_query(request, (), embedder()).body["query"]
        scripts = [each for each in query["bool"]["should"] if "script_score" in each]
        boosts = [float(each["script_score"]["script"]["params"]["boost"]) for each in scripts]
        return sum(boosts) / MEANING_BOOST

    assert words('cook "team lead" nice:baker') == 4
    assert words("skill:baking title:(cook OR chef)") == 3
    assert words("name:smith company:acme location:lyon") == 0
    assert words("cook NOT (manager OR clerk)") == 1
    assert words("coo* kitch~") == 0


def test_without_a_model_and_a_vector_nothing_is_meant() -> None:
    assert meaning_of(None, None, embedder()) is None


@pytest.mark.parametrize("text", ["", "  ", "…", "\x00"])
def test_a_text_without_words_has_no_vector(text: str) -> None:
    assert embedder().embed(text) is None


@given(st.text(max_size=200))
def test_any_text_has_the_same_vector_again(text: str) -> None:
    vector = embedder().embed(text)
    assert vector == embedder().embed(text)
    assert vector is None or len(vector) == DIMENSIONS
    assert vector is None or np.abs(np.frombuffer(vector, np.int8)).max() == 127


def test_what_has_no_direction_has_no_vector() -> None:
    assert quantised(np.zeros(3)) is None
    assert quantised(np.array([math.nan, 1.0])) is None
    assert quantised(np.array([0.5, -1.0])) == bytes([64, 129])


def test_the_middle_is_pushed_away_from_what_is_not_wanted() -> None:
    east, north = bytes([127, 0]), bytes([0, 127])
    assert between([east, north], [], push=1) == bytes([127, 127])
    assert between([east, north], [north], push=0.5) == bytes([127, 0])
    assert between([], [north], push=1) is None
    assert between([east], [east], push=1) is None


class Counting:
    """A model that counts what it is asked."""

    name = "counting"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, text: str) -> Vector | None:
        self.texts.append(text)
        return None if text == "nothing" else bytes([len(text)])


@pytest.mark.parametrize(("text", "vector"), [("words", bytes([5])), ("nothing", None)])
def test_a_resume_is_embedded_once_and_forgotten_with_its_text(
    tmp_path: Path, text: str, vector: Vector | None
) -> None:
    store, model = ResumeStore(StoreSettings(path=tmp_path)), Counting()
    document = replace(someone("office"), resume_text=text, headline="Clerk")
    sha256 = store.put(text.encode())
    for _ in range(2):
        assert Meanings(store, model).added_to(document, sha256).meaning == vector
    assert model.texts == [text]
    store.delete(sha256)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    store.put_beside(sha256, model.name, b"late")
    assert store.beside(sha256, model.name) is None


def test_without_a_resume_the_profile_speaks(tmp_path: Path) -> None:
    model = Counting()
    document = CandidateDocument(id="ann", updated_at=DAY, headline="Cook", skills=["Baking", "Cook"])
    Meanings(ResumeStore(StoreSettings(path=tmp_path)), model).added_to(document, None)
    assert model.texts == [profile_text(document)] == ["Cook, Baking"]
