"""Standing searches tell of each new match once: whatever dies meanwhile, and with the rights of their owner alone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from graph import drift, indexing, rebuilds
from graph.client import Statement
from graph.errors import Conflict, InvalidInput
from graph.events import Change
from graph.ids import new_id, now
from graph.jobs import NewJob, create_job
from graph.searches import SavedSearchChange, delete_saved_search
from graph.standing import choosing, matching
from graph.tokens import AccessRole, NewToken, create_token, new_secret, revoke_token
from graph.users import UserStatus, set_status
from search.errors import SearchError
from search.indices import ensure_indices, family
from search.talent.conditions import Check, Condition, Unless
from search.talent.request import TalentRequest
from search.talent.saved import content_of
from tests.waiting import eventually
from tests.workers.conftest import System, records, running
from tests.workers.scenes import (
    EDGES,
    ERASE,
    FOUND,
    HIDE,
    MAKE_COLLEAGUE,
    SPOIL,
    Scene,
    lookout,
    opened,
    record,
)
from workers.caretaker import Caretaker
from workers.settings import WorkerSettings


@pytest_asyncio.fixture
async def scene(system: System) -> Scene:
    return await opened(system)


async def test_who_is_new_or_changes_is_told_of_once(scene: Scene) -> None:
    owner = await scene.user()
    before = await scene.welder()
    await scene.settle()
    search = await scene.standing(owner)
    other = await scene.welder("nursing")
    await scene.settle()
    assert await scene.told(search) == []
    new = await scene.welder()
    await scene.change(before, summary="Still welding.")
    await scene.settle()
    assert await scene.told(search) == [new]
    await scene.change(new, summary="Goes on welding.")
    await scene.change(other, summary="Began with welding.")
    await scene.settle()
    await scene.settle()
    assert await scene.told(search) == [new, other]
    assert [row["person"] for row in await scene.system.graph.execute(FOUND, id=search)] == [new, other]


async def test_who_ends_to_match_and_comes_back_is_told_of_again(scene: Scene) -> None:
    owner = await scene.user()
    search = await scene.standing(owner)
    person = await scene.welder()
    await scene.settle()
    assert await scene.told(search) == [person]
    await scene.system.graph.execute(HIDE, id=person, private=True)
    await scene.change(person, summary="Now private.")
    await scene.settle()
    (row,) = await scene.system.graph.execute(FOUND, id=search)
    assert row["ended"] is not None
    await scene.system.graph.execute(HIDE, id=person, private=False)
    await scene.change(person, summary="No longer.")
    await scene.settle()
    assert await scene.told(search) == [person, person]
    (row,) = await scene.system.graph.execute(FOUND, id=search)
    assert row["ended"] is None


async def test_whatever_dies_between_looking_and_noting_nothing_is_lost_or_told_twice(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await scene.user()
    searches = [await scene.standing(owner) for _ in range(3)]
    people = [await scene.welder() for _ in range(5)]
    await scene.system.number_events()
    await scene.system.indexer().drain()
    monkeypatch.setattr("workers.standing.PAIRS_AT_ONCE", 1)
    for step in ("record", "note_faults", "advance"):
        for after in (False, True):
            with monkeypatch.context() as dying, contextlib.suppress(_Killed):
                _die(dying, step, after=after)
                await lookout(scene.system).turn()
    await lookout(scene.system).turn()
    for search in searches:
        assert sorted(await scene.told(search)) == sorted(people)
        assert len(await scene.system.graph.execute(FOUND, id=search)) == len(people)


class _Killed(BaseException):
    """The process is gone."""


def _die(monkeypatch: pytest.MonkeyPatch, step: str, *, after: bool) -> None:
    work = getattr(matching, step)
    calls = 0

    async def dying(tx: object, /, **given: object) -> object:
        nonlocal calls
        calls += 1
        if not after:
            raise _Killed
        if calls > 1:
            raise _Killed
        return await work(tx, **given)

    dying.__name__ = step
    monkeypatch.setattr(matching, step, dying)


async def test_two_who_look_at_once_tell_once(scene: Scene) -> None:
    owner = await scene.user()
    search = await scene.standing(owner)
    people = [await scene.welder() for _ in range(20)]
    await scene.system.number_events()
    await scene.system.indexer().drain()
    await asyncio.gather(*(lookout(scene.system).turn() for _ in range(4)))
    assert sorted(await scene.told(search)) == sorted(people)


async def test_a_search_that_begins_meanwhile_misses_nobody(scene: Scene) -> None:
    """Between its look into the index and its beginning somebody is indexed, and looked at with the others."""
    owner = await scene.user()
    first = await scene.standing(owner)
    search = await scene.saved(owner)
    request = TalentRequest(text="welding")
    baseline = await scene.baseline(owner, request)
    person = await scene.welder()
    await scene.settle()
    assert await scene.told(first) == [person]
    await scene.begin(owner, search, baseline)
    await scene.lookout.turn()
    assert await scene.told(search) == [person]
    assert await scene.told(first) == [person]


async def test_a_stretch_looked_at_with_searches_of_before_is_looked_at_again(scene: Scene) -> None:
    owner = await scene.user()
    await scene.standing(owner)
    person = await scene.welder()
    await scene.system.number_events()
    await scene.system.indexer().drain()
    state = await scene.system.graph.read(matching.state)
    assert state
    search = await scene.saved(owner, TalentRequest(text="nobody"))
    await scene.stand(owner, search, TalentRequest(text="nobody"))
    assert not await scene.system.graph.write(matching.advance, state=state, through=10_000)
    wanted = SavedSearchChange(id=search, content=content_of(TalentRequest(text="welding")))
    with pytest.raises(Conflict):
        await scene.system.graph.write(
            choosing.update_search,
            wanted=wanted,
            baseline=None,
            viewer=await scene.viewer(owner),
            change=Change.by(owner),
        )
    assert person


async def test_a_changed_search_begins_anew(scene: Scene) -> None:
    owner = await scene.user()
    search = await scene.standing(owner)
    welder, nurse = await scene.welder(), await scene.welder("nursing")
    await scene.settle()
    assert await scene.told(search) == [welder]
    request = TalentRequest(text="nursing")
    await scene.system.graph.write(
        choosing.update_search,
        wanted=SavedSearchChange(id=search, content=content_of(request)),
        baseline=await scene.baseline(owner, request),
        viewer=await scene.viewer(owner),
        change=Change.by(owner),
    )
    for person in (welder, nurse):
        await scene.change(person, summary="Changed.")
    another = await scene.welder("nursing")
    await scene.settle()
    assert await scene.told(search) == [welder, another]
    ended = {row["person"]: row["ended"] for row in await scene.system.graph.execute(FOUND, id=search)}
    assert ended[welder] is not None
    assert ended[another] is None


@pytest_asyncio.fixture
async def first_index_again(system: System) -> AsyncIterator[None]:
    """Leave no index of a rebuild behind."""
    yield
    for member in await family(system.elasticsearch, system.index):
        await system.elasticsearch.indices.delete(index=member.name)
    await ensure_indices(system.elasticsearch, system.index)


@pytest.mark.usefixtures("first_index_again")
async def test_rebuilt_lost_and_mended_indices_are_no_news(scene: Scene) -> None:
    system = scene.system
    owner = await scene.user()
    search = await scene.standing(owner)
    silent = await scene.welder("nursing")
    await scene.settle()
    await system.graph.execute(
        Statement("tests.silent", "MATCH (p:Person {id: $id}) SET p.headline = 'welding'"), id=silent
    )
    await system.graph.write(rebuilds.ask_for_rebuild, id=new_id(), at=now())
    care = Caretaker(system.graph, system.elasticsearch, system.index, system.store, WorkerSettings())
    await care.turn()
    await scene.settle()
    assert await scene.told(search) == []
    await indexing.refill(system.graph, identity=new_id(), name="lost")
    await scene.settle()
    assert await scene.told(search) == []
    await system.graph.write(drift.call_for, ids=[silent], call_id=new_id(), actor="test", at=now())
    await scene.settle()
    assert await scene.told(search) == []
    assert (await scene.baseline(owner, TalentRequest(text="welding"))).candidates == [silent]
    await scene.change(silent, headline="welding")
    await scene.settle()
    assert await scene.told(search) == [silent]


async def _is_silent(scene: Scene, search: str) -> None:
    """A candidate who would match changes nothing: nothing is written about them, and no event."""
    before = (
        await scene.system.graph.execute(EDGES, id=search),
        await scene.system.graph.execute(FOUND, id=search),
    )
    told = await scene.told(search)
    await scene.welder()
    await scene.settle()
    assert await scene.told(search) == told
    assert (
        await scene.system.graph.execute(EDGES, id=search),
        await scene.system.graph.execute(FOUND, id=search),
    ) == before


async def test_private_candidates_are_found_for_those_who_see_them(scene: Scene) -> None:
    stranger, friend = await scene.user(), await scene.user()
    colleague = (await scene.system.add(records(1)))[0]
    await scene.system.graph.execute(MAKE_COLLEAGUE, user=friend.partition(":")[2], person=colleague)
    searches = [await scene.standing(owner) for owner in (stranger, friend)]
    person = await scene.welder()
    await scene.system.graph.execute(HIDE, id=person, private=True)
    await scene.system.graph.execute(
        Statement(
            "tests.share", "MATCH (p:Person {id: $id}), (c:Person {id: $to}) MERGE (p)-[:SHARED_WITH]->(c)"
        ),
        id=person,
        to=colleague,
    )
    await scene.settle()
    assert [await scene.told(search) for search in searches] == [[], [person]]
    assert await scene.system.graph.execute(FOUND, id=searches[0]) == []


@pytest.mark.parametrize("way", ["disabled", "role", "token revoked", "token scopes"])
async def test_who_may_not_search_any_more_is_told_of_nobody(scene: Scene, way: str) -> None:
    graph = scene.system.graph
    if way.startswith("token"):
        token = NewToken(
            id=new_id(),
            secret=new_secret(),
            role=AccessRole.RECRUITER,
            label="test",
            expires_at=None,
            scopes=["talent:search", "candidates:read"],
        )
        await graph.write(create_token, token=token, change=Change.by("test"))
        owner = f"token:{token.id}"
    else:
        owner = await scene.user()
    id_ = owner.partition(":")[2]
    search = await scene.standing(owner)
    first = await scene.welder()
    await scene.settle()
    assert await scene.told(search) == [first]
    match way:
        case "disabled":
            await graph.write(set_status, id=id_, status=UserStatus.DISABLED)
        case "role":
            await scene.set_role(owner, AccessRole.EMPLOYEE)
        case "token revoked":
            await graph.write(revoke_token, id=id_, change=Change.by("test"))
        case _:
            narrow = Statement("tests.narrow", "MATCH (t:Token {id: $id}) SET t.scopes = ['events:read']")
            await graph.execute(narrow, id=id_)
    await _is_silent(scene, search)
    assert (await scene.stored(search)).get("fault") == (
        "NOT_ALLOWED" if way in {"role", "token scopes"} else None
    )


async def test_what_the_owner_may_not_ask_is_not_answered(scene: Scene) -> None:
    """Hiring managers do not see to what candidates consented; recruiters, which this owner was, do."""
    owner = await scene.user()
    asked: tuple[Condition, ...] = (Check("consent", "eq", False),)
    request = TalentRequest(text="welding", where=asked)
    search = await scene.standing(owner, request)
    first = await scene.welder()
    await scene.settle()
    assert await scene.told(search) == [first]
    await scene.set_role(owner, AccessRole.HIRING_MANAGER)
    await _is_silent(scene, search)
    assert (await scene.stored(search))["fault"] == "NOT_ALLOWED"
    await scene.set_role(owner, AccessRole.RECRUITER)
    third = await scene.welder()
    await scene.settle()
    assert await scene.told(search) == [first, third]
    assert "fault" not in await scene.stored(search)


async def test_a_hidden_job_stands_for_nothing(scene: Scene) -> None:
    owner = await scene.user()
    job = NewJob(id=new_id(), event_id=new_id(), title="Weld", description="Weld.")
    await scene.system.graph.write(create_job, job=job, actor="test", at=now())
    request = TalentRequest(text="welding", where=(Unless(Check("shortlisted_jobs", "in", [job.id])),))
    search = await scene.standing(owner, request)
    other = await scene.standing(owner, TalentRequest(where=(Check("shortlisted_jobs", "in", [job.id]),)))
    person = await scene.welder()
    await scene.system.graph.execute(
        Statement(
            "tests.list",
            "MATCH (p:Person {id: $id}), (j:Job {id: $job}) CREATE (p)-[:SHORTLISTED_FOR {at: ''}]->(j)",
        ),
        id=person,
        job=job.id,
    )
    await scene.system.graph.execute(
        Statement("tests.confide", "MATCH (j:Job {id: $job}) SET j.confidential = true"), job=job.id
    )
    await scene.settle()
    assert await scene.told(other) == []
    assert await scene.told(search) == [person]


async def test_erased_candidates_and_deleted_searches_leave_nothing(scene: Scene) -> None:
    owner = await scene.user()
    search, other = await scene.standing(owner), await scene.standing(owner)
    person = await scene.welder()
    await scene.settle()
    await scene.system.graph.execute(ERASE, id=person)
    assert await scene.system.graph.execute(FOUND, id=search) == []
    await scene.system.graph.write(
        delete_saved_search,
        id=other,
        expected_version=None,
        viewer=await scene.viewer(owner),
        change=Change.by(owner),
    )
    another = await scene.welder()
    await scene.settle()
    assert await scene.told(search) == [person, another]
    assert await scene.told(other) == [person]


async def test_a_search_that_was_ended_tells_nothing(scene: Scene) -> None:
    owner = await scene.user()
    search = await scene.standing(owner)
    await scene.end(owner, search)
    await _is_silent(scene, search)
    assert await scene.system.graph.read(matching.state) is None


@pytest.mark.parametrize("content", ["rubbish", '[1, "(", [], [], null]', '[9, "", [], [], null]'])
async def test_a_broken_search_holds_up_no_others(scene: Scene, content: str) -> None:
    owner = await scene.user()
    broken, search = await scene.standing(owner), await scene.standing(owner)
    await scene.system.graph.execute(SPOIL, id=broken, content=content)
    person = await scene.welder()
    await scene.settle()
    assert await scene.told(search) == [person]
    assert await scene.told(broken) == []
    assert (await scene.stored(broken))["fault"] == "BROKEN"
    assert "fault" not in await scene.stored(search)


async def test_one_that_comes_to_find_too_many_ends(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MOST_MATCHES", 3)
    owner = await scene.user()
    search = await scene.standing(owner)
    people = [await scene.welder() for _ in range(4)]
    await scene.settle()
    assert sorted(await scene.told(search)) == sorted(people)
    stored = await scene.stored(search)
    assert stored["fault"] == "TOO_BROAD"
    assert "standing" not in stored
    assert await scene.system.graph.execute(EDGES, id=search) == [{"number": 0}]
    await _is_silent(scene, search)


async def test_an_owner_has_so_many_and_no_more_however_fast(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "MOST_OF_OWNER", 2)
    owner = await scene.user()
    searches = [await scene.saved(owner) for _ in range(5)]
    done = await asyncio.gather(*(scene.stand(owner, each) for each in searches), return_exceptions=True)
    assert [each for each in done if each is not None and not isinstance(each, InvalidInput)] == []
    assert sum(each is None for each in done) == 2


async def test_a_killed_worker_loses_and_repeats_nothing(scene: Scene) -> None:
    """Real processes: one is killed again and again while people come in, each of whom is told of once."""
    owner = await scene.user()
    searches = [await scene.standing(owner) for _ in range(5)]
    people: list[str] = []
    for _ in range(3):
        with scene.system.worker(KITH_WORKER_LEASE_SECONDS="1") as worker:
            people += await scene.system.add([record(headline="welding") for _ in range(40)])
            known = len(people)

            async def some(known: int = known) -> bool:
                rows = await scene.system.graph.execute(FOUND, id=searches[0])
                return known - 40 < len(rows)

            await eventually(some, within=60)
            worker.kill()
    with scene.system.worker(KITH_WORKER_LEASE_SECONDS="1"):

        async def all_told() -> bool:
            return all([len(await scene.told(search)) >= len(people) for search in searches])

        await eventually(all_told, within=60)
    await lookout(scene.system).turn()
    for search in searches:
        assert sorted(await scene.told(search)) == sorted(people)


async def test_a_lookout_waits_for_an_engine_and_goes_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await scene.user()
    search = await scene.standing(owner)
    person = await scene.welder()
    await scene.system.number_events()
    await scene.system.indexer().drain()
    watching = lookout(scene.system)
    failed = asyncio.Event()

    async def away(*_: object) -> object:
        failed.set()
        raise SearchError

    with monkeypatch.context() as patched:
        patched.setattr("workers.standing.main_index", away)
        patched.setattr("workers.standing.RETRY_SECONDS", 0.05)
        async with running(watching.run()):
            await asyncio.wait_for(failed.wait(), 30)
            assert await scene.told(search) == []
            patched.undo()

            async def told() -> bool:
                return await scene.told(search) == [person]

            assert await eventually(told)
