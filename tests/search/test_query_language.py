from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import InvalidQuery
from search.query_language.errors import QuerySyntaxError
from search.query_language.parser import parse
from search.query_language.tree import (
    All,
    Any,
    Field,
    Fuzzy,
    Nice,
    Node,
    Not,
    Phrase,
    Run,
    Wildcard,
    Within,
    printed,
)
from tests.search.query_trees import trees

any_text = st.text(alphabet=st.characters(exclude_categories=[]), max_size=300)
pieces = st.lists(
    st.sampled_from(
        [
            *'()"|,-*?~:',
            " ",
            "AND ",
            "OR ",
            "NOT ",
            "title:",
            "nice:",
            "java",
            "of",
            "word~",
            "dev*",
            '"a b"~3',
        ]
    ),
    max_size=25,
).map("".join)
PLAIN_WORDS = ("java", "kotlin", "zoës", "engineer", "3ds")


def run(*words: str) -> Run:
    return Run((words,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("the", None),
        ("()", None),
        ("- -- !!! • \x00 \ud800", None),
        ("java developer", run("java", "developer")),
        ("java and developer", run("java", "developer")),
        ("java AND developer", All((run("java"), run("developer")))),
        ("java OR kotlin developer", Any((run("java"), run("kotlin", "developer")))),
        ("java | kotlin || scala", Any((run("java"), run("kotlin"), run("scala")))),
        ("java && kotlin", All((run("java"), run("kotlin")))),
        ("(java OR kotlin) developer", All((Any((run("java"), run("kotlin"))), run("developer")))),
        ("(java)(kotlin)", All((run("java"), run("kotlin")))),
        ("java -kotlin", All((run("java"), Not(run("kotlin"))))),
        ("java NOT kotlin lead", All((run("java"), Not(run("kotlin")), run("lead")))),
        ("java AND NOT (kotlin)", All((run("java"), Not(run("kotlin"))))),
        ('-"team lead" java', All((Not(Phrase("team lead")), run("java")))),
        ("--java", Not(run("java"))),
        ("C-level 2019-2021", run("C-level", "2019-2021")),
        ('"machine  learning" python', All((Phrase("machine learning"), run("python")))),
        ("„machine learning“ «team lead»", All((Phrase("machine learning"), Phrase("team lead")))),
        ('"team lead"~5', Phrase("team lead", 5)),
        ("title:engineer lead", All((Within(Field.TITLE, run("engineer")), run("lead")))),
        ("TITLE: engineer", Within(Field.TITLE, run("engineer"))),
        ("title:(engineer OR lead)", Within(Field.TITLE, Any((run("engineer"), run("lead"))))),
        ("title:-lead", Within(Field.TITLE, Not(run("lead")))),
        ('company:"big corp"', Within(Field.COMPANY, Phrase("big corp"))),
        ("nice:kafka java", All((Nice(run("kafka")), run("java")))),
        ("nice:skill:kafka", Nice(Within(Field.SKILL, run("kafka")))),
        ("nice:(kafka flink)", Nice(run("kafka", "flink"))),
        ("develop* Angular?js", All((Wildcard("develop*"), Wildcard("Angular?js")))),
        ("who? what", run("who?", "what")),
        ("word~ words~ word~2", All((Fuzzy("word", 1), Fuzzy("words", 1), Fuzzy("word", 2)))),
        ("engineer~", Fuzzy("engineer", 2)),
        ("~5 years", run("~5", "years")),
        ("sql, python; excel", Run((("sql",), ("python",), ("excel",)))),
        ("team lead, head of sales,", Run((("team", "lead"), ("head", "sales")))),
        ("1,000 people", run("1,000", "people")),
        ("http://example.com at 10:30", run("http://example.com", "10:30")),
        ("Responsibilities: build", run("Responsibilities:", "build")),
        ("c++ c# .net r&d", run("c++", "c#", ".net", "r&d")),
        ("((((java))))", run("java")),
    ],
)
def test_a_text_becomes_a_tree(text: str, expected: Node | None) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "reason", "place", "suggestion"),
    [
        ('java "team lead', "UNCLOSED_QUOTE", '"team lead', 'java "team lead"'),
        ("(java OR (kotlin)", "UNCLOSED_PARENTHESIS", "(java OR (kotlin)"[:1], "(java OR (kotlin))"),
        ("java) kotlin", "UNOPENED_PARENTHESIS", ")", "java kotlin"),
        ("OR java", "MISSING_TERM", "OR", "java"),
        ("java AND", "MISSING_TERM", "AND", "java"),
        ("java OR OR kotlin", "MISSING_TERM", "OR", "java OR kotlin"),
        ("java OR the", "MISSING_TERM", "OR", None),
        ("NOT the", "MISSING_TERM", "NOT", None),
        ("(AND)", "MISSING_TERM", "AND", "( )"),
        ("title:", "MISSING_TERM", "title:", None),
        ("skill:()", "MISSING_TERM", "skill:", "()"),
        ("titel:java", "UNKNOWN_FIELD", "titel:", "title:java"),
        ('site:example.com "java"', "UNKNOWN_FIELD", "site:", '"java"'),
        ("title:(java OR skill:sql)", "FIELD_IN_FIELD", "skill:", None),
        ("*java", "LEADING_WILDCARD", "*java", None),
        ("j*", "BAD_WILDCARD", "j*", None),
        ("c++*", "BAD_WILDCARD", "c++*", None),
        ("ab~", "BAD_FUZZY", "ab~", None),
        ("word~3", "BAD_FUZZY", "word~3", None),
        ('"a b"~', "BAD_DISTANCE", "~", '"a b"~5'),
        ('"a b"~51', "BAD_DISTANCE", "~51", '"a b"~5'),
        ("java OR nice:kotlin", "NICE_INSIDE", "nice:kotlin", None),
        ("nice:(nice:java)", "NICE_INSIDE", "nice:java", None),
        ("NOT nice:java", "NICE_INSIDE", "nice:java", None),
        ("title:nice:java", "NICE_INSIDE", "nice:java", None),
        ("(" * 21 + "java" + ")" * 21, "TOO_DEEP", "(", None),
        ("NOT " * 21 + "java", "TOO_DEEP", "NOT", None),
        ("x" * 2_001, "TEXT_TOO_LONG", "x", None),
        ("word " * 101, "TOO_MANY_TERMS", "word", None),
        ('"' + "word " * 101 + '"', "TOO_MANY_TERMS", '"' + "word " * 101 + '"', None),
        ("a,b;" * 51, "TOO_MANY_TERMS", "a", None),
        ("word* " * 20 + "wort*", "TOO_MANY_PATTERNS", "wort*", None),
        ("漢" * 101, "TOO_MANY_TERMS", "漢" * 101, None),
    ],
)
def test_an_error_says_where_and_what(text: str, reason: str, place: str, suggestion: str | None) -> None:
    with pytest.raises(QuerySyntaxError) as refusal:
        parse(text)
    error = refusal.value
    assert (error.reason, error.field) == (reason, "text")
    assert text[error.at.offset : error.at.offset + error.at.length] == place
    assert error.suggestion == suggestion


def test_bounds_include_their_limits() -> None:
    assert isinstance(words := parse("word " * 100), Run)
    assert len(words.words) == 100
    assert parse("x" * 2_000) == run("x" * 2_000)
    assert parse("(" * 20 + "java" + ")" * 20) == run("java")


@pytest.mark.parametrize(
    ("text", "required"),
    [
        ("a1", 1),
        ("a1 a2 a3 a4", 4),
        ("a1 a2 a3 a4 a5", 3),
        ("a1 a2 a3 a4 a5 a6 a7 a8 a9 b1", 7),
        ("a1 a2 a3 a4 a5 a6 a7 a8 a9 b1 b2", 5),
        ("a1, a2", 2),
        ("a1, a2, a3", 1),
        ("a1 a2, a3 a4, a5 a6", 1),
        ("a1 a2 a3, a4 a5 a6, a7 a8", 2),
    ],
)
def test_longer_runs_need_fewer_of_their_words(text: str, required: int) -> None:
    tree = parse(text)
    assert isinstance(tree, Run)
    assert tree.required == required


@given(trees(PLAIN_WORDS))
def test_what_is_printed_parses_to_the_same_tree(tree: Node) -> None:
    assert parse(printed(tree)) == tree


@given(st.one_of(any_text, pieces))
def test_any_text_parses_to_what_it_prints_or_is_refused(text: str) -> None:
    with suppress(InvalidQuery):
        tree = parse(text)
        assert tree is None or parse(printed(tree)) == tree


@given(st.one_of(any_text, pieces))
def test_a_place_lies_in_the_text_and_a_suggestion_differs(text: str) -> None:
    error = refusal_of(text)
    if error is not None:
        assert 0 <= error.at.offset <= error.at.offset + error.at.length <= len(text)
        assert error.suggestion != text
        assert error.suggestion is None or len(error.suggestion) <= len(text) + 2


def refusal_of(text: str) -> QuerySyntaxError | None:
    try:
        parse(text)
    except QuerySyntaxError as error:
        return error
    return None
