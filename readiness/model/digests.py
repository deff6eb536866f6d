"""Digests of data, as reports show them and as keys of our own."""

import sys
from importlib import import_module

LONG = 32 * 1024
"""From so many bytes on, hashlib is faster although it loads OpenSSL, which takes 3 ms."""

_OWN = "_sha2" if sys.version_info >= (3, 12) else "_sha256"
"""Python's own module, which `random` prefers too; some builds leave it out."""


def digest(data: bytes) -> str:
    """Return the SHA-256 of the data as reports show it: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{_sha256(data)}"


def short_digest(data: bytes) -> str:
    """Return 24 hexadecimal digits: a key of our own for the data."""
    return _sha256(data)[:24]


def _sha256(data: bytes) -> str:
    try:
        module = import_module("hashlib" if len(data) >= LONG else _OWN)
    except ImportError:
        module = import_module("hashlib")
    return str(module.sha256(data).hexdigest())
