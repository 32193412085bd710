"""What of a search is kept: words that can be skills or titles, and nothing that is meant as a name.

In: `Python name:Ada "Team Lead" -java near@example.org`. Out: `python team lead`.
"""

import re
from collections.abc import Iterator
from typing import Final

from search.query_language.errors import QuerySyntaxError
from search.query_language.parser import parse
from search.query_language.tree import All, Any, Field, Nice, Node, Phrase, Run, Within
from search.talent.clauses import folded

MOST_WORDS: Final = 8
"""A search of more words is a pasted text and is not kept."""
LONGEST: Final = 100

_KEPT_FIELDS: Final = frozenset({Field.SKILL, Field.TITLE})
_PERSONAL: Final = re.compile(r"@|://|\d{5}")


def kept_text(text: str) -> str | None:
    """Return the words of a search that are kept, folded, in their order; None where there are none."""
    try:
        tree = parse(text)
    except QuerySyntaxError:
        return None
    words = [] if tree is None else [folded(word) for word in _words(tree) if not _PERSONAL.search(word)]
    kept = " ".join(words)
    return kept if words and len(words) <= MOST_WORDS and len(kept) <= LONGEST else None


def _words(node: Node) -> Iterator[str]:
    match node:
        case Run():
            yield from node.words
        case Phrase(text=text):
            yield from text.split()
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from _words(part)
        case Nice(part=part):
            yield from _words(part)
        case Within(field=field, part=part) if field in _KEPT_FIELDS:
            yield from _words(part)
        case _:
            return
