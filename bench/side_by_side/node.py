"""Node.js packages, such as those of the servers beside us, installed outside the repository as package-lock.json says."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import filelock

from engines import places

_PEERS = Path(__file__).parent
_PACKAGE = "package.json"
_LOCK = "package-lock.json"
NODE = Path(sys.executable).with_name("node")
NPM = NODE.with_name("npm")
"""From a package of the lock file, so that nobody has to install them."""


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
                [NPM, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
                cwd=folder,
                check=True,
                env=os.environ | {"PATH": f"{NPM.parent}{os.pathsep}{os.environ.get('PATH', '')}"},
            )
            done.touch()
    return folder


def _node() -> str:
    return subprocess.run([NODE, "--version"], check=True, capture_output=True, text=True).stdout.strip()
