import hashlib
from dataclasses import replace
from typing import Any

import pytest

from graph.client import Graph, Statement
from graph.errors import NotFound
from graph.events import EventType
from graph.filtering import condition
from graph.ids import new_id
from graph.intakes import (
    INTAKES,
    Intake,
    IntakeFailure,
    IntakeStatus,
    NewIntake,
    ReadResume,
    ReceivedIntake,
    claim,
    complete,
    fail,
    intake_id_of,
    intakes_by_ids,
    receive,
    refuse,
    release,
    unsettled,
)
from graph.people import PERSON, RECORDS, people_by_ids
from graph.profiles import Profile, RecordKind
from graph.reading import ID, node
from tests.graph.conftest import (
    AT,
    LATER,
    Given,
    event_types,
    outcomes,
    page,
    people,
    related,
    size,
    total,
    visit,
)

LAPSE = Statement("tests.lapse", "MATCH (i:Intake {id: $id}) SET i.claimed_until = 0")


def new(content: str, *, about: str | None = None) -> NewIntake:
    return NewIntake(
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        file_name=f"{content}.txt",
        size=len(content),
        source="test",
        event_id=new_id(),
        about=about,
    )


async def received(graph: Graph, *files: NewIntake, at: str = AT) -> list[ReceivedIntake]:
    return await graph.write(receive, intakes=files, actor="test", at=at)


async def claimed(graph: Graph, file: NewIntake) -> Intake:
    found = await graph.write(claim, intake_id=intake_id_of(file.sha256), milliseconds=60_000)
    assert found is not None
    return found


async def completed(graph: Graph, intake: Intake, profile: Profile) -> str | None:
    read = ReadResume(
        kind="TXT", profile=profile, text_document="0" * 64, person_id=new_id(), record_event_id=new_id()
    )
    return await graph.write(complete, intake=intake, read=read, event_id=new_id(), actor="test", at=LATER)


async def test_one_file_from_many_sides_at_once_is_one_intake(empty: Graph) -> None:
    file = new("one")
    found, failures = await outcomes(received(empty, replace(file, event_id=new_id())) for _ in range(20))
    assert failures == []
    assert sorted(each.repeated for (each,) in found) == [False] + [True] * 19
    assert await event_types(empty) == [EventType.INTAKE_RECEIVED]
    assert (await size(empty))[0] == 2


async def test_of_many_readers_at_once_one_claims_an_intake(empty: Graph) -> None:
    file = new("one")
    await received(empty, file)
    found, failures = await outcomes(
        empty.write(claim, intake_id=intake_id_of(file.sha256), milliseconds=60_000) for _ in range(20)
    )
    assert failures == []
    (holder,) = [each for each in found if each is not None]
    assert (holder.status, holder.attempts) == (IntakeStatus.PARSING, 1)


async def test_an_unknown_candidate_lets_no_file_of_the_batch_in(empty: Graph) -> None:
    with pytest.raises(NotFound):
        await received(empty, new("one"), new("two", about="unknown"))
    assert await size(empty) == (0, 0)


async def test_a_lapsed_claim_completes_nothing(empty: Graph) -> None:
    file = new("one")
    await received(empty, file)
    first = await claimed(empty, file)
    await empty.execute(LAPSE, id=first.id)
    second = await claimed(empty, file)
    before = await size(empty)
    assert await completed(empty, first, Profile(name="Late")) is None
    assert await size(empty) == before
    candidate = await completed(empty, second, Profile(name="Kim"))
    assert candidate is not None
    assert (await empty.read(people_by_ids, ids=[candidate]))[candidate].name == "Kim"
    done = (await empty.read(intakes_by_ids, ids=[first.id]))[first.id]
    assert (done.status, done.candidate_id, done.settled_at) == (IntakeStatus.COMPLETED, candidate, LATER)
    shown = (node("kind"), node("origin"), node("document"))
    kept = await related(empty, PERSON, RECORDS, [candidate], *shown)
    assert kept == {candidate: [(RecordKind.RESUME, "one.txt", file.sha256)]}
    assert await completed(empty, second, Profile(name="Again")) is None
    assert sorted(await event_types(empty)) == [
        EventType.CANDIDATE_CREATED,
        EventType.INTAKE_COMPLETED,
        EventType.INTAKE_RECEIVED,
    ]


async def test_a_resume_goes_to_the_candidate_whom_the_sender_named(empty: Graph) -> None:
    (known,) = await people(empty, 1)
    (other,) = await people(empty, 1)
    address = (await empty.read(people_by_ids, ids=[other]))[other].emails[0]
    file = new("one", about=known)
    await received(empty, file)
    assert await completed(empty, await claimed(empty, file), Profile(emails=(address,))) == known


async def test_a_claim_given_back_is_free_and_what_is_settled_stays(empty: Graph) -> None:
    file = new("one")
    await received(empty, file)
    held = await claimed(empty, file)
    assert await empty.read(unsettled, before=LATER, limit=10) == []
    await empty.write(release, intake_id=held.id, attempt=held.attempts, blameless=True)
    assert await empty.read(unsettled, before=LATER, limit=10) == [held.id]
    assert await empty.read(unsettled, before=AT, limit=10) == []
    again = await claimed(empty, file)
    assert again.attempts == 1
    assert await empty.write(
        fail,
        intake=again,
        code=IntakeFailure.BROKEN,
        reason="broken",
        event_id=new_id(),
        actor="test",
        at=LATER,
    )
    await empty.write(release, intake_id=again.id, attempt=again.attempts, blameless=True)
    assert (await empty.read(intakes_by_ids, ids=[held.id]))[held.id].status is IntakeStatus.FAILED
    assert await empty.read(unsettled, before=LATER, limit=10) == []


async def test_what_cannot_be_read_at_all_fails_with_its_reason_once(empty: Graph) -> None:
    known, bad = new("known"), new("bad")
    await received(empty, known)
    for repeated in (False, True):
        found = await empty.write(
            refuse,
            intakes=[
                (replace(each, event_id=new_id()), IntakeFailure.INVALID_ROW, "no name")
                for each in (known, bad)
            ],
            actor="test",
            at=LATER,
        )
        assert [each.repeated for each in found] == [True, repeated]
    there = await empty.read(intakes_by_ids, ids=[intake_id_of(each.sha256) for each in (known, bad)])
    assert [(i.status, i.code, i.reason) for i in there.values()] == [
        (IntakeStatus.RECEIVED, None, None),
        (IntakeStatus.FAILED, IntakeFailure.INVALID_ROW, "no name"),
    ]
    assert sorted(await event_types(empty)) == [EventType.INTAKE_FAILED, EventType.INTAKE_RECEIVED]


async def test_pages_show_every_intake_once_the_newest_first_while_others_come(empty: Graph) -> None:
    early = await received(empty, *(new(f"early {i}") for i in range(5)))
    late = await received(empty, *(new(f"late {i}") for i in range(2)), at=LATER)

    async def more(number: int) -> Any:
        at = f"2027-01-01T00:00:00.{number:06}Z"
        await received(empty, new(f"more {number}"), new(f"yet more {number}"), at=at)

    seen = await visit(lambda after: page(empty, INTAKES, ID, first=2, after=after), between=more)
    groups = [sorted((each.intake_id for each in group), reverse=True) for group in (late, early)]
    assert seen == [*groups[0], *groups[1]]
    for status, number in ((IntakeStatus.COMPLETED, 0), (IntakeStatus.RECEIVED, 7 + 2 * 3)):
        given = Given(conditions=(condition(node("status"), "eq"),), values=(str(status),))
        assert len((await page(empty, INTAKES, ID, first=100, given=given)).rows) == number
        assert await total(empty, INTAKES, given) == number
