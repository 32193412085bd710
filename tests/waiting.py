"""Waiting for a condition, with a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(check: Callable[[], Awaitable[T]], *, within: float = 30.0) -> T:
    """Return what `check` says as soon as it is true; fail with its last word, or its error, after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        error: Exception | None = None
        last: T | None = None
        try:
            if last := await check():
                return last
        except Exception as failure:  # noqa: BLE001 - an engine may be away for a while
            error = failure
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s; the last answer was {last!r}") from error
        await asyncio.sleep(0.05)
