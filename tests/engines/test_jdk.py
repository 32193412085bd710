from pathlib import Path

import pytest

from engines import jdk
from engines.errors import EngineError

HOME = Path("/jdk")


def listing(version: str, *modules: str) -> str:
    return "".join(f"{module}@{version}\n" for module in ("java.base", "java.xml", *modules))


@pytest.mark.parametrize(("version", "major"), [("21", 21), ("21.0.4", 21), ("25.0.3", 25), ("26-ea", 26)])
def test_a_full_jdk_will_do(version: str, major: int) -> None:
    found = jdk.judge(HOME, listing(version, "jdk.jlink", "jdk.incubator.vector"))
    assert found == jdk.Jdk(HOME, major)


@pytest.mark.parametrize(("version", "major"), [("17.0.15", 17), ("20", 20), ("11.0.2", 11)])
def test_an_old_jdk_is_rejected(version: str, major: int) -> None:
    found = jdk.judge(HOME, listing(version, "jdk.jlink", "jdk.incubator.vector"))
    assert found == jdk.Rejected(HOME, f"is Java {major}")


def test_a_trimmed_runtime_is_rejected() -> None:
    found = jdk.judge(HOME, listing("25", "jdk.incubator.vector"))
    assert isinstance(found, jdk.Rejected)
    assert "lacks jdk.jlink" in found.reason


def test_what_is_no_java_is_rejected(tmp_path: Path) -> None:
    assert isinstance(jdk.probe(tmp_path), jdk.Rejected)


def test_no_jdk_at_all_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").write_text("not a program")
    monkeypatch.setattr(jdk, "candidates", lambda: iter([tmp_path]))
    monkeypatch.setenv("KITH_CACHE", str(tmp_path / "cache"))
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with pytest.raises(EngineError, match=r"no JDK 21 or newer .*install a full JDK 21 or newer.*JAVA_HOME"):
        jdk.find()


def test_java_home_is_looked_at_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert next(jdk.candidates()) == tmp_path.resolve()
