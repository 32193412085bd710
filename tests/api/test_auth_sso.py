"""Single sign-on: a whole flow with a provider of its own process, and a provider that forges what it can."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api.auth.oidc import Provider, ProviderError
from api.auth.settings import OidcSettings
from graph.admission import Identity
from graph.ids import new_id
from graph.tokens import AccessRole
from tests.api.conftest import System
from tests.api.serving import serving
from tests.api.signing_in import Caller, invited, member
from tests.waiting import eventually

PUBLIC = "http://kith.example"
BACK = "http://front.example/signed-in"
OTHER = "http://front.example/other?tab=1"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A provider that believes whoever says who they are; returns its issuer."""
    port = _free_port()
    people = [
        {"sub": "unverified", "email": "unverified@example.com", "email_verified": False},
        {"sub": "stranger", "email": "stranger@example.com", "email_verified": True},
        {"sub": "newcomer", "email": "newcomer@Trusted.example", "email_verified": True},
        {"sub": "member", "email": "sso-member@example.com", "email_verified": True},
        {"sub": "impostor", "email": "sso-member@example.com", "email_verified": True},
        {"sub": "invited", "email": "sso-invited@example.com", "email_verified": True},
        {"sub": "disabled", "email": "sso-disabled@example.com", "email_verified": True},
    ]
    claims = [part for person in people for part in ("--user-claims", json.dumps(person))]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true", *claims],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait(30)


@dataclass(slots=True)
class Browser:
    """Follows redirects by itself, with its cookies, as the test says."""

    url: str
    client: httpx.AsyncClient

    async def begin(self, **query: str) -> httpx.Response:
        response = await self.client.get(f"{self.url}/auth/sso", params=query)
        if response.status_code == 303:
            self.client.cookies.set("kith_sso", response.cookies["kith_sso"])
        return response

    async def agree(self, place: str, subject: str) -> str:
        """Sign in at the provider; return where it sends the browser."""
        response = await self.client.post(place, data={"sub": subject})
        assert response.status_code in {302, 303}, response.text
        return response.headers["location"]

    async def come_back(self, place: str) -> httpx.Response:
        assert place.startswith(f"{PUBLIC}/auth/sso/callback?"), place
        return await self.client.get(place.replace(PUBLIC, self.url))

    async def sign_in(self, subject: str) -> dict[str, str]:
        """Go all the way; return the parameters with which the browser comes back."""
        place = (await self.begin()).headers["location"]
        came = await self.come_back(await self.agree(place, subject))
        assert came.status_code == 303, came.text
        assert came.headers["location"].startswith(f"{BACK}?")
        return _query(came.headers["location"])

    async def redeem(self, code: str) -> httpx.Response:
        return await self.client.post(f"{self.url}/auth/sso/redeem", json={"code": code})


def _query(place: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def url(system: System, provider: str) -> AsyncIterator[str]:
    """An API that signs people in by the provider."""

    async def answers() -> bool:
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"{provider}/.well-known/openid-configuration")).status_code == 200

    await eventually(answers)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KITH_OIDC_ISSUER", provider)
        environment.setenv("KITH_OIDC_CLIENT_ID", "kith")
        environment.setenv("KITH_OIDC_CLIENT_SECRET", "secret")
        environment.setenv("KITH_OIDC_RETURN_URLS", json.dumps([BACK, OTHER]))
        environment.setenv("KITH_OIDC_DOMAINS", '{"trusted.example": "EMPLOYEE"}')
        environment.setenv("KITH_API_PUBLIC_URL", PUBLIC)
        environment.setenv("KITH_AUTH_ADDRESS_ATTEMPTS", "10000")
        async with serving() as served:
            yield f"http://127.0.0.1:{served.port}"


@pytest_asyncio.fixture(loop_scope="session")
async def browser(url: str) -> AsyncIterator[Browser]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield Browser(url, client)


async def test_a_member_signs_in(system: System, browser: Browser) -> None:
    user = await member(system, AccessRole.SOURCER, "sso-member@example.com")
    begun = await browser.begin()
    asked = _query(begun.headers["location"])
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{PUBLIC}/auth/sso/callback"
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    cookie = begun.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    came = await browser.come_back(await browser.agree(begun.headers["location"], "member"))
    code = _query(came.headers["location"])["code"]
    entered = await browser.redeem(code)
    assert entered.status_code == 200, entered.text
    viewer = await Caller(browser.url).viewer(entered.json()["token"])
    assert (viewer["kind"], viewer["role"]) == ("USER", "SOURCER")
    before = await system.fingerprint()
    assert (await browser.redeem(code)).status_code == 401, "once"
    assert await system.fingerprint() == before
    again = await browser.sign_in("member")
    assert (await browser.redeem(again["code"])).status_code == 200
    before = await system.fingerprint()
    assert await browser.sign_in("impostor") == {"error": "NOT_ADMITTED"}, "the address is somebody else's"
    assert await system.fingerprint() == before
    assert await Caller(browser.url).viewer(user.token) is not None


async def test_an_invited_user_accepts_by_signing_in(system: System, browser: Browser) -> None:
    _, invitation = await invited(system.graph, "sso-invited@example.com", AccessRole.INTERVIEWER)
    code = (await browser.sign_in("invited"))["code"]
    viewer = await Caller(browser.url).viewer((await browser.redeem(code)).json()["token"])
    assert viewer["role"] == "INTERVIEWER"
    assert (await Caller(browser.url).accept(invitation)).status_code == 401


async def test_a_domain_gives_a_role(system: System, browser: Browser) -> None:
    code = (await browser.sign_in("newcomer"))["code"]
    viewer = await Caller(browser.url).viewer((await browser.redeem(code)).json()["token"])
    assert viewer["role"] == "EMPLOYEE"


@pytest.mark.parametrize(
    ("subject", "error"),
    [("stranger", "NOT_ADMITTED"), ("unverified", "SIGN_IN_FAILED"), ("disabled", "NOT_ADMITTED")],
)
async def test_others_stay_outside(system: System, browser: Browser, subject: str, error: str) -> None:
    if subject == "disabled":
        await member(system, AccessRole.ADMIN, "sso-disabled@example.com")
        found = await system.data(
            '{ users(first: 1, where: { email: { eq: "sso-disabled@example.com" } }) { nodes { id } } }'
        )
        await system.data(
            "mutation($id: ID!) { disableUser(input: { userId: $id }) { userErrors { code } } }",
            {"id": found["users"]["nodes"][0]["id"]},
        )
    before = await system.fingerprint()
    assert await browser.sign_in(subject) == {"error": error}
    assert await system.fingerprint() == before


async def test_nobody_finishes_what_another_browser_began(system: System, browser: Browser) -> None:
    place = await browser.agree((await browser.begin()).headers["location"], "stranger")
    before = await system.fingerprint()
    async with httpx.AsyncClient(trust_env=False) as client:
        victim = Browser(browser.url, client)
        assert (await victim.come_back(place)).status_code == 400
    assert (await browser.come_back(place)).status_code == 400, "a state is good for one return"
    for query in ("", "?state=x&code=y", f"?state={'x' * 5_000}&code=y", "?code=y"):
        assert (await browser.client.get(f"{browser.url}/auth/sso/callback{query}")).status_code == 400
    assert await system.fingerprint() == before


async def test_browsers_go_back_to_known_places_only(browser: Browser) -> None:
    for place in ("https://evil.example/", f"{BACK}/more", "//evil.example", "", "javascript:alert(1)"):
        refused = await browser.begin(returnTo=place)
        assert refused.status_code == 400, place
        assert refused.json()["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "field": "returnTo"}
    begun = await browser.begin(returnTo=OTHER)
    came = await browser.come_back(await browser.agree(begun.headers["location"], "stranger"))
    assert came.headers["location"] == f"{OTHER}&error=NOT_ADMITTED"
    state = _query((await browser.begin()).headers["location"])["state"]
    denied = await browser.client.get(
        f"{browser.url}/auth/sso/callback", params={"state": state, "error": "access_denied"}
    )
    assert denied.headers["location"] == f"{BACK}?error=REFUSED"


async def test_without_a_provider_there_is_no_single_sign_on(system: System) -> None:
    for path in ("/auth/sso", "/auth/sso/callback?state=x&code=y"):
        assert (await Caller(system.url).get(path)).status_code == 404
    assert (await Caller(system.url).post("/auth/sso/redeem", json={"code": "x"})).status_code == 404


@dataclass(slots=True)
class Forger:
    """A provider whose every word the test chooses."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    published: list[RSAKey] | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    user_info: dict[str, Any] = field(default_factory=dict)
    signed_with: Any = None
    redirects: str | None = None
    asked: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/keys", self._keys),
                Route("/token", self._token, methods=["POST"]),
                Route("/info", self._info),
                Route("/trap", self._trap, methods=["GET", "POST"]),
            ]
        )

    async def _metadata(self, request: Request) -> Response:
        places = {
            "authorization_endpoint": "/login",
            "token_endpoint": "/token",
            "jwks_uri": "/keys",
            "userinfo_endpoint": "/info",
        }
        found = {name: self.issuer + path for name, path in places.items()}
        return JSONResponse({"issuer": self.issuer, **found, **self.metadata})

    async def _keys(self, request: Request) -> Response:
        self.asked.append("keys")
        keys = self.published if self.published is not None else [self.key]
        return JSONResponse(KeySet(list(keys)).as_dict(private=False))

    async def _token(self, request: Request) -> Response:
        if self.redirects:
            return RedirectResponse(self.redirects, status_code=307)
        return JSONResponse({"access_token": "access", "token_type": "Bearer", "id_token": self.id_token()})

    async def _info(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer access"
        return JSONResponse(self.user_info)

    async def _trap(self, request: Request) -> Response:
        self.asked.append("trap")
        return JSONResponse({"access_token": "access", "token_type": "Bearer", "id_token": self.id_token()})

    def id_token(self) -> str:
        present = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "kith",
            "sub": "ada",
            "exp": present + 300,
            "iat": present,
            "nonce": "nonce",
            "email": "ada@example.com",
            "email_verified": True,
        } | self.claims
        header = {"alg": "RS256", "kid": "first"} | self.header
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, kept, self.signed_with or self.key, algorithms=[header["alg"]])


@asynccontextmanager
async def forging(forger: Forger) -> AsyncIterator[Provider]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    forger.issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(forger.app(), log_level="warning", lifespan="off"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server._serve(sockets=[listener]))
    settings = OidcSettings(
        issuer=forger.issuer, client_id="kith", client_secret=SecretStr("secret"), return_urls=[BACK]
    )
    try:
        yield Provider(settings, redirect_uri=f"{PUBLIC}/auth/sso/callback")
    finally:
        server.should_exit = True
        await task
        listener.close()


async def _identity(provider: Provider) -> Identity:
    return await provider.identity(code="code", nonce="nonce", verifier="v" * 43)


async def test_an_honest_token_is_believed() -> None:
    forger = Forger()
    async with forging(forger) as provider:
        assert await _identity(provider) == Identity(key=f"{forger.issuer} ada", email="ada@example.com")
        forger.claims = {"aud": ["kith", "other"], "azp": "kith"}
        assert (await _identity(provider)).email == "ada@example.com"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://127.0.0.1:1"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"aud": ["kith", "other"]},
        {"aud": ["kith", "other"], "azp": "other"},
        {"exp": 1},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
    ],
    ids=str,
)
async def test_a_false_claim_is_not_believed(claims: dict[str, Any]) -> None:
    forger = Forger(claims=claims)
    async with forging(forger) as provider:
        with pytest.raises(ProviderError):
            await _identity(provider)


async def test_a_false_signature_is_not_believed() -> None:
    forger = Forger()
    async with forging(forger) as provider:
        forger.signed_with = RSAKey.generate_key(2048, {"kid": "first"})
        with pytest.raises(ProviderError, match="SIGNATURE"):
            await _identity(provider)
        forger.header = {"alg": "HS256"}
        forger.signed_with = OctKey.import_key("a secret that anybody may choose")
        with pytest.raises(ProviderError, match="SIGNATURE"):
            await _identity(provider)


async def test_new_keys_are_fetched_when_they_are_needed_and_not_more() -> None:
    forger = Forger()
    async with forging(forger) as provider:
        await _identity(provider)
        await _identity(provider)
        assert forger.asked == ["keys"]
        forger.key = RSAKey.generate_key(2048, {"kid": "second"})
        forger.header = {"kid": "second"}
        with pytest.raises(ProviderError):
            await _identity(provider)
        assert forger.asked == ["keys"], "not so soon"
        provider._clock = lambda: time.monotonic() + 11
        await _identity(provider)
        assert forger.asked == ["keys", "keys"]


async def test_what_the_token_does_not_say_is_asked_for() -> None:
    forger = Forger(claims={"email": None, "email_verified": None})
    async with forging(forger) as provider:
        forger.user_info = {"sub": "ada", "email": "ada@example.com", "email_verified": True}
        assert (await _identity(provider)).email == "ada@example.com"
        forger.user_info["sub"] = "eve"
        with pytest.raises(ProviderError, match="SUBJECT"):
            await _identity(provider)


async def test_redirects_of_the_provider_are_not_followed() -> None:
    forger = Forger()
    async with forging(forger) as provider:
        forger.redirects = f"{forger.issuer}/trap"
        with pytest.raises(ProviderError):
            await _identity(provider)
        assert "trap" not in forger.asked


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": None},
        {"jwks_uri": 7},
    ],
    ids=str,
)
async def test_a_false_discovery_document_is_not_believed(metadata: dict[str, Any]) -> None:
    forger = Forger(metadata=metadata)
    async with forging(forger) as provider:
        with pytest.raises(ProviderError):
            await _identity(provider)


async def test_a_provider_that_is_away_is_said_to_be(system: System) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KITH_OIDC_ISSUER", f"http://127.0.0.1:{_free_port()}")
        environment.setenv("KITH_OIDC_CLIENT_ID", new_id())
        environment.setenv("KITH_OIDC_RETURN_URLS", json.dumps([BACK]))
        async with serving() as served:
            answer = await Caller(f"http://127.0.0.1:{served.port}").get("/auth/sso")
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert answer.headers["retry-after"]
