from typing import Annotated

import strawberry

from graph.outreach.templates import Template as TemplateRecord
from graph.outreach.touches import Refusal, TouchStatus, touches_by_ids
from graph.outreach.touches import Touch as TouchRecord
from graph.outreach.touches import TouchOutcome as OutcomeRecord
from schema.context import Info
from schema.node import Kind, Node, global_id
from schema.scalars import DateTime

strawberry.enum(TouchStatus, name="TouchStatus", description="How far a message has come.")
strawberry.enum(Refusal, name="TouchRefusal", description="Why somebody is not written to.")


@strawberry.type(description="A message text with merge fields, such as `{{candidate.first_name}}`.")
class Template(Node):
    name: str = strawberry.field(description="What we call it.")
    subject: str = strawberry.field(description="The subject line, with merge fields.")
    body: str = strawberry.field(description="The text, with merge fields.")
    created_at: DateTime = strawberry.field(description="When it was written.")

    @classmethod
    def of(cls, record: TemplateRecord) -> "Template":
        return cls(
            id=global_id(Kind.TEMPLATE, record.id),
            name=record.name,
            subject=record.subject,
            body=record.body,
            created_at=DateTime(record.created_at),
        )


@strawberry.type(description="A dated contact with a person.")
class Touch(Node):
    status: TouchStatus = strawberry.field(description="How far it has come.")
    reason: str | None = strawberry.field(description="Why it was refused, failed or is uncertain.")
    subject: str | None = strawberry.field(description="The subject as sent.")
    queued_at: DateTime = strawberry.field(description="When it was asked for.")
    sent_at: DateTime | None = strawberry.field(description="When the mail server took it.")
    sender_name: str = strawberry.field(description="In whose name.")
    template_id: strawberry.ID = strawberry.field(description="The template it was made from.")

    @classmethod
    def of(cls, record: TouchRecord) -> "Touch":
        return cls(
            id=global_id(Kind.TOUCH, record.id),
            status=record.status,
            reason=record.reason,
            subject=record.subject,
            queued_at=DateTime(record.queued_at),
            sent_at=DateTime(record.sent_at) if record.sent_at else None,
            sender_name=record.sender_name,
            template_id=global_id(Kind.TEMPLATE, record.template_id),
        )


@strawberry.type(description="What became of one candidate's message; a refusal is an outcome, not an error.")
class TouchOutcome:
    touch_key: strawberry.Private[str | None]
    candidate_id: strawberry.ID = strawberry.field(description="Whom it is about.")
    queued: bool = strawberry.field(description="Whether a message is on its way, or was.")
    refusal: Refusal | None = strawberry.field(description="Why there is none.")
    repeated: bool = strawberry.field(description="Whether an earlier call with this key did it.")

    @strawberry.field(description="The message as it stands now.")
    async def touch(self, info: Info) -> Annotated["Touch", strawberry.lazy("schema.outreach.types")] | None:
        if self.touch_key is None:
            return None
        found = await info.context.loaders.load(touches_by_ids, self.touch_key)
        return Touch.of(found) if found else None

    @classmethod
    def of(cls, record: OutcomeRecord) -> "TouchOutcome":
        return cls(
            touch_key=record.touch_id,
            candidate_id=global_id(Kind.PERSON, record.candidate_id),
            queued=record.queued,
            refusal=record.refusal,
            repeated=record.repeated,
        )
