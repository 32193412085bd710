"""The candidate index: analysis, strict mapping, and the alias that searches go through."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import orjson
from elasticsearch import AsyncElasticsearch, BadRequestError, NotFoundError

from search.embedding import DIMENSIONS
from search.errors import search_errors
from search.text import STOPWORDS

_VERSION: Final = 1
_LONGEST_KEYWORD: Final = 256
_WRITES: Final = "-writes"

# The standard tokenizer keeps only letters and digits, so these names become words of letters first.
_SYMBOLIC_NAMES: Final = {
    "c++": "cplusplus",
    "c#": "csharp",
    "f#": "fsharp",
    ".net": "\\u0020dotnet",
}

_ENGLISH: Final = "kith_english"
_LITERAL: Final = "kith_literal"
_NORMALIZER: Final = "kith_keyword"

ANALYSIS: Final[dict[str, Any]] = {
    "char_filter": {
        "kith_symbols": {
            "type": "mapping",
            "mappings": [
                f"{spelling}=>{word}"
                for name, word in _SYMBOLIC_NAMES.items()
                for spelling in dict.fromkeys((name, name.upper(), name.title()))
            ],
        }
    },
    "filter": {
        "kith_possessive": {"type": "stemmer", "language": "possessive_english"},
        "kith_stop": {"type": "stop", "stopwords": sorted(STOPWORDS)},
        "kith_stemmer": {"type": "stemmer", "language": "english"},
    },
    "analyzer": {
        _ENGLISH: {
            "char_filter": ["kith_symbols"],
            "tokenizer": "standard",
            "filter": ["kith_possessive", "lowercase", "asciifolding", "kith_stop", "kith_stemmer"],
        },
        _LITERAL: {
            "char_filter": ["kith_symbols"],
            "tokenizer": "standard",
            "filter": ["lowercase", "asciifolding"],
        },
    },
    "normalizer": {_NORMALIZER: {"type": "custom", "filter": ["trim", "lowercase", "asciifolding"]}},
}


def _words(analyzer: str) -> dict[str, Any]:
    """Text; stored offsets spare highlights the analysis, values of a list stand far apart."""
    return {"type": "text", "analyzer": analyzer, "index_options": "offsets", "position_increment_gap": 100}


def _prose() -> dict[str, Any]:
    """Stemmed text with a literal subfield."""
    return {**_words(_ENGLISH), "fields": {"literal": _words(_LITERAL)}}


def _term() -> dict[str, Any]:
    return {"type": "keyword", "normalizer": _NORMALIZER, "ignore_above": _LONGEST_KEYWORD}


def _term_and_words() -> dict[str, Any]:
    """A value, and its words as written."""
    return {**_term(), "fields": {"literal": _words(_LITERAL)}}


def _named() -> dict[str, Any]:
    """Prose that can be sorted by."""
    prose = _prose()
    return {**prose, "fields": {**prose["fields"], "sort": _term()}}


def _term_and_prose() -> dict[str, Any]:
    prose = _prose()
    fields = prose.pop("fields")
    return {**_term(), "fields": {"text": prose, **fields}}


def _code() -> dict[str, Any]:
    return {"type": "keyword", "ignore_above": _LONGEST_KEYWORD}


MAPPINGS: Final[dict[str, Any]] = {
    "dynamic": "strict",
    "properties": {
        "id": {"type": "keyword"},
        "name": _named(),
        "headline": _prose(),
        "summary": _prose(),
        # Keys of `search.contact_data`, for those who may see contact data; other fields have none of it.
        "contacts": _code(),
        "skills": _term_and_prose(),
        "skill_uses": {
            "type": "nested",
            "properties": {
                "skill": _term_and_words(),
                "months": {"type": "integer"},
                "last_month": {"type": "integer"},
            },
        },
        "seniority": _code(),
        "has_email": {"type": "boolean"},
        "has_phone": {"type": "boolean"},
        "city": _term_and_words(),
        "region": _term_and_words(),
        "country": _term_and_words(),
        "place": _prose(),
        "coordinates": {"type": "geo_point"},
        "companies": _term_and_prose(),
        "titles": _term_and_prose(),
        "employments": {
            "type": "nested",
            "properties": {
                "company": _term_and_words(),
                "title": _term_and_words(),
                "start_month": {"type": "integer"},
                "end_month": {"type": "integer"},
                "current": {"type": "boolean"},
            },
        },
        "schools": _term_and_prose(),
        "educations": {
            "type": "nested",
            "properties": {
                "school": _term_and_words(),
                "degree": _term_and_words(),
                "field": _term_and_words(),
            },
        },
        "years_experience": {"type": "float"},
        "languages": _term_and_prose(),
        "certificates": _term_and_words(),
        "tags": _term_and_words(),
        "roles": _code(),
        "applications": {
            "type": "nested",
            "properties": {"job_id": _code(), "stage": _code(), "status": _code()},
        },
        "stages": _code(),
        "shortlisted_jobs": _code(),
        "jobs": _code(),
        "private": {"type": "boolean"},
        "visible_to": _code(),
        "consent": {"type": "boolean"},
        "last_contact": {"type": "date"},
        "resume_text": _prose(),
        # Compared one by one by `search.talent.meaning`, never looked up: no graph of neighbours is built.
        "meaning": {"type": "dense_vector", "dims": DIMENSIONS, "element_type": "byte", "index": False},
        "updated_at": {"type": "date"},
    },
}

# Deleted versions are remembered for an hour, not a minute: a late job cannot bring an erased person back.
SETTINGS: Final[dict[str, Any]] = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    "gc_deletes": "1h",
    # When deleted documents are merged away on demand (`search.settling`), all of them are.
    "merge.policy.expunge_deletes_allowed": 0,
    # Documents are compared with the graph as a whole, vectors too.
    "mapping.exclude_source_vectors": False,
    "analysis": ANALYSIS,
}


@dataclass(frozen=True, slots=True)
class CandidateIndex:
    """Names of an index that fits this version of the code.

    Writers use `writes`, an alias of this very index; searches use `alias`, which may still answer from another
    index while this one is being filled. All indices of one `definition` hold the same documents.
    """

    name: str
    alias: str
    writes: str
    definition: str

    def rebuilt(self, key: str) -> "CandidateIndex":
        """Return the names of another index of the same definition; `key` tells it from the others."""
        return _named_index(f"{self.definition}-{key}", self.alias, self.definition)


def candidate_index(prefix: str) -> CandidateIndex:
    """Return the names of the first index under `prefix`; a changed mapping or analysis gives another definition."""
    content = orjson.dumps([MAPPINGS, SETTINGS], option=orjson.OPT_SORT_KEYS)
    alias = f"{prefix}-candidates"
    definition = f"{alias}-v{_VERSION}-{hashlib.sha256(content).hexdigest()[:8]}"
    return _named_index(definition, alias, definition)


def _named_index(name: str, alias: str, definition: str) -> CandidateIndex:
    return CandidateIndex(name=name, alias=alias, writes=f"{name}{_WRITES}", definition=definition)


async def ensure_indices(client: AsyncElasticsearch, index: CandidateIndex) -> bool:
    """Create the first index of the definition where there is none and say whether searches answer from one.

    Safe to repeat, also by several processes at once. False means that an older index answers: fill `main_index`
    from the graph, then call `promote`.

    Raises the errors of `search.errors`.
    """
    if not await family(client, index):
        await create(client, index)
    main = await main_index(client, index)
    with search_errors("create the candidate index"):
        await client.cluster.health(index=main.name, wait_for_status="yellow")
        live = await _answering(client, index)
        if not live:
            await client.indices.put_alias(index=main.name, name=index.alias)
    return not live or live == {main.name}


async def create(client: AsyncElasticsearch, index: CandidateIndex) -> bool:
    """Create an index, to which all documents are written from now on; say whether it was not there.

    Raises the errors of `search.errors`.
    """
    with search_errors("create the candidate index"):
        try:
            await client.indices.create(
                index=index.name, mappings=MAPPINGS, settings=SETTINGS, aliases={index.writes: {}}
            )
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            return False
        await client.cluster.health(index=index.name, wait_for_status="yellow")
    return True


async def family(client: AsyncElasticsearch, index: CandidateIndex) -> list[CandidateIndex]:
    """Return the indices of this definition, all of which have to get every document.

    Raises the errors of `search.errors`.
    """
    with search_errors("list the candidate indices"):
        try:
            found = await client.indices.get_alias(name=f"{index.definition}*{_WRITES}")
        except NotFoundError:
            return []
    return [_named_index(name, index.alias, index.definition) for name in sorted(found.body)]


async def main_index(client: AsyncElasticsearch, index: CandidateIndex) -> CandidateIndex:
    """Return the index of this definition that searches answer from, or else the one that they should.

    Raises the errors of `search.errors`.
    """
    members = await family(client, index)
    with search_errors("look up the candidate index"):
        live = await _answering(client, index)
    return next((member for member in members if member.name in live), (members or [index])[0])


async def identity_of(client: AsyncElasticsearch, index: CandidateIndex) -> str:
    """Return Elasticsearch's own identifier of an index, which no other index ever has.

    Raises the errors of `search.errors`.
    """
    with search_errors("describe the candidate index"):
        found = await client.indices.get_settings(index=index.name, name="index.uuid")
    return str(found.body[index.name]["settings"]["index"]["uuid"])


async def promote(client: AsyncElasticsearch, index: CandidateIndex) -> None:
    """Let searches answer from this index, in one atomic step.

    Those of older definitions are deleted, not kept, because people erased from now on would live on in them. Those of
    the same definition stay: they are written to like this one, and lists that were begun in them can be read to the
    end; `discard` deletes them.

    Raises the errors of `search.errors`.
    """
    with search_errors("switch to the new candidate index"):
        older = await _answering(client, index) - {index.name}
        kept = {member.name for member in await family(client, index)}
        await client.indices.update_aliases(
            actions=[
                {"add": {"index": index.name, "alias": index.alias}},
                *({"remove": {"index": name, "alias": index.alias}} for name in sorted(older & kept)),
                *({"remove_index": {"index": name}} for name in sorted(older - kept)),
            ]
        )


async def idle(client: AsyncElasticsearch, index: CandidateIndex) -> list[CandidateIndex]:
    """Return the indices of this definition that no search begins in; none before one of them answers searches.

    Raises the errors of `search.errors`.
    """
    members = await family(client, index)
    with search_errors("look up the candidate index"):
        live = await _answering(client, index)
    if not live & {member.name for member in members}:
        return []
    return [member for member in members if member.name not in live]


async def discard(client: AsyncElasticsearch, index: CandidateIndex) -> None:
    """Delete an idle index.

    Raises the errors of `search.errors`.
    """
    with search_errors("delete an idle candidate index"):
        await client.indices.delete(index=index.name, ignore_unavailable=True)


async def _answering(client: AsyncElasticsearch, index: CandidateIndex) -> set[str]:
    try:
        answer = await client.indices.get_alias(name=index.alias)
    except NotFoundError:
        return set()
    return set(answer.body)
