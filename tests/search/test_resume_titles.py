"""Titles in one form, and the seniority that they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.resumes.titles import Seniority, normalised_title, seniority_of, seniority_of_titles


@pytest.mark.parametrize(
    ("written", "normal", "seniority"),
    [
        ("Sr. Software Engr. II (Contract)", "Software Engineer", Seniority.SENIOR),
        ("SENIOR DATA ANALYST", "Data Analyst", Seniority.SENIOR),
        ("Jr Dev", "Developer", Seniority.JUNIOR),
        ("IT Project Mgr, Northwind", "IT Project Manager", Seniority.MANAGER),
        ("VP of Sales", "Vice President of Sales", Seniority.EXECUTIVE),
        ("Head of Engineering", "Head of Engineering", Seniority.DIRECTOR),
        ("Executive Assistant", "Executive Assistant", Seniority.JUNIOR),
        ("Assistant Manager", "Assistant Manager", Seniority.JUNIOR),
        ("Software Engineering Intern", "Software Engineering Intern", Seniority.INTERN),
        ("Intern", "Intern", Seniority.INTERN),
        ("Tech Lead - Payments", "Tech Lead", Seniority.LEAD),
        ("registered nurse", "Registered Nurse", Seniority.PROFESSIONAL),
        (".NET Developer", ".NET Developer", Seniority.PROFESSIONAL),
        ("International Sales Representative", "International Sales Representative", Seniority.PROFESSIONAL),
        ("", None, None),
        (None, None, None),
    ],
)
def test_titles(written: str | None, normal: str | None, seniority: Seniority | None) -> None:
    assert (normalised_title(written), seniority_of(written)) == (normal, seniority)


def test_the_first_title_that_says_something_counts() -> None:
    assert seniority_of_titles([None, "", "Lead Nurse", "Intern"]) is Seniority.LEAD
    assert seniority_of_titles([None]) is None


@given(st.text(max_size=300))
def test_any_title_has_a_normal_form_exactly_where_it_has_a_seniority(title: str) -> None:
    normal = normalised_title(title)
    assert (seniority_of(title) is None) or normal is None or normal.strip() == normal


@given(
    st.lists(
        st.sampled_from(["sr", "software", "Engineer", "II", "of", "Sales", "VP", "lead", "data"]), max_size=6
    )
)
def test_a_normal_form_is_its_own_normal_form(words: list[str]) -> None:
    normal = normalised_title(" ".join(words))
    assert normalised_title(normal) == normal
