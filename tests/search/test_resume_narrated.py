"""Positions told in sentences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.resumes.narrated import stories_in
from search.resumes.parse import parse_text, tidied
from search.resumes.sections import lines_of
from search.resumes.spans import Part


def told(text: str) -> list[tuple[str | None, str | None, str | None, str | None]]:
    return [
        (
            story.title,
            story.company,
            story.dates.start if story.dates else None,
            story.dates.end if story.dates else None,
        )
        for story in stories_in(lines_of(text))
    ]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "Worked as a Site Manager at Hoch Bau GmbH from 2012 to 2015.",
            ("Site Manager", "Hoch Bau GmbH", "2012", "2015"),
        ),
        (
            "She is currently working with Fabrikam Shipping as a Data Analyst.",
            ("Data Analyst", "Fabrikam Shipping", None, None),
        ),
        (
            "I was employed by Contoso Bank, Leeds as an Auditor for five clients.",
            ("Auditor", "Contoso Bank", None, None),
        ),
        (
            "Worked for 3 years as Nurse in Lakeside Clinic, and liked it.",
            ("Nurse", "Lakeside Clinic", None, None),
        ),
        (
            "Served as a Trainee and learned the trade with Fabrikam Ltd.",
            ("Trainee", None, None, None),
        ),
        ("Worked with Java in Leeds as a team.", None),
        ("Worked at night.", None),
        ("Served as treasurer.", ("treasurer", None, None, None)),
    ],
)
def test_a_sentence_tells_title_employer_and_dates(
    sentence: str, expected: tuple[str | None, str | None, str | None, str | None] | None
) -> None:
    assert told(sentence) == ([expected] if expected else [])


def test_a_story_goes_on_where_its_line_was_wrapped() -> None:
    text = "For many years she has been quite happily working as a\nSite Manager at Hoch Bau GmbH."
    assert told(text) == [("Site Manager", "Hoch Bau GmbH", None, None)]
    assert told("• working as a\n• Site Manager at Hoch Bau GmbH") == []


def test_what_is_told_gives_a_listed_position_its_title() -> None:
    text = (
        "Robin Example\n\nSummary\nWorked as a Tutor at Northwind College.\n\n"
        "Experience\nContoso Bank\t2019 - 2021\nServed as an Auditor.\n"
    )
    jobs = parse_text(tidied(text)).profile.employments
    assert [(job.title, job.company, job.start) for job in jobs] == [("Auditor", "Contoso Bank", "2019")]


def test_what_is_told_counts_where_no_position_is_listed() -> None:
    text = tidied(
        "Robin Example\n\nSummary\nA person who likes people and worked as a Tutor at Northwind College.\n"
    )
    parsed = parse_text(text)
    (job,) = parsed.profile.employments
    assert (job.title, job.company, job.start) == ("Tutor", "Northwind College", None)
    shown = {span.field: text[span.start : span.end] for span in parsed.spans}
    assert shown[Part.EMPLOYMENT_TITLE] == "Tutor"
    assert shown[Part.EMPLOYMENT_COMPANY] == "Northwind College"


TITLES = st.sampled_from(["Site Manager", "Nurse", "Senior Data Analyst", "Head of Sales"])
EMPLOYERS = st.sampled_from(["Acme Ltd", "Contoso", "Hoch & Tief GmbH", "Northwind College"])


@given(
    TITLES,
    EMPLOYERS,
    st.booleans(),
    st.sampled_from(["worked", "is working", "was employed", "has been engaged"]),
    st.sampled_from(["at", "with", "for"]),
    st.sampled_from(["", " from 2001 to 2004", ", Leeds", " since May 2011", " and liked it"]),
)
def test_any_order_of_role_and_employer_is_read(
    title: str, employer: str, title_first: bool, verb: str, at: str, rest: str
) -> None:
    parts = [f"as a {title}", f"{at} {employer}"]
    text = f"Robin {verb} {' '.join(parts if title_first else parts[::-1])}{rest}."
    assert [(story.title, story.company) for story in stories_in(lines_of(text))] == [(title, employer)]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["worked", "as a", "at", "Nurse", "Acme Ltd", ",", ".", "\n", "since 2011", "(", "-"])
    )
)
def test_any_words_give_stories_within_the_text(words: list[str]) -> None:
    text = " ".join(words)
    for story in stories_in(lines_of(text)):
        assert 0 <= story.start < story.end <= len(text)
        assert story.title or story.company


def test_a_hostile_text_tells_a_bounded_number_of_stories() -> None:
    assert len(list(stories_in(lines_of("worked as Nurse at Acme " * 2_000)))) <= 40
