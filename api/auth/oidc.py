"""The provider of single sign-on (OpenID Connect): where it is, and what it says about somebody.

The flow is that of the authorization code with PKCE, state and nonce. No redirect of the provider's is ever followed by us.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2
import orjson
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from api.auth.settings import OidcSettings
from graph.admission import Identity

ANSWER_SECONDS = 5.0
MOST_BYTES = 1024 * 1024
KEEP_SECONDS = 3_600.0
"""How long what the provider says about itself is believed."""
REFRESH_SECONDS = 10.0
"""Shortest time between two fetches of its keys; unknown keys come with new ones, and with forgeries."""
LEEWAY_SECONDS = 60
ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures with keys that we need not share (never `none`, never `HS256`)."""


class ProviderError(Exception):
    """The provider does not answer, or not as it should; the message is a code without personal data."""


@dataclass(frozen=True, slots=True)
class _Fetched:
    content: Any
    at: float


class Provider:
    """One provider; remembers its discovery document and its keys for a while."""

    def __init__(
        self, settings: OidcSettings, *, redirect_uri: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        assert settings.issuer is not None
        self._settings = settings
        self._issuer = settings.issuer
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._metadata: _Fetched | None = None
        self._keys: _Fetched | None = None
        self._fetching = asyncio.Lock()

    async def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser has to go to sign in.

        Raises:
            ProviderError: the provider does not answer as it should.
        """
        endpoint = await self._endpoint("authorization_endpoint")
        async with self._client() as client:
            url, _ = client.create_authorization_url(
                endpoint, state=state, code_verifier=verifier, nonce=nonce
            )
        return cast("str", url)

    async def identity(self, *, code: str, nonce: str, verifier: str) -> Identity:
        """Return whom the provider vouches for.

        Raises:
            ProviderError: the provider does not answer as it should, or vouches for nobody.
        """
        endpoint = await self._endpoint("token_endpoint")
        async with self._client() as client:
            try:
                given = await client.fetch_token(endpoint, code=code, code_verifier=verifier)
            except (AuthlibBaseError, httpx2.HTTPError, ValueError) as error:
                raise ProviderError(f"TOKEN_{type(error).__name__}") from None
        claims = await self._claims(given.get("id_token"), nonce)
        if "email" not in claims:
            claims = {**claims, **await self._user_info(given.get("access_token"), claims["sub"])}
        email = claims.get("email")
        if not isinstance(email, str) or claims.get("email_verified") is not True:
            raise ProviderError("EMAIL_NOT_VERIFIED")
        return Identity(key=f"{self._issuer} {claims['sub']}", email=email)

    async def _claims(self, id_token: Any, nonce: str) -> Mapping[str, Any]:
        if not isinstance(id_token, str):
            raise ProviderError("NO_ID_TOKEN")
        try:
            token = jwt.decode(id_token, await self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            try:
                token = jwt.decode(id_token, await self._key_set(newer=True), algorithms=ALGORITHMS)
            except (JoseError, ValueError) as error:
                raise ProviderError(f"SIGNATURE_{type(error).__name__}") from None
        registry = JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
            azp={"value": self._settings.client_id},
        )
        try:
            registry.validate(token.claims)
        except JoseError as error:
            raise ProviderError(f"CLAIMS_{type(error).__name__}") from None
        if (
            isinstance(token.claims["aud"], list)
            and len(token.claims["aud"]) > 1
            and "azp" not in token.claims
        ):
            raise ProviderError("CLAIMS_AUDIENCES")
        if not isinstance(token.claims["sub"], str):
            raise ProviderError("CLAIMS_SUBJECT")
        return token.claims

    async def _user_info(self, access_token: Any, subject: str) -> Mapping[str, Any]:
        """Ask for what the ID token does not say; only what is about the same subject counts (OIDC Core, 5.3.2)."""
        endpoint = await self._endpoint("userinfo_endpoint")
        found = await self._fetch(endpoint, headers={"Authorization": f"Bearer {access_token}"})
        if found.get("sub") != subject:
            raise ProviderError("USERINFO_SUBJECT")
        return {name: found[name] for name in ("email", "email_verified") if name in found}

    async def _endpoint(self, name: str) -> str:
        """Return an address that the discovery document gives; encrypted, as the issuer's is."""
        async with self._fetching:
            if self._metadata is None or self._clock() - self._metadata.at > KEEP_SECONDS:
                document = await self._fetch(f"{self._issuer}/.well-known/openid-configuration")
                if document.get("issuer") != self._issuer:
                    raise ProviderError("OTHER_ISSUER")
                self._metadata = _Fetched(document, self._clock())
        address = self._metadata.content.get(name)
        if not isinstance(address, str) or urlsplit(address).scheme not in {
            "https",
            urlsplit(self._issuer).scheme,
        }:
            raise ProviderError(f"NO_{name.upper()}")
        return address

    async def _key_set(self, *, newer: bool = False) -> KeySet:
        address = await self._endpoint("jwks_uri")
        async with self._fetching:
            age = self._clock() - self._keys.at if self._keys else None
            if self._keys is None or age is None or age > (REFRESH_SECONDS if newer else KEEP_SECONDS):
                document = await self._fetch(address)
                try:
                    self._keys = _Fetched(KeySet.import_key_set(cast("Any", document)), self._clock())
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise ProviderError(f"KEYS_{type(error).__name__}") from None
            return cast("KeySet", self._keys.content)

    async def _fetch(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        body = b""
        try:
            async with (
                httpx2.AsyncClient(timeout=ANSWER_SECONDS) as client,
                client.stream("GET", address, headers=dict(headers or {})) as response,
            ):
                if response.status_code != httpx2.codes.OK:
                    raise ProviderError(f"STATUS_{response.status_code}")
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > MOST_BYTES:
                        raise ProviderError("TOO_LONG")
            content = orjson.loads(body)
        except (httpx2.HTTPError, httpx2.InvalidURL, orjson.JSONDecodeError) as error:
            raise ProviderError(f"FETCH_{type(error).__name__}") from None
        if not isinstance(content, dict):
            raise ProviderError("NO_OBJECT")
        return content

    def _client(self) -> AsyncOAuth2Client:
        secret = self._settings.client_secret
        return AsyncOAuth2Client(
            client_id=self._settings.client_id,
            client_secret=secret.get_secret_value() if secret else None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=self._settings.scope,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=ANSWER_SECONDS,
        )
