"""The terms of a taxonomy in memory, found by their spellings.

In: `k8s`. Out: the spelling `Kubernetes` at nine tenths, and `Helm`, which stands below it, at a half.
"""

import hashlib
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar, overload

import orjson

from search.query_language.tree import Field
from search.talent.clauses import folded
from search.talent.expansion import NARROWER, SAME, Spelling, Stretch
from search.taxonomy.entries import SKILL, TITLE

T = TypeVar("T")

MOST_WORDS: Final = 6
"""Words of a spelling that is looked for in a search."""
MOST_SPELLINGS: Final = 24
"""Spellings that a stretch of words is expanded by."""
DEEPEST: Final = 2
"""Levels below a term that are searched with it."""
MOST_REMEMBERED: Final = 5_000
"""Spellings whose expansion is kept."""

_SHORTEST_PLURAL: Final = 4
_BEGINNING: Final = 3
_PIECE: Final = 100
_PAUSE_SECONDS: Final = 0.001
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


class Terms(Sequence[Term]):
    """Terms by their places, each kept as bytes and read when it is asked for.

    As objects, tens of thousands of terms hold the process up each time the garbage collector looks through them.
    """

    def __init__(self, kept: list[bytes]) -> None:
        self.kept = kept

    def __len__(self) -> int:
        return len(self.kept)

    @overload
    def __getitem__(self, place: int) -> Term: ...
    @overload
    def __getitem__(self, place: slice) -> "Terms": ...
    def __getitem__(self, place: int | slice) -> "Term | Terms":
        if isinstance(place, slice):
            return Terms(self.kept[place])
        id_, kind, name, *lists = orjson.loads(self.kept[place])
        return Term(id_, kind, name, *map(tuple, lists))


class TermsToBe:
    """Terms on their way into a vocabulary, kept as bytes as well."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._kept: list[bytes] = []

    def add(self, rows: Iterable[Row]) -> None:
        """Take terms, in whatever order."""
        for row in rows:
            content = (row.id, row.kind, row.name, row.synonyms, row.everyday, row.broader, row.related)
            self._ids.append(row.id)
            self._kept.append(orjson.dumps(content))

    def built(self) -> "Vocabulary":
        """Return the vocabulary; in whatever order the terms came, it is the same."""
        order = sorted(range(len(self._ids)), key=self._ids.__getitem__)
        places = {self._ids[at]: place for place, at in enumerate(in_pieces(order))}
        below = _Links(len(order))
        names: list[str] = []
        digest = hashlib.sha256(orjson.dumps([SAME, NARROWER, MOST_SPELLINGS, DEEPEST]))
        for place, at in enumerate(in_pieces(order)):
            content = orjson.loads(self._kept[at])[:-1]
            digest.update(orjson.dumps(content))
            names.append(content[2])
            for id_ in content[-1]:
                if id_ in places:
                    below.add(places[id_], place)
        kept: list[bytes] = []
        for place, at in enumerate(in_pieces(order)):
            *content, _, related = orjson.loads(self._kept[at])
            narrower = sorted(below.of(place), key=lambda each: (names[each], each))
            kept.append(orjson.dumps([*content, narrower, [places[id_] for id_ in related if id_ in places]]))
        return Vocabulary(Terms(kept), digest.hexdigest()[:12])


class _Links:
    """Numbers linked to numbers: a few long lists in place of many short ones."""

    def __init__(self, count: int) -> None:
        self._last = [-1] * count
        self._to: list[int] = []
        self._before: list[int] = []

    def add(self, number: int, to: int) -> None:
        self._before.append(self._last[number])
        self._last[number] = len(self._to)
        self._to.append(to)

    def of(self, number: int) -> Iterator[int]:
        link = self._last[number]
        while link >= 0:
            yield self._to[link]
            link = self._before[link]


class Vocabulary:
    """All terms, unchanging; `version` names their very content."""

    def __init__(self, terms: Terms, version: str) -> None:
        self.version = version
        self.terms = terms
        self._remembered: dict[tuple[str, ...], tuple[Spelling, ...]] = {}
        self._spelt = {SKILL: _Spelt(), TITLE: _Spelt()}
        for place, term in enumerate(in_pieces(terms)):
            if term.kind in self._spelt:
                self._spelt[term.kind].note_name(term.name, place)
        for place, term in enumerate(in_pieces(terms)):
            if term.kind in self._spelt:
                self._spelt[term.kind].note_synonyms(term.synonyms, place)
        self._sorted = _sorted(terms)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Vocabulary":
        """Build the vocabulary of terms; in whatever order they come, it is the same."""
        terms = TermsToBe()
        terms.add(rows)
        return terms.built()

    @property
    def contents(self) -> list[list[Any] | dict[Any, Any]]:
        """All that takes much memory."""
        spelt = [each.contents for each in self._spelt.values()]
        return [self.terms.kept, *spelt, *self._sorted.values(), self._remembered]

    def spelt(self, text: str, kind: str) -> list[Term]:
        """Return the terms of a kind that a text spells; of another kind there are none."""
        spelt = self._spelt.get(kind)
        return [self.terms[place] for place in spelt.places(spelling_key(text))] if spelt else []

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
            if any(self._spelt[kind].places(key) for kind in kinds):
                return Stretch(start, length, self._remember(key, kinds))
        return None

    def _remember(self, key: str, kinds: Sequence[str]) -> tuple[Spelling, ...]:
        """Return what else terms are called that are spelt so; what was asked for lately is at hand."""
        asked = (key, *kinds)
        known = self._remembered.get(asked)
        if known is None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            places = [place for kind in kinds for place in self._spelt[kind].places(key)]
            self._remembered[asked] = known = self._others(places, key)
        return known

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


class _Spelt:
    """The places of terms by their spellings; most spellings have one, which stands there by itself."""

    def __init__(self) -> None:
        self.contents: dict[str, int | tuple[int, ...]] = {}
        self._names: set[str] = set()

    def places(self, key: str) -> tuple[int, ...]:
        """Return the places of the terms that are spelt so."""
        found = self.contents.get(key, ())
        return (found,) if isinstance(found, int) else found

    def note_name(self, name: str, place: int) -> None:
        """Note a name; all names come before the first synonym."""
        if key := spelling_key(name):
            before = self.places(key)
            self.contents[key] = (*before, place) if before else place
            self._names.add(key)

    def note_synonyms(self, synonyms: Iterable[str], place: int) -> None:
        """Note synonyms that are nobody's name and stand for one term only."""
        for key in {spelling_key(synonym) for synonym in synonyms} - self._names:
            self.contents[key] = () if key in self.contents else place


def pause() -> None:
    """Let other threads go on."""
    time.sleep(_PAUSE_SECONDS)


def in_pieces(items: Iterable[T]) -> Iterator[T]:
    """Yield all; after each piece other threads go on, however busy the machine is."""
    for number, item in enumerate(items, 1):
        yield item
        if not number % _PIECE:
            pause()


def _sorted(terms: Terms) -> dict[str, list[str]]:
    """Return all folded spellings of each kind, each with its term's place behind it, in their order.

    They are sorted in parts, by how they begin: nothing else runs in a process while it sorts a long list.
    """
    parts: dict[str, dict[str, list[str]]] = {SKILL: {}, TITLE: {}}
    for place, term in enumerate(in_pieces(terms)):
        of_kind = parts.get(term.kind)
        if of_kind is not None:
            for spelling in (term.name, *term.synonyms):
                key = f"{folded(spelling)}{_MARK}{place}"
                of_kind.setdefault(key[:_BEGINNING], []).append(key)
    return {
        kind: [key for beginning in sorted(of_kind) for key in sorted(of_kind[beginning])]
        for kind, of_kind in parts.items()
    }
