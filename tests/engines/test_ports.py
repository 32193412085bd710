import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from engines import ports
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


def test_a_taken_port_names_its_holder(tmp_path: Path, taken: int) -> None:
    (tmp_path / "ports.json").write_text(f'{{"redis": {taken}}}')
    with pytest.raises(EngineError, match=rf"port {taken} for redis is taken by .*process {os.getpid()}\)"):
        ports.require_free(tmp_path, "redis")


def test_an_unreadable_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("{")
    with pytest.raises(EngineError, match="delete it"):
        ports.remembered(tmp_path)
