"""The judged queries, in two halves: ranking is tuned on the one, the other decides."""

import csv
import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

_SEED: Final = 20261126
RELEVANT: Final = 4.0
"""The middle of the scale, 1 to 7: who has it or more counts as found rightly."""


class Half(StrEnum):
    """What a query is for."""

    TUNING = "tuning"
    DECIDING = "deciding"


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query and the scores, 1 to 7, that people gave to résumés by their ids."""

    id: str
    text: str
    scores: Mapping[str, float]
    half: Half

    @property
    def relevant(self) -> frozenset[str]:
        """Return the ids of those with `RELEVANT` or more."""
        return frozenset(id_ for id_, score in self.scores.items() if score >= RELEVANT)


def judged_queries(path: Path) -> list[JudgedQuery]:
    """Read the judgments: columns `query_id,query,resume,score_1_to_7`."""
    texts: dict[str, str] = {}
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            texts[row["query_id"]] = row["query"]
            scores[row["query_id"]][row["resume"]] = float(row["score_1_to_7"])
    ids = sorted(texts)
    tuning = frozenset(random.Random(_SEED).sample(ids, len(ids) // 2))
    return [
        JudgedQuery(id_, texts[id_], scores[id_], Half.TUNING if id_ in tuning else Half.DECIDING)
        for id_ in ids
    ]
