"""Looks after what stays open, sockets above all: they end with the token or session that opened them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from api.auth.authenticator import Authenticator, secret_of
from graph.credentials import hash_of
from graph.errors import GraphUnavailable
from graph.ids import now
from schema.permissions import Principal
from workers.cancelling import end

LOG = logging.getLogger(__name__)

AT_ONCE = 1_000
"""Tokens and sessions looked up together."""
PAUSE_SECONDS = 0.1
"""Shortest time between two looks, however many changes are heard of."""
EXPIRED = "the token has expired; connect again with another"
REVOKED = "the token is not valid any more; connect again with another"
CHANGED = "your rights have changed; connect again"

Close = Callable[[str], None]
"""Ends what is open, with the reason; must not wait."""


@dataclass(slots=True, eq=False)
class _Seat:
    key: str
    principal: Principal
    close: Close
    timer: asyncio.TimerHandle | None = None


class Watch:
    """Ends what is open when its token expires, is revoked, or means something else.

    It looks every `interval_seconds`, and as soon as `look_soon` is called: one question for all that is open.
    """

    def __init__(self, authenticator: Authenticator, *, interval_seconds: float) -> None:
        self._authenticator = authenticator
        self._interval = interval_seconds
        self._seats: set[_Seat] = set()
        self._look = asyncio.Event()

    @staticmethod
    @asynccontextmanager
    async def open(authenticator: Authenticator, *, interval_seconds: float) -> "AsyncIterator[Watch]":
        """Watch for as long as the context lasts."""
        watch = Watch(authenticator, interval_seconds=interval_seconds)
        looking = asyncio.create_task(watch.run())
        try:
            yield watch
        finally:
            await end(looking)

    def enter(self, authorization: str | None, principal: Principal, close: Close) -> Callable[[], None]:
        """Watch what was opened with an authorization that stands for the principal; return what ends the watching."""
        seat = _Seat(hash_of(secret_of(authorization) or ""), principal, close)
        self._seats.add(seat)
        self._set_timer(seat)
        return lambda: self._leave(seat)

    def look_soon(self) -> None:
        """Look now: something has changed."""
        self._look.set()

    async def run(self) -> None:
        """Look whether everything is still as it was, now and then, until cancelled."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), self._interval)
            self._look.clear()
            try:
                await self.look()
            except GraphUnavailable:
                LOG.warning("nobody knows which tokens were revoked: the graph does not answer")
            await asyncio.sleep(PAUSE_SECONDS)

    async def look(self) -> None:
        """End what is not as it was.

        Raises:
            GraphUnavailable: Neo4j did not answer; everything stays open.
        """
        seats = list(self._seats)
        keys = list({seat.key for seat in seats})
        for i in range(0, len(keys), AT_ONCE):
            some = set(keys[i : i + AT_ONCE])
            await self._compare([seat for seat in seats if seat.key in some], sorted(some))

    async def _compare(self, seats: Sequence[_Seat], keys: Sequence[str]) -> None:
        valid = await self._authenticator.look_up(keys)
        for principal in valid.values():
            self._authenticator.note_use(principal)
        for seat in seats:
            present = valid.get(seat.key)
            if present is None:
                expired = seat.principal.expires_at is not None and seat.principal.expires_at <= now()
                self._end(seat, EXPIRED if expired else REVOKED)
            elif (present.rights, present.person_id) != (seat.principal.rights, seat.principal.person_id):
                self._end(seat, CHANGED)
            elif present.expires_at != seat.principal.expires_at:
                seat.principal = present
                self._set_timer(seat)

    def _set_timer(self, seat: _Seat) -> None:
        if seat.timer is not None:
            seat.timer.cancel()
            seat.timer = None
        if seat.principal.expires_at is not None:
            left = datetime.fromisoformat(seat.principal.expires_at) - datetime.now(UTC)
            loop = asyncio.get_running_loop()
            seat.timer = loop.call_later(max(0.0, left.total_seconds()), self._end, seat, EXPIRED)

    def _end(self, seat: _Seat, reason: str) -> None:
        if seat in self._seats:
            self._leave(seat)
            seat.close(reason)

    def _leave(self, seat: _Seat) -> None:
        self._seats.discard(seat)
        if seat.timer is not None:
            seat.timer.cancel()
