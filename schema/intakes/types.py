from typing import Annotated

import strawberry

from graph.intakes import Intake as IntakeRecord
from graph.intakes import IntakeStatus
from graph.people import people_by_ids
from schema.candidates.types import Candidate
from schema.context import Info
from schema.node import Kind, Node, global_id
from schema.permissions import Permission, Requires
from schema.scalars import DateTime

strawberry.enum(
    IntakeStatus, name="IntakeStatus", description="How far a file has come on its way to a candidate."
)


@strawberry.type(
    description="A file on its way to becoming a candidate's record; it is kept whatever becomes of it."
)
class Intake(Node):
    candidate_key: strawberry.Private[str | None]
    file_name: str = strawberry.field(description="The file's name as sent.")
    size: int = strawberry.field(description="In bytes.")
    kind: str | None = strawberry.field(description="What the file turned out to be: PDF, DOCX, TXT …")
    status: IntakeStatus = strawberry.field(description="How far it has come.")
    code: str | None = strawberry.field(
        description="Why it failed, for programs: EMPTY, ENCRYPTED, NO_TEXT …"
    )
    reason: str | None = strawberry.field(description="Why it failed and what to do, for people.")
    attempts: int = strawberry.field(description="How often it was tried.")
    received_at: DateTime = strawberry.field(description="When it came.")
    settled_at: DateTime | None = strawberry.field(description="When it completed or failed.")

    @strawberry.field(
        description="Whose résumé it is, once it is read.", extensions=[Requires(Permission.CANDIDATES_READ)]
    )
    async def candidate(self, info: Info) -> Candidate | None:
        if self.candidate_key is None:
            return None
        found = await info.context.loaders.load(people_by_ids, self.candidate_key)
        return Candidate.of(found) if found and found.is_candidate else None

    @classmethod
    def of(cls, record: IntakeRecord) -> "Intake":
        return cls(
            id=global_id(Kind.INTAKE, record.id),
            candidate_key=record.candidate_id,
            file_name=record.file_name,
            size=record.size,
            kind=record.kind,
            status=record.status,
            code=record.code,
            reason=record.reason,
            attempts=record.attempts,
            received_at=DateTime(record.received_at),
            settled_at=DateTime(record.settled_at) if record.settled_at else None,
        )


OfStatus = Annotated[
    IntakeStatus | None, strawberry.argument(description="Only those that have come so far.")
]
