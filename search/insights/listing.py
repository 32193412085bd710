"""What people search for and do not find, and what they may have meant."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from elasticsearch import AsyncElasticsearch

from search.errors import InvalidQuery, search_errors
from search.indices import CandidateIndex
from search.insights.log import SearchedText, SearchLog
from search.insights.mending import Words
from search.talent.clauses import Clause
from search.taxonomy.entries import SKILL, TITLE
from search.taxonomy.vocabulary import Term, Vocabulary

MOST_INSIGHTS: Final = 50
MOST_RELATED: Final = 5
SECONDS: Final = 2

_MOST_VALUES: Final = 1_000
_KINDS: Final = (SKILL, TITLE)


@dataclass(frozen=True, slots=True)
class Mended:
    """A text that is spelt much alike, and the term that it spells."""

    text: str
    term_id: str | None


@dataclass(frozen=True, slots=True)
class Insight:
    """A text that finds nobody, texts that may be meant, and terms that belong to these or to its words."""

    searched: SearchedText
    mended: tuple[Mended, ...]
    related_ids: tuple[str, ...]


async def search_insights(
    client: AsyncElasticsearch,
    index: CandidateIndex,
    log: SearchLog,
    vocabulary: Vocabulary,
    *,
    size: int,
    rights: Sequence[Clause],
) -> list[Insight]:
    """Return the texts that found nobody most often, without those that name a candidate, whoever may see them.

    Words to mend by are the taxonomy's and those of the skills and titles of candidates whom the rights let pass.
    Raises InvalidQuery where the size is out of bounds, and the other errors of `search.errors`.
    """
    if not 1 <= size <= MOST_INSIGHTS:
        raise InvalidQuery("BAD_SIZE", "first", f"Ask for 1 to {MOST_INSIGHTS}.")
    texts = await log.without_hits(2 * MOST_INSIGHTS)
    if not texts:
        return []
    searches = [_values(rights), *(_named(each.text) for each in texts)]
    lines = [line for body in searches for line in ({"index": index.alias}, body)]
    with search_errors("look through searches without hits"):
        answer = await client.options(request_timeout=SECONDS + 1).msearch(searches=lines)
    values, *named = answer["responses"]
    nameless = [
        each
        for each, found in zip(texts, named, strict=True)
        if "error" not in found and not found["hits"]["total"]["value"]
    ]
    buckets = [bucket for each in values.get("aggregations", {}).values() for bucket in each["buckets"]]
    known = [bucket["key"] for bucket in buckets]
    return await asyncio.to_thread(_insights, nameless[:size], vocabulary, known)


def _values(rights: Sequence[Clause]) -> dict[str, Any]:
    aggregations = {name: {"terms": {"field": name, "size": _MOST_VALUES}} for name in ("skills", "titles")}
    query = {"bool": {"filter": [{"match_all": {}}, *rights]}}
    return {"query": query, "aggs": aggregations, "size": 0, "timeout": f"{SECONDS}s"}


def _named(text: str) -> dict[str, Any]:
    """Return the search for somebody whose name has two of the words, or the only one."""
    name = {"query": text, "minimum_should_match": min(2, len(text.split()))}
    return {"query": {"match": {"name.literal": name}}, "size": 0, "track_total_hits": 1}


def _insights(texts: Sequence[SearchedText], vocabulary: Vocabulary, values: Sequence[str]) -> list[Insight]:
    words = Words((*vocabulary.spellings(), *values))
    found = []
    for searched in texts:
        mended = words.mended(searched.text)
        related = dict.fromkeys(
            place.id for text in (searched.text, *mended) for place in _related(vocabulary, text)
        )
        found.append(
            Insight(
                searched,
                tuple(Mended(text, _term_of(vocabulary, text)) for text in mended),
                tuple(related)[:MOST_RELATED],
            )
        )
    return found


def _term_of(vocabulary: Vocabulary, text: str) -> str | None:
    terms = [term for kind in _KINDS for term in vocabulary.spelt(text, kind)]
    return terms[0].id if len(terms) == 1 else None


def _related(vocabulary: Vocabulary, text: str) -> Iterator[Term]:
    """Yield the terms that words of a text spell, and what is related to them and below them."""
    words = text.split()
    for stretch in vocabulary.stretches(words, None):
        spelt = " ".join(words[stretch.start : stretch.start + stretch.length])
        for kind in _KINDS:
            for term in vocabulary.spelt(spelt, kind):
                yield term
                yield from (vocabulary.terms[place] for place in (*term.related, *term.narrower))
