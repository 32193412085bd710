"""Finds a JDK that both Neo4j and Elasticsearch can run on, or fetches one."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cjdk

from engines import places
from engines.errors import EngineError

OLDEST = 21
FETCHED = "25"
_NEEDED = frozenset({"jdk.jlink", "jdk.incubator.vector"})
_MODULE = re.compile(r"^([\w.]+)@(\d+)", re.MULTILINE)
_PROBE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Jdk:
    """A JDK that will do: its folder and its major version."""

    home: Path
    version: int

    @property
    def java(self) -> Path:
        """The `java` program."""
        return self.home / "bin" / "java"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A Java that won't do, and why."""

    home: Path
    reason: str


def probe(home: Path) -> Jdk | Rejected:
    """Ask the `java` of a folder for its modules, as the user the engines run as, and judge the answer."""
    java = home / "bin" / "java"
    try:
        listing = subprocess.run(  # noqa: S603 - a fixed argument, no shell
            [java, "--list-modules"],
            capture_output=True,
            text=True,
            check=True,
            timeout=_PROBE_SECONDS,
            user=places.unprivileged_user(),
            cwd="/",
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return Rejected(home, f"doesn't run ({type(error).__name__}), or is Java 8")
    return judge(home, listing)


def judge(home: Path, listing: str) -> Jdk | Rejected:
    """Judge the output of `java --list-modules`: new enough, and with all modules that Elasticsearch needs."""
    modules = {name: int(version) for name, version in _MODULE.findall(listing)}
    version = modules.get("java.base", 0)
    if version < OLDEST:
        return Rejected(home, f"is Java {version}")
    if missing := sorted(_NEEDED - modules.keys()):
        return Rejected(home, f"lacks {' and '.join(missing)}: a runtime, not a full JDK")
    return Jdk(home, version)


def candidates() -> Iterator[Path]:
    """The folders worth a look, each once: `JAVA_HOME`, `java` on the PATH, the system's and SDKMAN's folders."""
    places_to_look: list[Path] = []
    if given := os.environ.get("JAVA_HOME"):
        places_to_look.append(Path(given))
    if program := shutil.which("java"):
        places_to_look.append(Path(program).resolve().parent.parent)
    places_to_look += sorted(Path("/usr/lib/jvm").glob("*"), reverse=True)
    places_to_look += sorted(Path("/Library/Java/JavaVirtualMachines").glob("*/Contents/Home"), reverse=True)
    places_to_look += sorted((Path.home() / ".sdkman/candidates/java").glob("*"), reverse=True)
    seen: set[Path] = set()
    for place in places_to_look:
        resolved = place.resolve()
        if resolved not in seen and (resolved / "bin" / "java").exists():
            seen.add(resolved)
            yield resolved


def installed() -> tuple[Jdk | None, list[Rejected]]:
    """The first JDK on this machine that will do, and those rejected before it."""
    rejected: list[Rejected] = []
    for home in candidates():
        match probe(home):
            case Jdk() as jdk:
                return jdk, rejected
            case Rejected() as other:
                rejected.append(other)
    return None, rejected


def find() -> Jdk:
    """A JDK that will do: an installed one, else one fetched into the cache.

    Raises `EngineError` when there is none and none can be fetched.
    """
    jdk, rejected = installed()
    return jdk or _fetch(rejected)


def _fetch(rejected: list[Rejected]) -> Jdk:
    seen = "; ".join(f"{one.home} {one.reason}" for one in rejected) or "no Java found"
    advice = (
        f"no JDK {OLDEST} or newer ({seen}): install a full JDK {OLDEST} or newer "
        "(e.g. Temurin), or point JAVA_HOME at one"
    )
    try:
        home = cjdk.java_home(vendor="temurin", version=FETCHED, cache_dir=places.cache() / "jdk")
    except cjdk.CjdkError as error:
        message = f"{advice}; fetching one failed: {error}"
        raise EngineError(message) from error
    found = probe(home)
    if isinstance(found, Rejected):
        message = f"{advice}; the fetched one {found.reason}"
        raise EngineError(message)
    return found
