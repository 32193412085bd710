from collections.abc import Sequence
from typing import Any, ClassVar

import strawberry

from graph import access, applications, people, references
from graph.outreach import touches
from graph.people import PersonOrder, roles_of
from graph.profiles import RecordKind, Role
from graph.reading import ID, Anchor, edge, node
from graph.rights import Permission
from schema.applications.types import Application, ApplicationFilter, ApplicationSort
from schema.candidates.parsed import ParsedValue, values_of
from schema.candidates.texts import Length, Offset, ResumeText, text_of_record
from schema.companies.types import Company
from schema.context import Info
from schema.enums import described
from schema.external_ids import ExternalId
from schema.filters import (
    DateTimeFilter,
    IdFilter,
    NumberFilter,
    SortDirection,
    TextFilter,
    TextsFilter,
    filtered,
    ids_of,
    joined,
)
from schema.limits import LONGEST_TEXT
from schema.node import Kind, Node, global_ids
from schema.origins import Read, Variants
from schema.outreach.types import Touch
from schema.pagination import Connection
from schema.permissions import Requires
from schema.reads import identity, paged, related, same, stored
from schema.scalars import CountryCode, DateTime, PartialDate
from search.resumes.titles import Seniority, normalised_title, seniority_of, seniority_of_titles

described(
    Role,
    name="ColleagueRole",
    description="What a colleague does in hiring; one may do several things.",
    values={
        Role.EMPLOYEE: "Works here, and may refer people.",
        Role.RECRUITER: "Runs searches.",
        Role.HIRING_MANAGER: "Decides whom to hire.",
        Role.INTERVIEWER: "Interviews candidates.",
    },
)
described(
    RecordKind,
    name="RecordKind",
    description="How something about a person reached us.",
    values={
        RecordKind.FORM: "Somebody typed it in, or another system sent it.",
        RecordKind.RESUME: "It was read from a résumé.",
        RecordKind.IMPORT: "It came with an import of rows.",
        RecordKind.REFERRAL: "A colleague who referred the person said so.",
    },
)
described(
    PersonOrder,
    name="PersonSortField",
    description="What people are sorted by.",
    values={
        PersonOrder.CREATED_AT: "When we first heard of the person.",
        PersonOrder.UPDATED_AT: "When the profile last changed.",
        PersonOrder.NAME: "The full name.",
        PersonOrder.EXPERIENCE: "How long the person has worked.",
    },
)

described(
    Seniority,
    name="Seniority",
    description="How far up a job title stands, by its words; of several the highest counts.",
    values={
        Seniority.INTERN: "Intern, trainee, apprentice.",
        Seniority.JUNIOR: "Junior, graduate, assistant.",
        Seniority.PROFESSIONAL: "The title says no level.",
        Seniority.SENIOR: "Senior, expert.",
        Seniority.LEAD: "Lead, principal, architect.",
        Seniority.MANAGER: "Manager, supervisor.",
        Seniority.DIRECTOR: "Director, head of something.",
        Seniority.EXECUTIVE: "Vice president, chief officer, founder.",
    },
)

MONTHS_PER_YEAR = 12


def years_of(months: int) -> float:
    """Return years with one decimal."""
    return round(months / MONTHS_PER_YEAR, 1)


def roles(labels: Sequence[str]) -> list[Role]:
    """Return what a person with these labels does here."""
    return list(roles_of(labels))


@strawberry.type(description="A place, as far as it is known.")
class Location(Read):
    city: str | None = stored("The city as written.", node("city"))
    region: str | None = stored("The state, county or province as written.", node("region"))
    country: CountryCode | None = stored("The country.", node("country"))


@strawberry.type(description="Something that people can do and jobs ask for.")
class Skill(Read, Node):
    anchor: ClassVar[Anchor] = people.SKILL
    id: strawberry.ID = identity(Kind.SKILL)
    name: str = stored("The name as first met.", node("name"))


def months_of(months: int | None) -> int:
    """Return the months of a skill's use."""
    return months or 0


def latest_seniority(titles: Sequence[list[Any]]) -> Seniority | None:
    """Return the seniority of the latest job title."""
    return seniority_of_titles(row[-1] for row in sorted(titles, reverse=True))


@strawberry.type(description="How long a person used a skill, by the employments whose text names it.")
class SkillUse(Read):
    name: str = stored("The skill's name.", node("name"))
    months: int = stored(
        "Months of these employments, overlaps counted once; open ends last until the record came. 0: none names it.",
        edge("months"),
        make=months_of,
    )
    last_used: PartialDate | None = stored("The last of these months.", edge("last_used"))


@strawberry.type(description="A time at a company.")
class Employment(Read):
    title: str | None = stored("The job title as written.", edge("title"))
    normalised_title: str | None = stored(
        "The title without level, manner of employment and employer, its abbreviations written out.",
        edge("title"),
        make=normalised_title,
    )
    seniority: Seniority | None = stored(
        "How senior the title is; none without a title.", edge("title"), make=seniority_of
    )
    team: str | None = stored("Team or department.", edge("team"))
    location: str | None = stored("Where the work was, as written.", edge("location"))
    summary: str | None = stored("What the person wrote about it.", edge("summary"))
    start: PartialDate | None = stored("The first day, as far as known.", edge("from"), name="from")
    end: PartialDate | None = stored("The last day; none while it goes on.", edge("to"), name="to")
    current: bool = stored("Whether the person still works there.", edge("current"))
    record_id: strawberry.ID = stored(
        "The record that says so: one of `records`.", edge("record"), make=global_ids(Kind.RECORD)
    )
    company: Company | None = same(
        "The company; none where the record does not name it.", when=people.AT_A_NAMED_COMPANY
    )


@strawberry.type(description="A time at a school.")
class Education(Read):
    school: str = stored("The school's name.", node("name"))
    degree: str | None = stored("The degree as written.", edge("degree"))
    field: str | None = stored("The field of study as written.", edge("field"))
    start: PartialDate | None = stored("The first day, as far as known.", edge("from"), name="from")
    end: PartialDate | None = stored("The last day, as far as known.", edge("to"), name="to")
    record_id: strawberry.ID = stored(
        "The record that says so: one of `records`.", edge("record"), make=global_ids(Kind.RECORD)
    )


@strawberry.type(description="What came in about a person, kept as it came.")
class Record(Read, Node):
    anchor: ClassVar[Anchor] = people.RECORD
    id: strawberry.ID = identity(Kind.RECORD)
    kind: RecordKind = stored("How it reached us.", node("kind"), make=RecordKind)
    origin: str = stored(
        "Where it came from, as the sender worded it: a file, a form, an import.", node("origin")
    )
    received_at: DateTime = stored("When it reached us.", node("received_at"))
    parsed_values: list[ParsedValue] = stored(
        "What was read from a résumé and where in its text; empty for other records.",
        node("values"),
        make=values_of,
    )
    parsed_contacts: list[ParsedValue] | None = stored(
        "The same of e-mail addresses, phone numbers and links.",
        node("contact_values"),
        make=values_of,
        requires=Permission.CONTACTS_READ,
    )

    @strawberry.field(
        description="The text that was read from a résumé, contact data included, or a stretch of it; "
        "none for other records.",
        extensions=[Requires(Permission.CONTACTS_READ)],
    )
    async def text(self, info: Info, offset: Offset = 0, length: Length = LONGEST_TEXT) -> ResumeText | None:
        return await text_of_record(info, self.values[ID], offset, length)


@strawberry.type(description="What a person said about being contacted.")
class Consent(Read):
    granted: bool = stored("Whether contact is allowed.", node("consent_granted"), make=bool)
    at: DateTime = stored("When the person said so.", node("consent_at"))
    basis: str = stored("Where that is written.", people.CONSENT_BASIS)


@strawberry.interface(description="A human being; roles come and go, the id stays.")
class Person(Read, Node):
    anchor: ClassVar[Anchor] = people.PERSON
    variants: ClassVar[Variants] = Variants(
        people.IS_CANDIDATE, {True: lambda: Candidate, False: lambda: Colleague}
    )
    id: strawberry.ID = identity(Kind.PERSON)
    name: str | None = stored("The full name; none where no record names it.", node("name"))
    headline: str | None = stored("One line about the person, or the latest job title.", node("headline"))
    emails: list[str] | None = stored(
        "E-mail addresses, the best known first.", node("emails"), requires=Permission.CONTACTS_READ
    )
    roles: list[Role] = stored("What the person does here as a colleague.", people.LABELS, make=roles)
    employments: list[Employment] = related("Times at companies, the latest first.", people.EMPLOYMENTS)
    external_ids: list[ExternalId] = related("What other systems call the person.", references.EXTERNAL_IDS)


@strawberry.type(description="Someone who works here: recruiter, hiring manager, interviewer, employee.")
class Colleague(Person):
    anchor: ClassVar[Anchor] = people.COLLEAGUE


@strawberry.type(description="Someone who may be hired, whether they applied or are merely known.")
class Candidate(Person):
    anchor: ClassVar[Anchor] = people.CANDIDATE
    summary: str | None = stored("What the person wrote about themself.", node("summary"))
    phones: list[str] | None = stored(
        "Phone numbers, E.164 where they could be read so.", node("phones"), requires=Permission.CONTACTS_READ
    )
    links: list[str] | None = stored(
        "Addresses of profiles and pages.", node("links"), requires=Permission.CONTACTS_READ
    )
    location: Location | None = same("Where the person lives.", when=people.LOCATED)
    languages: list[str] = stored("Languages as written.", node("languages"))
    certificates: list[str] = stored("Certificates as written.", node("certificates"))
    tags: list[str] = stored("Our own labels.", node("tags"))
    years_of_experience: float = stored(
        "Years with at least one employment, overlaps counted once, as of the last change.",
        node("experience_months"),
        make=years_of,
    )
    consent: Consent | None = same(
        "The newest word on contact; none means: not asked.",
        when=people.CONSENTED,
        requires=Permission.CONSENT_READ,
    )
    opted_out_at: DateTime | None = stored(
        "When the person unsubscribed.", node("opted_out_at"), requires=Permission.CONSENT_READ
    )
    created_at: DateTime = stored("When we first heard of the person.", node("created_at"))
    updated_at: DateTime = stored("When the profile last changed.", node("updated_at"))
    version: int = stored(
        "Grows by one with each change of the profile and of who may see it; give it as `expectedVersion`.",
        node("version"),
    )
    educations: list[Education] = related("Times at schools, the latest first.", people.EDUCATIONS)
    skills: list[Skill] = related("Skills, in the order in which the records name them.", people.SKILLS)
    skill_uses: list[SkillUse] = related(
        "How long each skill was used, the longest first.", people.SKILL_USES
    )
    seniority: Seniority | None = stored(
        "How senior the latest job title is.", people.DATED_TITLES, make=latest_seniority
    )
    records: list[Record] = related("What the profile was made from, the newest first.", people.RECORDS)
    private: bool | None = stored(
        "Whether only the owner and those with whom the candidate is shared see them.",
        node("private"),
        make=bool,
        requires=Permission.CANDIDATES_WRITE,
    )
    owner: Colleague | None = related(
        "Who made the candidate private.", access.OWNER, requires=Permission.CANDIDATES_WRITE
    )
    shared_with: list[Colleague] | None = related(
        "Who sees the candidate besides the owner while they are private, at most 100.",
        access.SHARED_WITH,
        requires=Permission.CANDIDATES_WRITE,
    )
    applications: Connection[Application] | None = paged(
        "Applications, the newest first.",
        applications.OF_CANDIDATE,
        where=ApplicationFilter,
        sort_by=ApplicationSort,
        requires=Permission.APPLICATIONS_READ,
    )
    touches: list[Touch] | None = related(
        "Contacts with the person, the newest first, at most 200.",
        touches.OF_PERSON,
        requires=Permission.OUTREACH_READ,
    )


@strawberry.input(description="Which people; all that is given must hold.")
class PersonFilter:
    all: list["PersonFilter"] | None = joined("AND", "All of these hold.")
    any: list["PersonFilter"] | None = joined("OR", "One of these holds.")
    none: "PersonFilter | None" = joined("NOT", "This does not hold.")
    id: IdFilter | None = filtered("By id.", ID, ids_of(Kind.PERSON))
    name: TextFilter | None = filtered("By name.", node("name"))
    headline: TextFilter | None = filtered("By headline.", node("headline"))
    city: TextFilter | None = filtered("By the city.", node("city"))
    country: TextFilter | None = filtered("By the country's code.", node("country"))
    tags: TextsFilter | None = filtered("By our own labels.", node("tags"))
    years_of_experience: NumberFilter | None = filtered("By years of experience.", people.YEARS_OF_EXPERIENCE)
    created_at: DateTimeFilter | None = filtered("By when we first heard of them.", node("created_at"))
    updated_at: DateTimeFilter | None = filtered("By when the profile last changed.", node("updated_at"))


@strawberry.input(description="How people are sorted.")
class PersonSort:
    field: PersonOrder = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.ASC, description="Which way round.")
