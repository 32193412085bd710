from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from graph import outbox
from graph.client import Row, Statement, Transaction
from graph.errors import Code, Conflict
from graph.events import EventType, NewEvent, Subject
from graph.outreach.merging import check_template
from graph.reading import Anchor, Pattern, Shown, Sort, node

CREATE = Statement(
    "templates.create",
    """
    MERGE (t:Template {id: $properties.id})
    WITH t
    WHERE t.created_at IS NULL
    SET t = $properties
    RETURN t.id AS created
    """,
)
BY_IDS = Statement(
    "templates.by_ids", "UNWIND $ids AS id MATCH (t:Template {id: id}) RETURN properties(t) AS template"
)
TEMPLATE = Anchor("templates.template", "(@node:Template {id: @id})", Shown.OPEN)


class TemplateOrder(StrEnum):
    """What templates can be sorted by."""

    CREATED_AT = "CREATED_AT"
    NAME = "NAME"


TEMPLATES = Pattern(
    name="templates.templates",
    match="(@node:Template)",
    shows=Shown.OPEN,
    sorts={
        TemplateOrder.CREATED_AT: Sort(
            node("created_at"), descending=True, seek="@node.created_at IS NOT NULL"
        ),
        TemplateOrder.NAME: Sort(node("name")),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTemplate:
    """A template on its way in; `id` is the same each time the same template comes in."""

    id: str
    event_id: str
    name: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message text with merge fields."""

    id: str
    name: str
    subject: str
    body: str
    created_at: str


async def create_template(tx: Transaction, /, *, template: NewTemplate, actor: str, at: str) -> Template:
    """Keep a template; a repeated id returns what it made the first time.

    Raises:
        InvalidInput: it could not be sent; the message lists the merge fields there are.
        Conflict: the id belongs to a template with other texts.
    """
    check_template(name=template.name, subject=template.subject, body=template.body)
    properties = {
        "id": template.id,
        "name": template.name,
        "subject": template.subject,
        "body": template.body,
        "created_at": at,
    }
    created = await CREATE.row(tx, properties=properties)
    kept = (await templates_by_ids(tx, ids=[template.id]))[template.id]
    if (kept.name, kept.subject, kept.body) != (template.name, template.subject, template.body):
        raise Conflict(Code.ID_TAKEN, "this id belongs to another template; use a new one", field="id")
    if created:
        event = NewEvent(
            id=template.event_id,
            type=EventType.TEMPLATE_CREATED,
            at=at,
            actor=actor,
            subject=Subject(template_id=template.id),
        )
        await outbox.append(tx, [event])
    return kept


async def templates_by_ids(tx: Transaction, /, *, ids: Sequence[str]) -> dict[str, Template]:
    """Return those of the templates that exist."""
    rows = await BY_IDS.rows(tx, ids=list(ids))
    return {row["template"]["id"]: _template(row["template"]) for row in rows}


def _template(stored: Row) -> Template:
    return Template(
        id=stored["id"],
        name=stored["name"],
        subject=stored["subject"],
        body=stored["body"],
        created_at=stored["created_at"],
    )
