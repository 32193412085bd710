"""The demo data: repeatable, the same at every size, consistent in itself, and readable as files."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from types import GeneratorType

import docx
import playa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.demo.files import ResumeKind, file_name, render, resume_files
from api.demo.jobs import job_count, jobs
from api.demo.people import people, person
from api.demo.phrases import count_words
from api.demo.process import applications, referrals, shared_employer, shortlistings, story
from api.demo.rows import ApplicationRow, EmploymentRow, JobRow, PersonRow, ReferralRow, Role, ShortlistingRow
from api.demo.seeds import DEFAULT_SEED, LARGEST, SMALLEST, TODAY, job_id, person_id
from api.demo.staff import role_of, staff
from api.demo.templates import templates
from api.demo.words.companies import COMPANIES, OWN_COMPANY
from api.demo.words.names import CULTURES
from api.demo.words.occupations import OCCUPATIONS
from api.demo.words.places import CITIES, SCHOOLS

SIZE = 2000
FEW = 300
FIRST_STAFF = 12
EARLIEST_YEAR = "1970"
SUMMARY_WORDS = range(60, 121)
DESCRIPTION_WORDS = range(100, 201)
SHARE_WITH_COLLEAGUE_AMONG_STAFF = (0.05, 0.60)
SHARE_WITH_CONSENT = (0.65, 0.78)
SHARE_APPLYING = (0.22, 0.36)
SHARE_STAFF = (0.03, 0.06)
FILES_READ_BACK = 12
NEWEST_JOBS = 2
LATE = 999_999

numbers = st.integers(min_value=0, max_value=LARGEST - 1)
sizes = st.integers(min_value=SMALLEST, max_value=400)
seeds = st.integers(min_value=0, max_value=10_000)


@cache
def crowd() -> tuple[PersonRow, ...]:
    """Return the people of a demo of the documented size."""
    return tuple(people(SIZE))


@cache
def openings() -> tuple[JobRow, ...]:
    """Return the jobs of a demo of the documented size."""
    return tuple(jobs(SIZE))


@cache
def applied() -> tuple[ApplicationRow, ...]:
    """Return the applications of a demo of the documented size."""
    return tuple(applications(SIZE))


@cache
def referred() -> tuple[ReferralRow, ...]:
    """Return the referrals of a demo of the documented size."""
    return tuple(referrals(SIZE))


@cache
def shortlisted() -> tuple[ShortlistingRow, ...]:
    """Return the shortlistings of a demo of the documented size."""
    return tuple(shortlistings(SIZE))


def roles_by_id() -> dict[str, list[Role]]:
    """Return everybody's roles by id."""
    return {row["id"]: row["roles"] for row in crowd()}


def share(part: int, whole: int) -> float:
    """Return the share of a part."""
    return part / whole


def within(value: float, bounds: tuple[float, float]) -> bool:
    """Tell whether a value lies between two bounds."""
    return bounds[0] <= value <= bounds[1]


def test_two_runs_are_equal() -> None:
    """The same seed gives the same demo."""
    assert list(people(SIZE)) == list(crowd())
    assert list(jobs(SIZE)) == list(openings())
    assert list(applications(SIZE)) == list(applied())
    assert list(referrals(SIZE)) == list(referred())


def test_another_seed_gives_other_people_with_the_same_ids() -> None:
    """Ids do not depend on the seed, everything else does."""
    one, other = person(100, seed=1), person(100, seed=2)
    assert one["id"] == other["id"]
    assert one["employments"] != other["employments"]


@settings(max_examples=10, deadline=None)
@given(small=sizes, large=sizes, seed=seeds)
def test_a_smaller_demo_is_the_beginning_of_a_larger_one(small: int, large: int, seed: int) -> None:
    """Every kind of row of a small demo stands in each larger one, unchanged."""
    small, large = sorted((small, large))
    assert list(people(small, seed)) == list(itertools.islice(people(large, seed), small))
    assert list(jobs(small, seed)) == list(itertools.islice(jobs(large, seed), job_count(small)))
    for rows in (applications, referrals, shortlistings):
        few, many = list(rows(small, seed)), list(rows(large, seed))
        assert few == many[: len(few)]


@settings(max_examples=60, deadline=None)
@given(number=numbers, seed=seeds)
def test_a_story_points_only_to_what_every_demo_with_that_person_has(number: int, seed: int) -> None:
    """Jobs and staff that a candidate's rows name exist as soon as the candidate does."""
    told = story(number, seed)
    job_ids = {job_id(near) for near in range(max(job_count(number + 1), 1))}
    rows = (*told.applications, *told.referrals, *told.shortlistings)
    assert {row["job_id"] for row in rows} <= job_ids
    earlier = {person_id(member) for member in staff(seed, number + 1)}
    assert {row["referrer_id"] for row in told.referrals} <= earlier
    assert {row["by_id"] for row in told.shortlistings} <= earlier


def test_every_reference_of_every_size_exists() -> None:
    """No row names a person or a job that is not in the demo, and the people in charge have the right role."""
    for size in (SMALLEST, 100, 999, 1000, 1001, 1100, SIZE):
        ids = {person_id(number) for number in range(size)}
        job_ids = {job_id(number) for number in range(job_count(size))}
        for opening in jobs(size):
            assert {opening["hiring_manager_id"], opening["recruiter_id"]} <= ids
        for row in (*applications(size), *shortlistings(size), *referrals(size)):
            assert row["person_id"] in ids
            assert row["job_id"] in job_ids
    roles = roles_by_id()
    assert all("HIRING_MANAGER" in roles[row["hiring_manager_id"]] for row in openings())
    assert all("RECRUITER" in roles[row["recruiter_id"]] for row in openings())
    assert all("RECRUITER" in roles[row["by_id"]] for row in shortlisted())
    assert all("EMPLOYEE" in roles[row["referrer_id"]] for row in referred())
    assert not any(roles[row["person_id"]] for row in (*applied(), *referred(), *shortlisted()))


def test_ids_are_unique() -> None:
    """No two rows share an id."""
    rows = (*crowd(), *openings(), *applied(), *referred(), *shortlisted(), *templates())
    ids = Counter(row["id"] for row in rows)
    assert ids.most_common(1)[0][1] == 1


def test_addresses_are_fictional_and_nobody_shares_one() -> None:
    """Mail goes to the example domains only; no address and no telephone number occurs twice."""
    addresses = [address for row in crowd() for address in row["emails"]]
    phones = [phone for row in crowd() for phone in row["phones"]]
    assert all(row["emails"] for row in crowd())
    assert len(set(addresses)) == len(addresses)
    assert len(set(phones)) == len(phones) > SIZE // 3
    assert all(re.fullmatch(r"[a-z0-9.-]+@example\.(com|org|net)", address) for address in addresses)
    assert all(re.fullmatch(r"\+\d{11,12}", phone) for phone in phones)
    american = [phone for phone in phones if phone.startswith("+1")]
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", phone) for phone in american)


@settings(max_examples=60, deadline=None)
@given(number=numbers, seed=seeds)
def test_dates_of_a_person_are_sane(number: int, seed: int) -> None:
    """A career starts after school, goes forward and does not reach beyond the day of the demo."""
    row = person(number, seed)
    for education in row["educations"]:
        start, end = education["start"] or "", education["end"] or ""
        assert EARLIEST_YEAR < start <= end <= f"{TODAY.year}"
    graduated = row["educations"][0]["end"] or ""
    assert graduated <= (row["employments"][-1]["start"] or "")
    for employment in row["employments"]:
        assert month(employment["start"]) <= month(employment["end"]) <= TODAY.isoformat()
        assert employment["current"] == (employment["end"] is None)
    for earlier, later in itertools.pairwise(reversed(row["employments"])):
        assert not earlier["current"]
        assert month(earlier["end"]) <= month(later["start"])


def month(partial: str | None) -> str:
    """Return the partial date; an open end is today."""
    return partial or TODAY.isoformat()


def test_titles_become_more_senior() -> None:
    """Nobody steps back on the ladder of their occupation, and many step up."""
    ladders = {title: (ladder, step) for ladder in OCCUPATIONS for step, title in enumerate(ladder.titles)}
    climbed = 0
    for row in crowd():
        steps = [ladders[employment["title"] or ""] for employment in reversed(row["employments"])]
        assert len({ladder for ladder, _ in steps}) == 1
        assert [step for _, step in steps] == sorted(step for _, step in steps)
        climbed += steps[0][1] < steps[-1][1]
    assert climbed > SIZE // 2


def test_dates_of_the_process_are_sane() -> None:
    """Nothing happens before the job was opened or after the day of the demo, and stages come in order."""
    order = ["LEAD", "APPLIED", "SCREEN", "INTERVIEW", "OFFER", "HIRED"]
    opened = {row["id"]: row["opened_on"] for row in openings()}
    first_seen = {(row["person_id"], row["job_id"]): row["created_at"] for row in applied()}
    for row in applied():
        moments = [move["at"] for move in row["moves"]]
        stages = [order.index(move["stage"]) for move in row["moves"]]
        assert opened[row["job_id"]] <= row["created_at"] == moments[0]
        assert moments == sorted(moments)
        assert stages == list(range(stages[0], order.index(row["stage"]) + 1))
        assert (row["closed_at"] is None) == (row["status"] == "ACTIVE")
        assert moments[-1] <= (row["closed_at"] or moments[-1]) < TODAY.isoformat()
        assert (row["stage"] == "HIRED") == (row["status"] == "HIRED")
    for note in (*referred(), *shortlisted()):
        assert opened[note["job_id"]] <= note["at"] < f"{TODAY.isoformat()}T24"
    for referral in referred():
        assert referral["at"] <= first_seen.get((referral["person_id"], referral["job_id"]), "9999")


def test_nobody_is_hired_twice_or_active_after_a_hire() -> None:
    """A hire ends all other applications of a person."""
    hired = Counter(row["person_id"] for row in applied() if row["status"] == "HIRED")
    assert hired
    assert hired.most_common(1)[0][1] == 1
    assert not any(row["status"] == "ACTIVE" for row in applied() if row["person_id"] in hired)


def test_a_few_hundred_people_fill_every_stage_and_status() -> None:
    """A small demo already shows the whole pipeline."""
    stages = Counter(row["stage"] for row in applications(FEW))
    statuses = Counter(row["status"] for row in applications(FEW))
    assert set(stages) == {"LEAD", "APPLIED", "SCREEN", "INTERVIEW", "OFFER", "HIRED"}
    assert set(statuses) == {"ACTIVE", "REJECTED", "WITHDRAWN", "HIRED"}
    applicants = {row["person_id"] for row in applied()}
    assert within(share(len(applicants), SIZE), SHARE_APPLYING)
    assert {row["job_id"] for row in applied()} >= {row["id"] for row in openings()[:-NEWEST_JOBS]}


def test_applications_by_referral_have_a_referral() -> None:
    """The source REFERRAL comes with the referral for that job."""
    known = {(row["person_id"], row["job_id"]) for row in referred()}
    sourced = {(row["person_id"], row["job_id"]) for row in applied() if row["source"] == "REFERRAL"}
    assert sourced
    assert sourced < known


def test_former_colleagues_say_so_truly() -> None:
    """Who refers as a former colleague has worked with the candidate; there are such referrals."""
    by_id = {row["id"]: row for row in crowd()}
    colleagues = [row for row in referred() if row["relationship"] == "Former colleague"]
    assert len(colleagues) > len(referred()) // 5
    for row in colleagues:
        company = shared_employer(by_id[row["person_id"]], by_id[row["referrer_id"]])
        assert company
        assert company in row["note"]


def test_staff_can_introduce_a_stated_share_of_the_candidates() -> None:
    """Between 5 and 60 percent of the candidates have worked with somebody of our staff."""
    spans: dict[str, list[EmploymentRow]] = {}
    members = [row for row in crowd() if row["roles"]]
    for member in members:
        for employment in member["employments"]:
            spans.setdefault(employment["company"], []).append(employment)
    candidates = [row for row in crowd() if not row["roles"]]
    met = sum(any(meets(mine, spans) for mine in row["employments"]) for row in candidates)
    assert within(share(met, len(candidates)), SHARE_WITH_COLLEAGUE_AMONG_STAFF)


def meets(mine: EmploymentRow, spans: dict[str, list[EmploymentRow]]) -> bool:
    """Tell whether an employment overlaps with one of the listed ones at the same company."""
    begin, end = bounds(mine)
    return any(
        begin <= other_end and other_begin <= end
        for other_begin, other_end in map(bounds, spans.get(mine["company"], []))
    )


def bounds(employment: EmploymentRow) -> tuple[str, str]:
    """Return the first and the last month of an employment."""
    start, end = employment["start"] or "", employment["end"] or "9999"
    return (start if "-" in start else f"{start}-01"), (end if "-" in end else f"{end}-12")


def test_staff_work_at_our_own_company_and_nobody_else_does() -> None:
    """Roles and a current employment at our own company come together; the first twelve are always staff."""
    for number, row in enumerate(crowd()):
        now = [employment["company"] for employment in row["employments"] if employment["current"]]
        assert (OWN_COMPANY in now) == bool(row["roles"]) == (role_of(DEFAULT_SEED, number) is not None)
        if row["roles"]:
            assert "EMPLOYEE" in row["roles"]
            assert len(row["employments"]) > 1
    first = Counter(role for row in crowd()[:FIRST_STAFF] for role in row["roles"])
    assert first["EMPLOYEE"] == FIRST_STAFF
    assert min(first["RECRUITER"], first["HIRING_MANAGER"]) > 1
    assert within(share(len(list(staff(DEFAULT_SEED, SIZE))), SIZE), SHARE_STAFF)


def test_consent_is_given_by_most_and_refused_by_some() -> None:
    """All three answers occur: yes, no and none."""
    answers = Counter(None if row["consent"] is None else row["consent"]["granted"] for row in crowd())
    assert set(answers) == {True, False, None}
    assert within(share(answers[True], SIZE), SHARE_WITH_CONSENT)


def test_texts_have_the_stated_length_and_no_open_slots() -> None:
    """Summaries have 60 to 120 words, descriptions 100 to 200, and both are nearly all different."""
    summaries = [row["summary"] for row in crowd()]
    descriptions = [row["description"] for row in openings()]
    assert all(count_words([text]) in SUMMARY_WORDS for text in summaries)
    assert all(count_words([text]) in DESCRIPTION_WORDS for text in descriptions)
    assert len(set(summaries)) == len(summaries)
    headlines = [row["headline"] for row in crowd()]
    notes = [row["note"] for row in (*referred(), *shortlisted())]
    assert not any(re.search(r"[{}]|None", text) for text in (*summaries, *descriptions, *headlines, *notes))


def test_rows_have_the_shape_of_the_import() -> None:
    """A person row holds exactly the keys of the JSONL import, survives JSON, and names distinct skills."""
    for row in crowd()[:FEW]:
        assert set(row) == set(PersonRow.__annotations__)
        assert json.loads(json.dumps(row)) == row
    for row in crowd():
        assert len(set(row["skills"])) == len(row["skills"])


def test_salaries_are_ranges() -> None:
    """The lower end is above nothing and below the upper end."""
    assert all(0 < row["salary"]["minimum"] < row["salary"]["maximum"] for row in openings())
    assert {len(row["salary"]["currency"]) for row in openings()} == {3}


def test_iteration_is_lazy() -> None:
    """The largest demo begins at once, and its last person needs no other."""
    for rows in (people(LARGEST), jobs(LARGEST), applications(LARGEST), resume_files(people(LARGEST))):
        assert isinstance(rows, GeneratorType)
        next(rows)
    assert person(LATE)["external_ids"] == [{"system": "demo", "value": f"{LATE}"}]


@pytest.mark.parametrize("size", [-1, 0, SMALLEST - 1, LARGEST + 1])
def test_impossible_sizes_are_refused_at_once(size: int) -> None:
    """The message says which sizes are possible, before any row is asked for."""
    for rows in (people, jobs, applications, referrals, shortlistings):
        with pytest.raises(ValueError, match=f"between {SMALLEST} and {LARGEST}"):
            rows(size)


def test_templates_use_known_merge_fields_only() -> None:
    """There are three templates, and each greets the candidate and names the sender."""
    allowed = {"candidate.first_name", "candidate.name", "job.title", "sender.name", "company.name"}
    for template in templates():
        fields = set(re.findall(r"{{(.*?)}}", template["subject"] + template["body"]))
        assert {"sender.name", "job.title"} <= fields <= allowed
    assert len({template["name"] for template in templates()}) == len(templates()) == len(("a", "b", "c"))


def test_all_words_can_be_shown_with_core_fonts() -> None:
    """Everything that may stand in a PDF is Latin-1."""
    names = (name for culture in CULTURES.values() for name in (*culture.given, *culture.family))
    cities = (city.name for near in CITIES.values() for city in near)
    companies = (company.name for company in COMPANIES)
    for text in (*names, *cities, *companies, *SCHOOLS):
        assert text.encode("latin-1").strip()


@pytest.mark.parametrize("kind", list(ResumeKind))
def test_files_hold_name_address_and_career(kind: ResumeKind) -> None:
    """What a reader finds in a file is what the row says."""
    for row in crowd()[:FILES_READ_BACK]:
        text = plain_text(kind, render(row, kind))
        assert row["name"] in text
        assert row["emails"][0] in text
        squeezed = re.sub(r"\s+", "", text)
        for expected in (
            *(employment["company"] for employment in row["employments"]),
            *(education["school"] for education in row["educations"]),
            *row["skills"],
        ):
            assert re.sub(r"\s+", "", expected) in squeezed


def test_long_addresses_stay_on_one_line() -> None:
    """The narrow column of a PDF is wide enough for the longest address of the documented demo."""
    longest = max(crowd(), key=lambda row: len(row["emails"][0]))
    assert longest["emails"][0] in plain_text(ResumeKind.SIDEBAR_PDF, render(longest, ResumeKind.SIDEBAR_PDF))


@pytest.mark.parametrize("kind", list(ResumeKind))
def test_files_are_the_same_bytes_every_time(kind: ResumeKind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the clock nor the time zone leaves a trace."""
    before = render(crowd()[0], kind)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert render(crowd()[0], kind) == before
    if before.startswith(b"%PDF"):
        assert f"/CreationDate (D:{TODAY:%Y%m%d}000000".encode() in before


def test_every_person_has_one_file_with_a_name_of_its_own() -> None:
    """All kinds occur, and names are unique and plain ASCII."""
    rows = crowd()[:FEW]
    names = [name for name, _ in resume_files(rows[:FILES_READ_BACK])]
    assert len(names) == FILES_READ_BACK
    every = [file_name(row, ResumeKind.DOCX) for row in crowd()]
    assert len(set(every)) == len(every)
    assert all(re.fullmatch(r"[a-z-]+-\d+\.docx", name) for name in every)


def plain_text(kind: ResumeKind, content: bytes) -> str:
    """Read a file as intake would."""
    if kind in (ResumeKind.ONE_COLUMN_PDF, ResumeKind.SIDEBAR_PDF):
        with playa.parse(content) as document:
            return "\n".join(page.extract_text() for page in document.pages)
    if kind is ResumeKind.DOCX:
        return "\n".join(docx_texts(content))
    text = content.decode()
    return text.replace("&#x27;", "'").replace("&amp;", "&") if kind is ResumeKind.HTML else text


def docx_texts(content: bytes) -> Iterator[str]:
    """Yield the texts of paragraphs and table cells."""
    document = docx.Document(BytesIO(content))
    yield from (paragraph.text for paragraph in document.paragraphs)
    yield from (cell.text for table in document.tables for row in table.rows for cell in row.cells)
