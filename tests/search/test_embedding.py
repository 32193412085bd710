"""Texts are embedded word by word, which must not show."""

from functools import cache
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.embedding import Vector, WordLlama, _loaded, embedder, quantised

WORDS = st.text(st.sampled_from("abkß ▁é日🙂,.-\n\t<>/s0"), max_size=12)
MARKED = st.sampled_from(
    ["<s>", "</s>", "<unk>", "▁", " ", "  ", "Kubernetes", "kubernetes", "Ingenieurin", "日本"]
)
TEXTS = st.one_of(st.text(max_size=40), st.lists(st.one_of(WORDS, MARKED), max_size=12).map(" ".join))


@cache
def whole() -> Any:
    return _loaded()


def embedded_as_a_whole(text: str) -> Vector | None:
    if not any(character.isalnum() for character in text):
        return None
    (values,) = whole().embed([text], norm=True)
    return quantised(values)


@settings(deadline=None)
@given(TEXTS)
@example("trailing ")
@example("  two  before  and between")
@example("a <s> b")
@example("Senior Software Engineer, leads a team of 8; Kubernetes, Go and PostgreSQL.\nBerlin")
def test_word_by_word_is_as_a_whole(text: str) -> None:
    assert embedder().embed(text) == embedded_as_a_whole(text)


def test_what_is_remembered_changes_nothing_and_has_bounds() -> None:
    model = WordLlama()
    texts = [f"word{number % 7} and {number} others" for number in range(50)]
    first = [model.embed(text) for text in texts]
    assert [model.embed(text) for text in texts] == first
    assert model.embed("x" * 5_000) == embedded_as_a_whole("x" * 5_000)
    assert len(model._remembered) < 100
