import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.client import Graph, Statement, Transaction
from graph.errors import Conflict, InvalidInput, NotFound
from graph.events import EventType
from graph.ids import derived_id, new_id
from graph.profiles import Education, Employment, Profile, RecordKind, Role
from graph.reading import ID, node
from graph.records import NewRecord, save_records
from graph.referrals import paths
from graph.referrals.acquaintance import (
    Overlap,
    Referred,
    Span,
    StudiedTogether,
    WorkedTogether,
    best_first,
    circle,
    overlap,
    referral_strength,
    strength,
)
from graph.referrals.paths import ReferralPaths, referral_paths
from graph.referrals.referrals import BY, OF, REFERRAL, NewReferral, create_referral
from tests.graph.conftest import read, related

AT = "2026-06-15T12:00:00.000000Z"
THIS_MONTH = 2026 * 12 + 5

EVENTS_ABOUT = Statement(
    "tests.events_about", "MATCH (e:Event {referral_id: $id}) RETURN e.type AS type, e.id AS id"
)


REFERRALS = Statement(
    "tests.referrals", "MATCH (r:Referral)-[:OF]->(p:Person) WHERE p.id IN $ids RETURN collect(r.id) AS ids"
)


@dataclass(frozen=True)
class Job:
    company: str
    first: str
    last: str | None
    team: str | None = None


class World:
    """People, companies and schools of their own for one example, whatever else the graph holds."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.salt = new_id()

    def id(self, name: str) -> str:
        return derived_id("person", self.salt, name)

    async def person(
        self,
        name: str,
        *jobs: Job,
        colleague: bool = False,
        studies: tuple[Education, ...] = (),
    ) -> str:
        await self.people([(name, jobs, colleague, studies)])
        return self.id(name)

    async def people(
        self, people: Sequence[tuple[str, tuple[Job, ...], bool, tuple[Education, ...]]]
    ) -> None:
        records = [
            NewRecord(
                id=derived_id("record", self.salt, name),
                kind=RecordKind.IMPORT,
                origin="test",
                received_at=AT,
                person_id=self.id(name),
                event_id=new_id(),
                roles=(Role.EMPLOYEE,) if colleague else (),
                profile=Profile(
                    name=name,
                    employments=tuple(
                        Employment(
                            company=f"{job.company} {self.salt}",
                            start=job.first,
                            end=job.last,
                            current=job.last is None,
                            team=job.team,
                        )
                        for job in jobs
                    ),
                    educations=tuple(
                        Education(school=f"{study.school} {self.salt}", start=study.start, end=study.end)
                        for study in studies
                    ),
                ),
            )
            for name, jobs, colleague, studies in people
        ]
        await self.graph.write(save_records, records=records, actor="test", at=AT)

    async def refer(self, by: str, of: str, *, at: str = AT) -> str:
        id_ = derived_id("referral", self.salt, by, of)
        referral = NewReferral(id=id_, event_id=new_id(), by_id=self.id(by), of_id=self.id(of))
        await self.graph.write(create_referral, referral=referral, actor="test", at=at)
        return id_

    async def paths(
        self, candidate: str, *, max_hops: int = 3, limit: int = 50, introducer: str | None = None
    ) -> ReferralPaths:
        return await self.graph.read(
            referral_paths,
            candidate_id=self.id(candidate),
            max_hops=max_hops,
            limit=limit,
            at=AT,
            from_person_id=self.id(introducer) if introducer else None,
        )


def names(found: ReferralPaths) -> list[list[str | None]]:
    return [[person.name for person in path.people] for path in found.paths]


async def test_each_hop_names_its_dated_evidence(graph: Graph) -> None:
    world = World(graph)
    await world.person("Ann", Job("Acme", "2015-01", "2018-06"), colleague=True)
    await world.person(
        "Ben",
        Job("Acme", "2017-01", "2019-12"),
        Job("Bolt", "2020-01", None, "Search"),
        studies=(Education(school="Tech", start="2008", end="2012"),),
    )
    await world.person(
        "Cid",
        Job("Bolt", "2024-05", None, " search "),
        studies=(Education(school="Tech", start="2010-09", end="2014"),),
    )
    found = await world.paths("Cid")
    assert names(found) == [["Ann", "Ben", "Cid"]]
    assert not found.truncated
    first, second = found.paths[0].hops
    worked = first.evidence[0]
    assert isinstance(worked, WorkedTogether)
    assert (worked.start, worked.end, worked.months, worked.same_team) == ("2017-01", "2018-06", 18, False)
    assert worked.company_name.startswith("Acme")
    assert worked.people == 2
    still, studied = second.evidence
    assert isinstance(still, WorkedTogether)
    assert (still.start, still.end, still.months, still.same_team) == ("2024-05", None, 26, True)
    assert isinstance(studied, StudiedTogether)
    assert (studied.start, studied.end, studied.months) == ("2010-09", "2012-12", 28)
    assert second.strength == still.strength > studied.strength
    assert found.paths[0].strength == pytest.approx(first.strength / 100 * second.strength / 100)


async def test_a_common_company_at_other_times_is_no_acquaintance(graph: Graph) -> None:
    world = World(graph)
    await world.person("Ann", Job("Acme", "2010-01", "2012-06"), colleague=True)
    await world.person("Ben", Job("Acme", "2012-07", "2015-01"))
    assert names(await world.paths("Ben")) == []


async def test_a_referral_is_evidence_and_outranks_a_short_common_time(graph: Graph) -> None:
    world = World(graph)
    await world.person("Ann", Job("Acme", "2020-01", "2020-02"), colleague=True)
    await world.person("Bea", colleague=True)
    await world.person("Cid", Job("Acme", "2020-02", "2024-01"))
    referral = await world.refer("Bea", "Cid")
    found = await world.paths("Cid", max_hops=1)
    assert names(found) == [["Bea", "Cid"], ["Ann", "Cid"]]
    evidence = found.paths[0].hops[0].evidence[0]
    assert evidence == Referred(referral_id=referral, at=AT, by_id=world.id("Bea"), strength=95)


async def test_a_referral_alone_is_a_chain(graph: Graph) -> None:
    world = World(graph)
    await world.person("Ann", colleague=True)
    await world.person("Ben")
    await world.refer("Ann", "Ben")
    assert names(await world.paths("Ben", introducer="Ann", max_hops=1)) == [["Ann", "Ben"]]


async def test_an_employer_too_big_to_read_is_cut_and_the_result_says_so(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "PEOPLE_OF_PLACE", 20)
    world = World(graph)
    crowd = [(f"Extra {number:03}", (Job("Giant", "2010-01", "2020-01"),), False, ()) for number in range(60)]
    await world.people(crowd)
    await world.person(
        "Ann", Job("Giant", "2011-01", "2011-03"), Job("Cosy", "2012-01", None), colleague=True
    )
    await world.person("Ben", Job("Giant", "2010-01", "2011-01"), Job("Cosy", "2013-01", "2014-12"))
    await world.person("Cid", Job("Giant", "2015-01", "2016-01"))
    found = await world.paths("Ben", max_hops=2)
    assert found.truncated
    assert names(found)[0] == ["Ann", "Ben"]
    evidence = found.paths[0].hops[0].evidence
    assert [e.people for e in evidence if isinstance(e, WorkedTogether)] == [2, 63]
    monkeypatch.setattr(paths, "SCAN", 10)
    found = await world.paths("Cid", max_hops=3)
    assert found.truncated
    assert found.paths == ()


async def test_of_several_ways_the_strongest_is_taken(graph: Graph) -> None:
    world = World(graph)
    await world.person("Ann", Job("Acme", "2020-01", None), Job("Bolt", "2020-01", None), colleague=True)
    await world.person("Brief", Job("Bolt", "2026-05", None), Job("Coil", "2020-01", None))
    await world.person("Long", Job("Acme", "2020-01", None), Job("Dome", "2020-01", None))
    await world.person("Late", Job("Dome", "2026-06", None), Job("Bolt", "2020-01", None))
    await world.person("Cid", Job("Coil", "2020-01", None), Job("Dome", "2020-01", None))
    assert names(await world.paths("Cid")) == [["Ann", "Long", "Cid"]]
    assert names(await world.paths("Cid", introducer="Ann")) == [["Ann", "Long", "Cid"]]


async def test_of_equally_strong_ways_that_with_the_lowest_ids_is_taken(graph: Graph) -> None:
    world = World(graph)
    links = [f"Link {number}" for number in range(8)]
    await world.people([(link, (Job("Acme", "2020-01", "2022-12"),), False, ()) for link in links])
    await world.person("Ann", Job("Acme", "2020-01", "2020-12"), colleague=True)
    await world.person("Cid", Job("Acme", "2022-01", "2022-12"))
    found = await world.paths("Cid")
    assert [person.id for person in found.paths[0].people][1:2] == [min(world.id(link) for link in links)]


async def test_strangers_of_a_crowd_are_no_links_but_colleagues_there_are_found(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "CROWD", 3)
    world = World(graph)
    here = (Job("Giant", "2010-01", "2020-01"),)
    await world.people([(f"Extra {number}", here, False, ()) for number in range(3)])
    await world.person("Link", *here, Job("Cosy", "2022-01", None))
    await world.person("Far", Job("Cosy", "2022-01", None), colleague=True)
    await world.person("Near", *here, colleague=True)
    await world.person("Cid", *here)
    direct = await world.paths("Cid", max_hops=1)
    assert (names(direct), direct.truncated) == ([["Near", "Cid"]], False)
    further = await world.paths("Cid", max_hops=2)
    assert (names(further), further.truncated) == ([["Near", "Cid"]], True)
    monkeypatch.setattr(paths, "CROWD", 100)
    whole = await world.paths("Cid", max_hops=2)
    assert (names(whole), whole.truncated) == ([["Near", "Cid"], ["Far", "Link", "Cid"]], False)


async def test_unknown_ends_and_impossible_bounds_are_refused(graph: Graph) -> None:
    world = World(graph)
    await world.person("Ann", colleague=True)
    await world.person("Ben")
    await world.person("Cid")
    for max_hops in (0, 4, -1):
        with pytest.raises(InvalidInput, match="1 to 3 hops"):
            await world.paths("Ben", max_hops=max_hops)
    for limit in (0, 51):
        with pytest.raises(InvalidInput, match="1 to 50 paths"):
            await world.paths("Ben", limit=limit)
    with pytest.raises(NotFound, match="candidate"):
        await world.paths("Nobody")
    with pytest.raises(NotFound, match="candidate"):
        await world.paths("Ann")
    with pytest.raises(NotFound, match="colleague"):
        await world.paths("Ben", introducer="Cid")
    with pytest.raises(InvalidInput, match="introduce themselves"):
        await world.paths("Ben", introducer="Ben")


MONTHS = st.integers(0, 30)
COMPANIES = ("Red", "Blue", "Green", "Grey")


@st.composite
def stays(draw: st.DrawFn) -> tuple[tuple[str, int, int, str | None], ...]:
    found = []
    for _ in range(draw(st.sampled_from([0, 1, 2, 2, 3]))):
        first = draw(MONTHS)
        last = draw(st.one_of(st.just(-1), st.integers(first, 40)))
        found.append(
            (draw(st.sampled_from(COMPANIES)), first, last, draw(st.sampled_from([None, "core", "Core"])))
        )
    return tuple(found)


SMALL_GRAPHS = st.lists(stays(), min_size=5, max_size=9)


def month(offset: int) -> str:
    return f"{2022 + offset // 12:04}-{offset % 12 + 1:02}"


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    people=SMALL_GRAPHS,
    colleagues=st.sets(st.integers(1, 8), min_size=1),
    referrals=st.sets(st.tuples(st.integers(1, 8), st.integers(0, 8)), max_size=3),
    max_hops=st.integers(1, 3),
)
async def test_agrees_with_trying_every_chain(
    graph: Graph,
    people: list[tuple[tuple[str, int, int, str | None], ...]],
    colleagues: set[int],
    referrals: set[tuple[int, int]],
    max_hops: int,
) -> None:
    world = World(graph)
    await world.people(
        [
            (
                str(number),
                tuple(
                    Job(company, month(first), None if last < 0 else month(last), team)
                    for company, first, last, team in jobs
                ),
                number in colleagues,
                (),
            )
            for number, jobs in enumerate(people)
        ]
    )
    made = {
        (by, of)
        for by, of in referrals
        if by != of and by in colleagues and of not in colleagues and max(by, of) < len(people)
    }
    for by, of in made:
        await world.refer(str(by), str(of))
    found = await world.paths("0", max_hops=max_hops)
    expected = every_chain(world, people, colleagues, made, max_hops)
    assert not found.truncated
    assert [[person.id for person in path.people] for path in found.paths] == [
        chain for _, _, chain in expected
    ]
    for path, (_, product, _) in zip(found.paths, expected, strict=True):
        assert path.strength == pytest.approx(product / 100 ** len(path.hops))
    wanted = {chain[0] for _, _, chain in expected}
    for number in sorted(colleagues & set(range(len(people)))):
        one = await world.paths("0", max_hops=max_hops, introducer=str(number))
        alone = [[person.id for person in path.people] for path in one.paths]
        assert alone == [chain for _, _, chain in expected if chain[0] == world.id(str(number))]
        assert bool(alone) == (world.id(str(number)) in wanted)


def every_chain(
    world: World, people: list[Any], colleagues: set[int], referrals: set[tuple[int, int]], max_hops: int
) -> list[tuple[int, int, list[str]]]:
    """Try all chains: no search, no levels."""
    hop = every_hop(people, referrals)
    best = []
    for colleague in colleagues & set(range(1, len(people))):
        others = [n for n in range(1, len(people)) if n != colleague]
        for hops in range(1, max_hops + 1):
            chains = []
            for between in itertools.permutations(others, hops - 1):
                chain = (colleague, *between, 0)
                product = math.prod(hop.get(pair, 0) for pair in itertools.pairwise(chain))
                if product:
                    chains.append((hops, -product, [world.id(str(number)) for number in chain]))
            if chains:
                best.append(min(chains))
                break
    return [(hops, -product, chain) for hops, product, chain in sorted(best)]


def every_hop(people: list[Any], referrals: set[tuple[int, int]]) -> Mapping[tuple[int, int], int]:
    def spans(number: int, company: str) -> list[Span]:
        return [
            Span(2022 * 12 + first, 120_000 if last < 0 else 2022 * 12 + last, team)
            for name, first, last, team in people[number]
            if name == company
        ]

    size = {c: sum(name == c for jobs in people for name, *_ in jobs) for c in COMPANIES}
    hop: dict[tuple[int, int], int] = {}
    for a, b in itertools.permutations(range(len(people)), 2):
        found = [
            strength(together, weight=circle(size[c]), this_month=THIS_MONTH)
            for c in COMPANIES
            if (together := overlap(spans(a, c), spans(b, c), this_month=THIS_MONTH))
        ]
        if (a, b) in referrals or (b, a) in referrals:
            found.append(referral_strength(THIS_MONTH, this_month=THIS_MONTH))
        hop[a, b] = max(found, default=0)
    return hop


@given(
    st.lists(st.tuples(MONTHS, MONTHS), min_size=1, max_size=4),
    st.lists(st.tuples(MONTHS, MONTHS), min_size=1, max_size=4),
)
def test_common_months_are_those_in_both(ours: list[tuple[int, int]], theirs: list[tuple[int, int]]) -> None:
    a, b = ([Span(min(pair), max(pair), None) for pair in pairs] for pairs in (ours, theirs))
    common = {m for s in a for m in range(s.first, s.last + 1)} & {
        m for s in b for m in range(s.first, s.last + 1)
    }
    common = {m for m in common if m <= 20}
    found = overlap(a, b, this_month=20)
    if not common:
        assert found is None
    else:
        assert found == Overlap(min(common), max(common), len(common), same_team=False)


def test_strength_grows_with_time_and_falls_with_age_and_size() -> None:
    def known(months: int = 24, ago: int = 0, people: int = 10, *, team: bool = False) -> int:
        together = Overlap(THIS_MONTH - ago - months + 1, THIS_MONTH - ago, months, same_team=team)
        return strength(together, weight=circle(people), this_month=THIS_MONTH)

    assert known(12) == 50
    assert known(12, ago=96) == 25
    assert known(36) > known(24) > known(6)
    assert known(ago=0) > known(ago=24) > known(ago=120)
    assert known(people=50) > known(people=500) > known(people=34_000) >= 1
    assert known(people=34_000, team=True) == known(people=10)


def test_evidence_is_best_first_and_bounded() -> None:
    evidence = [Referred(referral_id=f"{n:02}", at=AT, by_id="x", strength=n % 7 + 1) for n in range(40)]
    found = best_first(reversed(evidence))
    assert len(found) == 10
    assert found == best_first(evidence)
    assert [e.strength for e in found] == sorted((e.strength for e in evidence), reverse=True)[:10]


async def test_a_repeated_referral_is_one_referral_and_one_event(graph: Graph) -> None:
    world = World(graph)
    await world.person("Ann", colleague=True)
    await world.person("Ben")
    first = await world.refer("Ann", "Ben")
    assert await world.refer("Ann", "Ben", at="2026-07-01T00:00:00.000000Z") == first
    assert await graph.value(REFERRALS, {"ids": [world.id("Ann"), world.id("Ben")]}) == [first]
    assert await read(graph, REFERRAL, [first, "unknown"], node("at")) == {first: AT}
    assert await related(graph, REFERRAL, BY, [first], ID) == {first: [world.id("Ann")]}
    assert await related(graph, REFERRAL, OF, [first], ID) == {first: [world.id("Ben")]}
    assert await graph.read(event_types, id_=first) == [EventType.REFERRAL_CREATED]


async def test_a_referral_between_unknown_people_is_refused(graph: Graph) -> None:
    world = World(graph)
    await world.person("Ann", colleague=True)
    await world.person("Ben")
    await world.person("Cid")
    ann, ben, cid = world.id("Ann"), world.id("Ben"), world.id("Cid")

    async def create(**changes: Any) -> None:
        given = {"id": world.id("referral"), "event_id": new_id(), "by_id": ann, "of_id": ben} | changes
        await graph.write(create_referral, referral=NewReferral(**given), actor="test", at=AT)

    for changes, field in (
        ({"by_id": new_id()}, "by"),
        ({"by_id": cid}, "by"),
        ({"of_id": new_id()}, "candidate"),
        ({"of_id": ann, "by_id": ann}, "by"),
        ({"job_id": new_id()}, "job"),
        ({"note": "x" * 5_001}, "note"),
    ):
        with pytest.raises((NotFound, InvalidInput)) as refused:
            await create(**changes)
        assert refused.value.field == field
    assert await graph.read(event_types, id_=world.id("referral")) == []
    await create()
    with pytest.raises(Conflict):
        await create(of_id=cid)


async def event_types(tx: Transaction, /, *, id_: str) -> list[str]:
    return [row["type"] for row in await EVENTS_ABOUT.rows(tx, id=id_)]
