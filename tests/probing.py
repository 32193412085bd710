"""A probe into the event loop: the longest that one callback kept it, however busy the machine is."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

MOST_SECONDS = 0.020
"""What one request may hold the event loop at most."""


@dataclass(slots=True)
class Probe:
    """The longest callback so far: its processor time, and what it was."""

    seconds: float = 0.0
    what: str = ""

    @property
    def told(self) -> str:
        return f"{self.seconds * 1_000:.1f} ms: {self.what}"


@contextmanager
def probing() -> Iterator[Probe]:
    """Measure every callback of the loop that this thread runs, until the block ends.

    It is the processor time of this thread that is measured: waiting for the machine or for other threads does not count.
    """
    probe, run, thread = Probe(), asyncio.Handle._run, threading.current_thread()

    def measured(handle: asyncio.Handle) -> None:
        what = repr(handle) if isinstance(handle, asyncio.TimerHandle) else ""
        begin = time.thread_time()
        run(handle)
        seconds = time.thread_time() - begin
        if threading.current_thread() is thread and seconds > probe.seconds:
            probe.seconds, probe.what = seconds, what or repr(handle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.Handle, "_run", measured)
        yield probe
