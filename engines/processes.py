"""Detached processes of a home: started in a session of their own, found again later, ended for sure.

A process is known by its id *and* its time of creation, so a recycled id is never taken for ours.
"""

import json
import os
import pwd
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from engines import places

_SAME_CREATION_SECONDS = 1.0
_POLL_SECONDS = 0.05


class _Detached(subprocess.Popen[bytes]):
    """A process that is meant to outlive this one: leaving it running is no forgotten duty, so nothing warns."""

    def __del__(self) -> None:
        """Leave it running."""


# Kept so that ended children of this very process can be reaped.
_children: dict[int, _Detached] = {}


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: the arguments, the whole environment, the folder, and the user (None: ourselves)."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A started process: its id, and when it was created (seconds since the epoch)."""

    pid: int
    created: float


def log_path(home: Path, name: str) -> Path:
    """Where the output of the process `name` goes."""
    return places.state(home, "logs") / f"{name}.log"


def launch(home: Path, name: str, command: Command) -> Record:
    """Start a process that outlives us, send its output to a new log, and remember it."""
    log = log_path(home, name)
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))
    with log.open("wb") as output:
        child = _Detached(
            list(command.arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=command.folder,
            env=dict(command.environment),
            user=command.user,
            group=_group(command.user),
            extra_groups=[] if command.user else None,
            start_new_session=True,
        )
    _children[child.pid] = child
    record = Record(child.pid, psutil.Process(child.pid).create_time())
    places.write(_file(home, name), json.dumps(asdict(record)) + "\n")
    return record


def find(home: Path, name: str) -> Record | None:
    """The running process `name` of the home, or None."""
    try:
        record = Record(**json.loads(_file(home, name).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return record if is_alive(record) else None


def is_alive(record: Record) -> bool:
    """Whether this very process still runs: not a zombie, not another one with a recycled id."""
    return _process(record) is not None


def end(home: Path, name: str, grace_seconds: float) -> bool:
    """End the process `name`: SIGTERM, then SIGKILL to it and its children after the grace. False: none ran."""
    record = find(home, name)
    process = _process(record) if record else None
    if record is None or process is None:
        _file(home, name).unlink(missing_ok=True)
        return False
    family = [Record(one.pid, one.create_time()) for one in process.children(recursive=True)]
    _signal(record, kill=False)
    if not _gone([record], grace_seconds):
        _signal(record, kill=True)
    if not _gone([record, *family], grace_seconds):
        for member in family:
            _signal(member, kill=True)
        _gone([record, *family], grace_seconds)
    if child := _children.pop(record.pid, None):
        child.poll()
    _file(home, name).unlink(missing_ok=True)
    return True


def _file(home: Path, name: str) -> Path:
    return places.state(home, "run") / f"{name}.json"


def _process(record: Record) -> psutil.Process | None:
    if (child := _children.get(record.pid)) and child.poll() is not None:
        _children.pop(record.pid, None)
    try:
        process = psutil.Process(record.pid)
        same = abs(process.create_time() - record.created) < _SAME_CREATION_SECONDS
        return process if same and not _has_ended(process) else None
    except psutil.NoSuchProcess:
        return None


def _has_ended(process: psutil.Process) -> bool:
    """Whether it is a zombie whose threads have all ended too: a JVM's first thread ends before the others."""
    return process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1


def _signal(record: Record, *, kill: bool) -> None:
    process = _process(record)
    if process is None:
        return
    try:
        process.kill() if kill else process.terminate()
    except psutil.NoSuchProcess:
        return


def _gone(records: Sequence[Record], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(is_alive(record) for record in records):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _group(user: str | None) -> int | None:
    if user is None:
        return None
    return pwd.getpwnam(user).pw_gid


def inherited_environment() -> dict[str, str]:
    """Our own environment without our secrets and without the variables that change how a JVM starts."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KITH_", "ES_", "NEO4J_", "JAVA_", "JDK_", "CLI_JAVA_", "CLASSPATH"))
    }
