"""ESCO as the European Commission publishes it: CSV files with one concept or one relation a row.

Any file with the columns `preferredLabel` and `altLabels` (one label a line) has terms; the relations need `conceptUri`
beside them. © European Union, 2017-2024, CC BY 4.0.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from search.taxonomy.entries import SKILL, TITLE, LinkEntry, Name, TermEntry, UnknownLayoutError

_LARGEST_FIELD = 1_000_000
_KINDS = {"KnowledgeSkillCompetence": SKILL, "SkillGroup": SKILL, "Occupation": TITLE, "ISCOGroup": TITLE}
_RELATIONS = {
    ("conceptUri", "broaderUri"): True,
    ("originalSkillUri", "relatedSkillUri"): False,
}
"""The columns of files of relations, and whether the second is broader."""


class Esco:
    """The terms and links of a CSV file, or of all in a folder."""

    def __init__(self, path: Path) -> None:
        """Look for files of terms.

        Raises:
            UnknownLayoutError: there is none.
        """
        files = sorted(path.glob("*.csv")) if path.is_dir() else [path] if path.is_file() else []
        headers = {file: _header(file) for file in files}
        self._terms = [file for file, names in headers.items() if {"preferredLabel", "altLabels"} <= names]
        self._relations = [
            (file, columns, broader)
            for file, names in headers.items()
            for columns, broader in _RELATIONS.items()
            if names >= set(columns)
        ]
        if not self._terms:
            raise UnknownLayoutError("no CSV file here has the columns preferredLabel and altLabels")

    def terms(self) -> Iterator[TermEntry]:
        """Yield skills and occupations with their labels."""
        for _, kind, row in self._concepts():
            labels = (*row["altLabels"].split("\n"), *(row.get("hiddenLabels") or "").split("\n"))
            yield TermEntry(kind, row["preferredLabel"], tuple(filter(None, map(str.strip, labels))))

    def links(self) -> Iterator[LinkEntry]:
        """Yield the relations between concepts whose terms are there."""
        if not self._relations:
            return
        names = {uri: Name(kind, row["preferredLabel"]) for uri, kind, row in self._concepts() if uri}
        for file, (one, other), broader in self._relations:
            for row in _rows(file):
                term, to = names.get(row[one]), names.get(row[other])
                if term and to and (term.kind == to.kind or not broader):
                    yield LinkEntry(term, to, broader)

    def _concepts(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        for file in self._terms:
            for row in _rows(file):
                kind = _KINDS.get(row.get("conceptType") or "KnowledgeSkillCompetence")
                if kind and row["preferredLabel"]:
                    yield row.get("conceptUri") or "", kind, row


def _header(file: Path) -> set[str]:
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        return set(next(csv.reader(lines), []))


def _rows(file: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(_LARGEST_FIELD)
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        for row in csv.DictReader(lines, restval=""):
            row.pop(None, None)
            yield row
