"""Searches that know skills and titles, on the real index."""

from dataclasses import replace

import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch

from search.documents import CandidateDocument, EmploymentEntry
from search.indices import CandidateIndex, candidate_index, ensure_indices
from search.talent.explaining import MatchChange, explain_match
from search.talent.fit import Verdict
from search.talent.points import PointsInTime
from search.talent.receipts import receipt_of
from search.talent.request import TalentRequest
from search.talent.searching import search_talent
from search.taxonomy.entries import TITLE
from search.writer import write
from tests.search.conftest import Find
from tests.search.terms import TermRow, vocabulary

KNOWN = vocabulary(
    TermRow("Kubernetes", ("k8s",), broader=("Containers",)),
    TermRow("Containers"),
    TermRow("Go", ("Golang",), everyday=("go",)),
    TermRow("C++", ("cpp",)),
    TermRow("Software engineer", ("Programmer", "Software developer"), kind=TITLE),
)


def person(id: str, *skills: str, title: str | None = None, text: str | None = None) -> CandidateDocument:
    return CandidateDocument(
        id=id,
        updated_at="2026-01-01T00:00:00.000000Z",
        skills=skills,
        employments=[EmploymentEntry("Acme", title)] if title else [],
        resume_text=text,
    )


PEOPLE = [
    person("short", "k8s"),
    person("long", "Kubernetes"),
    person("above", "Containers"),
    person("prose", text="Ran K8S for three years."),
    person("traveller", text="Let us go there."),
    person("gopher", "Go"),
    person("plus", "C++"),
    person("programmer", title="Programmers"),
    person("engineer", title="Software Engineer"),
    person("developer", title="Senior Software Developer"),
    person("apart", text="Software was sold; an engineer was not."),
    person("kim", "Containerships"),
]


@pytest_asyncio.fixture(scope="module")
async def crew(elasticsearch: AsyncElasticsearch, index_prefix: str) -> CandidateIndex:
    names = candidate_index(f"{index_prefix}-crew")
    await ensure_indices(elasticsearch, names)
    await write(elasticsearch, names, [(each.id, 1, each.to_source()) for each in PEOPLE], refresh=True)
    return names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("k8s", {"short", "long", "prose"}),
        ("kubernetes", {"short", "long", "prose"}),
        ("skill:K8s", {"short", "long"}),
        ("containers", {"above", "short", "long", "prose"}),
        ('"k8s"', {"short", "prose"}),
        ('"kubernetes"', {"long"}),
        ("kubernete*", {"long"}),
        ("kubernetes~1", {"long"}),
        ("name:k8s", set()),
        ("company:kubernetes", set()),
        ("containers NOT kubernetes", {"above", "short", "prose"}),
        ("containers -k8s", {"above", "long"}),
        ("golang", {"gopher"}),
        ("cpp", {"plus"}),
        ("programmer", {"programmer", "engineer", "developer"}),
        ("title:programmer", {"programmer", "engineer", "developer"}),
        ("title:(software engineer)", {"programmer", "engineer", "developer"}),
        ("software engineer", {"programmer", "engineer", "developer", "apart"}),
        ("title:software", {"engineer", "developer"}),
        ("kubernetes AND programmer", set()),
        ("nice:k8s containers", {"above", "short", "long", "prose"}),
        ("zig, rust, k8s, ada", {"short", "long", "prose"}),
    ],
)
async def test_words_find_what_they_stand_for(
    crew: CandidateIndex, find: Find, text: str, found: set[str]
) -> None:
    result = await find(crew, text=text, expansion=KNOWN, size=50)
    assert {hit.id for hit in result.hits} == found
    written = await find(crew, text=text, size=50)
    assert {hit.id for hit in written.hits} <= found


async def test_reasons_show_the_spelling_and_add_up(crew: CandidateIndex, find: Find) -> None:
    result = await find(
        crew, text="software engineer containers", expansion=KNOWN, reasons=True, evidence=True, size=50
    )
    assert result.hits == []
    result = await find(
        crew,
        text="nice:containers (software engineer)",
        expansion=KNOWN,
        reasons=True,
        evidence=True,
        size=50,
    )
    hits = {hit.id: hit for hit in result.hits}
    fit = hits["programmer"].fit
    assert fit is not None
    by_clause = {reason.clause: reason for reason in fit.reasons}
    for word in ("software", "engineer"):
        assert by_clause[word].verdict is Verdict.MATCHED
        assert by_clause[word].evidence[0].fragment == "<em>Programmers</em>"
    assert by_clause["containers"].verdict is Verdict.MISSING
    for hit in result.hits:
        assert hit.fit is not None
        assert sum(reason.contribution for reason in hit.fit.reasons) == pytest.approx(hit.score, rel=1e-5)


async def test_a_narrower_term_counts_less(crew: CandidateIndex, find: Find) -> None:
    result = await find(crew, text="skill:containers", expansion=KNOWN)
    scores = {hit.id: hit.score or 0 for hit in result.hits}
    assert result.hits[0].id == "above"
    assert scores["above"] > scores["long"] > 0


async def test_a_receipt_says_when_terms_have_changed(
    elasticsearch: AsyncElasticsearch, crew: CandidateIndex
) -> None:
    request = TalentRequest(text="k8s", expansion=KNOWN, reasons=True)
    points = PointsInTime(elasticsearch, crew)
    found = await search_talent(elasticsearch, crew, points, request)
    (hit,) = [each for each in found.hits if each.id == "long"]
    assert hit.fit is not None
    receipt = receipt_of(request, hit.id, hit.fit)
    same = await explain_match(elasticsearch, crew, points, receipt, expansion=KNOWN)
    assert same.changes == ()
    assert same.today is not None
    assert same.today.score == same.recorded.score
    grown = vocabulary(TermRow("Kubernetes", ("k8s", "kube"), broader=("Containers",)), TermRow("Containers"))
    later = await explain_match(elasticsearch, crew, points, receipt, expansion=grown)
    assert later.changes == (MatchChange.TAXONOMY,)
    gone = await explain_match(elasticsearch, crew, points, receipt)
    assert gone.changes == (MatchChange.CANDIDATE, MatchChange.TAXONOMY)
    assert gone.recorded.score == hit.fit.score


async def test_the_largest_search_is_bounded(crew: CandidateIndex, find: Find) -> None:
    wide = vocabulary(
        *(TermRow(f"w{n}", tuple(f"other words {n} {m}" for m in range(40))) for n in range(100))
    )
    text = " ".join(f"w{n}" for n in range(100))
    request = TalentRequest(text=text, reasons=True, highlight=True)
    result = await find(crew, text=text, expansion=wide, reasons=True, highlight=True)
    assert result.total == 0
    assert replace(request, expansion=wide) == request
