import strawberry

from graph.applications import applications_page, count_applications
from schema.applications.types import Application
from schema.context import Info
from schema.pagination import After, Connection, First, connection_of, key_of, page_size
from schema.permissions import Permission, Requires


@strawberry.type
class ApplicationQueries:
    @strawberry.field(
        description="Applications, the newest first.", extensions=[Requires(Permission.APPLICATIONS_READ)]
    )
    async def applications(self, info: Info, first: First, after: After = None) -> Connection[Application]:
        graph = info.context.graph
        page = await graph.read(applications_page, first=page_size(first), after=key_of(after))
        return connection_of(
            page, node=Application.of, count=lambda: graph.read(count_applications), after=after
        )
