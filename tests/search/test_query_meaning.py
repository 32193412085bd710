"""The meaning of queries on the real index equals that of a naive evaluator over the same few texts."""

import asyncio
import random
import re

import pytest_asyncio
from elasticsearch import AsyncElasticsearch
from hypothesis import HealthCheck, given, settings

from search.documents import CandidateDocument, EducationEntry, EmploymentEntry
from search.indices import CandidateIndex, candidate_index, ensure_indices
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
from search.writer import write
from tests.search.conftest import Find
from tests.search.query_trees import trees

# None of these has a stem in common with another, and each is its own stem.
VOCABULARY = (
    "java",
    "kotlin",
    "cobol",
    "rust",
    "python",
    "pithon",
    "pythons",
    "golf",
    "gold",
    "lyon",
    "lima",
    "acme",
)
STEMS = {"pythons": "python"}


def _texts(rng: random.Random, count: int) -> list[str]:
    return [" ".join(rng.choices(VOCABULARY, k=rng.randint(1, 4))) for _ in range(count)]


def _person(number: int) -> CandidateDocument:
    rng = random.Random(number)
    return CandidateDocument(
        id=f"p{number:02}",
        updated_at="2026-01-01T00:00:00.000000Z",
        name=_texts(rng, 1)[0] if rng.random() < 0.5 else None,
        headline=_texts(rng, 1)[0] if rng.random() < 0.5 else None,
        skills=_texts(rng, rng.randint(0, 3)),
        city=_texts(rng, 1)[0] if rng.random() < 0.5 else None,
        employments=[
            EmploymentEntry(company, title)
            for company, title in zip(_texts(rng, 2), _texts(rng, 2), strict=True)
            if rng.random() < 0.5
        ],
        educations=[EducationEntry(school) for school in _texts(rng, rng.randint(0, 1))],
        languages=_texts(rng, rng.randint(0, 1)),
        resume_text=" ".join(_texts(rng, 4)) if rng.random() < 0.7 else None,
    )


PEOPLE = [_person(number) for number in range(40)]


def _values(person: CandidateDocument, field: Field | None) -> list[list[str]]:
    """Return the values that a search looks into, one for each field, words of several values far apart."""
    texts: dict[Field | None, list[str | None]] = {
        Field.TITLE: [person.headline, _apart(employment.title for employment in person.employments)],
        Field.SKILL: [_apart(person.skills)],
        Field.COMPANY: [_apart(employment.company for employment in person.employments)],
        Field.LOCATION: [person.city],
        Field.SCHOOL: [_apart(education.school for education in person.educations)],
        Field.LANGUAGE: [_apart(person.languages)],
        Field.NAME: [person.name],
    }
    texts[None] = [text for each in texts.values() for text in each] + [person.summary, person.resume_text]
    return [text.split() for text in texts[field] if text]


def _apart(values: object) -> str:
    return (" " + "| " * 100).join(str(value) for value in values if value)  # type: ignore[attr-defined]


def holds(  # noqa: PLR0911 - a case for each kind of node
    node: Node, person: CandidateDocument, field: Field | None = None, *, exact: bool = False
) -> bool:
    match node:
        case All(parts=parts):
            return all(holds(part, person, field, exact=exact) for part in parts)
        case Any(parts=parts):
            return any(holds(part, person, field, exact=exact) for part in parts)
        case Not(part=part):
            return not holds(part, person, field, exact=True)
        case Nice():
            return True
        case Within(field=name, part=part):
            return holds(part, person, name, exact=exact)
        case Run():
            stems = {} if exact else STEMS
            there = {stems.get(word, word) for value in _values(person, field) for word in value}
            return sum(stems.get(word, word) in there for word in node.words) >= node.required
        case Phrase():
            return any(_has_phrase(value, node) for value in _values(person, field))
        case Wildcard(pattern=pattern):
            expression = re.compile(pattern.replace("*", ".*").replace("?", "."))
            return any(expression.fullmatch(word) for value in _values(person, field) for word in value)
        case Fuzzy(word=word, edits=edits):
            return any(
                other[0] == word[0] and _distance(word, other) <= edits
                for value in _values(person, field)
                for other in value
            )


def _has_phrase(value: list[str], phrase: Phrase) -> bool:
    words = phrase.text.split()
    if phrase.within is None:
        return any(value[start : start + len(words)] == words for start in range(len(value)))
    return any(
        set(words) <= set(value[start : start + len(words) + phrase.within]) for start in range(len(value))
    )


def _distance(one: str, other: str) -> int:
    """Count insertions, deletions, replacements and swaps of neighbours (optimal string alignment)."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


@pytest_asyncio.fixture(scope="module")
async def corpus(elasticsearch: AsyncElasticsearch, index_prefix: str) -> CandidateIndex:
    names = candidate_index(f"{index_prefix}-meaning")
    await ensure_indices(elasticsearch, names)
    await write(elasticsearch, names, [(each.id, 1, each.to_source()) for each in PEOPLE], refresh=True)
    return names


async def test_the_meaning_of_a_query_is_that_of_its_tree(find: Find, corpus: CandidateIndex) -> None:
    loop = asyncio.get_running_loop()
    found = 0

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(trees(VOCABULARY))
    def check(tree: Node) -> None:
        nonlocal found
        search = find(corpus, text=printed(tree), size=100, reasons=True)
        result = asyncio.run_coroutine_threadsafe(search, loop).result(30)
        assert {hit.id for hit in result.hits} == {each.id for each in PEOPLE if holds(tree, each)}
        for hit in result.hits:
            assert hit.fit is not None
            total = sum(reason.contribution for reason in hit.fit.reasons)
            assert abs((hit.score or 0.0) - total) <= 1e-4 * max(1.0, total)
        found += 0 < result.total < len(PEOPLE)

    await asyncio.to_thread(check)
    assert found > 100
