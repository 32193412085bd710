"""What a fresh set of engines needs before it can serve: schema, taxonomy, indices, a first token, a demo."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from api.demo.loading import load_demo
from api.demo.searches import OWNER_ID
from api.taxonomy import seed_taxonomy
from graph.client import Graph
from graph.events import Change
from graph.ids import from_now, new_id, now
from graph.migrations.runner import migrate
from graph.people import count_candidates
from graph.settings import GraphSettings
from graph.tokens import AccessRole, NewToken, create_token, new_secret, renew_token, token_of
from search.client import open_client
from search.indices import candidate_index, ensure_indices
from search.resumes.store import ResumeStore, StoreSettings
from search.settings import ElasticsearchSettings

ADMIN_TOKEN_DAYS = 30


async def prepare() -> list[str]:
    """Bring graph, taxonomy and index up to date; return the migrations applied. Safe to repeat, also by several at once."""
    async with Graph.open(GraphSettings()) as graph:
        applied = await migrate(graph)
        await seed_taxonomy(graph)
    settings = ElasticsearchSettings()
    async with open_client(settings) as client:
        await ensure_indices(client, candidate_index(settings.index_prefix))
    return applied


async def make_token(
    *, role: AccessRole, label: str, expires_at: str | None, scopes: Sequence[str] | None = None
) -> str:
    """Create a token and return it; it is not to be had again."""
    token = NewToken(
        id=new_id(), secret=new_secret(), role=role, label=label, expires_at=expires_at, scopes=scopes
    )
    change = Change.by("command_line:kith token")
    async with Graph.open(GraphSettings()) as graph:
        await graph.write(create_token, token=token, change=change)
    return token.secret


async def entrance_token(kept: Path) -> str:
    """Return the administrator's token that the home keeps in a file; one that has ended is followed by another for a month.

    It is the same principal always, so what it owns stays its own: the demo's saved searches.
    """
    async with Graph.open(GraphSettings()) as graph:
        if secret := await _still_valid(graph, kept):
            return secret
        token = NewToken(
            id=OWNER_ID,
            secret=new_secret(),
            role=AccessRole.ADMIN,
            label="kith up",
            expires_at=from_now(timedelta(days=ADMIN_TOKEN_DAYS)),
        )
        await graph.write(renew_token, token=token, change=Change.by("command_line:kith up"))
    await asyncio.to_thread(_keep, kept, token.secret)
    return token.secret


async def kept_token(kept: Path) -> str | None:
    """Return the token that the home keeps, None where it keeps none that is valid."""
    async with Graph.open(GraphSettings()) as graph:
        return await _still_valid(graph, kept)


async def _still_valid(graph: Graph, kept: Path) -> str | None:
    secret = await asyncio.to_thread(_kept, kept)
    token = await graph.read(token_of, secret=secret, at=now()) if secret else None
    return secret if token else None


def _kept(file: Path) -> str | None:
    return file.read_text(encoding="ascii") if file.exists() else None


def _keep(file: Path, secret: str) -> None:
    file.touch(mode=0o600)
    file.write_text(secret, encoding="ascii")


async def load_demo_if_empty(*, people: int) -> None:
    """Load a demo of so many people into a graph without candidates."""
    async with Graph.open(GraphSettings()) as graph:
        if await graph.read(count_candidates) == 0:
            await load_demo(graph, ResumeStore(StoreSettings()), people=people)
