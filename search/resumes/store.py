"""Résumé bytes kept under their SHA-256 in a folder."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MAX_BYTES = 10 * 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class StoreSettings(BaseSettings):
    """Where résumé bytes are kept."""

    model_config = SettingsConfigDict(env_prefix="KITH_STORE_")

    path: Path = Field(description="Folder of résumé bytes; created with mode 0700 if absent.")


class StoreError(Exception):
    """What the store refuses; `code` is stable."""

    code = "STORE_ERROR"


class FileTooLargeError(StoreError):
    """More bytes than the store takes."""

    code = "TOO_LARGE"

    def __init__(self, size: int) -> None:
        super().__init__(f"The file has {size} bytes; at most {MAX_BYTES} are taken. Send a smaller file.")


class NotADigestError(StoreError):
    """A key that is no SHA-256 in lower-case hexadecimal."""

    code = "BAD_DIGEST"

    def __init__(self) -> None:
        super().__init__("A stored file is named by its SHA-256: 64 lower-case hexadecimal digits.")


class MissingFileError(StoreError):
    """Nothing is stored under the digest."""

    code = "MISSING"

    def __init__(self, sha256: str) -> None:
        super().__init__(f"Nothing is stored under {sha256}. Upload the file again.")


class ResumeStore:
    """Content-addressed bytes: `ab/cd/abcd…`, files of mode 0600 in folders of mode 0700."""

    def __init__(self, settings: StoreSettings) -> None:
        self._root = settings.path.absolute()

    def put(self, data: bytes) -> str:
        """Keep the bytes durably and return their SHA-256. Safe to repeat and for several writers at once.

        Raises FileTooLargeError for more than `MAX_BYTES` bytes.
        """
        if len(data) > MAX_BYTES:
            raise FileTooLargeError(len(data))
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path_of(sha256)
        if path.exists():
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self._root, path.parent.parent, path.parent):
            folder.chmod(0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes. Raises MissingFileError where there are none."""
        try:
            return self.path_of(sha256).read_bytes()
        except FileNotFoundError:
            raise MissingFileError(sha256) from None

    def exists(self, sha256: str) -> bool:
        """Say whether bytes are kept under the digest."""
        return self.path_of(sha256).is_file()

    def path_of(self, sha256: str) -> Path:
        """Return where the bytes of the digest are or would be. Raises NotADigestError for anything else."""
        if not _SHA256.fullmatch(sha256):
            raise NotADigestError
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def beside(self, sha256: str, name: str) -> bytes | None:
        """Return what was put beside the bytes of the digest under a name, None where nothing was."""
        try:
            return self._beside(sha256, name).read_bytes()
        except FileNotFoundError:
            return None

    def put_beside(self, sha256: str, name: str, data: bytes) -> None:
        """Keep what can be computed again from the bytes of the digest; it goes when they are deleted."""
        path = self._beside(sha256, name)
        if not self.exists(sha256):
            return
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)

    def delete(self, sha256: str) -> None:
        """Forget the bytes and what is beside them; nothing happens where there are none."""
        path = self.path_of(sha256)
        path.unlink(missing_ok=True)
        for beside in path.parent.glob(f"{sha256}.*"):
            beside.unlink(missing_ok=True)

    def _beside(self, sha256: str, name: str) -> Path:
        path = self.path_of(sha256)
        return path.with_name(f"{path.name}.{name}")


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, not only the bytes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
