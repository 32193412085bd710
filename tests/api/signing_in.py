"""People at the door: users who were invited, and what they send to `/auth/…`."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from graph import admission
from graph.access_links import new_link_secret
from graph.client import Graph, Statement
from graph.events import Change
from graph.ids import from_now, new_id, now
from graph.tokens import AccessRole
from graph.users import NewUser, UserStatus
from tests.api.conftest import System
from tests.conftest import tests_home

PASSWORD = "a long enough password"

EVERYTHING = Statement(
    "tests.everything",
    """
    CALL () { MATCH (n) RETURN properties(n) AS kept UNION ALL MATCH ()-[r]->() RETURN properties(r) AS kept }
    RETURN kept
    """,
)


def _somewhere() -> str:
    return f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"


@dataclass(slots=True)
class Caller:
    """A client with a network address of its own, which uvicorn believes a proxy on this machine."""

    url: str
    address: str = field(default_factory=_somewhere)

    async def post(self, path: str, *, token: str | None = None, **request: Any) -> httpx.Response:
        headers = {"X-Forwarded-For": self.address, **request.pop("headers", {})}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        async with httpx.AsyncClient(timeout=60, trust_env=False, base_url=self.url) as client:
            return await client.post(path, headers=headers, **request)

    async def get(self, path: str, **request: Any) -> httpx.Response:
        headers = {"X-Forwarded-For": self.address, **request.pop("headers", {})}
        async with httpx.AsyncClient(timeout=60, trust_env=False, base_url=self.url) as client:
            return await client.get(path, headers=headers, **request)

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return await self.post("/auth/sign-in", json={"email": email, "password": password})

    async def token(self, email: str, password: str = PASSWORD) -> str:
        """Sign in; return the session's token."""
        response = await self.sign_in(email, password)
        assert response.status_code == 200, response.text
        found: str = response.json()["token"]
        return found

    async def accept(self, invitation: str, password: str = PASSWORD) -> httpx.Response:
        body = {"invitation": invitation, "password": password}
        return await self.post("/auth/accept-invitation", json=body)

    async def graphql(self, document: str, token: str, **variables: Any) -> httpx.Response:
        return await self.post("/graphql", token=token, json={"query": document, "variables": variables})

    async def viewer(self, token: str) -> Any:
        """Return who GraphQL says the token is; None where it lets nobody in."""
        document = "{ viewer { id kind role permissions scopes personId expiresAt colleague { name } } }"
        response = await self.graphql(document, token)
        if response.status_code == 401:
            return None
        assert "errors" not in response.json(), response.text
        return response.json()["data"]["viewer"]


@dataclass(frozen=True, slots=True)
class Member:
    """A user who came in."""

    id: str
    email: str
    token: str


def change() -> Change:
    return Change(event_id=new_id(), actor="test", at=now())


async def invited(
    graph: Graph, email: str, role: AccessRole = AccessRole.RECRUITER, *, expires_at: str | None = None
) -> tuple[str, str]:
    """Invite somebody; return the user's id and the invitation."""
    done = await graph.write(
        admission.invite,
        invitation=admission.Invitation(
            link_id=new_id(),
            user=NewUser(id=new_id(), email=email, role=role, status=UserStatus.INVITED),
            expires_at=expires_at or from_now(timedelta(days=1)),
            secret=new_link_secret(),
        ),
        change=change(),
    )
    assert done.token is not None
    return done.user_id, done.token


async def member(system: System, role: AccessRole = AccessRole.RECRUITER, email: str | None = None) -> Member:
    """Make a user with `PASSWORD`, signed in."""
    email = email or f"{new_id()}@example.com"
    id_, invitation = await invited(system.graph, email, role)
    response = await Caller(system.url).accept(invitation)
    assert response.status_code == 200, response.text
    return Member(id_, email, response.json()["token"])


def logs() -> str:
    """Return all that the processes of this run have logged."""
    return "".join(file.read_text(errors="replace") for file in tests_home().rglob("*.log"))


async def kept(graph: Graph) -> str:
    """Return all that the graph holds, as text."""
    return repr([row["kept"] for row in await graph.execute(EVERYTHING)])
