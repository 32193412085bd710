"""O*NET as the U.S. Department of Labor publishes its database: tables of text, columns parted by tabs. CC BY 4.0.

An alternate title is a term of its own, narrower than its occupation: it names one of the jobs in it, not the same job.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from search.taxonomy.entries import SKILL, TITLE, LinkEntry, Name, TermEntry, UnknownLayoutError

_OCCUPATIONS = "Occupation Data.txt"
_TITLES = "Alternate Titles.txt"
_TECHNOLOGY = "Technology Skills.txt"
_RELATED = "Related Occupations.txt"
_CODE = "O*NET-SOC Code"
_CLOSEST = "Primary-Short"
_IN_PARENTHESES = re.compile(r"\s*\(([^()]+)\)\s*$")
_UNKNOWN = "n/a"


class Onet:
    """The terms and links of a folder with the tables."""

    def __init__(self, folder: Path) -> None:
        """Look for the tables; all but the occupations may be missing.

        Raises:
            UnknownLayoutError: there are no occupations.
        """
        if not (folder / _OCCUPATIONS).is_file():
            raise UnknownLayoutError(f"there is no {_OCCUPATIONS} in this folder")
        self._folder = folder
        self._occupations = {row[_CODE]: row["Title"] for row in self._rows(_OCCUPATIONS)}

    def terms(self) -> Iterator[TermEntry]:
        """Yield occupations, alternate titles, then technologies and the commodities that they are."""
        for title in self._occupations.values():
            yield TermEntry(TITLE, title)
        for row in self._rows(_TITLES):
            name, short = _title(row)
            yield TermEntry(TITLE, name, short)
        for row in self._rows(_TECHNOLOGY):
            yield TermEntry(SKILL, row["Commodity Title"])
            yield TermEntry(SKILL, row["Example"])

    def links(self) -> Iterator[LinkEntry]:
        """Yield what stands below what, and the occupations that are closest to each other."""
        for row in self._rows(_TITLES):
            if occupation := self._occupations.get(row[_CODE]):
                yield LinkEntry(Name(TITLE, _title(row)[0]), Name(TITLE, occupation))
        for row in self._rows(_TECHNOLOGY):
            yield LinkEntry(Name(SKILL, row["Example"]), Name(SKILL, row["Commodity Title"]))
        for row in self._rows(_RELATED):
            one, other = self._occupations.get(row[_CODE]), self._occupations.get(row[f"Related {_CODE}"])
            if one and other and row["Relatedness Tier"] == _CLOSEST:
                yield LinkEntry(Name(TITLE, one), Name(TITLE, other), broader=False)

    def _rows(self, table: str) -> Iterator[dict[str, str]]:
        file = self._folder / table
        if not file.is_file():
            return
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, restval=""):
                row.pop(None, None)
                yield row


def _title(row: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return an alternate title and its other spellings.

    Parentheses hold another spelling only where the title has a short form; else they say which job of the name is meant.
    """
    written, short = row["Alternate Title"], row["Short Title"]
    found = _IN_PARENTHESES.search(written)
    if found is None or short == _UNKNOWN:
        return written, () if short in {_UNKNOWN, written} else (short,)
    name = written[: found.start()]
    return name or written, tuple(sorted({found[1], short} - {"", name}))
