import strawberry

from graph.applications import APPLICATIONS
from schema.applications.types import Application, ApplicationFilter, ApplicationSort
from schema.pagination import Connection
from schema.permissions import Permission
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
