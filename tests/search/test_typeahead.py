"""Completing what is typed: what is there, how often, and nothing of those whom one does not see."""

import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.documents import CandidateDocument, EmploymentEntry
from search.errors import InvalidQuery
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.rights import NOBODY, made_known_to
from search.talent.clauses import Clause
from search.taxonomy.entries import TITLE
from search.taxonomy.vocabulary import Vocabulary
from search.typeahead import MOST_SUGGESTIONS, SuggestionKind, suggest
from search.writer import write
from tests.search.terms import TermRow, vocabulary

KNOWN = vocabulary(
    TermRow("Kubernetes", ("k8s",)),
    TermRow("Kubeflow"),
    TermRow("Sewing"),
    TermRow("Software engineer", ("Programmer",), kind=TITLE),
)


def person(
    id: str, *skills: str, company: str, city: str, title: str, private: bool = False
) -> CandidateDocument:
    return CandidateDocument(
        id=id,
        updated_at="2026-01-01",
        skills=skills,
        city=city,
        employments=[EmploymentEntry(company, title)],
        private=private,
        visible_to=["me"],
    )


PEOPLE = [
    person("one", "K8s", "Kubrick studies", company="Ärzte & Co. (Köln)", city="Köln", title="Programmer"),
    person("two", "k8s", company="Ärzte & Co. (Köln)", city="Köln", title="Prompter"),
    person("three", "Kubernetes", company="Arztpraxis", city="Kolding", title="Programmers' friend"),
    person("four", "kublai", company="Secret Co.", city="Secretville", title="Secret agent", private=True),
]


@pytest_asyncio.fixture(scope="module")
async def typed(elasticsearch: AsyncElasticsearch, index_prefix: str) -> CandidateIndex:
    names = candidate_index(f"{index_prefix}-typed")
    await ensure_indices(elasticsearch, names)
    await write(elasticsearch, names, [(each.id, 1, each.to_source()) for each in PEOPLE], refresh=True)
    return names


async def _suggested(
    client: AsyncElasticsearch,
    index: CandidateIndex,
    text: str,
    kind: SuggestionKind,
    *rights: Clause,
    known: Vocabulary = KNOWN,
    size: int = 10,
) -> dict[str, int]:
    found = await suggest(client, index, known, text=text, kind=kind, size=size, rights=rights)
    return {each.text: each.candidates for each in found}


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("KU", SuggestionKind.SKILL, {"Kubernetes": 2, "kublai": 1, "Kubrick studies": 1, "Kubeflow": 0}),
        ("k8", SuggestionKind.SKILL, {"Kubernetes": 2}),
        ("kubr", SuggestionKind.SKILL, {"Kubrick studies": 1}),
        ("pro", SuggestionKind.TITLE, {"Programmers' friend": 1, "Prompter": 1, "Software engineer": 1}),
        ("arzt", SuggestionKind.COMPANY, {"Ärzte & Co. (Köln)": 2, "Arztpraxis": 1}),
        ("ÄRZTE & CO. (", SuggestionKind.COMPANY, {"Ärzte & Co. (Köln)": 2}),
        ("kol", SuggestionKind.PLACE, {"Köln": 2, "Kolding": 1}),
        ("k.*", SuggestionKind.PLACE, {}),
        ("sew", SuggestionKind.COMPANY, {}),
    ],
)
async def test_what_begins_so_comes_most_frequent_first(
    elasticsearch: AsyncElasticsearch,
    typed: CandidateIndex,
    text: str,
    kind: SuggestionKind,
    found: dict[str, int],
) -> None:
    suggested = await _suggested(elasticsearch, typed, text, kind)
    assert suggested == found
    assert list(suggested) == list(found)
    first = await _suggested(elasticsearch, typed, text, kind, size=1)
    assert list(first) == list(found)[:1]


@pytest.mark.parametrize("kind", SuggestionKind)
async def test_nothing_is_told_of_those_whom_one_does_not_see(
    elasticsearch: AsyncElasticsearch, typed: CandidateIndex, kind: SuggestionKind
) -> None:
    text = "kubl" if kind is SuggestionKind.SKILL else "secret"
    assert await _suggested(elasticsearch, typed, text, kind)
    assert await _suggested(elasticsearch, typed, text, kind, made_known_to("me"))
    assert await _suggested(elasticsearch, typed, text, kind, made_known_to("she")) == {}
    assert await _suggested(elasticsearch, typed, text, kind, NOBODY) == {}


async def test_counts_keep_to_rights(elasticsearch: AsyncElasticsearch, typed: CandidateIndex) -> None:
    only = {"term": {"id": "three"}}
    found = await _suggested(elasticsearch, typed, "ku", SuggestionKind.SKILL, only)
    assert found == {"Kubernetes": 1, "Kubeflow": 0}


@pytest.mark.parametrize(
    ("text", "size", "reason"),
    [
        (" ", 5, "EMPTY_VALUE"),
        ("\u0301", 5, "EMPTY_VALUE"),
        ("x" * 101, 5, "VALUE_TOO_LONG"),
        ("x", 0, "BAD_SIZE"),
        ("x", MOST_SUGGESTIONS + 1, "BAD_SIZE"),
    ],
)
async def test_bounds_hold(
    elasticsearch: AsyncElasticsearch, typed: CandidateIndex, text: str, size: int, reason: str
) -> None:
    with pytest.raises(InvalidQuery) as refusal:
        await _suggested(elasticsearch, typed, text, SuggestionKind.SKILL, size=size)
    assert refusal.value.reason == reason


async def test_many_terms_are_no_burden(elasticsearch: AsyncElasticsearch, typed: CandidateIndex) -> None:
    many = vocabulary(*(TermRow(f"K{n}", tuple(f"k{n} {m}" for m in range(50))) for n in range(300)))
    assert len(await _suggested(elasticsearch, typed, "k", SuggestionKind.SKILL, known=many, size=20)) == 20


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=30), st.sampled_from(SuggestionKind))
async def test_whatever_is_typed_is_answered(
    elasticsearch: AsyncElasticsearch, typed: CandidateIndex, text: str, kind: SuggestionKind
) -> None:
    try:
        await _suggested(elasticsearch, typed, text, kind)
    except InvalidQuery as refusal:
        assert refusal.reason == "EMPTY_VALUE"  # noqa: PT017 - all else would be a failure
