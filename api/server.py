"""The server process: uvicorn as this application wants it, and an end that everybody gets to know of in time."""

import socket
import sys
from typing import Any

import uvicorn
from starlette.applications import Starlette

WEBSOCKET_MESSAGE_BYTES = 262_144
PING_SECONDS = 20.0
"""Pause between two pings of an idle WebSocket, and how long the other side has for its pong."""
UNSENT_SECONDS = 60
"""How long the other side may take nothing of what is sent to it, on whatever line; then the kernel drops the connection."""
GRACE_SECONDS = 6
"""How long requests may go on after SIGTERM; with what follows it makes less than ten seconds."""
SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter while the event loop wants it; each answer asks for it a dozen times."""


class Server(uvicorn.Server):
    """Tells the application that the end has come before it waits for requests: streams never end by themselves."""

    def __init__(self, config: uvicorn.Config, app: Starlette) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End streams, let requests end, close sockets with 1012, then the application."""
        self._app.state.closing.set()
        await super().shutdown(sockets)


def configured(app: Starlette, **changes: Any) -> uvicorn.Config:
    """Return the server's configuration, with changes for the occasion."""
    settings: dict[str, Any] = {
        "http": "httptools",
        "ws": "websockets-sansio",
        "ws_max_size": WEBSOCKET_MESSAGE_BYTES,
        "ws_ping_interval": PING_SECONDS,
        "ws_ping_timeout": PING_SECONDS,
        "timeout_graceful_shutdown": GRACE_SECONDS,
        "log_config": None,  # ours: uvicorn's lines hold query strings, and these may hold tokens
        "access_log": False,
        "server_header": False,
    }
    return uvicorn.Config(app, **(settings | changes))


def listener(host: str, port: int) -> socket.socket:
    """Return a socket that waits for connections, none of which outlives an other side that takes nothing any more."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.create_server((host, port), family=family)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNSENT_SECONDS * 1_000)
    return opened


def serve(app: Starlette, host: str, port: int) -> None:
    """Serve the application until SIGTERM or SIGINT."""
    sys.setswitchinterval(SWITCH_SECONDS)
    Server(configured(app, loop="uvloop"), app).run(sockets=[listener(host, port)])
