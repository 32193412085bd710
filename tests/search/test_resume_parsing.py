"""From the text of a résumé to its profile."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.resumes.parse import parse_text, tidied
from search.resumes.profile import Location, ParsedResume, Profile
from search.resumes.sections import SectionKind, sections_of
from search.resumes.spans import Part
from search.skills.matcher import canonical_skill, find_skills, skill_terms

COMPANY_FIRST = """\
Maria Lindgren, MBA
Senior Data Analyst
Leeds, United Kingdom | maria.lindgren@example.com. | +44 113 496 0000 | linkedin.com/in/maria-lindgren

SUMMARY
Analyst with ten years in retail and logistics.

WORK EXPERIENCE
Northwind Traders Ltd.\tLeeds, UK
Senior Data Analyst\tMar 2019 – Present
• Built reports in SQL and Power BI.
Tools: Python, Excel

Contoso, Inc.\tAustin, TX
Data Analyst\t06/2015 – 02/2019
• Wrote forecasts.

EDUCATION
University of Leeds, BSc in Mathematics, 2011 - 2014
Master of Business Administration, Open University, 2018

SKILLS
SQL, Python, Power BI, stakeholder mapping
Languages: English, Swedish

CERTIFICATIONS
Project Management Professional (PMP), 2020
"""

DATE_FIRST = """\
JOHN SMITHSON
Berlin, Germany
Professional Experience:
2018 - now: Site Manager, Hoch Bau GmbH (Berlin, Germany)
Ran sites.
2012-2018: Foreman, Strabag AG
Led crews.
Education:
2008-2011: Diploma in Civil Engineering, Technical University of Munich
"""

TITLE_THEN_COMPANY = """\
Amina Yusuf

WORK EXPERIENCE

Registered Nurse

St Mary Hospital - Chicago, IL -

January 2015 to Present

Cares for patients.

Nurse Assistant

Lakeside Clinic - Chicago, IL -

May 2011 to December 2014
"""


def profile_of(text: str) -> Profile:
    return parse_text(tidied(text)).profile


def jobs_of(text: str) -> list[tuple[str, str | None, str | None, str | None, bool]]:
    return [(job.company, job.title, job.start, job.end, job.current) for job in profile_of(text).employments]


def test_person_and_contacts() -> None:
    profile = profile_of(COMPANY_FIRST)
    assert profile.name == "Maria Lindgren"
    assert profile.headline == "Senior Data Analyst"
    assert profile.emails == ("maria.lindgren@example.com",)
    assert profile.phones == ("+441134960000",)
    assert profile.links == ("https://linkedin.com/in/maria-lindgren",)
    assert profile.location == Location("Leeds", None, "GB")
    assert profile.summary == "Analyst with ten years in retail and logistics."


def test_positions_with_the_employer_above_title_and_dates() -> None:
    assert jobs_of(COMPANY_FIRST) == [
        ("Northwind Traders Ltd", "Senior Data Analyst", "2019-03", None, True),
        ("Contoso, Inc", "Data Analyst", "2015-06", "2019-02", False),
    ]
    assert [job.location for job in profile_of(COMPANY_FIRST).employments] == ["Leeds, UK", "Austin, TX"]


def test_a_label_inside_a_position_opens_no_section() -> None:
    summary = profile_of(COMPANY_FIRST).employments[0].summary
    assert summary == "Built reports in SQL and Power BI.\nTools: Python, Excel"


def test_positions_with_dates_first() -> None:
    assert jobs_of(DATE_FIRST) == [
        ("Hoch Bau GmbH", "Site Manager", "2018", None, True),
        ("Strabag AG", "Foreman", "2012", "2018", False),
    ]


def test_positions_with_title_above_employer_above_dates() -> None:
    assert jobs_of(TITLE_THEN_COMPANY) == [
        ("St Mary Hospital", "Registered Nurse", "2015-01", None, True),
        ("Lakeside Clinic", "Nurse Assistant", "2011-05", "2014-12", False),
    ]


def test_placeholders_of_a_template_are_no_employer() -> None:
    text = "Experience\nCompany Name City , State Sales Clerk 03/2013 to 04/2014\nSold shoes.\n"
    assert jobs_of(text) == [("", "Sales Clerk", "2013-03", "2014-04", False)]


def test_educations() -> None:
    rows = [
        (row.school, row.degree, row.field, row.start, row.end)
        for row in profile_of(COMPANY_FIRST).educations
    ]
    assert rows == [
        ("University of Leeds", "BSc", "Mathematics", "2011", "2014"),
        ("Open University", "Master of Business Administration", "Business Administration", None, "2018"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        "Data Analyst, Northwind Bank, Leeds, UK",
        "Position: Data Analyst\nCompany: Northwind Bank",
        "Northwind Bank as a Data Analyst\t2019 - 2021",
    ],
)
def test_title_and_employer_on_a_line_or_behind_labels(lines: str) -> None:
    jobs = profile_of(f"Maria Lindgren\n\nWORK EXPERIENCE\n{lines}\nWrote forecasts.\n").employments
    assert [(job.title, job.company) for job in jobs] == [("Data Analyst", "Northwind Bank")]


def test_a_server_and_a_template_are_no_title() -> None:
    assert profile_of("Maria Lindgren\nSQL Server\n").headline is None
    assert profile_of("Maria Lindgren\nTeacher Resume Template\n").headline is None
    assert profile_of("Maria Lindgren\nWeb Developer\n").headline == "Web Developer"


def test_rests_of_sentences_are_no_skills() -> None:
    text = "Maria Lindgren\n\nSKILLS\nBasket weaving, and Glass blowing, less than 1 year, etc\n"
    assert profile_of(text).skills == ("Basket weaving", "Glass blowing")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "M.A. Art History, Northwind State University, 1999",
            ("Northwind State University", "M.A", "Art History"),
        ),
        ("B.S.W., Northwind College, 1999", ("Northwind College", "B.S.W", None)),
        ("MBA in Education\nNorthwind College", ("Northwind College", "MBA", "Education")),
        ("MCA\nnorthwind school of computing -  Leeds, UK", ("northwind school of computing", "MCA", None)),
        ("Diploma in Design\nContoso - Leeds, UK", ("Contoso", "Diploma", "Design")),
        ("B.Sc\nInformation Technology\nNorthwind College", ("Northwind College", "B.Sc", None)),
        (
            "Certificate in Home Nursing\nNorthwind School",
            ("Northwind School", "Certificate in", "Home Nursing"),
        ),
    ],
)
def test_degrees_with_their_subject_and_school(lines: str, expected: tuple[str, str, str | None]) -> None:
    studies = profile_of(f"Maria Lindgren\n\nEDUCATION\n{lines}\n").educations
    assert [(study.school, study.degree, study.field) for study in studies] == [expected]


def test_an_education_among_the_positions_is_found() -> None:
    text = f"{COMPANY_FIRST.partition('EDUCATION')[0]}\nBachelor of Arts, Northwind College, Leeds, 2002\n"
    assert [study.school for study in profile_of(text).educations] == ["Northwind College"]


def test_skills_languages_and_certificates() -> None:
    profile = profile_of(COMPANY_FIRST)
    assert {"SQL", "Python", "Power BI", "Microsoft Excel", "stakeholder mapping"} <= set(profile.skills)
    assert profile.languages == ("English", "Swedish")
    assert profile.certificates == ("Project Management Professional (PMP)",)


def test_spans_point_at_the_values() -> None:
    text = tidied(COMPANY_FIRST)
    parsed = parse_text(text)
    profile, spans = parsed.profile, parsed.spans
    emails = [text[span.start : span.end] for span in spans if span.field is Part.EMAIL]
    assert [email.rstrip(".") for email in emails] == list(profile.emails)
    entries = [text[span.start : span.end] for span in spans if span.field is Part.EMPLOYMENT]
    assert entries[1].startswith("Contoso, Inc.")
    assert entries[1].endswith("Wrote forecasts.")


def test_phone_numbers_take_the_country_of_the_place() -> None:
    assert profile_of("Jo Bloggs\nLeeds, United Kingdom\n0113 496 0000\n").phones == ("+441134960000",)


def test_a_text_without_a_name_gets_none() -> None:
    assert profile_of("SALES MANAGER\nSummary\nSold a lot.\n").name is None


def test_sections_survive_other_cases_and_languages() -> None:
    text = "E X P E R I E N C E\nx\nBerufserfahrung\ny\nTools:\nTechnical Skills\nz\nResearch Intern\nFormation\n"
    kinds = [section.kind for section in sections_of(text)][1:]
    assert kinds == [
        SectionKind.EXPERIENCE,
        SectionKind.EXPERIENCE,
        SectionKind.SKILLS,
        SectionKind.EDUCATION,
    ]


def test_skills_are_whole_words_in_their_own_case() -> None:
    names = [
        match.name for match in find_skills("Go, go on; R & C++ not R&D; golang; JavaScripts; spring is here")
    ]
    assert names == ["Go", "R", "C++", "Go"]


def test_the_skills_list_is_sound() -> None:
    terms = [term.lstrip("=~").lower() for term, _ in skill_terms()]
    assert len(terms) == len(set(terms)) > 1000
    assert canonical_skill("postgres") == "PostgreSQL"


def test_a_parsed_resume_crosses_json_unchanged() -> None:
    read = parse_text(tidied(COMPANY_FIRST))
    profile, told = read.profile, read.likelihood
    parsed = ParsedResume(
        profile, tidied(COMPANY_FIRST), "TXT", 1, False, read.spans, told.probability, told.signs
    )
    assert ParsedResume.from_json(parsed.to_json()) == parsed
    assert set(profile.to_json()) == {
        *("name", "headline", "summary", "emails", "phones", "links", "location"),
        *("employments", "educations", "skills", "languages", "certificates"),
    }


WORDS = st.sampled_from(
    [
        "Experience",
        "Education",
        "Skills",
        "Analyst",
        "Acme Ltd",
        "2015 - 2018",
        "Present",
        "Leeds, UK",
        "•",
        "\t",
        ":",
        ",",
        "İ",
        "@",
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=400), st.lists(st.lists(WORDS, max_size=6).map(" ".join)).map("\n".join)))
def test_any_text_gives_a_profile_with_spans_inside_it(text: str) -> None:
    text = tidied(text)
    spans = parse_text(text).spans
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)
