"""Reading in child processes that are killed at their limits."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.places import CHECKOUT
from search.resumes.failures import FailureCode, UnreadableResume
from search.resumes.sandbox import Sandbox, SandboxSettings
from tests.search.test_resume_extraction import flate_bomb, pdf_of

CV = b"Jo Example\njo@example.com\nExperience\nAnalyst, Example Ltd, 2015 - 2018\n"


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxSettings(concurrency=2)) as running:
        yield running


@pytest.fixture
def cv(tmp_path: Path) -> Path:
    path = tmp_path / "cv.txt"
    path.write_bytes(CV)
    return path


async def failure(sandbox: Sandbox, path: Path) -> FailureCode:
    with pytest.raises(UnreadableResume) as raised:
        await sandbox.read(path, path.name)
    return raised.value.code


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - another process gives no event
            await asyncio.sleep(0.02)


def nursery_of(sandbox: Sandbox) -> psutil.Process:
    assert sandbox._process is not None
    return psutil.Process(sandbox._process.pid)


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


async def test_a_resume_is_read(sandbox: Sandbox, cv: Path) -> None:
    parsed = await sandbox.read(cv, "cv.txt")
    assert parsed.profile.name == "Jo Example"
    assert [job.company for job in parsed.profile.employments] == ["Example Ltd"]


async def test_failures_cross_the_process_boundary(sandbox: Sandbox, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pdf"
    empty.write_bytes(b"")
    assert await failure(sandbox, empty) is FailureCode.EMPTY
    assert await failure(sandbox, tmp_path / "absent.pdf") is FailureCode.MISSING


async def test_more_files_than_slots_are_all_read(sandbox: Sandbox, cv: Path) -> None:
    parsed = await asyncio.gather(*(sandbox.read(cv, "cv.txt") for _ in range(12)))
    assert {one.profile.name for one in parsed} == {"Jo Example"}


async def test_a_slow_file_is_killed_at_its_time_limit(tmp_path: Path) -> None:
    path = tmp_path / "slow.pdf"
    path.write_bytes(pdf_of(*[[(40.0, 100.0 + row, "word " * 20) for row in range(600)]] * 12))
    async with Sandbox(SandboxSettings(seconds=0.05)) as sandbox:
        assert await failure(sandbox, path) is FailureCode.TIME_LIMIT
        nursery = nursery_of(sandbox)
        await until(lambda: not nursery.children())


async def test_a_flate_bomb_ends_at_the_memory_limit(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(flate_bomb(400_000_000))
    async with Sandbox(SandboxSettings(memory_bytes=100_000_000)) as sandbox:
        assert await failure(sandbox, path) in {FailureCode.MEMORY_LIMIT, FailureCode.TIME_LIMIT}


async def test_a_killed_nursery_is_replaced(cv: Path) -> None:
    async with Sandbox(SandboxSettings()) as sandbox:
        for _ in range(2):
            nursery_of(sandbox).kill()
            assert (await sandbox.read(cv, "cv.txt")).profile.name == "Jo Example"


async def test_closing_ends_the_nursery(cv: Path) -> None:
    async with Sandbox(SandboxSettings()) as sandbox:
        await sandbox.read(cv, "cv.txt")
        nursery = nursery_of(sandbox)
    assert not nursery.is_running()


async def test_the_nursery_has_no_secrets_in_its_environment(sandbox: Sandbox, cv: Path) -> None:
    await sandbox.read(cv, "cv.txt")
    environment = nursery_of(sandbox).environ()
    assert set(environment) <= {
        *("PYTHONPATH", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE", "LC_CTYPE"),
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
    }


HOST = """
import asyncio, sys, threading
from pathlib import Path
from search.resumes.sandbox import Sandbox, SandboxSettings

async def work():
    async with Sandbox(SandboxSettings(seconds=600)) as sandbox:
        parsed = await sandbox.read(Path(sys.argv[1]), "cv.txt")
        print(parsed.profile.name, flush=True)
        await sandbox.read(Path(sys.argv[2]), "cv.pdf")

thread = threading.Thread(target=lambda: asyncio.run(work()))
thread.start()
thread.join()
"""


@pytest.mark.fault
async def test_it_works_in_a_thread_and_kill_9_of_the_host_leaves_nothing(cv: Path, tmp_path: Path) -> None:
    fifo = tmp_path / "never-ends"
    os.mkfifo(fifo)
    command = [sys.executable, "-c", HOST, str(cv), str(fifo)]
    host = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: ASYNC220 - it must outlive no await
    assert host.stdout is not None
    try:
        line = await asyncio.to_thread(host.stdout.readline)
        assert line == b"Jo Example\n"
        (nursery,) = psutil.Process(host.pid).children()
        await until(lambda: len(nursery.children()) == 1)
        child = nursery.children()[0]
        host.send_signal(signal.SIGKILL)
        await until(lambda: is_gone(nursery) and is_gone(child))
        assert await asyncio.to_thread(host.stdout.read) == b""
    finally:
        host.kill()
        host.wait()
        host.stdout.close()


ORDINARY = """
import asyncio, os, sys
from pathlib import Path
from search.resumes.sandbox import Sandbox, SandboxSettings

async def work():
    assert os.geteuid() != 0
    async with Sandbox(SandboxSettings(seconds=60, concurrency=1)) as sandbox:
        for name in sys.argv[1:]:
            print((await sandbox.read(Path(name), name)).profile.name)

asyncio.run(work())
"""


def names_read_by_an_ordinary_user(*files: Path) -> list[str]:
    """Read files in a sandbox as somebody whom the limit on processes and threads binds: it does not bind root."""
    command = [sys.executable, "-c", ORDINARY, *map(str, files)]
    if os.geteuid() == 0:
        if (setpriv := shutil.which("setpriv")) is None:
            pytest.skip("only `setpriv` makes an ordinary user of root")
        nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]
        may_read = [f"--{kind}-caps=-all,+dac_read_search" for kind in ("inh", "ambient")]
        command = [setpriv, *nobody, *may_read, *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=CHECKOUT)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_ordinary_user_reads_what_root_reads(cv: Path, tmp_path: Path) -> None:
    path = tmp_path / "cv.pdf"
    path.write_bytes(
        pdf_of([(40.0, 60.0 + 20 * row, line) for row, line in enumerate(CV.decode().split("\n"))])
    )
    assert names_read_by_an_ordinary_user(cv, path) == ["Jo Example"] * 2


@settings(max_examples=40, deadline=None)
@given(head=st.sampled_from([b"%PDF-1.4\n", b"PK\x03\x04", b"<html>", b""]), body=st.binary(max_size=500))
async def test_any_bytes_give_an_answer(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory, head: bytes, body: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "cv"
    path.write_bytes(head + body)
    with contextlib.suppress(UnreadableResume):
        assert (await sandbox.read(path, "cv.pdf")).text
    assert nursery_of(sandbox).is_running()
