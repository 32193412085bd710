import strawberry

from graph.applications import APPLICATIONS
from graph.rights import Permission
from schema.applications.types import Application, ApplicationFilter, ApplicationSort
from schema.pagination import Connection
from schema.reads import paged


@strawberry.type
class ApplicationQueries:
    applications: Connection[Application] = paged(
        "Applications, the newest first.",
        APPLICATIONS,
        where=ApplicationFilter,
        sort_by=ApplicationSort,
        requires=Permission.APPLICATIONS_READ,
    )
