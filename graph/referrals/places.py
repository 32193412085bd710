"""Where people were together: the places of given people, each with their stays there."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from graph.client import Statement, Transaction
from graph.referrals.acquaintance import STUDIED, Span, circle

STAYS = Statement(
    "referrals.stays",
    """
    UNWIND $people AS id
    MATCH (p:Person {id: id})-[w:WORKED_AT|STUDIED_AT]->(place)
    WHERE NOT place:UnnamedCompany AND w.first_month IS NOT NULL AND w.last_month IS NOT NULL
    WITH place, type(w) AS kind, collect([id, w.first_month, w.last_month, w.team]) AS stays
    WITH place, kind, stays,
         CASE kind WHEN 'WORKED_AT' THEN COUNT { (place)<-[:WORKED_AT]-() }
                   ELSE COUNT { (place)<-[:STUDIED_AT]-() } END AS people
    ORDER BY people, place.id
    RETURN collect([place.id, place.name, kind = 'STUDIED_AT', people, stays])
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A company or school; `people` counts all stays there, `stays` holds those of the people asked for."""

    id: str
    name: str
    school: bool
    people: int
    stays: dict[str, list[Span]]

    @property
    def weight(self) -> float:
        """What a common time here counts, up to 1."""
        return circle(self.people) * (STUDIED if self.school else 1.0)


async def places_of(tx: Transaction, people: Iterable[str]) -> dict[str, Place]:
    """Return the dated places of these people by id, smaller ones first."""
    places = {}
    for id_, name, school, count, stays in await collected(tx, STAYS, people=list(people)):
        spans: dict[str, list[Span]] = defaultdict(list)
        for person, first, last, team in stays:
            spans[person].append(Span(first, last, team))
        places[id_] = Place(id=id_, name=name, school=school, people=count, stays=dict(spans))
    return places


async def collected(tx: Transaction, statement: Statement, **parameters: Any) -> list[Any]:
    """Run a statement that returns one list of lists; as one value these arrive several times faster than as rows."""
    result = await tx.run(statement.text, parameters)
    record = await result.single(strict=True)
    return cast("list[Any]", record[0])
