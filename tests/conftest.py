"""Engines of the tests' own: real ones, in a home of their own, never those that the environment names."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import pytest

from api.app import settle_memory
from engines import places, ports, processes, stack

_KEPT_VARIABLES = frozenset({"KITH_TEST_HOME", "KITH_CACHE", "KITH_REALDATA", "KITH_HOSTILE_QUERIES"})
_PORT_OFFSET = 1000


def pytest_configure() -> None:
    """Forget every setting of the surrounding environment: tests delete what they find."""
    for name in [name for name in os.environ if name.startswith("KITH_") and name not in _KEPT_VARIABLES]:
        del os.environ[name]
    os.environ["KITH_HOME"] = str(tests_home())


def tests_home() -> Path:
    """Where the tests' engines keep their state: `KITH_TEST_HOME`, or `.kith-test` in the checkout."""
    return Path(os.environ.get("KITH_TEST_HOME") or places.CHECKOUT / ".kith-test").resolve()


@contextmanager
def running(home: Path, names: tuple[str, ...] = tuple(stack.ENGINES)) -> Iterator[dict[str, str]]:
    """Run engines in a home and yield their addresses by name.

    Those that ran before are used and left running; the others are ended, and when none ran before,
    the home is deleted.
    """
    found = {name for name in stack.ENGINES if processes.find(home, name)}
    for name in names:
        for listener, preferred in stack.ENGINES[name].listeners:
            ports.reserve(home, listener, preferred + _PORT_OFFSET)
    try:
        yield stack.start(home, names)
    finally:
        if found:
            stack.stop(home, [name for name in names if name not in found])
        else:
            stack.remove(home)


@pytest.fixture(scope="session")
def engines() -> Iterator[dict[str, str]]:
    """The three engines of this test run; their addresses by name, and in the environment's `KITH_` variables."""
    home = tests_home()
    lock = filelock.FileLock(places.state(home, "run") / "tests.lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        pytest.exit(f"another test run uses {home}: wait for it, or name another folder in KITH_TEST_HOME", 3)
    with lock, running(home) as addresses:
        os.environ.update(stack.environment(home))
        yield addresses


@pytest.fixture
def memory_as_in_the_api() -> Iterator[None]:
    """The collector goes only through what came since the start, and seldom."""
    usual = gc.get_threshold()
    settle_memory()
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)
