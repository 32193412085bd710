"""Title matching: occupations as candidates, looked for by other titles of theirs, as O*NET lists them."""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bench.search_quality.corpus import AT, Resume
from search.documents import CandidateDocument, EmploymentEntry
from search.embedding import Embedder
from search.meanings import profile_text
from search.query_language.parser import parse

ASKED: Final = 500
_SEED: Final = 20261126


@dataclass(frozen=True, slots=True)
class OtherTitle:
    """A title and the codes of all occupations that it is a title of."""

    text: str
    occupations: frozenset[str]


def occupations(folder: Path, model: Embedder) -> list[Resume]:
    """Return each occupation as somebody who has held its title and said nothing else."""
    return [
        Resume(row["O*NET-SOC Code"], "", row["Title"], _document(row["O*NET-SOC Code"], row["Title"], model))
        for row in _rows(folder / "Occupation Data.txt")
    ]


def other_titles(folder: Path) -> list[OtherTitle]:
    """Return 500 other titles, chosen by chance."""
    found: dict[str, set[str]] = {}
    for row in _rows(folder / "Alternate Titles.txt"):
        found.setdefault(row["Alternate Title"], set()).add(row["O*NET-SOC Code"])
    asked = random.Random(_SEED).sample(sorted(found), ASKED)
    return [OtherTitle(title, frozenset(found[title])) for title in asked]


def alternatives(title: str) -> str:
    """Return the query that asks for any word of a title, as matching does."""
    words = [word for word in title.replace("/", " ").split() if word.isalnum()]
    return " OR ".join(word.lower() for word in words if parse(word.lower()) is not None)


def _document(code: str, title: str, model: Embedder) -> dict[str, object]:
    held = CandidateDocument(
        id=code, updated_at=AT, headline=title, employments=[EmploymentEntry(title=title)], resume_text=title
    )
    return replace(held, meaning=model.embed(profile_text(held))).to_source()


def _rows(path: Path) -> Sequence[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))
