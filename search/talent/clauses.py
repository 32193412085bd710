"""A query's tree as clauses of Elasticsearch, each named by its number so that hits report what it adds.

In: `title:engineer nice:kafka`. Out: a required clause named `0`, an optional one named `1`.
"""

import itertools
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any as Anything
from typing import Final, TypeAlias

from search.contact_data import key_sought
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
from search.talent.expansion import (
    AS_WRITTEN,
    EVERYDAY_IN,
    MOST_IN_QUERY,
    SPELT_IN,
    Expansion,
    Spelling,
)
from search.talent.weights import (
    CONTACT_BOOST,
    FIELDS,
    NEIGHBOUR_SLOP,
    SAME_TITLE,
    SAME_TITLE_BOOST,
    SAME_WORDING,
    WEIGHTS,
    WHOLE_ITEM_BOOST,
    literal,
)

Clause: TypeAlias = Mapping[str, Anything]

SAME_WORDING_IN: Final = "in:"
"""How the clauses are named that weigh wording; the field follows."""
WHOLE_ITEMS: Final = "items"
"""The name of the clause that counts the items of a list of which all words are there."""

# Letters that do not come apart into a plain letter and a mark, as the index's own folding has them.
_FOLDED: Final = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})  # fmt: skip


class Demand(StrEnum):
    """How a part of a query is meant."""

    REQUIRED = "REQUIRED"
    PREFERRED = "PREFERRED"
    EXCLUDED = "EXCLUDED"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a query that a hit fulfils or lacks: its text, its prefix's field, and the clause that finds it.

    `in_texts` says that the clause finds words in texts, so that there is evidence to show. `groups` names the clauses
    around it; where one of them does not match, the part adds nothing.
    """

    text: str
    field: str | None
    demand: Demand
    clause: Clause
    in_texts: bool
    groups: tuple[str, ...] = ()


@dataclass(slots=True)
class Clauses:
    """What a tree asks for; `parts` are in the order of their names, which clauses bear if `named`.

    With `exact`, plain words are looked for as written: `NOT manager` must not exclude who once managed something.
    `spellings` counts those that were taken from the expansion. With `contacts`, words find contact data too.
    """

    named: bool
    exact: bool = False
    expansion: Expansion = AS_WRITTEN
    contacts: bool = False
    spellings: int = 0
    groups: int = 0
    required: list[Clause] = field(default_factory=list)
    filters: list[Clause] = field(default_factory=list)
    optional: list[Clause] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    @property
    def ranks(self) -> bool:
        """Say whether anything in it adds to the score."""
        return bool(self.required or self.optional)

    def add_part(self, part: Part) -> Mapping[str, str]:
        """Keep a part; return what its clause says to be named so."""
        self.parts.append(part)
        return {"_name": str(len(self.parts) - 1)} if self.named else {}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a tree a node stands.

    `groups` names the clauses around it of which the hit need not match every one: what stands in a group that does not
    match adds nothing. `uncertain` says that such groups are to be named from here on.
    """

    demand: Demand
    field: Field | None = None
    groups: tuple[str, ...] = ()
    uncertain: bool = False


def clauses_of(
    tree: Node | None, *, named: bool, expansion: Expansion = AS_WRITTEN, contacts: bool = False
) -> Clauses:
    """Return the clauses of a tree; those of none find everybody."""
    made = Clauses(named, expansion=expansion, contacts=contacts)
    for node in tree.parts if isinstance(tree, All) else [tree] if tree else []:
        match node:
            case Nice(part=part):
                made.optional.append(_clause(made, part, _Place(Demand.PREFERRED, uncertain=True)))
            case Not():
                made.filters.append(_clause(made, node, _Place(Demand.REQUIRED)))
            case _:
                made.required.append(_clause(made, node, _Place(Demand.REQUIRED)))
    if tree is not None:
        made.optional += _emphasised(list(_plain_runs(tree)), named=named)
    return made


def _clause(  # noqa: PLR0911 - a case for each kind of node
    made: Clauses, node: Node, place: _Place
) -> Clause:
    match node:
        case All(parts=parts):
            place, name = _group(made, place)
            return {"bool": {"must": [_clause(made, each, place) for each in parts], **name}}
        case Any(parts=parts):
            place, name = _group(made, place)
            alternatives = [_clause(made, each, replace(place, uncertain=True)) for each in parts]
            return {"bool": {"should": alternatives, "minimum_should_match": 1, **name}}
        case Not(part=part):
            excluded = _clause(Clauses(named=False, exact=True, contacts=made.contacts), part, place)
            place = replace(place, demand=Demand.EXCLUDED)
            return _named(made, {"bool": {"must_not": [excluded]}}, node, place)
        case Within(field=field_, part=part):
            return _clause(made, part, replace(place, field=field_))
        case Nice(part=part):
            return _clause(made, part, place)
        case Run():
            return _run(made, node, place)
        case Phrase(text=text, within=None):
            clause = _any_of(_term(node, _fields(place.field)), _whose(made, text, place.field))
            return _named(made, clause, node, place)
        case _:
            return _named(made, _term(node, _fields(place.field)), node, place)


def _group(made: Clauses, place: _Place) -> tuple[_Place, Mapping[str, str]]:
    if not (made.named and place.uncertain):
        return place, {}
    made.groups += 1
    name = f"group:{made.groups}"
    return replace(place, groups=(*place.groups, name)), {"_name": name}


def _run(made: Clauses, run: Run, place: _Place) -> Clause:
    fields = _fields(place.field)
    if len(run.words) > 1 and (whose := _whose(made, " ".join(run.words), place.field)):
        return _named(made, _any_of(_all_words(" ".join(run.words), fields), whose), run, place)
    words = [Run(((word,),)) for word in run.words]
    name: Mapping[str, str] = {}
    if len(words) > 1:
        place, name = _group(made, place)
    clauses = [
        _named(
            made,
            _any_of(
                _word(word, fields, exact=made.exact), [*spelt, *_whose(made, word.words[0], place.field)]
            ),
            word,
            place,
        )
        for word, spelt in zip(words, _spelt(made, run, place.field), strict=True)
    ]
    if len(clauses) == 1:
        return clauses[0]
    if run.required == len(clauses):
        return {"bool": {"must": clauses, **name}}
    return {"bool": {"should": clauses, "minimum_should_match": run.required, **name}}


def _named(made: Clauses, clause: Clause, node: Node, place: _Place) -> Clause:
    ((kind, body),) = clause.items()
    part = Part(printed(node), place.field, place.demand, clause, in_texts=True, groups=place.groups)
    return {kind: {**body, **made.add_part(part)}}


def _whose(made: Clauses, text: str, within: Field | None) -> list[Clause]:
    """Return the clause of whoever has this address, number or link, where it is one and may be looked for."""
    key = key_sought(text) if made.contacts and within is None else None
    if key is None:
        return []
    found = {"prefix" if key.begins else "term": {"contacts": {"value": key.value}}}
    return [{"constant_score": {"filter": found, "boost": CONTACT_BOOST}}]


def _fields(within: Field | None) -> Mapping[str, int]:
    return WEIGHTS if within is None else {name: WEIGHTS[name] for name in FIELDS[within]}


def _word(word: Run, fields: Mapping[str, int], *, exact: bool) -> Clause:
    if exact:
        return _term(Phrase(word.words[0]), fields)
    return _all_words(word.words[0], fields)


def _all_words(text: str, fields: Mapping[str, int]) -> Clause:
    """Return the clause of those who have all words of a text, wherever in the fields."""
    return {
        "combined_fields": {
            "query": text,
            "fields": [f"{name}^{weight}" for name, weight in fields.items()],
            "operator": "and",
            "zero_terms_query": "all",
        }
    }


def _spelt(made: Clauses, run: Run, within: Field | None) -> list[list[Clause]]:
    """Return for each word of a run what else finds it.

    Words that spell a term together share its other spellings: who has one of these has all of the words, and each adds
    its part of the score.
    """
    found: list[list[Clause]] = [[] for _ in run.words]
    if made.exact:
        return found
    fields = _fields(within)
    first = 0
    for item in run.items:
        for stretch in made.expansion.stretches(item, within):
            spellings = stretch.spellings[: MOST_IN_QUERY - made.spellings]
            made.spellings += len(spellings)
            clauses = [_spelling(each, fields, shared_by=stretch.length) for each in spellings]
            for place in range(first + stretch.start, first + stretch.start + stretch.length):
                found[place] = clauses
        first += len(item)
    return found


def _any_of(clause: Clause, others: Sequence[Clause]) -> Clause:
    return {"dis_max": {"queries": [clause, *others]}} if others else clause


def _spelling(spelling: Spelling, fields: Mapping[str, int], *, shared_by: int) -> Clause:
    there = EVERYDAY_IN if spelling.everyday else SPELT_IN
    weighed = [f"{name}^{weight}" for name, weight in fields.items() if name in there]
    sought = {"query": spelling.text, "fields": weighed, "boost": spelling.weight / shared_by}
    if spelling.text.isalnum():
        return {"combined_fields": sought}
    return {"multi_match": {**sought, "type": "phrase"}}


def _term(term: Phrase | Wildcard | Fuzzy, fields: Mapping[str, int]) -> Clause:
    match term:
        case Phrase(text=text, within=None):
            weighed = [f"{literal(name)}^{weight}" for name, weight in fields.items()]
            return {
                "multi_match": {"query": text, "type": "phrase", "fields": weighed, "zero_terms_query": "all"}
            }
        case Phrase(text=text, within=distance):
            near = {"match": {"query": text, "max_gaps": distance, "ordered": False}}
            queries = [
                {"intervals": {literal(name): {**near, "boost": weight}}} for name, weight in fields.items()
            ]
        case Wildcard(pattern=pattern):
            value = folded(pattern)
            kind = "prefix" if value.endswith("*") and not set("*?") & set(value[:-1]) else "wildcard"
            value = value[:-1] if kind == "prefix" else value
            queries = [
                {kind: {literal(name): {"value": value, "boost": weight}}} for name, weight in fields.items()
            ]
        case Fuzzy(word=word, edits=edits):
            spelt = {
                "value": folded(word),
                "fuzziness": edits,
                "prefix_length": 1,
                "rewrite": "constant_score",
            }
            queries = [
                {"fuzzy": {literal(name): {**spelt, "boost": weight}}} for name, weight in fields.items()
            ]
    return {"dis_max": {"queries": queries}}


def folded(text: str) -> str:
    """Return a word as the index has it: lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_FOLDED))
    return unicodedata.normalize("NFC", "".join(each for each in plain if not unicodedata.combining(each)))


def _plain_runs(node: Node) -> Iterator[Run]:
    match node:
        case Run():
            yield node
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from _plain_runs(part)


def _emphasised(runs: Sequence[Run], *, named: bool) -> list[Clause]:
    """Return what ranks those higher whose wording is the query's, and excludes nobody."""
    words = [word for run in runs for word in run.words]
    if not words:
        return []
    pairs = [" ".join(pair) for run in runs for item in run.items for pair in itertools.pairwise(item)]
    boosts = {name: min(1, SAME_TITLE_BOOST / len(words)) for name in SAME_TITLE} | {SAME_WORDING: 1}
    clauses: list[Clause] = []
    for name, boost in boosts.items():
        exact = {"match": {literal(name): {"query": " ".join(words), "boost": boost}}}
        neighbours = [
            {"match_phrase": {name: {"query": pair, "slop": NEIGHBOUR_SLOP, "boost": boost}}}
            for pair in pairs
        ]
        clauses.append(_together([exact, *neighbours], f"{SAME_WORDING_IN}{name}", named=named))
    items = [
        {"constant_score": {"filter": _all_words(" ".join(item), WEIGHTS), "boost": WHOLE_ITEM_BOOST}}
        for run in runs
        if len(run.items) > 1
        for item in run.items
    ]
    if items:
        clauses.append(_together(items, WHOLE_ITEMS, named=named))
    return clauses


def _together(clauses: Sequence[Clause], name: str, *, named: bool) -> Clause:
    return {"bool": {"should": list(clauses), **({"_name": name} if named else {})}}
