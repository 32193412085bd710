import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import outbox
from graph.client import Graph, Statement, Transaction
from graph.events import EventType
from graph.ids import derived_id, new_id
from graph.people import (
    AT_A_NAMED_COMPANY,
    EDUCATIONS,
    EMPLOYMENTS,
    PERSON,
    RECORDS,
    SKILLS,
    Person,
    people_by_ids,
)
from graph.profiles import Consent, Education, Employment, Location, Profile, RecordKind, Role
from graph.reading import ID, Source, edge, node
from graph.records import NewRecord, save_records
from tests.graph.conftest import (
    AT,
    EVENTS,
    LATER,
    Refused,
    event_types,
    new_record,
    outcomes,
    related,
    save,
    size,
)

LABELS = Statement("tests.labels", "MATCH (p:Person {id: $id}) RETURN labels(p) AS labels")
OWNERS = Statement(
    "tests.owners",
    "MATCH (a:EmailAddress) OPTIONAL MATCH (a)<-[:HAS_EMAIL]-(p) RETURN a.address AS address, collect(p.id) AS owners",
)
OPT_OUT = Statement("tests.opt_out", "CREATE (:EmailAddress {address: $address, opted_out_at: $at})")
SOURCES = Statement(
    "tests.sources",
    """
    MATCH (p:Person)-[e:WORKED_AT|STUDIED_AT|HAS_SKILL]->()
    RETURN p.id AS person, type(e) AS type, e.record AS record,
           EXISTS { (:Record {id: e.record})-[:ABOUT]->(p) } AS kept
    """,
)
PEOPLE = Statement("tests.people", "MATCH (p:Person) RETURN p.id AS id ORDER BY p.id")
STATES = Statement("tests.states", "MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties")


async def person(graph: Graph, id: str) -> Person:
    return (await graph.read(people_by_ids, ids=[id]))[id]


async def everyone(graph: Graph) -> list[str]:
    return [row["id"] for row in await graph.execute(PEOPLE)]


async def owners(graph: Graph) -> dict[str, list[str]]:
    return {row["address"]: row["owners"] for row in await graph.execute(OWNERS)}


async def state(graph: Graph) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in await graph.execute(STATES))


def full(name: str = "Kim Name", *emails: str) -> Profile:
    return Profile(
        name=name,
        headline="Welder",
        summary="Joins steel.",
        emails=emails,
        phones=("+49 30 1",),
        links=("example.org/kim",),
        location=Location(city="Bonn", region="NRW", country="DE"),
        employments=(
            Employment(company="Acme Ltd", title="Welder", start="2015", end="2019-03", team="Hull"),
            Employment(company="Bolt", title="Senior Welder", start="2019-04", current=True, location="Kiel"),
        ),
        educations=(Education(school="Tech", degree="BSc", field="Steel", start="2010", end="2013"),),
        skills=("Welding", "C++"),
        languages=("German",),
        certificates=("ISO 9606",),
        tags=("north",),
    )


async def test_a_record_becomes_a_person_with_everything_it_says(empty: Graph) -> None:
    consent = Consent(granted=True, at=AT, basis="form")
    record = new_record(full("Kim Name", "kim@example.org"), consent=consent, kind=RecordKind.FORM)
    (saved,) = await save(empty, record)
    assert (saved.record_id, saved.person_id, saved.created, saved.repeated) == (
        record.id,
        record.person_id,
        True,
        False,
    )
    assert await person(empty, saved.person_id) == Person(
        id=record.person_id,
        name="Kim Name",
        headline="Welder",
        summary="Joins steel.",
        emails=("kim@example.org",),
        phones=("+49 30 1",),
        links=("example.org/kim",),
        languages=("German",),
        certificates=("ISO 9606",),
        tags=("north",),
        city="Bonn",
        region="NRW",
        country="DE",
        experience_months=11 * 12 + 6,
        consent_granted=True,
        consent_at=AT,
        consent_basis="form",
        opted_out_at=None,
        created_at=AT,
        updated_at=AT,
        version=1,
        is_candidate=True,
        roles=(),
    )
    (event,) = await empty.execute(EVENTS)
    assert event["type"] == EventType.CANDIDATE_CREATED
    assert event["candidate"] == record.person_id
    assert json.loads(event["detail"]) == {"record": record.id, "kind": "FORM"}


async def test_a_repeated_record_changes_nothing(empty: Graph) -> None:
    record = new_record(full("Kim", "kim@example.org"), external_ids=(("ats", "1"),))
    (first,) = await save(empty, record)
    before = await size(empty), await person(empty, first.person_id)
    again = replace(record, person_id=new_id(), event_id=new_id(), profile=full("Other", "other@example.org"))
    (second,) = await save(empty, again, at=LATER)
    assert (second.person_id, second.created, second.repeated) == (first.person_id, False, True)
    assert (await size(empty), await person(empty, first.person_id)) == before


async def test_of_one_record_twice_in_a_batch_the_first_counts(empty: Graph) -> None:
    record = new_record(Profile(name="First", emails=("first@example.org",)))
    again = replace(record, event_id=new_id(), person_id=new_id(), profile=Profile(name="Second"))
    saved = await save(empty, record, again)
    assert [(each.created, each.repeated) for each in saved] == [(True, False), (False, True)]
    assert [each.person_id for each in saved] == [record.person_id] * 2
    assert (await person(empty, record.person_id)).name == "First"
    assert await event_types(empty) == [EventType.CANDIDATE_CREATED]


async def test_the_same_record_from_many_sides_at_once_is_kept_once(empty: Graph) -> None:
    record = new_record(Profile(name="Kim"))
    same = [replace(record, person_id=new_id(), event_id=new_id()) for _ in range(20)]
    found, failures = await outcomes(save(empty, each) for each in same)
    assert failures == []
    assert len({saved.person_id for (saved,) in found}) == 1
    assert sorted(saved.repeated for (saved,) in found) == [False] + [True] * 19
    assert len(await everyone(empty)) == 1
    assert await event_types(empty) == [EventType.CANDIDATE_CREATED]


async def test_records_with_one_address_are_about_one_person(empty: Graph) -> None:
    first = new_record(Profile(name="Kim", emails=("kim@example.org",)), kind=RecordKind.FORM)
    second = new_record(
        Profile(name="Kim Name", headline="Welder", emails=("kim@work.example", "kim@example.org"))
    )
    (one,) = await save(empty, first)
    (two,) = await save(empty, second, at=LATER)
    assert (two.person_id, two.created, two.repeated) == (one.person_id, False, False)
    found = await person(empty, one.person_id)
    assert (found.name, found.headline, found.version) == ("Kim", "Welder", 2)
    assert set(found.emails) == {"kim@example.org", "kim@work.example"}
    assert (found.created_at, found.updated_at) == (AT, LATER)
    kept = (await related(empty, PERSON, RECORDS, [one.person_id], ID))[one.person_id]
    assert set(kept) == {first.id, second.id}
    assert await event_types(empty) == [EventType.CANDIDATE_CREATED, EventType.CANDIDATE_UPDATED]


@pytest.mark.parametrize("ownerless", [False, True])
async def test_twenty_records_with_one_address_at_once_make_one_person(empty: Graph, ownerless: bool) -> None:
    if ownerless:
        await empty.execute(OPT_OUT, address="kim@example.org", at=AT)
    records = [
        new_record(Profile(name=f"Kim {i}", skills=(f"Skill {i}",), emails=("kim@example.org",)))
        for i in range(20)
    ]
    found, failures = await outcomes(save(empty, record) for record in records)
    assert failures == []
    assert sorted(saved.created for (saved,) in found) == [False] * 19 + [True]
    (only,) = await everyone(empty)
    assert await owners(empty) == {"kim@example.org": [only]}
    kept = await person(empty, only)
    assert kept.version == 20
    skills = (await related(empty, PERSON, SKILLS, [only], node("name")))[only]
    assert set(skills) == {f"Skill {i}" for i in range(20)}


async def test_no_record_is_lost_from_a_profile_that_many_change_at_once(empty: Graph) -> None:
    addresses = tuple(f"kim{i}@example.org" for i in range(10))
    (first,) = await save(empty, new_record(Profile(emails=addresses)))
    records = [
        new_record(Profile(skills=(f"Skill {i}",), emails=(address,))) for i, address in enumerate(addresses)
    ]
    records += [new_record(Profile(skills=(f"Art {i}",)), about=first.person_id) for i in range(10)]
    _, failures = await outcomes(save(empty, record) for record in records)
    assert failures == []
    skills = (await related(empty, PERSON, SKILLS, [first.person_id], ID))[first.person_id]
    assert len(skills) == len(set(skills)) == 20


async def test_one_person_twice_in_a_batch_is_made_once(empty: Graph) -> None:
    first = new_record(Profile(name="Kim", emails=("kim@example.org",)), kind=RecordKind.FORM)
    second = new_record(Profile(name="K.", skills=("Welding",), emails=("kim@example.org", "kim@x.example")))
    third = new_record(Profile(headline="Welder", emails=("kim@x.example",)))
    saved = await save(empty, first, second, third)
    assert [each.person_id for each in saved] == [first.person_id] * 3
    assert [each.created for each in saved] == [True, False, False]
    found = await person(empty, first.person_id)
    assert (found.name, found.headline, found.version) == ("Kim", "Welder", 1)
    assert await owners(empty) == {
        address: [first.person_id] for address in ("kim@example.org", "kim@x.example")
    }
    types = await event_types(empty)
    assert types.count(EventType.CANDIDATE_CREATED) == 1
    assert types.count(EventType.CANDIDATE_UPDATED) == 2


async def test_the_first_address_that_is_known_decides_and_nobody_loses_one(empty: Graph) -> None:
    ann = new_record(Profile(name="Ann", emails=("ann@example.org",)))
    ben = new_record(Profile(name="Ben", emails=("ben@example.org",)))
    await save(empty, ann, ben)
    both = new_record(Profile(emails=("new@example.org", "ben@example.org", "ann@example.org")))
    (saved,) = await save(empty, both)
    assert saved.person_id == ben.person_id
    assert await owners(empty) == {
        "ann@example.org": [ann.person_id],
        "ben@example.org": [ben.person_id],
        "new@example.org": [ben.person_id],
    }
    (again,) = await save(empty, new_record(Profile(emails=("ann@example.org",))))
    assert again.person_id == ann.person_id


async def test_external_ids_find_the_person_where_no_address_does(empty: Graph) -> None:
    first = new_record(Profile(name="Kim", emails=("kim@example.org",)), external_ids=(("ats", "1"),))
    await save(empty, first)
    (same,) = await save(empty, new_record(Profile(name="Kim"), external_ids=(("hr", "9"), ("ats", "1"))))
    (taught,) = await save(empty, new_record(Profile(name="Kim"), external_ids=(("hr", "9"),)))
    assert same.person_id == taught.person_id == first.person_id
    for pair in (("ats", "2"), ("crm", "1")):
        (other,) = await save(empty, new_record(Profile(name="Kim"), external_ids=(pair,)))
        assert other.created
    lee = new_record(Profile(name="Lee", emails=("lee@example.org",)), external_ids=(("ats", "1"),))
    (other,) = await save(empty, lee)
    assert other.person_id == first.person_id
    mia = new_record(Profile(emails=("mia@example.org",)))
    await save(empty, mia)
    (by_mail,) = await save(
        empty, new_record(Profile(emails=("mia@example.org",)), external_ids=(("ats", "1"),))
    )
    assert by_mail.person_id == mia.person_id
    assert (await save(empty, new_record(Profile(), external_ids=(("ats", "1"),))))[0].person_id == (
        first.person_id
    )


async def test_one_external_id_from_many_sides_at_once_is_one_person(empty: Graph) -> None:
    records = [new_record(Profile(name=f"Kim {i}"), external_ids=(("ats", "1"),)) for i in range(20)]
    found, failures = await outcomes(save(empty, record) for record in records)
    assert failures == []
    assert len({saved.person_id for (saved,) in found}) == len(await everyone(empty)) == 1


async def test_whom_the_sender_names_it_is_about(empty: Graph) -> None:
    ann = new_record(Profile(name="Ann", emails=("ann@example.org",)))
    ben = new_record(Profile(name="Ben", emails=("ben@example.org",)))
    await save(empty, ann, ben)
    record = new_record(Profile(emails=("ann@example.org", "more@example.org")), about=ben.person_id)
    (saved,) = await save(empty, record)
    assert (saved.person_id, saved.created) == (ben.person_id, False)
    assert await owners(empty) == {
        "ann@example.org": [ann.person_id],
        "ben@example.org": [ben.person_id],
        "more@example.org": [ben.person_id],
    }


async def test_records_without_anything_to_know_a_person_by_are_different_people(empty: Graph) -> None:
    saved = await save(empty, *(new_record(Profile(name="Kim Name")) for _ in range(3)))
    assert len({each.person_id for each in saved}) == 3


@pytest.mark.parametrize(
    ("role", "label"),
    [
        (Role.EMPLOYEE, "Employee"),
        (Role.RECRUITER, "Recruiter"),
        (Role.HIRING_MANAGER, "HiringManager"),
        (Role.INTERVIEWER, "Interviewer"),
    ],
)
async def test_a_record_with_roles_makes_a_colleague(graph: Graph, role: Role, label: str) -> None:
    record = new_record(Profile(name="Kim"), roles=(role,))
    await save(graph, record)
    (row,) = await graph.execute(LABELS, id=record.person_id)
    assert set(row["labels"]) == {"Person", "Colleague", label}
    found = await person(graph, record.person_id)
    assert (found.is_candidate, found.roles) == (False, (role,))


async def test_a_person_can_be_both_and_the_event_says_what_changed(empty: Graph) -> None:
    mail = Profile(emails=("kim@example.org",))
    record = new_record(mail, roles=(Role.EMPLOYEE,))
    await save(empty, record)
    await save(empty, new_record(mail, roles=(Role.INTERVIEWER,)))
    assert await event_types(empty) == [EventType.COLLEAGUE_CREATED, EventType.COLLEAGUE_UPDATED]
    assert (await empty.read(outbox.backlog)).unindexed == 0
    await save(empty, new_record(mail))
    found = await person(empty, record.person_id)
    assert (found.is_candidate, found.roles) == (True, (Role.EMPLOYEE, Role.INTERVIEWER))
    await save(empty, new_record(mail, roles=(Role.RECRUITER,)))
    assert (await event_types(empty))[2:] == [EventType.CANDIDATE_UPDATED] * 2
    assert (await empty.read(outbox.backlog)).unindexed == 2


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("granted", [False, True])
async def test_the_newest_consent_counts_whatever_comes_first(
    graph: Graph, newest_first: bool, granted: bool
) -> None:
    mail = Profile(emails=(f"{new_id()}@example.org",))
    old = new_record(mail, consent=Consent(granted=not granted, at="2026-01-01T00:00:00Z", basis="old"))
    new = new_record(mail, consent=Consent(granted=granted, at="2026-01-01T00:00:01Z", basis="new"))
    silent = new_record(mail)
    first, *others = (new, silent, old) if newest_first else (old, silent, new)
    await save(graph, first)
    for record in others:
        await save(graph, record)
    found = await person(graph, first.person_id)
    assert (found.consent_granted, found.consent_at, found.consent_basis) == (
        granted,
        "2026-01-01T00:00:01.000000Z",
        "new",
    )


async def test_of_two_consents_at_one_moment_the_refusal_counts(graph: Graph) -> None:
    records = [
        new_record(
            Profile(emails=(f"{order}@{id_}.example",)), consent=Consent(granted=granted, at=AT, basis="form")
        )
        for id_ in [new_id()]
        for order, pair in enumerate([(True, False), (False, True)])
        for granted in pair
    ]
    for record in records:
        await save(graph, record)
    for record in records[::2]:
        assert (await person(graph, record.person_id)).consent_granted is False


async def test_an_address_that_opted_out_stays_so_for_a_new_person(empty: Graph) -> None:
    await empty.execute(OPT_OUT, address="kim@example.org", at=AT)
    record = new_record(
        Profile(emails=("other@example.org", "kim@example.org")),
        consent=Consent(granted=True, at=LATER, basis="form"),
    )
    await save(empty, record, at=LATER)
    assert (await person(empty, record.person_id)).opted_out_at == AT
    await save(empty, new_record(Profile(emails=("other@example.org", "third@example.org"))), at=LATER)
    assert (await person(empty, record.person_id)).opted_out_at == AT
    (stranger,) = await save(empty, new_record(Profile(emails=("stranger@example.org",))))
    assert (await person(empty, stranger.person_id)).opted_out_at is None


async def test_a_better_record_rewrites_what_the_profile_consists_of(empty: Graph) -> None:
    mail = ("kim@example.org",)
    poor = new_record(
        Profile(
            emails=mail,
            employments=(
                Employment(company="Acme", title="Helper"),
                Employment(company="Coil", start="2009"),
            ),
            educations=(Education(school="Tech"),),
            skills=("welding", "Sewing"),
        ),
        kind=RecordKind.REFERRAL,
    )
    (saved,) = await save(empty, poor)
    id_ = saved.person_id
    assert await related(empty, PERSON, EMPLOYMENTS, [id_], edge("title")) == {id_: [None, "Helper"]}
    good = new_record(full("Kim", *mail), kind=RecordKind.FORM)
    await save(empty, good)
    shown = (edge("title"), edge("from"), edge("to"), edge("current"), edge("record"))
    assert await related(empty, PERSON, EMPLOYMENTS, [id_], *shown) == {
        id_: [
            ("Senior Welder", "2019-04", None, True, good.id),
            (None, "2009", None, False, poor.id),
            ("Welder", "2015", "2019-03", False, good.id),
        ]
    }
    companies = (await related(empty, PERSON, EMPLOYMENTS, [id_], ID))[id_]
    assert set(companies) == {derived_id("company", n) for n in ("acme", "bolt", "coil")}
    studied = (node("name"), edge("degree"), edge("field"), edge("record"))
    studies = await related(empty, PERSON, EDUCATIONS, [id_], *studied)
    assert studies == {id_: [("Tech", "BSc", "Steel", good.id)]}
    assert await related(empty, PERSON, SKILLS, [id_], node("name")) == {id_: ["welding", "C++", "Sewing"]}
    assert len(await empty.execute(SOURCES)) == 3 + 1 + 3


async def test_every_part_of_a_profile_names_a_record_of_that_person(empty: Graph) -> None:
    records = [
        new_record(
            full("Kim", f"kim{i % 3}@example.org"),
            kind=kind,
            received_at=f"2026-01-0{i + 1}T00:00:00.000000Z",
        )
        for i, kind in enumerate([*RecordKind, *RecordKind])
    ]
    for i in range(0, len(records), 3):
        await save(empty, *records[i : i + 3])
    rows = await empty.execute(SOURCES)
    assert len(rows) == 3 * (2 + 1 + 2)
    assert all(row["kept"] for row in rows)


async def test_the_headline_is_the_latest_title_where_none_is_given(graph: Graph) -> None:
    record = new_record(
        Profile(
            employments=(
                Employment(company="Acme", title="Old", start="2001", end="2003"),
                Employment(company="Bolt", title="Undated"),
                Employment(company="Coil", title="Newest", start="2019", current=True),
                Employment(company="Dome", title="New", start="2012", current=True),
            )
        )
    )
    await save(graph, record)
    assert (await person(graph, record.person_id)).headline == "Newest"


async def refused_after_saving(tx: Transaction, /, *, records: Sequence[NewRecord]) -> None:
    await save_records(tx, records=records, actor="test", at=LATER)
    raise Refused


async def test_a_transaction_that_fails_leaves_neither_record_nor_event(empty: Graph) -> None:
    (known,) = await save(empty, new_record(full("Kim", "kim@example.org"), external_ids=(("ats", "1"),)))
    before = await state(empty), await size(empty)
    records = [
        new_record(Profile(name="Other", skills=("New",), emails=("kim@example.org", "more@example.org"))),
        new_record(full("Lee", "lee@example.org"), external_ids=(("ats", "2"),), roles=(Role.EMPLOYEE,)),
        new_record(Profile(name="Third"), about=known.person_id),
    ]
    with pytest.raises(Refused):
        await empty.write(refused_after_saving, records=records)
    assert (await state(empty), await size(empty)) == before


async def test_nothing_is_saved_from_no_records(empty: Graph) -> None:
    assert await save(empty) == []
    assert await size(empty) == (0, 0)


SAID = st.sampled_from(["Kim", "Lee", "Welder", "Acme", "Bolt", "Coil"])
PARTS = st.builds(
    Profile,
    name=st.none() | SAID,
    headline=st.none() | SAID,
    location=st.none() | st.builds(Location, city=SAID),
    employments=st.lists(
        st.builds(
            Employment,
            company=SAID,
            title=st.none() | SAID,
            start=st.sampled_from([None, "2010", "2012-05"]),
            current=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    educations=st.lists(st.builds(Education, school=SAID, degree=st.none() | SAID), max_size=1).map(tuple),
    skills=st.lists(SAID, max_size=3, unique=True).map(tuple),
    tags=st.lists(SAID, max_size=2, unique=True).map(tuple),
)
CONSENTS = st.none() | st.builds(
    Consent, granted=st.booleans(), at=st.sampled_from([AT, LATER]), basis=st.just("form")
)
SETS = st.lists(
    st.tuples(
        st.integers(0, 2),
        PARTS,
        st.sampled_from(RecordKind),
        st.sampled_from([AT, LATER]),
        CONSENTS,
        st.sampled_from([(), (), (Role.EMPLOYEE,)]),
    ),
    min_size=1,
    max_size=6,
)


COMPANY_ID = Source("CASE WHEN @node:Company THEN @node.id END")
EMPLOYED = tuple(
    edge(name) for name in ("title", "team", "location", "summary", "from", "to", "current", "record")
)
STUDIED = tuple(edge(name) for name in ("degree", "field", "from", "to", "record"))


async def portraits(graph: Graph, ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Say of each person, by address, all that does not tell when it was written."""
    people = await graph.read(people_by_ids, ids=ids)
    parts = [
        await related(graph, PERSON, pattern, ids, *shown)
        for pattern, shown in (
            (EMPLOYMENTS, (COMPANY_ID, *EMPLOYED)),
            (EDUCATIONS, (node("id"), node("name"), *STUDIED)),
            (SKILLS, (ID, node("name"))),
            (RECORDS, (ID, node("kind"), node("origin"), node("received_at"), node("document"))),
        )
    ]
    told = {}
    for id_, found in people.items():
        facts = asdict(found)
        for name in ("id", "version", "created_at", "updated_at"):
            del facts[name]
        told[found.emails[0]] = (facts, *(part[id_] for part in parts))
    return told


@given(SETS, st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_neither_order_nor_batches_change_what_becomes_of_records(
    graph: Graph, made: list[Any], data: st.DataObject
) -> None:
    plan = data.draw(st.permutations(range(len(made))))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(made)))) | {0, len(made)})

    async def told(batches: Sequence[Sequence[int]]) -> dict[str, tuple[Any, ...]]:
        salt = new_id()
        ids = set()
        for batch in batches:
            records = [
                new_record(
                    replace(profile, emails=(f"{who}@{salt}.example",)),
                    id=f"{salt} {i}",
                    kind=kind,
                    received_at=received_at,
                    consent=consent,
                    roles=roles,
                )
                for i in batch
                for who, profile, kind, received_at, consent, roles in [made[i]]
            ]
            ids |= {saved.person_id for saved in await save(graph, *records)}
        text = json.dumps(await portraits(graph, sorted(ids)), default=asdict, sort_keys=True)
        return json.loads(text.replace(salt, "salt"))  # type: ignore[no-any-return]

    in_one = await told([range(len(made))])
    batched = await told([plan[start:end] for start, end in itertools.pairwise(cuts)])
    assert batched == in_one
    assert len(in_one) == len({each[0] for each in made})


async def test_companies_that_nobody_names_make_no_colleagues_and_leave_nothing_behind(empty: Graph) -> None:
    unnamed = Employment(title="Welder", start="2015-01", end="2018-12")
    first = new_record(Profile(name="Kim", emails=("kim@example.org",), employments=(unnamed,)))
    second = new_record(Profile(name="Lee", emails=("lee@example.org",), employments=(unnamed,)))
    kim, lee = (saved.person_id for saved in await save(empty, first, second))
    shown = (AT_A_NAMED_COMPANY, edge("title"))
    held = await related(empty, PERSON, EMPLOYMENTS, [kim, lee], *shown)
    assert held == {kim: [(False, "Welder")], lee: [(False, "Welder")]}
    assert (await person(empty, kim)).experience_months == 48
    assert (await empty.execute(SHARED_PLACES)) == [{"shared": 0, "unnamed": 2}]
    better = Profile(emails=("kim@example.org",), employments=(Employment(company="Acme", start="2020"),))
    await save(empty, new_record(better, kind=RecordKind.FORM))
    shown = (AT_A_NAMED_COMPANY, edge("from"))
    held = await related(empty, PERSON, EMPLOYMENTS, [kim], *shown)
    assert held == {kim: [(True, "2020"), (False, "2015-01")]}
    assert (await empty.execute(SHARED_PLACES)) == [{"shared": 0, "unnamed": 2}]


SHARED_PLACES = Statement(
    "tests.shared_places",
    """
    RETURN COUNT { (a:Person)-[:WORKED_AT]->()<-[:WORKED_AT]-(b:Person) WHERE a.id < b.id } AS shared,
           COUNT { (:UnnamedCompany) } AS unnamed
    """,
)
