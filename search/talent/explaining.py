"""A receipt held against the index as it is today."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from elasticsearch import AsyncElasticsearch

from search.indices import CandidateIndex
from search.talent.body import build_talent_query
from search.talent.clauses import Clause
from search.talent.expansion import AS_WRITTEN, Expansion
from search.talent.fit import Fit, reasons_of
from search.talent.points import PointsInTime
from search.talent.receipts import Receipt
from search.talent.searching import search_talent
from search.talent.weights import HIGHLIGHTED, weights_version


class MatchChange(StrEnum):
    """What is no longer as it was when a receipt was made."""

    CANDIDATE = "CANDIDATE"
    WEIGHTS = "WEIGHTS"
    TAXONOMY = "TAXONOMY"
    INDEX = "INDEX"
    STATISTICS = "STATISTICS"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The fit as recorded, today's (None where the candidate matches no more), and what changed in between."""

    recorded: Fit
    today: Fit | None
    changes: tuple[MatchChange, ...]


async def explain_match(
    client: AsyncElasticsearch,
    index: CandidateIndex,
    points: PointsInTime,
    receipt: Receipt,
    rights: Sequence[Clause] = (),
    expansion: Expansion = AS_WRITTEN,
    fragments_of: tuple[str, ...] = HIGHLIGHTED,
) -> Explanation:
    """Repeat a receipt's search for its candidate and compare.

    The recorded numbers are the receipt's own. They carry today's evidence only while the candidate's document is the
    same. Without changes both fits are equal. Raises the errors of `search_talent`.
    """
    only = {"term": {"id": receipt.candidate_id}}
    request = replace(receipt.request, expansion=expansion, fragments_of=fragments_of)
    found = await search_talent(client, index, points, request, [only, *rights])
    today = found.hits[0].fit if found.hits else None
    parts = build_talent_query(receipt.request).parts
    recorded = Fit(
        receipt.score, reasons_of(parts, receipt.matched), receipt.matched, receipt.version, receipt.index
    )
    changes = _changes(receipt, today, expansion.version)
    if (
        today is not None
        and MatchChange.CANDIDATE not in changes
        and len(today.reasons) == len(recorded.reasons)
    ):
        shown = zip(recorded.reasons, today.reasons, strict=True)
        reasons = tuple(replace(then, evidence=now.evidence) for then, now in shown)
        recorded = replace(recorded, reasons=reasons)
    return Explanation(recorded, today, changes)


def _changes(receipt: Receipt, today: Fit | None, taxonomy: str) -> tuple[MatchChange, ...]:
    changes = []
    if today is None or today.version != receipt.version:
        changes.append(MatchChange.CANDIDATE)
    if weights_version() != receipt.weights:
        changes.append(MatchChange.WEIGHTS)
    if taxonomy != receipt.taxonomy:
        changes.append(MatchChange.TAXONOMY)
    if today is not None and today.index != receipt.index:
        changes.append(MatchChange.INDEX)
    if (
        not changes
        and today is not None
        and (today.score, dict(today.matched))
        != (
            receipt.score,
            dict(receipt.matched),
        )
    ):
        changes.append(MatchChange.STATISTICS)
    return tuple(changes)
