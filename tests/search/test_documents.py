import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.documents import (
    ApplicationEntry,
    CandidateDocument,
    EmploymentEntry,
    end_month,
    start_month,
    years_of_experience,
)

UPDATED = "2026-11-23T06:01:34.123456Z"
AS_OF = 2026 * 12 + 10

months = st.integers(min_value=1990 * 12, max_value=AS_OF + 24)
employments = st.builds(
    EmploymentEntry,
    company=st.just("Acme"),
    start_month=st.none() | months,
    end_month=st.none() | months,
    current=st.booleans(),
)


def month(year: int, number: int) -> int:
    return year * 12 + number - 1


@pytest.mark.parametrize(
    ("partial", "start", "end"),
    [
        ("2018", month(2018, 7), month(2018, 6)),
        ("2018-03", month(2018, 3), month(2018, 3)),
        ("2018-03-31", month(2018, 3), month(2018, 3)),
        (None, None, None),
        ("", None, None),
    ],
)
def test_a_partial_date_has_a_month(partial: str | None, start: int | None, end: int | None) -> None:
    assert start_month(partial) == start
    assert end_month(partial) == end


def test_overlapping_employments_count_once() -> None:
    spans = [
        EmploymentEntry("A", start_month=month(2010, 1), end_month=month(2014, 12)),
        EmploymentEntry("B", start_month=month(2012, 1), end_month=month(2012, 12)),
        EmploymentEntry("C", start_month=month(2014, 7), end_month=month(2015, 12)),
        EmploymentEntry("D", start_month=month(2020, 1), current=True),
    ]
    assert years_of_experience(spans, month(2020, 6)) == 6.5


def test_years_that_follow_each_other_leave_no_gap() -> None:
    spans = [
        EmploymentEntry("A", start_month=start_month("2015"), end_month=end_month("2018")),
        EmploymentEntry("B", start_month=start_month("2018"), end_month=end_month("2020")),
    ]
    assert years_of_experience(spans, AS_OF) == 5.0


def test_without_a_start_the_years_are_unknown() -> None:
    assert years_of_experience([], AS_OF) is None
    assert years_of_experience([EmploymentEntry("A", end_month=AS_OF)], AS_OF) is None


@given(st.lists(employments, max_size=8))
def test_years_are_the_months_of_the_union(entries: list[EmploymentEntry]) -> None:
    worked: set[int] = set()
    for entry in entries:
        if entry.start_month is None or entry.start_month > AS_OF:
            continue
        open_end = AS_OF if entry.current else entry.start_month
        last = open_end if entry.end_month is None else entry.end_month
        worked.add(entry.start_month)
        worked.update(range(entry.start_month, min(last, AS_OF) + 1))
    expected = round(len(worked) / 12, 2) if worked else None
    assert years_of_experience(entries, AS_OF) == expected


def test_a_source_derives_companies_titles_stages_and_place() -> None:
    source = CandidateDocument(
        id="1",
        updated_at=UPDATED,
        city="Łódź",
        country="PL",
        employments=[EmploymentEntry("Acme", "Cook"), EmploymentEntry("Acme", "Chef", current=True)],
        applications=[
            ApplicationEntry("j1", "SCREEN", "ACTIVE"),
            ApplicationEntry("j2", "OFFER", "REJECTED"),
        ],
    ).to_source()
    assert source["companies"] == ["Acme"]
    assert source["titles"] == ["Cook", "Chef"]
    assert source["stages"] == ["SCREEN"]
    assert source["place"] == "Łódź PL Poland"
    assert source["employments"][1] == {"company": "Acme", "title": "Chef", "current": True}
    assert source["consent"] is False
    assert "resume_text" not in source


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=50))
def test_any_text_becomes_json(text: str) -> None:
    document = CandidateDocument(
        id="1",
        updated_at=UPDATED,
        name=text,
        skills=[text],
        employments=[EmploymentEntry(text, text)],
        resume_text=text,
    )
    assert orjson.loads(orjson.dumps(document.to_source()))["id"] == "1"


def test_a_hostile_document_stays_bounded() -> None:
    document = CandidateDocument(
        id="1",
        updated_at=UPDATED,
        name="n" * 1_000_000,
        skills=[f"skill {number}" for number in range(5_000)],
        employments=[EmploymentEntry("Acme", "t" * 100_000)] * 5_000,
        resume_text="word " * 1_000_000,
    )
    source = document.to_source()
    assert len(source["name"]) == 10_000
    assert len(source["skills"]) == len(source["employments"]) == 1_000
    assert len(source["resume_text"]) <= 200_000
