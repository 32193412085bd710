from typing import Annotated

import strawberry

from graph.ids import now
from graph.referrals.paths import referral_paths
from graph.rights import Permission
from schema.context import Info
from schema.permissions import Requires
from schema.references import CandidateRef, ColleagueRef, local_id_if_given, local_id_of
from schema.referrals.types import ReferralPaths


@strawberry.type
class ReferralQueries:
    @strawberry.field(
        description="Which colleagues can introduce a candidate, by whom, and what proves each acquaintance.",
        extensions=[Requires(Permission.REFERRALS_READ), Requires(Permission.CANDIDATES_READ)],
    )
    async def referral_paths(
        self,
        info: Info,
        candidate: Annotated[CandidateRef, strawberry.argument(description="Whom to reach.")],
        max_hops: Annotated[int, strawberry.argument(description="Longest chain, 1 to 3.")] = 2,
        first: Annotated[int, strawberry.argument(description="How many colleagues, 1 to 50.")] = 10,
        introducer: Annotated[
            ColleagueRef | None, strawberry.argument(description="Only chains from this colleague.")
        ] = None,
    ) -> ReferralPaths:
        loaders = info.context.loaders
        found = await info.context.graph.read(
            referral_paths,
            candidate_id=await local_id_of(loaders, candidate, field="candidate"),
            max_hops=max_hops,
            limit=first,
            at=now(),
            from_person_id=await local_id_if_given(loaders, introducer, field="introducer"),
            viewer=info.context.principal.viewer,
        )
        return ReferralPaths.of(found)
