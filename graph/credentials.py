"""Secrets that stand for somebody: shown once, kept only as a SHA-256 hash, which suffices for 256 random bits."""

import hashlib
import secrets


def new_secret(prefix: str) -> str:
    """Return 256 fresh random bits as text, behind a prefix that tells what the secret is for."""
    return prefix + secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
