import strawberry

from graph.intakes import INTAKES
from graph.rights import Permission
from schema.intakes.types import Intake, IntakeFilter, IntakeSort
from schema.pagination import Connection
from schema.reads import paged


@strawberry.type
class IntakeQueries:
    intakes: Connection[Intake] = paged(
        "Files that came in, the newest first.",
        INTAKES,
        where=IntakeFilter,
        sort_by=IntakeSort,
        requires=Permission.INTAKES_READ,
    )
