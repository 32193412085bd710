"""Load on one HTTP address by wrk, whose own CPU is small enough for machines of two cores."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = Path(__file__).with_name("wrk.lua")
_PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is asked for: bodies are picked at random, the same ones in the same round for every subject.

    Where there are `paths`, each body is sent to the path of its place.
    """

    url: str
    headers: Mapping[str, str]
    bodies: Sequence[bytes]
    paths: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What wrk saw; times in milliseconds, `answer_bytes` with the headers."""

    requests: int
    seconds: float
    p50: float
    p95: float
    answer_bytes: float
    failed: int

    @property
    def rate(self) -> float:
        """Answered requests per second."""
        return self.requests / self.seconds


def require_wrk() -> str:
    """Return wrk's version; install it where it is missing and apt-get may do that."""
    if shutil.which("wrk") is None:
        install = ["apt-get", "install", "--yes", "wrk"]
        if shutil.which("apt-get") is None or os.geteuid() != 0:
            sys.exit(
                "wrk is missing: install it (`sudo apt-get install wrk` or `brew install wrk`), then try again"
            )
        print("wrk is missing: installing it with apt-get", flush=True)
        subprocess.run(["apt-get", "update"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
    # It prints its version with its usage and calls that a failure.
    said = subprocess.run(["wrk", "--version"], check=False, capture_output=True, text=True).stdout
    return " ".join(said.split()[:2])


def load(target: Target, *, clients: int, seconds: int, seed: int, look: bool) -> Outcome:
    """Ask with so many keep-alive connections; `look` searches each answer for errors, which costs CPU."""
    with tempfile.NamedTemporaryFile("wb") as file, tempfile.NamedTemporaryFile("w") as paths:
        file.write(b"".join(body + b"\n" for body in target.bodies))
        file.flush()
        paths.write("".join(path + "\n" for path in target.paths))
        paths.flush()
        command = ["wrk", "--threads", "1", "--connections", str(clients), "--duration", f"{seconds}s"]
        command += ["--timeout", f"{_PATIENCE_SECONDS}s", "--script", str(_SCRIPT)]
        for name, value in target.headers.items():
            command += ["--header", f"{name}: {value}"]
        said = subprocess.run(
            [*command, target.url],
            check=True,
            capture_output=True,
            text=True,
            env={
                **os.environ,
                "BODIES": file.name,
                "PATHS": paths.name,
                "SEED": str(seed),
                "LOOK": str(int(look)),
            },
        )
    found = json.loads(said.stdout.splitlines()[-1])
    return Outcome(
        requests=found["requests"],
        seconds=found["seconds"],
        p50=found["p50"],
        p95=found["p95"],
        answer_bytes=found["bytes"] / max(1, found["requests"]),
        failed=found["failed"],
    )
