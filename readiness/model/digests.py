"""Digests of data, as reports show them and as keys of our own."""

import sys
from importlib import import_module

LONG = 32 * 1024
"""From so many bytes on, hashlib is faster although it loads OpenSSL, which takes 3 ms."""

try:  # Python's own module, which `random` prefers too; some builds leave it out
    _SHORT = import_module("_sha2" if sys.version_info >= (3, 12) else "_sha256")
except ImportError:
    _SHORT = import_module("hashlib")


def digest(data: bytes) -> str:
    """Return the SHA-256 of the data as reports show it: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{_sha256(data)}"


def short_digest(data: bytes) -> str:
    """Return 24 hexadecimal digits: a key of our own for the data."""
    return _sha256(data)[:24]


def _sha256(data: bytes) -> str:
    module = import_module("hashlib") if len(data) >= LONG else _SHORT
    return str(module.sha256(data).hexdigest())
