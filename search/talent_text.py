"""What a searcher types, taken apart by our own small grammar, so that none of it reaches a query language.

Words are required as far as `talent_query` says, `"quoted phrases"` are required as they stand, and a leading
minus excludes a word or a phrase. Everything else is plain text; a quote without its partner counts as a space.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from search.errors import InvalidQuery
from search.text import STOPWORDS, normalised

LONGEST_TEXT: Final = 1_000
MOST_TERMS: Final = 50
_FEWEST_ITEMS: Final = 3

_TOKEN: Final = re.compile(r'(?P<minus>(?<!\S)-+)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_SEPARATORS: Final = re.compile(r"[,;|()\[\]{}]")
_CURLY_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_FIRST_IDEOGRAPH: Final = 0x2E80
_HANGUL: Final = range(0xAC00, 0xD7A4)


@dataclass(frozen=True, slots=True)
class SearchText:
    """A taken-apart text: `words` joined by spaces, `phrases` required and `excluded` as they stand.

    `pairs` are neighbours among the words, with nothing but stop words between them. `is_list` says that the words
    are three or more items between commas or the like, as one pastes skills out of a job description.
    """

    words: str
    pairs: tuple[str, ...]
    phrases: tuple[str, ...]
    excluded: tuple[str, ...]
    is_list: bool = False


def parse_text(text: str) -> SearchText:
    """Take a search text apart.

    Raises InvalidQuery for more than 1,000 characters or 50 terms; a phrase counts with its words.
    """
    if len(text) > LONGEST_TEXT:
        raise InvalidQuery("TEXT_TOO_LONG", "text", f"Search texts have at most {LONGEST_TEXT} characters.")
    runs: list[list[str]] = [[]]
    phrases: list[str] = []
    excluded: list[str] = []
    clean = normalised(text).translate(_CURLY_QUOTES)
    terms = 0
    for token in _TOKEN.finditer(clean):
        content = (token["phrase"] if token["word"] is None else token["word"]).strip()
        count = _count_terms(content)
        if not count:
            continue
        terms += count
        if token["minus"] or token["word"] is None:
            (excluded if token["minus"] else phrases).append(content)
            runs.append([])
        else:
            runs[-1].append(content)
    if terms > MOST_TERMS:
        raise InvalidQuery("TOO_MANY_TERMS", "text", f"Search texts have at most {MOST_TERMS} terms.")
    return SearchText(
        words=" ".join(word for run in runs for word in run),
        pairs=tuple(pair for run in runs for pair in _pairs(run)),
        phrases=tuple(phrases),
        excluded=tuple(excluded),
        is_list=any(len(_parts(run)) >= _FEWEST_ITEMS for run in runs),
    )


def _pairs(run: list[str]) -> Iterator[str]:
    for part in _parts(run):
        meaningful = [word for word in part.split() if word.lower() not in STOPWORDS and _count_terms(word)]
        yield from (f"{first} {second}" for first, second in itertools.pairwise(meaningful))


def _parts(run: list[str]) -> list[str]:
    return [part for part in _SEPARATORS.split(" ".join(run)) if part.strip()]


def _count_terms(text: str) -> int:
    """Count the terms that the standard tokenizer makes of the text, rather too many than too few.

    Runs of letters, marks and digits are one term; ideographs, kana and the like one each.
    """
    count = 0
    inside = False
    for character in text:
        point = ord(character)
        continues = unicodedata.category(character)[0] in "LMN"
        alone = point >= _FIRST_IDEOGRAPH and point not in _HANGUL
        if alone or (continues and not inside):
            count += 1
        inside = continues and not alone
    return count
