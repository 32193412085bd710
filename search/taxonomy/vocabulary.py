"""The terms of a taxonomy in memory, found by their spellings.

In: `k8s`. Out: the spelling `Kubernetes` at nine tenths, and `Helm`, which stands below it, at a half.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, Protocol

import orjson

from search.query_language.tree import Field
from search.talent.clauses import folded
from search.talent.expansion import NARROWER, SAME, Spelling, Stretch
from search.taxonomy.entries import SKILL, TITLE

MOST_WORDS: Final = 6
"""Words of a spelling that is looked for in a search."""
MOST_SPELLINGS: Final = 24
"""Spellings that a stretch of words is expanded by."""
DEEPEST: Final = 2
"""Levels below a term that are searched with it."""
MOST_REMEMBERED: Final = 5_000
"""Spellings whose expansion is kept."""

_SHORTEST_PLURAL: Final = 4
_MARK: Final = "\x00"
_EVERYDAY_LENGTH: Final = 2
_NAME: Final = 1
_SYNONYM: Final = 0


class Row(Protocol):
    """A term as the graph has it."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def synonyms(self) -> tuple[str, ...]: ...
    @property
    def everyday(self) -> tuple[str, ...]: ...
    @property
    def broader(self) -> tuple[str, ...]: ...
    @property
    def related(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Term:
    """A term; `narrower` and `related` are places in the vocabulary, narrower ones by name."""

    id: str
    kind: str
    name: str
    synonyms: tuple[str, ...]
    everyday: tuple[str, ...]
    narrower: tuple[int, ...]
    related: tuple[int, ...]


def spelling_key(text: str) -> str:
    """Return what spellings that mean the same have in common: neither case nor accents, nor a plural's s."""
    return " ".join(_singular(word) for word in folded(text).split())


def _singular(word: str) -> str:
    plural = len(word) >= _SHORTEST_PLURAL and word[-1] == "s" and word[-2] not in "su"
    return word[:-1] if plural else word


class Vocabulary:
    """All terms, unchanging; `version` names their very content."""

    def __init__(self, terms: Sequence[Term], version: str) -> None:
        self.version = version
        self.terms = terms
        self._remembered: dict[tuple[str, ...], tuple[Spelling, ...]] = {}
        self._spelt: dict[str, dict[str, tuple[int, ...]]] = {SKILL: {}, TITLE: {}}
        for kind, found in self._spelt.items():
            _note_names(found, terms, kind)
            _note_synonyms(found, terms, kind)
        self._sorted = {kind: _sorted(terms, kind) for kind in self._spelt}

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Vocabulary":
        """Build the vocabulary of terms; in whatever order they come, it is the same."""
        ordered = sorted(rows, key=attrgetter("id"))
        places = {row.id: place for place, row in enumerate(ordered)}
        below: dict[int, list[int]] = {}
        digest = hashlib.sha256(orjson.dumps([SAME, NARROWER, MOST_SPELLINGS, DEEPEST]))
        for place, row in enumerate(ordered):
            content = [row.id, row.kind, row.name, row.synonyms, row.everyday, row.broader]
            digest.update(orjson.dumps(content))
            for id_ in row.broader:
                if id_ in places:
                    below.setdefault(places[id_], []).append(place)
        terms = [
            Term(
                row.id,
                row.kind,
                row.name,
                row.synonyms,
                row.everyday,
                tuple(sorted(below.get(place, ()), key=lambda each: (ordered[each].name, each))),
                tuple(places[id_] for id_ in row.related if id_ in places),
            )
            for place, row in enumerate(ordered)
        ]
        return cls(terms, digest.hexdigest()[:12])

    def spelt(self, text: str, kind: str) -> list[Term]:
        """Return the terms of a kind that a text spells; of another kind there are none."""
        places = self._spelt.get(kind, {}).get(spelling_key(text), ())
        return [self.terms[place] for place in places]

    def spellings(self) -> Iterator[str]:
        """Yield every name and synonym."""
        for term in self.terms:
            yield term.name
            yield from term.synonyms

    def beginning(self, prefix: str, kind: str, most: int) -> list[Term]:
        """Return the terms of a kind with a spelling that begins so, `most` at most; of another kind there are none.

        The prefix is folded.
        """
        spellings = self._sorted.get(kind, [])
        found: dict[int, Term] = {}
        for at in range(bisect_left(spellings, prefix), len(spellings)):
            spelling, _, place = spellings[at].rpartition(_MARK)
            if not spelling.startswith(prefix) or len(found) >= most:
                break
            found[int(place)] = self.terms[int(place)]
        return list(found.values())

    def stretches(self, words: Sequence[str], within: Field | None) -> list[Stretch]:
        """Return the stretches of words that spell terms, the longest at each place."""
        kinds = _KINDS.get(within, ())
        if not kinds:
            return []
        keys = [spelling_key(word) for word in words]
        found: list[Stretch] = []
        start = 0
        while start < len(keys):
            stretch = self._longest(keys, start, kinds)
            if stretch is not None:
                found.append(stretch)
            start += stretch.length if stretch else 1
        return found

    def _longest(self, keys: Sequence[str], start: int, kinds: Sequence[str]) -> Stretch | None:
        for length in range(min(MOST_WORDS, len(keys) - start), 0, -1):
            key = " ".join(keys[start : start + length])
            if any(self._spelt[kind].get(key) for kind in kinds):
                return Stretch(start, length, self._remember(key, kinds))
        return None

    def _remember(self, key: str, kinds: Sequence[str]) -> tuple[Spelling, ...]:
        """Return what else terms are called that are spelt so; what was asked for lately is at hand."""
        asked = (key, *kinds)
        if asked not in self._remembered:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            places = [place for kind in kinds for place in self._spelt[kind].get(key, ())]
            self._remembered[asked] = self._others(places, key)
        return self._remembered[asked]

    def _others(self, places: Sequence[int], key: str) -> tuple[Spelling, ...]:
        """Return what else the terms are called, then what those below them are called, names before synonyms."""
        found: dict[str, Spelling] = {key: Spelling("", 0)}
        seen = set(places)
        level: Sequence[int] = places
        for depth in range(DEEPEST + 1):
            weight = NARROWER if depth else SAME
            for named in (_NAME, _SYNONYM):
                for spelling in self._spellings(level, weight, named):
                    found.setdefault(spelling_key(spelling.text), spelling)
                    if len(found) > MOST_SPELLINGS:
                        return tuple(found.values())[1:]
            level = [each for place in level for each in self.terms[place].narrower if each not in seen]
            level = list(dict.fromkeys(level))
            seen.update(level)
        return tuple(found.values())[1:]

    def _spellings(self, places: Iterable[int], weight: float, named: int) -> Iterator[Spelling]:
        for place in places:
            term = self.terms[place]
            for text in (term.name,) if named else term.synonyms:
                everyday = len(text) <= _EVERYDAY_LENGTH or folded(text) in term.everyday
                yield Spelling(text, weight, everyday)


_KINDS: Final[Mapping[Field | None, tuple[str, ...]]] = {
    None: (SKILL, TITLE),
    Field.SKILL: (SKILL,),
    Field.TITLE: (TITLE,),
}


def _sorted(terms: Sequence[Term], kind: str) -> list[str]:
    """Return all folded spellings of a kind, each with its term's place behind it, in their order."""
    return sorted(
        f"{folded(spelling)}{_MARK}{place}"
        for place, term in enumerate(terms)
        if term.kind == kind
        for spelling in (term.name, *term.synonyms)
    )


def _note_names(found: dict[str, tuple[int, ...]], terms: Sequence[Term], kind: str) -> None:
    for place, term in enumerate(terms):
        if term.kind == kind and (key := spelling_key(term.name)):
            found[key] = (*found.get(key, ()), place)


def _note_synonyms(found: dict[str, tuple[int, ...]], terms: Sequence[Term], kind: str) -> None:
    """Note synonyms that are nobody's name and stand for one term only."""
    names = frozenset(found)
    for place, term in enumerate(terms):
        if term.kind != kind:
            continue
        for key in {spelling_key(synonym) for synonym in term.synonyms} - names:
            found[key] = () if key in found else (place,)
