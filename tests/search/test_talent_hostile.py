"""Whatever is typed, the answer is a page of hits or a clear refusal."""

import os
import random
import string
import time
from collections import Counter
from collections.abc import Awaitable, Iterable

from search.errors import InvalidQuery
from search.indices import CandidateIndex
from search.query_language.errors import QuerySyntaxError
from search.talent.conditions import Check, Entry, Every, Some
from search.talent.request import Facet
from tests.search.conftest import Find

QUERIES = int(os.environ.get("KITH_HOSTILE_QUERIES", "600"))
OPERATORS = [
    *(
        "AND",
        "OR",
        "NOT",
        "&&",
        "||",
        "|",
        "!",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "^9",
        '"',
        "“",
        "~2",
        "~",
        "~99",
        "*",
        "?",
    ),
    *(
        ":",
        "\\",
        "/",
        "-",
        "+",
        ",",
        "name:",
        "title:",
        "skill:(",
        "nice:",
        "nice:(",
        "_exists_:",
        "/.*/",
        "[* TO *]",
    ),
    *(
        "a^0",
        "\x00",
        "\n",
        "<",
        "${x}",
        "{{x}}",
        "develop*",
        "jav?script",
        "word~",
        '"a b"~5',
        "-(",
        "NOT (",
        "*:*",
    ),
]
LONG = (
    "(" * 1_000,
    '"' * 1_000,
    "-" * 1_000,
    "a " * 500,
    "a" * 100_000,
    "(" * 200 + "java" + ")" * 200,
    "(" * 3_000 + "a" + ")" * 3_000,
    "NOT " * 400 + "java",
    "title:" * 300,
    "nice:(" * 15 + "java" + ")" * 15,
    "a-" * 500,
    '"a"' * 50,
    '-"a b" ' * 25,
    "é́" * 500,
    "漢字" * 25,
    "🙂 " * 50,
    "\ud83d",
    "a\u202eb",
    "𝒳" * 50,
    " ".join(f"w{number}" for number in range(100)),
    '"' + " ".join(f"w{number}" for number in range(100)) + '"',
    '"' + " ".join(f"w{number}" for number in range(100)) + '"~50',
    " OR ".join(f"w{number}*" for number in range(100)),
    " OR ".join(f"word{number}~2" for number in range(100)),
    " ".join(f"ab{'?' * 10}*{'a*' * 20}" for _ in range(20)),
    "aa*" + "*a" * 400,
    "(a|aa)+$ /((a+)+)+b/ (.*){1,32000}",
)


def hostile_texts(rng: random.Random, count: int) -> Iterable[str]:
    yield from LONG
    for _ in range(count - len(LONG)):
        match rng.randrange(5):
            case 0:
                yield " ".join(rng.choices([*OPERATORS, "java", "data", "lead"], k=rng.randint(1, 60)))
            case 1:
                yield "".join(rng.choices([*OPERATORS, "a", " "], k=rng.randint(1, 200)))
            case 2:
                yield "".join(chr(rng.randrange(0x11_0000)) for _ in range(rng.randint(1, 60)))
            case 3:
                yield "".join(rng.choices(string.printable, k=rng.randint(1, 2_100)))
            case _:
                words = rng.choices(
                    ["java", "engin*", "pyth?n", "word~", '"data engineer"', "title:lead"], k=30
                )
                joined = "".join(f"{word} {rng.choice(['AND', 'OR', 'NOT', ''])} " for word in words)
                yield "(" * rng.randint(0, 3) + joined + "java" + ")" * rng.randint(0, 3)


async def outcome(request: Awaitable[object]) -> str:
    try:
        await request
    except QuerySyntaxError as refusal:
        return refusal.reason
    return "answered"


async def test_no_text_breaks_the_search(find: Find, few: CandidateIndex) -> None:
    refusals: Counter[str] = Counter()
    slowest = 0.0
    for text in hostile_texts(random.Random(20), QUERIES):
        begin = time.perf_counter()
        request = find(few, text=text, highlight=True, reasons=True, evidence=True, facets=(Facet.SKILLS,))
        refusals[await outcome(request)] += 1
        slowest = max(slowest, time.perf_counter() - begin)
    print(f"\n{QUERIES} texts, the slowest took {slowest:.2f} s:", dict(refusals))  # noqa: T201 - make test-hostile
    assert refusals["answered"] > QUERIES / 10
    assert {"TEXT_TOO_LONG", "TOO_DEEP", "UNCLOSED_QUOTE", "MISSING_TERM", "BAD_WILDCARD"} <= set(refusals)


async def test_no_value_breaks_the_search(find: Find, few: CandidateIndex) -> None:
    refusals: Counter[str] = Counter()
    for text in hostile_texts(random.Random(21), 150):
        value = text[:300]
        where = Every(
            (
                Check("skills", "in", [value]),
                Check("companies", "starts_with", value),
                Check("titles", "contains", value),
                Check("place", "contains", value),
                Entry("employments", (Check("employments.title", "contains", value),)),
            )
        )
        try:
            assert (await find(few, where=(where,))).total == 0
        except InvalidQuery as refusal:
            refusals[refusal.reason] += 1
    assert set(refusals) == {"VALUE_TOO_LONG", "EMPTY_VALUE"}


async def test_the_largest_request_is_answered(find: Find, few: CandidateIndex) -> None:
    values = [f"value {number}" for number in range(100)]
    conditions = tuple(
        Check(name, "in", values) for name in ("skills", "titles", "companies", "tags", "city")
    )
    conditions += tuple(Check(name, "contains", "several words of a title") for name in ("skills", "titles"))
    jobs = Entry(
        "employments", tuple(Check("employments.company", "contains", value) for value in values[:10])
    )
    result = await find(
        few,
        text=" OR ".join(f"w{number}" for number in range(100)),
        where=(Every((*conditions, jobs)),),
        should=tuple(Some(conditions) for _ in range(30)),
        size=100,
        facets=tuple(Facet),
        at="2026-11-25T00:00:00+00:00",
        highlight=True,
        reasons=True,
        evidence=True,
    )
    assert result.total == 0
