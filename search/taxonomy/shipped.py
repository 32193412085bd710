"""The compact set of our own that comes with the package: skills, titles, and what stands above what."""

from collections.abc import Iterator
from importlib.resources import files
from itertools import groupby
from operator import itemgetter

from search.skills.matcher import skill_terms
from search.taxonomy.entries import SKILL, TITLE, LinkEntry, Name, TermEntry

_SHORT = 2
_MARKS = "=~"


class Shipped:
    """The entries of `search/skills/skills.tsv`, `titles.tsv` and `broader_skills.tsv`."""

    def terms(self) -> Iterator[TermEntry]:
        """Yield the skills, then the titles; what the list marks, and what is very short, is an everyday word."""
        for name, rows in groupby(skill_terms(), key=itemgetter(1)):
            marked = [term for term, _ in rows]
            plain = [term.lstrip(_MARKS) for term in marked]
            common = [
                text for term, text in zip(marked, plain, strict=True) if term != text or len(text) <= _SHORT
            ]
            yield TermEntry(SKILL, name, tuple(text for text in plain if text != name), tuple(common))
        for name, synonyms, _ in _rows("titles.tsv"):
            others = list(filter(None, synonyms.split("|")))
            everyday = tuple(term.lstrip(_MARKS) for term in others if term[0] in _MARKS)
            yield TermEntry(TITLE, name, tuple(term.lstrip(_MARKS) for term in others), everyday)

    def links(self) -> Iterator[LinkEntry]:
        """Yield the broader terms of titles, then of skills."""
        for name, _, broader in _rows("titles.tsv"):
            if broader:
                yield LinkEntry(Name(TITLE, name), Name(TITLE, broader))
        for broader, narrower, _ in _rows("broader_skills.tsv"):
            for name in narrower.split("|"):
                yield LinkEntry(Name(SKILL, name), Name(SKILL, broader))


def _rows(file: str) -> Iterator[tuple[str, str, str]]:
    for row in files("search.taxonomy").joinpath(file).read_text(encoding="utf-8").splitlines():
        first, second, third, *_ = (*row.split("\t"), "", "")
        yield first, second, third
