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
