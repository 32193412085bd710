import pytest

from graph.client import Graph
from graph.errors import NotFound
from graph.events import EventType
from graph.ids import new_id
from graph.jobs import JOB
from graph.profiles import Role
from graph.reading import ID, Key, edge
from graph.shortlists import OF_JOB, shortlist
from tests.graph.conftest import (
    AT,
    LATER,
    Page,
    event_types,
    job,
    outcomes,
    pages,
    people,
    size,
    totals,
    visit,
)


async def put(
    graph: Graph, job_id: str, *candidates: str, note: str | None = None, at: str = AT
) -> tuple[str, ...]:
    return await graph.write(
        shortlist,
        job_id=job_id,
        candidate_ids=candidates,
        note=note,
        request_id=new_id(),
        actor="test",
        at=at,
    )


async def test_candidates_are_listed_once_and_the_first_word_stays(empty: Graph) -> None:
    wanted, other = await job(empty), await job(empty)
    one, two, three = await people(empty, 3)
    assert await put(empty, wanted.id, two, one, two, note="good") == (two, one)
    assert await put(empty, wanted.id, one, three, note="also", at=LATER) == (three,)
    assert await put(empty, wanted.id, one, two, three) == ()
    ids = [wanted.id, other.id, "unknown"]
    listed = await pages(empty, JOB, OF_JOB, ids, ID, edge("at"), edge("by"), edge("note"), first=100)
    assert {id_: found.rows for id_, found in listed.items()} == {
        wanted.id: [
            (three, LATER, "test", "also"),
            *((id_, AT, "test", "good") for id_ in sorted((one, two), reverse=True)),
        ],
        other.id: [],
    }
    assert await totals(empty, JOB, OF_JOB, ids) == {wanted.id: 3, other.id: 0}
    assert (await event_types(empty)).count(EventType.CANDIDATE_SHORTLISTED) == 3


async def test_an_unknown_job_or_candidate_leaves_nothing_written(empty: Graph) -> None:
    wanted = await job(empty)
    one, two = await people(empty, 2)
    (colleague,) = await people(empty, 1, roles=(Role.EMPLOYEE,))
    before = await size(empty)
    for job_id, candidates, field in (
        ("unknown", (one,), "job"),
        (wanted.id, (one, "unknown", two), "candidates.1"),
        (wanted.id, (one, two, colleague), "candidates.2"),
    ):
        with pytest.raises(NotFound) as raised:
            await put(empty, job_id, *candidates)
        assert raised.value.field == field
    assert await size(empty) == before


async def test_many_at_once_list_a_candidate_once(empty: Graph) -> None:
    wanted = await job(empty)
    candidates = await people(empty, 5)
    found, failures = await outcomes(
        put(empty, wanted.id, *candidates[i % 5 :], *candidates[: i % 5]) for i in range(20)
    )
    assert failures == []
    assert sorted(id_ for added in found for id_ in added) == sorted(candidates)
    assert await totals(empty, JOB, OF_JOB, [wanted.id]) == {wanted.id: 5}
    assert (await event_types(empty)).count(EventType.CANDIDATE_SHORTLISTED) == 5


async def test_pages_show_every_entry_once_the_newest_first_while_others_come(empty: Graph) -> None:
    wanted = await job(empty)
    early, late = await people(empty, 5), await people(empty, 2)
    await put(empty, wanted.id, *early)
    await put(empty, wanted.id, *late, at=LATER)

    async def page(after: Key | None, /) -> Page:
        return (await pages(empty, JOB, OF_JOB, [wanted.id], ID, first=2, after=after))[wanted.id]

    async def more(number: int) -> None:
        await put(empty, wanted.id, *await people(empty, 2), at=f"2027-01-01T00:00:00.{number:06}Z")

    seen = await visit(page, between=more)
    assert seen == [*sorted(late, reverse=True), *sorted(early, reverse=True)]
