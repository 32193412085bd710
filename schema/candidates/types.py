from typing import Annotated

import strawberry

from graph.applications import applications_of_candidates, count_applications_of_candidates
from graph.companies import companies_by_ids
from graph.outreach.touches import touches_of
from graph.people import (
    HeldEducation,
    HeldEmployment,
    KeptRecord,
    educations_of,
    employments_of,
    records_of,
    skills_of,
)
from graph.people import Person as PersonRecord
from graph.people import Skill as SkillRecord
from graph.profiles import RecordKind, Role
from schema.applications.types import Application
from schema.companies.types import Company
from schema.context import Info
from schema.node import Kind, Node, global_id
from schema.outreach.types import Touch
from schema.pagination import After, Connection, First, connection_of, key_of, page_size
from schema.permissions import Permission, Requires
from schema.scalars import DateTime, PartialDate

strawberry.enum(
    Role, name="ColleagueRole", description="What a colleague does in hiring; one may do several things."
)
strawberry.enum(RecordKind, name="RecordKind", description="How something about a person reached us.")
MONTHS_PER_YEAR = 12


@strawberry.type(description="A place, as far as it is known.")
class Location:
    city: str | None = strawberry.field(description="The city as written.")
    region: str | None = strawberry.field(description="The state, county or province as written.")
    country: str | None = strawberry.field(description="ISO 3166-1 alpha-2, such as `DE`.")


@strawberry.type(description="Something that people can do and jobs ask for.")
class Skill:
    id: strawberry.ID = strawberry.field(description="Names the skill for ever; opaque.")
    name: str = strawberry.field(description="The name as first met.")

    @classmethod
    def of(cls, record: SkillRecord) -> "Skill":
        return cls(id=global_id(Kind.SKILL, record.id), name=record.name)


@strawberry.type(description="A time at a company.")
class Employment:
    company_key: strawberry.Private[str | None]
    title: str | None = strawberry.field(description="The job title as written.")
    team: str | None = strawberry.field(description="Team or department.")
    location: str | None = strawberry.field(description="Where the work was, as written.")
    summary: str | None = strawberry.field(description="What the person wrote about it.")
    start: PartialDate | None = strawberry.field(name="from", description="The first day, as far as known.")
    end: PartialDate | None = strawberry.field(name="to", description="The last day; none while it goes on.")
    current: bool = strawberry.field(description="Whether the person still works there.")
    record_id: strawberry.ID = strawberry.field(description="The record that says so: one of `records`.")

    @strawberry.field(description="The company; none where the record does not name it.")
    async def company(self, info: Info) -> Company | None:
        if self.company_key is None:
            return None
        return Company.of(await info.context.loaders.require(companies_by_ids, self.company_key))

    @classmethod
    def of(cls, held: HeldEmployment) -> "Employment":
        return cls(
            company_key=held.company_id,
            title=held.title,
            team=held.team,
            location=held.location,
            summary=held.summary,
            start=PartialDate(held.start) if held.start else None,
            end=PartialDate(held.end) if held.end else None,
            current=held.current,
            record_id=strawberry.ID(held.record_id),
        )


@strawberry.type(description="A time at a school.")
class Education:
    school: str = strawberry.field(description="The school's name.")
    degree: str | None = strawberry.field(description="The degree as written.")
    field: str | None = strawberry.field(description="The field of study as written.")
    start: PartialDate | None = strawberry.field(name="from", description="The first day, as far as known.")
    end: PartialDate | None = strawberry.field(name="to", description="The last day, as far as known.")
    record_id: strawberry.ID = strawberry.field(description="The record that says so: one of `records`.")

    @classmethod
    def of(cls, held: HeldEducation) -> "Education":
        return cls(
            school=held.school_name,
            degree=held.degree,
            field=held.field,
            start=PartialDate(held.start) if held.start else None,
            end=PartialDate(held.end) if held.end else None,
            record_id=strawberry.ID(held.record_id),
        )


@strawberry.type(description="What came in about a person, kept as it came.")
class Record:
    id: strawberry.ID = strawberry.field(description="What `recordId` refers to.")
    kind: RecordKind = strawberry.field(description="How it reached us.")
    origin: str = strawberry.field(description="Where it came from: a file, a form, an import.")
    received_at: DateTime = strawberry.field(description="When it reached us.")

    @classmethod
    def of(cls, kept: KeptRecord) -> "Record":
        return cls(
            id=strawberry.ID(kept.id),
            kind=kept.kind,
            origin=kept.origin,
            received_at=DateTime(kept.received_at),
        )


@strawberry.type(description="What a person said about being contacted.")
class Consent:
    granted: bool = strawberry.field(description="Whether contact is allowed.")
    at: DateTime = strawberry.field(description="When the person said so.")
    basis: str = strawberry.field(description="Where that is written.")


@strawberry.interface(description="A human being; roles come and go, the id stays.")
class Person(Node):
    key: strawberry.Private[str]
    name: str | None = strawberry.field(description="The full name; none where no record names it.")
    headline: str | None = strawberry.field(description="One line about the person, or the latest job title.")
    emails: list[str] = strawberry.field(description="E-mail addresses, the best known first.")
    roles: list[Role] = strawberry.field(description="What the person does here as a colleague.")

    @strawberry.field(description="Times at companies, the latest first.")
    async def employments(self, info: Info) -> list[Employment]:
        held = await info.context.loaders.require(employments_of, self.key)
        return [Employment.of(employment) for employment in held]


@strawberry.type(description="Someone who works here: recruiter, hiring manager, interviewer, employee.")
class Colleague(Person):
    @classmethod
    def of(cls, record: PersonRecord) -> "Colleague":
        return cls(
            id=global_id(Kind.PERSON, record.id),
            key=record.id,
            name=record.name,
            headline=record.headline,
            emails=list(record.emails),
            roles=list(record.roles),
        )


@strawberry.type(description="Someone who may be hired, whether they applied or are merely known.")
class Candidate(Person):
    summary: str | None = strawberry.field(description="What the person wrote about themself.")
    phones: list[str] = strawberry.field(description="Phone numbers, E.164 where they could be read so.")
    links: list[str] = strawberry.field(description="Addresses of profiles and pages.")
    location: Location | None = strawberry.field(description="Where the person lives.")
    languages: list[str] = strawberry.field(description="Languages as written.")
    certificates: list[str] = strawberry.field(description="Certificates as written.")
    tags: list[str] = strawberry.field(description="Our own labels.")
    years_of_experience: float = strawberry.field(
        description="Years with at least one employment, overlaps counted once, as of the last change."
    )
    consent: Consent | None = strawberry.field(
        description="The newest word on contact; none means: not asked."
    )
    opted_out_at: DateTime | None = strawberry.field(description="When the person unsubscribed.")
    created_at: DateTime = strawberry.field(description="When we first heard of the person.")
    updated_at: DateTime = strawberry.field(description="When the profile last changed.")
    version: int = strawberry.field(description="Grows by one with each change of the profile.")

    @strawberry.field(description="Times at schools, the latest first.")
    async def educations(self, info: Info) -> list[Education]:
        held = await info.context.loaders.require(educations_of, self.key)
        return [Education.of(education) for education in held]

    @strawberry.field(description="Skills, in the order in which the records name them.")
    async def skills(self, info: Info) -> list[Skill]:
        return [Skill.of(skill) for skill in await info.context.loaders.require(skills_of, self.key)]

    @strawberry.field(description="What the profile was made from, the newest first.")
    async def records(self, info: Info) -> list[Record]:
        return [Record.of(record) for record in await info.context.loaders.require(records_of, self.key)]

    @strawberry.field(
        description="Applications, the newest first.", extensions=[Requires(Permission.APPLICATIONS_READ)]
    )
    async def applications(self, info: Info, first: First, after: After = None) -> Connection[Application]:
        loaders = info.context.loaders
        page = await loaders.require(
            applications_of_candidates, self.key, first=page_size(first), after=key_of(after)
        )
        return connection_of(
            page,
            node=Application.of,
            count=lambda: loaders.require(count_applications_of_candidates, self.key),
            after=after,
        )

    @strawberry.field(
        description="Contacts with the person, the newest first.",
        extensions=[Requires(Permission.OUTREACH_READ)],
    )
    async def touches(self, info: Info) -> list[Touch]:
        return [Touch.of(touch) for touch in await info.context.loaders.require(touches_of, self.key)]

    @classmethod
    def of(cls, record: PersonRecord) -> "Candidate":
        consent = None
        if record.consent_at:
            consent = Consent(
                granted=bool(record.consent_granted),
                at=DateTime(record.consent_at),
                basis=record.consent_basis or "",
            )
        located = record.city or record.region or record.country
        return cls(
            id=global_id(Kind.PERSON, record.id),
            key=record.id,
            name=record.name,
            headline=record.headline,
            emails=list(record.emails),
            roles=list(record.roles),
            summary=record.summary,
            phones=list(record.phones),
            links=list(record.links),
            location=Location(city=record.city, region=record.region, country=record.country)
            if located
            else None,
            languages=list(record.languages),
            certificates=list(record.certificates),
            tags=list(record.tags),
            years_of_experience=round(record.experience_months / MONTHS_PER_YEAR, 1),
            consent=consent,
            opted_out_at=DateTime(record.opted_out_at) if record.opted_out_at else None,
            created_at=DateTime(record.created_at),
            updated_at=DateTime(record.updated_at),
            version=record.version,
        )


LazyCandidate = Annotated["Candidate", strawberry.lazy("schema.candidates.types")]


def person_of(record: PersonRecord) -> Candidate | Colleague:
    """Return the type that fits the person's roles: a colleague who is also a candidate counts as a candidate."""
    return Candidate.of(record) if record.is_candidate else Colleague.of(record)
