"""Single sign-on over plain HTTP: to the provider, back from it, and in with a one-time code.

What belongs to one attempt stands in Redis for ten minutes under the hash of its state, and a cookie ties it to the browser
that began it: nobody can be brought to finish somebody else's.
"""

import logging
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.auth.answers import answering, texts
from api.auth.attempts import address_of
from api.auth.door import Door
from api.auth.endpoints import session_answer
from api.auth.oidc import Provider, ProviderError
from api.auth.settings import OidcSettings
from graph import admission
from graph.access_links import LinkKind, new_link_secret
from graph.admission import Identity, NewLink
from graph.credentials import hash_of
from graph.errors import KithError
from graph.events import Change
from graph.ids import from_now, new_id
from graph.tokens import AccessRole

LOG = logging.getLogger(__name__)

ATTEMPT_SECONDS = 600
CODE_SECONDS = 60
COOKIE = "kith_sso"
PATH = "/auth/sso"
LONGEST_PARAMETER = 4_000
_BROWSER = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleSignOn:
    """The way in by the organisation's own provider."""

    provider: Provider
    settings: OidcSettings
    redis: Redis
    door: Door
    secure: bool
    """Whether browsers reach us by https."""

    async def begin(self, *, return_to: str | None, browser: str) -> str:
        """Return where the browser has to go.

        Raises:
            KithError: it may not go back to `return_to`, or the provider or Redis does not answer.
        """
        back = self.settings.return_urls[0] if return_to is None else return_to
        if back not in self.settings.return_urls:
            raise KithError("INVALID_INPUT", "returnTo is no address that is configured", field="returnTo")
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        attempt = {"nonce": nonce, "verifier": verifier, "back": back, "browser": hash_of(browser)}
        try:
            url = await self.provider.authorization_url(state=state, nonce=nonce, verifier=verifier)
            await self.redis.set(_key(state), orjson.dumps(attempt), ex=ATTEMPT_SECONDS)
        except (ProviderError, RedisError, OSError) as error:
            raise _unavailable(error) from None
        return url

    async def finish(self, *, state: str, browser: str, code: str | None) -> str:
        """Return where the browser goes back to: with `code`, which lets in once, or with `error`.

        Raises:
            KithError: this browser has begun no such attempt, or Redis does not answer.
        """
        try:
            kept = await self.redis.getdel(_key(state))
        except (RedisError, OSError) as error:
            raise _unavailable(error) from None
        attempt = orjson.loads(kept) if kept else None
        if attempt is None or not secrets.compare_digest(attempt["browser"], hash_of(browser)):
            raise KithError(
                "BAD_REQUEST", f"this sign-in was not begun here, or is over; start again at {PATH}"
            )
        back: str = attempt["back"]
        if code is None:
            return _with(back, error="REFUSED")
        try:
            identity = await self.provider.identity(
                code=code, nonce=attempt["nonce"], verifier=attempt["verifier"]
            )
        except ProviderError as error:
            LOG.warning("single sign-on failed: %s", error)
            return _with(back, error="SIGN_IN_FAILED")
        admitted = await self._admit(identity)
        return _with(back, error="NOT_ADMITTED") if admitted is None else _with(back, code=admitted)

    async def _admit(self, identity: Identity) -> str | None:
        link = NewLink(
            id=new_id(),
            secret=new_link_secret(),
            expires_at=from_now(timedelta(seconds=CODE_SECONDS)),
        )
        return await self.door.graph.write(
            admission.admit_identity,
            identity=identity,
            new_user_id=new_id(),
            role=self._role(identity.email),
            link=link,
            change=Change.by(admission.ANONYMOUS),
        )

    def _role(self, email: str) -> AccessRole | None:
        domain = email.rpartition("@")[2].lower()
        return next((role for name, role in self.settings.domains.items() if name.lower() == domain), None)


@answering
async def begin(request: Request) -> Response:
    """Send the browser to the provider."""
    sso = _sso(request)
    await sso.door.count(address_of(request))
    browser = _browser(request) or secrets.token_urlsafe(32)
    url = await sso.begin(return_to=request.query_params.get("returnTo"), browser=browser)
    response = RedirectResponse(url, status_code=303)
    response.set_cookie(
        COOKIE,
        browser,
        max_age=ATTEMPT_SECONDS,
        path=PATH,
        secure=sso.secure,
        httponly=True,
        samesite="lax",
    )
    return response


@answering
async def callback(request: Request) -> Response:
    """Take the browser back from the provider."""
    sso = _sso(request)
    await sso.door.count(address_of(request))
    state, code = (request.query_params.get(name) for name in ("state", "code"))
    if state is None or any(len(each or "") > LONGEST_PARAMETER for each in (state, code)):
        raise KithError("BAD_REQUEST", f"start at {PATH}")
    url = await sso.finish(state=state, browser=_browser(request) or "", code=code)
    return RedirectResponse(url, status_code=303)


@answering
async def redeem(request: Request) -> Response:
    """Start a session with the one-time code that the browser brought back."""
    sso = _sso(request)
    (code,) = await texts(request, ("code",))
    opened = await sso.door.enter(LinkKind.SINGLE_SIGN_ON, token=code, address=address_of(request))
    return session_answer(opened)


ROUTES = [
    Route(PATH, begin),
    Route(f"{PATH}/callback", callback),
    Route(f"{PATH}/redeem", redeem, methods=["POST"]),
]


def single_sign_on(
    settings: OidcSettings, *, public_url: str, redis: Redis, door: Door
) -> SingleSignOn | None:
    """Return the way in by single sign-on, None where no provider is configured.

    Raises:
        KithError: something is missing in the settings.
    """
    if settings.issuer is None:
        return None
    if not settings.client_id or not settings.return_urls:
        raise KithError(
            "INVALID_SETTINGS", "KITH_OIDC_ISSUER needs KITH_OIDC_CLIENT_ID and KITH_OIDC_RETURN_URLS"
        )
    redirect_uri = f"{public_url.rstrip('/')}{PATH}/callback"
    return SingleSignOn(
        provider=Provider(settings, redirect_uri=redirect_uri),
        settings=settings,
        redis=redis,
        door=door,
        secure=urlsplit(public_url).scheme == "https",
    )


def _sso(request: Request) -> SingleSignOn:
    found: SingleSignOn | None = request.app.state.sso
    if found is None:
        raise KithError("NOT_FOUND", "there is no single sign-on here")
    return found


def _browser(request: Request) -> str | None:
    given = request.cookies.get(COOKIE, "")
    return given if _BROWSER.fullmatch(given) else None


def _with(address: str, **parameters: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"


def _key(state: str) -> str:
    return f"kith:sso:{hash_of(state)}"


def _unavailable(error: Exception) -> KithError:
    LOG.warning("single sign-on is not available: %s %s", type(error).__name__, error)
    return KithError("UNAVAILABLE", "single sign-on does not answer; try again in a few seconds")
