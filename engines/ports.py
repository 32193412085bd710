"""The ports of a home: chosen free once, then remembered in `ports.json` so that addresses stay the same.

Homes that share a cache know of each other: two that start at once must not choose one port, or the second would
believe the first one's answers.
"""

import json
import socket
from contextlib import suppress
from pathlib import Path

import psutil
from filelock import FileLock

from engines import places
from engines.errors import EngineError

LOOPBACK = "127.0.0.1"
_TRIES = 200
_NAME = "ports.json"


def remembered(home: Path) -> dict[str, int]:
    """The home's ports by the name of their listener; empty before the first start."""
    path = _file(home)
    try:
        ports: dict[str, int] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        message = f"{path} can't be read ({error}): delete it, then start again to get other ports"
        raise EngineError(message) from error
    return ports


def reserve(home: Path, name: str, preferred: int) -> int:
    """The port of one listener: the remembered one, else the first from `preferred` upwards that is free and no home's."""
    ports = remembered(home)
    if name not in ports:
        with FileLock(places.cache() / "ports.lock"):
            taken = _taken_by_homes(home) | set(ports.values())
            candidates = (port for port in range(preferred, preferred + _TRIES) if port not in taken)
            free = next((port for port in candidates if is_free(port)), None)
            if free is None:
                message = f"no free port for {name} from {preferred} to {preferred + _TRIES}: set one in {_file(home)}"
                raise EngineError(message)
            ports[name] = free
            places.write(_file(home), json.dumps(ports, indent=2) + "\n")
    return ports[name]


def _taken_by_homes(home: Path) -> set[int]:
    """Note the home among those that share the cache, and return the ports of the others that are still there."""
    register = places.cache() / "homes.json"
    known = json.loads(register.read_text()) if register.exists() else []
    others = [other for other in map(Path, known) if other != home and (other / _NAME).exists()]
    places.write(register, json.dumps([str(path) for path in (*others, home)], indent=2) + "\n")
    taken: set[int] = set()
    for other in others:
        with suppress(EngineError):  # a file that another home's owner has to mend
            taken |= set(remembered(other).values())
    return taken


def is_free(port: int) -> bool:
    """Whether a listener could be opened on the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free(home: Path, name: str) -> None:
    """Raise when somebody else listens on the port that the home remembers for `name`."""
    port = remembered(home)[name]
    if not is_free(port):
        message = (
            f"port {port} for {name} is taken{_holder(port)}: stop that program, "
            f'or delete the line "{name}" in {_file(home)} and start again to get another port'
        )
        raise EngineError(message)


def _file(home: Path) -> Path:
    return places.state(home, ".") / _NAME


def _holder(port: int) -> str:
    try:
        listeners = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return ""
    for connection in listeners:
        local = connection.laddr
        if connection.status == psutil.CONN_LISTEN and local and local.port == port and connection.pid:
            return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    return ""
