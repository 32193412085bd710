"""From a bearer token to a principal."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from api.auth.use import UseLog
from graph import sessions, tokens
from graph.client import Graph
from graph.credentials import hash_of
from graph.ids import now, timestamp
from graph.rights import Permission
from schema.permissions import Principal, PrincipalKind

MOST_REMEMBERED = 1_000
LONGEST_TOKEN = 200
SCHEME = "bearer "


@dataclass(frozen=True, slots=True)
class _Remembered:
    until: float
    principal: Principal


class Authenticator:
    """Looks tokens and sessions up in the graph and remembers the answer for a few seconds.

    What ends by itself ends at its moment. What is revoked ends as soon as `forget` is called, and at the latest
    when the answer is looked up again.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        remember_seconds: float,
        idle: timedelta,
        use: UseLog,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._graph = graph
        self._remember = remember_seconds
        self._idle = idle
        self._use = use
        self._clock = clock
        self._known: OrderedDict[str, _Remembered] = OrderedDict()
        self._forgotten = 0
        """How often something was forgotten: what was looked up before that is not remembered."""

    async def principal(self, authorization: str | None) -> Principal | None:
        """Return whom an `Authorization: Bearer …` value stands for; None if it is none that is valid."""
        secret = secret_of(authorization)
        if secret is None:
            return None
        key = hash_of(secret)
        remembered = self._known.get(key)
        if remembered and remembered.until > self._clock() and _is_valid(remembered.principal):
            self._use.note(remembered.principal)
            return remembered.principal
        forgotten = self._forgotten
        principal = (await self.look_up([key])).get(key)
        if principal is None:
            self._known.pop(key, None)
            return None
        if forgotten == self._forgotten:
            self._known[key] = _Remembered(self._clock() + self._remember, principal)
            self._known.move_to_end(key)
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        self._use.note(principal)
        return principal

    async def look_up(self, hashes: Iterable[str]) -> Mapping[str, Principal]:
        """Return by their hashes whom valid secrets stand for now, whatever is remembered."""
        wanted, at = list(hashes), now()
        valid = await self._graph.read(tokens.tokens_of, hashes=wanted, at=at)
        found = {key: _of_token(token) for key, token in valid.items()}
        others = [key for key in wanted if key not in found]
        if others:
            seen_after = timestamp(datetime.now(UTC) - self._idle)
            going_on = await self._graph.read(
                sessions.sessions_of, hashes=others, at=at, seen_after=seen_after
            )
            found |= {key: _of_session(session) for key, session in going_on.items()}
        return found

    def note_use(self, principal: Principal) -> None:
        """Note that somebody is here without asking anything."""
        self._use.note(principal)

    def forget(self, changed: str | None = None) -> None:
        """Forget whom a changed user, token or session stands for; without its id, everything."""
        self._forgotten += 1
        for key, remembered in list(self._known.items()):
            principal = remembered.principal
            if changed is None or changed in (principal.id, principal.session_id):
                del self._known[key]


def secret_of(authorization: str | None) -> str | None:
    """Read the secret of an `Authorization: Bearer …` value."""
    if not authorization or authorization[: len(SCHEME)].lower() != SCHEME:
        return None
    secret = authorization[len(SCHEME) :].strip()
    return secret if secret and len(secret) <= LONGEST_TOKEN else None


def _is_valid(principal: Principal) -> bool:
    return principal.expires_at is None or principal.expires_at > now()


def _of_session(session: sessions.Session) -> Principal:
    kind = PrincipalKind.CANDIDATE if session.user_id is None else PrincipalKind.USER
    id_ = session.user_id or session.person_id
    assert id_ is not None
    return Principal(
        id=id_,
        kind=kind,
        role=session.role,
        label="session",
        expires_at=session.expires_at,
        person_id=session.person_id,
        session_id=session.id,
    )


def _of_token(token: tokens.Token) -> Principal:
    scopes = None if token.scopes is None else frozenset(p for p in Permission if p in token.scopes)
    return Principal(
        id=token.id, role=token.role, label=token.label, expires_at=token.expires_at, scopes=scopes
    )
