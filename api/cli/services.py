"""The product's own processes beside the engines: API, worker and mail catcher, started detached and ended again."""

import os
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from api.cli.surroundings import API, MAIL, Surroundings, reserve_port
from api.settings import ApiSettings
from engines import places, ports, processes
from engines.errors import EngineError

WORKER = "worker"
NAMES = (MAIL, API, WORKER)

_READY_SECONDS = 60
_GRACE_SECONDS = 30
_POLL_SECONDS = 0.1
_ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Started:
    """A process that was just started, or (`fresh` false) found running."""

    name: str
    pid: int
    fresh: bool


def wanted(here: Surroundings) -> list[str]:
    """The processes that belong to these surroundings, in the order in which they start."""
    return [name for name in NAMES if name != MAIL or here.catches_mail]


def api_url() -> str:
    """The address of the API as users see it, without a slash at the end."""
    return ApiSettings().public_url.rstrip("/")


def start(here: Surroundings) -> list[Started]:
    """Start what isn't running and wait until all are ready. Raises `EngineError` with the log's path."""
    for name in wanted(here):
        if name in (API, MAIL):
            reserve_port(here, name)
    started = [_start(here, name) for name in wanted(here)]
    for one in started:
        _await_ready(here, one.name)
    return started


def stop(here: Surroundings) -> list[str]:
    """End the processes that were started; return their names."""
    with ThreadPoolExecutor(len(NAMES)) as pool:
        ended = pool.map(lambda name: processes.end(here.home, name, _GRACE_SECONDS), NAMES)
        return [name for name, ran in zip(NAMES, ended, strict=True) if ran]


def pids(here: Surroundings) -> dict[str, int | None]:
    """The ids of the running processes by name."""
    found = {name: processes.find(here.home, name) for name in NAMES}
    return {name: record.pid if record else None for name, record in found.items()}


def api_is_ready() -> bool:
    """Whether the API says that it and its engines are ready."""
    settings = ApiSettings()
    try:
        answer = httpx.get(
            f"http://{settings.host}:{settings.port}/readyz", timeout=_ANSWER_SECONDS, trust_env=False
        )
    except httpx.HTTPError:
        return False
    return answer.is_success


def _start(here: Surroundings, name: str) -> Started:
    if record := processes.find(here.home, name):
        return Started(name, record.pid, fresh=False)
    if name in ports.remembered(here.home):
        ports.require_free(here.home, name)
    command = processes.Command(
        [sys.executable, "-m", "api.cli.app", f"run-{name}"], dict(os.environ), places.CHECKOUT
    )
    return Started(name, processes.launch(here.home, name, command).pid, fresh=True)


def _await_ready(here: Surroundings, name: str) -> None:
    is_ready: Callable[[], bool] = {API: api_is_ready, MAIL: _mail_answers}.get(name, lambda: True)
    log = processes.log_path(here.home, name)
    deadline = time.monotonic() + _READY_SECONDS
    while not is_ready():
        if processes.find(here.home, name) is None:
            raise EngineError(f"the {name} process ended while it started: the reason is at the end of {log}")
        if time.monotonic() > deadline:
            raise EngineError(f"the {name} process wasn't ready after {_READY_SECONDS} s: see {log}")
        time.sleep(_POLL_SECONDS)


def _mail_answers() -> bool:
    address = os.environ.get("KITH_SMTP_HOST", ports.LOOPBACK), int(os.environ.get("KITH_SMTP_PORT", "11025"))
    try:
        with socket.create_connection(address, timeout=_ANSWER_SECONDS) as connection:
            return bool(connection.recv(3))
    except OSError:
        return False
