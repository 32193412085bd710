"""How often one may try: counted in Redis for all API processes, and in this one alone while Redis is away.

Keys are hashes: neither e-mail addresses nor network addresses stand in Redis.
"""

import hashlib
import ipaddress
import logging
import time
from collections import OrderedDict
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.requests import Request

LOG = logging.getLogger(__name__)

MOST_COUNTED_HERE = 100_000
_COUNT = """
local tried = redis.call('INCR', KEYS[1])
if tried == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {tried, redis.call('PTTL', KEYS[1])}
"""
_IPV6_NETWORK = 64


class TooMany(Exception):
    """There were too many attempts; `retry_seconds` says when there may be another."""

    def __init__(self, retry_seconds: int) -> None:
        super().__init__(f"too many attempts; try again in {retry_seconds} s")
        self.retry_seconds = retry_seconds


class Attempts:
    """Counts attempts within windows that begin with the first of them."""

    def __init__(
        self, redis: Redis, *, window_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._redis = redis
        self._window = window_seconds
        self._clock = clock
        self._here: OrderedDict[str, tuple[int, float]] = OrderedDict()

    async def count(self, what: str, whose: str, *, most: int) -> None:
        """Count one attempt.

        Raises:
            TooMany: there were `most` already.
        """
        tried, left = await self._counted(_key(what, whose))
        if tried > most:
            raise TooMany(max(1, round(left)))

    async def forgive(self, what: str, whose: str) -> None:
        """Forget the attempts: the last one succeeded."""
        key = _key(what, whose)
        self._here.pop(key, None)
        try:
            await self._redis.delete(key)
        except (RedisError, OSError) as error:
            LOG.warning("attempts are counted here, Redis is away: %s", type(error).__name__)

    async def _counted(self, key: str) -> tuple[int, float]:
        try:
            tried, left = await self._redis.eval(_COUNT, 1, key, int(self._window * 1000))
        except (RedisError, OSError) as error:
            LOG.warning("attempts are counted here, Redis is away: %s", type(error).__name__)
            return self._counted_here(key)
        return int(tried), int(left) / 1000

    def _counted_here(self, key: str) -> tuple[int, float]:
        present = self._clock()
        tried, until = self._here.pop(key, (0, 0.0))
        if until <= present:
            tried, until = 0, present + self._window
        self._here[key] = (tried + 1, until)
        if len(self._here) > MOST_COUNTED_HERE:
            self._here.popitem(last=False)
        return tried + 1, until - present


def address_of(request: Request) -> str:
    """Return the network address that a request counts for."""
    return network_of(request.client.host if request.client else None)


def network_of(host: str | None) -> str:
    """Return what counts as one address: an IPv4 address, or the network of 64 bits that an IPv6 customer has."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))
    return str(address)


def _key(what: str, whose: str) -> str:
    return f"kith:attempts:{what}:{hashlib.sha256(whose.encode()).hexdigest()[:32]}"
