"""What other systems have to do with the demo: a token whose secret nobody was told, and a partner application."""

from api.demo.seeds import item_id
from graph.client import Graph
from graph.events import Change
from graph.partners import register_application
from graph.rights import Permission
from graph.tokens import AccessRole, NewToken, create_token, new_secret

TOKEN_ID = item_id("token", 1)
APPLICATION_ID = item_id("partner application", 0)
_SCOPES = (Permission.JOBS_READ, Permission.CANDIDATES_WRITE, Permission.APPLICATIONS_WRITE)


async def load_access(graph: Graph, *, actor: str) -> None:
    """Add the token, which can be rotated, and the application, which can hand in documents; once for each graph."""
    token = NewToken(
        id=TOKEN_ID,
        secret=new_secret(),
        role=AccessRole.RECRUITER,
        label="career site",
        expires_at=None,
        scopes=_SCOPES,
    )
    await graph.write(create_token, token=token, change=Change.by(actor))
    await graph.write(
        register_application,
        id=APPLICATION_ID,
        name="Fabrikam Jobs",
        contact="integrations@example.net",
        change=Change.by(actor),
    )
