import strawberry

from graph.outreach.templates import count_templates, templates_page
from schema.context import Info
from schema.outreach.types import Template
from schema.pagination import After, Connection, First, connection_of, key_of, page_size
from schema.permissions import Permission, Requires


@strawberry.type
class OutreachQueries:
    @strawberry.field(
        description="Message templates, the newest first.", extensions=[Requires(Permission.OUTREACH_READ)]
    )
    async def templates(self, info: Info, first: First, after: After = None) -> Connection[Template]:
        graph = info.context.graph
        page = await graph.read(templates_page, first=page_size(first), after=key_of(after))
        return connection_of(page, node=Template.of, count=lambda: graph.read(count_templates), after=after)
