"""Searches counted by their text, for all processes together, in Redis: never who searched.

A search only puts its text into a bounded queue. A task counts each second what is there; where Redis is away, that is lost.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from search.insights.texts import kept_text

LOG = logging.getLogger(__name__)

MOST_WAITING: Final = 1_000
MOST_TEXTS: Final = 10_000
"""Texts that are kept, the latest."""
KEPT_SECONDS: Final = 30 * 86_400
"""A text that nobody searches for so long is forgotten."""
LEAST_SHOWN: Final = 3
"""Searches without hits before a text is shown: what one person typed once is nobody's business."""
FLUSH_SECONDS: Final = 1.0

KEYS: Final = ("kith:searches:count", "kith:searches:zero", "kith:searches:last")
_COUNT: Final = """
local now, kept, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
for i = 4, #ARGV, 4 do
  redis.call('ZINCRBY', KEYS[1], ARGV[i + 1], ARGV[i])
  if tonumber(ARGV[i + 3]) > 0 then redis.call('ZREM', KEYS[2], ARGV[i])
  elseif tonumber(ARGV[i + 2]) > 0 then redis.call('ZINCRBY', KEYS[2], ARGV[i + 2], ARGV[i]) end
  redis.call('ZADD', KEYS[3], now, ARGV[i])
end
local old = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now - kept, 'LIMIT', 0, 1000)
local more = redis.call('ZCARD', KEYS[3]) - #old - most
if more > 0 then
  for _, text in ipairs(redis.call('ZRANGE', KEYS[3], #old, #old + math.min(more, 1000) - 1)) do old[#old + 1] = text end
end
for _, text in ipairs(old) do
  for _, key in ipairs(KEYS) do redis.call('ZREM', key, text) end
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, kept) end
return #old
"""


@dataclass(frozen=True, slots=True)
class SearchedText:
    """A text that found nobody of late: how often it was searched for, how often without hits, and when last."""

    text: str
    searches: int
    without_hits: int
    last: float


@dataclass(frozen=True, slots=True)
class _Noted:
    text: str
    found: bool
    filtered: bool


class SearchLog:
    """What this process adds to the counts, and what they say."""

    def __init__(self, redis: Redis, clock: Callable[[], float] = time.time) -> None:
        self._redis = redis
        self._clock = clock
        self._waiting: deque[_Noted] = deque(maxlen=MOST_WAITING)

    @classmethod
    @asynccontextmanager
    async def open(cls, redis: Redis) -> AsyncIterator["SearchLog"]:
        """Count for as long as the context lasts."""
        log = cls(redis)
        counting = asyncio.create_task(log._count_on())
        try:
            yield log
        finally:
            counting.cancel()
            with suppress(asyncio.CancelledError):
                await counting

    def note(self, text: str, *, found: bool, filtered: bool) -> None:
        """Put a search into the queue; of what was `filtered`, nobody knows whether the words are to blame."""
        if text:
            self._waiting.append(_Noted(text, found, filtered))

    async def flush(self) -> None:
        """Count what is waiting; where Redis is away, it is lost."""
        waiting, self._waiting = self._waiting, deque(maxlen=MOST_WAITING)
        searches: Counter[str] = Counter()
        without: Counter[str] = Counter()
        found: set[str] = set()
        for noted in waiting:
            if (text := kept_text(noted.text)) is None:
                continue
            searches[text] += 1
            if noted.found:
                found.add(text)
            elif not noted.filtered:
                without[text] += 1
        if not searches:
            return
        rows = [part for text, n in searches.items() for part in (text, n, without[text], int(text in found))]
        try:
            await self._redis.eval(  # type: ignore[no-untyped-call, unused-ignore]
                _COUNT, len(KEYS), *KEYS, self._clock(), KEPT_SECONDS, MOST_TEXTS, *rows
            )
        except (RedisError, OSError) as error:
            LOG.warning("%d searches are not counted: %s", len(waiting), type(error).__name__)

    async def without_hits(self, most: int) -> list[SearchedText]:
        """Return the texts that found nobody most often, `most` at most; none while Redis is away."""
        count, zero, last = KEYS
        try:
            rows = cast(
                "list[tuple[bytes, float]]",
                await self._redis.zrange(zero, 0, most - 1, desc=True, withscores=True),
            )
            names = [name.decode() for name, score in rows if score >= LEAST_SHOWN]
            if not names:
                return []
            counts = await self._redis.zmscore(count, names)
            times = await self._redis.zmscore(last, names)
        except (RedisError, OSError) as error:
            LOG.warning("the counts of searches cannot be read: %s", type(error).__name__)
            return []
        return [
            SearchedText(name, int(number or score), int(score), float(at or 0))
            for name, (_, score), number, at in zip(names, rows, counts, times, strict=False)
        ]

    async def _count_on(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.flush()
            except Exception as error:  # noqa: BLE001 - counting goes on, whatever one search was
                LOG.warning("searches are not counted: %s", type(error).__name__)
