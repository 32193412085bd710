"""Keys that all processes sign with and none shows: made once, by whoever needs one first."""

from graph.client import Graph, Statement, Transaction

FIND = Statement("signing.find", "MATCH (k:SigningKey {name: $name}) RETURN k.key AS key")
KEEP = Statement(
    "signing.keep", "MERGE (k:SigningKey {name: $name}) ON CREATE SET k.key = $key RETURN k.key AS key"
)


async def signing_key(graph: Graph, /, *, name: str, fresh: str) -> str:
    """Return the key of this name; `fresh` (random, hexadecimal) becomes it where there is none yet."""
    found = await graph.read(known_key, name=name)
    return found or await graph.write(_keep, name=name, key=fresh)


async def known_key(tx: Transaction, /, *, name: str) -> str:
    """Return the key of this name; an empty text where nothing was signed yet."""
    row = await FIND.row(tx, name=name)
    return str(row["key"]) if row else ""


async def _keep(tx: Transaction, /, *, name: str, key: str) -> str:
    row = await KEEP.row(tx, name=name, key=key)
    return str(row["key"]) if row else key
