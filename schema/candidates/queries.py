import strawberry

from graph.people import CANDIDATES, COLLEAGUES
from graph.rights import Permission
from schema.candidates.types import Candidate, Colleague, PersonFilter, PersonSort
from schema.node import Kind
from schema.pagination import Connection
from schema.reads import looked_up, paged
from schema.references import CandidateRef


@strawberry.type
class CandidateQueries:
    candidate: Candidate | None = looked_up(
        "One candidate; null where there is none for you of this name.",
        {Kind.PERSON: (lambda: Candidate, None)},
        by=CandidateRef,
        requires=Permission.CANDIDATES_READ,
    )
    candidates: Connection[Candidate] = paged(
        "Candidates, the newest first.",
        CANDIDATES,
        where=PersonFilter,
        sort_by=PersonSort,
        requires=Permission.CANDIDATES_READ,
    )
    colleagues: Connection[Colleague] = paged(
        "Colleagues, the newest first.",
        COLLEAGUES,
        where=PersonFilter,
        sort_by=PersonSort,
        requires=Permission.CANDIDATES_READ,
    )
