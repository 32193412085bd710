"""Skills named in a text, by our own list of names and synonyms."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple, Protocol, cast

import ahocorasick  # type: ignore[import-not-found, import-untyped, unused-ignore]

_AMBIGUOUS_LENGTH = 3
_MARKS = "=~"


class SkillMatch(NamedTuple):
    """A skill's canonical name and the half-open offsets where the text names it."""

    name: str
    start: int
    end: int


class _Automaton(Protocol):
    def add_word(self, key: str, value: tuple[int, str, str]) -> bool: ...
    def make_automaton(self) -> None: ...
    def iter(self, text: str) -> Iterator[tuple[int, tuple[int, str, str]]]: ...


def skill_terms() -> Iterator[tuple[str, str]]:
    """Yield (term, canonical name) of the list, each name being a term of its own.

    A row is `name<TAB>synonym|synonym`; a term behind "=" must be written in just this case to count, and
    one behind "~" is an everyday word that only counts in a list of skills, not in running text.
    """
    table = files("search.skills").joinpath("skills.tsv").read_text(encoding="utf-8")
    for row in table.splitlines():
        name, _, synonyms = row.partition("\t")
        for term in (name, *filter(None, synonyms.split("|"))):
            yield term, name.lstrip(_MARKS)


@cache
def _automaton() -> _Automaton:
    automaton = cast("_Automaton", ahocorasick.Automaton())
    for term, name in skill_terms():
        if term.startswith("~"):
            continue
        plain = term.lstrip(_MARKS)
        exact = plain if plain != term or len(plain) <= _AMBIGUOUS_LENGTH else ""
        automaton.add_word(plain.lower(), (len(plain), exact, name))
    automaton.make_automaton()
    return automaton


@cache
def _canonical() -> dict[str, str]:
    return {term.lstrip(_MARKS).lower(): name for term, name in skill_terms()}


def canonical_skill(term: str) -> str | None:
    """Return the canonical name of a term given as a whole, in any case, or None."""
    return _canonical().get(term.strip().lower())


def find_skills(text: str) -> list[SkillMatch]:
    """Return the skills in order of appearance, the longest at each place, whole words only.

    Terms of up to three letters ("R", "Go", "C") must be written in the case of the list.
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    found: list[SkillMatch] = []
    for last, (length, exact, name) in _automaton().iter(lowered):
        start, end = last - length + 1, last + 1
        if not _whole(text, start, end):
            continue
        if exact and text[start:end] not in (exact, exact.upper()):
            continue
        while found and found[-1].start >= start:
            found.pop()
        if not found or found[-1].end <= start:
            found.append(SkillMatch(name, start, end))
    return found


_WORD = re.compile(r"[\w+#]")


def _whole(text: str, start: int, end: int) -> bool:
    """Say whether the match is bounded; "C" in "C++" or "C#" and "R" in "R&D" are not."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and (_WORD.match(before) or (before == "&" and end - start == 1)):
        return False
    if not after:
        return True
    if _WORD.match(after) or (after in "&'’" and end - start <= 2):  # noqa: PLR2004
        return False
    return not (after == "." and end - start == 1 and text[end + 1 : end + 2].isalpha())
