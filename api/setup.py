"""What a fresh set of engines needs before it can serve: schema, taxonomy, indices, a first token, a demo."""

from collections.abc import Sequence
from datetime import timedelta

from api.demo.loading import load_demo
from api.taxonomy import seed_taxonomy
from graph.client import Graph
from graph.events import Change
from graph.ids import from_now, new_id
from graph.migrations.runner import migrate
from graph.people import count_candidates
from graph.settings import GraphSettings
from graph.tokens import AccessRole, NewToken, create_token, new_secret
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


async def create_admin_token() -> str:
    """Create an administrator's token for a month and return it."""
    expires = from_now(timedelta(days=ADMIN_TOKEN_DAYS))
    return await make_token(role=AccessRole.ADMIN, label="kith up", expires_at=expires)


async def load_demo_if_empty(*, people: int) -> None:
    """Load a demo of so many people into a graph without candidates."""
    async with Graph.open(GraphSettings()) as graph:
        if await graph.read(count_candidates) == 0:
            await load_demo(graph, ResumeStore(StoreSettings()), people=people)
