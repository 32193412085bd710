"""Where positions begin, and what the words of their headings are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.resumes.aims import aim_of
from search.resumes.dates import find_ranges
from search.resumes.header_parts import HeaderParts
from search.resumes.parse import parse_text, tidied
from search.resumes.profile import Profile
from search.resumes.sections import SectionKind, lines_of, paragraphs_of, sections_of


def profile_of(text: str) -> Profile:
    return parse_text(tidied(text)).profile


def jobs_of(lines: str) -> list[tuple[str | None, str]]:
    jobs = profile_of(f"Robin Example\n\nWORK EXPERIENCE\n{lines}\n").employments
    return [(job.title, job.company) for job in jobs]


@pytest.mark.parametrize(
    ("header", "title", "company"),
    [
        (["Fabrikam L.P. (Designation: Site Manager)"], "Site Manager", "Fabrikam L.P"),
        (
            ["Company: Contoso Bank, Leeds", "Designation: Auditor Duration: 2 years"],
            "Auditor",
            "Contoso Bank",
        ),
        (["Current Employer: Contoso", "Role: Auditor"], "Auditor", "Contoso"),
        (["Senior Maths Teacher Northwind School, Leeds"], "Senior Maths Teacher", "Northwind School"),
        (["Vice President, Sales", "Contoso"], "Vice President", "Contoso"),
        (["Legal Clerk", "Ash, Birch & Cedar, Leeds"], "Legal Clerk", "Ash, Birch & Cedar"),
        (["Ash, Founder & Buyer", "Contoso"], "Founder & Buyer", "Ash"),
        (["Night Watch", "Contoso - Leeds, UK"], "Night Watch", "Contoso"),
        (["Enterprise Support", "Fabrikam -"], "Enterprise Support", "Fabrikam"),
        (["Site Manager – Shift Leader", "Fabrikam"], "Site Manager", "Fabrikam"),
        (["Northwind Traders Ltd.", "Buyer"], "Buyer", "Northwind Traders Ltd"),
        (["Buyer", "Northwind Builders, Roads and Bridges, Leeds"], "Buyer", "Northwind Builders"),
        (["Bachelor of Arts", "Summer"], None, None),
    ],
)
def test_the_words_of_a_header(header: list[str], title: str | None, company: str | None) -> None:
    parts = HeaderParts.of(header)
    assert (parts.title, parts.company) == (title, company)


def test_a_title_alone_on_its_line_is_a_position_without_dates() -> None:
    lines = "Buyer, Contoso Bank\t2015 - 2018\n• Bought paper for all.\nNight Watchman Trainee\n• Watched.\nTrainee\n"
    assert jobs_of(lines) == [
        ("Buyer", "Contoso Bank"),
        ("Night Watchman Trainee", ""),
        ("Trainee", ""),
    ]
    for line in ("Sales", "Founders Fund", "Nurse on call all night"):
        assert jobs_of(f"Buyer, Contoso Bank\t2015 - 2018\n{line}\n") == [("Buyer", "Contoso Bank")]
    assert jobs_of("Buyer, Contoso Bank\t2015 - 2018\nTrained each trainee and intern\n") == [
        ("Buyer", "Contoso Bank")
    ]


def test_a_rule_between_title_and_dates_is_no_line() -> None:
    assert jobs_of("Site Manager\n-\n2015 to 2018\n") == [("Site Manager", "")]


@pytest.mark.parametrize(
    ("text", "start", "end", "current"),
    [
        ("20112014", "2011", "2014", False),
        ("2008present", "2008", None, True),
        ("20142011", None, None, False),
        ("20111231", None, None, False),
    ],
)
def test_years_whose_dash_was_lost(text: str, start: str | None, end: str | None, current: bool) -> None:
    found = [(one.start, one.end, one.current) for one in find_ranges(text)]
    assert found == ([(start, end, current)] if start else [])


def test_a_text_without_line_breaks_is_cut_at_wide_spaces_but_not_within_dates() -> None:
    filler = "Did this and that for many people in many places. " * 8
    text = f"{filler}  Buyer  2001  2004    Contoso  June 2005  Present  \uf0b7 Bought paper • Sold paper"
    assert tidied(text).split("\n")[1:] == [
        "Buyer",
        "2001  2004",
        "",
        "Contoso",
        "June 2005  Present",
        "• Bought paper",
        "• Sold paper",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Seeking a position as a Site Manager in Leeds.", "Site Manager"),
        ("An accomplished and reliable Night Nurse with ten years of experience.", "Night Nurse"),
        ("Looking for a challenging Data Analyst role.", "Data Analyst"),
        ("To learn and to grow with a company.", None),
        ("I led a team.", None),
    ],
)
def test_a_summary_names_a_role(text: str, expected: str | None) -> None:
    assert aim_of(lines_of(text)) == expected
    assert profile_of(f"Robin Example\n\nObjective\n{text}\n").headline == expected


def test_a_headline_is_told_without_its_employer() -> None:
    assert profile_of("Robin Example\nSite Manager - Hoch Bau\n").headline == "Site Manager"
    assert (
        profile_of("Robin Example\nSite Manager - Shift Leader\n").headline == "Site Manager - Shift Leader"
    )


def test_highlights_of_experience_are_experience() -> None:
    kinds = [
        section.kind for section in sections_of("HIGHLIGHTS OF WORK EXPERIENCE\nx\nCAREER HIGHLIGHTS\ny")
    ]
    assert kinds == [SectionKind.TOP, SectionKind.EXPERIENCE, SectionKind.OTHER]


def test_a_paragraph_ends_at_a_gap_a_bullet_a_label_or_a_short_line() -> None:
    long = "A line that goes on for quite a while and then is"
    text = f"{long}\nwrapped\nshort\n{long}\n• bullet\n{long}\nLabel: x\n{long}\n\nafter a gap"
    assert [len(lines) for lines in paragraphs_of(lines_of(text))] == [2, 1, 1, 1, 1, 1, 1, 1]


TITLES = st.sampled_from(["Site Manager", "Registered Nurse", "Senior Data Analyst"])
EMPLOYERS = st.sampled_from(["Acme Ltd", "Contoso Bank", "Northwind College"])


@given(
    TITLES,
    EMPLOYERS,
    st.sampled_from(["", "Leeds, UK", "Austin, TX"]),
    st.sampled_from([", ", " | ", " - ", "\t", " — "]),
    st.booleans(),
)
def test_a_line_of_title_employer_and_place_is_read_in_any_order(
    title: str, employer: str, place: str, between: str, title_first: bool
) -> None:
    names = [title, employer] if title_first else [employer, title]
    parts = HeaderParts.of([between.join([*names, *([place] if place else [])])])
    assert (parts.title, parts.company, parts.location) == (title, employer, place or None)


@settings(deadline=None)
@given(st.lists(st.text("AaBb ,-–()@:&\t0123456789", max_size=60), max_size=4))
def test_any_words_of_a_header_give_parts_made_of_them(texts: list[str]) -> None:
    parts = HeaderParts.of(texts)
    for value in (parts.title, parts.company, parts.location, parts.team):
        assert value is None or set(value) <= set("".join(texts)) | {",", " "}
