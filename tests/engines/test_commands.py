import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engines import places, ports, stack


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    ports.reserve(tmp_path, "redis", 18900)
    yield tmp_path
    stack.remove(tmp_path)


def kith(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    environ |= {"KITH_HOME": str(home), "COLUMNS": "200"} | variables
    return subprocess.run(
        [sys.executable, "-m", "api.cli.app", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environ,
        cwd=places.CHECKOUT,
    )


def status(home: Path, **variables: str) -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = json.loads(
        kith(home, "status", "--json", **variables).stdout
    )
    return found


def test_one_engine_is_started_shown_and_stopped(home: Path) -> None:
    assert kith(home, "engines", "start", "redis").returncode == 0
    redis = status(home)["engines"]["redis"]
    assert redis["pid"]
    assert redis["version"]
    assert redis["address"] == f"redis://127.0.0.1:{ports.remembered(home)['redis']}/0"
    assert "stopped: redis" in kith(home, "engines", "stop", "redis").stdout
    assert status(home)["engines"]["redis"]["pid"] is None


def test_a_given_engine_is_not_started_and_its_password_not_shown(home: Path) -> None:
    given = {"KITH_REDIS_URL": "redis://:secret@127.0.0.1:1/0"}
    answer = kith(home, "engines", "start", "redis", **given)
    assert answer.returncode == 0
    assert "given in the environment" in answer.stdout
    shown = kith(home, "status", "--json", **given).stdout
    assert "secret" not in shown
    assert json.loads(shown)["engines"]["redis"]["given"] is True


def test_doctor_names_what_is_to_mend(home: Path) -> None:
    answer = kith(home, "doctor", KITH_REDIS_URL="redis://127.0.0.1:1/0")
    assert answer.returncode == 1
    assert "MEND redis: doesn't answer at redis://127.0.0.1:1/0" in answer.stdout


def test_an_unknown_engine_is_one_clear_line(home: Path) -> None:
    answer = kith(home, "engines", "start", "mysql")
    assert answer.returncode == 1
    assert answer.stderr.strip() == "kith: no engine is called mysql: they are neo4j, elasticsearch, redis"


def test_reset_wants_a_confirmation(home: Path) -> None:
    assert "--yes" in kith(home, "reset").stderr
    assert home.exists()
    assert kith(home, "reset", "--yes").returncode == 0
    assert not home.exists()
