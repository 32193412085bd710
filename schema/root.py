"""The schema: what every domain brings, put together."""

from collections.abc import Sequence

import strawberry
from graphql import GraphQLError, GraphQLInputObjectType
from strawberry.extensions import MaxTokensLimiter
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from schema.applications.mutations import ApplicationMutations
from schema.applications.queries import ApplicationQueries
from schema.candidates.mutations import CandidateMutations
from schema.candidates.queries import CandidateQueries
from schema.candidates.types import Candidate, Colleague
from schema.companies.queries import CompanyQueries
from schema.errors import publish
from schema.events.queries import EventQueries
from schema.events.subscriptions import EventSubscriptions
from schema.extensions import FreshLoaders
from schema.intakes.mutations import IntakeMutations
from schema.intakes.queries import IntakeQueries
from schema.jobs.mutations import JobMutations
from schema.jobs.queries import JobQueries
from schema.limits import Limits
from schema.nodes import NodeQueries
from schema.outreach.mutations import OutreachMutations
from schema.outreach.queries import OutreachQueries
from schema.referrals.mutations import ReferralMutations
from schema.referrals.queries import ReferralQueries
from schema.scalars import SCALARS
from schema.shortlists.mutations import ShortlistMutations
from schema.talent.queries import TalentQueries

MOST_TOKENS = 1_000


@strawberry.type(description="What can be asked.")
class Query(
    NodeQueries,
    CandidateQueries,
    CompanyQueries,
    JobQueries,
    ApplicationQueries,
    TalentQueries,
    ReferralQueries,
    IntakeQueries,
    OutreachQueries,
    EventQueries,
):
    pass


@strawberry.type(
    description="What can be done. Each payload carries `userErrors`; where there are any, nothing was kept."
)
class Mutation(
    CandidateMutations,
    JobMutations,
    ApplicationMutations,
    ShortlistMutations,
    IntakeMutations,
    ReferralMutations,
    OutreachMutations,
):
    pass


@strawberry.type(
    description="What can be followed as it happens, over `graphql-transport-ws` or as server-sent events."
)
class Subscription(EventSubscriptions):
    pass


class KithSchema(strawberry.Schema):
    """The schema; every error that leaves it has a code and tells nothing of the inside."""

    def process_errors(
        self, errors: Sequence[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        publish(errors)


def build_schema() -> KithSchema:
    """Build the executable schema."""
    schema = KithSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Candidate, Colleague],
        extensions=[FreshLoaders, lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS), Limits],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    for type_ in schema._schema.type_map.values():  # noqa: SLF001 - Strawberry has no other way to the executable schema
        definition = type_.extensions.get("strawberry-definition")
        if isinstance(type_, GraphQLInputObjectType) and definition is not None:
            type_.is_one_of = definition.is_one_of  # Strawberry checks it late; graphql-core while validating
    return schema
