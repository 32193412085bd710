"""The process that keeps the parser loaded and forks one short-lived child per file.

Started by `sandbox` as `python -P -m search.resumes.nursery`, with one end of a socket as standard input. For
each file it gets one byte and one socket; the fork reads a request from that socket, writes the answer to it
and ends. The nursery then adds how the child ended. It kills a child whose socket the other side closed.
"""

import array
import contextlib
import ctypes
import gc
import logging
import os
import resource
import select
import signal
import socket
import struct
import sys
from pathlib import Path

import orjson

from search.resumes.extract import CLOCK_FACTOR, Limits
from search.resumes.failures import FailureCode, UnreadableResume
from search.resumes.parse import preload
from search.resumes.read import read_resume
from search.resumes.store import MAX_BYTES

_PR_SET_PDEATHSIG = 1
_PARENT_POLL_MS = 1000
_OPEN_FILES = 64
_HEADER = struct.Struct("!cI")


def write_frame(connection: socket.socket, mark: bytes, payload: bytes) -> None:
    """Send one frame: a mark of one byte, a length, the payload."""
    connection.sendall(_HEADER.pack(mark, len(payload)) + payload)


def main() -> None:
    """Load the parser, then serve until the starting process closes its socket or ends."""
    control = socket.socket(fileno=os.dup(0))
    parent = os.getppid()
    logging.disable(logging.CRITICAL)
    preload()
    _silence()
    gc.collect()
    gc.freeze()
    control.sendall(b"!")
    Nursery(control, parent).serve()


class Nursery:
    """One thread, one poll: new files, ended children, closed sockets."""

    def __init__(self, control: socket.socket, parent: int) -> None:
        self._control = control
        self._parent = parent
        self._children: dict[int, socket.socket] = {}
        self._wake, wake_write = socket.socketpair()
        for end in (self._wake, wake_write):
            end.setblocking(False)
        self._wake_write = wake_write
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_write.fileno(), warn_on_full_buffer=False)

    def serve(self) -> None:
        """Serve until the other side is gone; then kill what still runs."""
        while os.getppid() == self._parent:
            if not self._turn():
                break
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)

    def _turn(self) -> bool:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        owners = {connection.fileno(): pid for pid, connection in self._children.items()}
        for number in owners:
            poll.register(number, 0)
        ready = dict(poll.poll(_PARENT_POLL_MS))
        if self._wake.fileno() in ready:
            with contextlib.suppress(BlockingIOError):
                self._wake.recv(4096)
        for number, pid in owners.items():
            if number in ready:
                os.kill(pid, signal.SIGKILL)
        self._reap()
        return self._control.fileno() not in ready or self._accept()

    def _reap(self) -> None:
        for pid, connection in list(self._children.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended == pid:
                del self._children[pid]
                with connection, contextlib.suppress(OSError):
                    write_frame(connection, b"X", str(os.waitstatus_to_exitcode(status)).encode())

    def _accept(self) -> bool:
        size = array.array("i").itemsize
        data, ancillary, _, _ = self._control.recvmsg(1, socket.CMSG_SPACE(size))
        if not data or not ancillary:
            return False
        connection = socket.socket(fileno=array.array("i", ancillary[0][2][:size])[0])
        pid = os.fork()
        if pid == 0:
            self._become_child(connection)
        self._children[pid] = connection
        return True

    def _become_child(self, connection: socket.socket) -> None:
        try:
            signal.set_wakeup_fd(-1)
            _die_with_parent()
            for other in (self._control, self._wake, self._wake_write, *self._children.values()):
                other.close()
            _answer(connection)
        finally:
            os._exit(1)


def _answer(connection: socket.socket) -> None:
    with connection.makefile("rb") as stream:
        request = orjson.loads(stream.readline(65536))
    _limit(request["seconds"], request["memory_bytes"], request["more_memory_bytes"])
    try:
        with Path(request["path"]).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        parsed = read_resume(data, request["file_name"], Limits(**request["limits"]))
        answer = orjson.dumps(parsed.to_json())
        mark = b"R"
    except UnreadableResume as failure:
        mark, answer = b"F", orjson.dumps({"code": failure.code, "reason": failure.reason})
    except OSError:
        reason = "The file isn't there or can't be opened. Upload it again."
        mark, answer = b"F", orjson.dumps({"code": FailureCode.MISSING, "reason": reason})
    except MemoryError:
        reason = "Reading the file takes too much memory. Print it to a plain PDF and send that."
        mark, answer = b"F", orjson.dumps({"code": FailureCode.MEMORY_LIMIT, "reason": reason})
    except Exception as error:  # noqa: BLE001 - the boundary of a hostile input; only the type's name leaves
        reason = f"The file can't be read ({type(error).__name__}). Print it to PDF and send that."
        mark, answer = b"F", orjson.dumps({"code": FailureCode.BROKEN, "reason": reason})
    write_frame(connection, mark, answer)
    os._exit(0)


def _limit(seconds: float, memory_bytes: int, more_memory_bytes: int) -> None:
    """Bound this process: time of the CPU, three times that on the clock, memory, files. All end it by signal.

    It may lift the limit on memory by `more_memory_bytes`.
    """
    for number, timer, limit in (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, CLOCK_FACTOR * seconds),
    ):
        signal.signal(number, signal.SIG_DFL)
        signal.setitimer(timer, limit)
    cpu_seconds = max(1, round(seconds + 0.5))
    _bound(resource.RLIMIT_CPU, cpu_seconds)
    _bound(resource.RLIMIT_FSIZE, 0)
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_NOFILE, _OPEN_FILES)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _bound(resource.RLIMIT_AS, pages * resource.getpagesize() + memory_bytes, more_memory_bytes)


def _bound(kind: int, value: int, more: int = 0) -> None:
    _, hard = resource.getrlimit(kind)
    soft, most = (
        bound if hard == resource.RLIM_INFINITY else min(bound, hard) for bound in (value, value + more)
    )
    resource.setrlimit(kind, (soft, most))


def _die_with_parent() -> None:
    """Ask Linux to kill this process when the nursery ends; elsewhere the alarm bounds its life."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _silence() -> None:
    """Libraries may print what they read: nothing of a résumé goes to a log."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.close(null)


if __name__ == "__main__":
    main()
