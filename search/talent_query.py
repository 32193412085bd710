"""The talent search as Elasticsearch takes it: a pure function from a request to a body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from search.errors import InvalidQuery
from search.talent_cursor import decode_cursor
from search.talent_text import SearchText, parse_text
from search.text import normalised

Clause = Mapping[str, Any]
_Value = TypeVar("_Value")

MOST_RESULTS: Final = 100
MOST_VALUES: Final = 50
MOST_IDS: Final = 1_000
LONGEST_VALUE: Final = 256
LONGEST_CAREER_YEARS: Final = 100
FACET_VALUES: Final = 20
TIMEOUT_SECONDS: Final = 5
YEARS_BANDS: Final = ((0, 2), (2, 5), (5, 10), (10, 15), (15, None))

_ACTIVE: Final = "ACTIVE"
_LONGEST_HIGHLIGHTED: Final = 200_000
# One or two words are required, of up to five all but one, then 70 %, of over ten half, and of a list a third.
_WORDS_REQUIRED: Final = "2<-1 5<70% 10<50%"
_LIST_REQUIRED: Final = "33%"
# All words are looked up in these fields together, weighed in the order in which a recruiter reads them.
_WEIGHTS: Final = {
    "titles.text": 4,
    "headline": 4,
    "skills.text": 3,
    "name": 2,
    "companies.text": 2,
    "place": 2,
    "summary": 2,
    "resume_text": 1,
}
# Words that stand there unstemmed or near each other score again, and the hit names the field.
_EMPHASISED: Final = ("titles.text", "headline", "skills.text", "companies.text", "summary", "resume_text")
_NEIGHBOUR_SLOP: Final = 2
_NEIGHBOUR_BOOST: Final = 2


class Facet(StrEnum):
    """What matching candidates can be counted by."""

    SKILLS = "skills"
    CITIES = "cities"
    COUNTRIES = "countries"
    COMPANIES = "companies"
    TITLES = "titles"
    STAGES = "stages"
    YEARS = "years"


_FACET_FIELDS: Final = {
    Facet.SKILLS: "skills",
    Facet.CITIES: "city",
    Facet.COUNTRIES: "country",
    Facet.COMPANIES: "companies",
    Facet.TITLES: "titles",
    Facet.STAGES: "stages",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A place to look in; all that is given must fit. `country` is a code, `text` names parts of the place."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class TalentRequest:
    """One talent search.

    The text follows `search.talent_text`. All filters that are given must hold; within `skills_any`, `places`,
    `companies`, `titles`, `stages`, `job_ids` and `tags` one value is enough. Names match whatever their case
    and accents; a title also matches as part of a longer one. `stages` means active applications; together with
    `job_ids`, active applications to those jobs. `after` is the cursor of the last hit seen.
    """

    text: str = ""
    skills_all: Sequence[str] = ()
    skills_any: Sequence[str] = ()
    skills_none: Sequence[str] = ()
    places: Sequence[Place] = ()
    companies: Sequence[str] = ()
    current_companies_only: bool = False
    titles: Sequence[str] = ()
    years_min: float | None = None
    years_max: float | None = None
    stages: Sequence[str] = ()
    job_ids: Sequence[str] = ()
    tags: Sequence[str] = ()
    consent: bool | None = None
    exclude_ids: Sequence[str] = ()
    size: int = 20
    after: str | None = None
    facets: Sequence[Facet] = ()
    highlight: bool = False


@dataclass(frozen=True, slots=True)
class TalentQuery:
    """The body for the search API, and whether hits come by score (otherwise the latest change first)."""

    body: dict[str, Any]
    by_score: bool


def build_talent_query(request: TalentRequest, rights: Sequence[Clause] = ()) -> TalentQuery:
    """Return the query for a request; `rights` are filter clauses, all of which a candidate must pass.

    Raises InvalidQuery where the input is out of bounds.
    """
    if not 1 <= request.size <= MOST_RESULTS:
        raise InvalidQuery("BAD_SIZE", "size", f"Ask for 1 to {MOST_RESULTS} results.")
    text = parse_text(request.text)
    by_score = bool(text.words or text.phrases)
    body: dict[str, Any] = {
        "query": {
            "bool": {
                "must": _required(text),
                "should": _emphasised(text),
                "filter": [*_filters(request), *rights],
                "must_not": [*_excluded(text), *_forbidden(request)],
            }
        },
        "sort": [{"_score": "desc"} if by_score else {"updated_at": "desc"}, {"id": "asc"}],
        "size": request.size,
        "track_total_hits": True,
        "timeout": f"{TIMEOUT_SECONDS}s",
        "_source": False,
    }
    if request.after is not None:
        body["search_after"] = decode_cursor(request.after, by_score=by_score)
    if request.facets:
        body["aggs"] = {facet.value: _facet(facet) for facet in request.facets}
    if request.highlight and by_score:
        body["highlight"] = _highlight(text)
    return TalentQuery(body, by_score)


def _required(text: SearchText) -> list[Clause]:
    clauses: list[Clause] = []
    if text.words:
        combined = {
            "query": text.words,
            "fields": [f"{field}^{weight}" for field, weight in _WEIGHTS.items()],
            "minimum_should_match": _LIST_REQUIRED if text.is_list else _WORDS_REQUIRED,
            "zero_terms_query": "all",
            "_name": "words",
        }
        clauses.append({"combined_fields": combined})
    if text.phrases:
        fields = [f"{_literal(field)}^{weight}" for field, weight in _WEIGHTS.items()]
        phrases = [_phrase(phrase, fields, zero_terms_query="all") for phrase in text.phrases]
        clauses.append({"bool": {"must": phrases, "_name": "phrases"}})
    return clauses


def _emphasised(text: SearchText) -> list[Clause]:
    if not text.words:
        return []
    clauses: list[Clause] = []
    for field in _EMPHASISED:
        neighbours = [
            {"match_phrase": {field: {"query": pair, "slop": _NEIGHBOUR_SLOP, "boost": _NEIGHBOUR_BOOST}}}
            for pair in text.pairs
        ]
        words = {"match": {_literal(field): text.words}}
        clauses.append({"bool": {"should": [words, *neighbours], "_name": _name(field)}})
    return clauses


def _name(field: str) -> str:
    return field.removesuffix(".text")


def _literal(field: str) -> str:
    return f"{_name(field)}.literal"


def _excluded(text: SearchText) -> list[Clause]:
    fields = [_literal(field) for field in _WEIGHTS]
    return [_phrase(excluded, fields) for excluded in text.excluded]


def _phrase(phrase: str, fields: Sequence[str], **options: str) -> Clause:
    return {"multi_match": {"query": phrase, "type": "phrase", "fields": list(fields), **options}}


def _filters(request: TalentRequest) -> list[Clause]:
    company_clause = _current_company if request.current_companies_only else _company
    clauses: list[Clause] = [
        {"term": {"skills": skill}} for skill in _values(request.skills_all, "skills_all")
    ]
    alternatives = [
        [
            _named({"term": {"skills": skill}}, f"skill:{skill}")
            for skill in _values(request.skills_any, "skills_any")
        ],
        [
            _named(company_clause(company), f"company:{company}")
            for company in _values(request.companies, "companies")
        ],
        [
            _named({"match_phrase": {"titles.literal": title}}, f"title:{title}")
            for title in _values(request.titles, "titles")
        ],
        [_place(place) for place in _bounded(request.places, "places")],
    ]
    clauses += [{"bool": {"should": clause, "minimum_should_match": 1}} for clause in alternatives if clause]
    if tags := _values(request.tags, "tags"):
        clauses.append({"terms": {"tags": tags}})
    if request.consent is not None:
        clauses.append({"term": {"consent": request.consent}})
    return [*clauses, *_years(request), *_applications(request)]


def _named(clause: Clause, name: str) -> Clause:
    """Let hits report the filter by name, with nothing as its part of the score."""
    return {"constant_score": {"filter": clause, "boost": 0, "_name": name}}


def _company(company: str) -> Clause:
    return {"term": {"companies": company}}


def _current_company(company: str) -> Clause:
    clauses = [{"term": {"employments.company": company}}, {"term": {"employments.current": True}}]
    return {"nested": {"path": "employments", "query": {"bool": {"filter": clauses}}}}


def _place(place: Place) -> Clause:
    clauses: list[Clause] = []
    for field in ("city", "region", "country"):
        value = getattr(place, field)
        if value is not None:
            clauses.append({"term": {field: _value(value, "places")}})
    if place.text is not None:
        text = {"query": _value(place.text, "places"), "operator": "and"}
        clauses.append({"match": {"place.literal": text}})
    if not clauses:
        raise InvalidQuery("EMPTY_VALUE", "places", "A place needs a city, a region, a country or a text.")
    return {"bool": {"filter": clauses}}


def _years(request: TalentRequest) -> list[Clause]:
    low, high = request.years_min, request.years_max
    bounds = {name: value for name, value in (("gte", low), ("lte", high)) if value is not None}
    if not bounds:
        return []
    ordered = low is None or high is None or low <= high
    if not ordered or not all(0 <= value <= LONGEST_CAREER_YEARS for value in bounds.values()):
        raise InvalidQuery(
            "BAD_RANGE",
            "years_experience",
            f"Years of experience run from a lower to a higher figure between 0 and {LONGEST_CAREER_YEARS}.",
        )
    return [{"range": {"years_experience": bounds}}]


def _applications(request: TalentRequest) -> list[Clause]:
    stages = _values(request.stages, "stages")
    job_ids = _values(request.job_ids, "job_ids", MOST_IDS)
    if not job_ids:
        return [{"terms": {"stages": stages}}] if stages else []
    clauses: list[Clause] = [{"terms": {"applications.job_id": job_ids}}]
    if stages:
        clauses.append({"terms": {"applications.stage": stages}})
        clauses.append({"term": {"applications.status": _ACTIVE}})
    return [{"nested": {"path": "applications", "query": {"bool": {"filter": clauses}}}}]


def _forbidden(request: TalentRequest) -> list[Clause]:
    clauses: list[Clause] = []
    if skills := _values(request.skills_none, "skills_none"):
        clauses.append({"terms": {"skills": skills}})
    if ids := _values(request.exclude_ids, "exclude_ids", MOST_IDS):
        clauses.append({"terms": {"id": ids}})
    return clauses


def _facet(facet: Facet) -> Clause:
    if facet is Facet.YEARS:
        ranges = [
            {"key": years_band(low, high), "from": low, **({} if high is None else {"to": high})}
            for low, high in YEARS_BANDS
        ]
        return {"range": {"field": "years_experience", "ranges": ranges}}
    return {"terms": {"field": _FACET_FIELDS[facet], "size": FACET_VALUES}}


def years_band(low: int, high: int | None) -> str:
    """Return the name of the band of at least `low` and less than `high` years, as `2-5` or `15+`."""
    return f"{low}+" if high is None else f"{low}-{high}"


def _highlight(text: SearchText) -> Clause:
    fields = list(_EMPHASISED)
    clauses: list[Clause] = [_phrase(phrase, fields) for phrase in text.phrases]
    if text.words:
        clauses.append({"multi_match": {"query": text.words, "fields": fields}})
    return {
        "type": "unified",
        "encoder": "html",
        "pre_tags": ["<em>"],
        "post_tags": ["</em>"],
        "order": "score",
        "fragment_size": 150,
        "number_of_fragments": 3,
        "max_analyzed_offset": _LONGEST_HIGHLIGHTED,
        "highlight_query": {"bool": {"should": clauses}},
        "fields": {field: {} for field in fields},
    }


def _bounded(values: Sequence[_Value], field: str, most: int = MOST_VALUES) -> Sequence[_Value]:
    if len(values) > most:
        raise InvalidQuery("TOO_MANY_VALUES", field, f"{field} takes at most {most} values.")
    return values


def _values(values: Sequence[str], field: str, most: int = MOST_VALUES) -> list[str]:
    return list(dict.fromkeys(_value(value, field) for value in _bounded(values, field, most)))


def _value(value: str, field: str) -> str:
    if len(value) > LONGEST_VALUE:
        raise InvalidQuery(
            "VALUE_TOO_LONG", field, f"A value of {field} has at most {LONGEST_VALUE} characters."
        )
    clean = normalised(value).strip()
    if not clean:
        raise InvalidQuery("EMPTY_VALUE", field, f"A value of {field} is empty.")
    return clean
