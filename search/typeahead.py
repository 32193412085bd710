"""What a text that somebody is typing may become: skills, titles, companies and places, the most frequent first.

In: `ku`. Out: `Kubernetes` with the number of candidates who have it, whether they wrote that or `k8s`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from elasticsearch import AsyncElasticsearch

from search.client import bounded
from search.errors import InvalidQuery, SearchOutOfTime, search_errors
from search.indices import CandidateIndex
from search.talent.clauses import Clause, folded
from search.taxonomy.vocabulary import Term, Vocabulary
from search.text import normalised

MOST_SUGGESTIONS: Final = 20
LONGEST_TEXT: Final = 100
SECONDS: Final = 1
"""Whoever types does not wait longer."""

_MOST_TERMS: Final = 100
_MOST_SPELLINGS: Final = 500
_MOST_VALUES: Final = 50


class SuggestionKind(StrEnum):
    """What is being typed."""

    SKILL = "SKILL"
    TITLE = "TITLE"
    COMPANY = "COMPANY"
    PLACE = "PLACE"


_FIELDS: Final = {
    SuggestionKind.SKILL: "skills",
    SuggestionKind.TITLE: "titles",
    SuggestionKind.COMPANY: "companies",
    SuggestionKind.PLACE: "city",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text to go on with, the candidates of whom at least so many have it, and the term that it is the name of."""

    text: str
    candidates: int
    term_id: str | None = None


async def suggest(
    client: AsyncElasticsearch,
    index: CandidateIndex,
    vocabulary: Vocabulary,
    *,
    text: str,
    kind: SuggestionKind,
    size: int,
    rights: Sequence[Clause] = (),
) -> list[Suggestion]:
    """Return what begins so, whatever its case and accents; of candidates only what those have whom the rights let pass.

    Terms of the taxonomy are found by any of their spellings and shown by their name, also where nobody has them.

    Raises InvalidQuery for input out of bounds, and the other errors of `search.errors`.
    """
    if not 1 <= size <= MOST_SUGGESTIONS:
        raise InvalidQuery("BAD_SIZE", "first", f"Ask for 1 to {MOST_SUGGESTIONS} suggestions.")
    if len(text) > LONGEST_TEXT:
        raise InvalidQuery("VALUE_TOO_LONG", "text", f"At most {LONGEST_TEXT} characters can be completed.")
    prefix = folded(normalised(text)).lstrip()
    if not prefix.strip():
        raise InvalidQuery("EMPTY_VALUE", "text", "Type a letter first.")
    terms = vocabulary.beginning(prefix, str(kind), _MOST_TERMS)
    body = _body(_FIELDS[kind], prefix, terms, rights)
    with search_errors("complete a text"):
        answer = await bounded(client, SECONDS + 1).search(
            index=index.alias, body=body, allow_partial_search_results=False
        )
    if answer["timed_out"]:
        raise SearchOutOfTime("completing the text took too long; type more of it")
    counted = answer["aggregations"]
    found = {bucket["key"]: bucket["doc_count"] for bucket in counted.get("terms", {}).get("buckets", ())}
    suggestions = {term.id: _of_term(term, found) for term in terms}
    for bucket in counted["values"]["buckets"]:
        named = vocabulary.spelt(bucket["key"], str(kind))
        if len(named) == 1:
            known = suggestions.get(named[0].id) or _of_term(named[0], found)
            most = max(known.candidates, bucket["doc_count"])
            suggestions[named[0].id] = Suggestion(known.text, most, known.term_id)
        else:
            suggestions[bucket["key"]] = Suggestion(_written(bucket, _FIELDS[kind]), bucket["doc_count"])
    ranked = sorted(suggestions.values(), key=lambda each: (-each.candidates, folded(each.text), each.text))
    return ranked[:size]


def _body(field: str, prefix: str, terms: Sequence[Term], rights: Sequence[Clause]) -> dict[str, Any]:
    spellings = list(dict.fromkeys(folded(each) for term in terms for each in (term.name, *term.synonyms)))
    spellings = spellings[:_MOST_SPELLINGS]
    values = {"field": field, "include": f"{_literally(prefix)}.*", "size": _MOST_VALUES}
    written = {"top_hits": {"size": 1, "_source": [field]}}
    aggregations: dict[str, Any] = {"values": {"terms": values, "aggs": {"written": written}}}
    if spellings:
        exact = {"field": field, "include": spellings, "size": len(spellings)}
        aggregations["terms"] = {"terms": exact}
    either = [{"prefix": {field: {"value": prefix}}}, {"terms": {field: spellings}}]
    return {
        "query": {"bool": {"filter": [{"bool": {"should": either, "minimum_should_match": 1}}, *rights]}},
        "aggs": aggregations,
        "size": 0,
        "track_total_hits": False,
        "timeout": f"{SECONDS}s",
    }


def _literally(text: str) -> str:
    """Return the regular expression of Lucene that matches a text and nothing else."""
    return "".join(each if each.isalnum() else f"\\{each}" for each in text)


def _of_term(term: Term, found: Mapping[str, int]) -> Suggestion:
    counts = [found.get(folded(each), 0) for each in (term.name, *term.synonyms)]
    return Suggestion(term.name, max(counts), term.id)


def _written(bucket: Mapping[str, Any], field: str) -> str:
    """Return a value as one of the candidates wrote it."""
    (hit,) = bucket["written"]["hits"]["hits"]
    values = hit["_source"].get(field, [])
    for value in values if isinstance(values, list) else [values]:
        if folded(value).strip() == bucket["key"]:
            return str(value)
    return str(bucket["key"])
