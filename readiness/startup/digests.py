"""Digests without OpenSSL, whose import takes longer than all that a usual run hashes.

Python has its own SHA-256 as well, under a name that changes with its version.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Final, Protocol

_ALGORITHM: Final = "sha256:"
_LONG: Final = 2**20
"""For so many bytes OpenSSL takes less time, import included."""


class Hash(Protocol):
    """What is used of a hash object."""

    def update(self, data: bytes, /) -> None: ...  # noqa: D102
    def hexdigest(self) -> str: ...  # noqa: D102


def digest(data: bytes) -> str:
    """Return the SHA-256 of the data as reports show it: `sha256:` and 64 hexadecimal digits."""
    if len(data) < _LONG:
        return _ALGORITHM + _sha256(data).hexdigest()
    hashed = running_hash()
    hashed.update(data)
    return finished(hashed)


def running_hash() -> Hash:
    """Return a SHA-256 that is updated piece by piece: for long data, hence the fast one."""
    from hashlib import sha256

    return sha256()


def finished(running: Hash) -> str:
    """Return the digest of all that a `running_hash` was updated with, as `digest` does."""
    return _ALGORITHM + running.hexdigest()


def short(data: bytes) -> str:
    """Return 24 hexadecimal digits: a key of our own for the data."""
    return _sha256(data).hexdigest()[:24]


def _find() -> Callable[[bytes], Hash]:
    for module in ("_sha2", "_sha256", "hashlib"):
        try:
            found: Callable[[bytes], Hash] = import_module(module).sha256
        except (ImportError, AttributeError):
            continue
        return found
    raise ImportError("this Python has no SHA-256")


_sha256: Final = _find()
