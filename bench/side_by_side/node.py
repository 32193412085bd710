"""Node.js packages, such as those of the servers beside us, installed outside the repository as package-lock.json says."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import filelock

from engines import places

_PEERS = Path(__file__).parent
_PACKAGE = "package.json"
_LOCK = "package-lock.json"
_OLDEST_MAJOR = 20


def script(path: Path, *, packages: Path = _PEERS) -> Path:
    """Return a copy of the script that finds the folder's packages; install these where that has not been done."""
    copy = _installed(packages) / f"{path.parent.name}-{path.name}"
    shutil.copyfile(path, copy)
    return copy


def versions() -> dict[str, str]:
    """Return the versions of Node.js and of the packages that package.json names."""
    locked = json.loads((_PEERS / _LOCK).read_text())["packages"]
    named = json.loads((_PEERS / _PACKAGE).read_text())["dependencies"]
    return {"node": _node(), **{name: locked[f"node_modules/{name}"]["version"] for name in named}}


def _installed(packages: Path) -> Path:
    _node()
    content = hashlib.sha256((packages / _LOCK).read_bytes()).hexdigest()[:16]
    folder = places.cache() / f"bench-node-{content}"
    folder.mkdir(exist_ok=True)
    done = folder / "installed"
    with filelock.FileLock(folder / "install.lock"):
        if not done.exists():
            print("installing the Node.js packages of package-lock.json with npm", flush=True)
            for name in (_PACKAGE, _LOCK):
                shutil.copyfile(packages / name, folder / name)
            subprocess.run(
                ["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
                cwd=folder,
                check=True,
            )
            done.touch()
    return folder


def _node() -> str:
    if shutil.which("node") is None or shutil.which("npm") is None:
        sys.exit(f"Node.js is missing: install version {_OLDEST_MAJOR} or newer with npm, then try again")
    said = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(said.removeprefix("v").split(".")[0]) < _OLDEST_MAJOR:
        sys.exit(f"Node.js {said} is too old: version {_OLDEST_MAJOR} or newer is needed")
    return said
