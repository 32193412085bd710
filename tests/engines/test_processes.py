import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engines import places, processes

STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.signal(15, signal.SIG_IGN); signal.pause()"])
print("ready", child.pid, flush=True)
signal.pause()
"""
WAITING = "import signal; print('ready', flush=True); signal.pause()"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    processes.end(tmp_path, "sleeper", 5)


def launch(home: Path, program: str = WAITING) -> processes.Record:
    command = processes.Command([sys.executable, "-c", program], dict(os.environ), home)
    record = processes.launch(home, "sleeper", command)
    log = processes.log_path(home, "sleeper")
    while "ready" not in log.read_text():
        assert processes.is_alive(record), log.read_text()
    return record


def test_a_process_is_found_until_it_is_ended(home: Path) -> None:
    record = launch(home)
    assert processes.find(home, "sleeper") == record
    assert processes.end(home, "sleeper", 5)
    assert processes.find(home, "sleeper") is None
    assert not processes.end(home, "sleeper", 5)


def test_a_foreign_process_with_a_recycled_id_is_spared(home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as foreign:
        created = psutil.Process(foreign.pid).create_time()
        record = {"pid": foreign.pid, "created": created - 60}
        (places.state(home, "run") / "sleeper.json").write_text(json.dumps(record))
        assert not processes.end(home, "sleeper", 5)
        assert foreign.poll() is None
        foreign.kill()


def test_who_ignores_sigterm_is_killed_with_its_children(home: Path) -> None:
    launch(home, STUBBORN)
    child = int(processes.log_path(home, "sleeper").read_text().split()[1])
    assert processes.end(home, "sleeper", 0.3)
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_a_process_outlives_who_launched_it(home: Path) -> None:
    program = f"""
import os
from pathlib import Path
from engines import processes
home = Path({str(home)!r})
command = processes.Command(["{sys.executable}", "-c", "import signal; signal.pause()"], dict(os.environ), home)
processes.launch(home, "sleeper", command)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
    record = processes.find(home, "sleeper")
    assert record is not None
    assert os.getsid(record.pid) == record.pid


def test_a_killed_process_counts_as_ended(home: Path) -> None:
    record = launch(home)
    process = psutil.Process(record.pid)
    process.kill()
    process.wait(10)
    assert processes.find(home, "sleeper") is None
