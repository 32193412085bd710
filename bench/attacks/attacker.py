"""The attacker, a process of its own: `python -m bench.attacks.attacker URL TOKEN ATTACK SECONDS`."""

import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.typing import Subprotocol

from bench.attacks.attacks import ATTACKS, Attack

CONNECTIONS = 16
SOCKETS = 300
_TRIES_AT_ONCE = 20


async def send(attack: Attack, client: httpx.AsyncClient, token: str, number: int) -> int:
    """Send one request of an attack; return the status, 0 where the connection broke."""
    authorization = f"Bearer {attack.token.format(number) if attack.token else token}"
    headers = {**attack.headers, "authorization": authorization}
    try:
        response = await client.post("/graphql", content=attack.body(number), headers=headers)
    except httpx.HTTPError:
        return 0
    return response.status_code


async def frames(attack: Attack, url: str, token: str, number: int) -> int:
    """Open a socket and send an attack's frames, each on a socket of its own; return the last close code."""
    code = 0
    for frame in attack.frames(number) if attack.frames else ():
        with suppress(WebSocketException, OSError, InvalidHandshake):
            async with connect(
                url.replace("http", "ws", 1) + "/graphql",
                subprotocols=[Subprotocol("graphql-transport-ws")],
                proxy=None,
                max_size=None,
            ) as socket:
                init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
                await socket.send(json.dumps(init))
                await socket.recv()
                await socket.send(frame)
                await socket.wait_closed()
                code = socket.close_code or 0
    return code


async def _idle(url: str, until: float) -> None:
    """Hold a socket open without a word; open another when it is closed."""
    while time.monotonic() < until:
        with suppress(WebSocketException, OSError, TimeoutError):
            async with (
                asyncio.timeout_at(asyncio.get_running_loop().time() + until - time.monotonic()),
                connect(
                    url.replace("http", "ws", 1) + "/graphql",
                    subprotocols=[Subprotocol("graphql-transport-ws")],
                    proxy=None,
                ) as socket,
            ):
                await socket.wait_closed()


async def attack(url: str, token: str, name: str, seconds: float) -> Counter[int]:
    """Attack as fast as the server answers; return how often it answered with which status."""
    chosen = next(each for each in ATTACKS if each.name == name)
    until, numbers, seen = time.monotonic() + seconds, itertools.count(), Counter[int]()
    if chosen.idle:
        await asyncio.gather(*(_idle(url, until) for _ in range(SOCKETS)))
        return seen
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60, limits=limits) as client:
        await asyncio.gather(
            *(_one(chosen, client, url, token, until, numbers, seen) for _ in range(CONNECTIONS))
        )
    return seen


async def _one(
    chosen: Attack,
    client: httpx.AsyncClient,
    url: str,
    token: str,
    until: float,
    numbers: Iterator[int],
    seen: Counter[int],
) -> None:
    while time.monotonic() < until:
        number = next(numbers)
        if chosen.frames:
            seen[await frames(chosen, url, token, number)] += 1
        else:
            seen[await send(chosen, client, token, number)] += 1


if __name__ == "__main__":
    address, secret, wanted, duration = sys.argv[1:]
    print(json.dumps(asyncio.run(attack(address, secret, wanted, float(duration)))))
