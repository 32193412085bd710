import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from engines import artifacts, graphiql
from engines.errors import EngineError

REACT = next(package for package in graphiql.PACKAGES if package.name == "react")
PINNED = artifacts.read_manifest(REACT.manifest)
QUIET = Console(quiet=True)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KITH_CACHE", str(tmp_path))
    return tmp_path


def fetch(source: artifacts.Source = REACT.source, pinned: list[artifacts.Artifact] = PINNED) -> Path:
    return artifacts.ensure("react", pinned, source, QUIET)


@pytest.mark.usefixtures("cache")
def test_a_whole_file_is_kept() -> None:
    file = fetch() / PINNED[0].path
    before = file.stat().st_mtime_ns
    fetch()
    assert file.stat().st_mtime_ns == before


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("content", [b"", b"changed"])
def test_a_broken_file_is_fetched_again(content: bytes) -> None:
    file = fetch() / PINNED[0].path
    whole = file.read_bytes()
    file.write_bytes(content + whole[len(content) :] if content else b"")
    fetch()
    assert file.read_bytes() == whole


def test_a_file_that_is_not_the_pinned_one_is_refused(cache: Path) -> None:
    wrong = [artifacts.Artifact(PINNED[0].path, PINNED[0].size, "0" * 64)]
    with pytest.raises(EngineError, match="isn't the pinned file"):
        fetch(pinned=wrong)
    assert not (cache / "react" / PINNED[0].path).exists()


@pytest.mark.usefixtures("cache")
def test_a_jar_comes_by_its_repository_path() -> None:
    jar = artifacts.Artifact(
        "org/slf4j/slf4j-api/2.0.17/slf4j-api-2.0.17.jar",
        69908,
        "7b751d952061954d5abfed7181c1f645d336091b679891591d63329c622eb832",
    )
    folder = artifacts.ensure("jars", [jar], artifacts.MavenJars(), QUIET)
    assert artifacts.is_whole(jar, folder)


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("source", [REACT.source, artifacts.MavenJars()])
def test_a_refused_download_says_what_to_check(
    monkeypatch: pytest.MonkeyPatch, source: artifacts.Source
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    pinned = [artifacts.Artifact("org/none/none/1/none-1.jar", 1, "0" * 64)]
    with pytest.raises(EngineError, match=r"fetching react failed .*HTTPS_PROXY"):
        fetch(source, pinned)


def test_two_runs_at_once_leave_whole_files(cache: Path) -> None:
    program = "from engines import graphiql; graphiql.assets()"
    runs = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL) for _ in range(2)]
    assert [run.wait(120) for run in runs] == [0, 0]
    for package in graphiql.PACKAGES:
        folder = cache / f"{package.name}-{package.version}"
        assert all(artifacts.is_whole(one, folder) for one in artifacts.read_manifest(package.manifest))


@pytest.mark.usefixtures("cache")
def test_what_a_page_loads_is_there() -> None:
    found = graphiql.assets(QUIET)
    assert all(file.is_file() for file in (found.react, found.react_dom, found.script, found.style))
