"""What is asked of 100,000 candidates, in the words of the schema."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_WORDS = (
    "python kubernetes",
    "software engineer",
    "registered nurse",
    "accountant",
    "data analyst sql",
    "project manager",
    "java spring boot microservices",
    "electrician",
    "customer service",
    "senior frontend developer react typescript",
    "supply chain planning",
    "marketing manager",
)
_FIELDS = (
    "title:engineer skill:python",
    'title:"software engineer" skill:kubernetes nice:terraform',
    "skill:react skill:typescript -title:manager",
    "title:(nurse OR midwife)",
    "company:bank title:analyst",
    "skill:sql nice:(python OR tableau)",
    "title:manager skill:negotiation location:germany",
    'java AND (docker OR kubernetes) NOT "head of"',
    "title:develop* skill:docker",
    "kubernetes~ linux",
)
_FILTERS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("engineer", {"country": {"in": ["GB", "DE"]}, "yearsOfExperience": {"gte": 5}}),
    ("python", {"skills": {"all": ["Docker", "Linux"]}, "consent": True}),
    ("nurse", {"near": {"city": "London", "country": "GB", "kilometres": 100}}),
    ("manager", {"seniority": {"in": ["MANAGER", "DIRECTOR"]}, "languages": {"in": ["German", "French"]}}),
    ("developer", {"workedAt": {"title": {"contains": "senior"}, "from": "2018", "current": True}}),
    ("accountant", {"yearsOfExperience": {"gte": 2, "lte": 10}, "NOT": {"skills": {"in": ["SAP"]}}}),
    ("sql", {"OR": [{"city": {"eq": "Berlin"}}, {"country": {"eq": "US"}}]}),
    ("kubernetes", {"skillUsed": {"skill": {"eq": "Kubernetes"}, "months": {"gte": 12}}}),
)
_FACETS = ("SKILLS", "TITLES", "COMPANIES", "COUNTRIES", "YEARS")
_BEGINNINGS = (
    ("SKILL", "py"),
    ("SKILL", "ku"),
    ("SKILL", "comm"),
    ("TITLE", "soft"),
    ("TITLE", "se"),
    ("TITLE", "nur"),
    ("COMPANY", "har"),
    ("COMPANY", "t"),
    ("PLACE", "ber"),
    ("PLACE", "lo"),
)
_HIT = """
score node { id name headline yearsOfExperience location { city country } skills { name } updatedAt
  employments { title from to current company { name } } }
"""
_SEARCH = f"""
query($text: String!, $where: TalentFilter, $facets: [TalentFacet!]) {{
  talentSearch(first: 20, text: $text, where: $where, facets: $facets) {{
    totalCount edges {{ {_HIT} }} facets {{ facet buckets {{ value count }} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_COUNT = """
query($text: String!, $facets: [TalentFacet!]) {
  talentSearch(first: 1, text: $text, facets: $facets) { totalCount facets { facet buckets { value count } } }
}
"""
_SUGGEST = """
query($text: String!, $kind: SuggestionKind!) {
  suggest(text: $text, kind: $kind, first: 10) { text candidates term { id name } }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One kind of request: a document, and the variables with which it is asked. `held` says whether a goal holds it."""

    name: str
    document: str
    variables: Sequence[Mapping[str, Any]]
    held: bool

    @property
    def bodies(self) -> list[bytes]:
        """The requests to the API."""
        query = " ".join(self.document.split())
        return [json.dumps({"query": query, "variables": one}).encode() for one in self.variables]


_ASKED: list[dict[str, Any]] = [
    *({"text": text} for text in _WORDS),
    *({"text": text} for text in _FIELDS),
    *({"text": text, "where": where} for text, where in _FILTERS),
]

QUESTIONS: Mapping[str, Question] = {
    question.name: question
    for question in (
        Question(name="search", document=_SEARCH, variables=_ASKED, held=True),
        Question(
            name="search with facets",
            document=_SEARCH,
            variables=[{**one, "facets": _FACETS} for one in _ASKED],
            held=True,
        ),
        Question(
            name="facets alone",
            document=_COUNT,
            variables=[{"text": text, "facets": _FACETS} for text in ("", *_WORDS)],
            held=False,
        ),
        Question(
            name="typeahead",
            document=_SUGGEST,
            variables=[{"kind": kind, "text": text} for kind, text in _BEGINNINGS],
            held=False,
        ),
        Question(name="first page", document=_SEARCH, variables=[{"text": ""}], held=False),
    )
}
