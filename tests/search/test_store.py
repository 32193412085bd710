"""The content-addressed store of résumé bytes."""

import hashlib
import multiprocessing
import stat
from pathlib import Path

import pytest

from search.resumes.store import (
    MAX_BYTES,
    FileTooLargeError,
    MissingFileError,
    NotADigestError,
    ResumeStore,
    StoreSettings,
)


@pytest.fixture
def store(tmp_path: Path) -> ResumeStore:
    return ResumeStore(StoreSettings(path=tmp_path / "store"))


def test_put_names_bytes_by_their_digest_and_get_returns_them(store: ResumeStore) -> None:
    sha256 = store.put(b"a resume")
    assert sha256 == hashlib.sha256(b"a resume").hexdigest()
    assert store.get(sha256) == b"a resume"
    assert store.exists(sha256)


def test_put_twice_keeps_one_file(store: ResumeStore, tmp_path: Path) -> None:
    assert store.put(b"same") == store.put(b"same")
    assert len([path for path in (tmp_path / "store").rglob("*") if path.is_file()]) == 1


def test_files_and_folders_are_private_and_fan_out(store: ResumeStore, tmp_path: Path) -> None:
    sha256 = store.put(b"private")
    path = store.path_of(sha256)
    assert path == tmp_path / "store" / sha256[:2] / sha256[2:4] / sha256
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)} == {0o700}


def test_too_many_bytes_are_refused_and_nothing_is_written(store: ResumeStore, tmp_path: Path) -> None:
    with pytest.raises(FileTooLargeError) as refusal:
        store.put(b"x" * (MAX_BYTES + 1))
    assert refusal.value.code == "TOO_LARGE"
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_key_that_is_no_digest_is_refused(store: ResumeStore, key: str) -> None:
    with pytest.raises(NotADigestError):
        store.path_of(key)


def test_missing_and_deleted_bytes(store: ResumeStore) -> None:
    sha256 = store.put(b"soon gone")
    store.delete(sha256)
    store.delete(sha256)
    assert not store.exists(sha256)
    with pytest.raises(MissingFileError):
        store.get(sha256)


def _put_many(folder: Path, start: "multiprocessing.synchronize.Barrier") -> None:
    store = ResumeStore(StoreSettings(path=folder))
    start.wait(30)
    for number in range(50):
        store.put(f"file {number}".encode())


def test_two_writers_at_once_leave_whole_files_and_no_leftovers(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    writers = [context.Process(target=_put_many, args=(tmp_path, start)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 50
    assert all(path.name == hashlib.sha256(path.read_bytes()).hexdigest() for path in files)
