import strawberry
from pydantic import ValidationError

from graph import profiles
from graph.errors import Code, InvalidInput
from schema.idempotency import idempotency_key
from schema.references import ExternalIdInput
from schema.scalars import CountryCode, DateTime, PartialDate
from search.resumes.skills import skills_in


@strawberry.input(description="A place.")
class LocationInput:
    city: str | None = strawberry.field(default=None, description="The city.")
    region: str | None = strawberry.field(default=None, description="The state, county or province.")
    country: CountryCode | None = strawberry.field(default=None, description="The country.")


@strawberry.input(description="A time at a company.")
class EmploymentInput:
    company: str = strawberry.field(description="The company's name.")
    title: str | None = strawberry.field(default=None, description="The job title.")
    start: PartialDate | None = strawberry.field(name="from", default=None, description="The first day.")
    end: PartialDate | None = strawberry.field(name="to", default=None, description="The last day.")
    current: bool = strawberry.field(default=False, description="Whether the person still works there.")
    location: str | None = strawberry.field(default=None, description="Where the work was.")
    team: str | None = strawberry.field(default=None, description="Team or department.")
    summary: str | None = strawberry.field(default=None, description="What was done.")


@strawberry.input(description="A time at a school.")
class EducationInput:
    school: str = strawberry.field(description="The school's name.")
    degree: str | None = strawberry.field(default=None, description="The degree.")
    field: str | None = strawberry.field(default=None, description="The field of study.")
    start: PartialDate | None = strawberry.field(name="from", default=None, description="The first day.")
    end: PartialDate | None = strawberry.field(name="to", default=None, description="The last day.")


@strawberry.input(description="What a person said about being contacted.")
class ConsentInput:
    granted: bool = strawberry.field(description="Whether contact is allowed.")
    at: DateTime = strawberry.field(description="When the person said so.")
    basis: str = strawberry.field(description="Where that is written.")


@strawberry.input(
    description="A candidate; an e-mail or external id that is known already adds to that person."
)
class CreateCandidateInput:
    name: str = strawberry.field(description="The full name.")
    headline: str | None = strawberry.field(default=None, description="One line about the person.")
    summary: str | None = strawberry.field(default=None, description="A longer text about the person.")
    emails: list[str] = strawberry.field(default_factory=list, description="E-mail addresses.")
    phones: list[str] = strawberry.field(default_factory=list, description="Phone numbers.")
    links: list[str] = strawberry.field(default_factory=list, description="Profiles and pages.")
    location: LocationInput | None = strawberry.field(default=None, description="Where the person lives.")
    employments: list[EmploymentInput] = strawberry.field(
        default_factory=list, description="Times at companies."
    )
    educations: list[EducationInput] = strawberry.field(default_factory=list, description="Times at schools.")
    skills: list[str] = strawberry.field(default_factory=list, description="Names of skills.")
    languages: list[str] = strawberry.field(default_factory=list, description="Languages.")
    certificates: list[str] = strawberry.field(default_factory=list, description="Certificates.")
    tags: list[str] = strawberry.field(default_factory=list, description="Our own labels.")
    consent: ConsentInput | None = strawberry.field(default=None, description="What was said about contact.")
    external_ids: list[ExternalIdInput] = strawberry.field(
        default_factory=list, description="What other systems call the person."
    )
    origin: str = strawberry.field(default="api", description="Where this comes from, for the record.")
    idempotency_key: str | None = idempotency_key()


def profile_of(given: CreateCandidateInput) -> profiles.Profile:
    """Read the input as a profile.

    Raises:
        InvalidInput: a value breaks a bound or a form; the error names the field.
    """
    content = {name: getattr(given, name) for name in _PLAIN_FIELDS}
    content["location"] = vars(given.location) if given.location else None
    content["employments"] = [
        vars(employment) | {"skills": skills_in(employment.title, employment.summary)}
        for employment in given.employments
    ]
    content["educations"] = [vars(education) for education in given.educations]
    try:
        return profiles.PROFILE.validate_python(content)
    except ValidationError as error:
        raise invalid(error) from None


def consent_of(given: ConsentInput | None) -> profiles.Consent | None:
    """Read the input as a consent."""
    if given is None:
        return None
    try:
        return profiles.Consent(granted=given.granted, at=given.at, basis=given.basis)
    except ValidationError as error:
        raise invalid(error, "consent.") from None


def invalid(error: ValidationError, prefix: str = "") -> InvalidInput:
    """Return the first complaint of pydantic as ours, with the field in the words of the schema."""
    first = error.errors(include_input=False, include_url=False)[0]
    names = {"start": "from", "end": "to"}
    path = ".".join(names.get(str(part), str(part)) for part in first["loc"])
    kind = first.get("ctx", {}).get("field_type", "Value")
    code = _CODES.get((first["type"], kind), Code.MALFORMED)
    return InvalidInput(code, first["msg"], field=prefix + path)


_CODES = {
    ("string_too_long", "Value"): Code.TOO_LONG,
    ("too_long", "Value"): Code.TOO_LONG,
    ("too_short", "Value"): Code.REQUIRED,
    ("too_long", "Tuple"): Code.TOO_MANY,
}
"""What pydantic's complaints about texts and lists are to clients; the others are about the form of a value."""
_PLAIN_FIELDS = (
    "name",
    "headline",
    "summary",
    "emails",
    "phones",
    "links",
    "skills",
    "languages",
    "certificates",
    "tags",
)
