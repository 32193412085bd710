import strawberry

from graph.rights import Permission
from graph.taxonomy.terms import TERMS
from schema.pagination import Connection
from schema.reads import paged
from schema.taxonomy.types import Term, TermFilter, TermSort


@strawberry.type
class TaxonomyQueries:
    taxonomy_terms: Connection[Term] = paged(
        "The skills and titles that searches know, by name.",
        TERMS,
        where=TermFilter,
        sort_by=TermSort,
        requires=Permission.TALENT_SEARCH,
    )
