"""Digests of data, as reports show them and as keys of our own."""

from hashlib import sha256


def digest(data: bytes) -> str:
    """Return the SHA-256 of the data as reports show it: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{sha256(data).hexdigest()}"


def short_digest(data: bytes) -> str:
    """Return 24 hexadecimal digits: a key of our own for the data."""
    return sha256(data).hexdigest()[:24]
