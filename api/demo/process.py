"""What happens around the jobs: applications, referrals and shortlistings.

Everything about a candidate depends on the seed and the candidate's number, and points to jobs and staff
that exist in the smallest demo with that candidate, hence in every larger one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from api.demo.careers import occupation_of
from api.demo.jobs import fitting_job, job_count, opened_on, recruiter_id_of_job
from api.demo.people import person
from api.demo.rows import (
    ApplicationRow,
    EmploymentRow,
    PersonRow,
    ReferralRow,
    ShortlistingRow,
    Source,
    Stage,
    StageMoveRow,
    Status,
)
from api.demo.seeds import DEFAULT_SEED, TODAY, chance, check_size, item_id, job_id, moment, person_id, stream
from api.demo.staff import BLOCK, role_of, staff_of_block
from api.demo.words.fields import RELATED_FIELDS
from api.demo.words.sentences import (
    COLLEAGUE_NOTES,
    FORMER_COLLEAGUE,
    FRIEND_NOTES,
    REJECTION_REASONS,
    RELATIONSHIPS,
    SHORTLIST_NOTES,
    WITHDRAWAL_REASONS,
)

_APPLIES = 0.30
_IS_REFERRED = 0.18
"""Share of the applications that come from a referral."""
_LEADS = 0.03
"""Share of the other candidates whom an employee has recommended."""
_SHORTLISTED = 0.05
_STAGES: tuple[Stage, ...] = ("LEAD", "APPLIED", "SCREEN", "INTERVIEW", "OFFER", "HIRED")
_STAGE_WEIGHTS = (12, 28, 25, 23, 8, 4)
_OPEN, _REJECTED = 0.5, 0.85
"""Shares of the applications short of a hire, added up: active, rejected; the rest was withdrawn."""
_SOURCES: tuple[Source, ...] = ("CAREER_SITE", "JOB_BOARD", "SOURCED")
_SOURCE_WEIGHTS = (50, 30, 20)
_MOST_PER_CANDIDATE = 3
_BLOCKS_ASKED = 15
"""So many blocks of people before the candidate's are looked through for a former colleague."""


@dataclass(frozen=True, slots=True)
class Story:
    """All that happened between one candidate and our own company."""

    applications: list[ApplicationRow]
    referrals: list[ReferralRow]
    shortlistings: list[ShortlistingRow]


@dataclass(frozen=True, slots=True)
class _Candidate:
    rng: Random
    number: int
    seed: int


def applications(people: int, seed: int = DEFAULT_SEED) -> Iterator[ApplicationRow]:
    """Yield all applications of a demo, ordered by candidate. Raise ValueError for an impossible size."""
    check_size(people)
    return (row for number in range(people) for row in story(number, seed).applications)


def referrals(people: int, seed: int = DEFAULT_SEED) -> Iterator[ReferralRow]:
    """Yield all referrals of a demo, ordered by candidate. Raise ValueError for an impossible size."""
    check_size(people)
    return (row for number in range(people) for row in story(number, seed).referrals)


def shortlistings(people: int, seed: int = DEFAULT_SEED) -> Iterator[ShortlistingRow]:
    """Yield all shortlistings of a demo, ordered by candidate. Raise ValueError for an impossible size."""
    check_size(people)
    return (row for number in range(people) for row in story(number, seed).shortlistings)


def story(number: int, seed: int = DEFAULT_SEED) -> Story:
    """Tell what happened between one person and our own company; nothing for staff."""
    told = Story([], [], [])
    if role_of(seed, number):
        return told
    candidate = _Candidate(stream(seed, "story", number), number, seed)
    rng = candidate.rng
    if chance(rng, _APPLIES):
        for job in _jobs_for(candidate, rng.randrange(1, _MOST_PER_CANDIDATE + 1)):
            _apply(candidate, told, job)
    elif chance(rng, _LEADS):
        for job in _jobs_for(candidate, 1):
            _refer(candidate, told, job, TODAY.isoformat())
    if chance(rng, _SHORTLISTED):
        for job in _jobs_for(candidate, 1):
            told.shortlistings.append(_shortlisting(candidate, job))
    return told


def shared_employer(one: PersonRow, other: PersonRow) -> str | None:
    """Return a company at which both worked at the same time, or None."""
    for mine in one["employments"]:
        for theirs in other["employments"]:
            if mine["company"] == theirs["company"] and _overlap(mine, theirs):
                return mine["company"]
    return None


def _overlap(one: EmploymentRow, other: EmploymentRow) -> bool:
    (begin, end), (other_begin, other_end) = _months(one), _months(other)
    return begin <= other_end and other_begin <= end


def _months(employment: EmploymentRow) -> tuple[str, str]:
    """Return the first and the last month; a mere year stands for all of it, an open end for always."""
    start, end = employment["start"] or "0000", employment["end"] or "9999"
    return start if "-" in start else f"{start}-01", end if "-" in end else f"{end}-12"


def _jobs_for(candidate: _Candidate, count: int) -> list[int]:
    """Draw different jobs: the first in the candidate's own field if possible, the others there or near."""
    rng = candidate.rng
    own = occupation_of(candidate.seed, candidate.number).field
    close = RELATED_FIELDS[own]
    available = job_count(candidate.number + 1)
    drawn = [fitting_job(rng, field, available) for field in (own, *rng.choices((own, close), k=count))]
    return [job for job in dict.fromkeys(drawn) if job is not None][:count]


def _apply(candidate: _Candidate, told: Story, job: int) -> None:
    rng = candidate.rng
    earlier_hire = any(row["status"] == "HIRED" for row in told.applications)
    stage = rng.choices(_STAGES, _STAGE_WEIGHTS)[0]
    if earlier_hire and stage == "HIRED":
        stage = "INTERVIEW"
    source: Source = "SOURCED" if stage == "LEAD" else rng.choices(_SOURCES, _SOURCE_WEIGHTS)[0]
    if stage != "LEAD" and chance(rng, _IS_REFERRED):
        source = "REFERRAL"
    opened = opened_on(job, candidate.seed)
    moves = _moves(rng, stage, source, opened + timedelta(days=rng.randrange((TODAY - opened).days)))
    if source == "REFERRAL":
        _refer(candidate, told, job, moves[0]["at"])
    status, reason = _outcome(rng, stage, had_hire=earlier_hire)
    if status == "HIRED":
        _close_others(told, moves[-1]["at"])
    told.applications.append(
        {
            "id": item_id("application", candidate.number * _MOST_PER_CANDIDATE + len(told.applications)),
            "person_id": person_id(candidate.number),
            "job_id": job_id(job),
            "stage": stage,
            "status": status,
            "source": source,
            "created_at": moves[0]["at"],
            "moves": moves,
            "closed_at": None if status == "ACTIVE" else _closed_at(rng, status, moves[-1]["at"]),
            "reason": reason,
        }
    )


def _moves(rng: Random, stage: Stage, source: Source, begun: date) -> list[StageMoveRow]:
    """Return every stage up to the present one with its moment: people whom we sourced begin as leads."""
    first = 0 if source == "SOURCED" else 1
    passed = _STAGES[first : _STAGES.index(stage) + 1]
    span = (TODAY - begun).days
    days = sorted(rng.randrange(span) for _ in passed[1:])
    moments = sorted(moment(rng, begun + timedelta(days=day)) for day in (0, *days))
    return [{"stage": name, "at": at} for name, at in zip(passed, moments, strict=True)]


def _outcome(rng: Random, stage: Stage, *, had_hire: bool) -> tuple[Status, str | None]:
    if stage == "HIRED":
        return "HIRED", None
    drawn = rng.random()
    if had_hire or drawn >= _REJECTED:
        return "WITHDRAWN", rng.choice(WITHDRAWAL_REASONS)
    return ("ACTIVE", None) if drawn < _OPEN else ("REJECTED", rng.choice(REJECTION_REASONS))


def _closed_at(rng: Random, status: Status, moved_at: str) -> str:
    """Return the moment of a hire itself, or one between the last move and the day of the demo."""
    if status == "HIRED":
        return moved_at
    moved_on = date.fromisoformat(moved_at[:10])
    return max(moved_at, moment(rng, moved_on + timedelta(days=rng.randrange((TODAY - moved_on).days))))


def _close_others(told: Story, hired_at: str) -> None:
    """Withdraw what is still active at a hire."""
    for row in told.applications:
        if row["status"] == "ACTIVE":
            row["status"], row["reason"] = "WITHDRAWN", WITHDRAWAL_REASONS[0]
            row["closed_at"] = max(row["moves"][-1]["at"], hired_at)


def _refer(candidate: _Candidate, told: Story, job: int, before: str) -> None:
    """Add a referral between the opening of the job and a moment, if possible by a former colleague."""
    rng, number, seed = candidate.rng, candidate.number, candidate.seed
    row = _known_person(number, seed)
    staff = _staff_before(number, seed)
    shared = [(referrer, shared_employer(row, _known_person(referrer, seed))) for referrer in staff]
    colleagues = [(referrer, company) for referrer, company in shared if company]
    referrer, company = rng.choice(colleagues or shared)
    slots = {"first": row["name"].split()[0], "company": company, "n": rng.randrange(2, 15)}
    opened = opened_on(job, seed)
    days = (date.fromisoformat(before[:10]) - opened).days
    told.referrals.append(
        {
            "id": item_id("referral", number * _MOST_PER_CANDIDATE + len(told.referrals)),
            "referrer_id": person_id(referrer),
            "person_id": row["id"],
            "job_id": job_id(job),
            "relationship": FORMER_COLLEAGUE if company else rng.choice(RELATIONSHIPS),
            "note": rng.choice(COLLEAGUE_NOTES if company else FRIEND_NOTES).format_map(slots),
            "at": min(before, moment(rng, opened + timedelta(days=rng.randrange(days + 1)))),
        }
    )


def _staff_before(number: int, seed: int) -> list[int]:
    """Return the staff of the blocks shortly before the candidate's and the first twelve people."""
    block = number // BLOCK
    return [
        member
        for near in (0, *range(max(block - _BLOCKS_ASKED, 1), block))
        for member in staff_of_block(seed, near)
    ]


@lru_cache(maxsize=4096)
def _known_person(number: int, seed: int) -> PersonRow:
    return person(number, seed)


def _shortlisting(candidate: _Candidate, job: int) -> ShortlistingRow:
    rng = candidate.rng
    opened = opened_on(job, candidate.seed)
    return {
        "id": item_id("shortlisting", candidate.number),
        "person_id": person_id(candidate.number),
        "job_id": job_id(job),
        "by_id": recruiter_id_of_job(job, candidate.seed),
        "note": rng.choice(SHORTLIST_NOTES),
        "at": moment(rng, opened + timedelta(days=rng.randrange((TODAY - opened).days))),
    }
