import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import neo4j
import pytest
import redis
from rich.console import Console

from engines import places, ports, processes, stack
from engines.errors import EngineError

QUIET = Console(quiet=True)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    for engine in stack.ENGINES.values():
        for listener, preferred in engine.listeners:
            ports.reserve(tmp_path, listener, preferred + 2000)
    yield tmp_path
    stack.remove(tmp_path)


@pytest.mark.timeout(600)
def test_data_survive_a_restart(home: Path) -> None:
    addresses = stack.start(home, console=QUIET)
    with neo4j.GraphDatabase.driver(addresses["neo4j"]) as driver:
        driver.execute_query("CREATE (:Survivor {name: 'Ada'})")
    with httpx.Client(base_url=addresses["elasticsearch"], timeout=60) as client:
        client.put("/survivors/_doc/1", json={"name": "Ada"}).raise_for_status()
    with redis.Redis.from_url(addresses["redis"]) as broker:
        broker.set("survivor", "Ada")

    assert sorted(stack.stop(home)) == sorted(stack.ENGINES)
    assert [state.pid for state in stack.status(home, {})] == [None, None, None]
    assert stack.start(home, console=QUIET) == addresses

    with neo4j.GraphDatabase.driver(addresses["neo4j"]) as driver:
        assert driver.execute_query("MATCH (s:Survivor) RETURN s.name AS name").records[0]["name"] == "Ada"
    with httpx.Client(base_url=addresses["elasticsearch"], timeout=60) as client:
        assert client.get("/survivors/_doc/1").json()["_source"] == {"name": "Ada"}
    with redis.Redis.from_url(addresses["redis"]) as broker:
        assert broker.get("survivor") == b"Ada"


def test_two_starts_at_once_start_one(home: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from engines import processes, stack;"
        "home = Path(sys.argv[1]); stack.start(home, ['redis']); print(processes.find(home, 'redis').pid)"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", program, home], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(2)
    ]
    pids = {run.communicate(timeout=60)[0].decode().strip() for run in runs}
    record = processes.find(home, "redis")
    assert record is not None
    assert pids == {str(record.pid)}


def test_a_killed_engine_is_started_again_with_its_data(home: Path) -> None:
    address = stack.start(home, ["redis"], QUIET)["redis"]
    first = processes.find(home, "redis")
    assert first is not None
    with redis.Redis.from_url(address) as broker:
        broker.set("survivor", "Ada")
    os.kill(first.pid, signal.SIGTERM)
    while processes.is_alive(first):
        pass
    assert stack.start(home, ["redis"], QUIET) == {"redis": address}
    second = processes.find(home, "redis")
    assert second is not None
    assert second != first
    with redis.Redis.from_url(address) as broker:
        assert broker.get("survivor") == b"Ada"


def test_a_port_in_use_is_reported(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", "--bind", ports.LOOPBACK, str(ports.remembered(home)["redis"])],
        stderr=subprocess.DEVNULL,
    ) as other:
        while ports.is_free(ports.remembered(home)["redis"]):
            assert other.poll() is None
        with pytest.raises(EngineError, match=rf"is taken by .*process {other.pid}.*stop that program"):
            stack.start(home, ["redis"], QUIET)
        other.kill()
    assert processes.find(home, "redis") is None


def test_an_engine_that_ends_while_starting_is_explained(home: Path) -> None:
    folder = places.state(home, "redis")
    (folder / "appendonly.aof").write_text("no append-only file")  # where Redis 6 keeps it
    (folder / "appendonlydir").mkdir()
    (folder / "appendonlydir" / "appendonly.aof.manifest").write_text("no manifest")  # where Redis 7 and 8 do
    with pytest.raises(EngineError, match=r"redis ended while it started: .*log: .*redis\.log"):
        stack.start(home, ["redis"], QUIET)


def test_given_addresses_are_not_ours() -> None:
    environ = {"KITH_NEO4J_URI": "bolt://graph:7687", "KITH_REDIS_URL": ""}
    assert stack.given(environ) == {"neo4j": "bolt://graph:7687"}


def test_status_shows_given_addresses_first(home: Path) -> None:
    states = {state.name: state for state in stack.status(home, {"KITH_NEO4J_URI": "bolt://graph:7687"})}
    assert states["neo4j"] == stack.State("neo4j", "bolt://graph:7687", None, given=True)
    assert states["redis"].address == stack.environment(home)["KITH_REDIS_URL"]
