"""Random trees of the query language, in the normal form that parsing gives."""

from collections.abc import Sequence

from hypothesis import strategies as st

from search.query_language.parser import MOST_PATTERNS, MOST_TERMS, count_terms
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


def trees(words: Sequence[str], fields: Sequence[Field] = tuple(Field)) -> st.SearchStrategy[Node]:
    """Return trees over these words; each has three letters or more, so that every kind of term can be made of it."""
    word = st.sampled_from(list(words))
    item = st.lists(word, min_size=1, max_size=4).map(tuple)
    runs = st.lists(item, min_size=1, max_size=4).map(tuple).map(Run)
    single = word.map(lambda each: Run(((each,),)))
    phrases = st.lists(word, min_size=1, max_size=3, unique=True).map(" ".join)
    terms = st.one_of(
        runs,
        runs,
        st.builds(Phrase, phrases),
        st.builds(Phrase, phrases, st.integers(0, 5)),
        word.map(lambda each: Wildcard(each[:3] + "*")),
        word.map(lambda each: Wildcard(each[:2] + "?" + each[3:] + "*")),
        st.builds(Fuzzy, word, st.integers(1, 2)),
    )
    plain = st.recursive(terms, _joined, max_leaves=5)
    within = st.builds(Within, st.sampled_from(list(fields)), st.one_of(single, plain))
    mixed = st.recursive(st.one_of(terms, within), _joined, max_leaves=6)
    with_nice = st.tuples(mixed, st.lists(st.builds(Nice, mixed), max_size=2)).map(
        lambda pair: pair[0] if not pair[1] else All((*_parts(pair[0], All), *pair[1]))
    )
    return st.one_of(with_nice, st.builds(Nice, mixed)).filter(_can_be_asked)


def _can_be_asked(tree: Node) -> bool:
    """Say whether a tree is small enough for sure: beyond the bounds it is refused, which has tests of its own."""
    text = printed(tree)
    return count_terms(text) <= MOST_TERMS and sum(map(text.count, "*?~")) <= MOST_PATTERNS


def _joined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda parts: All(tuple(each for part in parts for each in _parts(part, All)))),
        several.map(lambda parts: Any(tuple(each for part in parts for each in _parts(part, Any)))),
        st.builds(Not, inner),
    )


def _parts(node: Node, kind: type[All | Any]) -> tuple[Node, ...]:
    return node.parts if isinstance(node, kind) else (node,)
