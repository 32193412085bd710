"""Terms from elsewhere: an import adds what is new, batch by batch, and never undoes what people decided."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph import outbox
from graph.client import Statement, Transaction
from graph.events import Change, EventType, Subject
from graph.profiles import skill_key
from graph.taxonomy.terms import (
    LONGEST_SPELLING,
    MOST_LINKS,
    MOST_SPELLINGS,
    TermKind,
    TermSource,
    origin_id,
    stamp,
)

ADD = Statement(
    "taxonomy.import",
    """
    UNWIND $rows AS row
    MERGE (o:TermOrigin {id: row.id})
    WITH o, row
    CALL (o, row) {
      WITH o, row WHERE NOT EXISTS { (o)-[:BECAME]->() }
      CREATE (o)-[:BECAME]->(:Term {
        id: row.id, kind: row.kind, name: row.name, synonyms: [], keys: [row.key], removed: [], everyday: [],
        source: $source, version: 1, created_at: $at, updated_at: $at
      })
      RETURN count(*) AS created
    }
    MATCH (o)-[:BECAME]->(t:Term)
    WITH t, row, created, t.keys + t.removed AS known
    WITH t, row, created, [s IN row.synonyms WHERE NOT s.key IN known][..($most - size(t.keys))] AS fresh
    SET t.synonyms = t.synonyms + [s IN fresh | s.text],
        t.keys = t.keys + [s IN fresh | s.key],
        t.everyday = t.everyday + [s IN row.everyday WHERE NOT s IN t.everyday AND NOT s IN t.removed],
        t.version = t.version + CASE WHEN created = 0 AND size(fresh) > 0 THEN 1 ELSE 0 END,
        t.updated_at = CASE WHEN size(fresh) > 0 THEN $at ELSE t.updated_at END
    RETURN sum(created) AS created, sum(CASE WHEN created = 0 AND size(fresh) > 0 THEN 1 ELSE 0 END) AS changed
    """,
)
LINK = Statement(
    "taxonomy.import_links",
    """
    UNWIND $rows AS row
    MATCH (:TermOrigin {id: row.from})-[:BECAME]->(t:Term), (:TermOrigin {id: row.to})-[:BECAME]->(o:Term)
    WHERE t <> o
    CALL (t, o, row) {
      WITH t, o, row
      WHERE row.broader AND NOT EXISTS { (t)-[:BROADER|NOT_BROADER]->(o) } AND NOT EXISTS { (o)-[:BROADER]->(t) }
        AND COUNT { (t)-[:BROADER]->() } < $most
      CREATE (t)-[:BROADER]->(o)
      RETURN count(*) AS upwards
    }
    CALL (t, o, row) {
      WITH t, o, row
      WHERE NOT row.broader AND NOT EXISTS { (t)-[:RELATED|NOT_RELATED]-(o) }
      CREATE (t)-[:RELATED]->(o)
      RETURN count(*) AS sideways
    }
    RETURN sum(upwards + sideways) AS linked
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTerm:
    """A term as another taxonomy has it; `everyday` are those of its spellings that are everyday words."""

    kind: TermKind
    name: str
    synonyms: tuple[str, ...] = ()
    everyday: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLink:
    """A link between two imported terms, by their kinds and names: the second is broader, or only related."""

    term: tuple[TermKind, str]
    to: tuple[TermKind, str]
    broader: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """What an import did so far: terms that are new, terms that got further spellings, links that are new."""

    created: int = 0
    changed: int = 0
    linked: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.created + other.created, self.changed + other.changed, self.linked + other.linked)


async def import_terms(
    tx: Transaction, /, *, terms: Sequence[ImportedTerm], source: TermSource, change: Change
) -> Tally:
    """Add terms and what spellings of known ones are new. What is too long or too much is left out.

    Raises:
        Conflict: there are as many terms as there may be.
    """
    await stamp(tx, stamp=change.event_id)
    row = await ADD.row(
        tx,
        rows=[_row(term) for term in terms if skill_key(term.name) and len(term.name) <= LONGEST_SPELLING],
        source=str(source),
        most=MOST_SPELLINGS,
        at=change.at,
    )
    return Tally(row["created"], row["changed"]) if row else Tally()


async def import_links(tx: Transaction, /, *, links: Sequence[ImportedLink]) -> Tally:
    """Link imported terms; what somebody unlinked, or linked the other way round, stays so."""
    rows = [
        {"from": origin_id(*link.term), "to": origin_id(*link.to), "broader": link.broader} for link in links
    ]
    row = await LINK.row(tx, rows=rows, most=MOST_LINKS)
    return Tally(linked=row["linked"]) if row else Tally()


async def end_import(tx: Transaction, /, *, source: TermSource, tally: Tally, change: Change) -> None:
    """Let every process read the terms again, and tell of the import where it changed anything."""
    await stamp(tx, stamp=change.event_id)
    if tally != Tally():
        detail = {"taxonomy": str(source)}
        await outbox.append(tx, [change.event(EventType.TAXONOMY_IMPORTED, Subject(), detail)])


def _row(term: ImportedTerm) -> dict[str, object]:
    name = " ".join(term.name.split())
    spellings = {skill_key(each): " ".join(each.split()) for each in reversed(term.synonyms)}
    spellings.pop(skill_key(name), None)
    return {
        "id": origin_id(term.kind, name),
        "kind": str(term.kind),
        "name": name,
        "key": skill_key(name),
        "synonyms": [
            {"key": key, "text": text}
            for key, text in reversed(spellings.items())
            if key and len(text) <= LONGEST_SPELLING
        ],
        "everyday": [skill_key(each) for each in term.everyday],
    }
