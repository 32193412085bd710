"""Résumés in columns and tables, generated in every order of drawing that producers have: what is read together stays together."""

import io
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import docx
import pytest
from docx.document import Document
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from search.resumes.columns import Cell, blocks_of
from search.resumes.profile import ParsedResume
from search.resumes.read import read_resume

Placed = tuple[float, float, float, str]
"""x, baseline, size in points, text."""
Order = Callable[[Sequence[Placed], Sequence[Placed]], list[Placed]]

SIDEBAR = [
    *("Contact", "jo@example.org", "+44 20 7946 0123", "Leeds, UK", ""),
    *("Skills", "Python", "Elasticsearch", "Neo4j", "SQL", "Docker", ""),
    *("Languages", "English", "German"),
]
MAIN = [
    *("Experience", "Senior Data Engineer, Northwind Ltd", "Mar 2019 - Present"),
    *(
        "Ran the ingestion of forty teams on two continents.",
        "Cut the nightly batch from six hours to one.",
        "",
    ),
    *(
        "Data Analyst, Contoso GmbH",
        "Jan 2015 - Feb 2019",
        "Wrote the reports that the board reads on Mondays.",
        "",
    ),
    *("Education", "BSc Computer Science, University of Leeds", "2011 - 2014"),
]


def columns_first(left: Sequence[Placed], right: Sequence[Placed]) -> list[Placed]:
    return [*left, *right]


def main_first(left: Sequence[Placed], right: Sequence[Placed]) -> list[Placed]:
    return [*right, *left]


def row_by_row(left: Sequence[Placed], right: Sequence[Placed]) -> list[Placed]:
    return sorted([*left, *right], key=lambda each: (each[1], each[0]))


def in_turns(left: Sequence[Placed], right: Sequence[Placed]) -> list[Placed]:
    """Draw a few lines here and a few there, as editors do that draw what was touched last."""
    pieces = [side[start : start + 3] for start in range(0, 30, 3) for side in (left, right)]
    return [each for piece in pieces for each in piece]


def placed(texts: Sequence[str], x: float, *, top: float, size: float, leading: float) -> list[Placed]:
    return [(x, top + leading * number, size, text) for number, text in enumerate(texts) if text]


def pdf_of(*pages: Iterable[Placed]) -> bytes:
    document = FPDF(unit="pt", format="A4")
    document.set_auto_page_break(auto=False)
    for page in pages:
        document.add_page()
        for x, y, size, text in page:
            document.set_font("Helvetica", size=size)
            document.text(x, y, text)
    return bytes(document.output())


def docx_of(document: Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def lines_of(parsed: ParsedResume) -> list[str]:
    return [line for line in parsed.text.splitlines() if line]


def words_of(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if text]


def check_profile(parsed: ParsedResume) -> None:
    """Hold what was read against what the layouts say."""
    profile = parsed.profile
    assert profile.emails == ("jo@example.org",)
    assert [(job.title, job.company, job.start, job.end, job.current) for job in profile.employments] == [
        ("Senior Data Engineer", "Northwind Ltd", "2019-03", None, True),
        ("Data Analyst", "Contoso GmbH", "2015-01", "2019-02", False),
    ]
    assert [(study.school, study.end) for study in profile.educations] == [("University of Leeds", "2014")]
    assert {"Python", "Elasticsearch", "Neo4j", "SQL", "Docker"} <= set(profile.skills)
    assert set(profile.languages) == {"English", "German"}


@pytest.mark.parametrize("order", [columns_first, main_first, row_by_row, in_turns])
@pytest.mark.parametrize("leading", [14.0, 11.5], ids=["one grid", "grids of their own"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_sidebar_is_read_apart_from_the_main_column(order: Order, leading: float, side: str) -> None:
    x, main_x = (40.0, 220.0) if side == "left" else (400.0, 40.0)
    sidebar = placed(SIDEBAR, x, top=120, size=9, leading=leading)
    main = placed(MAIN, main_x, top=120, size=11, leading=14)
    page = [
        (40.0, 60.0, 22.0, "Jo Example"),
        *(order(sidebar, main) if side == "left" else order(main, sidebar)),
    ]
    parsed = read_resume(pdf_of(page), "cv.pdf")
    assert parsed.profile.name == "Jo Example"
    assert lines_of(parsed)[0] == "Jo Example"
    assert lines_of(parsed)[1:] in (
        words_of([*SIDEBAR, *MAIN]),
        words_of([*MAIN, *SIDEBAR]),
    )
    check_profile(parsed)


@pytest.mark.parametrize("order", [columns_first, row_by_row])
def test_columns_below_lines_of_full_width_are_found(order: Order) -> None:
    summary = "Builds pipelines that nobody has to get up for at night, and says so in plain words to everybody who asks."
    page = [
        (40.0, 60.0, 22.0, "Jo Example"),
        (40.0, 80.0, 11.0, summary),
        (40.0, 94.0, 11.0, summary),
        *order(
            placed(SIDEBAR, 40, top=120, size=9, leading=12), placed(MAIN, 220, top=120, size=11, leading=14)
        ),
        (40.0, 400.0, 11.0, "Certifications"),
        (40.0, 414.0, 11.0, f"AWS Certified Solutions Architect: {summary}"),
    ]
    lines = lines_of(read_resume(pdf_of(page), "cv.pdf"))
    assert lines[:3] == ["Jo Example", summary, summary]
    assert lines[3:-2] == words_of([*SIDEBAR, *MAIN])
    assert lines[-2] == "Certifications"


def test_three_columns_are_read_one_after_the_other() -> None:
    columns = [
        ["Skills", "Python", "SQL", "Docker", "Neo4j"],
        ["Languages", "English", "German", "French", "Welsh"],
        ["Interests", "Rowing", "Chess", "Baking", "Bells"],
    ]
    cells = [
        each
        for number, texts in enumerate(columns)
        for each in placed(texts, 40 + 170 * number, top=100, size=11, leading=14)
    ]
    parsed = read_resume(pdf_of(row_by_row(cells, [])), "cv.pdf")
    assert lines_of(parsed) == [text for column in columns for text in column]


def test_a_table_of_employments_is_read_row_by_row() -> None:
    rows = [
        ("Period", "Position", "Employer"),
        ("2019 - 2023", "Senior Data Engineer", "Northwind Ltd"),
        ("2015 - 2019", "Data Analyst", "Contoso GmbH"),
        ("2013 - 2015", "Programmer", "Fabrikam Inc"),
        ("2011 - 2013", "Tester", "Tailspin Ltd"),
        ("2009 - 2011", "Trainee", "Litware Ltd"),
    ]
    page = [(40.0, 80.0, 12.0, "Experience")] + [
        (40.0 + 150 * column, 100.0 + 20 * number, 11.0, text)
        for number, row in enumerate(rows)
        for column, text in enumerate(row)
    ]
    parsed = read_resume(pdf_of(page), "cv.pdf")
    assert [(job.start, job.title, job.company) for job in parsed.profile.employments] == [
        (dates[:4], title, company) for dates, title, company in rows[1:]
    ]


def test_dates_at_the_margin_stay_with_their_entries() -> None:
    page: list[Placed] = [(40.0, 80.0, 12.0, "Experience")]
    margin: list[Placed] = []
    for number in range(6):
        y = 110.0 + 60 * number
        page += [
            (40.0, y, 11.0, f"Analyst, Example{number} Ltd"),
            (40.0, y + 14, 11.0, "Wrote reports."),
            (40.0, y + 28, 11.0, "Read more."),
        ]
        margin.append((450.0, y, 11.0, f"{2010 + number} - {2011 + number}"))
    for drawn in (row_by_row(page, margin), [*page, *margin]):
        parsed = read_resume(pdf_of(drawn), "cv.pdf")
        assert [(job.company, job.start) for job in parsed.profile.employments] == [
            (f"Example{number} Ltd", str(2010 + number)) for number in range(6)
        ]


def test_headers_and_footers_are_read_once() -> None:
    def page(number: int, texts: Sequence[str]) -> list[Placed]:
        return [
            (40.0, 40.0, 9.0, "Jo Example - jo@example.org"),
            *placed(texts, 40, top=100, size=11, leading=14),
            (250.0, 820.0, 9.0, f"Page {number} of 3"),
        ]

    pages = [
        ["Experience", "Analyst, Example Ltd", "2015 - 2018", "Wrote reports that run"],
        ["over to the next page.", "Clerk, Contoso GmbH", "2012 - 2015"],
        ["Education", "BSc Physics, University of Leeds", "2009 - 2012"],
    ]
    data = pdf_of(*(page(number + 1, texts) for number, texts in enumerate(pages)))
    lines = lines_of(read_resume(data, "cv.pdf"))
    assert lines == ["Jo Example - jo@example.org", *pages[0], "Page 1 of 3", *pages[1], *pages[2]]


def test_lines_that_only_look_like_headers_stay() -> None:
    """Years differ where page numbers would."""
    pages = [
        [(40.0, 60.0, 11.0, f"{year} - {year + 2}"), (40.0, 74.0, 11.0, f"Clerk, Example{year} Ltd")]
        for year in (2018, 2016, 2014)
    ]
    lines = lines_of(read_resume(pdf_of(*pages), "cv.pdf"))
    assert [line for line in lines if "-" in line] == ["2018 - 2020", "2016 - 2018", "2014 - 2016"]


CELLS = st.lists(
    st.builds(
        lambda x, width, y, size, text: Cell(text, x, x + width, y, size),
        st.sampled_from([40.0, 41.0, 52.0, 220.0, 400.0]) | st.floats(0, 600),
        st.floats(1, 400),
        st.sampled_from([100.0 + 12 * number for number in range(20)]) | st.floats(0, 800),
        st.sampled_from([9.0, 11.0, 20.0]),
        st.sampled_from(["Skills", "Experience", "2015 - 2018", "some words that go on and on", "x"]),
    ),
    max_size=60,
)


@given(CELLS)
def test_whatever_a_page_holds_nothing_is_lost_or_read_twice(cells: list[Cell]) -> None:
    read = [id(cell) for block in blocks_of(cells) for cell in block]
    assert sorted(read) == sorted(map(id, cells))


@given(CELLS)
def test_within_a_block_the_order_of_drawing_is_kept(cells: list[Cell]) -> None:
    places = {id(cell): number for number, cell in enumerate(cells)}
    for block in blocks_of(cells):
        assert all(places[id(one)] < places[id(other)] for one, other in pairwise(block))


def filled(document: Document, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(number, column).text = text


def joined(texts: Iterable[str]) -> str:
    return "\n".join(words_of(texts))


@pytest.mark.parametrize(
    "rows",
    [
        [(joined(SIDEBAR), joined(MAIN))],
        [(joined(SIDEBAR[:5]), joined(MAIN[:6])), (joined(SIDEBAR[5:]), joined(MAIN[6:]))],
        [(joined(SIDEBAR[:8]), joined(MAIN[:4])), (joined(SIDEBAR[8:]), joined(MAIN[4:]))],
    ],
    ids=["one row", "a row for each section", "a row that cuts through"],
)
def test_a_docx_laid_out_in_a_table_is_read_column_by_column(rows: list[tuple[str, str]]) -> None:
    document = docx.Document()
    document.add_paragraph("Jo Example")
    filled(document, rows)
    parsed = read_resume(docx_of(document), "cv.docx")
    assert lines_of(parsed) == ["Jo Example", *words_of(SIDEBAR), *words_of(MAIN)]
    check_profile(parsed)


@pytest.mark.parametrize("dates_first", [True, False])
def test_a_docx_table_of_employments_keeps_dates_with_their_entries(*, dates_first: bool) -> None:
    document = docx.Document()
    document.add_paragraph("Jo Example")
    document.add_paragraph("Experience")
    entries = [
        ("Mar 2019 - Present", "Senior Data Engineer\nNorthwind Ltd\nRan the ingestion of forty teams."),
        ("Jan 2015 - Feb 2019", "Data Analyst\nContoso GmbH\nWrote reports."),
    ]
    filled(document, [entry if dates_first else entry[::-1] for entry in entries])
    parsed = read_resume(docx_of(document), "cv.docx")
    assert [(job.title, job.company, job.start, job.end) for job in parsed.profile.employments] == [
        ("Senior Data Engineer", "Northwind Ltd", "2019-03", None),
        ("Data Analyst", "Contoso GmbH", "2015-01", "2019-02"),
    ]


def test_a_docx_grid_of_skills_gives_each_skill() -> None:
    document = docx.Document()
    document.add_paragraph("Jo Example")
    document.add_paragraph("Skills")
    filled(document, [("Python", "SQL", "Docker"), ("Neo4j", "Elasticsearch", "Redis")])
    parsed = read_resume(docx_of(document), "cv.docx")
    assert {"Python", "SQL", "Docker", "Neo4j", "Elasticsearch", "Redis"} <= set(parsed.profile.skills)


def test_docx_headers_of_several_sections_are_read_once() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Jo Example"
    document.add_paragraph("Experience")
    other = document.add_section()
    other.header.is_linked_to_previous = False
    other.header.paragraphs[0].text = "Jo Example"
    document.add_paragraph("Analyst, Example Ltd, 2015 - 2018")
    lines = lines_of(read_resume(docx_of(document), "cv.docx"))
    assert lines == ["Jo Example", "Experience", "Analyst, Example Ltd, 2015 - 2018"]
