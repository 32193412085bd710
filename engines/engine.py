"""What every engine can do; `stack` knows no more of an engine than this."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.console import Console

from engines import processes


class NotReadyError(Exception):
    """The engine doesn't answer (yet); the message says what happened instead."""


@dataclass(frozen=True, slots=True)
class Login:
    """The credentials of an engine; both empty where it asks for none."""

    user: str = ""
    password: str = ""


class Engine(Protocol):
    """One of the three engines: how to install, configure, start and ask it."""

    name: str
    variable: str
    """The environment variable that holds its address."""
    listeners: tuple[tuple[str, int], ...]
    """Its listeners and the ports preferred for them; the first one is what clients use."""
    ready_seconds: int
    """How long a start may take."""
    grace_seconds: int
    """How long it may take to end by itself."""
    megabytes: int
    """The room it needs on the disk to start."""

    def install(self, console: Console) -> None:
        """Bring its files into the cache. Raises `EngineError`."""

    def prepare(self, home: Path) -> processes.Command:
        """Write its configuration into the home and say how to start it. Raises `EngineError`."""

    def address(self, port: int) -> str:
        """The address of its client listener on this machine."""

    def ask(self, address: str, login: Login) -> str:
        """The version that answers at the address, once it is ready for work. Raises `NotReadyError`."""
