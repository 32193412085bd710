from graph.client import Graph
from graph.companies import companies_by_ids, companies_page, count_companies, headcounts
from graph.ids import derived_id, new_id
from graph.people import (
    candidates_page,
    colleagues_page,
    count_candidates,
    count_colleagues,
    educations_of,
    employments_of,
    people_by_ids,
    records_of,
    skills_of,
)
from graph.profiles import Education, Employment, Profile, Role
from tests.graph.conftest import AT, LATER, new_record, people, save, visit


async def test_pages_show_everyone_once_the_newest_first_while_others_come(empty: Graph) -> None:
    early = await people(empty, 7)
    late = await people(empty, 3, at=LATER)
    await people(empty, 2, roles=(Role.EMPLOYEE,))

    async def more(number: int) -> None:
        await people(empty, 2, at=f"2027-01-01T00:00:00.{number:06}Z")

    seen = await visit(
        lambda after: empty.read(candidates_page, first=3, after=after),
        between=more,
    )
    assert [person.id for person in seen] == [*sorted(late, reverse=True), *sorted(early, reverse=True)]
    assert await empty.read(count_candidates) == 10 + 2 * 3


async def test_colleagues_have_pages_of_their_own(empty: Graph) -> None:
    colleagues = await people(empty, 5, roles=(Role.RECRUITER,))
    await people(empty, 3)
    seen = await visit(lambda after: empty.read(colleagues_page, first=2, after=after))
    assert [person.id for person in seen] == sorted(colleagues, reverse=True)
    assert await empty.read(count_colleagues) == 5
    assert await empty.read(count_candidates) == 3


async def test_a_page_that_holds_the_last_has_no_next(empty: Graph) -> None:
    await people(empty, 4)
    page = await empty.read(candidates_page, first=4, after=None)
    assert (len(page.items), page.has_next) == (4, False)
    page = await empty.read(candidates_page, first=3, after=None)
    assert (len(page.items), page.has_next) == (3, True)
    rest = await empty.read(candidates_page, first=3, after=page.items[-1][0])
    assert (len(rest.items), rest.has_next) == (1, False)


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
    jobs = await graph.read(employments_of, ids=ids)
    assert [job.start for job in jobs[ids[0]]] == ["2012", "2010", None]
    assert len({job.id for job in jobs[ids[0]]}) == 3
    studies = await graph.read(educations_of, ids=ids)
    assert [study.school_name for study in studies[ids[0]]] == ["New", "Old", "Undated"]
    skills = await graph.read(skills_of, ids=ids)
    assert [skill.name for skill in skills[ids[0]]] == ["Welding", "Sewing"]
    records = await graph.read(records_of, ids=ids)
    assert [[record.id for record in records[id_]] for id_ in ids] == [[full.id], [bare.id], []]
    for found in (jobs, studies, skills):
        assert set(found) == set(ids)
        assert found[ids[1]] == found[ids[2]] == ()


async def test_records_are_listed_the_newest_first(graph: Graph) -> None:
    mail = Profile(emails=(f"{new_id()}@example.org",))
    records = [new_record(mail, received_at=f"2026-01-{day:02}T00:00:00.000000Z") for day in (2, 3, 1)]
    (first, *_) = await save(graph, *records)
    kept = (await graph.read(records_of, ids=[first.person_id]))[first.person_id]
    assert [record.id for record in kept] == [records[1].id, records[0].id, records[2].id]


async def test_companies_are_listed_by_name_and_count_their_employments(empty: Graph) -> None:
    names = ["Coil", "Acme", "Bolt", "Dome", "Acme Ltd"]
    records = [
        new_record(Profile(employments=tuple(Employment(company=name) for name in names[:count])))
        for count in (1, 3, 5)
    ]
    await save(empty, *records)
    seen = await visit(lambda after: empty.read(companies_page, first=3, after=after))
    assert [company.name for company in seen] == ["Acme", "Bolt", "Coil", "Dome"]
    ids = {company.name: company.id for company in seen}
    assert ids["Acme"] == derived_id("company", "acme")
    assert await empty.read(count_companies) == 4
    assert await empty.read(headcounts, ids=[*ids.values(), "unknown"]) == {
        ids["Acme"]: 3,
        ids["Bolt"]: 2,
        ids["Coil"]: 3,
        ids["Dome"]: 1,
    }
    found = await empty.read(companies_by_ids, ids=[ids["Bolt"], "unknown"])
    assert {company.name for company in found.values()} == {"Bolt"}


async def test_reading_many_pages_never_repeats_anyone_with_one_moment(empty: Graph) -> None:
    everyone = await people(empty, 11, at=AT)
    for first in (1, 2, 5, 11, 12):
        seen = await visit(lambda after, first=first: empty.read(candidates_page, first=first, after=after))
        assert [person.id for person in seen] == sorted(everyone, reverse=True)
