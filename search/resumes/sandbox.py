"""Reading untrusted files in processes that can be killed."""

import asyncio
import os
import signal
import socket
import struct
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from search.resumes.extract import CLOCK_FACTOR, Limits
from search.resumes.failures import FailureCode, UnreadableResume
from search.resumes.profile import ParsedResume

_ROOT = Path(__file__).resolve().parents[2]
_HEADER = struct.Struct("!cI")
_MAX_ANSWER = 64 * 1024 * 1024
_START_SECONDS = 60.0
_GRACE_SECONDS = 2.0
_ATTEMPTS = 3
_OCR_SHARE = 0.5
"""Of a file's CPU time; the last page that was begun and the parsing need the rest."""
_TIME_SIGNALS = frozenset({-signal.SIGALRM, -signal.SIGPROF, -signal.SIGXCPU})


class SandboxSettings(BaseSettings):
    """Bounds of reading one file."""

    model_config = SettingsConfigDict(env_prefix="KITH_SANDBOX_")

    seconds: float = Field(
        default=20.0,
        gt=0,
        le=600,
        description="Most CPU time for one file, in seconds; thrice that on the clock.",
    )
    memory_bytes: int = Field(
        default=512 * 1024 * 1024,
        ge=1024 * 1024,
        description="Memory one file may take beyond the parser's own.",
    )
    concurrency: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, le=256, description="Files read at once."
    )
    pages: int = Field(default=300, ge=1, description="Most pages of a PDF.")
    characters: int = Field(default=500_000, ge=1000, description="Most characters of text kept.")
    ocr_pages: int = Field(
        default=5,
        ge=0,
        le=100,
        description="Pages of a scan that are read where the extra `ocr` is installed; 0 turns it off.",
    )
    ocr_memory_bytes: int = Field(
        default=1536 * 1024 * 1024,
        ge=0,
        description="Memory that a scan may take beyond that of other files.",
    )


class SandboxUnavailableError(Exception):
    """The parser's process can't be started or keeps dying: a fault of the machine, not of the file. Retry."""

    code = "SANDBOX_UNAVAILABLE"


class Sandbox:
    """Reads files in child processes with limits; one instance belongs to one event loop.

    `async with Sandbox(SandboxSettings()) as sandbox: parsed = await sandbox.read(path, "cv.pdf")`
    """

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._limits = asdict(
            Limits(
                pages=settings.pages,
                characters=settings.characters,
                ocr_pages=settings.ocr_pages,
                ocr_seconds=_OCR_SHARE * settings.seconds,
            )
        )
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._starting = asyncio.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def concurrency(self) -> int:
        """Return how many files are read at once."""
        return self._settings.concurrency

    async def __aenter__(self) -> Self:
        await self._started()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._stop)

    async def read(self, path: Path, file_name: str) -> ParsedResume:
        """Return what the file says.

        Raises UnreadableResume with a code and a reason, or SandboxUnavailableError where it is not the
        file's fault. `file_name` is the name the sender gave; it only helps to tell HTML from plain text.
        """
        request = orjson.dumps(
            {
                "path": str(path),
                "file_name": file_name[-255:],
                "seconds": self._settings.seconds,
                "memory_bytes": self._settings.memory_bytes,
                "more_memory_bytes": self._settings.ocr_memory_bytes if self._settings.ocr_pages else 0,
                "limits": self._limits,
            }
        )
        async with self._slots:
            for _ in range(_ATTEMPTS):
                control = await self._started()
                try:
                    return await self._read_once(control, request)
                except _NurseryGoneError:
                    self._give_up(control)
        message = "The process that reads résumés keeps ending. Look at the machine's memory, then retry."
        raise SandboxUnavailableError(message)

    def _give_up(self, control: socket.socket) -> None:
        """Have the next reading start another nursery, unless that has happened already."""
        if self._control is control:
            control.close()
            self._control = None

    async def _read_once(self, control: socket.socket, request: bytes) -> ParsedResume:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                ours.setblocking(False)
                try:
                    socket.send_fds(control, [b"+"], [theirs.fileno()])
                except OSError:
                    raise _NurseryGoneError from None
            try:
                async with asyncio.timeout(CLOCK_FACTOR * self._settings.seconds + _GRACE_SECONDS):
                    return await _exchange(ours, request + b"\n")
            except TimeoutError:
                raise _time_limit() from None

    async def _started(self) -> socket.socket:
        """Return the control socket of a living nursery, starting one where there is none."""
        async with self._starting:
            if self._control is not None and self._process is not None and self._process.poll() is None:
                return self._control
            await asyncio.to_thread(self._stop)
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = _start_nursery(theirs)
            ours.setblocking(False)
            try:
                async with asyncio.timeout(_START_SECONDS):
                    ready = await asyncio.get_running_loop().sock_recv(ours, 1)
            except (TimeoutError, OSError):
                ready = b""
            if not ready:
                ours.close()
                await asyncio.to_thread(self._stop)
                message = (
                    "The process that reads résumés doesn't start; its error stands above. Run `kith doctor`."
                )
                raise SandboxUnavailableError(message)
            self._control = ours
            return ours

    def _stop(self) -> None:
        """Close the control socket, upon which the nursery kills its children and ends."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(timeout=_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def _start_nursery(control: socket.socket) -> subprocess.Popen[bytes]:
    """Start the nursery in a session of its own: no secrets in its environment, nothing on standard output."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "search.resumes.nursery"],
        stdin=control.fileno(),
        stdout=subprocess.DEVNULL,
        env={
            "PYTHONPATH": str(_ROOT),
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        },
        start_new_session=True,
    )


class _NurseryGoneError(Exception):
    """The nursery ended before it said how the child ended."""


async def _exchange(connection: socket.socket, request: bytes) -> ParsedResume:
    loop = asyncio.get_running_loop()
    answer: tuple[bytes, bytes] | None = None
    try:
        await loop.sock_sendall(connection, request)
        while True:
            mark, length = _HEADER.unpack(await _exactly(connection, _HEADER.size))
            if length > _MAX_ANSWER:
                raise _crashed()
            payload = await _exactly(connection, length)
            if mark == b"X":
                break
            answer = mark, payload
    except OSError:
        raise _NurseryGoneError from None
    if answer is None:
        raise _failure_of_exit(int(payload))
    if answer[0] == b"F":
        failure = orjson.loads(answer[1])
        raise UnreadableResume(FailureCode(failure["code"]), failure["reason"])
    return ParsedResume.from_json(orjson.loads(answer[1]))


async def _exactly(connection: socket.socket, size: int) -> bytes:
    loop = asyncio.get_running_loop()
    pieces = []
    while size:
        piece = await loop.sock_recv(connection, min(size, 1 << 20))
        if not piece:
            raise _NurseryGoneError
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _failure_of_exit(status: int) -> UnreadableResume:
    if status in _TIME_SIGNALS:
        return _time_limit()
    if status == -signal.SIGKILL:
        reason = "Reading the file took more memory than there is. Print it to a plain PDF and send that."
        return UnreadableResume(FailureCode.MEMORY_LIMIT, reason)
    return _crashed()


def _time_limit() -> UnreadableResume:
    reason = "Reading the file takes too long. Print it to a plain PDF and send that."
    return UnreadableResume(FailureCode.TIME_LIMIT, reason)


def _crashed() -> UnreadableResume:
    reason = "The file makes the reader fail. Print it to a plain PDF and send that."
    return UnreadableResume(FailureCode.CRASHED, reason)
