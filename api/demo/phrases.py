"""Making sentences out of phrases with slots."""

from collections.abc import Iterable
from random import Random

from api.demo.words.fields import Field

_AN_BEFORE = ("A", "E", "I", "O", "HR")


def with_article(title: str) -> str:
    """Put the title behind its indefinite article."""
    return f"{'an' if title.startswith(_AN_BEFORE) else 'a'} {title}"


def sentence(phrase: str) -> str:
    """Give the phrase a capital letter and a full stop."""
    return f"{phrase[0].upper()}{phrase[1:]}."


def filled(rng: Random, phrase: str) -> str:
    """Put numbers into the slots of a field's phrase."""
    return phrase.format(n=rng.randrange(13, 41), m=rng.randrange(2, 13), p=rng.randrange(8, 46))


def achievements(rng: Random, field: Field) -> list[str]:
    """Return all achievements of a field as sentences, in random order and with random numbers."""
    return [
        sentence(filled(rng, phrase)) for phrase in rng.sample(field.achievements, len(field.achievements))
    ]


def count_words(sentences: Iterable[str]) -> int:
    """Count the words of all sentences together."""
    return sum(len(text.split()) for text in sentences)
