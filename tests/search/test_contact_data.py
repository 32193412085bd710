"""Contact data leave a text as a whole, and are found again by their keys."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.contact_data import Key, key_sought, keys_of, without_contact_data
from search.resumes.contacts import find_emails, find_links, find_phones

LETTERS = st.text(string.ascii_lowercase, min_size=3, max_size=8)
WORDS = st.lists(LETTERS, max_size=4).map(" ".join)
EMAILS = st.builds("{}.{}{}@{}.example".format, LETTERS, LETTERS, st.integers(0, 99), LETTERS)
LINKS = st.builds(
    "{}linkedin.com/in/{}-{}".format, st.sampled_from(["https://www.", "", "https://"]), LETTERS, LETTERS
)
DIGITS = st.text(string.digits, min_size=7, max_size=7).map(lambda digits: f"1415{digits}")
FORMS = st.sampled_from(["+{0}", "+1 ({0[1]}{0[2]}{0[3]}) {0[4]}{0[5]}{0[6]}-{0[7]}{0[8]}{0[9]}{0[10]}", "{0[1]}{0[2]}{0[3]}.{0[4]}{0[5]}{0[6]}.{0[7]}{0[8]}{0[9]}{0[10]}"])  # fmt: skip
PHONES = st.builds(lambda digits, form: (f"+{digits}", form.format(digits)), DIGITS, FORMS)


@given(
    before=WORDS,
    after=WORDS,
    email=EMAILS,
    link=LINKS,
    phone=PHONES,
    gap=st.sampled_from([" ", "\n", " | ", ", "]),
)
def test_the_words_around_stay_and_nothing_else(
    before: str, after: str, email: str, link: str, phone: tuple[str, str], gap: str
) -> None:
    known, written = phone
    text = gap.join((before, email, written, link, after))
    left = without_contact_data(text, [known])
    assert left.translate(str.maketrans(",|+(", "    ")).split() == [*before.split(), *after.split()]
    assert without_contact_data(left) == left


@given(st.text(max_size=300))
def test_what_is_read_as_contact_data_is_gone(text: str) -> None:
    left = without_contact_data(text, [found.value for found in find_phones(text, None)])
    assert find_emails(left) == find_links(left) == []
    assert len(left) <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Analyst, 01/2015 - 02/2018",
        "2011-2014, 2015 – 2019",
        "Analyst (2015 - 2018), Clerk (01/2013-12/2014)",
        "12.05.2015-13.06.2017",
        "ISO 27001-2013 and ISO 9001:2015",
        "Ran 40 teams with 1,200,000 users",
        "CI/CD, TCP/IP, and/or",
        "mentions @handles and C++ @ work",
        "Node.js/Express",
    ],
)
def test_other_numbers_and_marks_stay(text: str) -> None:
    assert without_contact_data(text) == text


def test_a_known_number_goes_even_where_it_looks_like_years() -> None:
    assert without_contact_data("call 415-555-2015", ["+14155552015"]).split() == ["call"]
    assert without_contact_data("call 415-555-2015").split() == ["call", "415-555-2015"]
    assert "555" not in without_contact_data("call (415) 555-2015 or +1 415 555 2015")


@pytest.mark.parametrize(
    "text",
    ["@" * 100_000, "a@" * 100_000, "a." * 100_000, "1 " * 100_000, "a-" * 100_000, "www." * 50_000, "x" * 200_000, "/" * 200_000],
)  # fmt: skip
def test_hostile_texts_end(text: str) -> None:
    assert len(without_contact_data(text)) <= len(text)


@given(email=EMAILS, link=LINKS, phone=PHONES)
def test_keys_are_found_however_they_are_written(email: str, link: str, phone: tuple[str, str]) -> None:
    by_email, by_phone, by_link = keys_of(
        [email], [phone[0]], [f"https://www.{link.rpartition('www.')[2].removeprefix('https://')}/"]
    )
    assert key_sought(f" <{email.upper()}>,") == Key(by_email, begins=False)
    assert key_sought(link) == Key(by_link, begins=False)
    sought = key_sought(phone[1])
    assert sought is not None
    assert sought.begins
    assert by_phone.startswith(sought.value)


@pytest.mark.parametrize(
    "text", ["", "python", "C++", "2015-2018", "CI/CD", "12345", "1" * 16, "a@b", "x" * 300 + "@example.org"]
)
def test_other_words_are_no_keys(text: str) -> None:
    assert key_sought(text) is None


def test_a_number_without_its_country_is_found() -> None:
    (key,) = keys_of([], ["+491711234567"], [])
    for written in ("0171 1234567", "+49 (0)171 1234567", "0049171/1234567", "171-1234567", "1234567"):
        sought = key_sought(written)
        assert sought is not None
        assert key.startswith(sought.value), written
