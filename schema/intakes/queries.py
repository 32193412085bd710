import strawberry

from graph.intakes import count_intakes, intakes_page
from schema.context import Info
from schema.intakes.types import Intake, OfStatus
from schema.pagination import After, Connection, First, connection_of, key_of, page_size
from schema.permissions import Permission, Requires


@strawberry.type
class IntakeQueries:
    @strawberry.field(
        description="Files that came in, the newest first.", extensions=[Requires(Permission.INTAKES_READ)]
    )
    async def intakes(
        self, info: Info, first: First, after: After = None, status: OfStatus = None
    ) -> Connection[Intake]:
        graph = info.context.graph
        page = await graph.read(intakes_page, first=page_size(first), after=key_of(after), status=status)

        async def count() -> int:
            counts = await graph.read(count_intakes)
            return counts[status] if status else sum(counts.values())

        return connection_of(page, node=Intake.of, count=count, after=after)
