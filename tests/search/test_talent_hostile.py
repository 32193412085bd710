import random
import string
from collections import Counter
from collections.abc import Iterable

from elasticsearch import AsyncElasticsearch

from search.errors import InvalidQuery
from search.indices import CandidateIndex
from search.talent import search_talent
from search.talent_query import Facet, Place, TalentRequest


def hostile_texts(rng: random.Random, count: int) -> Iterable[str]:
    operators = [
        "AND",
        "OR",
        "NOT",
        "&&",
        "||",
        "!",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "^9",
        '"',
        "~2",
        "*",
        "?",
        ":",
        "\\",
    ]
    operators += [
        "/",
        "-",
        "+",
        "name:",
        "_exists_:",
        "/.*/",
        "[* TO *]",
        "a^0",
        "\x00",
        "\n",
        "<",
        "${x}",
        "{{x}}",
    ]
    yield from (
        "(" * 1_000,
        '"' * 1_000,
        "-" * 1_000,
        "a " * 500,
        "a" * 100_000,
        "(" * 3_000 + "a" + ")" * 3_000,
    )
    yield from (
        "a-" * 500,
        '"a"' * 50,
        '-"a b" ' * 25,
        "é́" * 500,
        "漢字" * 25,
        "🙂 " * 50,
        "\ud83d",
        "a\u202eb",
        "𝒳" * 50,
    )
    yield from (f"w{number}" * 1 + " " + "x y" * 1 for number in range(3))
    yield " ".join(f"w{number}" for number in range(50))
    yield '"' + " ".join(f"w{number}" for number in range(50)) + '"'
    for _ in range(count):
        match rng.randrange(4):
            case 0:
                yield " ".join(rng.choices([*operators, "java", "data"], k=rng.randint(1, 60)))
            case 1:
                yield "".join(rng.choices([*operators, "a", " "], k=rng.randint(1, 200)))
            case 2:
                yield "".join(chr(rng.randrange(0x11_0000)) for _ in range(rng.randint(1, 60)))
            case _:
                yield "".join(rng.choices(string.printable, k=rng.randint(1, 1_100)))


async def test_no_text_breaks_the_search(elasticsearch: AsyncElasticsearch, few: CandidateIndex) -> None:
    answered = 0
    refusals: Counter[str] = Counter()
    for text in hostile_texts(random.Random(20), 2_000):
        request = TalentRequest(text=text, highlight=True, facets=[Facet.SKILLS])
        try:
            await search_talent(elasticsearch, few, request)
        except InvalidQuery as refusal:
            refusals[refusal.reason] += 1
        else:
            answered += 1
    assert answered > 1_000
    assert set(refusals) == {"TEXT_TOO_LONG", "TOO_MANY_TERMS"}


async def test_no_filter_value_breaks_the_search(
    elasticsearch: AsyncElasticsearch, few: CandidateIndex
) -> None:
    refusals: Counter[str] = Counter()
    for text in hostile_texts(random.Random(21), 200):
        value = text[:300]
        request = TalentRequest(
            skills_any=[value], companies=[value], titles=[value], places=[Place(text=value)], tags=[value]
        )
        try:
            result = await search_talent(elasticsearch, few, request)
        except InvalidQuery as refusal:
            refusals[refusal.reason] += 1
        else:
            assert result.total == 0
    assert set(refusals) == {"VALUE_TOO_LONG", "EMPTY_VALUE"}


async def test_the_largest_request_is_answered(
    elasticsearch: AsyncElasticsearch, few: CandidateIndex
) -> None:
    values = [f"value {number}" for number in range(50)]
    request = TalentRequest(
        text=" ".join(f"w{number}" for number in range(50)),
        skills_all=values,
        skills_any=values,
        skills_none=values,
        places=[Place(city=value, region=value, country=value, text=value) for value in values],
        companies=values,
        current_companies_only=True,
        titles=values,
        years_min=0,
        years_max=100,
        stages=values,
        job_ids=[str(number) for number in range(1_000)],
        tags=values,
        consent=True,
        exclude_ids=[str(number) for number in range(1_000)],
        size=100,
        facets=list(Facet),
        highlight=True,
    )
    assert (await search_talent(elasticsearch, few, request)).total == 0
