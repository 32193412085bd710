"""Terms as people change them: a spelling belongs to one term of its kind, and links make no circles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph import outbox
from graph.client import Statement, Transaction
from graph.errors import Code, Conflict, InvalidInput, NotFound
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
from graph.versions import check_version

TAKEN = Statement(
    "taxonomy.taken",
    """
    MATCH (t:Term {kind: $kind})
    WHERE NOT t.id IN $except AND any(key IN $keys WHERE key IN t.keys)
    RETURN t.name AS name LIMIT 1
    """,
)
CREATE = Statement(
    "taxonomy.create",
    """
    CREATE (t:Term)
    SET t = $properties
    WITH t
    MERGE (o:TermOrigin {id: $origin})
    WITH t, o
    WHERE NOT EXISTS { (o)-[:BECAME]->() }
    CREATE (o)-[:BECAME]->(t)
    """,
)
FOUND = Statement("taxonomy.found", "UNWIND $ids AS id MATCH (t:Term {id: id}) RETURN properties(t) AS term")
CHANGE = Statement("taxonomy.change", "MATCH (t:Term {id: $id}) SET t += $properties")
LINK = Statement(
    "taxonomy.link",
    """
    MATCH (t:Term {id: $id})
    CALL (t) {
      UNWIND $broader AS id
      MATCH (o:Term {id: id})
      MERGE (t)-[:BROADER]->(o)
      WITH t, o
      OPTIONAL MATCH (t)-[never:NOT_BROADER]->(o)
      DELETE never
      RETURN count(*) AS upwards
    }
    CALL (t) {
      UNWIND $related AS id
      MATCH (o:Term {id: id})
      MERGE (t)-[:RELATED]-(o)
      WITH t, o
      OPTIONAL MATCH (t)-[never:NOT_RELATED]-(o)
      DELETE never
      RETURN count(*) AS sideways
    }
    RETURN COUNT { (t)-[:BROADER]->() } AS broader, COUNT { (t)-[:RELATED]-() } AS related
    """,
)
UNLINK = Statement(
    "taxonomy.unlink",
    """
    MATCH (t:Term {id: $id})
    CALL (t) {
      UNWIND $broader AS id
      MATCH (t)-[link:BROADER]->(o:Term {id: id})
      DELETE link
      MERGE (t)-[:NOT_BROADER]->(o)
      RETURN count(*) AS upwards
    }
    CALL (t) {
      UNWIND $related AS id
      MATCH (t)-[link:RELATED]-(o:Term {id: id})
      DELETE link
      MERGE (t)-[:NOT_RELATED]-(o)
      RETURN count(*) AS sideways
    }
    RETURN upwards + sideways AS gone
    """,
)
CIRCLE = Statement(
    "taxonomy.circle",
    """
    UNWIND $broader AS id
    MATCH (t:Term {id: $id}), (o:Term {id: id})
    WHERE t = o OR EXISTS { SHORTEST 1 (o)-[:BROADER]->+(t) }
    RETURN o.name AS name LIMIT 1
    """,
)
MERGE = Statement(
    "taxonomy.merge",
    """
    MATCH (t:Term {id: $id}), (gone:Term {id: $gone})
    CALL (t, gone) { MATCH (gone)<-[r:BECAME]-(o) MERGE (o)-[:BECAME]->(t) DELETE r }
    CALL (t, gone) { MATCH (gone)-[:BROADER]->(o) WHERE o <> t AND NOT EXISTS { (o)-[:BROADER]->+(t) } MERGE (t)-[:BROADER]->(o) }
    CALL (t, gone) { MATCH (gone)<-[:BROADER]-(o) WHERE o <> t AND NOT EXISTS { (t)-[:BROADER]->+(o) } MERGE (o)-[:BROADER]->(t) }
    CALL (t, gone) { MATCH (gone)-[:RELATED]-(o) WHERE o <> t MERGE (t)-[:RELATED]-(o) }
    CALL (t, gone) { MATCH (gone)-[:NOT_BROADER]->(o) WHERE o <> t MERGE (t)-[:NOT_BROADER]->(o) }
    CALL (t, gone) { MATCH (gone)<-[:NOT_BROADER]-(o) WHERE o <> t MERGE (o)-[:NOT_BROADER]->(t) }
    CALL (t, gone) { MATCH (gone)-[:NOT_RELATED]-(o) WHERE o <> t MERGE (t)-[:NOT_RELATED]-(o) }
    DETACH DELETE gone
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerm:
    """A term on its way in; links are ids of terms."""

    id: str
    kind: TermKind
    name: str
    synonyms: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChange:
    """What is to be different about a term. A name that is replaced stays as a synonym."""

    id: str
    expected_version: int | None = None
    name: str | None = None
    add_synonyms: tuple[str, ...] = ()
    remove_synonyms: tuple[str, ...] = ()
    add_broader: tuple[str, ...] = ()
    remove_broader: tuple[str, ...] = ()
    add_related: tuple[str, ...] = ()
    remove_related: tuple[str, ...] = ()


async def create_term(tx: Transaction, /, *, term: NewTerm, change: Change) -> str:
    """Keep a new term of our own; return its id.

    Raises:
        InvalidInput: a spelling is empty or too long, or there are too many; a link leads to another kind.
        Conflict: another term of the kind has one of the spellings.
        NotFound: a link leads to no term.
    """
    await stamp(tx, stamp=change.event_id)
    name = _spelling(term.name, "name")
    synonyms = _distinct([_spelling(each, "synonyms") for each in term.synonyms], but={skill_key(name)})
    _check_number(synonyms, "synonyms")
    keys = [skill_key(name), *map(skill_key, synonyms)]
    await _require_free(tx, term.kind, keys[:1], but=[], field="name")
    await _require_free(tx, term.kind, keys[1:], but=[], field="synonyms")
    properties = {
        "id": term.id,
        "kind": str(term.kind),
        "name": name,
        "synonyms": synonyms,
        "keys": keys,
        "removed": [],
        "everyday": [],
        "source": str(TermSource.OWN),
        "version": 1,
        "created_at": change.at,
        "updated_at": change.at,
    }
    await CREATE.run(tx, properties=properties, origin=origin_id(term.kind, name))
    await _link(tx, term.id, term.kind, term.broader, term.related, ("broader", "related"))
    await outbox.append(tx, [change.event(EventType.TERM_CREATED, Subject(term_id=term.id))])
    return term.id


async def update_term(tx: Transaction, /, *, wanted: TermChange, change: Change) -> str:
    """Change what is different about a term; where nothing is, neither version nor event log grow. Return its id.

    Raises:
        InvalidInput, Conflict, NotFound: as `create_term`; also where the version is not the one expected.
    """
    await stamp(tx, stamp=change.event_id)
    before = (await _terms(tx, [wanted.id], "termId"))[wanted.id]
    check_version(wanted.expected_version, before["version"])
    kind = TermKind(before["kind"])
    properties = _respelt(before, wanted)
    old = set(before["keys"])
    added = [key for key in properties["keys"] if key not in old]
    field = "name" if wanted.name is not None and skill_key(wanted.name) in added else "addSynonyms"
    await _require_free(tx, kind, added, but=[wanted.id], field=field)
    different = {name: value for name, value in properties.items() if before.get(name) != value}
    gone = await UNLINK.row(
        tx, id=wanted.id, broader=list(wanted.remove_broader), related=list(wanted.remove_related)
    )
    fields = ("addBroader", "addRelated")
    linked = await _link(tx, wanted.id, kind, wanted.add_broader, wanted.add_related, fields)
    if different or linked or (gone and gone["gone"]):
        note = {"version": before["version"] + 1, "updated_at": change.at}
        await CHANGE.run(tx, id=wanted.id, properties={**different, **note})
        await outbox.append(tx, [change.event(EventType.TERM_UPDATED, Subject(term_id=wanted.id))])
    return wanted.id


async def merge_terms(
    tx: Transaction, /, *, id: str, merged: str, expected_version: int | None, change: Change
) -> str:
    """Make one term of two: spellings, links and origins of `merged` become those of `id`, which is returned.

    Raises:
        NotFound: one of them is no term.
        InvalidInput: they are one already, of two kinds, or have too many spellings together.
        Conflict: the version of `id` is not the one expected.
    """
    await stamp(tx, stamp=change.event_id)
    if id == merged:
        raise InvalidInput(Code.SAME_TERM, "a term is not merged with itself", field="mergedId")
    into = (await _terms(tx, [id], "termId"))[id]
    gone = (await _terms(tx, [merged], "mergedId"))[merged]
    check_version(expected_version, into["version"])
    if into["kind"] != gone["kind"]:
        raise InvalidInput(Code.OTHER_KIND, "a skill and a title do not become one", field="mergedId")
    synonyms = _distinct([*into["synonyms"], gone["name"], *gone["synonyms"]], but={into["keys"][0]})
    _check_number(synonyms, "mergedId")
    keys = [into["keys"][0], *map(skill_key, synonyms)]
    await MERGE.run(tx, id=id, gone=merged)
    properties = {
        "synonyms": synonyms,
        "keys": keys,
        "removed": sorted({*into["removed"], *gone["removed"]} - set(keys)),
        "everyday": sorted({*into["everyday"], *gone["everyday"]}),
        "version": into["version"] + 1,
        "updated_at": change.at,
    }
    await CHANGE.run(tx, id=id, properties=properties)
    await outbox.append(
        tx, [change.event(EventType.TERM_MERGED, Subject(term_id=id), {"merged_term": merged})]
    )
    return id


def _respelt(before: Mapping[str, Any], wanted: TermChange) -> dict[str, Any]:
    """Return the spellings of a term after a change."""
    name, synonyms = before["name"], list(before["synonyms"])
    if wanted.name is not None and (new := _spelling(wanted.name, "name")) != name:
        synonyms, name = [*synonyms, name], new
    out = {skill_key(each) for each in wanted.remove_synonyms}
    if skill_key(name) in out:
        raise InvalidInput(
            Code.NAME_NEEDED, "this is the term's name: give it another name first", field="removeSynonyms"
        )
    kept = [each for each in synonyms if skill_key(each) not in out]
    added = [_spelling(each, "addSynonyms") for each in wanted.add_synonyms]
    synonyms = _distinct([*kept, *added], but={skill_key(name)})
    _check_number(synonyms, "addSynonyms")
    keys = [skill_key(name), *map(skill_key, synonyms)]
    return {
        "name": name,
        "synonyms": synonyms,
        "keys": keys,
        "removed": sorted(({*before["removed"]} | (out & {*before["keys"]})) - set(keys)),
        "everyday": [key for key in before["everyday"] if key in keys],
    }


async def _link(
    tx: Transaction,
    id: str,
    kind: TermKind,
    broader: Sequence[str],
    related: Sequence[str],
    fields: tuple[str, str],
) -> bool:
    if not broader and not related:
        return False
    for ids, field in zip((broader, related), fields, strict=True):
        if id in ids:
            raise InvalidInput(Code.SAME_TERM, "a term is not linked to itself", field=field)
        for other in (await _terms(tx, ids, field)).values():
            if field == fields[0] and other["kind"] != kind:
                raise InvalidInput(
                    Code.OTHER_KIND, "a broader term is of the same kind; relate them instead", field=field
                )
    if circle := await CIRCLE.row(tx, id=id, broader=list(broader)):
        message = f"{circle['name']} is narrower than this already"
        raise Conflict(Code.TERM_CIRCLE, message, field=fields[0])
    before = await LINK.row(tx, id=id, broader=[], related=[])
    after = await LINK.row(tx, id=id, broader=list(broader), related=list(related))
    assert before is not None
    assert after is not None
    for name, field in zip(("broader", "related"), fields, strict=True):
        if after[name] > max(MOST_LINKS, before[name]):
            raise InvalidInput(Code.TOO_MANY, f"a term has at most {MOST_LINKS} of them", field=field)
    return before != after


async def _terms(tx: Transaction, ids: Sequence[str], field: str) -> dict[str, Mapping[str, Any]]:
    found = {row["term"]["id"]: row["term"] for row in await FOUND.rows(tx, ids=list(ids))}
    for id_ in ids:
        if id_ not in found:
            raise NotFound("term", field=field)
    return found


async def _require_free(
    tx: Transaction, kind: TermKind, keys: Sequence[str], *, but: Sequence[str], field: str
) -> None:
    parameters: dict[str, Any] = {"kind": str(kind), "keys": list(keys), "except": list(but)}
    if keys and (taken := await TAKEN.row(tx, **parameters)):
        message = f"this is a spelling of the term {taken['name']}; change that one, or merge both"
        raise Conflict(Code.SPELLING_TAKEN, message, field=field)


def _spelling(text: str, field: str) -> str:
    spelling = " ".join(text.split())
    if not spelling:
        raise InvalidInput(Code.REQUIRED, "a spelling needs letters", field=field)
    if len(spelling) > LONGEST_SPELLING:
        raise InvalidInput(
            Code.TOO_LONG, f"a spelling has at most {LONGEST_SPELLING} characters", field=field
        )
    return spelling


def _check_number(synonyms: Sequence[str], field: str) -> None:
    if len(synonyms) >= MOST_SPELLINGS:
        raise InvalidInput(Code.TOO_MANY, f"a term has at most {MOST_SPELLINGS} spellings", field=field)


def _distinct(spellings: Sequence[str], *, but: set[str]) -> list[str]:
    """Return the first of spellings that are compared alike, without those that are out."""
    kept: dict[str, str] = {}
    for each in spellings:
        kept.setdefault(skill_key(each), each)
    return [each for key, each in kept.items() if key not in but]
