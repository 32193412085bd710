import strawberry

from graph.companies import companies_page, count_companies
from schema.companies.types import Company
from schema.context import Info
from schema.pagination import After, Connection, First, connection_of, key_of, page_size
from schema.permissions import Permission, Requires


@strawberry.type
class CompanyQueries:
    @strawberry.field(description="Companies by name.", extensions=[Requires(Permission.COMPANIES_READ)])
    async def companies(self, info: Info, first: First, after: After = None) -> Connection[Company]:
        graph = info.context.graph
        page = await graph.read(companies_page, first=page_size(first), after=key_of(after))
        return connection_of(page, node=Company.of, count=lambda: graph.read(count_companies), after=after)
