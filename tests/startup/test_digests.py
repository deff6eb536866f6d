"""Digests are what other tools compute, however they are made."""

import hashlib

import pytest

from readiness.startup.digests import digest, finished, running_hash, short


@pytest.mark.parametrize("data", [b"", b"x", b"abc" * 50_000, b"abc" * 400_000], ids=len)
def test_it_is_the_sha_256_of_the_data(data: bytes) -> None:
    """At once, in pieces, and shortened."""
    whole = hashlib.sha256(data).hexdigest()
    assert digest(data) == f"sha256:{whole}"
    assert short(data) == whole[:24]
    running = running_hash()
    for start in range(0, len(data), 1000):
        running.update(data[start : start + 1000])
    assert finished(running) == f"sha256:{whole}"
