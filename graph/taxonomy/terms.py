"""What a term of the taxonomy is, how it is read, and what all who change terms have in common.

    (:TermOrigin)-[:BECAME]->(t:Term)-[:BROADER]->(:Term), (t)-[:RELATED]-(:Term)

`keys` are a term's spellings as they are compared, its name's first; `removed` those that nobody's import may bring back,
as `NOT_BROADER` and `NOT_RELATED` are links of that kind. `everyday` are spellings that are also everyday words.
"""

from enum import StrEnum

from graph.client import Statement, Transaction
from graph.errors import Code, Conflict
from graph.ids import derived_id
from graph.profiles import skill_key
from graph.reading import Anchor, Pattern, Shown, Sort, Source, node

MOST_TERMS = 200_000
MOST_SPELLINGS = 200
MOST_LINKS = 50
"""Broader terms that a term can have, and related ones that are shown."""
LONGEST_SPELLING = 200

STAMP = Statement(
    "taxonomy.stamp",
    """
    MERGE (t:Taxonomy {name: 'taxonomy'})
    SET t.stamp = $stamp
    RETURN COUNT { (:Term) } AS terms
    """,
)

TERM = Anchor("taxonomy.term", "(@node:Term {id: @id})", Shown.OPEN)


class TermOrder(StrEnum):
    """What terms can be sorted by."""

    NAME = "NAME"
    UPDATED_AT = "UPDATED_AT"


TERMS = Pattern(
    name="taxonomy.terms",
    match="(@node:Term)",
    shows=Shown.OPEN,
    sorts={
        TermOrder.NAME: Sort(node("name"), seek="@node.name IS NOT NULL"),
        TermOrder.UPDATED_AT: Sort(node("updated_at"), descending=True),
    },
)
BROADER = Pattern(
    name="taxonomy.broader",
    match="(@parent)-[:BROADER]->(@node:Term)",
    shows=Shown.OPEN,
    order="@node.name, @node.id",
    most=MOST_LINKS,
)
NARROWER = Pattern(
    name="taxonomy.narrower",
    match="(@parent)<-[:BROADER]-(@node:Term)",
    shows=Shown.OPEN,
    sorts={"NAME": Sort(node("name"), seek="@node.name IS NOT NULL")},
)
RELATED = Pattern(
    name="taxonomy.related",
    match="(@parent)-[:RELATED]-(@node:Term)",
    shows=Shown.OPEN,
    order="@node.name, @node.id",
    most=MOST_LINKS,
)
SYNONYMS = Source("coalesce(@node.synonyms, [])")
KEYS = node("keys")


class TermKind(StrEnum):
    """What a term is a word for."""

    SKILL = "SKILL"
    TITLE = "TITLE"


class TermSource(StrEnum):
    """Where a term first came from."""

    SHIPPED = "SHIPPED"
    ESCO = "ESCO"
    ONET = "ONET"
    OWN = "OWN"


def origin_id(kind: TermKind, name: str) -> str:
    """Return what names the origin of all terms that were first called so."""
    return derived_id("term", str(kind), skill_key(name))


async def stamp(tx: Transaction, /, *, stamp: str) -> None:
    """Note that terms change; whoever else changes some waits for this transaction.

    Raises:
        Conflict: there are as many terms as there may be.
    """
    row = await STAMP.row(tx, stamp=stamp)
    if row and row["terms"] > MOST_TERMS:
        raise Conflict(Code.TOO_MANY, f"a taxonomy has at most {MOST_TERMS} terms")
