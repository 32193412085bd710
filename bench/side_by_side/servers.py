"""The processes that are measured: started together, watched for CPU and memory, ended together."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from engines import places, ports

_READY_SECONDS = 60
_GRACE_SECONDS = 10
_POLL_SECONDS = 0.1
_LOG_BYTES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One process that answers HTTP on its port; `probe` is a path that answers once it is ready, whatever the status."""

    name: str
    port: int
    command: Sequence[str]
    environment: Mapping[str, str]
    probe: str = "/"


def free_ports(first: int, count: int) -> list[int]:
    """Return free ports from `first` upwards."""
    free = (port for port in range(first, first + 1_000) if ports.is_free(port))
    return [next(free) for _ in range(count)]


@contextmanager
def running(servers: Sequence[Server], logs: Path) -> Iterator[dict[str, psutil.Process]]:
    """Start all servers, wait until each answers, and end them afterwards; their output goes to `logs`."""
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        started = {server.name: stack.enter_context(_process(server, logs)) for server in servers}
        for server in servers:
            _await_ready(server, started[server.name], logs)
        yield {name: psutil.Process(process.pid) for name, process in started.items()}


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time of a process and its children so far."""
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(time_.user + time_.system for time_ in times)


def resident_megabytes(process: psutil.Process) -> float:
    """Return the memory that a process and its children hold."""
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 2**20


@contextmanager
def _process(server: Server, logs: Path) -> "Iterator[subprocess.Popen[bytes]]":
    with _log(server, logs).open("wb") as log:
        process = subprocess.Popen(
            server.command,
            cwd=places.CHECKOUT,
            env={**os.environ, **server.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        _end(psutil.Process(process.pid))
        process.wait()


def _end(process: psutil.Process) -> None:
    """End a process and its children: Node.js runs below the command that starts it, and would go on."""
    family = [process, *process.children(recursive=True)]
    for one in family:
        with suppress(psutil.NoSuchProcess):
            one.terminate()
    _, left = psutil.wait_procs(family, _GRACE_SECONDS)
    for one in left:
        with suppress(psutil.NoSuchProcess):
            one.kill()


def _await_ready(server: Server, process: "subprocess.Popen[bytes]", logs: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    address = f"http://{ports.LOOPBACK}:{server.port}{server.probe}"
    while True:
        try:
            httpx.get(address, timeout=5, trust_env=False)
        except httpx.HTTPError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                end = _log(server, logs).read_bytes()[-_LOG_BYTES:].decode(errors="replace")
                message = f"{server.name} does not answer at {address}; the end of its log:\n{end}"
                raise SystemExit(message) from error
        else:
            return
        time.sleep(_POLL_SECONDS)


def _log(server: Server, logs: Path) -> Path:
    return logs / f"{server.name}.log"
