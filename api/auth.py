"""From a bearer token to a principal."""

import time
from collections import OrderedDict
from collections.abc import Callable

from graph.client import Graph
from graph.ids import now
from graph.tokens import token_of
from schema.permissions import Principal

MOST_REMEMBERED = 1_000
LONGEST_TOKEN = 200
SCHEME = "bearer "


class Authenticator:
    """Looks tokens up in the graph and remembers the answer for a few seconds.

    A token that is revoked meanwhile lives on for `remember_seconds`; one that expires does not.
    """

    def __init__(
        self, graph: Graph, *, remember_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._graph = graph
        self._remember = remember_seconds
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    async def principal(self, authorization: str | None) -> Principal | None:
        """Return whose token an `Authorization: Bearer …` value holds; None if it is none that is valid."""
        if not authorization or authorization[: len(SCHEME)].lower() != SCHEME:
            return None
        secret = authorization[len(SCHEME) :].strip()
        if not secret or len(secret) > LONGEST_TOKEN:
            return None
        moment = now()
        remembered = self._known.get(secret)
        if remembered and remembered[0] > self._clock():
            principal = remembered[1]
            if principal.expires_at is None or principal.expires_at > moment:
                return principal
        token = await self._graph.read(token_of, secret=secret, at=moment)
        if token is None:
            self._known.pop(secret, None)
            return None
        principal = Principal(id=token.id, role=token.role, label=token.label, expires_at=token.expires_at)
        self._known[secret] = (self._clock() + self._remember, principal)
        self._known.move_to_end(secret)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return principal
