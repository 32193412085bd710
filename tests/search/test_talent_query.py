import base64
import math
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import InvalidQuery
from search.talent_cursor import decode_cursor, encode_cursor
from search.talent_query import Clause, Facet, Place, TalentRequest, build_talent_query
from search.talent_text import SearchText, parse_text

any_text = st.text(alphabet=st.characters(exclude_categories=[]), max_size=1_200)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", SearchText("", (), (), ())),
        ("java developer", SearchText("java developer", ("java developer",), (), ())),
        ('"machine learning" python', SearchText("python", (), ("machine learning",), ())),
        ("“machine learning” python", SearchText("python", (), ("machine learning",), ())),
        ('java -kotlin -"team lead"', SearchText("java", (), (), ("kotlin", "team lead"))),
        ("C-level e-commerce", SearchText("C-level e-commerce", ("C-level e-commerce",), (), ())),
        ("c++ c# .net", SearchText("c++ c# .net", ("c++ c#", "c# .net"), (), ())),
        ('open "quote', SearchText("open quote", ("open quote",), (), ())),
        ("- -- !!! \x00 \ud800", SearchText("", (), (), ())),
        ('--java a"b c"d', SearchText("a d", (), ("b c",), ("java",))),
        (
            "team lead, head of sales",
            SearchText("team lead, head of sales", ("team lead", "head sales"), (), ()),
        ),
    ],
)
def test_a_text_is_taken_apart(text: str, expected: SearchText) -> None:
    assert parse_text(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * 1_001, "TEXT_TOO_LONG"),
        ("x" * 100_000, "TEXT_TOO_LONG"),
        ("word " * 51, "TOO_MANY_TERMS"),
        ('"' + "word " * 51 + '"', "TOO_MANY_TERMS"),
        ("a,b;" * 26, "TOO_MANY_TERMS"),
        ("漢" * 51, "TOO_MANY_TERMS"),
        ("🙂" * 51, "TOO_MANY_TERMS"),
    ],
)
def test_a_text_beyond_its_bounds_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidQuery) as refusal:
        parse_text(text)
    assert (refusal.value.reason, refusal.value.field) == (reason, "text")


@pytest.mark.parametrize(
    ("text", "is_list"),
    [
        ("sql, python, excel", True),
        ("sql;python;excel reports", True),
        ("cook, lyon", False),
        ('sql "a, b, c" python', False),
        ("a long text without any separator", False),
        (",,,", False),
    ],
)
def test_three_items_make_a_list(text: str, is_list: bool) -> None:
    assert parse_text(text).is_list is is_list


def test_bounds_include_their_limits() -> None:
    assert len(parse_text("word " * 50).words.split()) == 50
    assert parse_text("x" * 1_000).words == "x" * 1_000


@given(any_text)
def test_any_text_parses_or_is_refused(text: str) -> None:
    with suppress(InvalidQuery):
        orjson.dumps(build_talent_query(TalentRequest(text=text, highlight=True)).body)


def clause_names(node: object) -> set[str]:
    if isinstance(node, dict):
        return set(node) | {name for value in node.values() for name in clause_names(value)}
    if isinstance(node, list):
        return {name for value in node for name in clause_names(value)}
    return set()


def test_no_query_language_is_used() -> None:
    request = TalentRequest(
        text='a "b c" -d /e/ f* g~2 (h OR i) name:x',
        skills_all=["*"],
        skills_any=["/x/"],
        companies=["a OR b"],
        current_companies_only=True,
        titles=["t~"],
        places=[Place(city="*", text="(x")],
        tags=["?"],
        facets=list(Facet),
        highlight=True,
    )
    languages = {"query_string", "simple_query_string", "regexp", "wildcard", "prefix", "fuzzy", "script"}
    assert not clause_names(build_talent_query(request).body) & languages


@pytest.mark.parametrize(
    ("request_fields", "reason", "field"),
    [
        ({"size": 0}, "BAD_SIZE", "size"),
        ({"size": 101}, "BAD_SIZE", "size"),
        ({"skills_all": ["s"] * 51}, "TOO_MANY_VALUES", "skills_all"),
        ({"exclude_ids": ["i"] * 1_001}, "TOO_MANY_VALUES", "exclude_ids"),
        ({"companies": ["c" * 257]}, "VALUE_TOO_LONG", "companies"),
        ({"tags": [" \x00 "]}, "EMPTY_VALUE", "tags"),
        ({"places": [Place()]}, "EMPTY_VALUE", "places"),
        ({"years_min": 5.0, "years_max": 4.0}, "BAD_RANGE", "years_experience"),
        ({"years_min": -1.0}, "BAD_RANGE", "years_experience"),
        ({"years_max": math.nan}, "BAD_RANGE", "years_experience"),
        ({"years_max": math.inf}, "BAD_RANGE", "years_experience"),
        ({"after": ""}, "BAD_CURSOR", "after"),
    ],
)
def test_filters_out_of_bounds_are_refused(request_fields: dict[str, Any], reason: str, field: str) -> None:
    with pytest.raises(InvalidQuery) as refusal:
        build_talent_query(TalentRequest(**request_fields))
    assert (refusal.value.reason, refusal.value.field) == (reason, field)


def test_rights_are_always_required() -> None:
    rights: list[Clause] = [{"term": {"tags": "mine"}}, {"term": {"consent": True}}]
    for text in ("", "java", "-java"):
        clauses = build_talent_query(TalentRequest(text=text), rights).body["query"]["bool"]["filter"]
        assert clauses[-2:] == rights


@given(st.floats(min_value=0, max_value=1e6, width=32), st.uuids())
def test_cursors_come_back(score: float, candidate_id: object) -> None:
    sort = [score, str(candidate_id)]
    assert decode_cursor(encode_cursor(sort, by_score=True), by_score=True) == sort


@pytest.mark.parametrize(
    "content",
    [
        ["score", 1.5],
        ["score", "1.5", "id"],
        ["score", True, "id"],
        ["score", -1.5, "id"],
        ["score", 1e300, "id"],
        ["score", 1.5, ""],
        ["score", 1.5, "i" * 300],
        ["score", 1.5, {"a": 1}],
        ["updated", 1, "id"],
        {"score": 1},
        None,
    ],
)
def test_cursors_of_another_making_are_refused(content: object) -> None:
    cursor = encode_cursor([], by_score=True) if content is None else _encoded(content)
    with pytest.raises(InvalidQuery, match="first page"):
        decode_cursor(cursor, by_score=True)


def test_a_cursor_of_the_other_order_is_refused() -> None:
    cursor = encode_cursor([1_700_000_000_000, "id"], by_score=False)
    assert decode_cursor(cursor, by_score=False) == [1_700_000_000_000, "id"]
    with pytest.raises(InvalidQuery):
        decode_cursor(cursor, by_score=True)


@given(any_text | st.binary(max_size=300).map(lambda raw: raw.hex()))
def test_rubbish_is_no_cursor(cursor: str) -> None:
    for by_score in (True, False):
        with pytest.raises(InvalidQuery):
            decode_cursor(cursor, by_score=by_score)


def _encoded(content: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode()
