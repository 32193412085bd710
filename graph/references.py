"""What other systems and people call a thing: external ids, and finding a thing by them or by an e-mail address."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from graph.client import Statement, Transaction
from graph.errors import Code, Conflict
from graph.reading import Pattern, Shown
from graph.visibility import Sights, with_sights

ExternalId = tuple[str, str]
"""The other system's name, and the id there."""

CLAIM = Statement(
    "references.claim",
    """
    UNWIND $external_ids AS x
    MERGE (e:ExternalId {kind: $kind, system: x[0], value: x[1]})
    SET e.claimed_at = $at
    WITH e, x
    RETURN x AS external_id, EXISTS { (e)-[:OF]->() } AS taken
    """,
)
LINK_JOB = Statement(
    "references.link_job",
    """
    MATCH (j:Job {id: $id})
    UNWIND $external_ids AS x
    MATCH (e:ExternalId {kind: 'Job', system: x[0], value: x[1]})
    CREATE (e)-[:OF]->(j)
    """,
)
LINK_APPLICATION = Statement(
    "references.link_application",
    """
    MATCH (a:Application {id: $id})
    UNWIND $external_ids AS x
    MATCH (e:ExternalId {kind: 'Application', system: x[0], value: x[1]})
    CREATE (e)-[:OF]->(a)
    """,
)
EXTERNAL_IDS = Pattern(
    name="references.external_ids",
    match="(@parent)<-[:OF]-(@node:ExternalId)",
    shows=Shown.OPEN,
    order="@node.system, @node.value",
)


class Referable(StrEnum):
    """What other systems have ids for; two kinds may share an external id."""

    PERSON = "Person"
    JOB = "Job"
    APPLICATION = "Application"


@cache
def by_email(shown: Shown, sights: Sights) -> Statement:
    """Return what finds who has the addresses `$keys`: pairs of address and id; of several who are seen, the least id."""
    text = f"""
    UNWIND $keys AS key
    MATCH (:EmailAddress {{address: key}})<-[:HAS_EMAIL]-(p:Person) WHERE @seen({shown}, p)
    WITH key, min(p.id) AS id
    RETURN collect([key, id]) AS value
    """
    return Statement("references.by_email", with_sights(text, sights))


@cache
def by_external_id(shown: Shown, sights: Sights) -> Statement:
    """Return what finds the things of `$kind` that have the external ids `$keys`: pairs of external id and id."""
    text = f"""
    UNWIND $keys AS key
    MATCH (:ExternalId {{kind: $kind, system: key[0], value: key[1]}})-[:OF]->(n) WHERE @seen({shown}, n)
    RETURN collect([key, n.id]) AS value
    """
    return Statement("references.by_external_id", with_sights(text, sights))


_LINKS = {Referable.JOB: LINK_JOB, Referable.APPLICATION: LINK_APPLICATION}


async def give_external_ids(
    tx: Transaction, /, *, kind: Referable, id: str, external_ids: Sequence[ExternalId], at: str
) -> None:
    """Give a new job or application its external ids.

    Raises:
        Conflict: one of them belongs to another of its kind.
    """
    wanted = sorted(set(external_ids))
    if not wanted:
        return
    pairs = [list(pair) for pair in wanted]
    for row in await CLAIM.rows(tx, kind=str(kind), external_ids=pairs, at=at):
        if row["taken"]:
            place = list(external_ids).index(tuple(row["external_id"]))
            message = f"another {str(kind).lower()} has this external id; leave it out, or change that one"
            raise Conflict(Code.EXTERNAL_ID_TAKEN, message, field=f"externalIds.{place}")
    await _LINKS[kind].run(tx, id=id, external_ids=pairs)
