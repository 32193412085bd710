"""The schema: what every domain brings, put together."""

import strawberry
from graphql import GraphQLInputObjectType
from strawberry.schema.config import StrawberryConfig

from schema.applications.mutations import ApplicationMutations
from schema.applications.queries import ApplicationQueries
from schema.candidates.mutations import CandidateMutations
from schema.candidates.queries import CandidateQueries
from schema.candidates.types import Candidate, Colleague
from schema.companies.queries import CompanyQueries
from schema.events.queries import EventQueries
from schema.events.subscriptions import EventSubscriptions
from schema.inputs import make_inputs
from schema.intakes.mutations import IntakeMutations
from schema.intakes.queries import IntakeQueries
from schema.jobs.mutations import JobMutations
from schema.jobs.queries import JobQueries
from schema.nodes import NodeQueries
from schema.outreach.mutations import OutreachMutations
from schema.outreach.queries import OutreachQueries
from schema.partners.mutations import PartnerMutations
from schema.partners.queries import PartnerQueries
from schema.referrals.mutations import ReferralMutations
from schema.referrals.queries import ReferralQueries
from schema.scalars import SCALARS
from schema.searches.mutations import SavedSearchMutations
from schema.searches.queries import SavedSearchQueries
from schema.searches.standing import StandingMutations
from schema.shortlists.mutations import ShortlistMutations
from schema.talent.insights import InsightQueries
from schema.talent.matching import MatchingQueries
from schema.talent.queries import TalentQueries
from schema.talent.suggestions import SuggestionQueries
from schema.taxonomy.mutations import TaxonomyMutations
from schema.taxonomy.queries import TaxonomyQueries
from schema.tokens.mutations import TokenMutations
from schema.tokens.queries import TokenQueries
from schema.users.mutations import UserMutations
from schema.users.queries import UserQueries


@strawberry.type(description="What can be asked.")
class Query(
    NodeQueries,
    CandidateQueries,
    CompanyQueries,
    JobQueries,
    ApplicationQueries,
    TalentQueries,
    SuggestionQueries,
    InsightQueries,
    TaxonomyQueries,
    MatchingQueries,
    SavedSearchQueries,
    ReferralQueries,
    IntakeQueries,
    OutreachQueries,
    EventQueries,
    UserQueries,
    TokenQueries,
    PartnerQueries,
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
    TaxonomyMutations,
    SavedSearchMutations,
    StandingMutations,
    UserMutations,
    TokenMutations,
    PartnerMutations,
):
    pass


@strawberry.type(
    description="What can be followed as it happens, over `graphql-transport-ws` or as server-sent events."
)
class Subscription(EventSubscriptions):
    pass


def build_schema() -> strawberry.Schema:
    """Build the executable schema."""
    schema = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Candidate, Colleague],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    for type_ in schema._schema.type_map.values():  # noqa: SLF001 - Strawberry has no other way to the executable schema
        definition = type_.extensions.get("strawberry-definition")
        if isinstance(type_, GraphQLInputObjectType) and definition is not None:
            type_.is_one_of = definition.is_one_of  # Strawberry checks it late; graphql-core while validating
    make_inputs(schema._schema)  # noqa: SLF001 - likewise
    return schema
