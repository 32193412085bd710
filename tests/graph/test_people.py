from graph.client import Graph
from graph.companies import COMPANIES, COMPANY, KNOWN_EMPLOYMENTS
from graph.ids import derived_id, new_id
from graph.people import (
    CANDIDATE,
    CANDIDATES,
    COLLEAGUES,
    EDUCATIONS,
    EMPLOYMENTS,
    PERSON,
    RECORDS,
    SKILLS,
    people_by_ids,
)
from graph.profiles import Education, Employment, Profile, Role
from graph.reading import ID, edge, node
from tests.graph.conftest import (
    AT,
    LATER,
    new_record,
    page,
    people,
    read,
    related,
    save,
    total,
    visit,
)


async def test_pages_show_everyone_once_the_newest_first_while_others_come(empty: Graph) -> None:
    early = await people(empty, 7)
    late = await people(empty, 3, at=LATER)
    await people(empty, 2, roles=(Role.EMPLOYEE,))

    async def more(number: int) -> None:
        await people(empty, 2, at=f"2027-01-01T00:00:00.{number:06}Z")

    seen = await visit(lambda after: page(empty, CANDIDATES, ID, first=3, after=after), between=more)
    assert seen == [*sorted(late, reverse=True), *sorted(early, reverse=True)]
    assert await total(empty, CANDIDATES) == 10 + 2 * 3


async def test_colleagues_have_pages_of_their_own(empty: Graph) -> None:
    colleagues = await people(empty, 5, roles=(Role.RECRUITER,))
    await people(empty, 3)
    seen = await visit(lambda after: page(empty, COLLEAGUES, ID, first=2, after=after))
    assert seen == sorted(colleagues, reverse=True)
    assert await total(empty, COLLEAGUES) == 5
    assert await total(empty, CANDIDATES) == 3


async def test_a_page_that_holds_the_last_has_no_next(empty: Graph) -> None:
    await people(empty, 4)
    whole = await page(empty, CANDIDATES, ID, first=4)
    assert (len(whole.rows), whole.has_next) == (4, False)
    start = await page(empty, CANDIDATES, ID, first=3)
    assert (len(start.rows), start.has_next) == (3, True)
    rest = await page(empty, CANDIDATES, ID, first=3, after=start.keys[-1])
    assert (len(rest.rows), rest.has_next) == (1, False)
    assert start.rows + rest.rows == whole.rows


async def test_what_is_asked_for_many_is_answered_for_each(graph: Graph) -> None:
    place = new_id()
    profile = Profile(
        employments=(
            Employment(company=f"Acme {place}", start="2010", end="2012"),
            Employment(company=f"Acme {place}", title="Undated"),
            Employment(company=f"Bolt {place}", start="2012", current=True),
        ),
        educations=(
            Education(school="Old", end="2001"),
            Education(school="New", end="2005"),
            Education(school="Undated"),
        ),
        skills=("Welding", "Sewing"),
    )
    full, bare = new_record(profile), new_record(Profile(name="Bare"))
    await save(graph, full, bare)
    ids = [full.person_id, bare.person_id, "unknown"]
    assert set(await graph.read(people_by_ids, ids=ids)) == set(ids[:2])
    jobs = await related(graph, PERSON, EMPLOYMENTS, ids, edge("from"), edge("position"))
    assert [start for start, _ in jobs[ids[0]]] == ["2012", "2010", None]
    assert len({position for _, position in jobs[ids[0]]}) == 3
    studies = await related(graph, PERSON, EDUCATIONS, ids, node("name"))
    assert studies[ids[0]] == ["New", "Old", "Undated"]
    skills = await related(graph, PERSON, SKILLS, ids, node("name"))
    assert skills[ids[0]] == ["Welding", "Sewing"]
    records = await related(graph, PERSON, RECORDS, ids, ID)
    assert records == {ids[0]: [full.id], ids[1]: [bare.id]}
    for found in (jobs, studies, skills):
        assert set(found) == set(ids[:2])
        assert found[ids[1]] == []


async def test_who_is_no_candidate_is_found_as_a_person_only(graph: Graph) -> None:
    (candidate,) = await people(graph, 1)
    (colleague,) = await people(graph, 1, roles=(Role.EMPLOYEE,))
    ids = [colleague, "unknown", candidate]
    assert set(await read(graph, PERSON, ids, node("name"))) == {candidate, colleague}
    assert set(await read(graph, CANDIDATE, ids, node("name"))) == {candidate}


async def test_records_are_listed_the_newest_first(graph: Graph) -> None:
    mail = Profile(emails=(f"{new_id()}@example.org",))
    records = [new_record(mail, received_at=f"2026-01-{day:02}T00:00:00.000000Z") for day in (2, 3, 1)]
    (first, *_) = await save(graph, *records)
    kept = await related(graph, PERSON, RECORDS, [first.person_id], ID)
    assert kept[first.person_id] == [records[1].id, records[0].id, records[2].id]


async def test_companies_are_listed_by_name_and_count_their_employments(empty: Graph) -> None:
    names = ["Coil", "Acme", "Bolt", "Dome", "Acme Ltd"]
    records = [
        new_record(Profile(employments=tuple(Employment(company=name) for name in names[:count])))
        for count in (1, 3, 5)
    ]
    await save(empty, *records)
    seen = await visit(lambda after: page(empty, COMPANIES, node("name"), ID, first=3, after=after))
    assert [name for name, _ in seen] == ["Acme", "Bolt", "Coil", "Dome"]
    ids = dict(seen)
    assert ids["Acme"] == derived_id("company", "acme")
    assert await total(empty, COMPANIES) == 4
    assert await read(empty, COMPANY, [*ids.values(), "unknown"], KNOWN_EMPLOYMENTS) == {
        ids["Acme"]: 3,
        ids["Bolt"]: 2,
        ids["Coil"]: 3,
        ids["Dome"]: 1,
    }
    assert await read(empty, COMPANY, [ids["Bolt"], "unknown"], node("name")) == {ids["Bolt"]: "Bolt"}


async def test_reading_many_pages_never_repeats_anyone_with_one_moment(empty: Graph) -> None:
    everyone = await people(empty, 11, at=AT)
    for first in (1, 2, 5, 11, 12):
        seen = await visit(lambda after, first=first: page(empty, CANDIDATES, ID, first=first, after=after))
        assert seen == sorted(everyone, reverse=True)
