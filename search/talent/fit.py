"""Why a candidate is a hit: what each part of the query adds to the score, and which of them the candidate lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, TypeAlias

from search.talent.body import TIMEOUT_SECONDS, highlight
from search.talent.clauses import SAME_WORDING_IN, WHOLE_ITEMS, Demand, Part
from search.talent.meaning import SAME_MEANING
from search.talent.weights import SAME_TITLE, SAME_WORDING, plain_name

MOST_WITH_EVIDENCE: Final = 12
"""Parts of a query for which evidence is looked up, the first ones."""
_SNIPPETS: Final = 3
_WEIGHED: Final[Mapping[str, tuple[str, str | None]]] = {
    **{
        f"{SAME_WORDING_IN}{name}": ("same wording", plain_name(name)) for name in (*SAME_TITLE, SAME_WORDING)
    },
    WHOLE_ITEMS: ("whole items", None),
    SAME_MEANING: ("similar meaning", None),
}
"""What a hit's reasons say of the clauses that are no part of the query, and in which field."""


EvidenceOf: TypeAlias = tuple[str, str | None]
"""The text and the field of a part: parts that say the same share their evidence."""


class Verdict(StrEnum):
    """Whether a candidate fulfils a part of a query; WEIGHED is no demand, it only ranks."""

    MATCHED = "MATCHED"
    MISSING = "MISSING"
    WEIGHED = "WEIGHED"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A fragment of a field as escaped HTML, with `<em>` around what matches."""

    field: str
    fragment: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a query: what it says, whether the candidate fulfils it, and what that adds to the score."""

    clause: str
    field: str | None
    demand: Demand | None
    verdict: Verdict
    contribution: float
    evidence: tuple[Snippet, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """The score of a hit and its reasons.

    `matched` is what the named clauses add, as Elasticsearch reports it; `version` the number of the event after which
    the candidate's document was written; `index` the index that holds it.
    """

    score: float
    reasons: tuple[Reason, ...]
    matched: Mapping[str, float]
    version: int
    index: str

    def with_evidence(self, found: Mapping[EvidenceOf, tuple[Snippet, ...]]) -> "Fit":
        """Return the same with snippets; what is excluded has none."""
        reasons = tuple(
            replace(reason, evidence=found.get((reason.clause, reason.field), ())) for reason in self.reasons
        )
        return replace(self, reasons=reasons)


def fit_of(parts: Sequence[Part], hit: Mapping[str, Any]) -> Fit:
    """Read the fit of a hit of a query with these parts."""
    matched = hit.get("matched_queries", {})
    return Fit(hit["_score"] or 0.0, reasons_of(parts, matched), matched, hit["_version"], hit["_index"])


def reasons_of(parts: Sequence[Part], matched: Mapping[str, float]) -> tuple[Reason, ...]:
    """Return the reasons of a hit from what its named clauses add; they sum up to the score."""
    found = [
        Reason(
            clause=part.text,
            field=part.field,
            demand=part.demand,
            verdict=Verdict.MATCHED if str(number) in matched else Verdict.MISSING,
            contribution=matched.get(str(number), 0.0) if matched.keys() >= set(part.groups) else 0.0,
        )
        for number, part in enumerate(parts)
    ]
    weighed = [
        Reason(said, field, None, Verdict.WEIGHED, matched[name])
        for name, (said, field) in _WEIGHED.items()
        if name in matched
    ]
    return (*found, *weighed)


def evidence_searches(
    parts: Sequence[Part], ids: Sequence[str], fields: Sequence[str]
) -> dict[EvidenceOf, dict[str, Any]]:
    """Return the searches that find evidence of parts in these fields of these candidates."""
    searches: dict[EvidenceOf, dict[str, Any]] = {}
    for part in parts:
        if part.in_texts and part.demand is not Demand.EXCLUDED and len(searches) < MOST_WITH_EVIDENCE:
            searches[part.text, part.field] = {
                "query": {"bool": {"filter": [{"terms": {"id": list(ids)}}, part.clause]}},
                "highlight": highlight(part.clause, fields),
                "size": len(ids),
                "_source": False,
                "timeout": f"{TIMEOUT_SECONDS}s",
            }
    return searches


def snippets_of(hit: Mapping[str, Any]) -> tuple[Snippet, ...]:
    """Return the best fragments of a hit of an evidence search, one of a field first."""
    found = {plain_name(name): fragments for name, fragments in hit.get("highlight", {}).items()}
    firsts = [Snippet(name, fragments[0]) for name, fragments in found.items()]
    rest = [Snippet(name, fragment) for name, fragments in found.items() for fragment in fragments[1:]]
    return (*firsts, *rest)[:_SNIPPETS]
