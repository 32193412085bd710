from collections.abc import Sequence
from typing import Any, TypeVar

import strawberry

from graph.access import MOST_PEOPLE
from graph.errors import Code, InvalidInput
from graph.ids import new_id
from graph.jobs import (
    DEFAULT_STAGES,
    EmploymentType,
    JobChange,
    JobStatus,
    NewJob,
    StageCategory,
    salary_properties,
)
from graph.jobs import SalaryRange as GraphSalaryRange
from schema.candidates.inputs import LocationInput
from schema.idempotency import idempotency_key
from schema.references import (
    ColleagueRef,
    ExternalIdInput,
    JobRef,
    Reader,
    external_ids_of,
    local_id_if_given,
    local_id_of,
    local_ids_of,
)
from schema.scalars import CurrencyCode
from schema.texts import required_text
from schema.versions import expected_version

T = TypeVar("T")

LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 20_000
LONGEST_NAME = 100
MOST_OPENINGS = 10_000
MOST_SKILLS = 50
MOST_STAGES = 30
MOST_PAY = 2_000_000_000


@strawberry.input(description="Yearly pay, from and to, both in one currency.")
class SalaryRangeInput:
    minimum: int = strawberry.field(description="In whole units of the currency.")
    maximum: int = strawberry.field(description="In whole units of the currency.")
    currency: CurrencyCode = strawberry.field(description="The currency of both.")


@strawberry.input(description="Who may see a job.")
class SetJobAccessInput:
    job: JobRef = strawberry.field(description="The job.")
    confidential: bool = strawberry.field(
        description="Whether only its members, its recruiter and its hiring manager see it."
    )
    members: list[ColleagueRef] = strawberry.field(
        description="The colleagues who are its members from now on, at most 100; if it is confidential, you too."
    )
    expected_version: int | None = expected_version("the job has changed")


@strawberry.input(description="A step of the pipeline.")
class StageInput:
    name: str = strawberry.field(description="Your own name for it.")
    category: StageCategory = strawberry.field(description="What it means.")


@strawberry.input(description="A job.")
class CreateJobInput:
    title: str = strawberry.field(description="What the job is called.")
    description: str = strawberry.field(description="What the job is, in plain text.")
    department: str | None = strawberry.field(default=None, description="Where in the company.")
    location: LocationInput | None = strawberry.field(default=None, description="Where the work is.")
    employment_type: EmploymentType = strawberry.field(
        default=EmploymentType.FULL_TIME, description="How the person is to be employed."
    )
    openings: int = strawberry.field(default=1, description="How many people are wanted.")
    salary: SalaryRangeInput | None = strawberry.field(default=None, description="What it pays.")
    skills: list[str] = strawberry.field(
        default_factory=list, description="Skills asked for, the most important first."
    )
    stages: list[StageInput] | None = strawberry.field(
        default=None, description="The pipeline; by default Lead, Applied, Screen, Interview, Offer, Hired."
    )
    recruiter: ColleagueRef | None = strawberry.field(default=None, description="Who runs the search.")
    hiring_manager: ColleagueRef | None = strawberry.field(
        default=None, description="Who decides whom to hire."
    )
    external_ids: list[ExternalIdInput] = strawberry.field(
        default_factory=list, description="What other systems call the job."
    )
    confidential: bool = strawberry.field(
        default=False,
        description="Whether only its members, its recruiter, its hiring manager and you see it.",
    )
    members: list[ColleagueRef] = strawberry.field(
        default_factory=list, description="Colleagues who work on it too, at most 100."
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(
    description="What is to be different about a job: what is absent stays as it is, what is null is cleared."
)
class UpdateJobInput:
    job: JobRef = strawberry.field(description="The job.")
    expected_version: int | None = expected_version("the job has changed")
    title: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="What the job is called."
    )
    description: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="What the job is, in plain text."
    )
    department: strawberry.Maybe[str | None] = strawberry.field(
        default=None, description="Where in the company."
    )
    location: strawberry.Maybe[LocationInput | None] = strawberry.field(
        default=None, description="Where the work is, as a whole."
    )
    employment_type: strawberry.Maybe[EmploymentType | None] = strawberry.field(
        default=None, description="How the person is to be employed."
    )
    openings: strawberry.Maybe[int | None] = strawberry.field(
        default=None, description="How many people are wanted."
    )
    salary: strawberry.Maybe[SalaryRangeInput | None] = strawberry.field(
        default=None, description="What it pays."
    )
    skills: strawberry.Maybe[list[str] | None] = strawberry.field(
        default=None, description="All skills asked for, the most important first."
    )
    status: strawberry.Maybe[JobStatus | None] = strawberry.field(
        default=None, description="Whether it takes applications."
    )


async def job_of(given: CreateJobInput, reader: Reader) -> NewJob:
    """Read the input as a job.

    Raises:
        InvalidInput: a value breaks a bound or a form; the error names the field.
        NotFound: a name is none of a colleague.
    """
    if given.stages is not None and len(given.stages) > MOST_STAGES:
        raise InvalidInput(Code.TOO_MANY, f"at most {MOST_STAGES} stages", field="stages")
    stages: tuple[tuple[str, StageCategory], ...] = DEFAULT_STAGES
    if given.stages is not None:
        stages = tuple(
            (required_text(stage.name, LONGEST_NAME, "stages"), stage.category) for stage in given.stages
        )
    return NewJob(
        id=new_id(),
        event_id=new_id(),
        title=required_text(given.title, LONGEST_TITLE, "title"),
        description=required_text(given.description, LONGEST_DESCRIPTION, "description"),
        department=required_text(given.department, LONGEST_NAME, "department") if given.department else None,
        **location_properties(given.location),
        employment_type=given.employment_type,
        openings=_openings(given.openings),
        salary=_salary(given.salary) if given.salary else None,
        skills=_skills(given.skills),
        stages=stages,
        recruiter_id=await local_id_if_given(reader, given.recruiter, field="recruiter"),
        hiring_manager_id=await local_id_if_given(reader, given.hiring_manager, field="hiringManager"),
        external_ids=external_ids_of(given.external_ids),
        confidential=given.confidential,
        member_ids=tuple(await members_of(given.members, reader)),
    )


def _kept(given: strawberry.Some[T | None], field: str) -> T:
    """Return the value of what can be changed but not cleared."""
    if given.value is None:
        raise InvalidInput(
            Code.REQUIRED, "this cannot be cleared; leave it out, or give a value", field=field
        )
    return given.value


def _openings(given: int) -> int:
    if not 1 <= given <= MOST_OPENINGS:
        raise InvalidInput(Code.OUT_OF_RANGE, f"openings are 1 to {MOST_OPENINGS}", field="openings")
    return given


def _skills(given: list[str]) -> tuple[str, ...]:
    if len(given) > MOST_SKILLS:
        raise InvalidInput(Code.TOO_MANY, f"at most {MOST_SKILLS} skills", field="skills")
    return tuple(required_text(skill, LONGEST_NAME, "skills") for skill in given)


def _salary(given: SalaryRangeInput) -> GraphSalaryRange:
    if not 0 <= given.minimum <= given.maximum <= MOST_PAY:
        raise InvalidInput(
            Code.OUT_OF_RANGE, "a salary goes from a minimum of 0 or more up to its maximum", field="salary"
        )
    return GraphSalaryRange(given.minimum, given.maximum, given.currency)


async def change_of(given: UpdateJobInput, reader: Reader) -> JobChange:
    """Read the input as a change.

    Raises:
        InvalidInput: a value breaks a bound or a form; the error names the field.
        NotFound: there is no job of this name.
    """
    properties: dict[str, Any] = {}
    if given.title:
        properties["title"] = required_text(_kept(given.title, "title"), LONGEST_TITLE, "title")
    if given.description:
        properties["description"] = required_text(
            _kept(given.description, "description"), LONGEST_DESCRIPTION, "description"
        )
    if given.department:
        name = given.department.value
        properties["department"] = required_text(name, LONGEST_NAME, "department") if name else None
    if given.location:
        properties |= location_properties(given.location.value)
    if given.employment_type:
        properties["employment_type"] = str(_kept(given.employment_type, "employmentType"))
    if given.openings:
        properties["openings"] = _openings(_kept(given.openings, "openings"))
    if given.salary:
        pay = given.salary.value
        properties |= salary_properties(_salary(pay) if pay else None)
    if given.status:
        properties["status"] = str(_kept(given.status, "status"))
    return JobChange(
        job_id=await local_id_of(reader, given.job, field="job"),
        properties=properties,
        skills=_skills(given.skills.value or []) if given.skills else None,
        expected_version=given.expected_version,
    )


def location_properties(given: LocationInput | None) -> dict[str, str | None]:
    """Return what the graph keeps of where a job is; of no place that there is none."""
    place = given or LocationInput()
    return {
        "city": required_text(place.city, LONGEST_NAME, "location.city") if place.city else None,
        "region": required_text(place.region, LONGEST_NAME, "location.region") if place.region else None,
        "country": place.country,
    }


async def members_of(given: Sequence[ColleagueRef], reader: Reader) -> list[str]:
    """Read who is to be a member of a job.

    Raises:
        InvalidInput: there are too many.
        NotFound: there is no colleague of one of these names.
    """
    if len(given) > MOST_PEOPLE:
        raise InvalidInput(Code.TOO_MANY, f"at most {MOST_PEOPLE} people", field="members")
    return await local_ids_of(reader, given, field="members")
