"""The shapes of the demo's rows; a person is a row of the JSONL import with an id.

Timestamps are UTC strings such as `2026-10-30T09:14:03.000000Z`; dates are `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
"""

from typing import Literal, TypedDict

Role = Literal["EMPLOYEE", "RECRUITER", "HIRING_MANAGER", "INTERVIEWER"]
Stage = Literal["LEAD", "APPLIED", "SCREEN", "INTERVIEW", "OFFER", "HIRED"]
Status = Literal["ACTIVE", "REJECTED", "WITHDRAWN", "HIRED"]
Source = Literal["CAREER_SITE", "JOB_BOARD", "REFERRAL", "SOURCED"]
EmploymentType = Literal["FULL_TIME", "PART_TIME", "CONTRACT", "INTERNSHIP"]


class LocationRow(TypedDict):
    """A place; `country` is ISO 3166 alpha-2."""

    city: str | None
    region: str | None
    country: str | None


class EmploymentRow(TypedDict):
    """One employment; `end` is null while it is current."""

    company: str
    title: str | None
    start: str | None
    end: str | None
    current: bool
    location: str | None
    team: str | None
    summary: str | None


class EducationRow(TypedDict):
    """One course of study."""

    school: str
    degree: str | None
    field: str | None
    start: str | None
    end: str | None


class ExternalIdRow(TypedDict):
    """What another system calls the person."""

    system: str
    value: str


class ConsentRow(TypedDict):
    """What the person said about being contacted, and when."""

    granted: bool
    at: str
    basis: str


class PersonRow(TypedDict):
    """A person as the JSONL import reads it."""

    id: str
    name: str
    headline: str
    summary: str
    emails: list[str]
    phones: list[str]
    links: list[str]
    location: LocationRow
    employments: list[EmploymentRow]
    educations: list[EducationRow]
    skills: list[str]
    languages: list[str]
    certificates: list[str]
    external_ids: list[ExternalIdRow]
    consent: ConsentRow | None
    roles: list[Role]
    tags: list[str]


class SalaryRow(TypedDict):
    """A yearly salary range in whole units of the currency (ISO 4217)."""

    minimum: int
    maximum: int
    currency: str


class JobRow(TypedDict):
    """An open job of our own company."""

    id: str
    title: str
    description: str
    requirements: list[str]
    department: str
    location: LocationRow
    employment_type: EmploymentType
    salary: SalaryRow
    hiring_manager_id: str
    recruiter_id: str
    opened_on: str


class StageMoveRow(TypedDict):
    """When an application came to a stage."""

    stage: Stage
    at: str


class ApplicationRow(TypedDict):
    """One person's application for one job.

    `moves` ends with the present stage; `closed_at` and `reason` are null while the status is ACTIVE, and
    `reason` is null for a hire.
    """

    id: str
    person_id: str
    job_id: str
    stage: Stage
    status: Status
    source: Source
    created_at: str
    moves: list[StageMoveRow]
    closed_at: str | None
    reason: str | None


class ReferralRow(TypedDict):
    """An employee recommends a person for a job."""

    id: str
    referrer_id: str
    person_id: str
    job_id: str
    relationship: str
    note: str
    at: str


class ShortlistingRow(TypedDict):
    """A recruiter puts a person on the shortlist of a job."""

    id: str
    person_id: str
    job_id: str
    by_id: str
    note: str
    at: str


class TemplateRow(TypedDict):
    """An outreach message with merge fields."""

    id: str
    name: str
    subject: str
    body: str
