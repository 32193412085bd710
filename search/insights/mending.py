"""What a text that finds nobody may have meant: words of the taxonomy, or of what candidates have, that are spelt much like it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from search.talent.clauses import folded

MOST_MENDED: Final = 3
_SHORTEST: Final = 4
_ONE_EDIT_UP_TO: Final = 6


class Words:
    """Known words, found by how much they are spelt like another."""

    def __init__(self, spellings: Iterable[str]) -> None:
        """Take the words of spellings; more frequent ones are preferred."""
        self._frequent: dict[str, int] = defaultdict(int)
        for spelling in spellings:
            for word in folded(spelling).split():
                self._frequent[word] += 1
        self._by_start: Mapping[tuple[str, int], list[str]] = defaultdict(list)
        for word in self._frequent:
            self._by_start[word[0], len(word)].append(word)

    def like(self, word: str) -> list[str]:
        """Return the words that a slip of the pen turns into this one, the likeliest first; none where it is known.

        The first letter must agree. Words of up to six letters may have one slip (a letter more, less or another, or two
        letters the other way round), longer ones two.
        """
        if len(word) < _SHORTEST or word in self._frequent:
            return []
        most = 1 if len(word) <= _ONE_EDIT_UP_TO else 2
        near = [
            (edits, -self._frequent[known], known)
            for length in range(len(word) - most, len(word) + most + 1)
            for known in self._by_start.get((word[0], length), ())
            if (edits := slips(word, known, most)) <= most
        ]
        return [known for _, _, known in sorted(near)[:MOST_MENDED]]

    def mended(self, text: str) -> list[str]:
        """Return a text with one of its unknown words replaced by words like it."""
        words = text.split()
        found = [
            " ".join((*words[:place], known, *words[place + 1 :]))
            for place, word in enumerate(words)
            for known in self.like(word)
        ]
        return found[:MOST_MENDED]


def slips(one: str, other: str, most: int) -> int:
    """Return how many slips lie between two words (optimal string alignment), `most` + 1 for all that are more."""
    before: Sequence[int] = ()
    row: Sequence[int] = range(len(other) + 1)
    for i, letter in enumerate(one, start=1):
        current = [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return most + 1
        before, row = row, current
    return min(row[-1], most + 1)
