"""What a query is about as a vector, and the clause that weighs how near a candidate's texts are to it.

The whole vectors are compared, of every candidate whom the query's conditions leave, so the same query gives the same
numbers always. It only adds to the score: nobody is found or lost by it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from search.embedding import Embedder, Vector
from search.query_language.tree import All, Any, Field, Nice, Node, Phrase, Run, Within
from search.talent.clauses import Clause
from search.talent.weights import MEANING_BOOST

FIELD: Final = "meaning"
SAME_MEANING: Final = "meaning"
"""The name of the clause."""
_SCRIPT: Final = "Math.max(0.0, cosineSimilarity(params.vector, params.field)) * params.boost"
_SUBJECTS: Final = frozenset({Field.TITLE, Field.SKILL})
"""Prefixes of words that say what somebody does; names of people and places have no meaning of that kind."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A direction, and what the same direction is worth."""

    vector: Vector
    boost: float

    def clause(self, *, named: bool) -> Clause:
        """Return the clause that adds up to `boost`: the cosine of the two directions times it, where that is above 0."""
        parameters = {"vector": self.vector.hex(), "field": FIELD, "boost": self.boost}
        return {
            "script_score": {
                "query": {"exists": {"field": FIELD}},
                "script": {"source": _SCRIPT, "params": parameters},
                **({"_name": SAME_MEANING} if named else {}),
            }
        }


def meaning_of(tree: Node | None, given: Vector | None, model: Embedder | None) -> Meaning | None:
    """Return what is meant: by a vector that is given, else by the words of a query that are looked for.

    A query weighs its meaning by the number of those words, as it weighs the words. None where there are none.
    """
    items = list(_subject(tree)) if tree is not None else []
    vector = given
    if vector is None and model is not None and items:
        vector = model.embed(", ".join(items))
    if vector is None:
        return None
    return Meaning(vector, MEANING_BOOST * max(1, _words(items)))


def words_looked_for(tree: Node | None) -> int:
    """Return how many words a query looks for, those that name companies, people and places not counted."""
    return _words(_subject(tree)) if tree is not None else 0


def _words(items: Iterable[str]) -> int:
    return sum(len(item.split()) for item in items)


def _subject(node: Node) -> Iterator[str]:
    match node:
        case Run(items=items):
            yield from (" ".join(item) for item in items)
        case Phrase(text=text):
            yield text
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from _subject(part)
        case Nice(part=part):
            yield from _subject(part)
        case Within(field=field, part=part) if field in _SUBJECTS:
            yield from _subject(part)
        case _:
            pass
