"""Texts as vectors, so that what says the same in other words is found to be near.

A model is anything that fulfils `Embedder`; `embedder()` names the one in use. Another one needs a name of its own:
the mapping of the index, the weights' version and kept vectors all go by it.
"""

import logging
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

import numpy as np

Vector: TypeAlias = bytes
"""One signed byte for each dimension. Only the direction counts, so the longest component is ±127."""

_GREATEST: Final = 127
_WORDS: Final = re.compile(" +[^ ]+")
_MARKS: Final = re.compile("\u2581|<unk>|</?s>| $")
_LONGEST_REMEMBERED: Final = 40
_MOST_REMEMBERED: Final = 50_000


class Embedder(Protocol):
    """A model: the same text always gives the same vector."""

    @property
    def name(self) -> str:
        """Return what names the model and its version, fit for a file name."""

    def embed(self, text: str) -> Vector | None:
        """Return the vector of a text, None where it says nothing to the model."""


class WordLlama:
    """Static embeddings of words, averaged: 256 dimensions, from the package's own files, without network."""

    name = "wordllama-256"

    def __init__(self) -> None:
        model = _loaded()
        self._vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]] = model.embedding
        self._tokens_of: Callable[[str], Sequence[int]] = lambda text: (
            model.tokenizer.encode(text, add_special_tokens=False).ids
        )
        self._remembered: dict[str, Sequence[int]] = {}

    def embed(self, text: str) -> Vector | None:
        """Return the vector of a text, None where there is no word in it."""
        if not any(character.isalnum() for character in text):
            return None
        tokens = self._tokens(text)
        middle = np.add.reduce(self._vectors[tokens], axis=0, keepdims=True) / np.float32(len(tokens))
        (values,) = middle / np.linalg.norm(middle, axis=1, keepdims=True)
        return quantised(values)

    def _tokens(self, text: str) -> list[int]:
        """Return what the model's tokenizer makes of a text, word by word.

        It puts a space before the text and no token has one behind a letter, so words part no token; those that come
        again and again are remembered. Texts with the tokenizer's own marks are left to it as a whole.
        """
        if _MARKS.search(text):
            return list(self._tokens_of(text))
        tokens: list[int] = []
        for word in _WORDS.findall(" " + text):
            known = self._remembered.get(word)
            if known is None:
                known = self._tokens_of(word[1:])
                if len(word) <= _LONGEST_REMEMBERED:
                    if len(self._remembered) >= _MOST_REMEMBERED:
                        self._remembered.clear()
                    self._remembered[word] = known
            tokens += known
        return tokens


def _loaded() -> Any:
    """Load the package's model; importing it sets the root logger to print everything, which is undone."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    import wordllama  # noqa: PLC0415 - see above

    root.handlers[:] = handlers
    root.setLevel(level)
    folder = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=folder, disable_download=True)


@cache
def embedder() -> Embedder:
    """Return the model in use; the first call loads it, which takes a fifth of a second."""
    return WordLlama()


DIMENSIONS: Final = 256
"""Of the model in use; the index's mapping says the same."""


def quantised(values: "np.ndarray[tuple[int], np.dtype[np.floating[Any]]]") -> Vector | None:
    """Return the direction of a vector in whole numbers; None for one that has none."""
    longest = float(np.abs(values).max(initial=0))
    if not np.isfinite(longest) or longest == 0:
        return None
    return bytes(np.rint(values / longest * _GREATEST).astype(np.int8))


def between(towards: list[Vector], away: list[Vector], *, push: float) -> Vector | None:
    """Return the middle of some directions, moved away from the middle of others by `push` times theirs."""
    if not towards:
        return None
    middle = _middle(towards)
    return quantised(middle - push * _middle(away) if away else middle)


def _middle(vectors: list[Vector]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    rows = np.stack([np.frombuffer(vector, np.int8).astype(np.float64) for vector in vectors])
    return np.asarray((rows / np.linalg.norm(rows, axis=1, keepdims=True)).mean(axis=0))
