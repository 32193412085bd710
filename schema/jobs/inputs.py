import re

import strawberry

from graph.errors import InvalidInput
from graph.ids import new_id
from graph.jobs import DEFAULT_STAGES, EmploymentType, NewJob, StageCategory
from graph.jobs import SalaryRange as GraphSalaryRange
from schema.node import Kind, local_id

LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 20_000
LONGEST_NAME = 100
MOST_OPENINGS = 10_000
MOST_SKILLS = 50
MOST_STAGES = 30
MOST_PAY = 2_000_000_000
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")


@strawberry.input(description="Yearly pay, from and to.")
class SalaryRangeInput:
    minimum: int = strawberry.field(description="In whole units of the currency.")
    maximum: int = strawberry.field(description="In whole units of the currency.")
    currency: str = strawberry.field(description="ISO 4217, such as `EUR`.")


@strawberry.input(description="A step of the pipeline.")
class StageInput:
    name: str = strawberry.field(description="Your own name for it.")
    category: StageCategory = strawberry.field(description="What it means.")


@strawberry.input(description="A job.")
class CreateJobInput:
    title: str = strawberry.field(description="What the job is called.")
    description: str = strawberry.field(description="What the job is, in plain text.")
    department: str | None = strawberry.field(default=None, description="Where in the company.")
    city: str | None = strawberry.field(default=None, description="Where the work is.")
    country: str | None = strawberry.field(default=None, description="ISO 3166-1 alpha-2, such as `DE`.")
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
    recruiter_id: strawberry.ID | None = strawberry.field(default=None, description="Who runs the search.")
    hiring_manager_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who decides whom to hire."
    )


def job_of(given: CreateJobInput) -> NewJob:
    """Read the input as a job.

    Raises:
        InvalidInput: a value breaks a bound or a form; the error names the field.
        NotFound: an id is none of a colleague.
    """
    if not 1 <= given.openings <= MOST_OPENINGS:
        raise InvalidInput(f"openings are 1 to {MOST_OPENINGS}", field="openings")
    if len(given.skills) > MOST_SKILLS:
        raise InvalidInput(f"at most {MOST_SKILLS} skills", field="skills")
    if given.stages is not None and len(given.stages) > MOST_STAGES:
        raise InvalidInput(f"at most {MOST_STAGES} stages", field="stages")
    if given.country is not None and not _COUNTRY.fullmatch(given.country):
        raise InvalidInput("a country is two capital letters, such as DE", field="country")
    stages: tuple[tuple[str, StageCategory], ...] = DEFAULT_STAGES
    if given.stages is not None:
        stages = tuple((_text(stage.name, LONGEST_NAME, "stages"), stage.category) for stage in given.stages)
    return NewJob(
        id=new_id(),
        event_id=new_id(),
        title=_text(given.title, LONGEST_TITLE, "title"),
        description=_text(given.description, LONGEST_DESCRIPTION, "description"),
        department=_text(given.department, LONGEST_NAME, "department") if given.department else None,
        city=_text(given.city, LONGEST_NAME, "city") if given.city else None,
        country=given.country,
        employment_type=given.employment_type,
        openings=given.openings,
        salary=_salary(given.salary) if given.salary else None,
        skills=tuple(_text(skill, LONGEST_NAME, "skills") for skill in given.skills),
        stages=stages,
        recruiter_id=_person(given.recruiter_id, "recruiterId"),
        hiring_manager_id=_person(given.hiring_manager_id, "hiringManagerId"),
    )


def _salary(given: SalaryRangeInput) -> GraphSalaryRange:
    if not _CURRENCY.fullmatch(given.currency):
        raise InvalidInput("a currency is three capital letters, such as EUR", field="salary.currency")
    if not 0 <= given.minimum <= given.maximum <= MOST_PAY:
        raise InvalidInput("a salary goes from a minimum of 0 or more up to its maximum", field="salary")
    return GraphSalaryRange(given.minimum, given.maximum, given.currency)


def _person(given: str | None, field: str) -> str | None:
    return local_id(Kind.PERSON, given, field=field) if given else None


def _text(given: str, longest: int, field: str) -> str:
    text = given.strip()
    if not text:
        raise InvalidInput("this must not be empty", field=field)
    if len(text) > longest:
        raise InvalidInput(f"at most {longest} characters", field=field)
    return text
