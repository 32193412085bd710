from typing import ClassVar

import strawberry

from graph import intakes
from graph.intakes import IntakeStatus
from graph.reading import Anchor, node
from schema.candidates.types import Candidate
from schema.filters import DateTimeFilter, EnumFilter, TextFilter, filtered, joined
from schema.node import Kind, Node
from schema.origins import Read
from schema.permissions import Permission
from schema.reads import identity, related, stored
from schema.scalars import DateTime

strawberry.enum(
    IntakeStatus, name="IntakeStatus", description="How far a file has come on its way to a candidate."
)


@strawberry.type(
    description="A file on its way to becoming a candidate's record; it is kept whatever becomes of it."
)
class Intake(Read, Node):
    anchor: ClassVar[Anchor] = intakes.INTAKE
    id: strawberry.ID = identity(Kind.INTAKE)
    file_name: str = stored("The file's name as sent.", node("file_name"))
    size: int = stored("In bytes.", node("size"))
    kind: str | None = stored("What the file turned out to be: PDF, DOCX, TXT …", node("kind"))
    status: IntakeStatus = stored("How far it has come.", node("status"), make=IntakeStatus)
    code: str | None = stored("Why it failed, for programs: EMPTY, ENCRYPTED, NO_TEXT …", node("code"))
    reason: str | None = stored("Why it failed and what to do, for people.", node("reason"))
    attempts: int = stored("How often it was tried.", node("attempts"))
    received_at: DateTime = stored("When it came.", node("received_at"))
    settled_at: DateTime | None = stored("When it completed or failed.", node("settled_at"))
    candidate: Candidate | None = related(
        "Whose résumé it is, once it is read.", intakes.CANDIDATE, requires=Permission.CANDIDATES_READ
    )


@strawberry.input(description="Which files; all that is given must hold.")
class IntakeFilter:
    all: list["IntakeFilter"] | None = joined("AND", "All of these hold.")
    any: list["IntakeFilter"] | None = joined("OR", "One of these holds.")
    none: "IntakeFilter | None" = joined("NOT", "This does not hold.")
    status: EnumFilter[IntakeStatus] | None = filtered("By how far it has come.", node("status"))
    code: TextFilter | None = filtered("By why it failed.", node("code"))
    received_at: DateTimeFilter | None = filtered("By when it came.", node("received_at"))
