"""Each value's span lies within the text and shows the value."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.resumes.contacts import find_links, find_phones
from search.resumes.dates import find_ranges
from search.resumes.parse import parse_text, tidied
from search.resumes.profile import Profile, Span
from search.resumes.spans import Finder, Part, value_of
from search.resumes.vocabulary import spoken_languages_in
from search.skills.matcher import canonical_skill
from tests.search.test_resume_parsing import COMPANY_FIRST, DATE_FIRST, TITLE_THEN_COMPANY, WORDS


def words(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"[^\W_]+", text)]


def yields(text: str, profile: Profile, span: Span) -> bool:  # noqa: PLR0911 - a case for each kind
    """Say whether the words under the span give the value of the profile."""
    shown, value = text[span.start : span.end], value_of(profile, span)
    match Part(span.field):
        case Part.EMPLOYMENT | Part.EDUCATION:
            return value is None and bool(shown)
        case Part.SUMMARY:
            return words(shown) == words(profile.summary or "")
        case Part.EMPLOYMENT_SUMMARY:
            return words(shown) == words(profile.employments[span.index].summary or "")
        case Part.EMPLOYMENT_DATES | Part.EDUCATION_DATES:
            (found,) = find_ranges(shown)
            return value in (f"{found.start}/{found.end or ''}", found.start)
        case Part.EMAIL:
            return (value or "").casefold().split("@")[0] in re.sub(r"\s", "", shown).casefold()
        case Part.PHONE:
            return (
                value in [found.value for found in find_phones(shown, "GB")]
                or shown[-3:] == (value or "")[-3:]
            )
        case Part.LINK:
            return find_links(shown)[0].value == value
        case Part.LANGUAGE:
            return [name for name, *_ in spoken_languages_in(shown)] == [value]
        case Part.SKILL:
            return value == canonical_skill(shown) or words(value or "") == words(shown)
        case _:
            return words(value or "") == words(shown)


@pytest.mark.parametrize("document", [COMPANY_FIRST, DATE_FIRST, TITLE_THEN_COMPANY])
def test_every_value_of_a_resume_has_a_span_that_yields_it(document: str) -> None:
    text = tidied(document)
    read = parse_text(text)
    profile = read.profile
    assert all(yields(text, profile, span) for span in read.spans)
    told = {(span.field, span.index) for span in read.spans}
    wanted = {(Part.SKILL, index) for index in range(len(profile.skills))}
    wanted |= {(Part.LANGUAGE, index) for index in range(len(profile.languages))}
    wanted |= {(Part.CERTIFICATE, index) for index in range(len(profile.certificates))}
    for index, job in enumerate(profile.employments):
        wanted |= {(Part.EMPLOYMENT, index), (Part.EMPLOYMENT_DATES, index), (Part.EMPLOYMENT_COMPANY, index)}
        wanted |= {(Part.EMPLOYMENT_TITLE, index)} if job.title else set()
    assert wanted <= told


ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["Data Analyst", "Site Manager", "Nurse"]),
        st.sampled_from(["Acme Ltd", "Contoso, Inc.", "Hoch & Tief GmbH"]),
        st.integers(1990, 2005),
        st.integers(1, 15),
        st.sampled_from(["\n", " | ", "\t", "  -  "]),
    ),
    max_size=5,
)


@settings(deadline=None, max_examples=60)
@given(ENTRIES, st.lists(st.lists(WORDS, max_size=6).map(" ".join), max_size=8))
def test_any_resume_gives_spans_within_it_that_yield_their_values(
    jobs: list[tuple[str, str, int, int, str]], noise: list[str]
) -> None:
    lines = ["Robin Example", "robin@example.org", "", "Experience", ""]
    for title, company, begin, years, between in jobs:
        lines += [
            f"{title}{between}{company}{between}{begin} - {begin + years}",
            "• Used SQL and C++ daily.",
            "",
        ]
    text = tidied("\n".join([*lines, *noise]))
    read = parse_text(text)
    for span in read.spans:
        assert 0 <= span.start < span.end <= len(text)
        assert yields(text, read.profile, span), (span, text[span.start : span.end])


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 200))
def test_a_run_that_is_found_has_the_words_of_the_value(text: str, begin: int, end: int) -> None:
    value = text[begin:end]
    found = Finder(text).find(value)
    if found is not None:
        assert words(text[found[0] : found[1]]) == words(value)


def test_a_search_is_bounded_and_takes_signs_along() -> None:
    assert Finder("a " * 50_000 + "b").find("a " * 100 + "c") is None
    assert Finder("C, then C++ and C#").find("C++", 2) == (8, 11)
