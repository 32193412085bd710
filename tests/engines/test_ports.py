import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engines import places, ports
from engines.errors import EngineError


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((ports.LOOPBACK, 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_is_remembered(tmp_path: Path, taken: int) -> None:
    first = ports.reserve(tmp_path, "redis", taken)
    assert first != taken
    assert ports.reserve(tmp_path, "redis", 1) == first
    assert ports.remembered(tmp_path) == {"redis": first}


def test_two_listeners_get_two_ports(tmp_path: Path) -> None:
    assert ports.reserve(tmp_path, "one", 28500) != ports.reserve(tmp_path, "other", 28500)


def test_homes_that_choose_at_once_get_different_ports(tmp_path: Path) -> None:
    homes = [tmp_path / str(number) for number in range(8)]
    with ThreadPoolExecutor(len(homes)) as pool:
        chosen = list(pool.map(lambda home: ports.reserve(home, "redis", 28600), homes))
    assert len(set(chosen)) == len(homes)


def test_the_port_of_a_home_that_is_gone_is_free_again(tmp_path: Path) -> None:
    first = ports.reserve(tmp_path / "one", "redis", 28700)
    places.remove(tmp_path / "one")
    assert ports.reserve(tmp_path / "other", "redis", first) == first


def test_a_taken_port_names_its_holder(tmp_path: Path, taken: int) -> None:
    (tmp_path / "ports.json").write_text(f'{{"redis": {taken}}}')
    with pytest.raises(EngineError, match=rf"port {taken} for redis is taken by .*process {os.getpid()}\)"):
        ports.require_free(tmp_path, "redis")


def test_an_unreadable_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("{")
    with pytest.raises(EngineError, match="delete it"):
        ports.remembered(tmp_path)
