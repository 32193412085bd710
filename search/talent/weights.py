"""Every number that decides about ranking, in one place; tune here and nowhere else."""

import hashlib
from typing import Final

import orjson

from search.embedding import embedder
from search.query_language.tree import Field

# Plain words are looked up in these fields together, weighed in the order in which a recruiter reads them.
WEIGHTS: Final = {
    "titles.text": 4,
    "headline": 4,
    "skills.text": 3,
    "name": 2,
    "companies.text": 2,
    "place": 2,
    "summary": 2,
    "schools.text": 1,
    "languages.text": 1,
    "resume_text": 1,
}
# What a prefix such as `title:` looks into.
FIELDS: Final = {
    Field.TITLE: ("titles.text", "headline"),
    Field.SKILL: ("skills.text",),
    Field.COMPANY: ("companies.text",),
    Field.LOCATION: ("place",),
    Field.SCHOOL: ("schools.text",),
    Field.LANGUAGE: ("languages.text",),
    Field.NAME: ("name",),
}
# The fields whose fragments are shown.
HIGHLIGHTED: Final = (
    "titles.text",
    "headline",
    "skills.text",
    "companies.text",
    "summary",
    "resume_text",
)
# Words that stand in a text unstemmed or near each other score again.
SAME_WORDING: Final = "resume_text"
# In titles, too; but no title has many words, so this is shared out among the words of the query.
SAME_TITLE: Final = ("titles.text", "headline")
SAME_TITLE_BOOST: Final = 0.5
NEIGHBOUR_SLOP: Final = 2
# What each item of a list adds of which all words are there.
WHOLE_ITEM_BOOST: Final = 1
# What the same direction as the query's would add for each word of it.
MEANING_BOOST: Final = 8
# What an e-mail address, a telephone number or a link adds where it is the candidate's own.
CONTACT_BOOST: Final = 10
# What a condition of `should` adds that holds: about as much as a rare word in a title.
PREFERRED_BOOST: Final = 4


def weights_version() -> str:
    """Return what names this very set of numbers; receipts carry it."""
    numbers = [
        WEIGHTS,
        FIELDS,
        SAME_WORDING,
        SAME_TITLE,
        SAME_TITLE_BOOST,
        NEIGHBOUR_SLOP,
        WHOLE_ITEM_BOOST,
        MEANING_BOOST,
        CONTACT_BOOST,
        PREFERRED_BOOST,
        embedder().name,
    ]
    return hashlib.sha256(
        orjson.dumps(numbers, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    ).hexdigest()[:12]


def literal(field: str) -> str:
    """Return the unstemmed form of a field."""
    return f"{field.removesuffix('.text')}.literal"


def plain_name(field: str) -> str:
    """Return a field's name as answers call it."""
    return field.removesuffix(".text").removesuffix(".literal")
