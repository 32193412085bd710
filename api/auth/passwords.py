"""Passwords: hashed and verified with argon2id, beside the event loop, so many at once as memory allows."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from graph.errors import Code, InvalidInput, KithError

T = TypeVar("T")

SHORTEST = 12
"""Characters; length is what counts (NIST SP 800-63B, 3.1.1.2), so no rules about kinds of characters."""
LONGEST = 200
AT_ONCE = 2
"""Each takes 64 MiB and a core for some 50 ms."""
MOST_WAITING = 50


class Passwords:
    """Hashes and verifies; close it in the end."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="password")
        self._waiting = 0
        self._nobodys = self._hasher.hash("nobody has this password")

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def hash(self, password: str) -> str:
        """Return what is kept of a password.

        Raises:
            KithError: too many wait for this already.
        """
        return await self._beside(lambda: self._hasher.hash(_normal(password)))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Say whether it is the password; without a hash it takes as long, and is not.

        Raises:
            KithError: too many wait for this already.
        """
        known = password_hash or self._nobodys
        return await self._beside(lambda: self._matches(known, password)) and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, _normal(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _beside(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise KithError(
                "UNAVAILABLE", "too many are signing in at this moment; try again in a few seconds"
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def check_new(password: str, *, field: str) -> None:
    """Check that somebody may choose this password.

    Raises:
        InvalidInput: it is too short or too long.
    """
    if not SHORTEST <= len(_normal(password)) <= LONGEST:
        raise InvalidInput(
            Code.OUT_OF_RANGE, f"a password has {SHORTEST} to {LONGEST} characters", field=field
        )


def _normal(password: str) -> str:
    """Return the one form of what can be typed in several (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
