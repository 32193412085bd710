"""Fetches pinned files into the cache: each checked by SHA-256, put in place whole, kept while it is right.

A manifest (`NAME.sha256`) names the files of one engine, a line each: SHA-256, size in bytes, path in the cache.
"""

import errno
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import filelock
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext
from remotezip import RemoteIOError, RemoteZip
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from engines import places
from engines.errors import EngineError

_THREADS = 6
_LOCK_SECONDS = 30 * 60
_REQUEST_SECONDS = 60
_SPARE_MEGABYTES = 200

Advance = Callable[[int], None]
"""Told the number of bytes that have just arrived."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One pinned file: its path below its engine's folder of the cache, size in bytes and SHA-256."""

    path: str
    size: int
    sha256: str


class MavenJars:
    """Files that are artifacts of the Maven repository; their paths are those of the repository."""

    def fetch(self, batch: Sequence[Artifact], folder: Path, arrived: Advance) -> None:
        """Fetch each artifact of the batch into `folder`."""
        context = MavenContext(repo_cache=folder, timeout=_REQUEST_SECONDS)
        for artifact in batch:
            *group, name, version, file = artifact.path.split("/")
            stem, _, packaging = file.rpartition(".")
            classifier = stem.removeprefix(f"{name}-{version}").removeprefix("-")
            component = context.project(".".join(group), name).at_version(version)
            component.artifact(classifier, packaging).resolve()
            arrived(artifact.size)


@dataclass(frozen=True, slots=True)
class ZipMembers:
    """Files that lie inside one zip of the Maven repository, under a prefix; read by range requests."""

    archive: str
    prefix: str

    def fetch(self, batch: Sequence[Artifact], folder: Path, arrived: Advance) -> None:
        """Fetch each member of the batch into `folder`."""
        with RemoteZip(f"{MAVEN_CENTRAL_URL}/{self.archive}", timeout=_REQUEST_SECONDS) as archive:
            for artifact in batch:
                target = folder / artifact.path
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(self.prefix + artifact.path) as source, target.open("wb") as file:
                    shutil.copyfileobj(source, file)
                arrived(artifact.size)


Source = MavenJars | ZipMembers


def read_manifest(path: Path) -> list[Artifact]:
    """The files that a manifest pins."""
    rows = (line.split(maxsplit=2) for line in path.read_text().splitlines())
    return [Artifact(file, int(size), sha256) for sha256, size, file in rows]


def write_manifest(path: Path, folder: Path, files: Iterable[Path]) -> None:
    """Pin files of `folder` as they are now."""
    lines = [
        f"{_sha256(file)} {file.stat().st_size} {file.relative_to(folder).as_posix()}"
        for file in sorted(files)
    ]
    path.write_text("\n".join(lines) + "\n")


def is_whole(artifact: Artifact, folder: Path) -> bool:
    """Whether the cached file is there and is the pinned one."""
    file = folder / artifact.path
    return file.is_file() and file.stat().st_size == artifact.size and _sha256(file) == artifact.sha256


def ensure(name: str, artifacts: Sequence[Artifact], source: Source, console: Console) -> Path:
    """Bring all `artifacts` into the cache's folder `name`, fetching those missing or broken; return the folder.

    Safe to run in several processes at once: one fetches, the others wait and find the files.
    Raises `EngineError` when a download is refused or wrong, or the disk is full.
    """
    folder = places.cache() / name
    if not _missing(artifacts, folder):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(places.cache() / f"{name}.lock", timeout=_LOCK_SECONDS)
    try:
        with lock:
            missing = _missing(artifacts, folder)
            if missing:
                megabytes = sum(artifact.size for artifact in missing) // 2**20
                places.require_space(folder, 2 * megabytes + _SPARE_MEGABYTES, f"fetching {name}")
                _fetch(name, missing, folder, source, console)
    except filelock.Timeout as error:
        message = f"another run has been fetching {name} for half an hour: end it (it holds {lock.lock_file}), try again"
        raise EngineError(message) from error
    return folder


def _missing(artifacts: Sequence[Artifact], folder: Path) -> list[Artifact]:
    with ThreadPoolExecutor(_THREADS) as pool:
        whole = pool.map(lambda artifact: is_whole(artifact, folder), artifacts)
        return [artifact for artifact, good in zip(artifacts, whole, strict=True) if not good]


def _fetch(name: str, missing: list[Artifact], folder: Path, source: Source, console: Console) -> None:
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
    if not console.is_terminal:
        megabytes = sum(artifact.size for artifact in missing) / 1e6
        console.print(f"fetching {name}: {megabytes:.0f} MB in {len(missing)} files", highlight=False)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{name}-") as temporary, progress:
        part = Path(temporary)
        task = progress.add_task(f"fetching {name}", total=sum(artifact.size for artifact in missing))

        def arrived(size: int) -> None:
            progress.advance(task, size)

        batches = [batch for number in range(_THREADS) if (batch := missing[number::_THREADS])]
        with ThreadPoolExecutor(len(batches)) as pool:
            _collect([pool.submit(source.fetch, batch, part, arrived) for batch in batches], name)
        for artifact in missing:
            _put_in_place(artifact, part, folder)


def _collect(fetches: list[Future[None]], name: str) -> None:
    done, waiting = wait(fetches, return_when=FIRST_EXCEPTION)
    for fetch in waiting:
        fetch.cancel()
    for fetch in done:
        error = fetch.exception()
        if error is None:
            continue
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            message = f"the disk filled up while fetching {name} into {places.cache()}: make room, then run it again"
        elif isinstance(error, (OSError, RuntimeError, RemoteIOError, zipfile.BadZipFile)):
            message = (
                f"fetching {name} failed ({_first_line(error)}): check that this machine may reach "
                f"{MAVEN_CENTRAL_URL} (HTTPS_PROXY, REQUESTS_CA_BUNDLE), then run it again"
            )
        else:
            raise error
        raise EngineError(message) from error


def _put_in_place(artifact: Artifact, part: Path, folder: Path) -> None:
    if not is_whole(artifact, part):
        message = f"{artifact.path} arrived, but isn't the pinned file (SHA-256 differs): run it again; nothing was installed"
        raise EngineError(message)
    fetched, target = part / artifact.path, folder / artifact.path
    target.parent.mkdir(parents=True, exist_ok=True)
    fetched.chmod(0o644)
    fetched.replace(target)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
