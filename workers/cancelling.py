import asyncio
from typing import Any

REPEAT_SECONDS = 0.5


async def end(task: "asyncio.Future[Any]") -> None:
    """Cancel a task and wait until it has ended, whatever it ends with.

    Once is not enough: before Python 3.12 `asyncio.wait_for`, which redis-py uses for every command, drops a
    cancellation that arrives together with its result.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=REPEAT_SECONDS)
