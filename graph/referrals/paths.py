"""Who can introduce us: chains of acquaintances from colleagues to a candidate, searched level by level.

Each level reads the places of the people reached last and then those places' people; the strongest way to each person
is kept. The work of a level is bounded, smaller places come first, and a result says if a bound left something out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from graph.client import Statement, Transaction
from graph.errors import Code, InvalidInput, NotFound
from graph.profiles import first_month
from graph.reading import Shown
from graph.referrals.acquaintance import (
    STRONGEST,
    Evidence,
    Overlap,
    Referred,
    Span,
    StudiedTogether,
    WorkedTogether,
    best_first,
    month_text,
    overlap,
    referral_strength,
    strength,
)
from graph.referrals.places import Place, collected, places_of
from graph.visibility import SYSTEM, Viewer, require, seen_by

MOST_HOPS = 3
MOST_PATHS = 50
FRONTIER = 200
"""Most people of one level whose own acquaintances are looked at, the strongest first."""
SCAN = 100_000
"""Most stays at places that one level looks through, smaller places first."""
PAIRS = 100_000
"""Most pairs of people that one level compares."""
PAIRS_OF_PLACE = 30_000
"""Most pairs that one place may bring."""
CROWD = 5_000
"""Where more people than this were, only colleagues are read: strangers of such a place hardly know one another."""
PEOPLE_OF_PLACE = 2_000
"""Most people read at one place: colleagues first, then those who were there longest in the months that count."""
REFERRALS = 200
"""Most referrals read for one person, the newest."""
REFERRALS_OF_PAIR = 10

ENDS = Statement(
    "referrals.ends",
    """
    OPTIONAL MATCH (candidate:Person:Candidate {id: $candidate})
    OPTIONAL MATCH (colleague:Person:Colleague {id: $colleague})
    RETURN candidate IS NOT NULL AS candidate, colleague IS NOT NULL AS colleague
    """,
)
PEOPLE = Statement(
    "referrals.people",
    """
    UNWIND $places AS place
    CALL (place) {
      CALL (place) {
        MATCH (:Company {id: place.id})<-[w:WORKED_AT]-(p:Person) RETURN w, p
        UNION ALL
        MATCH (:School {id: place.id})<-[w:STUDIED_AT]-(p:Person) RETURN w, p
      }
      WITH place, w, p
      WHERE (p:Colleague OR NOT place.colleagues_only) AND @seen(person, p)
      WITH place, w, p, w.first_month AS first, w.last_month AS last
      WHERE first <= place.last AND last >= place.first
      WITH place, w, p, first, last,
           CASE WHEN last < place.last THEN last ELSE place.last END
           - CASE WHEN first > place.first THEN first ELSE place.first END AS months
      ORDER BY p:Colleague DESC, months DESC, p.id LIMIT $limit
      RETURN collect([p.id, first, last, w.team]) AS stays
    }
    RETURN collect([place.id, stays[..place.limit + 1]])
    """,
)
REFERRED = Statement(
    "referrals.referred",
    """
    UNWIND $people AS id
    CALL (id) {
      MATCH (:Person {id: id})<-[:BY|OF]-(r:Referral)-[:BY|OF]->(p:Person)
      WHERE p.id <> id AND (p:Colleague OR NOT $colleagues_only) AND @seen(person, p) AND @seen(referral, r)
      WITH r.at AS at, p ORDER BY at DESC, p.id LIMIT $limit
      RETURN collect([p.id, at]) AS referrals
    }
    RETURN collect([id, referrals])
    """,
)
REFERRED_PAIRS = Statement(
    "referrals.referred_pairs",
    """
    UNWIND $pairs AS pair
    CALL (pair) {
      MATCH (:Person {id: pair[0]})<-[:BY|OF]-(r:Referral)-[:BY|OF]->(:Person {id: pair[1]}) WHERE @seen(referral, r)
      WITH r ORDER BY r.at DESC, r.id LIMIT $limit
      MATCH (r)-[:BY]->(by:Person)
      RETURN collect([r.id, r.at, by.id]) AS referrals
    }
    RETURN collect([pair[0], pair[1], referrals])
    """,
)
NAMES = Statement(
    "referrals.names", "UNWIND $ids AS id MATCH (p:Person {id: id}) RETURN collect([p.id, p.name])"
)


@dataclass(frozen=True, slots=True)
class PersonOnPath:
    """Someone of a chain."""

    id: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Hop:
    """What two neighbours of a chain have in common, best first; as strong as its best evidence (1 to 100)."""

    evidence: tuple[Evidence, ...]
    strength: int


@dataclass(frozen=True, slots=True)
class ReferralPath:
    """A chain from a colleague to the candidate: `hops[i]` joins `people[i]` and `people[i + 1]`.

    `strength` is the product of the hops' strengths, each as a part of 100; it compares chains of one length.
    """

    people: tuple[PersonOnPath, ...]
    hops: tuple[Hop, ...]
    strength: float


@dataclass(frozen=True, slots=True)
class ReferralPaths:
    """The best chain of each colleague, best first; `truncated` if a bound of the search may have hidden some."""

    paths: tuple[ReferralPath, ...]
    truncated: bool


class _Chain(NamedTuple):
    """A way to a person; the least is the best: highest product of strengths (negated), then lowest ids."""

    rank: int
    people: tuple[str, ...]

    def longer(self, person: str, hop: int) -> "_Chain":
        return _Chain(self.rank * hop, (person, *self.people))


@dataclass(frozen=True, slots=True)
class _Frontier:
    chains: Mapping[str, _Chain]
    places: Mapping[str, Place]


@dataclass(slots=True)
class _Search:
    tx: Transaction
    viewer: Viewer
    this_month: int
    truncated: bool = False

    async def frontier(self, level: Mapping[str, _Chain]) -> _Frontier:
        """Return the people of a level from whom the search goes on, with their places."""
        chains = dict(sorted(level.items(), key=lambda item: item[1])[:FRONTIER])
        self.truncated |= len(chains) < len(level)
        return _Frontier(chains, await places_of(self.tx, chains))

    async def acquaintances(
        self, frontier: _Frontier, *, seen: set[str], colleagues_only: bool
    ) -> dict[str, _Chain]:
        """Return those whom the people of `frontier` know, each with the best way there."""
        found: dict[str, _Chain] = {}
        rows = await self.read(
            PEOPLE,
            places=self._within_bounds(frontier.places.values(), colleagues_only=colleagues_only),
            limit=PEOPLE_OF_PLACE + 1,
        )
        for id_, stays in rows:
            place = frontier.places[id_]
            limit = self._limit(place)
            self.truncated |= len(stays) > limit
            theirs: dict[str, list[Span]] = defaultdict(list)
            for person, first, last, team in stays[:limit]:
                if person not in seen:
                    theirs[person].append(Span(first, last, team))
            self._meet(frontier.chains, place, theirs, found)
        await self._referred(frontier.chains, found, seen=seen, colleagues_only=colleagues_only)
        return found

    async def read(self, statement: Statement, **parameters: Any) -> list[Any]:
        """Run a statement for the viewer."""
        for_viewer = seen_by(statement, self.viewer.sights)
        return await collected(self.tx, for_viewer, **parameters, **self.viewer.parameters)

    def _within_bounds(self, places: Iterable[Place], *, colleagues_only: bool) -> list[dict[str, Any]]:
        chosen: list[dict[str, Any]] = []
        scan, pairs = SCAN, PAIRS
        for place in places:
            limit = self._limit(place)
            scan -= place.people
            pairs -= min(limit, place.people) * len(place.stays)
            if scan < 0 or pairs < 0:
                self.truncated = True
                break
            crowded = place.people > CROWD
            self.truncated |= crowded and not colleagues_only
            spans = [span for stays in place.stays.values() for span in stays]
            chosen.append(
                {
                    "id": place.id,
                    "first": min(span.first for span in spans),
                    "last": min(self.this_month, max(span.last for span in spans)),
                    "limit": limit,
                    "colleagues_only": colleagues_only or crowded,
                }
            )
        return chosen

    @staticmethod
    def _limit(place: Place) -> int:
        return max(1, min(PEOPLE_OF_PLACE, PAIRS_OF_PLACE // len(place.stays)))

    def _meet(
        self,
        chains: Mapping[str, _Chain],
        place: Place,
        theirs: Mapping[str, Sequence[Span]],
        found: dict[str, _Chain],
    ) -> None:
        weight = place.weight
        for known, ours in place.stays.items():
            chain = chains[known]
            for person, spans in theirs.items():
                if together := overlap(ours, spans, this_month=self.this_month):
                    hop = strength(together, weight=weight, this_month=self.this_month)
                    _keep(found, person, chain.longer(person, hop))

    async def _referred(
        self,
        chains: Mapping[str, _Chain],
        found: dict[str, _Chain],
        *,
        seen: set[str],
        colleagues_only: bool,
    ) -> None:
        rows = await self.read(
            REFERRED, people=list(chains), colleagues_only=colleagues_only, limit=REFERRALS + 1
        )
        for known, referrals in rows:
            self.truncated |= len(referrals) > REFERRALS
            for person, at in referrals[:REFERRALS]:
                if person not in seen:
                    hop = referral_strength(first_month(at[:7]), this_month=self.this_month)
                    _keep(found, person, chains[known].longer(person, hop))


async def referral_paths(
    tx: Transaction,
    /,
    *,
    candidate_id: str,
    max_hops: int,
    limit: int,
    at: str,
    from_person_id: str | None = None,
    viewer: Viewer = SYSTEM,
) -> ReferralPaths:
    """Return who of the colleagues can introduce the candidate by at most `max_hops` (1 to 3) acquaintances.

    One chain for each colleague: of their shortest ones the strongest; of equally strong ones that with the lowest
    ids. Shorter chains come first, then stronger ones, then lower ids; at most `limit` (1 to 50). With
    `from_person_id` only that colleague's. `at` is the present, up to which open employments last. Nobody whom the viewer
    does not see is part of a chain; how many people ever were at a place is counted over everybody.

    Raises:
        InvalidInput: `max_hops` or `limit` is out of range, or the colleague is the candidate.
        NotFound: there is no such candidate or colleague for the viewer.
    """
    if not 1 <= max_hops <= MOST_HOPS:
        raise InvalidInput(
            Code.OUT_OF_RANGE, f"a path has 1 to {MOST_HOPS} hops; ask for that many", field="maxHops"
        )
    if not 1 <= limit <= MOST_PATHS:
        raise InvalidInput(Code.OUT_OF_RANGE, f"ask for 1 to {MOST_PATHS} paths", field="first")
    if from_person_id == candidate_id:
        raise InvalidInput(
            Code.SAME_PERSON, "nobody can introduce themselves; name another colleague", field="introducer"
        )
    await require(
        tx, viewer=viewer, shown=Shown.CANDIDATE, id=candidate_id, what="candidate", field="candidate"
    )
    ends = await ENDS.row(tx, candidate=candidate_id, colleague=from_person_id)
    if ends is None or not ends["candidate"]:
        raise NotFound("candidate", field="candidate")
    if from_person_id is not None and not ends["colleague"]:
        raise NotFound("colleague", field="introducer")
    search = _Search(tx, viewer, first_month(at[:7]))
    if from_person_id is None:
        chains = await _from_anyone(search, candidate_id, max_hops=max_hops, limit=limit)
    else:
        chains = await _from_one(search, candidate_id, from_person_id, max_hops=max_hops)
    paths = await _with_evidence(search, chains)
    return ReferralPaths(paths, truncated=search.truncated)


async def _from_anyone(
    search: _Search, candidate: str, *, max_hops: int, limit: int
) -> list[tuple[str, ...]]:
    level = {candidate: _Chain(-1, (candidate,))}
    seen = {candidate}
    chains: list[tuple[str, ...]] = []
    for hops in range(1, max_hops + 1):
        frontier = await search.frontier(level)
        colleagues = await search.acquaintances(frontier, seen=seen, colleagues_only=True)
        chains += [chain.people for chain in sorted(colleagues.values())]
        if len(chains) >= limit or hops == max_hops:
            break
        level = await search.acquaintances(frontier, seen=seen, colleagues_only=False)
        seen |= set(level)
    return chains[:limit]


async def _from_one(
    search: _Search, candidate: str, colleague: str, *, max_hops: int
) -> list[tuple[str, ...]]:
    if await _evidence(search, [(colleague, candidate)]):
        return [(colleague, candidate)]
    start = {colleague: _Chain(-1, (colleague,))}
    near = await search.acquaintances(
        await search.frontier(start), seen={colleague, candidate}, colleagues_only=False
    )
    level = {candidate: _Chain(-1, (candidate,))}
    seen = {candidate, colleague}
    for _ in range(2, max_hops + 1):
        frontier = await search.frontier(level)
        level = await search.acquaintances(frontier, seen=seen, colleagues_only=False)
        seen |= set(level)
        both = level.keys() & near.keys()
        if both:
            best = min(level[person].longer(colleague, -near[person].rank) for person in both)
            return [best.people]
    return []


async def _with_evidence(search: _Search, chains: Sequence[tuple[str, ...]]) -> tuple[ReferralPath, ...]:
    pairs = sorted({pair for chain in chains for pair in pairwise(chain)})
    evidence = await _evidence(search, pairs)
    names = dict(await search.read(NAMES, ids=sorted({person for chain in chains for person in chain})))
    paths = []
    for chain in chains:
        hops = tuple(Hop(evidence[pair], evidence[pair][0].strength) for pair in pairwise(chain))
        product = 1.0
        for hop in hops:
            product *= hop.strength / STRONGEST
        people = tuple(PersonOnPath(person, names[person]) for person in chain)
        paths.append(ReferralPath(people, hops, round(product, 6)))
    return tuple(sorted(paths, key=lambda p: (len(p.hops), -p.strength, [person.id for person in p.people])))


async def _evidence(
    search: _Search, pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Evidence, ...]]:
    """Return what the two of each pair have in common; pairs without anything are left out."""
    this_month = search.this_month
    found: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    been: dict[str, dict[str, Place]] = defaultdict(dict)
    for place in (await places_of(search.tx, sorted({person for pair in pairs for person in pair}))).values():
        for person in place.stays:
            been[person][place.id] = place
    for a, b in pairs:
        for id_ in been[a].keys() & been[b].keys():
            place = been[a][id_]
            if together := overlap(place.stays[a], place.stays[b], this_month=this_month):
                found[a, b].append(_at(place, together, this_month=this_month))
    rows = await search.read(REFERRED_PAIRS, pairs=[list(pair) for pair in pairs], limit=REFERRALS_OF_PAIR)
    for a, b, referrals in rows:
        for referral, at, by in referrals:
            known = referral_strength(first_month(at[:7]), this_month=this_month)
            found[a, b].append(Referred(referral_id=referral, at=at, by_id=by, strength=known))
    return {pair: best_first(evidence) for pair, evidence in found.items()}


def _at(place: Place, together: Overlap, *, this_month: int) -> WorkedTogether | StudiedTogether:
    known = strength(together, weight=place.weight, this_month=this_month)
    start, end = month_text(together.first), month_text(together.last)
    until = None if together.last == this_month else end
    if place.school:
        return StudiedTogether(
            school_id=place.id,
            school_name=place.name,
            people=place.people,
            start=start,
            end=until,
            months=together.months,
            strength=known,
        )
    return WorkedTogether(
        company_id=place.id,
        company_name=place.name,
        people=place.people,
        start=start,
        end=until,
        months=together.months,
        same_team=together.same_team,
        strength=known,
    )


def _keep(found: dict[str, _Chain], person: str, chain: _Chain) -> None:
    if person not in found or chain < found[person]:
        found[person] = chain
