"""One normal form for text on its way into Elasticsearch, from a résumé or from a searcher."""

import re
import unicodedata
from typing import Final

# Words too common to be looked up: the usual English list of Lucene.
_STOPWORDS: Final = """
a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was
will with
"""
STOPWORDS: Final = frozenset(_STOPWORDS.split())

_SURROGATES_AND_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def normalised(text: str) -> str:
    """Return the text in Unicode NFC, with control characters and lone surrogates turned into spaces."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", _SURROGATES_AND_CONTROLS.sub(" ", text))
