"""`node` and `nodes`: one way back from a global id to the object, with the rights of its kind."""

import strawberry

from graph.rights import Permission
from schema.applications.types import Application, Stage
from schema.candidates.types import Person, Record, Skill
from schema.companies.types import Company
from schema.intakes.types import Intake
from schema.jobs.types import Job
from schema.node import Kind, Node
from schema.outreach.types import Template, Touch
from schema.partners.types import PartnerApplication
from schema.reads import looked_up
from schema.referrals.types import Referral
from schema.searches.types import SavedSearch
from schema.taxonomy.types import Term
from schema.tokens.types import Token
from schema.users.types import User

KINDS = {
    Kind.PERSON: (lambda: Person, Permission.CANDIDATES_READ),
    Kind.COMPANY: (lambda: Company, Permission.COMPANIES_READ),
    Kind.JOB: (lambda: Job, Permission.JOBS_READ),
    Kind.APPLICATION: (lambda: Application, Permission.APPLICATIONS_READ),
    Kind.TEMPLATE: (lambda: Template, Permission.OUTREACH_READ),
    Kind.TOUCH: (lambda: Touch, Permission.OUTREACH_READ),
    Kind.INTAKE: (lambda: Intake, Permission.INTAKES_READ),
    Kind.REFERRAL: (lambda: Referral, Permission.REFERRALS_READ),
    Kind.RECORD: (lambda: Record, Permission.CANDIDATES_READ),
    Kind.STAGE: (lambda: Stage, Permission.APPLICATIONS_READ),
    Kind.SKILL: (lambda: Skill, Permission.JOBS_READ),
    Kind.TERM: (lambda: Term, Permission.TALENT_SEARCH),
    Kind.SAVED_SEARCH: (lambda: SavedSearch, Permission.TALENT_SEARCH),
    Kind.TOKEN: (lambda: Token, Permission.TOKENS_MANAGE),
    Kind.USER: (lambda: User, Permission.USERS_MANAGE),
    Kind.PARTNER_APPLICATION: (lambda: PartnerApplication, Permission.PARTNERS_MANAGE),
}


@strawberry.type
class NodeQueries:
    node: Node | None = looked_up(
        "The object with this id; null where there is none for you: absent and forbidden look alike.",
        KINDS,
        id="A global id.",
    )
    nodes: list[Node | None] = looked_up(
        "The objects with these ids, in their order; null where `node` gives null.",
        KINDS,
        ids="1 to 100 global ids.",
    )
