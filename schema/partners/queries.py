import strawberry

from graph.partners import APPLICATIONS
from graph.rights import Permission
from schema.node import Kind
from schema.pagination import Connection
from schema.partners.types import PartnerApplication, PartnerApplicationFilter, PartnerApplicationSort
from schema.reads import looked_up, paged


@strawberry.type
class PartnerQueries:
    partner_applications: Connection[PartnerApplication] = paged(
        "Partner applications, the newest first.",
        APPLICATIONS,
        where=PartnerApplicationFilter,
        sort_by=PartnerApplicationSort,
        requires=Permission.PARTNERS_MANAGE,
    )
    partner_application: PartnerApplication | None = looked_up(
        "A partner application; null where there is none for you.",
        {Kind.PARTNER_APPLICATION: (lambda: PartnerApplication, None)},
        id="Its global id.",
        requires=Permission.PARTNERS_MANAGE,
    )
