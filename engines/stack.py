"""Starts, stops and describes the three engines of a home.

An engine whose address is named in the environment is not ours to start: see `given`.
"""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import filelock
from rich.console import Console

from engines import places, ports, processes
from engines.elasticsearch import Elasticsearch
from engines.engine import Engine, Login, NotReadyError
from engines.errors import EngineError
from engines.neo4j import Neo4j
from engines.redis import Redis

ENGINES: Mapping[str, Engine] = {engine.name: engine for engine in (Neo4j(), Elasticsearch(), Redis())}

_LOCK_SECONDS = 15 * 60
_POLL_SECONDS = 0.2
_LOG_LINES = 400

# What an engine's log says, and what it means for the one who reads it.
_CAUSES = (
    (("Address already in use", "BindException"), "its port is taken: see `kith doctor`"),
    (("No space left on device", "not enough space"), "the disk is full: make room"),
    (("Cannot allocate memory", "OutOfMemoryError"), "the memory ran out: it needs about 1 GB free"),
    (("Permission denied", "AccessDeniedException"), "a file isn't accessible: see the log for its name"),
    (("UnsupportedClassVersionError",), "the JDK is too old: see `kith doctor`"),
)


@dataclass(frozen=True, slots=True)
class State:
    """One engine of a home: its address, its process (None: not running) and whether the environment names it."""

    name: str
    address: str | None
    pid: int | None
    given: bool


def given(environ: Mapping[str, str]) -> dict[str, str]:
    """The addresses of the engines that an environment names, by engine."""
    return {
        name: environ[engine.variable] for name, engine in ENGINES.items() if environ.get(engine.variable)
    }


def start(home: Path, names: Iterable[str] = ENGINES, console: Console | None = None) -> dict[str, str]:
    """Start engines of the home, wait until each is ready for work, and return their addresses by name.

    Those that run are left as they are. Two starts at once are safe: the second waits for the first.
    Raises `EngineError` with one line that says what to do; an engine that failed to start is ended.
    """
    console = console or Console(stderr=True)
    wanted = [ENGINES[name] for name in names]
    with _locked(home):
        for engine in wanted:
            engine.install(console)
        for engine in wanted:
            if processes.find(home, engine.name) is None:
                _launch(home, engine, console)
        for engine in wanted:
            _await_ready(home, engine, console)
        return {engine.name: _address(home, engine) for engine in wanted}


def stop(home: Path, names: Iterable[str] = ENGINES) -> list[str]:
    """End the engines of the home that `start` started; return the names of those that ran. Their data stay."""
    with _locked(home):
        wanted = [ENGINES[name] for name in names]
        with ThreadPoolExecutor(len(ENGINES)) as pool:
            ended = pool.map(lambda engine: processes.end(home, engine.name, engine.grace_seconds), wanted)
            return [engine.name for engine, ran in zip(wanted, ended, strict=True) if ran]


def remove(home: Path) -> None:
    """Stop the engines of the home and delete it with all data."""
    stop(home)
    places.remove(home)


def status(home: Path, environ: Mapping[str, str]) -> list[State]:
    """The engines as they are now, those named in `environ` first of all by their given address."""
    named = given(environ)
    taken = ports.remembered(home)
    states: list[State] = []
    for name, engine in ENGINES.items():
        if name in named:
            states.append(State(name, named[name], None, given=True))
            continue
        record = processes.find(home, name)
        address = _address(home, engine) if engine.listeners[0][0] in taken else None
        states.append(State(name, address, record.pid if record else None, given=False))
    return states


def environment(home: Path) -> dict[str, str]:
    """The variables that lead programs to the engines of the home: those that were started there at least once."""
    taken = ports.remembered(home)
    return {
        engine.variable: engine.address(taken[listener])
        for engine in ENGINES.values()
        if (listener := engine.listeners[0][0]) in taken
    }


def version(name: str, address: str, login: Login) -> str:
    """The version of the engine that answers at the address. Raises `NotReadyError` when none does."""
    return ENGINES[name].ask(address, login)


def _locked(home: Path) -> AbstractContextManager[object]:
    lock = filelock.FileLock(places.state(home, "run") / "engines.lock", timeout=_LOCK_SECONDS)
    try:
        return lock.acquire()
    except filelock.Timeout as error:
        message = f"another start or stop of {home} has been under way for a quarter of an hour: end it, then try again"
        raise EngineError(message) from error


def _address(home: Path, engine: Engine) -> str:
    return engine.address(ports.remembered(home)[engine.listeners[0][0]])


def _launch(home: Path, engine: Engine, console: Console) -> None:
    places.require_space(home, engine.megabytes, f"starting {engine.name}")
    for listener, preferred in engine.listeners:
        ports.reserve(home, listener, preferred)
        ports.require_free(home, listener)
    command = engine.prepare(home)
    processes.launch(home, engine.name, command)
    console.print(f"starting {engine.name} at {_address(home, engine)}", highlight=False)


def _await_ready(home: Path, engine: Engine, console: Console) -> None:
    begin = time.monotonic()
    while True:
        try:
            found = engine.ask(_address(home, engine), Login())
        except NotReadyError as reason:
            last = reason
        else:
            waited = time.monotonic() - begin
            console.print(f"{engine.name} {found} is ready (waited {waited:.1f} s)", highlight=False)
            return
        log = processes.log_path(home, engine.name)
        if processes.find(home, engine.name) is None:
            message = f"{engine.name} ended while it started: {_cause(log)} (log: {log})"
            raise EngineError(message)
        if time.monotonic() - begin > engine.ready_seconds:
            processes.end(home, engine.name, engine.grace_seconds)
            message = (
                f"{engine.name} wasn't ready after {engine.ready_seconds} s ({last}): is the machine very busy? "
                f"Try again; the log is {log}"
            )
            raise EngineError(message) from last
        time.sleep(_POLL_SECONDS)


def _cause(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
    text = "\n".join(lines)
    for signs, meaning in _CAUSES:
        if any(sign in text for sign in signs):
            return meaning
    return "read the last lines of its log"
