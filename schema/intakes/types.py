from typing import ClassVar

import strawberry

from graph import intakes
from graph.intakes import IntakeFailure, IntakeOrder, IntakeStatus
from graph.reading import Anchor, node
from graph.rights import Permission
from schema.candidates.types import Candidate
from schema.enums import described
from schema.filters import DateTimeFilter, EnumFilter, NumberFilter, SortDirection, filtered, joined
from schema.node import Kind, Node
from schema.origins import Read
from schema.reads import identity, related, stored
from schema.scalars import DateTime
from search.resumes.kinds import ResumeKind
from search.resumes.likelihood import Sign

described(
    IntakeStatus,
    name="IntakeStatus",
    description="How far a file has come on its way to a candidate.",
    values={
        IntakeStatus.RECEIVED: "It is kept and waits to be read.",
        IntakeStatus.PARSING: "A worker reads it.",
        IntakeStatus.COMPLETED: "It became a record of a candidate.",
        IntakeStatus.FAILED: "Nothing became of it; `failure` says why.",
    },
)
described(
    IntakeFailure,
    name="IntakeFailure",
    description="Why nothing became of a file.",
    values={
        IntakeFailure.EMPTY: "There is nothing in it.",
        IntakeFailure.TOO_LARGE: "It is larger than files may be, as sent or unpacked.",
        IntakeFailure.UNSUPPORTED_TYPE: "It is of a kind that is not read.",
        IntakeFailure.ENCRYPTED: "It is locked with a password.",
        IntakeFailure.BROKEN: "It is damaged.",
        IntakeFailure.NO_TEXT: "There is no text in it.",
        IntakeFailure.SCANNED: "Its pages are pictures without text, as a scanner makes them.",
        IntakeFailure.TOO_MANY_PAGES: "It has more pages than are read.",
        IntakeFailure.TIME_LIMIT: "Reading it took too long.",
        IntakeFailure.MEMORY_LIMIT: "Reading it took too much memory.",
        IntakeFailure.CRASHED: "Reading it ended in a crash.",
        IntakeFailure.MISSING: "Its bytes are no longer in the store.",
        IntakeFailure.GAVE_UP: "Reading it was cut off again and again.",
        IntakeFailure.INVALID_ROW: "The row of an import is no candidate.",
    },
)
described(
    ResumeKind,
    name="FileKind",
    description="What a file turned out to be, judged by its bytes.",
    values={
        ResumeKind.PDF: "Portable Document Format.",
        ResumeKind.DOCX: "Office Open XML.",
        ResumeKind.HTML: "A web page.",
        ResumeKind.TXT: "Plain text.",
        ResumeKind.JSON_RESUME: "A JSON document as jsonresume.org describes it.",
    },
)
described(
    Sign,
    name="ResumeSign",
    description="What speaks for a text being a résumé, or against it.",
    values={
        Sign.CONTACT: "For: an e-mail address or a phone number.",
        Sign.NAME: "For: a person's name at the head.",
        Sign.EMPLOYMENTS: "For: times at companies, with dates.",
        Sign.EDUCATION: "For: a degree.",
        Sign.HEADINGS: "For: two or more of the usual headings.",
        Sign.SKILLS: "For: two or more skills.",
        Sign.ADVERT: "Against: turns of phrase of job adverts.",
        Sign.LETTER: "Against: turns of phrase of letters.",
        Sign.BUSINESS: "Against: words of invoices, contracts and papers.",
        Sign.LENGTH: "Against: fewer than 60 words, or more than 4,000.",
    },
)


def signs(stored_signs: list[str] | None) -> list[Sign]:
    """Read the signs that the graph keeps."""
    return [Sign(sign) for sign in stored_signs or ()]


described(
    IntakeOrder,
    name="IntakeSortField",
    description="What files that came in are sorted by.",
    values={
        IntakeOrder.RECEIVED_AT: "When it came.",
        IntakeOrder.FILE_NAME: "The name as sent.",
    },
)


@strawberry.type(
    description="A file on its way to becoming a candidate's record; it is kept whatever becomes of it."
)
class Intake(Read, Node):
    anchor: ClassVar[Anchor] = intakes.INTAKE
    id: strawberry.ID = identity(Kind.INTAKE)
    file_name: str = stored("The file's name as sent.", node("file_name"))
    size: int = stored("In bytes.", node("size"))
    kind: ResumeKind | None = stored("What the file turned out to be.", node("kind"), make=ResumeKind)
    status: IntakeStatus = stored("How far it has come.", node("status"), make=IntakeStatus)
    failure: IntakeFailure | None = stored("Why it failed, for programs.", node("code"), make=IntakeFailure)
    reason: str | None = stored("Why it failed and what to do, for people.", node("reason"))
    attempts: int = stored("How often it was tried.", node("attempts"))
    received_at: DateTime = stored("When it came.", node("received_at"))
    settled_at: DateTime | None = stored("When it completed or failed.", node("settled_at"))
    resume_likelihood: float | None = stored(
        "How likely the text is a résumé, from 0 to 1: have a look below 0.5. None before it is read, and of JSON Resumes.",
        node("likelihood"),
    )
    resume_signs: list[Sign] = stored("What the likelihood follows from.", node("signs"), make=signs)
    candidate: Candidate | None = related(
        "Whose résumé it is, once it is read.", intakes.CANDIDATE, requires=Permission.CANDIDATES_READ
    )


@strawberry.input(description="Which files; all that is given must hold.")
class IntakeFilter:
    all: list["IntakeFilter"] | None = joined("AND", "All of these hold.")
    any: list["IntakeFilter"] | None = joined("OR", "One of these holds.")
    none: "IntakeFilter | None" = joined("NOT", "This does not hold.")
    status: EnumFilter[IntakeStatus] | None = filtered("By how far it has come.", node("status"))
    failure: EnumFilter[IntakeFailure] | None = filtered("By why it failed.", node("code"))
    received_at: DateTimeFilter | None = filtered("By when it came.", node("received_at"))
    resume_likelihood: NumberFilter | None = filtered(
        "By how likely the text is a résumé, from 0 to 1.", node("likelihood")
    )


@strawberry.input(description="How files that came in are sorted.")
class IntakeSort:
    field: IntakeOrder = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.DESC, description="Which way round.")
