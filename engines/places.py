"""Where things lie: the cache of downloads, the home with the state, and who may read them."""

import hashlib
import os
import pwd
import shutil
import tempfile
from pathlib import Path

import platformdirs

from engines.errors import EngineError

CHECKOUT = Path(__file__).resolve().parent.parent
UNPRIVILEGED = "nobody"


def is_root() -> bool:
    """Whether this process runs as root: Elasticsearch refuses to, so it gets another user and other folders."""
    return os.geteuid() == 0


def unprivileged_user() -> str | None:
    """The user that engines which refuse root run as, or None to run them as ourselves."""
    return UNPRIVILEGED if is_root() else None


def default_home() -> Path:
    """The state folder: `KITH_HOME`, or `.kith` in the checkout."""
    return Path(os.environ.get("KITH_HOME") or CHECKOUT / ".kith").resolve()


def cache() -> Path:
    """The folder of checked downloads, shared by all homes; readable by every user when root owns it."""
    if given := os.environ.get("KITH_CACHE"):
        path = Path(given).resolve()
    elif is_root():
        path = platformdirs.site_cache_path("kith")
    else:
        path = platformdirs.user_cache_path("kith")
    return _folder(path)


def state(home: Path, name: str) -> Path:
    """The folder of one engine's data, configuration and logs inside the home."""
    return _folder(home / name)


def outside(home: Path) -> Path:
    """The home's folder for a user who may not enter the home itself; one for each home."""
    return platformdirs.site_state_path("kith") / hashlib.sha256(str(home).encode()).hexdigest()[:16]


def unprivileged_state(home: Path, name: str) -> Path:
    """Like `state`, but owned and reachable by the unprivileged user when we are root."""
    user = unprivileged_user()
    if user is None:
        return state(home, name)
    path = _folder(outside(home) / name)
    give(path, user)
    return path


def give(path: Path, user: str) -> None:
    """Make `user` the owner of a folder and of all below it."""
    account = pwd.getpwnam(user)
    if path.stat().st_uid == account.pw_uid:
        return
    for entry in [path, *path.rglob("*")]:
        os.chown(entry, account.pw_uid, account.pw_gid, follow_symlinks=False)


def remove(home: Path) -> None:
    """Delete the home with all its data. Nothing of it may be running."""
    shutil.rmtree(home, ignore_errors=True)
    if is_root():
        shutil.rmtree(outside(home), ignore_errors=True)


def write(path: Path, text: str, *, owner: str | None = None) -> None:
    """Replace a small file in one step, so that a reader sees the old text or the new one."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(text)
    temporary = Path(file.name)
    temporary.chmod(0o644)
    if owner is not None:
        give(temporary, owner)
    temporary.replace(path)


def require_space(path: Path, megabytes: int, purpose: str) -> None:
    """Raise when the disk under `path` has less room than `purpose` needs."""
    free = shutil.disk_usage(path).free // 2**20
    if free < megabytes:
        message = f"{purpose} needs {megabytes} MB under {path} and {free} MB are free: make room, then run it again"
        raise EngineError(message)


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"can't create {path} ({error.strerror}): make its parent writable, or name another folder in KITH_HOME or KITH_CACHE"
        raise EngineError(message) from error
    return path
