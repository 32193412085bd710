import strawberry

from graph.companies import COMPANIES
from graph.rights import Permission
from schema.companies.types import Company, CompanyFilter, CompanySort
from schema.pagination import Connection
from schema.reads import paged


@strawberry.type
class CompanyQueries:
    companies: Connection[Company] = paged(
        "Companies by name.",
        COMPANIES,
        where=CompanyFilter,
        sort_by=CompanySort,
        requires=Permission.COMPANIES_READ,
    )
