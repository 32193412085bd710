from typing import ClassVar

import strawberry

from graph.outreach import templates, touches
from graph.outreach.templates import TemplateOrder
from graph.outreach.touches import Refusal, TouchStatus
from graph.outreach.touches import TouchOutcome as OutcomeRecord
from graph.reading import ID, Anchor, node
from schema.enums import described
from schema.filters import DateTimeFilter, IdFilter, SortDirection, TextFilter, filtered, ids_of, joined
from schema.node import Kind, Node, global_id, global_ids
from schema.origins import Read
from schema.reads import by_id, identity, referenced, stored
from schema.scalars import DateTime

described(
    TouchStatus,
    name="TouchStatus",
    description="How far a message has come.",
    values={
        TouchStatus.QUEUED: "It waits to be sent.",
        TouchStatus.SENDING: "A worker hands it to the mail server.",
        TouchStatus.SENT: "The mail server took it.",
        TouchStatus.FAILED: "The mail server refused it for good.",
        TouchStatus.UNCERTAIN: "Nobody knows whether the mail server took it; it is not sent again by itself.",
        TouchStatus.REFUSED: "The candidate may not be written to; it was never queued.",
        TouchStatus.CANCELLED: "It was queued, but may no longer be sent.",
    },
)
described(
    Refusal,
    name="TouchRefusal",
    description="Why somebody is not written to.",
    values={
        Refusal.NOT_FOUND: "There is no such candidate, or not for you.",
        Refusal.OPTED_OUT: "The person, or the address, has unsubscribed.",
        Refusal.NO_CONSENT: "The person has not agreed to be contacted.",
        Refusal.NO_EMAIL: "No e-mail address is known.",
        Refusal.NO_NAME: "The template calls the person by a name that is not known.",
    },
)

described(
    TemplateOrder,
    name="TemplateSortField",
    description="What templates are sorted by.",
    values={
        TemplateOrder.CREATED_AT: "When it was written.",
        TemplateOrder.NAME: "What we call it.",
    },
)


@strawberry.type(description="A message text with merge fields, such as `{{candidate.first_name}}`.")
class Template(Read, Node):
    anchor: ClassVar[Anchor] = templates.TEMPLATE
    id: strawberry.ID = identity(Kind.TEMPLATE)
    name: str = stored("What we call it.", node("name"))
    subject: str = stored("The subject line, with merge fields.", node("subject"))
    body: str = stored("The text, with merge fields.", node("body"))
    created_at: DateTime = stored("When it was written.", node("created_at"))


@strawberry.type(description="A dated contact with a person.")
class Touch(Read, Node):
    anchor: ClassVar[Anchor] = touches.TOUCH
    id: strawberry.ID = identity(Kind.TOUCH)
    status: TouchStatus = stored("How far it has come.", node("status"), make=TouchStatus)
    reason: str | None = stored(
        "Why it was refused, failed or is uncertain: a `TouchRefusal`, or what the mail server said as a code.",
        node("reason"),
    )
    subject: str | None = stored("The subject as sent.", node("subject"))
    queued_at: DateTime = stored("When it was asked for.", node("queued_at"))
    sent_at: DateTime | None = stored("When the mail server took it.", node("sent_at"))
    sender_name: str = stored("In whose name.", node("sender_name"))
    template_id: strawberry.ID = stored(
        "The template it was made from.", touches.TEMPLATE_ID, make=global_ids(Kind.TEMPLATE)
    )


@strawberry.type(description="What became of one candidate's message; a refusal is an outcome, not an error.")
class TouchOutcome:
    candidate_id: strawberry.ID = strawberry.field(description="Whom it is about.")
    queued: bool = strawberry.field(description="Whether a message is on its way, or was.")
    refusal: Refusal | None = strawberry.field(description="Why there is none.")
    repeated: bool = strawberry.field(description="Whether an earlier call with this key did it.")
    touch: Touch | None = referenced("The message as it stands now.")

    @classmethod
    def of(cls, record: OutcomeRecord) -> "TouchOutcome":
        return cls(
            candidate_id=global_id(Kind.PERSON, record.candidate_id),
            queued=record.queued,
            refusal=record.refusal,
            repeated=record.repeated,
            touch=by_id(record.touch_id),
        )


@strawberry.input(description="How templates are sorted.")
class TemplateSort:
    field: TemplateOrder = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.DESC, description="Which way round.")


@strawberry.input(description="Which templates; all that is given must hold.")
class TemplateFilter:
    all: list["TemplateFilter"] | None = joined("AND", "All of these hold.")
    any: list["TemplateFilter"] | None = joined("OR", "One of these holds.")
    none: "TemplateFilter | None" = joined("NOT", "This does not hold.")
    id: IdFilter | None = filtered("By id.", ID, ids_of(Kind.TEMPLATE))
    name: TextFilter | None = filtered("By name.", node("name"))
    created_at: DateTimeFilter | None = filtered("By when it was written.", node("created_at"))
