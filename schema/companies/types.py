import strawberry

from graph.companies import Company as CompanyRecord
from graph.companies import headcounts
from schema.context import Info
from schema.node import Kind, Node, global_id
from schema.permissions import Permission, Requires


@strawberry.type(description="An employer that somebody in the graph worked for.")
class Company(Node):
    key: strawberry.Private[str]
    name: str = strawberry.field(description="The name as first met.")

    @strawberry.field(
        description="How many employments at this company are known.",
        extensions=[Requires(Permission.CANDIDATES_READ)],
    )
    async def known_employments(self, info: Info) -> int:
        return await info.context.loaders.require(headcounts, self.key)

    @classmethod
    def of(cls, record: CompanyRecord) -> "Company":
        return cls(id=global_id(Kind.COMPANY, record.id), key=record.id, name=record.name)
