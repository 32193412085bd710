import itertools
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from graph.profiles import (
    PRECEDENCE,
    PROFILE,
    Account,
    Consent,
    Education,
    Employment,
    Location,
    Profile,
    Projection,
    RecordKind,
    company_key,
    experience_months,
    first_month,
    last_month,
    project,
    skill_key,
)

YEARS = st.integers(2000, 2012).map(str)
MONTHS = st.builds("{}-{:02}".format, YEARS, st.integers(1, 12))
DAYS = st.builds("{}-{:02}".format, MONTHS, st.integers(1, 28))
DATES = st.none() | YEARS | MONTHS | DAYS
WORDS = st.sampled_from(["Acme", "ACME Ltd", "Bolt", "C", "C++", "c", "Café", "cafe"])
EMPLOYMENTS = st.builds(
    Employment,
    company=WORDS,
    title=st.none() | WORDS,
    start=DATES,
    end=DATES,
    current=st.booleans(),
    skills=st.lists(WORDS, max_size=2).map(tuple),
)
LISTS = st.lists(WORDS, max_size=3).map(tuple)
PROFILES = st.builds(
    Profile,
    name=st.none() | WORDS,
    headline=st.none() | WORDS | st.just(" "),
    summary=st.none() | WORDS,
    location=st.none() | st.builds(Location, city=st.none() | WORDS),
    emails=st.lists(st.sampled_from(["a@b.example", "c@d.example"]), max_size=2).map(tuple),
    phones=LISTS,
    tags=LISTS,
    skills=LISTS,
    employments=st.lists(EMPLOYMENTS, max_size=3).map(tuple),
    educations=st.lists(st.builds(Education, school=WORDS, end=DATES), max_size=2).map(tuple),
)
ACCOUNTS = st.lists(
    st.builds(
        Account,
        record_id=st.uuids().map(str),
        kind=st.sampled_from(RecordKind),
        received_at=st.sampled_from(["2026-01-01T00:00:00.000000Z", "2026-01-02T00:00:00.000000Z"]),
        profile=PROFILES,
    ),
    max_size=5,
    unique_by=lambda account: account.record_id,
)


def account(
    profile: Profile, *, id: str = "r", kind: RecordKind = RecordKind.RESUME, day: int = 1
) -> Account:
    return Account(record_id=id, kind=kind, received_at=f"2026-01-{day:02}T00:00:00.000000Z", profile=profile)


@given(ACCOUNTS, st.data())
def test_the_order_of_arrival_does_not_matter(accounts: list[Account], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(accounts))
    assert project(shuffled) == project(accounts)


@given(ACCOUNTS)
def test_each_value_comes_from_the_record_that_is_named_as_its_source(accounts: list[Account]) -> None:
    projection = project(accounts)
    said = {account.record_id: account.profile for account in accounts}
    profile = projection.profile
    for name in ("name", "headline", "summary", "location"):
        value = getattr(profile, name)
        assert (name in projection.sources) == (value is not None)
        if value is not None:
            assert getattr(said[projection.sources[name]], name) == value
    for values, sources, field in (
        (profile.employments, projection.employment_sources, "employments"),
        (profile.educations, projection.education_sources, "educations"),
        (profile.skills, projection.skill_sources, "skills"),
    ):
        assert isinstance(values, tuple)
        for value, source in zip(values, sources, strict=True):
            assert value in getattr(said[source], field)


@given(ACCOUNTS)
def test_nothing_that_a_record_says_is_lost_but_for_a_better_word(accounts: list[Account]) -> None:
    profile = project(accounts).profile
    said = [account.profile for account in accounts]
    for key, kept, given_ in (
        (skill_key, profile.skills, [p.skills for p in said]),
        (str.casefold, profile.emails, [p.emails for p in said]),
        (str.casefold, profile.tags, [p.tags for p in said]),
        (company_key, companies(profile), [companies(p) for p in said]),
        (company_key, [e.school for e in profile.educations], [schools(p) for p in said]),
    ):
        assert {key(value) for value in kept} == {key(value) for values in given_ for value in values}
    for values in (profile.skills, profile.emails, profile.phones, profile.tags):
        assert len({value.casefold() for value in values}) == len(values)


def companies(profile: Profile) -> list[str]:
    return [employment.company for employment in profile.employments if employment.company]


def schools(profile: Profile) -> list[str]:
    return [education.school for education in profile.educations]


def test_a_kind_of_more_weight_wins_then_the_newest_then_the_lowest_id() -> None:
    lowest_first = [account(Profile(name=str(kind)), kind=kind, id=str(kind)) for kind in PRECEDENCE]
    for worse, better in itertools.pairwise(reversed(lowest_first)):
        found = project([worse, better])
        assert (found.profile.name, found.sources["name"]) == (better.profile.name, better.record_id)
    old, new = account(Profile(name="Old"), id="a"), account(Profile(name="New"), id="b", day=2)
    assert project([old, new]).profile.name == "New"
    high, low = account(Profile(name="High"), id="b"), account(Profile(name="Low"), id="a")
    assert project([high, low]).profile.name == "Low"


def test_a_better_record_that_is_silent_leaves_the_word_to_the_next() -> None:
    silent = account(
        Profile(headline=" ", summary="\x00 \x00", location=Location(), phones=(" ",)),
        kind=RecordKind.FORM,
        id="silent",
    )
    talking = account(
        Profile(headline="Welder", summary="Joins.", location=Location(city="Bonn"), phones=("+49 1",)),
        kind=RecordKind.REFERRAL,
        id="talking",
    )
    found = project([silent, talking])
    assert found.sources == dict.fromkeys(("headline", "summary", "location"), "talking")
    assert found.profile == talking.profile


def test_employments_of_a_lesser_record_are_added_for_other_companies_only() -> None:
    form = Profile(
        employments=(Employment(company="Acme", start="2019"), Employment(company="Acme", start="2010"))
    )
    resume = Profile(
        employments=(Employment(company="ACME Ltd.", title="Welder"), Employment(company="Bolt"))
    )
    found = project([account(resume, id="b"), account(form, id="a", kind=RecordKind.FORM)])
    assert found.profile.employments == (*form.employments, Employment(company="Bolt"))
    assert found.employment_sources == ("a", "a", "b")


def test_the_lists_of_many_records_stay_within_the_bounds_of_a_profile() -> None:
    accounts = [
        account(
            Profile(
                skills=tuple(f"Skill {i} {j}" for j in range(200)),
                emails=tuple(f"{i}.{j}@example.org" for j in range(20)),
                employments=tuple(Employment(company=f"Works {i} {j}") for j in range(60)),
            ),
            id=str(i),
        )
        for i in range(3)
    ]
    found = project(accounts)
    assert [len(v) for v in (found.profile.skills, found.profile.emails, found.profile.employments)] == [
        300,
        20,
        100,
    ]
    assert (len(found.skill_sources), len(found.employment_sources)) == (300, 100)


def test_nothing_known_is_an_empty_profile() -> None:
    assert project([]) == Projection(profile=Profile())


@pytest.mark.parametrize(
    ("start", "end", "current", "months"),
    [
        ("2019", "2020", False, ("2019-01", "2020-12")),
        ("2019-03", "2020-05", False, ("2019-03", "2020-05")),
        ("2019-03-31", "2019-03-01", False, ("2019-03", "2019-03")),
        ("2019-05", "2019", False, ("2019-05", "2019-12")),
        ("2019", "2019", False, ("2019-01", "2019-12")),
        (None, "2020", False, ("2020-12", "2020-12")),
        (None, "2020-02", False, ("2020-02", "2020-02")),
        ("2019-03", None, False, ("2019-03", None)),
        ("2019-03", "2020", True, ("2019-03", None)),
        (None, None, True, None),
        (None, None, False, None),
        ("2020-02", "2020-01", False, None),
        ("2021", "2020", False, None),
    ],
)
def test_partial_dates_span_what_they_can_mean(
    start: str | None, end: str | None, current: bool, months: tuple[str, str | None] | None
) -> None:
    span = Employment(company="Acme", start=start, end=end, current=current).months()
    if months is None:
        assert span is None
        return
    assert span is not None
    assert span[0] == first_month(months[0])
    assert span[1] == last_month(months[1]) if months[1] else span[1] > last_month("2099-12")


def test_months_count_from_year_zero() -> None:
    assert (first_month("2019"), last_month("2019")) == (2019 * 12, 2019 * 12 + 11)
    assert first_month("2019-03-15") == last_month("2019-03") == 2019 * 12 + 2


@given(st.lists(EMPLOYMENTS, max_size=6), st.integers(first_month("1999"), last_month("2014")))
def test_experience_is_the_months_in_which_at_least_one_job_was_held(
    employments: list[Employment], this_month: int
) -> None:
    held: set[int] = set()
    for employment in employments:
        if span := employment.months():
            held |= {month for month in range(span[0], this_month + 1) if month <= span[1]}
    assert experience_months(employments, this_month=this_month) == len(held)


@given(ACCOUNTS)
def test_a_skill_was_used_in_the_months_of_the_jobs_that_name_it(accounts: list[Account]) -> None:
    found = project(accounts)
    came = {each.record_id: first_month(each.received_at[:7]) for each in accounts}
    for skill, use in zip(found.profile.skills, found.skill_uses, strict=True):
        held: set[int] = set()
        for job, source in zip(found.profile.employments, found.employment_sources, strict=True):
            if skill_key(skill) in map(skill_key, job.skills) and (span := job.months()):
                held |= set(range(span[0], min(span[1], came[source]) + 1))
        assert use.months == len(held)
        assert use.last_used == (f"{max(held) // 12}-{max(held) % 12 + 1:02}" if held else None)


def test_an_open_end_lasts_until_the_record_came() -> None:
    job = Employment(company="Acme", start="2025-11", current=True, skills=("SQL",))
    former = Employment(company="Bolt", start="2025-12", end="2025-12", skills=("sql", "Go"))
    found = project([account(Profile(skills=("SQL", "Go", "C"), employments=(job, former)))])
    assert [(use.months, use.last_used) for use in found.skill_uses] == [
        (3, "2026-01"),
        (1, "2025-12"),
        (0, None),
    ]


@pytest.mark.parametrize(
    "spellings",
    [
        ("Acme", "ACME", " acme ", "Acme Ltd", "Acme, Ltd.", "ACME Limited", "Acme Co., Ltd.", "Acme Inc."),
        ("Acme S.A.", "Acme SA", "Acme S.p.A.", "Acme Spa"),
        ("Müller", "Muller GmbH", "MÜLLER GmbH & Co. KG", "Mu\u0308ller & Co."),
        ("Straße & Söhne", "STRASSE and Söhne AG"),
        ("I.B.M.", "IBM Corp."),
        ("\uff21cme ™", "acme tm"),
        ("Ødegård", "ødegard AS"),
    ],
)
def test_spellings_of_one_company_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({company_key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("Acme", "Acme North"),
        ("Co", "Inc", "AG"),
        ("+++", "---"),
        ("バス", "ハス", "パス"),
        ("किताब", "कताब"),
        ("กิน", "กีน"),
        ("H & M", "HM"),
        ("Acme Company Town", "Acme"),
    ],
)
def test_different_companies_have_different_keys(names: tuple[str, ...]) -> None:
    assert len({company_key(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("names", "distinct"),
    [
        (("C", "C++", "C#", "c"), 3),
        ((".NET", "NET"), 2),
        (("Machine  Learning", "machine learning", " Machine\tLearning"), 1),
        (("Rhétorique", "rhetorique"), 1),
        (("ガス", "カス"), 2),
        (("A", "B", "\u0301", "\u0302"), 4),
    ],
)
def test_skills_differ_by_signs_but_not_by_case_and_space(names: tuple[str, ...], distinct: int) -> None:
    assert len({skill_key(name) for name in names}) == distinct


@given(st.text(min_size=1, max_size=30))
def test_keys_are_never_empty_and_know_no_case(text: str) -> None:
    try:
        name = Education(school=text).school
    except ValidationError:
        return
    for key in (company_key, skill_key):
        assert key(name).strip()
        assert key(name) == key(unicodedata.normalize("NFD", name))


@given(st.text(max_size=50))
def test_whatever_is_accepted_holds_no_control_characters_and_is_accepted_again(text: str) -> None:
    try:
        profile = PROFILE.validate_python({"name": text, "headline": text, "summary": text, "tags": [text]})
    except ValidationError:
        return
    for value in (profile.name, profile.headline, profile.summary, *profile.tags):
        assert value is not None
        assert value == value.strip()
        assert not {unicodedata.category(mark) for mark in value.replace("\n", "").replace("\t", "")} & {
            "Cc",
            "Cs",
        }
    assert PROFILE.validate_json(PROFILE.dump_json(profile)) == profile


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ({"name": "Kim\x00 \ud800\n Name "}, {"name": "Kim Name"}),
        ({"headline": " \x07 "}, {"headline": ""}),
        ({"summary": "\x00 one\n\ttwo \x1b"}, {"summary": "one\n\ttwo"}),
        ({"emails": [" Kim@Example.ORG "]}, {"emails": ("kim@example.org",)}),
        ({"skills": ["a" * 200]}, {"skills": ("a" * 200,)}),
    ],
)
def test_what_can_be_cleaned_is_cleaned(given_: dict[str, Any], kept: dict[str, Any]) -> None:
    profile = PROFILE.validate_python(given_)
    assert {name: getattr(profile, name) for name in kept} == kept


@pytest.mark.parametrize(
    "given_",
    [
        {"name": " \x00\t"},
        {"name": "a" * 201},
        {"name": 5},
        {"name": ["Kim"]},
        {"headline": "a" * 401},
        {"headline": "\ud800"},
        {"summary": "a" * 20_001},
        {"skills": [""]},
        {"skills": [None]},
        {"skills": "Python"},
        {"skills": [f"Skill {i}" for i in range(301)]},
        {"tags": ["\u2003"]},
        {"emails": ["kim"]},
        {"emails": ["kim@example"]},
        {"emails": ["kim@exa mple.org"]},
        {"emails": ["kim\x00@example.org"]},
        {"emails": ["kim\u200b@example.org"]},
        {"emails": ["kim@example.org\nBcc: x@example.org"]},
        {"emails": ["a@b.example,c@d.example"]},
        {"emails": ["a" * 250 + "@b.example"]},
        {"emails": [f"{i}@example.org" for i in range(21)]},
        {"location": {"country": "de"}},
        {"location": {"country": "DEU"}},
        {"location": {"city": "a" * 401}},
        {"employments": [{"company": " "}]},
        {"employments": [{"company": "Acme", "start": "2019-13"}]},
        {"employments": [{"company": "Acme", "start": "2019-1"}]},
        {"employments": [{"company": "Acme", "start": "2019-01-32"}]},
        {"employments": [{"company": "Acme", "start": "1899"}]},
        {"employments": [{"company": "Acme", "start": "20\u0661\u0662"}]},
        {"employments": [{"company": "Acme", "start": "2019\n"}]},
        {"employments": [{"company": "Acme"}] * 101},
        {"educations": [{"school": "\x01"}]},
        {"educations": [{"school": "Tech"}] * 51},
    ],
)
def test_what_breaks_a_bound_is_refused(given_: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PROFILE.validate_python(given_)


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("2026-11-23T06:01:34Z", "2026-11-23T06:01:34.000000Z"),
        ("2026-11-23T07:01:34.5+01:00", "2026-11-23T06:01:34.500000Z"),
    ],
)
def test_the_moment_of_a_consent_is_kept_in_the_one_form_that_sorts(given_: str, kept: str) -> None:
    assert Consent(granted=True, at=given_, basis="form").at == kept


@pytest.mark.parametrize(
    "given_", ["yesterday", "", "2026-11-23", "2026-11-23T06:01:34", "2026-13-01T00:00:00Z"]
)
def test_a_consent_without_a_moment_is_refused(given_: str) -> None:
    with pytest.raises(ValidationError):
        Consent(granted=True, at=given_, basis="form")
