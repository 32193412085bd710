import asyncio
from pathlib import PurePath
from typing import Annotated

import strawberry
from starlette.datastructures import UploadFile
from strawberry.file_uploads import Upload

from graph.errors import Code, InvalidInput
from graph.ids import new_id, now
from graph.intakes import NewIntake, receive, retry_intake
from graph.rights import Permission
from schema.context import Info
from schema.errors import UserError, attempt
from schema.idempotency import idempotency_key, write_once
from schema.intakes.types import Intake
from schema.node import Kind, local_id
from schema.permissions import Requires
from schema.reads import by_id, referenced
from schema.references import CandidateRef, local_id_if_given
from search.resumes.store import MAX_BYTES

LONGEST_FILE_NAME = 255


@strawberry.input(description="A résumé to take in.")
class ImportResumeInput:
    file: Upload = strawberry.field(description="PDF, DOCX, TXT, HTML or JSON Resume; at most 10 MiB.")
    candidate: CandidateRef | None = strawberry.field(
        default=None, description="Whose it is, if known; else e-mail addresses in it decide."
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Which intake to try again.")
class RetryIntakeInput:
    intake_id: strawberry.ID = strawberry.field(description="An intake that failed.")


@strawberry.type(description="The answer to `importResume`: the bytes are kept, reading them goes on.")
class ImportResumePayload:
    intake: Intake | None = referenced("Follow its status; null on refusal.")
    repeated: bool = strawberry.field(description="Whether the same bytes came before.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type(description="The answer to `retryIntake`.")
class RetryIntakePayload:
    intake: Intake | None = referenced("The intake, null on refusal.")
    user_errors: list[UserError] = strawberry.field(description="Why the input was refused; else empty.")


@strawberry.type
class IntakeMutations:
    @strawberry.mutation(
        description="Takes a résumé in (GraphQL multipart request); it is read by a worker and becomes searchable.",
        extensions=[Requires(Permission.INTAKES_WRITE)],
    )
    async def import_resume(
        self, info: Info, input: Annotated[ImportResumeInput, strawberry.argument(description="The file.")]
    ) -> ImportResumePayload:
        return await attempt(
            _import(info, input),
            lambda errors: ImportResumePayload(intake=None, repeated=False, user_errors=errors),
        )

    @strawberry.mutation(
        description="Has a failed file read again.", extensions=[Requires(Permission.INTAKES_WRITE)]
    )
    async def retry_intake(
        self, info: Info, input: Annotated[RetryIntakeInput, strawberry.argument(description="Which.")]
    ) -> RetryIntakePayload:
        return await attempt(
            _retry(info, input), lambda errors: RetryIntakePayload(intake=None, user_errors=errors)
        )


async def _import(info: Info, given: ImportResumeInput) -> ImportResumePayload:
    about = await local_id_if_given(info.context.loaders, given.candidate, field="candidate")
    if not isinstance(given.file, UploadFile):
        raise InvalidInput(
            Code.FILE_MISSING, "send the file as a part of a GraphQL multipart request", field="file"
        )
    content = await given.file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise InvalidInput(Code.FILE_TOO_LARGE, f"a file has at most {MAX_BYTES} bytes", field="file")
    context = info.context
    sha256 = await asyncio.to_thread(context.services.store.put, content)
    intake = NewIntake(
        sha256=sha256,
        file_name=_file_name(given.file.filename),
        size=len(content),
        source="importResume",
        event_id=new_id(),
        about=about,
    )
    answer = await write_once(
        info,
        given,
        lambda received: {"intake": received[0].intake_id, "repeated": received[0].repeated},
        receive,
        {"file": sha256},
        intakes=[intake],
        actor=context.principal.actor,
        at=now(),
        viewer=context.principal.viewer,
    )
    return ImportResumePayload(intake=by_id(answer["intake"]), repeated=answer["repeated"], user_errors=[])


async def _retry(info: Info, given: RetryIntakeInput) -> RetryIntakePayload:
    intake = await info.context.graph.write(
        retry_intake,
        intake_id=local_id(Kind.INTAKE, given.intake_id, field="intakeId"),
        event_id=new_id(),
        actor=info.context.principal.actor,
        at=now(),
        viewer=info.context.principal.viewer,
    )
    return RetryIntakePayload(intake=by_id(intake.id), user_errors=[])


def _file_name(given: str | None) -> str:
    name = PurePath((given or "").replace("\\", "/")).name[-LONGEST_FILE_NAME:]
    return "".join(mark for mark in name if mark.isprintable()) or "unnamed"
