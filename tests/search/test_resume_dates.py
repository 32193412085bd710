"""Partial dates and ranges as people write them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.resumes.dates import find_ranges

MONTHS = ["January", "Feb", "Mar.", "April", "May", "Jun", "July", "Aug.", "Sept.", "Oct", "November", "Dec"]


@pytest.mark.parametrize(
    ("text", "start", "end", "current"),
    [
        ("03/2019 – Present", "2019-03", None, True),
        ("Mar 2019 to 04/2021", "2019-03", "2021-04", False),
        ("2015-2018", "2015", "2018", False),
        ("2015-18", "2015", "2018", False),
        ("Sept. '19", "2019-09", None, False),
        ("2019-03 – 2020-11", "2019-03", "2020-11", False),
        ("Summer 2018", "2018-06", "2018-08", False),
        ("September 2005 - till date", "2005-09", None, True),
        ("April 2002 until today", "2002-04", None, True),
        ("Jan'19 - Feb'20", "2019-01", "2020-02", False),
        ("January – May 2011", "2011-01", "2011-05", False),
        ("June 15, 2012 – July 2, 2013", "2012-06", "2013-07", False),
        ("15.03.2012 - 30.04.2014", "2012-03-15", "2014-04-30", False),
        ("9/1/2004 - 4/1/2009", "2004-09-01", "2009-04-01", False),
        ("since 2015", "2015", None, True),
        ("2015 –", "2015", None, True),
        ("Juni 2018 bis heute", "2018-06", None, True),
        ("03/19 - 04/21", "2019-03", "2021-04", False),
        ("Winter 2020", "2020", None, False),
    ],
)
def test_written_ranges(text: str, start: str, end: str | None, current: bool) -> None:
    found = find_ranges(f"Analyst, Example Ltd  {text}")
    assert [(one.start, one.end, one.current) for one in found] == [(start, end, current)]


@pytest.mark.parametrize(
    "text", ["(555) 123-2019", "may 20 people", "grew by 20% to 19 stores", "12/13", "v2.2019.1"]
)
def test_numbers_that_are_no_dates(text: str) -> None:
    assert find_ranges(text) == []


def test_two_ranges_of_one_line_stay_apart() -> None:
    found = find_ranges("2019 - 2021 | 2021 – 2022")
    assert [(one.start, one.end) for one in found] == [("2019", "2021"), ("2021", "2022")]


@given(
    start=st.tuples(st.integers(1960, 2024), st.integers(1, 12)),
    length=st.integers(0, 300),
    separator=st.sampled_from([" - ", " – ", "–", " to ", " until ", " through "]),
    style=st.sampled_from(["name", "slash", "iso"]),
)
def test_a_range_written_out_reads_back(
    start: tuple[int, int], length: int, separator: str, style: str
) -> None:
    months = start[0] * 12 + start[1] - 1 + length
    end = (min(months // 12, 2049), months % 12 + 1)

    def written(date: tuple[int, int]) -> str:
        year, month = date
        return {
            "name": f"{MONTHS[month - 1]} {year}",
            "slash": f"{month:02}/{year}",
            "iso": f"{year}-{month:02}",
        }[style]

    if style == "iso" and separator == "–":
        separator = " – "
    found = find_ranges(written(start) + separator + written(end))
    assert [(one.start, one.end) for one in found] == [(f"{start[0]}-{start[1]:02}", f"{end[0]}-{end[1]:02}")]


@given(st.text(max_size=300))
def test_any_text_gives_ordered_ranges_within_it(text: str) -> None:
    found = find_ranges(text)
    assert all(0 <= one.begin < one.finish <= len(text) for one in found)
    assert all(one.finish <= other.begin for one, other in pairwise(found))
