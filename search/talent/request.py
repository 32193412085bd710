"""One talent search as the schema asks for it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from search.embedding import Vector
from search.talent.conditions import Condition
from search.talent.expansion import AS_WRITTEN, Expansion
from search.talent.weights import HIGHLIGHTED

MOST_RESULTS: Final = 100


class Facet(StrEnum):
    """What matching candidates can be counted by."""

    SKILLS = "skills"
    CITIES = "cities"
    COUNTRIES = "countries"
    COMPANIES = "companies"
    TITLES = "titles"
    SCHOOLS = "schools"
    LANGUAGES = "languages"
    TAGS = "tags"
    STAGES = "stages"
    YEARS = "years"
    LAST_CONTACT = "last_contact"


class SortBy(StrEnum):
    """What hits can be sorted by."""

    RELEVANCE = "relevance"
    UPDATED_AT = "updated_at"
    EXPERIENCE = "experience"
    NAME = "name"
    DISTANCE = "distance"


@dataclass(frozen=True, slots=True)
class Order:
    """What hits are sorted by; who comes alike is sorted by id, who lacks the value comes last."""

    by: SortBy
    descending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TalentRequest:
    """One talent search.

    `text` follows `search.query_language`; every condition of `where` must hold; each of `should` that holds adds to
    the score. `meaning` is what texts should be near to; without it, what `text` says. Without an order the best come first, or the latest change where nothing ranks. `after` is the cursor of
    the last hit seen. `at` (ISO 8601, UTC) is the moment that bands of time count back from. `highlight`, `reasons` and
    `evidence` ask for what costs more. `expansion` knows what else plain words stand for.
    With `contacts`, words that are an e-mail address, a telephone number or a link also find whose it is.
    `fragments_of` names the fields of which pieces may be shown. Without `count` the total is 1 where somebody matches, and nobody is counted beyond.
    """

    text: str = ""
    where: tuple[Condition, ...] = ()
    should: tuple[Condition, ...] = ()
    meaning: Vector | None = None
    order: Order | None = None
    size: int = 20
    after: str | None = None
    facets: tuple[Facet, ...] = ()
    at: str | None = None
    highlight: bool = False
    reasons: bool = False
    evidence: bool = False
    count: bool = True
    fragments_of: tuple[str, ...] = HIGHLIGHTED
    contacts: bool = False
    expansion: Expansion = field(default=AS_WRITTEN, compare=False, repr=False)
