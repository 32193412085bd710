from typing import Annotated, ClassVar, TypeAlias

import strawberry

from graph.reading import Anchor, node
from graph.referrals import acquaintance
from graph.referrals.paths import Hop as HopRecord
from graph.referrals.paths import ReferralPath as PathRecord
from graph.referrals.paths import ReferralPaths as PathsRecord
from graph.referrals.referrals import BY, BY_VIEWER, JOB_ID, OF, REFERRAL
from graph.rights import Permission
from schema.candidates.types import Person
from schema.companies.types import Company
from schema.node import Kind, Node, global_id, global_ids
from schema.origins import Read
from schema.reads import by_id, identity, referenced, related, stored
from schema.scalars import DateTime, PartialDate


@strawberry.type(description="Two people worked for one company at the same time.")
class WorkedTogether:
    company: Company = referenced("Where.")
    start: PartialDate = strawberry.field(name="from", description="Their first common month.")
    end: PartialDate | None = strawberry.field(
        name="to", description="Their last common month; none while both are there."
    )
    months: int = strawberry.field(description="How many months they had in common.")
    same_team: bool = strawberry.field(description="Whether both name the same team.")
    company_people: int = strawberry.field(
        description="How many people are known to have worked there; the more, the weaker the evidence."
    )
    strength: int = strawberry.field(description="1 to 100.")


@strawberry.type(description="Two people were at one school at the same time.")
class StudiedTogether:
    school: str = strawberry.field(description="Where.")
    start: PartialDate = strawberry.field(name="from", description="Their first common month.")
    end: PartialDate | None = strawberry.field(
        name="to", description="Their last common month; none while both are there."
    )
    months: int = strawberry.field(description="How many months they had in common.")
    strength: int = strawberry.field(description="1 to 100.")


@strawberry.type(description="One of the two referred the other.")
class Referred:
    referral_id: strawberry.ID = strawberry.field(description="The referral.")
    at: DateTime = strawberry.field(description="When.")
    by_id: strawberry.ID = strawberry.field(description="Which of the two referred the other.")
    strength: int = strawberry.field(description="1 to 100.")


HopEvidence: TypeAlias = Annotated[
    WorkedTogether | StudiedTogether | Referred,
    strawberry.union("HopEvidence", description="Why two people should know each other; always dated."),
]


@strawberry.type(description="Two neighbours of a chain.")
class ReferralHop:
    evidence: list[HopEvidence] = strawberry.field(description="Why they should know each other, best first.")
    strength: int = strawberry.field(description="That of the best evidence, 1 to 100.")

    @classmethod
    def of(cls, hop: HopRecord) -> "ReferralHop":
        return cls(evidence=[_evidence(found) for found in hop.evidence], strength=hop.strength)


@strawberry.type(description="A chain of acquaintances from a colleague to the candidate.")
class ReferralPath:
    hops: list[ReferralHop] = strawberry.field(description="`hops[i]` joins `people[i]` and `people[i + 1]`.")
    strength: float = strawberry.field(
        description="The product of the hops' strengths, each as a part of 100; compares chains of one length."
    )

    introducer: Person = referenced("The colleague who can introduce: the first of `people`.")
    people: list[Person] = referenced("From the colleague to the candidate.")

    @classmethod
    def of(cls, path: PathRecord) -> "ReferralPath":
        return cls(
            introducer=by_id(path.people[0].id),
            people=by_id([person.id for person in path.people]),
            hops=[ReferralHop.of(hop) for hop in path.hops],
            strength=path.strength,
        )


@strawberry.type(description="Who can introduce a candidate: the best chain of each colleague.")
class ReferralPaths:
    paths: list[ReferralPath] = strawberry.field(
        description="Shorter chains first, then stronger ones, then by id: always the same order."
    )
    truncated: bool = strawberry.field(
        description="Whether a bound of the search, such as that on huge employers, may have hidden some."
    )

    @classmethod
    def of(cls, found: PathsRecord) -> "ReferralPaths":
        return cls(paths=[ReferralPath.of(path) for path in found.paths], truncated=found.truncated)


@strawberry.type(description="A colleague's word for a candidate.")
class Referral(Read, Node):
    anchor: ClassVar[Anchor] = REFERRAL
    id: strawberry.ID = identity(Kind.REFERRAL)
    at: DateTime = stored("When it was given.", node("at"))
    job_id: strawberry.ID | None = stored("The job it is for, if for one.", JOB_ID, make=global_ids(Kind.JOB))
    note: str | None = stored(
        "What the colleague says.", node("note"), requires=Permission.NOTES_READ, unless=BY_VIEWER
    )
    relationship: str | None = stored(
        "How the two know each other.",
        node("relationship"),
        requires=Permission.NOTES_READ,
        unless=BY_VIEWER,
    )
    by: Person | None = related("Who refers.", BY, requires=Permission.CANDIDATES_READ)
    candidate: Person | None = related("Who is referred.", OF, requires=Permission.CANDIDATES_READ)


def _evidence(found: acquaintance.Evidence) -> WorkedTogether | StudiedTogether | Referred:
    match found:
        case acquaintance.WorkedTogether():
            return WorkedTogether(
                company=by_id(found.company_id),
                start=PartialDate(found.start),
                end=PartialDate(found.end) if found.end else None,
                months=found.months,
                same_team=found.same_team,
                company_people=found.people,
                strength=found.strength,
            )
        case acquaintance.StudiedTogether():
            return StudiedTogether(
                school=found.school_name,
                start=PartialDate(found.start),
                end=PartialDate(found.end) if found.end else None,
                months=found.months,
                strength=found.strength,
            )
        case acquaintance.Referred():
            return Referred(
                referral_id=global_id(Kind.REFERRAL, found.referral_id),
                at=DateTime(found.at),
                by_id=global_id(Kind.PERSON, found.by_id),
                strength=found.strength,
            )
