import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from graph import indexing, intakes, outbox
from graph.client import Statement
from graph.errors import Conflict, NotFound
from graph.events import EventType
from graph.filtering import condition
from graph.ids import new_id, now
from graph.intakes import INTAKES, Intake, IntakeFailure, IntakeStatus, NewIntake
from graph.people import PERSON, RECORDS
from graph.profiles import PROFILE
from graph.reading import ID, node
from search.resumes.sandbox import Sandbox, SandboxSettings
from tests.graph.conftest import Given, page, related, visit
from tests.workers.conftest import System, records
from workers.intake import MOST_ATTEMPTS, IntakeReader, fitted

RESUME = b"""Robin Example
robin@example.org
+49 30 901820

Experience
Welder, Northern Works Ltd, 2015 - 2019
Wrote reports in Python.
Senior Welder, Harbour Yard Inc, 2019 - present

Skills
Welding, Python
"""
LAPSE = Statement("tests.lapse", "MATCH (i:Intake {id: $id}) SET i.claimed_until = 0")
WEAR_OUT = Statement("tests.wear_out", "MATCH (i:Intake {id: $id}) SET i.attempts = $attempts")


@pytest_asyncio.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings(concurrency=1)) as sandbox:
        yield sandbox


@pytest.fixture
def reader(system: System, sandbox: Sandbox) -> IntakeReader:
    return IntakeReader(system.graph, system.store, sandbox, parallel=2)


def new_intake(system: System, data: bytes, *, name: str = "cv.txt", about: str | None = None) -> NewIntake:
    return NewIntake(
        sha256=system.store.put(data),
        file_name=name,
        size=len(data),
        source="test",
        event_id=new_id(),
        about=about,
    )


async def receive(system: System, *new: NewIntake) -> list[str]:
    received = await system.graph.write(intakes.receive, intakes=new, actor="test", at=now())
    return [each.intake_id for each in received]


async def look(system: System, id_: str) -> Intake:
    return (await system.graph.read(intakes.intakes_by_ids, ids=[id_]))[id_]


async def types(system: System) -> list[EventType]:
    await system.number_events()
    page = await system.graph.read(outbox.events_after, after=0, types=None, limit=100)
    return [event.type for event in page.events]


async def test_a_resume_becomes_a_searchable_candidate(system: System, reader: IntakeReader) -> None:
    (id_,) = await receive(system, new_intake(system, RESUME))
    assert (await look(system, id_)).status is IntakeStatus.RECEIVED
    await reader.parse(id_)
    done = await look(system, id_)
    assert (done.status, done.kind, done.attempts) == (IntakeStatus.COMPLETED, "TXT", 1)
    assert done.candidate_id is not None
    people = await system.graph.read(indexing.candidates, ids=[done.candidate_id])
    person = people[done.candidate_id]
    assert person.emails == ("robin@example.org",)
    assert [(use.months, use.last_used) for use in person.skill_uses if use.skill == "Python"] == [
        (60, "2019-12")
    ]
    assert person.text_document is not None
    assert b"Harbour Yard" in system.store.get(person.text_document)
    kept = await related(system.graph, PERSON, RECORDS, [done.candidate_id], node("document"))
    assert kept == {done.candidate_id: [done.sha256]}
    assert set(await types(system)) == {
        EventType.INTAKE_RECEIVED,
        EventType.CANDIDATE_CREATED,
        EventType.INTAKE_COMPLETED,
    }
    await system.indexer().drain()
    assert await system.differences() == []


async def test_the_same_bytes_are_taken_once(system: System, reader: IntakeReader) -> None:
    first, second = new_intake(system, RESUME), new_intake(system, RESUME, name="copy.txt")
    received = await system.graph.write(intakes.receive, intakes=[first, second], actor="test", at=now())
    assert [each.repeated for each in received] == [False, True]
    await asyncio.gather(reader.parse(received[0].intake_id), reader.parse(received[1].intake_id))
    again = await system.graph.write(
        intakes.receive, intakes=[new_intake(system, RESUME)], actor="test", at=now()
    )
    assert [each.repeated for each in again] == [True]
    await reader.parse(again[0].intake_id)
    assert (await look(system, again[0].intake_id)).attempts == 1
    assert (await types(system)).count(EventType.CANDIDATE_CREATED) == 1
    assert (await types(system)).count(EventType.INTAKE_RECEIVED) == 1


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"%PDF-1.7 and then nothing", "cv.pdf", "BROKEN"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "cv.png", "UNSUPPORTED_TYPE"),
        (b" \n ", "cv.txt", "EMPTY"),
    ],
)
async def test_an_unreadable_file_ends_as_a_failed_intake_that_can_be_retried(
    system: System, reader: IntakeReader, data: bytes, name: str, code: str
) -> None:
    failing, good = await receive(
        system, new_intake(system, data, name=name), new_intake(system, RESUME + code.encode())
    )
    await asyncio.gather(reader.parse(failing), reader.parse(good))
    failed = await look(system, failing)
    assert (failed.status, failed.code) == (IntakeStatus.FAILED, code)
    assert failed.reason
    assert system.store.get(failed.sha256) == data
    assert (await look(system, good)).status is IntakeStatus.COMPLETED
    assert set(await system.graph.read(intakes.settled, ids=[failing, good])) == {failing, good}
    assert await system.intakes() == {IntakeStatus.COMPLETED: 1, IntakeStatus.FAILED: 1}
    retried = await system.graph.write(
        intakes.retry_intake, intake_id=failing, event_id=new_id(), actor="test", at=now()
    )
    assert (retried.status, retried.code, retried.attempts) == (IntakeStatus.RECEIVED, None, 0)
    await reader.parse(failing)
    assert (await look(system, failing)).status is IntakeStatus.FAILED
    assert (await types(system)).count(EventType.INTAKE_RETRIED) == 1


async def test_only_a_failed_intake_can_be_retried(system: System) -> None:
    (id_,) = await receive(system, new_intake(system, RESUME))
    with pytest.raises(Conflict):
        await system.graph.write(
            intakes.retry_intake, intake_id=id_, event_id=new_id(), actor="test", at=now()
        )
    with pytest.raises(NotFound):
        await system.graph.write(
            intakes.retry_intake, intake_id=new_id(), event_id=new_id(), actor="test", at=now()
        )
    assert await types(system) == [EventType.INTAKE_RECEIVED]


async def test_a_resume_of_a_known_candidate_is_theirs(system: System, reader: IntakeReader) -> None:
    (known,) = await system.add(records(1))
    (id_,) = await receive(system, new_intake(system, RESUME, about=known))
    await reader.parse(id_)
    assert (await look(system, id_)).candidate_id == known
    with pytest.raises(NotFound):
        await receive(system, new_intake(system, b"somebody", about=new_id()))
    assert (await types(system)).count(EventType.INTAKE_RECEIVED) == 1


async def test_a_claim_is_exclusive_until_it_lapses_and_then_worthless(system: System) -> None:
    (id_,) = await receive(system, new_intake(system, RESUME))
    first = await system.graph.write(intakes.claim, intake_id=id_, milliseconds=60_000)
    assert first is not None
    assert await system.graph.write(intakes.claim, intake_id=id_, milliseconds=60_000) is None
    assert await system.graph.read(intakes.unsettled, before=now(), limit=10) == []
    await system.graph.execute(LAPSE, id=id_)
    assert await system.graph.read(intakes.unsettled, before=now(), limit=10) == [id_]
    second = await system.graph.write(intakes.claim, intake_id=id_, milliseconds=60_000)
    assert second is not None
    assert second.attempts == 2
    arguments: Any = {"code": IntakeFailure.BROKEN, "reason": "late", "actor": "test", "at": now()}
    assert not await system.graph.write(intakes.fail, intake=first, event_id=new_id(), **arguments)
    assert await system.graph.write(intakes.fail, intake=second, event_id=new_id(), **arguments)


async def test_a_file_that_keeps_ending_the_reading_is_given_up(system: System, reader: IntakeReader) -> None:
    (id_,) = await receive(system, new_intake(system, RESUME))
    await system.graph.execute(WEAR_OUT, id=id_, attempts=MOST_ATTEMPTS)
    await reader.parse(id_)
    assert (await look(system, id_)).code == IntakeFailure.GAVE_UP


async def test_a_cancelled_reading_gives_its_claim_back(system: System, reader: IntakeReader) -> None:
    (id_,) = await receive(system, new_intake(system, RESUME))
    reading = asyncio.ensure_future(reader.parse(id_))
    while (await look(system, id_)).status is IntakeStatus.RECEIVED:
        assert not reading.done()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    given_back = await look(system, id_)
    assert (given_back.status, given_back.attempts) == (IntakeStatus.RECEIVED, 0)


async def test_intakes_are_listed_page_by_page(system: System) -> None:
    ids = await receive(system, *(new_intake(system, b"file %d" % i) for i in range(7)))
    waiting = _in(IntakeStatus.RECEIVED)
    seen = await visit(lambda after: page(system.graph, INTAKES, ID, first=3, after=after, given=waiting))
    assert sorted(seen) == sorted(ids)
    failed = await page(system.graph, INTAKES, ID, first=3, given=_in(IntakeStatus.FAILED))
    assert failed.rows == []


def _in(status: IntakeStatus) -> Given:
    return Given(conditions=(condition(node("status"), "eq"),), values=(str(status),))


TEXT = st.text(max_size=30) | st.just("x" * 30_000)
MAYBE = st.none() | TEXT
DATES = st.sampled_from([None, "2019", "2019-05", "19", "soon", "2019-13"])


@given(
    st.fixed_dictionaries(
        {
            "name": MAYBE,
            "headline": MAYBE,
            "summary": MAYBE,
            "emails": st.lists(st.sampled_from(["a@b.example", "no address", "x" * 500]), max_size=40),
            "phones": st.lists(TEXT, max_size=3),
            "links": st.lists(TEXT, max_size=3),
            "location": st.none() | st.fixed_dictionaries({"city": MAYBE, "region": MAYBE, "country": MAYBE}),
            "employments": st.lists(
                st.fixed_dictionaries(
                    {
                        "company": TEXT,
                        "title": MAYBE,
                        "start": DATES,
                        "end": DATES,
                        "current": st.booleans(),
                        "location": MAYBE,
                        "team": st.none(),
                        "summary": MAYBE,
                    }
                ),
                max_size=4,
            ),
            "educations": st.lists(
                st.fixed_dictionaries(
                    {"school": TEXT, "degree": MAYBE, "field": MAYBE, "start": DATES, "end": DATES}
                ),
                max_size=4,
            ),
            "skills": st.lists(TEXT, max_size=5),
            "languages": st.lists(TEXT, max_size=3),
            "certificates": st.lists(TEXT, max_size=3),
        }
    )
)
def test_whatever_a_parser_says_gives_a_profile_with_all_that_is_sound(said: dict[str, object]) -> None:
    profile = fitted(said)
    assert PROFILE.validate_python(PROFILE.dump_python(profile)) == profile
    companies = [job.company for job in profile.employments if job.company]
    expected = [
        " ".join(name.split())
        for job in said["employments"]  # type: ignore[attr-defined]
        if (name := _printed(job["company"][:200]))
    ]
    assert companies == expected
    if "a@b.example" in said["emails"][:20]:  # type: ignore[index]
        assert "a@b.example" in profile.emails


def _printed(text: str) -> str:
    return PROFILE.validate_python({"headline": text}).headline or ""
