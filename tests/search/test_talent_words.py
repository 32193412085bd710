import pytest

from search.errors import SearchIndexMissing
from search.indices import CandidateIndex, candidate_index
from search.talent.clauses import Demand
from search.talent.conditions import Check, Some
from search.talent.fit import Verdict
from search.talent.request import Facet
from tests.search.conftest import Find


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
        ('"c"', ["sam"]),
        ('"team lead"', ["sam"]),
        ('"lead team"', []),
        ('"lead team"~0', ["sam"]),
        ('"manages lead"~4', ["sam"]),
        ('"manages lead"~1', []),
        ('"machine learning"', []),
        ('"works learning"', []),
        ('"works learning"~50', []),
        ("data -cook", ["zoe", "ann"]),
        ('data -"machine works"', ["zoe", "sam"]),
        ("python lyon", ["zoe"]),
        ("python kitchen", []),
        ("python, kitchen, haskell", ["zoe", "sam"]),
        ("python OR kitchen", ["zoe", "sam"]),
        ("(python OR kitchen) AND NOT headline", ["zoe", "sam"]),
        ("data AND (lyon | machines)", ["zoe", "ann"]),
        ("data NOT (lyon OR kitchen)", ["ann"]),
        ("title:cook", ["sam"]),
        ("title:engineer", ["zoe", "ann"]),
        ('title:"data engineer"', ["zoe"]),
        ("title:(data OR cook) skill:c++", ["zoe"]),
        ("skill:python", ["zoe"]),
        ("company:works", ["ann"]),
        ("company:acme OR company:inc", ["zoe", "ann"]),
        ("location:france", ["zoe"]),
        ("name:jones", ["sam"]),
        ("name:engineer", []),
        ("engin*", ["zoe", "sam", "ann"]),
        ("MÜLL*", ["zoe"]),
        ("mu?lr", []),
        ("mu?ler", ["zoe"]),
        ("ma*s", ["sam", "ann"]),
        ("title:engin*", ["zoe", "ann"]),
        ("pithom~1", []),
        ("pythom~", ["zoe"]),
        ("python nice:kitchen", ["zoe"]),
        ("nice:python", ["zoe", "ann", "sam"]),
        ("-cook", ["ann", "zoe"]),
        ("", ["ann", "sam", "zoe"]),
        ("the", ["ann", "sam", "zoe"]),
        ("xyzzy", []),
        ("<script>", ["zoe"]),
        ("one two three data", []),
        ("one two three data engineer", []),
        ("machine learning teacher of engineer salsa", ["ann"]),
    ],
)
async def test_words_find(find: Find, few: CandidateIndex, text: str, expected: list[str]) -> None:
    ids = [hit.id for hit in (await find(few, text=text)).hits]
    ordered = text in {"", "-cook"}
    assert (ids if ordered else sorted(ids)) == (expected if ordered else sorted(expected))


async def test_titles_weigh_more_than_mentions(find: Find, few: CandidateIndex) -> None:
    assert (await find(few, text="data engineer")).hits[0].id == "zoe"
    assert (await find(few, text="engineer machines")).hits[0].id == "ann"


async def test_what_is_nice_to_have_ranks_and_excludes_nobody(find: Find, few: CandidateIndex) -> None:
    plain = await find(few, text="engineer")
    assert [hit.id for hit in plain.hits][-1] == "sam"
    nicer = await find(few, text="engineer nice:(cook kitchen team)")
    assert nicer.total == plain.total
    assert nicer.hits[0].id == "sam"


async def test_should_ranks_and_excludes_nobody(find: Find, few: CandidateIndex) -> None:
    result = await find(few, text="engineer", should=(Check("skills", "eq", "c#"),), reasons=True)
    assert result.total == 3
    fits = {hit.id: hit.fit for hit in result.hits}
    sam, zoe = fits["sam"], fits["zoe"]
    assert sam is not None and zoe is not None  # noqa: PT018 - for the type checker
    assert [reason.contribution for reason in sam.reasons if reason.demand is Demand.PREFERRED] == [4.0]
    assert [reason.verdict for reason in zoe.reasons if reason.demand is Demand.PREFERRED] == [
        Verdict.MISSING
    ]


async def test_a_hit_says_what_it_fulfils_and_lacks(find: Find, few: CandidateIndex) -> None:
    where = (Check("companies", "in", ["ACME", "Globex"]), Some((Check("skills", "eq", "c"),)))
    text = 'engineer "data engineer" NOT cook nice:kitchen (python OR java)'
    (hit,) = (await find(few, text=text, where=where[:1], reasons=True, evidence=True)).hits
    assert hit.fit is not None
    verdicts = {reason.clause: (reason.demand, reason.verdict) for reason in hit.fit.reasons}
    assert verdicts == {
        "engineer": (Demand.REQUIRED, Verdict.MATCHED),
        '"data engineer"': (Demand.REQUIRED, Verdict.MATCHED),
        "NOT cook": (Demand.EXCLUDED, Verdict.MATCHED),
        "kitchen": (Demand.PREFERRED, Verdict.MISSING),
        "python": (Demand.REQUIRED, Verdict.MATCHED),
        "java": (Demand.REQUIRED, Verdict.MISSING),
        "companies in ACME, Globex": (Demand.REQUIRED, Verdict.MATCHED),
        "same wording": (None, Verdict.WEIGHED),
    }
    assert hit.score == pytest.approx(sum(reason.contribution for reason in hit.fit.reasons), rel=1e-5)
    assert all(
        (reason.contribution > 0) == (reason.verdict is not Verdict.MISSING)
        for reason in hit.fit.reasons
        if reason.clause[:3] not in {"NOT", "com"}
    )
    evidence = {reason.clause: reason.evidence for reason in hit.fit.reasons}
    assert ("titles", "<em>Data Engineer</em>") in {
        (e.field, e.fragment) for e in evidence['"data engineer"']
    }
    assert ("skills", "<em>Python</em>") in {(each.field, each.fragment) for each in evidence["python"]}
    assert evidence["java"] == evidence["NOT cook"] == evidence["companies in ACME, Globex"] == ()


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("manager", "<em>Managing</em> pipelines"),
        ("pipel*", "<em>pipelines</em>"),
        ("pipelinez~", "<em>pipelines</em>"),
        ('"pipelines managing"~1', "<em>Managing</em> <em>pipelines</em>"),
    ],
)
async def test_evidence_is_found_for_every_kind_of_term(
    find: Find, few: CandidateIndex, text: str, fragment: str
) -> None:
    result = await find(few, text=text, reasons=True, evidence=True)
    (fit,) = [hit.fit for hit in result.hits if hit.id == "zoe"]
    assert fit is not None
    (snippet,) = fit.reasons[0].evidence
    assert snippet.field == "resume_text"
    assert fragment in snippet.fragment


async def test_evidence_stays_within_the_field_that_was_asked(find: Find, few: CandidateIndex) -> None:
    (hit,) = (await find(few, text="title:data", reasons=True, evidence=True)).hits
    assert hit.fit is not None
    assert {each.field for each in hit.fit.reasons[0].evidence} == {"titles", "headline"}


async def test_highlights_are_escaped_and_marked(find: Find, few: CandidateIndex) -> None:
    (hit,) = (await find(few, text='pipelines "data engineer"', highlight=True)).hits
    assert hit.highlights["titles"] == ["<em>Data Engineer</em>"]
    (fragment,) = hit.highlights["resume_text"]
    assert "<em>pipelines</em> &lt;script&gt;" in fragment
    assert "<script>" not in fragment
    (plain,) = (await find(few, text="pipelines")).hits
    assert plain.highlights == {}
    assert plain.fit is None


async def test_rights_limit_everything(find: Find, few: CandidateIndex) -> None:
    rights = [{"terms": {"id": ["sam", "ann"]}}]
    searches: list[tuple[str, set[str]]] = [
        ("data", {"sam", "ann"}),
        ("", {"sam", "ann"}),
        ("zoe", set()),
        ("zoe OR cook", {"sam"}),
        ("NOT cook", {"ann"}),
        ("nice:zoe", {"sam", "ann"}),
    ]
    for text, expected in searches:
        result = await find(few, rights, text=text, facets=(Facet.COMPANIES,), evidence=True, reasons=True)
        assert {hit.id for hit in result.hits} == expected
        assert result.total == len(expected)
        assert "acme" not in dict(result.facets["companies"])


async def test_a_missing_index_says_so(find: Find, index_prefix: str) -> None:
    with pytest.raises(SearchIndexMissing):
        await find(candidate_index(f"{index_prefix}-nowhere"), text="cook")
