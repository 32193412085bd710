import strawberry

from graph.outreach.templates import TEMPLATES
from graph.rights import Permission
from schema.outreach.types import Template, TemplateFilter, TemplateSort
from schema.pagination import Connection
from schema.reads import paged


@strawberry.type
class OutreachQueries:
    templates: Connection[Template] = paged(
        "Message templates, the newest first.",
        TEMPLATES,
        where=TemplateFilter,
        sort_by=TemplateSort,
        requires=Permission.OUTREACH_READ,
    )
