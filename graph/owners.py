"""Those who own something that works for them while they are away, with the rights that they have now."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.client import Statement, Transaction
from graph.rights import GRANTS, SIGHTS, Permission
from graph.tokens import AccessRole
from graph.visibility import Viewer

USERS = Statement(
    "owners.users",
    """
    UNWIND $ids AS id
    MATCH (u:User {id: id, status: 'ACTIVE'})
    RETURN u.id AS id, u.role AS role, u.email AS email, [(u)-[:IS]->(p) | p.id][0] AS person
    """,
)
TOKENS = Statement(
    "owners.tokens",
    """
    UNWIND $ids AS id
    MATCH (t:Token {id: id})
    WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $at)
      AND NOT EXISTS { (t)-[:OF]->(:PartnerApplication {status: 'SUSPENDED'}) }
    RETURN t.id AS id, t.role AS role, t.scopes AS scopes
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A user or a service token who may come in; tokens have no address."""

    viewer: Viewer
    permissions: frozenset[Permission]
    email: str | None

    @property
    def may_search(self) -> bool:
        """Whether they may search talent at all."""
        return {Permission.TALENT_SEARCH, Permission.CANDIDATES_READ} <= self.permissions


async def owners(tx: Transaction, /, *, actors: Sequence[str], at: str) -> dict[str, Owner]:
    """Return those of the actors who may come in now, with their rights."""
    ids: dict[str, list[str]] = {"user": [], "token": []}
    for actor in actors:
        kind, _, id_ = actor.partition(":")
        ids.setdefault(kind, []).append(id_)
    found = {}
    for row in await USERS.rows(tx, ids=ids["user"]):
        role = AccessRole(row["role"])
        actor = f"user:{row['id']}"
        viewer = Viewer(SIGHTS[role], row["person"], actor)
        found[actor] = Owner(viewer=viewer, permissions=GRANTS[role], email=row["email"])
    for row in await TOKENS.rows(tx, ids=ids["token"], at=at):
        role, actor, scopes = AccessRole(row["role"]), f"token:{row['id']}", row["scopes"]
        granted = GRANTS[role] if scopes is None else frozenset(p for p in GRANTS[role] if p in scopes)
        found[actor] = Owner(viewer=Viewer(SIGHTS[role], None, actor), permissions=granted, email=None)
    return found
