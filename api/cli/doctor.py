"""What `kith doctor` looks at; each check is one line: fine, or what to mend."""

import importlib.metadata
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from api.cli import services
from api.cli.surroundings import API, Surroundings, login, without_credentials
from engines import jdk, places, ports, processes, redis, stack
from engines.engine import NotReadyError
from engines.errors import EngineError

_OLDEST_PYTHON = (3, 11)
_DISK_GIGABYTES = 3
_MEMORY_GIGABYTES = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check: `advice` says what to mend and is empty when nothing is."""

    subject: str
    seen: str
    advice: str = ""


def examine(here: Surroundings) -> Iterator[Finding]:
    """Run all checks, one after the other."""
    yield _python()
    yield _packages()
    if {"neo4j", "elasticsearch"} & set(here.local_engines):
        yield _jdk()
    if "redis" in here.local_engines:
        yield _finding("redis-server", lambda: str(redis.program()))
    yield _disk(here)
    yield _memory(here)
    yield from _ports(here)
    yield from _engines(here)
    yield from _processes(here)


def _python() -> Finding:
    running = ".".join(map(str, sys.version_info[:3]))
    advice = "" if sys.version_info >= _OLDEST_PYTHON else "install Python 3.11 or newer, then `make up`"
    return Finding("Python", running, advice)


def _packages() -> Finding:
    lock = places.CHECKOUT / "requirements.lock"
    if not lock.exists():
        return Finding("packages", "no requirements.lock here, nothing to compare with")
    differing: list[str] = []
    for line in lock.read_text().splitlines():
        name, separator, rest = line.partition("==")
        if not separator or line.startswith((" ", "#")) or ";" in rest:
            continue
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed = "none"
        if installed != rest.split()[0]:
            differing.append(f"{name} {installed}")
    if differing:
        return Finding(
            "packages", ", ".join(differing), "these differ from requirements.lock: `make up` mends it"
        )
    return Finding("packages", "as in requirements.lock")


def _jdk() -> Finding:
    found, rejected = jdk.installed()
    if found:
        return Finding("JDK", f"{found.version} at {found.home}")
    seen = "; ".join(f"{one.home} {one.reason}" for one in rejected) or "none"
    return Finding("JDK", seen, f"install a full JDK {jdk.OLDEST} or newer, or point JAVA_HOME at one")


def _disk(here: Surroundings) -> Finding:
    folders = {"home": here.home, "cache": places.cache()}
    free = {name: shutil.disk_usage(_existing(folder)).free / 2**30 for name, folder in folders.items()}
    seen = ", ".join(
        f"{gigabytes:.0f} GB free for the {name} {folders[name]}" for name, gigabytes in free.items()
    )
    return Finding(
        "disk", seen, "" if min(free.values()) >= _DISK_GIGABYTES else f"keep {_DISK_GIGABYTES} GB free"
    )


def _memory(here: Surroundings) -> Finding:
    available = psutil.virtual_memory().available / 2**30
    running = any(processes.find(here.home, name) for name in here.local_engines)
    enough = running or not here.local_engines or available >= _MEMORY_GIGABYTES
    seen = f"{available:.1f} GB available"
    return Finding(
        "memory", seen, "" if enough else f"the engines need {_MEMORY_GIGABYTES} GB: end other programs"
    )


def _ports(here: Surroundings) -> Iterator[Finding]:
    owners = {listener: name for name, engine in stack.ENGINES.items() for listener, _ in engine.listeners}
    for listener, port in ports.remembered(here.home).items():
        if processes.find(here.home, owners.get(listener, listener)):
            yield Finding(f"port {port}", f"held by our {listener}")
        else:
            yield _finding(f"port {port}", partial(_free_port, here.home, listener))


def _engines(here: Surroundings) -> Iterator[Finding]:
    for state in stack.status(here.home, here.environ_given()):
        if not state.given and state.pid is None:
            yield Finding(state.name, "not running; `make up` starts it")
            continue
        address = state.address or ""
        shown = without_credentials(address)
        try:
            version = stack.version(state.name, address, login(state.name))
        except NotReadyError as reason:
            advice = f"check {shown} and its credentials" if state.given else "`kith down`, then `kith up`"
            yield Finding(state.name, f"doesn't answer at {shown} ({reason})", advice)
        else:
            yield Finding(state.name, f"{version} at {shown}")


def _processes(here: Surroundings) -> Iterator[Finding]:
    running = services.pids(here)
    if not any(running.values()):
        yield Finding("API and workers", "not running; `make up` starts them")
        return
    for name in services.wanted(here):
        pid = running[name]
        log = processes.log_path(here.home, name)
        yield (
            Finding(name, f"process {pid}")
            if pid
            else Finding(name, "not running", f"`kith up` starts it; why it ended: {log}")
        )
    if running[API]:
        ready = services.api_is_ready()
        yield Finding(
            "API",
            "ready" if ready else "not ready",
            "" if ready else f"GET {services.api_url()}/readyz says why",
        )


def _finding(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, look())
    except EngineError as error:
        return Finding(subject, "to mend", str(error))


def _free_port(home: Path, listener: str) -> str:
    ports.require_free(home, listener)
    return f"free, for {listener}"


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.parent)
