"""Work for a client that has gone is stopped."""

import asyncio
from collections.abc import Awaitable

from starlette.types import Receive

PATIENCE_SECONDS = 0.25
"""Most answers are there before this; only then is it worth watching whether the client still waits."""


class ClientGone(Exception):
    """The client closed its connection before the answer was there."""


async def while_connected(receive: Receive, answering: Awaitable[bytes]) -> bytes:
    """Return the answer, once it is there.

    Raises:
        ClientGone: the client left meanwhile; what it waited for was cancelled.
    """
    loop = asyncio.get_running_loop()
    patience = asyncio.timeout(None)
    watching: list[asyncio.Task[None]] = []

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        patience.reschedule(loop.time())

    timer = loop.call_later(PATIENCE_SECONDS, lambda: watching.append(loop.create_task(watch())))
    try:
        async with patience:
            return await answering
    except TimeoutError:
        if patience.expired():
            raise ClientGone from None
        raise
    finally:
        timer.cancel()
        for task in watching:
            task.cancel()
